"""A scenario file: what it may hold, and what is wrong with it before anything runs."""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, StrictStr

from milepost import documents, times
from milepost.documents import Cents, Document, GigDocument, OfferDocument, When
from milepost.errors import BadFile, Fault
from milepost.places import Path as TomlPath
from milepost.places import Place, place_of, places
from milepost.policy import Policy
from milepost.rules import RULES

_REF = re.compile(r"[a-z][a-z0-9_-]{0,39}", re.ASCII)
_TAKES_ID = {"--gig", "--order", "--until-done"}
_NOUNS_WITH_IDS = {"gig", "offer", "order"}
_NOT_IN_A_STORY = {"init", "demo", "scenario", "backup", "doctor"}


class Header(Document):
    """`[scenario]`."""

    title: Annotated[StrictStr, Field(max_length=200)]
    start: When
    policy: StrictStr | dict[str, Any] = "standard"


class Expectation(Document):
    """What must be true: of an order, and of accounts. `escrow` alone is the order's own escrow account."""

    status: StrictStr | None = None
    reason: StrictStr | None = None
    phase: StrictStr | None = None
    milestones: list[StrictStr] | None = None
    timers: list[StrictStr] | None = None
    balances: dict[StrictStr, StrictStr | Cents] = Field(default_factory=dict)


class Step(Document):
    """`[[step]]`: the clock ticks to `at`, then `do` is done; `refused` names the rule that must refuse it."""

    at: When
    do: Annotated[StrictStr, Field(max_length=5_000)]
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
    return parse(documents.read(name), "stdin" if name == "-" else name)


def parse(text: str, name: str) -> Scenario:
    """The scenario that a TOML text holds. Raises `BadFile` with all its faults."""
    document = documents.parse(ScenarioDocument, text, name)
    found = places(text)
    start = times.parse_instant(document.scenario.start, clock=0)
    faults = list(_ref_faults(document, found))
    events = [*_steps(document, start, found, faults), *_expects(document, start, found)]
    events.sort(key=lambda event: event.at)  # stable: at one instant the steps come before the expectations
    policy = _policy(document.scenario.policy, name)
    if faults:
        raise BadFile(name, sorted(faults, key=lambda fault: fault.line or 0))
    return Scenario(
        name, document.scenario.title, start, policy, tuple(document.gig), tuple(document.offer), tuple(events)
    )


def with_ids(words: tuple[str, ...], refs: Mapping[str, int]) -> list[str]:
    """The words of a step with ids in the place of refs: among the arguments, and after options that take an id."""
    told = list(words)
    for index, word in enumerate(words):
        before = words[index - 1] if index else ""
        if index >= 2 and word in refs and (not before.startswith("-") or before in _TAKES_ID):
            told[index] = str(refs[word])
    return told


def _policy(given: str | dict[str, Any], name: str) -> Policy:
    if isinstance(given, str):
        return documents.policy(given)
    return documents.policy_of(documents.check(documents.PolicyDocument, given, name))


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
        at = times.parse_instant(step.at, clock=start)
        words, binds = _words(step.do)
        for message in _step_faults(step, words, binds, refs):
            faults.append(Fault(f"step {index + 1}: {message}", line, column))
        if at < clock:
            faults.append(Fault(f"step {index + 1}: goes back in time, to {times.format_instant(at)}", line, column))
        clock = max(clock, at)
        refs.add(binds)
        yield Event(at, line, words, binds, step.refused, step.expect)


def _expects(document: ScenarioDocument, start: int, found: Mapping[TomlPath, Place]) -> Iterator[Event]:
    for index, expect in enumerate(document.expect):
        line, _ = place_of(found, ("expect", index))
        yield Event(times.parse_instant(expect.at, clock=start), line, (), None, None, expect, expect.order)


def _words(text: str) -> tuple[tuple[str, ...], str | None]:
    """The words of a step, and the name that `as NAME` at its end binds to what it makes."""
    try:
        words = shlex.split(text)
    except ValueError:
        return (), None
    if len(words) > 2 and words[-2] == "as":
        return tuple(words[:-2]), words[-1]
    return tuple(words), None


def _step_faults(step: Step, words: tuple[str, ...], binds: str | None, refs: set[str | None]) -> Iterator[str]:
    if not words:
        yield "has no words that can be read; is a quote open?"
        return
    if words[0] in _NOT_IN_A_STORY or (words[0].startswith("-") and words[0] != "--as"):
        yield f"{words[0]!r} has no place in a story"
    if step.refused is not None and step.refused not in RULES:
        yield f"there is no rule {step.refused!r}"
    if binds is not None and not _REF.fullmatch(binds):
        yield f"{binds!r} cannot be a name: small letters, digits, - and _"
    subject = words[2] if len(words) > 2 and words[0] in _NOUNS_WITH_IDS else "0"
    if not subject.startswith("-") and not subject.isdecimal() and subject not in refs:
        yield f"there is no {subject!r} before this step"
