"""Options and arguments that several commands share, and how the texts of all of them are read.

What Typer can check by itself is an Enum or a Literal. What it cannot is read here, so that a text that cannot be read
is a usage error that names the option and the faulty part, whichever command it was typed for.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from functools import wraps
from typing import Annotated, Any, NamedTuple, TypeVar

import typer

from milepost import money, times
from milepost.core import names
from milepost.core.gig import TIERS, Package
from milepost.core.terms import MilestoneTerms, agreed_of
from milepost.errors import NotFound
from milepost.rules import RuleError, Unreadable

Read = TypeVar("Read")

ID_MAX = 2**63 - 1  # of SQLite; beyond it there is nothing to look for


class Tier(StrEnum):
    """A package's name."""

    BASIC, STANDARD, PREMIUM = TIERS


# ── Ids ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def possible_id(param: typer.CallbackParam, value: int | None) -> int | None:
    """An id that a store could have. Raises `NotFound` for others.

    Every id on the command line is declared with this callback: it is how the grammar knows ids from other numbers.
    """
    if value is not None and value > ID_MAX:
        raise NotFound(str(param.metavar).lower(), value)
    return value


def id_argument(noun: str, help: str) -> Any:
    """The declaration of an argument that is an id."""
    return typer.Argument(metavar=noun, min=1, callback=possible_id, help=help)


def id_option(name: str, noun: str, help: str) -> Any:
    """The declaration of an option that takes an id."""
    return typer.Option(name, metavar=noun, min=1, callback=possible_id, help=help)


GigId = Annotated[int, id_argument("GIG", "The gig's id.")]
OfferId = Annotated[int, id_argument("OFFER", "The offer's id.")]
OrderId = Annotated[int, id_argument("ORDER", "The order's id.")]
MaybeOrder = Annotated[int | None, id_argument("ORDER", "One order's; else the store's.")]
OfOrder = Annotated[int | None, id_option("--order", "ORDER", "Only this order's.")]


# ── Texts that are read ─────────────────────────────────────────────────────────────────────────────────────────────


def usage(read: Callable[[str], Read]) -> Callable[[str], Read]:
    """A parser for an option: text that cannot be read is a usage error, which keeps the rule that asked for more.

    What can be read and is refused all the same, an amount out of bounds say, stays a refusal.
    """

    @wraps(read)
    def parse(text: str) -> Read:
        try:
            return read(text)
        except Unreadable as fault:
            raise typer.BadParameter(fault.message) from fault

    return parse


amount = usage(money.parse_cents)
moment = usage(times.parse_when)
duration = usage(times.parse_later)


def revisions(text: str) -> str:
    """Revisions as typed, a number or `unlimited`: still as text, since none given is something else again."""
    if not re.fullmatch("[0-9]{1,5}|unlimited", text, re.ASCII):
        raise typer.BadParameter(f"{text!r} is not a number of revisions: write a number, or unlimited")
    return text


def count_of(revisions: str | None) -> int | None:
    """The number that revisions mean: None is unlimited; none given are 0."""
    return None if revisions == "unlimited" else int(revisions or 0)


class Price(NamedTuple):
    """The explicit price of a milestone in a package."""

    tier: str
    cents: int


def price(text: str) -> Price:
    """An explicit price as typed: `PACKAGE=AMOUNT`."""
    tier, equals, cents = text.partition("=")
    if not equals:
        raise typer.BadParameter(f"{text!r} is not PACKAGE=AMOUNT, such as basic=50.00")
    if tier not in TIERS:
        raise typer.BadParameter(f"{tier!r} is not a package: {', '.join(TIERS)}")
    return Price(tier, amount(cents))


class Record(NamedTuple):
    """What an order keeps of a delivered file (rule deliver-final)."""

    name: str
    size: int
    sha256: str


_RECORD = re.compile("(?P<name>.+):(?P<size>[0-9]{1,15}):(?P<sha256>[0-9a-f]{64})", re.ASCII | re.DOTALL)


def record(text: str) -> Record:
    """A delivered file's record as typed: `NAME:SIZE:SHA256`, split from the right."""
    match = _RECORD.fullmatch(text)
    if not match:
        raise typer.BadParameter(f"{text!r} is not NAME:SIZE:SHA256")
    return Record(match["name"], int(match["size"]), match["sha256"])


# ── Texts of several parts ──────────────────────────────────────────────────────────────────────────────────────────

PACKAGE_FORM = "PRICE:DAYS[:REVISIONS]"
MILESTONE_FORM = "NAME:DAYS:PRICE[:REVISIONS]"


def read_package(tier: str, text: str) -> Package:
    """A package as typed: `PRICE:DAYS[:REVISIONS]`."""
    price_cents, days, allowed = _read_parts(text, (amount, _days, revisions), f"{PACKAGE_FORM}, such as 150:7:2")
    return Package(tier, price_cents, days, count_of(allowed))


def read_milestone(text: str) -> MilestoneTerms:
    """A milestone of an offer as typed: `NAME:DAYS:PRICE[:REVISIONS]`, split from the right.

    So a name may hold colons; what can be revisions is.
    """
    form = f"{MILESTONE_FORM}, such as Sketches:5:60.00"
    name, days, price_cents, allowed = _read_parts(text, (_name, _days, amount, revisions), form)
    names.check_milestone_parts(*text.rsplit(":", 2 if allowed is None else 3))
    return MilestoneTerms(name.strip(), days, price_cents, count_of(allowed))


def read_plan(text: str) -> list[MilestoneTerms]:
    """Milestones as JSON, as an order's history holds them: what exports of changed orders say."""
    try:
        return [agreed_of(plain) for plain in json.loads(text)]
    except (ValueError, TypeError) as fault:
        raise typer.BadParameter(f"{text[:40]!r} is not a list of milestones in JSON") from fault


def package_option(tier: Tier) -> Any:
    """The declaration of an option that describes the package of a tier."""

    def parse(text: str) -> Package:
        return read_package(tier.value, text)

    return typer.Option(f"--{tier}", metavar=PACKAGE_FORM, parser=parse, help=f"The {tier} package.")


def _read_all(texts: list[str] | None) -> list[MilestoneTerms]:
    """The milestones of an offer as typed; a fault names the one that it is in."""
    read = []
    for number, text in enumerate(texts or [], start=1):
        try:
            read.append(read_milestone(text))
        except typer.BadParameter as fault:
            raise typer.BadParameter(f"milestone {number}: {fault.message}") from fault.__cause__
    return read


OfferMilestones = Annotated[
    list[MilestoneTerms] | None,
    typer.Option(
        "--milestone",
        metavar=MILESTONE_FORM,
        parser=str,
        callback=_read_all,
        help="A milestone; repeat, 2 to 6 of up to 30 days.",
    ),
]


def _read_parts(text: str, reads: Sequence[Callable[[str], Any]], form: str) -> list[Any]:
    """The parts of a text, split from the right; the last one may be left out, and is None then.

    Where neither reading will do, the fault that is told is of the one that comes closer.
    """
    readings = [_try_parts(text, reads), _try_parts(text, reads[:-1])]
    possible = [reading for reading in readings if reading.values]
    if not possible:
        raise typer.BadParameter(f"{text!r} is not {form}")
    values, faults, refusals = min(possible, key=lambda reading: len(reading.faults) + len(reading.refusals))
    if faults:
        raise typer.BadParameter(f"{faults[0].message}; the form is {form}") from faults[0].__cause__
    if refusals:
        raise refusals[0]
    return values if len(values) == len(reads) else [*values, None]


class _Reading(NamedTuple):
    """A text's parts: their values, none if there are too few; what cannot be read, and what a rule refuses."""

    values: list[Any]
    faults: list[typer.BadParameter]
    refusals: list[RuleError]


def _try_parts(text: str, reads: Sequence[Callable[[str], Any]]) -> _Reading:
    reading = _Reading([], [], [])
    parts = text.rsplit(":", len(reads) - 1)
    for part, read in zip(parts, reads, strict=False) if len(parts) == len(reads) else ():
        value = None
        try:
            value = read(part)
        except typer.BadParameter as fault:
            reading.faults.append(fault)
        except RuleError as refusal:
            reading.refusals.append(refusal)
        reading.values.append(value)
    return reading


def _name(text: str) -> str:
    if not text:
        raise typer.BadParameter("the name is missing")
    return text


def _days(text: str) -> int:
    if not re.fullmatch("[0-9]{1,6}", text, re.ASCII):
        raise typer.BadParameter(f"{text!r} is not a number of days")
    return int(text)


# ── Shared options, and options that go together ────────────────────────────────────────────────────────────────────

Limit = Annotated[int, typer.Option("--limit", min=1, max=1_000_000, help="Show at most this many.")]
SellerFilter = Annotated[str | None, typer.Option("--seller", metavar="HANDLE", help="Only this seller's.")]
ClientFilter = Annotated[str | None, typer.Option("--client", metavar="HANDLE", help="Only this client's.")]
FromFile = Annotated[str | None, typer.Option("--from", metavar="FILE", help="Read it from a TOML file; - is stdin.")]
Meant = Annotated[
    int | None, typer.Option("--milestone", metavar="N", min=1, help="Only if it concerns this milestone, no other.")
]
Message = Annotated[str, typer.Option("--message", "-m", metavar="TEXT", help="A message to go with it.")]


def require(options: Mapping[str, object]) -> None:
    """Refuse a command whose needed options are not all there, naming them."""
    absent = [name for name, value in options.items() if value is None]
    if absent:
        raise typer.BadParameter(f"missing {', '.join(absent)} (or give all of it with --from FILE)")


def alone(given: Mapping[str, object]) -> None:
    """Refuse options beside `--from`, which says it all."""
    extra = [name for name, value in given.items() if value not in (None, [], False)]
    if extra:
        raise typer.BadParameter(f"--from says it all; leave out {', '.join(extra)}")
