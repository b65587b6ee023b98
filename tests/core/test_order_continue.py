"""Starting the next milestone, the window for it, stopping, and what an ended order refuses."""

from dataclasses import replace

import pytest

from core.order_helpers import (
    DAY,
    FEES,
    HOUR,
    PARTY,
    PATIENT,
    REASON,
    REVIEW,
    START,
    Walk,
    milestone,
    single,
    subscription,
    terms,
)
from milepost import rules
from milepost.core.ledger import Kind
from milepost.core.order import Timer, due, possible, timers
from milepost.core.transitions import Action, Actor, Phase, Reason, Status
from milepost.policy import STANDARD

CONTINUE, STOP, STOP_AFTER = Action.CONTINUE, Action.STOP, Action.STOP_AFTER_CURRENT
SHORT = replace(STANDARD, name="short", continue_hours=24)
FROM_APPROVAL = replace(STANDARD, name="from-approval", continue_from="approval")


def approved() -> Walk:
    """A three-milestone order, delivered at once, its first milestone approved a day later."""
    return Walk().deliver().wait(DAY).approve()


# ── Continuing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_continuing_starts_and_charges_the_next_milestone() -> None:
    walk = approved().wait(HOUR).go_on()

    assert walk.states == "aAp"
    assert walk.moved() == {Kind.CHARGE: 10_000}
    assert walk.order.current.started_at == START + DAY + HOUR
    assert walk.last.history_entry.position == 2


def test_continuing_is_refused_while_a_milestone_runs() -> None:
    for walk in (Walk(), Walk().deliver(), Walk(terms(revisions=1)).deliver().do(Action.REVISE)):
        fault = walk.refuses(rules.ORDER_NEXT_CHARGE, CONTINUE)
        assert fault.values["phase"] == walk.order.phase


def test_a_subscriptions_next_cycle_is_not_the_clients_to_start() -> None:
    Walk(subscription()).deliver().approve().refuses(rules.ORDER_NEXT_CHARGE, CONTINUE)


def test_a_dropped_milestone_is_passed_by() -> None:
    walk = approved().support_cancels(2).go_on()

    assert walk.states == "axA"
    assert walk.order.current.position == 3


# ── The window to continue ──────────────────────────────────────────────────────────────────────────────────────────


def test_approving_does_not_stop_the_clock_that_the_delivery_started() -> None:
    assert timers(approved().order) == [Timer(START + REVIEW, Action.CONTINUE_WINDOW, 1)]


def test_a_policy_may_count_from_the_approval() -> None:
    walk = Walk(terms(policy=FROM_APPROVAL)).deliver().wait(DAY).approve()

    assert timers(walk.order) == [Timer(START + DAY + REVIEW, Action.CONTINUE_WINDOW, 1)]


def test_a_policy_may_wait_without_limit() -> None:
    walk = Walk(terms(policy=replace(PATIENT, clearance_days=0))).deliver().approve()

    assert timers(walk.order) == []
    assert walk.wait(1_000 * DAY).go_on().states == "aAp"


def test_continuing_a_second_before_the_window_closes_counts() -> None:
    assert approved().until(START + REVIEW - 1).go_on().states == "aAp"


@pytest.mark.parametrize("late", [0, 1])
@pytest.mark.parametrize("action", [CONTINUE, STOP])
def test_at_the_end_of_the_window_or_later_the_clock_wins(action: Action, late: int) -> None:
    fault = approved().until(START + REVIEW + late).refuses(rules.DEADLINE_INSTANT, action)

    assert fault.values["timer"] == "continue-window"


def test_a_window_from_the_approval_ends_eight_days_after_it() -> None:
    walk = Walk(terms(policy=FROM_APPROVAL)).deliver().wait(DAY).approve()

    walk.until(START + DAY + REVIEW).refuses(rules.DEADLINE_INSTANT, CONTINUE)
    assert walk.until(START + DAY + REVIEW - 1).go_on().states == "aAp"


def test_an_order_that_is_not_continued_is_completed_at_the_end_of_the_window() -> None:
    walk = approved().fire()

    assert walk.at == START + REVIEW
    assert (walk.states, walk.order.status, walk.order.reason) == ("a--", Status.COMPLETED, Reason.CONTINUE_EXPIRED)
    assert walk.last.entries == ()
    assert walk.totals.charged_cents == 10_000


def test_a_window_that_closed_before_the_approval_ends_the_order_at_the_approval() -> None:
    walk = Walk(terms(policy=SHORT)).deliver().wait(2 * DAY).approve()

    assert due(walk.order) == Timer(walk.at, Action.CONTINUE_WINDOW, 1)
    walk.refuses(rules.DEADLINE_INSTANT, CONTINUE)
    assert walk.settle().order.reason is Reason.CONTINUE_EXPIRED


def test_the_window_counts_from_the_last_delivery() -> None:
    walk = Walk(terms(revisions=1)).deliver().wait(DAY).do(Action.REVISE).wait(DAY).deliver().approve()

    assert timers(walk.order) == [Timer(START + 2 * DAY + REVIEW, Action.CONTINUE_WINDOW, 1)]


# ── Stopping ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_stopping_after_an_approval_completes_the_order_and_keeps_what_was_paid() -> None:
    walk = approved().do(STOP)

    assert (walk.states, walk.order.status, walk.order.reason) == ("a--", Status.COMPLETED, Reason.CLIENT_STOPPED)
    assert walk.last.entries == ()
    assert walk.totals.released_cents == 10_000
    assert timers(walk.order) == []


def test_stopping_is_refused_while_a_milestone_runs() -> None:
    fault = Walk().refuses(rules.STOP_WHEN, STOP)

    assert "stop-after-current" in fault.values["possible"]
    Walk().deliver().refuses(rules.STOP_WHEN, STOP)


def test_a_noted_stop_ends_the_order_at_the_approval() -> None:
    walk = Walk().do(STOP_AFTER)

    assert (walk.order.stopping, walk.states) == (True, "App")
    walk.deliver().approve()
    assert (walk.states, walk.order.reason) == ("a--", Reason.CLIENT_STOPPED)


def test_a_stop_can_be_noted_while_the_milestone_is_reviewed_or_revised() -> None:
    assert Walk().deliver().do(STOP_AFTER).approve().order.reason is Reason.CLIENT_STOPPED
    revising = Walk(terms(revisions=1)).deliver().do(Action.REVISE).do(STOP_AFTER)
    assert revising.deliver().approve().order.reason is Reason.CLIENT_STOPPED


def test_a_stop_is_noted_once() -> None:
    fault = Walk().do(STOP_AFTER).refuses(rules.STOP_WHEN, STOP_AFTER)

    assert fault.values["why"] == "milestone 1 is active and a stop after it is noted"


def test_a_stop_cannot_be_noted_when_nothing_runs() -> None:
    approved().refuses(rules.STOP_WHEN, STOP_AFTER)


def test_a_noted_stop_and_silence_end_the_order_by_silence() -> None:
    walk = Walk().do(STOP_AFTER).deliver().fire()

    assert (walk.states, walk.order.reason) == ("a--", Reason.REVIEW_EXPIRED)


def test_at_the_last_milestone_no_stop_can_be_noted() -> None:
    walk = Walk(single())

    walk.refuses(rules.STOP_WHEN, STOP_AFTER)
    assert walk.deliver().approve().order.reason is Reason.ALL_APPROVED


def test_the_wish_to_stop_can_be_taken_back_once() -> None:
    walk = Walk().do(STOP_AFTER).do(Action.UNDO_STOP)

    walk.refuses(rules.STOP_WHEN, Action.UNDO_STOP)
    assert walk.deliver().approve().order.phase is Phase.AWAITING_CONTINUE


# ── Ended orders ────────────────────────────────────────────────────────────────────────────────────────────────────

ENDED = {
    "all-approved": lambda: Walk(single()).deliver().approve(),
    "client-stopped": lambda: approved().do(STOP),
    "review-expired": lambda: Walk().deliver().fire(),
    "continue-expired": lambda: approved().fire(),
    "cancelled": lambda: Walk().support_cancels(),
}
ARGS = {
    Action.CHECK_SUBSTEP: {"number": 1},
    Action.UNCHECK_SUBSTEP: {"number": 1},
    Action.SET_CALL: {"call_at": START, "link": "x"},
    Action.SUPPORT_CANCEL: {"reason": REASON},
}


def test_there_is_a_way_to_every_reason() -> None:
    assert set(ENDED) == {str(reason) for reason in Reason}


@pytest.mark.parametrize("reason", ENDED)
@pytest.mark.parametrize("action", PARTY)
def test_an_ended_order_refuses_every_action(reason: str, action: Action) -> None:
    walk = ENDED[reason]()
    fault = walk.refuses(rules.STOP_FINAL, action, **ARGS.get(action, {}))

    assert fault.values["reason"] == reason
    support = [] if reason == "cancelled" else [(Action.SUPPORT_CANCEL, Actor.SUPPORT)]  # approved work can be reversed
    assert (walk.order.phase, possible(walk.order), due(walk.order)) == (Phase.ENDED, support, None)


@pytest.mark.parametrize("reason", ENDED)
@pytest.mark.parametrize(
    "action", [Action.OPEN_CANCEL, Action.ACCEPT_REQUEST, Action.DECLINE_REQUEST, Action.WITHDRAW_REQUEST]
)
@pytest.mark.parametrize("actor", [Actor.CLIENT, Actor.SELLER])
def test_an_ended_order_has_no_cancellations(reason: str, action: Action, actor: Actor) -> None:
    args = {"id": 1, "reason": REASON} if action is Action.OPEN_CANCEL else {}
    ENDED[reason]().refuses(rules.STOP_FINAL, action, by=actor, **args)


def test_a_released_milestone_of_an_ended_order_is_still_cleared() -> None:
    walk = Walk(terms(policy=FEES)).deliver().approve().do(STOP)

    assert walk.fire().moved() == {Kind.CLEAR: 8_000}


def test_prices_of_what_was_never_started_are_never_charged() -> None:
    agreed = terms()._replace(milestones=(milestone(1_000), milestone(2_000), milestone(4_000)))

    assert Walk(agreed).deliver().approve().go_on().deliver().fire().totals.charged_cents == 3_000
