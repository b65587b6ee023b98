"""A scenario file: what it may hold, and what is wrong with it before anything runs."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StrictStr
from pydantic_core import PydanticCustomError

from milepost import times
from milepost.errors import BadFile, Fault
from milepost.files import documents, toml_reader
from milepost.files.documents import GigDocument, OfferDocument, When
from milepost.files.toml_positions import Path as TomlPath
from milepost.files.toml_positions import Place, place_of, places
from milepost.files.toml_reader import Document
from milepost.files.words import split_words, unreadable
from milepost.policy import Policy
from milepost.rules import RULES, RuleError

_REF = re.compile(r"[a-z][a-z0-9_-]{0,39}", re.ASCII)
_TAKES_ID = {"--gig", "--order", "--until-done"}
_TAKES_NOTHING = {
    "--after-current", "--all", "--continue", "--diagram", "--dry-run", "--json", "--late", "--next", "--no-milestones",
    "--no-prices", "--replace", "--transitions", "--undo", "--whole", "--yes", "--zoom",
}  # fmt: skip
_NOUNS_WITH_IDS = {"gig", "offer", "order", "resolution"}
_VERBS_WITH_IDS = {("template", "save")}  # of nouns that have names otherwise
_BALANCE = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,2})?", re.ASCII)
_NOT_IN_A_STORY = {"init", "demo", "scenario", "backup", "doctor"}


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


class Expectation(Document):
    """What must be true: of an order, and of accounts. `escrow` alone is the order's own escrow account.

    `messages` are the texts that the order's parties have written to each other, oldest first.
    """

    status: StrictStr | None = None
    reason: StrictStr | None = None
    phase: StrictStr | None = None
    milestones: list[StrictStr] | None = None
    timers: list[StrictStr] | None = None
    messages: list[StrictStr] | None = None
    balances: dict[StrictStr, Annotated[str, BeforeValidator(_balance)]] = Field(default_factory=dict)


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


@dataclass(frozen=True, slots=True)
class Event:
    """A step or an expectation at its instant, with its line in the file and, for a step, its words."""

    at: int
    line: int
    words: tuple[str, ...]
    binds: str | None
    refused: str | None
    expect: Expectation | None
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


def load(name: str) -> Scenario:
    """The scenario in a file, or in stdin where `name` is `-`. Raises `BadFile` with all its faults."""
    return parse(toml_reader.read(name), toml_reader.name_told(name))


def parse(text: str, name: str) -> Scenario:
    """The scenario that a TOML text holds. Raises `BadFile` with all its faults."""
    document = toml_reader.parse(ScenarioDocument, text, name)
    found = places(text)
    faults = list(_ref_faults(document, found))
    place = place_of(found, ("scenario", "start"))
    start = _instant(document.scenario.start, times.MIN_INSTANT, "scenario, start", place, faults)
    if document.scenario.start.startswith("+"):
        faults.append(Fault("scenario, start: a story starts at an instant, such as 2026-01-05T09:00:00Z", *place))
    events = [*_steps(document, start, found, faults), *_expects(document, start, found, faults)]
    events.sort(key=lambda event: event.at)  # stable: at one instant the steps come before the expectations
    policy = _policy(document.scenario.policy, name, found, faults)
    if faults or policy is None:
        raise BadFile(name, sorted(faults, key=lambda fault: fault.line or 0))
    return Scenario(
        name, document.scenario.title, start, policy, tuple(document.gig), tuple(document.offer), tuple(events)
    )


def with_ids(words: tuple[str, ...], refs: Mapping[str, int]) -> list[str]:
    """The words of a step with ids in the place of refs: its subject, and what options that take an id are given."""
    told = list(words)
    for index in _ids_in(words):
        option, equals, ref = words[index].rpartition("=")
        told[index] = f"{option}{equals}{refs.get(ref, ref)}"
    return told


def _command(words: tuple[str, ...]) -> tuple[str, ...]:
    """A step's words without the `--as HANDLE` before them."""
    return words[2:] if words[:1] == ("--as",) else words


def _ids_in(words: tuple[str, ...]) -> Iterator[int]:
    """Where a step's words are ids: after the options that take one, and the first argument of a noun that has ids."""
    command = _command(words)
    begin = len(words) - len(command)
    has_subject = command[:1] and (command[0] in _NOUNS_WITH_IDS or command[:2] in _VERBS_WITH_IDS)
    subject = not has_subject  # whether it has gone by
    option = None  # the one whose value comes next
    for index in range(begin + 2, len(words)):
        word = words[index]
        if option is not None:
            if option in _TAKES_ID and not word.startswith("-"):
                yield index
            option = None
        elif word.startswith("-"):
            name, equals, _ = word.partition("=")
            if name in _TAKES_ID and equals:
                yield index
            option = None if equals or word in _TAKES_NOTHING else word
        elif not subject:
            subject = True
            yield index


def _policy(
    given: str | dict[str, Any], name: str, found: Mapping[TomlPath, Place], faults: list[Fault]
) -> Policy | None:
    """The policy that is named or described; what is wrong with it joins the file's faults."""
    try:
        if isinstance(given, str):
            return documents.policy(given)
        return documents.policy_of(toml_reader.check(documents.PolicyDocument, given, name))
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
        if ref is None or not _REF.fullmatch(ref) or ref in seen:
            line, column = place_of(found, (kind, index))
            yield Fault(f'{kind} {index + 1}: needs a ref of its own, such as ref = "{kind}"', line, column)
        seen.add(ref or "")
    gigs = {gig.ref for gig in document.gig}
    for index, offer in enumerate(document.offer):
        if offer.gig not in gigs:
            line, column = place_of(found, ("offer", index, "gig"))
            yield Fault(f"offer {index + 1}: there is no gig {offer.gig!r} in this file", line, column)


def _steps(
    document: ScenarioDocument, start: int, found: Mapping[TomlPath, Place], faults: list[Fault]
) -> Iterator[Event]:
    refs = {gig.ref for gig in document.gig} | {offer.ref for offer in document.offer}
    clock = start
    for index, step in enumerate(document.step):
        line, column = place_of(found, ("step", index))
        at = _instant(step.at, start, f"step {index + 1}", (line, column), faults)
        words, binds = _words(step.do)
        for message in _step_faults(step, words, binds, refs):
            faults.append(Fault(f"step {index + 1}: {message}", line, column))
        if at < clock:
            faults.append(Fault(f"step {index + 1}: goes back in time, to {times.format_instant(at)}", line, column))
        clock = max(clock, at)
        refs.add(binds)
        yield Event(at, line, words, binds, step.refused, step.expect)


def _expects(
    document: ScenarioDocument, start: int, found: Mapping[TomlPath, Place], faults: list[Fault]
) -> Iterator[Event]:
    bound = {_words(step.do)[1] for step in document.step}
    for index, expect in enumerate(document.expect):
        line, column = place_of(found, ("expect", index))
        at = _instant(expect.at, start, f"expect {index + 1}", (line, column), faults)
        if expect.order is not None and expect.order not in bound:
            faults.append(Fault(f"expect {index + 1}: no step makes an order {expect.order!r}", line, column))
        yield Event(at, line, (), None, None, expect, expect.order)


def _instant(text: str, start: int, what: str, place: Place, faults: list[Fault]) -> int:
    """The instant of a step or an expectation; one beyond the calendar is a fault."""
    try:
        return times.parse_instant(text, clock=start)
    except RuleError as refusal:
        faults.append(Fault(f"{what}: {refusal.message}", *place, refusal.rule.id))
        return start


def _words(text: str) -> tuple[tuple[str, ...], str | None]:
    """The words of a step, and the name that `as NAME` at its end binds to what it makes."""
    try:
        words = split_words(text)
    except ValueError:
        return (), None
    if len(words) > 2 and words[-2] == "as":
        return tuple(words[:-2]), words[-1]
    return tuple(words), None


def _step_faults(step: Step, words: tuple[str, ...], binds: str | None, refs: set[str | None]) -> Iterator[str]:
    if not words:
        yield unreadable(step.do)
        return
    command = _command(words)
    if not command or command[0] in _NOT_IN_A_STORY or command[0].startswith("-"):
        yield f"{' '.join(command[:1] or words)!r} has no place in a story"
    if step.refused is not None and step.refused not in RULES:
        yield f"there is no rule {step.refused!r}"
    if binds is not None and not _REF.fullmatch(binds):
        yield f"{binds!r} cannot be a name: small letters, digits, - and _"
    if binds is not None and binds in refs:
        yield f"{binds!r} is the name of something else already"
    for index in _ids_in(words):
        ref = words[index].rpartition("=")[2]
        if not ref.isdecimal() and ref not in refs:
            yield f"there is no {ref!r} before this step"
