"""Policy: the numbers that a store can choose. The defaults are the `standard` policy.

An order keeps the policy it was placed under for life. A shipped or own policy is a file of the numbers that differ
from these defaults (`data/policies`, read by `documents.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from milepost import money, times


@dataclass(frozen=True, slots=True)
class Policy:
    """Limits, windows and fees. Cents, days and hours as named; `_bp` is hundredths of a percent.

    `edition` is the reading of the rules that an order keeps with its policy. In the first one any open request held
    every deadline and nobody's word closed it, a stop could be noted where nothing follows, and nothing was refused for
    lying beyond the last instant; orders placed under it go on in it, so that their histories stay what they were.
    """

    name: str = "standard"
    gig_basic_price_min_cents: int = 10_000
    gig_milestones_min: int = 2
    gig_milestones_max: int = 5
    offer_milestones_min: int = 2
    offer_milestones_max: int = 6
    milestone_days_max: int = 30
    milestone_price_min_cents: int = 1
    subscription_cycles_max: int = 12
    review_hours: int = 192
    continue_hours: int | None = 192
    continue_from: Literal["delivery", "approval"] = "delivery"
    resolution_hours: int = 48
    extension_days_max: int = 30
    reversal_days: int = 180
    clearance_days: int = 0
    seller_fee_bp: int = 0
    client_fee_bp: int = 0
    small_charge_fee_cents: int = 0
    small_charge_under_cents: int = 0
    edition: Literal[1, 2] = 2

    @property
    def is_first_edition(self) -> bool:
        """Whether orders under it keep the first reading of the rules."""
        return self.edition == 1

    def client_fee_cents(self, price_cents: int, *, kept_cents: int | None = None) -> int:
        """What a client pays on top of a charge of `price_cents` (money-charge).

        Of a charge that the seller keeps only `kept_cents` of, the percentage is on that part (cancel-split).
        """
        small = self.small_charge_fee_cents if price_cents < self.small_charge_under_cents else 0
        return money.share(price_cents if kept_cents is None else kept_cents, self.client_fee_bp) + small

    def seller_fee_cents(self, price_cents: int) -> int:
        """What a seller leaves to the marketplace of a release of `price_cents` (money-release)."""
        return money.share(price_cents, self.seller_fee_bp)

    def wording(self) -> dict[str, str]:
        """The numbers as `Rule.text` names them."""
        words = {field.name: str(getattr(self, field.name)) for field in fields(self)}
        small = (
            f" and {money.dollars(self.small_charge_fee_cents)} under {money.dollars(self.small_charge_under_cents)}"
            if self.small_charge_fee_cents
            else ""
        )
        return words | {
            "gig_basic_price_min": money.dollars(self.gig_basic_price_min_cents),
            "milestone_price_min": money.dollars(self.milestone_price_min_cents),
            "review_days": _days(self.review_hours),
            "continue_days": "without limit" if self.continue_hours is None else _days(self.continue_hours),
            "client_fee": f"{self.client_fee_bp / 100:g} %{small}",
            "seller_fee": f"{self.seller_fee_bp / 100:g} %",
        }

    def numbers(self) -> dict[str, Any]:
        """Every field but the name, as plain values."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "name"}


STANDARD = Policy()

# What a policy that was written before a number was added gets for it, by the schema that added the number. Schema 1
# is what the first version wrote. A new number of `Policy` stands here too, under a schema of its own or a new one.
ADDED: Mapping[int, Mapping[str, Any]] = {2: {"extension_days_max": 30, "reversal_days": 180, "edition": 1}}


def newest_schema() -> int:
    """The schema of the policies that this program writes."""
    return max(ADDED, default=1)


def completed(numbers: Mapping[str, Any], schema: int) -> dict[str, Any]:
    """A policy's numbers as they were written under a schema, with those that were added since."""
    added = (some for later, some in ADDED.items() if later > schema)
    return {name: value for some in added for name, value in some.items()} | dict(numbers)


def bounds(name: str) -> tuple[int, int]:
    """The least and the most that a policy of one's own may choose for a number."""
    if name in ("gig_milestones_min", "offer_milestones_min"):
        return 2, 100
    for ending, limits in _BOUNDS.items():
        if name.endswith(ending):
            return limits
    return 1, 100


def is_possible(name: str, value: object) -> bool:
    """Whether a number of a policy that a store keeps can have a value."""
    if name in _CHOICES and value in _CHOICES[name]:
        return True
    if name in ("continue_from", "edition") or type(value) is not int:
        return False
    least, most = bounds(name)
    return least <= value <= most


_CHOICES: Mapping[str, tuple[object, ...]] = {
    "continue_from": ("delivery", "approval"),
    "continue_hours": (None,),
    "edition": (1, 2),
}
_BOUNDS = {
    "clearance_days": (0, 366),
    "reversal_days": (0, 3_660),
    "_days_max": (1, 366),
    "_hours": (1, 366 * 24),
    "_bp": (0, 10_000),
    "_min_cents": (money.MIN_CENTS, money.MAX_CENTS),
    "_cents": (0, money.MAX_CENTS),
}


def _days(hours: int) -> str:
    return f"{hours // 24} days" if hours % 24 == 0 else times.format_duration(hours * times.HOUR)
