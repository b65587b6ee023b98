"""Placing, delivering, revising, approving, and the review that silence ends."""

from dataclasses import replace
from typing import Any

import pytest

from core.order_helpers import (
    DAY,
    FEES,
    HOUR,
    LINK,
    PATIENT,
    REVIEW,
    START,
    Walk,
    file_record,
    milestone,
    single,
    terms,
)
from milepost import rules
from milepost.core.ledger import Kind
from milepost.core.order import Timer, deadline, due, timers
from milepost.core.transitions import Action, Actor, Phase, Reason, State, Status, review_ends_at
from milepost.policy import STANDARD
from milepost.rules import Rule

DELIVER, APPROVE, REVISE = Action.DELIVER, Action.APPROVE, Action.REVISE


def delivered(**changes: Any) -> Walk:
    """A three-milestone order whose first milestone is in review."""
    return Walk(terms(**changes)).deliver()


# ── Placing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_placing_starts_and_charges_the_first_milestone_alone() -> None:
    walk = Walk()

    assert walk.states == "App"
    assert walk.order.phase is Phase.WORKING
    assert walk.moved() == {Kind.CHARGE: 10_000}
    assert walk.order.milestones[0].started_at == walk.order.placed_at == START
    assert walk.last.history_entry == (1, START, Actor.CLIENT, Action.PLACE, 1, {})


def test_work_is_due_after_its_days_and_late_a_second_later() -> None:
    first = Walk(terms(days=7)).order.milestones[0]

    assert first.due_at == START + 7 * DAY
    assert [first.late_seconds(START + 7 * DAY + more) for more in (-1, 0, 1)] == [0, 0, 1]


def test_a_milestone_that_has_not_started_is_not_due() -> None:
    planned = Walk().order.milestones[1]

    assert planned.due_at is None
    assert planned.late_seconds(START + 400 * DAY) == 0


def test_lateness_stays_what_it_was_at_the_first_delivery() -> None:
    walk = Walk(terms(days=7, revisions=1)).wait(7 * DAY + 5).deliver().do(REVISE).wait(DAY).deliver()

    assert walk.order.milestones[0].late_seconds(walk.at + DAY) == 5


def test_a_cancelled_milestone_that_was_never_delivered_is_not_late() -> None:
    walk = Walk(terms(days=1)).wait(9 * DAY).support_cancels(1)

    assert walk.order.milestones[0].late_seconds(walk.at) == 0


def test_a_later_milestone_is_due_after_its_own_start() -> None:
    walk = delivered().approve().wait(DAY).go_on()

    assert walk.order.current.due_at == START + DAY + 7 * DAY


# ── Delivering ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_delivery_opens_a_review_of_eight_days() -> None:
    walk = Walk().wait(DAY).deliver()

    assert walk.states == "dpp"
    assert walk.order.phase is Phase.REVIEW
    assert due(walk.order) == Timer(START + DAY + REVIEW, Action.REVIEW_SILENCE, 1)
    assert deadline(walk.order) == due(walk.order)
    assert walk.last.entries == ()


def test_only_a_delivered_milestone_has_a_review_that_ends() -> None:
    walk = Walk(terms(revisions=1))
    ends = [review_ends_at(walk.order, walk.order.current)]
    for action in (DELIVER, REVISE, DELIVER, APPROVE):
        ends.append(review_ends_at(walk.do(action).order, walk.order.current))

    assert ends == [None, START + REVIEW, None, START + REVIEW, None]


def test_delivering_again_in_the_review_is_refused() -> None:
    fault = delivered().wait(DAY).refuses(rules.DELIVER_STATE, DELIVER, links=[LINK])

    assert fault.values["possible"] == "approve, stop-after-current"


@pytest.mark.parametrize("args", [{"message": ""}, {"message": "here"}, {"files": [], "links": []}])
def test_a_delivery_before_the_last_needs_no_file(args: dict[str, Any]) -> None:
    assert Walk().deliver(**args).states == "dpp"


@pytest.mark.parametrize("args", [{"message": "done"}, {"files": []}, {"links": []}])
def test_the_last_delivery_needs_a_file_or_a_link(args: dict[str, Any]) -> None:
    last = Walk(terms(2)).deliver().approve().go_on()

    last.refuses(rules.DELIVER_FINAL, DELIVER, **args)
    Walk(single()).refuses(rules.DELIVER_FINAL, DELIVER, **args)


@pytest.mark.parametrize("args", [{"files": [file_record()]}, {"links": [LINK]}])
def test_the_last_delivery_with_a_file_or_a_link_is_taken(args: dict[str, Any]) -> None:
    assert Walk(terms(2)).deliver().approve().go_on().deliver(**args).states == "ad"


def test_a_milestone_becomes_the_last_when_those_after_it_are_dropped() -> None:
    walk = Walk(terms(3)).support_cancels(2).support_cancels(3)

    walk.refuses(rules.DELIVER_FINAL, DELIVER, message="done")
    assert walk.deliver(links=[LINK]).states == "dxx"


@pytest.mark.parametrize(
    "args",
    [
        {"message": "x" * 5_001},
        {"message": "\x1b"},
        {"files": [file_record("")]},
        {"files": [file_record("x" * 256)]},
        {"files": [file_record("a\nb")]},
        {"files": [file_record()] * 101},
        {"links": [""]},
        {"links": [" "]},
        {"links": ["x" * 2_001]},
        {"links": [LINK, f"{LINK}\n"]},
        {"links": [LINK] * 101},
    ],
)
def test_a_delivery_holds_good_texts_and_not_too_many(args: dict[str, Any]) -> None:
    Walk().refuses(rules.NAMES, DELIVER, **args)


def test_a_delivery_at_the_edge_of_every_bound_is_taken() -> None:
    full = {
        "message": "x" * 5_000,
        "files": [file_record("x" * 255)] * 100,
        "links": ["x" * 2_000] * 100,
    }

    assert Walk().do(DELIVER, **full).last.history_entry.args == full


# ── Revising ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_revision_closes_the_review_and_the_next_delivery_opens_a_new_one() -> None:
    walk = delivered(revisions=1).wait(7 * DAY).do(REVISE, message="bluer")

    assert walk.order.phase is Phase.REVISING
    assert timers(walk.order) == []
    walk.wait(DAY).deliver()
    assert due(walk.order) == Timer(START + 8 * DAY + REVIEW, Action.REVIEW_SILENCE, 1)
    assert walk.order.current.first_delivered_at == START


@pytest.mark.parametrize("allowed", [0, 1, 3])
def test_a_revision_is_refused_when_none_is_left(allowed: int) -> None:
    walk = delivered(revisions=allowed)
    for _ in range(allowed):
        walk.do(REVISE).deliver()
    fault = walk.refuses(rules.REVISION_ALLOWANCE, REVISE)

    assert fault.values["used"] == fault.values["allowed"] == allowed


def test_unlimited_revisions_never_run_out() -> None:
    walk = delivered(revisions=None)
    for _ in range(50):
        walk.do(REVISE).deliver()

    assert walk.order.current.revisions_used == 50


def test_revisions_are_counted_for_each_milestone_by_itself() -> None:
    walk = delivered(revisions=1).do(REVISE).deliver().approve().go_on().deliver().do(REVISE)

    assert [one.revisions_used for one in walk.order.milestones] == [1, 1, 0]


def test_a_revision_comes_with_a_good_text() -> None:
    delivered(revisions=1).refuses(rules.NAMES, REVISE, message="x" * 5_001)


# ── Approving ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_approving_pays_the_milestone_and_charges_nothing() -> None:
    walk = delivered().wait(DAY).approve()

    assert walk.states == "app"
    assert walk.order.phase is Phase.AWAITING_CONTINUE
    assert walk.moved() == {Kind.RELEASE: 10_000}
    assert (walk.order.current.ended_at, walk.order.current.approved_by) == (START + DAY, Actor.CLIENT)


def test_approving_the_last_milestone_completes_the_order() -> None:
    walk = delivered(count=2).approve().go_on().deliver().approve()

    assert walk.states == "aa"
    assert (walk.order.status, walk.order.reason) == (Status.COMPLETED, Reason.ALL_APPROVED)
    assert (walk.order.phase, walk.order.ended_at) == (Phase.ENDED, walk.at)
    assert walk.totals.released_cents == walk.totals.charged_cents == 20_000


@pytest.mark.parametrize("action", [APPROVE, REVISE])
def test_before_a_delivery_there_is_nothing_to_review(action: Action) -> None:
    fault = Walk(terms(revisions=1)).refuses(rules.REVIEW_WINDOW, action)

    assert fault.values["why"] == "milestone 1 is active"
    assert {"deliver", "stop-after-current"} <= {*fault.values["possible"].split(", ")}


@pytest.mark.parametrize("action", [APPROVE, REVISE])
def test_after_the_answer_there_is_nothing_to_review(action: Action) -> None:
    delivered(revisions=None).approve().refuses(rules.REVIEW_WINDOW, action)
    delivered(revisions=None).do(REVISE).refuses(rules.REVIEW_WINDOW, action)


@pytest.mark.parametrize("action", [APPROVE, REVISE])
def test_an_answer_a_second_before_the_deadline_counts(action: Action) -> None:
    walk = delivered(revisions=1).wait(REVIEW - 1).do(action)

    assert walk.order.current.state in (State.APPROVED, State.REVISING)


@pytest.mark.parametrize("late", [0, 1])
@pytest.mark.parametrize("action", [APPROVE, REVISE])
def test_an_answer_at_the_deadline_itself_or_later_is_refused(action: Action, late: int) -> None:
    fault = delivered(revisions=1).wait(REVIEW + late).refuses(rules.DEADLINE_INSTANT, action)

    assert fault.values["timer"] == "review-silence"
    assert fault.values["due_at"] == "2026-01-13T09:00:00Z"


def test_a_delivery_at_the_deadline_itself_is_refused() -> None:
    delivered().wait(REVIEW).refuses(rules.DEADLINE_INSTANT, DELIVER, links=[LINK])


# ── Silence ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_silence_approves_and_pays_and_ends_the_order_at_the_deadline() -> None:
    walk = delivered().fire()

    assert walk.states == "a--"
    assert (walk.order.status, walk.order.reason) == (Status.COMPLETED, Reason.REVIEW_EXPIRED)
    assert walk.order.current.approved_by is Actor.CLOCK
    assert walk.moved() == {Kind.RELEASE: 10_000}
    assert walk.last.history_entry == (3, START + REVIEW, Actor.CLOCK, Action.REVIEW_SILENCE, 1, {})
    assert timers(walk.order) == []


def test_silence_on_the_last_milestone_ends_the_order_by_silence_too() -> None:
    walk = Walk(single()).deliver().fire()

    assert (walk.states, walk.order.reason) == ("a", Reason.REVIEW_EXPIRED)


@pytest.mark.parametrize(("policy", "hours"), [(STANDARD, 192), (PATIENT, 336), (replace(STANDARD, review_hours=1), 1)])
def test_the_review_lasts_as_long_as_the_policy_says(policy: Any, hours: int) -> None:
    timer = due(delivered(policy=policy).order)

    assert timer is not None
    assert timer.at == START + hours * HOUR


@pytest.mark.parametrize(
    ("actor", "action", "at", "rule"),
    [
        (Actor.CLIENT, Action.REVIEW_SILENCE, START + REVIEW, rules.ACTOR),
        (Actor.SUPPORT, Action.REVIEW_SILENCE, START + REVIEW, rules.ACTOR),
        (Actor.CLOCK, Action.REVIEW_SILENCE, START + REVIEW - 1, rules.DEADLINE_INSTANT),
        (Actor.CLOCK, Action.REVIEW_SILENCE, START + REVIEW + 1, rules.DEADLINE_INSTANT),
        (Actor.CLOCK, Action.CONTINUE_WINDOW, START + REVIEW, rules.DEADLINE_INSTANT),
    ],
)
def test_a_timer_is_the_clocks_and_fires_at_its_own_instant(actor: Actor, action: Action, at: int, rule: Rule) -> None:
    delivered().until(at).refuses(rule, action, by=actor)


def test_a_timer_that_is_not_armed_cannot_fire() -> None:
    fault = Walk().refuses(rules.DEADLINE_INSTANT, Action.REVIEW_SILENCE, by=Actor.CLOCK)

    assert fault.values["timer"] == "nothing"


def test_a_timer_fires_as_an_action_of_the_clock_too() -> None:
    walk = delivered().wait(REVIEW)

    assert walk.do(Action.REVIEW_SILENCE, by=Actor.CLOCK).last == delivered().fire().last


# ── Fees and clearance ──────────────────────────────────────────────────────────────────────────────────────────────


def test_under_fees_each_side_pays_its_own() -> None:
    walk = Walk(terms(policy=FEES, price_cents=9_000))

    assert walk.moved() == {Kind.CHARGE: 9_000, Kind.CLIENT_FEE: 795}
    assert walk.deliver().approve().moved() == {Kind.RELEASE: 7_200, Kind.SELLER_FEE: 1_800}
    assert (walk.totals.charged_cents, walk.totals.fees_cents) == (9_795, 2_595)


def test_released_money_is_cleared_after_the_policys_days_even_when_the_order_has_ended() -> None:
    walk = Walk(single(FEES)).deliver().wait(DAY).approve()

    assert walk.order.status is Status.COMPLETED
    assert timers(walk.order) == [Timer(START + 15 * DAY, Action.CLEAR, 1)]
    assert deadline(walk.order) is None
    assert walk.fire().moved() == {Kind.CLEAR: 8_000}
    assert timers(walk.order) == []


def test_without_clearance_nothing_waits() -> None:
    assert timers(Walk(single()).deliver().approve().order) == []


def test_each_milestone_is_cleared_by_itself_while_the_order_goes_on() -> None:
    walk = Walk(terms(policy=FEES)).deliver().approve().go_on().wait(DAY).deliver().approve().go_on()

    assert [(timer.action, timer.position) for timer in timers(walk.order)] == [(Action.CLEAR, 1), (Action.CLEAR, 2)]
    walk.fire().fire()
    assert [one.clears_at for one in walk.order.milestones] == [None, None, None]


def test_money_is_pending_until_a_second_before_its_clearance() -> None:
    walk = Walk(terms(policy=FEES)).deliver().approve().go_on().wait(14 * DAY - 1).settle().deliver()

    assert walk.order.milestones[0].clears_at == walk.at + 1
    assert walk.wait(1).settle().order.milestones[0].clears_at is None


@pytest.mark.parametrize("late", [0, 1])
def test_a_clearance_that_is_due_goes_before_the_next_action(late: int) -> None:
    walk = Walk(terms(policy=FEES)).deliver().approve().go_on().wait(14 * DAY + late)
    fault = walk.refuses(rules.DEADLINE_INSTANT, DELIVER)

    assert fault.values["timer"] == "clear"
    assert walk.settle().deliver().states == "adp"


def test_unequal_milestones_are_charged_and_paid_by_their_own_price() -> None:
    agreed = terms()._replace(milestones=(milestone(1), milestone(100_000_000)))
    walk = Walk(agreed).deliver().approve().go_on().deliver().approve()

    assert agreed.total_cents == 100_000_001
    assert [entry.amount_cents for entry in walk.entries] == [1, 1, 100_000_000, 100_000_000]
