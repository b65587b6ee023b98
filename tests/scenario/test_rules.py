"""A story per rule in `tests/scenarios`: what it refuses at its edge, or what it makes happen."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from milepost.cli.scenario_steps import load, run_command
from milepost.core.ledger import Kind
from milepost.core.transitions import TIMER_RULES, Action
from milepost.rules import RULES
from milepost.scenario.file import Event, Expectation, Scenario
from milepost.scenario.play import play
from milepost.views.scenarios import PlayedView

ROOT = Path(__file__).parents[2]
STORIES = {path.stem: path for path in sorted((ROOT / "tests" / "scenarios").glob("*.toml"))}
SAMPLES = {f"sample {path.stem}": path for path in sorted((ROOT / "sample_data").glob("*.toml"))}
ALL = STORIES | SAMPLES


@cache
def loaded(name: str) -> Scenario:
    """A file, read once."""
    return load(str(ALL[name]))


@cache
def played(name: str) -> PlayedView:
    """A file, played once."""
    return play(loaded(name), run_command)


@cache
def comment(name: str) -> str:
    """The comment at the top of a file."""
    return ALL[name].read_text().partition("\n\n")[0]


def exercised(name: str) -> set[str]:
    """The rules that a file names because they make something happen in it."""
    return set(re.findall(r"^# exercises: (\S+)$", comment(name), re.M))


def refused(name: str) -> set[str]:
    """The rules that refuse a step of a file."""
    return {event.refused for event in loaded(name).events if event.refused}


# ── The files and the rules ─────────────────────────────────────────────────────────────────────────────────────────


def test_every_rule_has_a_story_and_every_story_a_rule() -> None:
    assert RULES.keys() - STORIES.keys() == set(), "tests/scenarios has no story of these"
    assert STORIES.keys() - RULES.keys() == set(), "rules.py has no rule of these stories"
    named = set[str]().union(*(refused(name) | exercised(name) for name in STORIES))
    assert named == RULES.keys()


@pytest.mark.parametrize("name", STORIES)
def test_a_story_is_about_its_own_rule_and_says_in_a_sentence_what_it_shows(name: str) -> None:
    lines = comment(name).splitlines()
    sentence = " ".join(line.removeprefix("# ") for line in lines if not line.startswith("# exercises: "))
    assert name in refused(name) | exercised(name)
    assert all(line.startswith("# ") for line in lines)
    assert sentence.endswith(".")


@pytest.mark.parametrize("name", ALL)
def test_every_story_goes_as_written(name: str) -> None:
    view = played(name)
    assert view.passed, [one for one in (*view.steps, *view.expectations) if not one.ok]
    assert view.expectations


# ── What the stories claim ──────────────────────────────────────────────────────────────────────────────────────────


def has_timer(rule: str) -> Callable[[PlayedView], bool]:
    """Whether a timer of the rule has fired."""
    return lambda view: any(step.step.startswith("the clock: ") and f"[{rule}]" in step.effect for step in view.steps)


def has_entries(*kinds: Kind) -> Callable[[PlayedView], bool]:
    """Whether there is an entry of each kind."""
    return lambda view: set(kinds) <= {entry.kind for entry in view.ledger}


def waits_for_the_answer(view: PlayedView) -> bool:
    """Whether a review ran out at the very step that took a request back, and not by the clock before."""
    ended = [step.step for step in view.steps if "(review-expired)" in step.effect]
    return bool(ended) and all(step.startswith("resolution withdraw ") for step in ended)


def charges_first_when_placed(view: PlayedView) -> bool:
    """Whether each order's first milestone was charged at the instant of its placement."""
    charged = {(entry.order, entry.at) for entry in view.ledger if (entry.kind, entry.milestone) == (Kind.CHARGE, 1)}
    return bool(view.orders) and charged == {(order.id, order.placed_at) for order in view.orders}


def acts_at_deadlines(view: PlayedView) -> bool:
    """Whether something is done one second before a timer, and something is refused at its instant."""
    fired = {one.at for one in view.steps if one.step.startswith("the clock: ")}
    done = {one.at for one in view.steps if one.line and "refused" not in one.effect}
    late = {one.at for one in view.steps if one.line and "refused" in one.effect}
    return any(at - 1 in done and at in late for at in fired)


def closes_what_was_asked(view: PlayedView) -> bool:
    """Whether a request was seen closed in each of the ways in which another action closes one."""
    return {"withdrawn", "declined", "moot"} <= {one.found for one in view.expectations if one.what == "request"}


def cancels_orders(view: PlayedView) -> bool:
    """Whether a whole order was cancelled with something approved, and one with nothing."""
    return {order.status for order in view.orders if order.reason == "cancelled"} == {"completed", "cancelled"}


def checks_the_books(view: PlayedView) -> bool:
    """Whether the books were checked, and found in order, after each kind of thing that can happen to money."""
    checked = [step.ok for step in view.steps if step.step == "ledger check"]
    kinds = (Kind.CHARGE, Kind.RELEASE, Kind.CLEAR, Kind.REFUND, Kind.REVERSAL, Kind.WITHDRAWAL)
    return len(checked) > 1 and all(checked) and has_entries(*kinds)(view)


def sells_a_draft_whole(view: PlayedView) -> bool:
    """Whether a package was sold in one piece, and without a flag, until its milestones were no draft any more."""
    placed = [step.step for step in view.steps if "order place" in step.step]
    types = [order.type for order in view.orders]
    return types[0] == "single" and "milestones" in types and not any("--no-milestones" in one for one in placed)


PROOFS: dict[str, Callable[[PlayedView], bool]] = {
    **{rule.id: has_timer(rule.id) for rule in TIMER_RULES.values()},
    "gig-milestones-min": sells_a_draft_whole,
    "gig-package-count": sells_a_draft_whole,
    "order-first-charge": charges_first_when_placed,
    "deadline-instant": acts_at_deadlines,
    "cancel-hold": waits_for_the_answer,
    "cancel-moot": closes_what_was_asked,
    "cancel-order": cancels_orders,
    "money-charge": has_entries(Kind.CHARGE, Kind.CLIENT_FEE),
    "money-release": has_entries(Kind.RELEASE, Kind.SELLER_FEE),
    "money-refund": has_entries(Kind.REFUND, Kind.CLIENT_FEE_REFUND),
    "money-reversal": has_entries(Kind.REVERSAL, Kind.SELLER_FEE_REVERSAL),
    "money-conserved": checks_the_books,
}


@pytest.mark.parametrize(("name", "rule"), [(name, rule) for name in STORIES for rule in sorted(exercised(name))])
def test_a_rule_that_a_story_names_makes_something_happen_in_it(name: str, rule: str) -> None:
    assert PROOFS[rule](played(name))


@pytest.mark.parametrize("timer", TIMER_RULES)
def test_every_timer_fires_in_the_story_of_its_rule(timer: Action) -> None:
    name = TIMER_RULES[timer].id
    fired = {step.step for step in played(name).steps}
    assert f"the clock: {timer}" in fired, f"tests/scenarios/{name}.toml lets no {timer} fire"


def test_a_rule_that_refuses_nothing_has_a_proof() -> None:
    assert RULES.keys() - set[str]().union(*map(refused, STORIES)) <= PROOFS.keys()


@pytest.mark.parametrize("name", ALL)
def test_no_cent_is_lost_in_any_story(name: str) -> None:
    for order in played(name).orders:
        kept = order.escrow_cents + order.released_cents + order.fees_cents
        assert order.charged_cents == order.refunded_cents + kept


# ── One lie in a story ──────────────────────────────────────────────────────────────────────────────────────────────


def falsified(expect: Expectation) -> Expectation:
    """An expectation of which one thing is not true."""
    what, told = next((what, told) for what, told in expect if told not in (None, {}) and what not in ("at", "order"))
    lie = {**told, next(iter(told)): "-999.99"} if isinstance(told, dict) else [] if told else ["planned"]
    return expect.model_copy(update={what: "nowhere" if isinstance(told, str) else lie})


def told_otherwise(scenario: Scenario, event: Event, **changes: object) -> PlayedView:
    """The story, played with one of its events changed."""
    events = [replace(one, **changes) if one is event else one for one in scenario.events]  # type: ignore[arg-type]
    return play(replace(scenario, events=tuple(events)), run_command)


@pytest.mark.parametrize("name", ALL)
def test_a_story_with_one_expectation_made_false_fails_at_its_line(name: str) -> None:
    event = [event for event in loaded(name).events if event.expect][-1]
    assert event.expect is not None
    view = told_otherwise(loaded(name), event, expect=falsified(event.expect))
    assert not view.passed
    assert [one.line for one in view.expectations if not one.ok] == [event.line]
    assert ALL[name].read_text().splitlines()[event.line - 1] in ("[[step]]", "[[expect]]")


@pytest.mark.parametrize("name", [name for name in STORIES if refused(name)])
def test_a_story_in_which_another_rule_should_have_refused_fails_at_its_line(name: str) -> None:
    event = next(event for event in loaded(name).events if event.refused)
    view = told_otherwise(loaded(name), event, refused=next(rule for rule in RULES if rule != event.refused))
    assert not view.passed
    assert [step.line for step in view.steps if not step.ok] == [event.line]
    assert f"[{event.refused}]" in view.steps[-1].effect
