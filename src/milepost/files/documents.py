"""Documents: TOML files of gigs, offers, policies and scenarios, checked strictly and told all at once.

A document says what a file holds and in which form; whether the marketplace allows it is for `core`. Unknown keys,
wrong types and bad amounts or times are faults with the file's line and column.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    create_model,
    model_validator,
)
from pydantic_core import PydanticCustomError

from milepost import data, money, times
from milepost.core import names
from milepost.core.gig import Faq, Gig, Milestone, Package, Substep
from milepost.core.offer import Draft
from milepost.core.terms import MilestoneTerms, OrderType
from milepost.core.workflow import Template
from milepost.errors import BadFile, Fault
from milepost.files.toml_positions import place_of, places
from milepost.files.toml_reader import Document, check, load, parse, read
from milepost.policy import STANDARD, Policy, bounds
from milepost.rules import RuleError

__all__ = ["check", "load", "parse", "read"]

LIST_MAX = 1_000
INTEGER_MAX = 2**53


def _by_rule(check: Callable[[Any], Any]) -> BeforeValidator:
    """A validator whose refusals keep the rule's id."""

    def validate(value: Any) -> Any:
        try:
            return check(value)
        except RuleError as fault:
            message = fault.message.replace("{", "{{").replace("}", "}}")
            raise PydanticCustomError(fault.rule.id, message) from fault

    return BeforeValidator(validate)


def _cents(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise PydanticCustomError("price", 'a price is written "150.00" or 150.00')
    return money.parse_cents(value)


def _revisions(value: Any) -> Any:
    return None if value == "unlimited" else value


def _when(value: Any) -> str:
    """A time as text, to be read against the clock later; its form is checked now."""
    if not isinstance(value, str | date | datetime):
        raise PydanticCustomError("time", "a time is written 2026-03-01T09:00:00Z or +8d")
    times.parse_instant(value, clock=times.MIN_INSTANT)
    return value if isinstance(value, str) else value.isoformat()


Integer = Annotated[StrictInt, Field(ge=-INTEGER_MAX, le=INTEGER_MAX)]
Cents = Annotated[int, _by_rule(_cents)]
Revisions = Annotated[Integer | None, BeforeValidator(_revisions)]
When = Annotated[str, _by_rule(_when)]
Tier = Literal["basic", "standard", "premium"]
ALL_TIERS: list[Tier] = ["basic", "standard", "premium"]
Tiers = Annotated[list[Tier], Field(max_length=3)]


class PackageDocument(Document):
    """`[package.basic]` of a gig."""

    price: Cents
    days: Integer
    revisions: Revisions = 0
    description: StrictStr = ""


class SubstepDocument(Document):
    """A substep that is only in some packages; else in those of its milestone."""

    name: StrictStr
    packages: Tiers | None = None


class GigMilestoneDocument(Document):
    """`[[milestone]]` of a gig."""

    name: StrictStr
    days: Integer
    description: StrictStr = ""
    revisions: Revisions = 0
    zoom: StrictBool = False
    packages: Tiers = ALL_TIERS
    weight: Integer = 1
    prices: dict[Tier, Cents] = {}
    substeps: Annotated[list[StrictStr | SubstepDocument], Field(max_length=LIST_MAX)] = []

    def _substep(self, one: str | SubstepDocument) -> Substep:
        if isinstance(one, str):
            return Substep(one, tuple(self.packages))
        return Substep(one.name, tuple(self.packages if one.packages is None else one.packages))

    def plain(self) -> Milestone:
        """The milestone as core takes it."""
        substeps = tuple(self._substep(one) for one in self.substeps)
        return Milestone(
            self.name,
            self.days,
            self.description,
            self.revisions,
            self.zoom,
            tuple(self.packages),
            self.weight,
            {str(tier): cents for tier, cents in self.prices.items()},
            substeps,
        )


class FaqDocument(Document):
    """`[[faq]]` of a gig."""

    question: StrictStr
    answer: StrictStr


class TemplateDocument(Document):
    """A workflow template."""

    name: StrictStr
    title: StrictStr
    description: StrictStr = ""
    subcategories: Annotated[list[StrictStr], Field(max_length=LIST_MAX)] = []
    milestone: Annotated[list[GigMilestoneDocument], Field(max_length=LIST_MAX)]

    def plain(self) -> Template:
        """The template as core takes it."""
        milestones = tuple(one.plain() for one in self.milestone)
        return Template(self.name, self.title, self.description, tuple(self.subcategories), milestones)


class GigDocument(Document):
    """A gig file; `ref` names it inside a scenario."""

    ref: StrictStr | None = None
    title: StrictStr
    seller: StrictStr
    subcategory: StrictStr
    description: StrictStr = ""
    milestone_payments: StrictBool = True
    package: dict[Tier, PackageDocument]
    milestone: Annotated[list[GigMilestoneDocument], Field(max_length=LIST_MAX)] = []
    faq: Annotated[list[FaqDocument], Field(max_length=LIST_MAX)] = []

    def plain(self) -> Gig:
        """The gig as core takes it."""
        packages = tuple(
            Package(tier, one.price, one.days, one.revisions, one.description) for tier, one in self.package.items()
        )
        return Gig(
            self.title,
            self.seller,
            self.subcategory,
            self.description,
            packages,
            tuple(one.plain() for one in self.milestone),
            self.milestone_payments,
            tuple(Faq(one.question, one.answer) for one in self.faq),
        )


class OfferMilestoneDocument(Document):
    """`[[milestone]]` of an offer."""

    name: StrictStr
    days: Integer
    price: Cents
    revisions: Revisions = 0
    description: StrictStr = ""
    zoom: StrictBool = False
    substeps: Annotated[list[StrictStr], Field(max_length=LIST_MAX)] = []

    def plain(self) -> MilestoneTerms:
        """The milestone as core takes it."""
        return MilestoneTerms(
            self.name, self.days, self.price, self.revisions, self.description, self.zoom, tuple(self.substeps)
        )


class PlanDocument(Document):
    """A file of the milestones that are to be planned from now on."""

    milestone: Annotated[list[OfferMilestoneDocument], Field(max_length=LIST_MAX)]

    def plain(self) -> list[MilestoneTerms]:
        """The milestones as core takes them."""
        return [one.plain() for one in self.milestone]


class OfferDocument(Document):
    """An offer file; in a scenario `gig` is a ref, elsewhere a gig's id."""

    ref: StrictStr | None = None
    gig: Integer | StrictStr
    client: StrictStr
    type: Literal["single", "subscription", "milestones"]
    title: StrictStr | None = None
    message: Integer | None = None
    expires: When | None = None
    milestone: Annotated[list[OfferMilestoneDocument], Field(max_length=LIST_MAX)] = []
    price: Cents | None = None
    days: Integer | None = None
    revisions: Revisions = 0
    cycles: Integer | None = None

    @model_validator(mode="after")
    def _check_revisions(self) -> Self:
        if self.milestone and "revisions" in self.model_fields_set:
            raise PydanticCustomError("revisions", "revisions belong to each milestone, not to the offer")
        return self

    def plain(self, gig_id: int) -> Draft:
        """The offer as core takes it, for the gig of this id."""
        return Draft(
            gig_id,
            self.client,
            OrderType(self.type),
            [one.plain() for one in self.milestone],
            self.price,
            self.days,
            self.revisions,
            self.cycles,
            self.title,
            expiry(self.expires),
            self.message,
        )


def expiry(text: str | None) -> Callable[[int], int] | None:
    """How an expiry as written is read against the clock; None for none."""
    return None if text is None else lambda clock: times.parse_instant(text, clock=clock)


def _bounded(name: str) -> Any:
    least, most = bounds(name)
    return Annotated[Integer, Field(ge=least, le=most)]


def _policy_fields() -> dict[str, Any]:
    numbers: dict[str, Any] = {key: (_bounded(key), value) for key, value in STANDARD.numbers().items()}
    return numbers | {
        "name": (StrictStr, "custom"),
        "continue_hours": (_bounded("continue_hours") | Literal["unlimited"], STANDARD.continue_hours),
        "continue_from": (Literal["delivery", "approval"], STANDARD.continue_from),
        "edition": (Literal[1, 2], STANDARD.edition),
    }


class _OrderedPolicy(Document):
    @model_validator(mode="after")
    def _check_order(self) -> Self:
        for what in ("gig_milestones", "offer_milestones"):
            if getattr(self, f"{what}_min") > getattr(self, f"{what}_max"):
                raise PydanticCustomError("order", f"{what}_min is above {what}_max")
        return self

    @model_validator(mode="after")
    def _check_name(self) -> Self:
        try:
            names.check_name("a policy's name", self.name)  # type: ignore[attr-defined]
        except RuleError as refusal:
            raise PydanticCustomError("name", "{why}", {"why": refusal.message}) from refusal
        return self

    @model_validator(mode="after")
    def _check_fees(self) -> Self:
        """Keep the largest fee of a client's within what one entry of the ledger can move (rule money-bounds)."""
        largest = self.small_charge_under_cents - 1  # type: ignore[attr-defined]
        fee = self.small_charge_fee_cents + money.share(largest, self.client_fee_bp)  # type: ignore[attr-defined]
        if largest > 0 and fee > money.MAX_CENTS:
            most = f"a charge of {money.dollars(largest)} would cost a client a fee of {money.dollars(fee)}"
            raise PydanticCustomError("fees", f"{most}; {money.dollars(money.MAX_CENTS)} is the most")
        return self


PolicyDocument = create_model("PolicyDocument", __base__=_OrderedPolicy, **_policy_fields())


def policy_of(document: BaseModel) -> Policy:
    """The policy that a policy file, or a scenario's `policy` table, describes."""
    numbers = document.model_dump()
    if numbers["continue_hours"] == "unlimited":
        numbers["continue_hours"] = None
    return Policy(**numbers)


def policy(name: str) -> Policy:
    """A shipped policy by its name, or the policy of a file. Raises `BadFile`."""
    if name in policy_names():
        return policy_of(parse(PolicyDocument, data.text("policies", f"{name}.toml"), name))
    if not name.endswith(".toml") and not os.path.exists(name):  # Path.exists raises for a name that is too long
        known = ", ".join(policy_names())
        raise BadFile(name, [Fault(f"there is no policy of this name ({known}) and no such file")])
    text = read(name)
    described = policy_of(parse(PolicyDocument, text, name))
    line, column = place_of(places(text), ("name",))
    faults = shipped_name_faults(described, line, column)
    if faults:
        raise BadFile(name, faults)
    return described


def shipped_name_faults(described: Policy, line: int | None, column: int | None) -> list[Fault]:
    """A policy of other numbers than a shipped one's does not call itself by that name.

    Its edition may be another: the orders of an older store have the shipped numbers in the reading of then.
    """
    if described.name not in policy_names():
        return []
    shipped = policy(described.name)
    if replace(described, edition=shipped.edition) == shipped:
        return []
    message = f"{described.name!r} is the name of a policy that ships with other numbers; give yours another name"
    return [Fault(message, line, column)]


def policy_names() -> list[str]:
    """The names of the shipped policies."""
    return data.listing("policies")


# ── Templates ───────────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def shipped_templates() -> tuple[Template, ...]:
    """The templates that ship with the program, by name; read once, as a story may ask for them often."""
    names = data.listing("templates")
    return tuple(parse(TemplateDocument, data.text("templates", f"{name}.toml"), name).plain() for name in names)
