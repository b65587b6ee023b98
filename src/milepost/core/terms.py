"""Terms: what both sides agreed. They change only by what both agree on later (rule change-terms).

Terms also say what follows each milestone, so that no code outside this file asks for the type of an order.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from milepost.core.values import JsonValue
from milepost.policy import STANDARD, Policy


class OrderType(StrEnum):
    """How an order is paid and continued (rule offer-type)."""

    SINGLE = "single"
    SUBSCRIPTION = "subscription"
    MILESTONES = "milestones"


class Follow(StrEnum):
    """What starts the milestone after a finished one."""

    CLIENT = "client"
    RENEWAL = "renewal"
    NOTHING = "nothing"


FOLLOW_OF_TYPE = {
    OrderType.SINGLE: Follow.NOTHING,
    OrderType.SUBSCRIPTION: Follow.RENEWAL,
    OrderType.MILESTONES: Follow.CLIENT,
}


class Stage(NamedTuple):
    """A stage of work that is paid as a whole: the next `substeps` of its milestone's substeps are its own."""

    name: str
    substeps: int = 0


class MilestoneTerms(NamedTuple):
    """One agreed milestone: price in cents, days of work, revisions (None is unlimited).

    `stages` are what the seller reports complete, in order, before the one delivery (rule gig-milestone-payments).
    """

    name: str
    days: int
    price_cents: int
    revisions: int | None = 0
    description: str = ""
    zoom: bool = False
    substeps: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()


def plain_of(agreed: MilestoneTerms) -> dict[str, JsonValue]:
    """An agreed milestone as plain JSON values, as a history holds it."""
    return agreed._asdict() | {"substeps": list(agreed.substeps), "stages": [list(stage) for stage in agreed.stages]}


def agreed_of(plain: Mapping[str, JsonValue]) -> MilestoneTerms:
    """The agreed milestone that plain JSON values tell."""
    agreed = MilestoneTerms(**plain)  # type: ignore[arg-type]  # they were an agreed milestone's
    return agreed._replace(substeps=tuple(agreed.substeps), stages=tuple(Stage(*stage) for stage in agreed.stages))


class Terms(NamedTuple):
    """What both sides agreed: type, parties, milestones in order, and the policy that the order keeps for life."""

    type: OrderType
    seller: str
    client: str
    title: str
    milestones: tuple[MilestoneTerms, ...]
    policy: Policy = STANDARD

    @property
    def follow(self) -> Follow:
        """What starts each next milestone."""
        return FOLLOW_OF_TYPE[self.type]

    @property
    def total_cents(self) -> int:
        """The price of all milestones, without fees."""
        return sum(milestone.price_cents for milestone in self.milestones)
