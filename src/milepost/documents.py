"""Documents: TOML files of gigs, offers, policies and scenarios, checked strictly and told all at once.

A document says what a file holds and in which form; whether the marketplace allows it is for `core`. Unknown keys,
wrong types and bad amounts or times are faults with the file's line and column.
"""

import re
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    ValidationError,
    create_model,
    model_validator,
)
from pydantic_core import PydanticCustomError

from milepost import data, money, times
from milepost.core.gig import Gig, Milestone, Package, Substep
from milepost.core.offer import Draft
from milepost.core.terms import MilestoneTerms, OrderType
from milepost.errors import BadFile, Fault
from milepost.places import Path as TomlPath
from milepost.places import Place, place_of, places
from milepost.policy import STANDARD, Policy, bounds
from milepost.rules import RULES, RuleError

MAX_BYTES = 1_000_000
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


class Document(BaseModel):
    """What all documents have in common: a key that is not known is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class PackageDocument(Document):
    """`[package.basic]` of a gig."""

    price: Cents
    days: Integer
    revisions: Revisions = 0
    description: StrictStr = ""


class SubstepDocument(Document):
    """A substep that is only in some packages."""

    name: StrictStr
    packages: Tiers = ALL_TIERS


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

    def plain(self) -> Milestone:
        """The milestone as core takes it."""
        substeps = tuple(
            Substep(one, tuple(self.packages)) if isinstance(one, str) else Substep(one.name, tuple(one.packages))
            for one in self.substeps
        )
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


class OfferDocument(Document):
    """An offer file; in a scenario `gig` is a ref, elsewhere a gig's id."""

    ref: StrictStr | None = None
    gig: Integer | StrictStr
    client: StrictStr
    type: Literal["single", "subscription", "milestones"]
    title: StrictStr | None = None
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
    }


class _OrderedPolicy(Document):
    @model_validator(mode="after")
    def _check_order(self) -> Self:
        for what in ("gig_milestones", "offer_milestones"):
            if getattr(self, f"{what}_min") > getattr(self, f"{what}_max"):
                raise PydanticCustomError("order", f"{what}_min is above {what}_max")
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
    if not name.endswith(".toml") and not Path(name).exists():
        known = ", ".join(policy_names())
        raise BadFile(name, [Fault(f"there is no policy of this name ({known}) and no such file")])
    return policy_of(parse(PolicyDocument, read(name), name))


def policy_names() -> list[str]:
    """The names of the shipped policies."""
    return data.listing("policies")


# ── Reading ─────────────────────────────────────────────────────────────────────────────────────────────────────────

Model = TypeVar("Model", bound=BaseModel)


def load(model: type[Model], name: str) -> Model:
    """The document in a file, or in stdin where `name` is `-`. Raises `BadFile` with all its faults."""
    return parse(model, read(name), "stdin" if name == "-" else name)


def read(name: str) -> str:
    """The text of a file, or of stdin where `name` is `-`. Raises `BadFile`."""
    try:
        raw = sys.stdin.buffer.read(MAX_BYTES + 1) if name == "-" else _read_bytes(Path(name))
        if len(raw) > MAX_BYTES:
            raise BadFile(name, [Fault(f"the file is larger than {MAX_BYTES:,} bytes")])
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadFile(name, [Fault("the file is not UTF-8 text")]) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadFile(name, [Fault(f"cannot be read: {reason}")]) from None


def parse(model: type[Model], text: str, name: str) -> Model:
    """The document that a TOML text holds. Raises `BadFile` with all its faults, by line and column."""
    return _validated(model, _toml(text, name), name, places(text))


def check(model: type[Model], raw: Mapping[str, Any], name: str) -> Model:
    """The document that plain values hold. Raises `BadFile` with all its faults."""
    return _validated(model, raw, name, {(): (1, 1)})


def _validated(model: type[Model], raw: Mapping[str, Any], name: str, found: Mapping[TomlPath, Place]) -> Model:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise BadFile(name, _faults(error, raw, found)) from None


def _read_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _toml(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r" \(at line (\d+), column (\d+)\)", str(error))
        message = str(error).split(" (at ")[0]
        fault = Fault(message, int(place[1]), int(place[2])) if place else Fault(str(error))
        raise BadFile(name, [fault]) from None
    except (ValueError, RecursionError, ArithmeticError):
        raise BadFile(
            name, [Fault("the file is not TOML that can be used: a number or a nesting is too large")]
        ) from None


def _faults(error: ValidationError, raw: Mapping[str, Any], found: Mapping[TomlPath, Place]) -> list[Fault]:
    """One fault a place; where a value could have been several things, they are named together."""
    messages: dict[TomlPath, list[str]] = {}
    kinds: dict[TomlPath, str] = {}
    for one in error.errors(include_url=False):
        path = _path_in_file(one["loc"], raw, whole=one["type"] in ("missing", "extra_forbidden"))
        messages.setdefault(path, []).append(_message(one["type"], path, one["msg"]))
        kinds[path] = one["type"]
    faults = []
    for path, told in messages.items():
        line, column = place_of(found, path)
        rule = kinds[path] if kinds[path] in RULES else None
        faults.append(Fault(f"{_dotted(path)}: {' or '.join(dict.fromkeys(told))}", line, column, rule))
    return sorted(faults, key=lambda fault: (fault.line or 0, fault.column or 0))


def _path_in_file(location: Sequence[str | int], raw: Any, *, whole: bool) -> TomlPath:
    """The keys of a fault's location that the file itself has: a validator names its branches there too."""
    path: list[str | int] = []
    node = raw
    for index, part in enumerate(location):
        if isinstance(node, Mapping | list) and part in (node if isinstance(node, Mapping) else range(len(node))):
            node = node[part]  # type: ignore[index]
        elif not (whole and index == len(location) - 1):
            continue
        path.append(part)
    return tuple(path)


def _message(kind: str, path: TomlPath, message: str) -> str:
    if kind == "extra_forbidden":
        nearest = get_close_matches(str(path[-1]), _KNOWN_KEYS, n=1)
        return "this key is not known" + (f"; did you mean {nearest[0]}?" if nearest else "")
    if kind == "missing":
        return "this key is missing"
    return message[:1].lower() + message[1:]


def _dotted(path: TomlPath) -> str:
    """A path as people write it, lists counted from 1: `milestone 2, days`."""
    words: list[str] = []
    for part in path:
        if isinstance(part, int) and words:
            words[-1] += f" {part + 1}"
        else:
            words.append(str(part))
    return ", ".join(words) or "the file"


_KNOWN_KEYS = sorted(
    {
        key
        for model in (PackageDocument, SubstepDocument, GigMilestoneDocument, GigDocument, OfferMilestoneDocument)
        for key in model.model_fields
    }
    | OfferDocument.model_fields.keys()
    | PolicyDocument.model_fields.keys()
)
