"""A scenario file: what it may hold, and what is wrong with it before anything runs."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StrictBool, StrictInt, StrictStr
from pydantic_core import PydanticCustomError

from milepost import times
from milepost.errors import BadFile, Fault
from milepost.files import documents, toml_reader
from milepost.files.documents import GigDocument, OfferDocument, When
from milepost.files.input import name_told
from milepost.files.toml_positions import Path as TomlPath
from milepost.files.toml_positions import Place, place_of, places
from milepost.files.toml_reader import Document
from milepost.policy import Policy
from milepost.rules import RULES, RuleError
from milepost.scenario import spoken
from milepost.scenario.spoken import Grammar, Reading, Spoken, is_ref, words_of

_BALANCE = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,2})?", re.ASCII)


class Header(Document):
    """`[scenario]`."""

    title: Annotated[StrictStr, Field(max_length=200)]
    start: When
    policy: StrictStr | dict[str, Any] = "standard"


def _balance(value: Any) -> str:
    """An amount that an account can hold: nothing and less than nothing, too, as no payment may be."""
    if isinstance(value, bool) or not _BALANCE.fullmatch(str(value)):
        raise PydanticCustomError("balance", 'a balance is written "150.00", "0.00" or "-150.00"')
    return f"{Decimal(str(value)):.2f}"


Amount = Annotated[str, BeforeValidator(_balance)]


class Expectation(Document):
    """What must be true: of an order, and of accounts. `escrow` alone is the order's own escrow account.

    `messages` are the texts that the order's parties have written to each other, oldest first; `offers` the statuses of
    the file's offers by their refs; `request` the state of the order's last request; `delivered` what was handed over
    with the last delivery, names of files and links; `revision_requests` what the client wrote with each; `late`
    whether what runs is late. Amounts are the order's own.
    """

    status: StrictStr | None = None
    reason: StrictStr | None = None
    phase: StrictStr | None = None
    milestones: list[StrictStr] | None = None
    timers: list[StrictStr] | None = None
    messages: list[StrictStr] | None = None
    offers: dict[StrictStr, StrictStr] = Field(default_factory=dict)
    request: StrictStr | None = None
    late: StrictBool | None = None
    revisions_used: list[StrictInt] | None = None
    delivered: list[StrictStr] | None = None
    revision_requests: list[StrictStr] | None = None
    charged: Amount | None = None
    released: Amount | None = None
    refunded: Amount | None = None
    fees: Amount | None = None
    balances: dict[StrictStr, Amount] = Field(default_factory=dict)


class Step(Document):
    """`[[step]]`: the clock ticks to `at`, then `do` is done; `refused` names the rule that must refuse it."""

    at: When
    do: StrictStr
    expect: Expectation | None = None
    refused: StrictStr | None = None


class Expect(Expectation):
    """`[[expect]]`: what must be true at an instant."""

    at: When
    order: StrictStr | None = None


class ScenarioDocument(Document):
    """A whole file."""

    scenario: Header
    gig: list[GigDocument] = Field(default_factory=list)
    offer: list[OfferDocument] = Field(default_factory=list)
    step: list[Step] = Field(default_factory=list)
    expect: list[Expect] = Field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Spoken):
    """A step or an expectation at its instant, with its line in the file; a step has words."""

    at: int
    line: int
    refused: str | None = None
    expect: Expectation | None = None
    order: str | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """A file that can be played."""

    name: str
    title: str
    start: int
    policy: Policy
    gigs: tuple[GigDocument, ...]
    offers: tuple[OfferDocument, ...]
    events: tuple[Event, ...]


def load(name: str, grammar: Grammar) -> Scenario:
    """The scenario in a file, or in stdin where `name` is `-`. Raises `BadFile` with all its faults."""
    return parse(toml_reader.read(name), name_told(name), grammar)


def parse(text: str, name: str, grammar: Grammar) -> Scenario:
    """The scenario that a TOML text holds, its steps in words of the grammar. Raises `BadFile` with all its faults."""
    document = toml_reader.parse(ScenarioDocument, text, name)
    found = places(text)
    faults = list(_ref_faults(document, found))
    place = place_of(found, ("scenario", "start"))
    start = _instant(document.scenario.start, times.MIN_INSTANT, "scenario, start", place, faults)
    if times.is_relative(document.scenario.start):
        faults.append(Fault("scenario, start: a story starts at an instant, such as 2026-01-05T09:00:00Z", *place))
    events = list(_steps(document, start, grammar, found, faults))
    events += _expects(document, start, {step.binds for step in events}, found, faults)
    events.sort(key=lambda event: event.at)  # stable: at one instant the steps come before the expectations
    policy = _policy(document.scenario.policy, name, found, faults)
    if faults or policy is None:
        raise BadFile(name, sorted(faults, key=lambda fault: fault.line or 0))
    return Scenario(
        name, document.scenario.title, start, policy, tuple(document.gig), tuple(document.offer), tuple(events)
    )


def _policy(
    given: str | dict[str, Any], name: str, found: Mapping[TomlPath, Place], faults: list[Fault]
) -> Policy | None:
    """The policy that is named or described; what is wrong with it joins the file's faults."""
    try:
        if isinstance(given, str):
            return documents.policy(given)
        described = documents.policy_of(toml_reader.check(documents.PolicyDocument, given, name))
        faults.extend(documents.shipped_name_faults(described, *place_of(found, ("scenario", "policy", "name"))))
        return described
    except BadFile as error:
        line, column = place_of(found, ("scenario", "policy"))
        named = f"{given!r}: " if isinstance(given, str) else ""
        faults.extend(Fault(f"scenario, policy: {named}{fault.message}", line, column) for fault in error.faults)
        return None


def _ref_faults(document: ScenarioDocument, found: Mapping[TomlPath, Place]) -> Iterator[Fault]:
    """Every gig and offer has a ref of its own, and an offer's gig is one of them."""
    seen: set[str] = set()
    named = [("gig", index, gig.ref) for index, gig in enumerate(document.gig)]
    named += [("offer", index, offer.ref) for index, offer in enumerate(document.offer)]
    for kind, index, ref in named:
        if ref is None or not is_ref(ref) or ref in seen:
            line, column = place_of(found, (kind, index))
            yield Fault(f'{kind} {index + 1}: needs a ref of its own, such as ref = "{kind}"', line, column)
        seen.add(ref or "")
    gigs = {gig.ref for gig in document.gig}
    for index, offer in enumerate(document.offer):
        if offer.gig not in gigs:
            line, column = place_of(found, ("offer", index, "gig"))
            yield Fault(f"offer {index + 1}: there is no gig {offer.gig!r} in this file", line, column)


def _steps(
    document: ScenarioDocument, start: int, grammar: Grammar, found: Mapping[TomlPath, Place], faults: list[Fault]
) -> Iterator[Event]:
    refs = {gig.ref for gig in document.gig} | {offer.ref for offer in document.offer}
    clock = start
    for index, step in enumerate(document.step):
        place = place_of(found, ("step", index))
        at = _instant(step.at, start, f"step {index + 1}", place, faults)
        words, binds = words_of(step.do)
        reading = grammar(words) if words else Reading({})
        event = Event(
            words=words, ids=reading.ids, binds=binds, at=at, line=place[0], refused=step.refused, expect=step.expect
        )
        unknown = [f"there is no rule {step.refused!r}"] if step.refused not in {None, *RULES} else []
        told = [*unknown, *spoken.faults(event, step.do, refs), *_word_faults(event, reading)]
        if at < clock:
            told.append(f"goes back in time, to {times.format_instant(at)}")
        faults.extend(Fault(f"step {index + 1}: {message}", *place) for message in told)
        clock = max(clock, at)
        refs.add(binds)
        yield event


def _expects(
    document: ScenarioDocument,
    start: int,
    bound: Collection[str | None],
    found: Mapping[TomlPath, Place],
    faults: list[Fault],
) -> Iterator[Event]:
    for index, expect in enumerate(document.expect):
        line, column = place_of(found, ("expect", index))
        at = _instant(expect.at, start, f"expect {index + 1}", (line, column), faults)
        if expect.order is not None and expect.order not in bound:
            faults.append(Fault(f"expect {index + 1}: no step makes an order {expect.order!r}", line, column))
        yield Event(at=at, line=line, expect=expect, order=expect.order)


def _instant(text: str, start: int, what: str, place: Place, faults: list[Fault]) -> int:
    """The instant of a step or an expectation; one beyond the calendar is a fault."""
    try:
        return times.parse_instant(text, clock=start)
    except RuleError as refusal:
        faults.append(Fault(f"{what}: {refusal.message}", *place, refusal.rule.id))
        return start


def _word_faults(event: Event, reading: Reading) -> Iterator[str]:
    """What the command line would not understand; text that a rule is to refuse may be as wrong as it likes."""
    if reading.fault is not None and (reading.rule is None or reading.rule != event.refused):
        yield reading.fault
