"""Options and arguments that several commands share, and how their texts are read."""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated

import typer

from milepost import money
from milepost.core import names
from milepost.core.gig import TIERS, Package, prices_by_package
from milepost.core.terms import MilestoneTerms
from milepost.errors import NotFound

ID_MAX = 2**63 - 1  # of SQLite; beyond it there is nothing to look for


def possible_id(param: typer.CallbackParam, value: int | None) -> int | None:
    """An id that a store could have. Raises `NotFound` for others."""
    if value is not None and value > ID_MAX:
        raise NotFound(str(param.metavar).lower(), value)
    return value


GigId = Annotated[int, typer.Argument(metavar="GIG", min=1, callback=possible_id, help="The gig's id.")]
OfferId = Annotated[int, typer.Argument(metavar="OFFER", min=1, callback=possible_id, help="The offer's id.")]
OrderId = Annotated[int, typer.Argument(metavar="ORDER", min=1, help="The order's id.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=1_000_000, help="Show at most this many.")]
SellerFilter = Annotated[str | None, typer.Option("--seller", metavar="HANDLE", help="Only this seller's.")]
ClientFilter = Annotated[str | None, typer.Option("--client", metavar="HANDLE", help="Only this client's.")]
FromFile = Annotated[str | None, typer.Option("--from", metavar="FILE", help="Read it from a TOML file; - is stdin.")]
Message = Annotated[str, typer.Option("--message", "-m", metavar="TEXT", help="A message to go with it.")]

_REVISIONS = "[0-9]{1,5}|unlimited"
_AMOUNT = r"\$?[0-9]+(?:\.[0-9]+)?"
_DAYS = "[0-9]{1,6}"
_PACKAGE = re.compile(rf"(?P<price>{_AMOUNT}):(?P<days>{_DAYS})(?::(?P<revisions>{_REVISIONS}))?", re.ASCII)
_RECORD = re.compile("(?P<name>.+):(?P<size>[0-9]{1,15}):(?P<sha256>[0-9a-f]{64})", re.ASCII | re.DOTALL)
# Split from the right, so that a name may hold colons; what can be revisions is.
_WITH_REVISIONS = re.compile(
    rf"(?P<name>.+):(?P<days>{_DAYS}):(?P<price>{_AMOUNT}):(?P<revisions>{_REVISIONS})", re.ASCII | re.DOTALL
)
_WITHOUT_REVISIONS = re.compile(rf"(?P<name>.+):(?P<days>{_DAYS}):(?P<price>{_AMOUNT})", re.ASCII | re.DOTALL)


def read_revisions(text: str | None) -> int | None:
    """Revisions as typed: a number, or `unlimited` (None); nothing typed is 0."""
    if text is None:
        return 0
    if not re.fullmatch(_REVISIONS, text, re.ASCII):
        raise typer.BadParameter(f"{text!r} is not a number of revisions: write a number, or unlimited")
    return None if text == "unlimited" else int(text)


def read_package(tier: str, text: str) -> Package:
    """A package as typed: `PRICE:DAYS[:REVISIONS]`."""
    match = _PACKAGE.fullmatch(text)
    if not match:
        raise typer.BadParameter(f"{text!r} is not PRICE:DAYS or PRICE:DAYS:REVISIONS, such as 150:7:2")
    return Package(tier, money.parse_cents(match["price"]), int(match["days"]), read_revisions(match["revisions"]))


def read_milestone(text: str) -> MilestoneTerms:
    """A milestone of an offer as typed: `NAME:DAYS:PRICE[:REVISIONS]`, split from the right."""
    match = _WITH_REVISIONS.fullmatch(text) or _WITHOUT_REVISIONS.fullmatch(text)
    if not match:
        raise typer.BadParameter(
            f"{text!r} is not NAME:DAYS:PRICE or NAME:DAYS:PRICE:REVISIONS, such as Sketches:5:60.00"
        )
    names.check_milestone_parts(*match.groups())
    revisions = read_revisions(match.groupdict().get("revisions"))
    return MilestoneTerms(match["name"].strip(), int(match["days"]), money.parse_cents(match["price"]), revisions)


def check_choice(what: str, given: str | None, choices: Iterable[str]) -> None:
    """Refuse a word that is none of the choices, naming them."""
    if given is not None and given not in set(choices):
        raise typer.BadParameter(f"{given!r} is not a {what}: {', '.join(choices)}")


def read_record(text: str) -> dict[str, object]:
    """A delivered file's record as typed: `NAME:SIZE:SHA256`, split from the right."""
    match = _RECORD.fullmatch(text)
    if not match:
        raise typer.BadParameter(f"{text!r} is not NAME:SIZE:SHA256")
    return {"name": match["name"], "size": int(match["size"]), "sha256": match["sha256"]}


def read_tier(text: str) -> str:
    """A package's name as typed."""
    if text not in TIERS:
        raise typer.BadParameter(f"{text!r} is not a package: {', '.join(TIERS)}")
    return text


def read_prices(texts: list[str]) -> dict[str, int]:
    """Explicit prices as typed: `PACKAGE=AMOUNT`."""
    prices = []
    for text in texts:
        tier, equals, amount = text.partition("=")
        if not equals:
            raise typer.BadParameter(f"{text!r} is not PACKAGE=AMOUNT, such as basic=50.00")
        prices.append((read_tier(tier), money.parse_cents(amount)))
    return prices_by_package(prices)


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
