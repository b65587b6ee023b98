"""Cancelling: by request through the Resolution Center and by support, of a milestone and of the whole order."""

import pytest

from core.order_helpers import DAY, FEES, HOUR, PATIENT, REASON, REVIEW, START, Walk, milestone, subscription, terms
from milepost import rules
from milepost.core.ledger import Kind
from milepost.core.order import Timer, actors, deadline, due, possible, timers
from milepost.core.terms import Terms
from milepost.core.transitions import CANCEL_REASONS, Action, Actor, Phase, Reason, Status

OPEN, ACCEPT, DECLINE = Action.OPEN_CANCEL, Action.ACCEPT_REQUEST, Action.DECLINE_REQUEST
WITHDRAW, UNANSWERED, SUPPORT = Action.WITHDRAW_REQUEST, Action.CANCEL_UNANSWERED, Action.SUPPORT_CANCEL
CLIENT, SELLER = Actor.CLIENT, Actor.SELLER
OTHER = {CLIENT: SELLER, SELLER: CLIENT}


def approved(agreed: Terms | None = None) -> Walk:
    """An order whose first milestone is approved, and whose second may start."""
    return Walk(agreed).deliver().approve()


# ── A request and its answers ───────────────────────────────────────────────────────────────────────────────────────


def test_a_request_changes_nothing_until_it_is_answered() -> None:
    walk = Walk().ask_cancel(1)

    assert walk.states == "App"
    assert walk.last.entries == ()
    request = walk.order.open_request
    assert request is not None
    assert (request.asker, request.position, request.reason, request.opened_at) == (CLIENT, 1, REASON, START)
    assert walk.last.history_entry.args == {"id": 1, "reason": REASON, "position": 1}


@pytest.mark.parametrize("asker", [CLIENT, SELLER])
def test_the_other_side_accepts_and_the_milestone_is_refunded(asker: Actor) -> None:
    walk = Walk().ask_cancel(1, by=asker).wait(HOUR).do(ACCEPT, by=OTHER[asker])

    assert walk.states == "xpp"
    assert walk.moved() == {Kind.REFUND: 10_000}
    assert walk.order.phase is Phase.AWAITING_CONTINUE
    assert walk.order.request is not None
    assert (walk.order.request.state, walk.order.request.closed_at) == ("accepted", START + HOUR)


@pytest.mark.parametrize("asker", [CLIENT, SELLER])
def test_the_other_side_declines_and_the_work_goes_on(asker: Actor) -> None:
    walk = Walk().ask_cancel(1, by=asker).wait(HOUR).do(DECLINE, by=OTHER[asker])

    assert walk.states == "App"
    assert walk.last.history_entry.position == 1
    assert walk.order.open_request is None
    assert walk.order.request is not None
    assert (walk.order.request.state, walk.order.request.closed_at) == ("declined", START + HOUR)


@pytest.mark.parametrize("asker", [CLIENT, SELLER])
def test_the_asker_withdraws(asker: Actor) -> None:
    walk = Walk().ask_cancel(1, by=asker).do(WITHDRAW, by=asker)

    assert (walk.states, walk.order.request and walk.order.request.state) == ("App", "withdrawn")


@pytest.mark.parametrize("asker", [CLIENT, SELLER])
def test_nobody_answers_in_the_place_of_somebody_else(asker: Actor) -> None:
    walk = Walk().ask_cancel(1, by=asker)

    walk.refuses(rules.ACTOR, ACCEPT, by=asker)
    walk.refuses(rules.ACTOR, DECLINE, by=asker)
    walk.refuses(rules.ACTOR, WITHDRAW, by=OTHER[asker])
    assert actors(walk.order, WITHDRAW) == (asker,)
    assert actors(walk.order, ACCEPT) == actors(walk.order, DECLINE) == (OTHER[asker],)
    for action in (ACCEPT, DECLINE, WITHDRAW):
        walk.refuses(rules.ACTOR, action, by=Actor.SUPPORT)


def test_one_request_waits_at_a_time_and_a_new_one_may_follow() -> None:
    walk = Walk().ask_cancel(1)

    walk.refuses(rules.CANCEL_CHANNEL, OPEN, by=SELLER, id=2, reason=REASON)
    walk.do(DECLINE, by=SELLER).do(OPEN, by=SELLER, id=2, reason=REASON)
    assert walk.order.open_request is not None
    assert walk.order.open_request.id == 2


@pytest.mark.parametrize(("action", "actor"), [(ACCEPT, SELLER), (DECLINE, SELLER), (WITHDRAW, CLIENT)])
def test_an_answer_that_names_its_request_closes_no_other(action: Action, actor: Actor) -> None:
    walk = Walk().ask_cancel(1).do(WITHDRAW, by=CLIENT, id=1).do(OPEN, by=CLIENT, id=2, reason=REASON)

    walk.refuses(rules.CANCEL_CHANNEL, action, by=actor, id=1)
    assert walk.do(action, by=actor, id=2).order.open_request is None


@pytest.mark.parametrize("action", [ACCEPT, DECLINE, WITHDRAW])
def test_without_a_request_there_is_nothing_to_answer(action: Action) -> None:
    Walk().refuses(rules.CANCEL_CHANNEL, action, by=CLIENT)
    Walk().ask_cancel(1).do(WITHDRAW, by=CLIENT).refuses(rules.CANCEL_CHANNEL, action, by=CLIENT)


@pytest.mark.parametrize("reason", ["", "because", "NO-ANSWER"])
def test_a_reason_of_the_list_is_required_and_the_list_is_shown(reason: str) -> None:
    fault = Walk().refuses(rules.CANCEL_CHANNEL, OPEN, by=CLIENT, id=1, reason=reason)

    assert fault.values["reasons"] == list(CANCEL_REASONS)
    assert all(known in fault.message for known in CANCEL_REASONS)
    Walk().refuses(rules.CANCEL_CHANNEL, SUPPORT, reason=reason)


@pytest.mark.parametrize("reason", CANCEL_REASONS)
def test_every_reason_of_the_list_will_do(reason: str) -> None:
    assert Walk().do(OPEN, by=CLIENT, id=1, reason=reason, note="x" * 5_000).order.open_request


def test_a_note_is_a_good_text() -> None:
    Walk().refuses(rules.NAMES, OPEN, by=CLIENT, id=1, reason=REASON, note="x" * 5_001)
    Walk().refuses(rules.NAMES, SUPPORT, reason=REASON, note="\x00")


@pytest.mark.parametrize("position", [-1, 0, 4, 10**30])
@pytest.mark.parametrize("action", [OPEN, SUPPORT])
def test_a_milestone_that_does_not_exist_is_refused_whoever_asks(action: Action, position: int) -> None:
    args = {"id": 1} if action is OPEN else {}
    fault = Walk().refuses(rules.CANCEL_MILESTONE, action, by=Actor.CLOCK, reason=REASON, position=position, **args)

    assert "has no milestone" in fault.message


# ── 48 hours ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_request_that_is_not_answered_counts_as_accepted_after_48_hours() -> None:
    walk = Walk().ask_cancel(1)

    assert timers(walk.order) == [Timer(START + 48 * HOUR, UNANSWERED, 1)]
    walk.fire()
    assert (walk.states, walk.moved()) == ("xpp", {Kind.REFUND: 10_000})
    assert walk.order.request is not None
    assert (walk.order.request.state, walk.order.request.closed_at) == ("unanswered", START + 48 * HOUR)


@pytest.mark.parametrize(("action", "actor"), [(ACCEPT, SELLER), (DECLINE, SELLER), (WITHDRAW, CLIENT)])
def test_an_answer_a_second_before_the_48_hours_counts(action: Action, actor: Actor) -> None:
    walk = Walk().ask_cancel(1).wait(48 * HOUR - 1).do(action, by=actor)

    assert walk.order.open_request is None


@pytest.mark.parametrize("late", [0, 1])
@pytest.mark.parametrize(("action", "actor"), [(ACCEPT, SELLER), (DECLINE, SELLER), (WITHDRAW, CLIENT)])
def test_an_answer_after_48_hours_is_too_late(action: Action, actor: Actor, late: int) -> None:
    fault = Walk().ask_cancel(1).wait(48 * HOUR + late).refuses(rules.DEADLINE_INSTANT, action, by=actor)

    assert fault.values["timer"] == "cancel-unanswered"


# ── A request holds the other deadlines ─────────────────────────────────────────────────────────────────────────────


def held_review() -> Walk:
    """A delivery whose review would end an hour after a request to cancel everything was opened."""
    return Walk(terms(revisions=1)).deliver().wait(REVIEW - HOUR).ask_cancel()


def test_while_a_request_is_open_a_review_that_ends_waits() -> None:
    walk = held_review()

    assert [timer.action for timer in timers(walk.order)] == [UNANSWERED]
    assert walk.wait(2 * HOUR).settle().states == "dpp"
    assert deadline(walk.order) == Timer(START + REVIEW + 47 * HOUR, UNANSWERED, None)


@pytest.mark.parametrize(("action", "actor"), [(DECLINE, SELLER), (WITHDRAW, CLIENT)])
def test_a_review_that_ended_meanwhile_takes_effect_when_the_request_is_closed(action: Action, actor: Actor) -> None:
    walk = held_review().wait(2 * HOUR).do(action, by=actor)

    assert due(walk.order) == Timer(START + REVIEW + HOUR, Action.REVIEW_SILENCE, 1)
    walk.refuses(rules.DEADLINE_INSTANT, Action.APPROVE)
    assert walk.settle().order.reason is Reason.REVIEW_EXPIRED
    assert walk.order.ended_at == START + REVIEW + HOUR


def test_a_review_that_has_not_ended_goes_on_to_its_own_deadline() -> None:
    walk = Walk().deliver().wait(DAY).ask_cancel().wait(DAY).do(DECLINE, by=SELLER)

    assert due(walk.order) == Timer(START + REVIEW, Action.REVIEW_SILENCE, 1)


def test_up_to_the_held_deadline_the_client_may_still_answer_the_delivery() -> None:
    for last in (REVIEW - 1,):
        assert held_review().until(START + last).do(Action.REVISE).states == "rpp"
        assert held_review().until(START + last).approve().states == "app"


def test_from_the_held_deadline_on_only_answers_and_support_are_left() -> None:
    late = held_review().until(START + REVIEW)

    for action in (Action.REVISE, Action.APPROVE, Action.STOP_AFTER_CURRENT):
        fault = late.refuses(rules.CANCEL_HOLD, action)
        assert fault.values["timer"] == "review-silence"
    left = {action for action, _ in possible(late.order, late.at)}
    assert left == {ACCEPT, DECLINE, WITHDRAW, Action.SUPPORT_CANCEL}
    assert late.support_cancels(1).states == "xpp"


def test_a_window_to_continue_is_held_too() -> None:
    walk = approved().until(START + REVIEW - HOUR).ask_cancel().wait(2 * HOUR).settle()

    assert walk.states == "app"
    walk.do(WITHDRAW, by=CLIENT)
    assert due(walk.order) == Timer(START + REVIEW + HOUR, Action.CONTINUE_WINDOW, 1)
    assert walk.settle().order.reason is Reason.CONTINUE_EXPIRED


def test_a_renewal_is_held_too() -> None:
    walk = approved(subscription()).wait(30 * DAY).ask_cancel().wait(2 * DAY - 1).settle()

    assert walk.states == "app"
    walk.do(DECLINE, by=SELLER).settle()
    assert walk.states == "aAp"
    assert walk.order.current.started_at == walk.at


def test_a_clearance_is_not_held() -> None:
    walk = approved(terms(policy=FEES)).wait(13 * DAY + 1)

    assert walk.settle().order.status is Status.COMPLETED
    held = approved(terms(policy=FEES)).go_on().wait(13 * DAY).ask_cancel().wait(DAY).settle()
    assert [outcome.history_entry.action for outcome in held.outcomes[-1:]] == [Action.CLEAR]


# ── A request whose object is gone ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("position", [None, 1, 2, 3])
@pytest.mark.parametrize(("asker", "state"), [(CLIENT, "withdrawn"), (SELLER, "declined")])
def test_an_approval_closes_what_was_asked_by_who_asked(position: int | None, asker: Actor, state: str) -> None:
    walk = Walk().deliver().ask_cancel(position, by=asker).wait(HOUR).approve()

    assert walk.order.request is not None
    assert (walk.order.request.state, walk.order.request.closed_at) == (state, START + HOUR)
    walk.refuses(rules.CANCEL_CHANNEL, ACCEPT, by=SELLER)
    assert walk.go_on().wait(3 * DAY).settle().states == "aAp"


@pytest.mark.parametrize(("asker", "state"), [(CLIENT, "withdrawn"), (SELLER, "declined")])
def test_continuing_closes_a_request_to_cancel_and_one_for_another_plan(asker: Actor, state: str) -> None:
    for walk in (approved().ask_cancel(by=asker), approved().ask_plan(milestone(), by=asker)):
        request = walk.go_on().order.request
        assert request is not None
        assert request.state == state


def test_an_approval_leaves_a_request_for_another_plan_open() -> None:
    assert Walk().deliver().ask_plan(milestone()).approve().order.open_request is not None


def test_a_request_becomes_moot_when_support_cancels_its_milestone() -> None:
    assert Walk().ask_cancel(1).support_cancels(1).order.open_request is None


def test_a_request_becomes_moot_when_the_order_ends() -> None:
    for walk in (
        approved().ask_cancel(3).do(Action.STOP),
        approved().ask_cancel().do(Action.STOP),
        Walk().ask_cancel(2).support_cancels(),
        approved().ask_cancel().support_cancels(),
    ):
        assert walk.order.status is not Status.ACTIVE
        assert walk.order.request is not None
        assert (walk.order.request.state, walk.order.request.closed_at) == ("moot", walk.at)


def test_a_request_for_another_milestone_stays_open_when_support_cancels_one() -> None:
    assert Walk().ask_cancel(2).support_cancels(1).order.open_request is not None


# ── What is cancelled ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("by_request", [False, True])
def test_a_running_milestone_is_refunded_in_every_state(by_request: bool) -> None:
    for walk in (Walk(), Walk().deliver(), Walk(terms(revisions=1)).deliver().do(Action.REVISE)):
        if by_request:
            walk.ask_cancel(1).do(ACCEPT, by=SELLER)
        else:
            walk.support_cancels(1)
        assert (walk.states, walk.moved()) == ("xpp", {Kind.REFUND: 10_000})
        assert walk.order.current.ended_at == START


def test_after_a_cancelled_milestone_the_client_may_continue_or_stop() -> None:
    walk = Walk().wait(20 * DAY).support_cancels(1)

    assert {action for action, _ in possible(walk.order)} >= {Action.CONTINUE, Action.STOP}
    assert due(walk.order) == Timer(START + 20 * DAY + REVIEW, Action.CONTINUE_WINDOW, 1)
    assert walk.go_on().states == "xAp"


def test_after_a_cancelled_delivery_the_window_counts_from_the_cancellation() -> None:
    walk = Walk().deliver().wait(3 * DAY).support_cancels(1)

    assert due(walk.order) == Timer(START + 3 * DAY + REVIEW, Action.CONTINUE_WINDOW, 1)
    walk.until(START + 3 * DAY + REVIEW).refuses(rules.DEADLINE_INSTANT, Action.CONTINUE)
    assert walk.until(START + 3 * DAY + REVIEW - 1).go_on().states == "xAp"


def test_an_order_without_an_approved_milestone_ends_as_cancelled() -> None:
    stopped = Walk().support_cancels(1).do(Action.STOP)
    expired = Walk().support_cancels(1).fire()

    assert (stopped.order.status, stopped.order.reason) == (Status.CANCELLED, Reason.CLIENT_STOPPED)
    assert (expired.order.status, expired.order.reason) == (Status.CANCELLED, Reason.CONTINUE_EXPIRED)
    assert stopped.states == expired.states == "x--"


def test_a_planned_milestone_is_dropped_and_nothing_moves() -> None:
    walk = Walk().ask_cancel(3).do(ACCEPT, by=SELLER)

    assert (walk.states, walk.last.entries) == ("Apx", ())
    assert walk.order.phase is Phase.WORKING


def test_dropping_the_last_planned_milestone_ends_an_order_that_waits() -> None:
    walk = approved().support_cancels(3).support_cancels(2)

    assert (walk.states, walk.order.status, walk.order.reason) == ("axx", Status.COMPLETED, Reason.CANCELLED)


def test_cancelling_the_last_milestone_ends_the_order() -> None:
    walk = Walk(terms(1)).support_cancels(1)

    assert (walk.states, walk.order.status, walk.order.reason) == ("x", Status.CANCELLED, Reason.CANCELLED)


def test_cancelling_the_running_milestone_when_a_stop_is_noted_ends_the_order() -> None:
    walk = Walk().do(Action.STOP_AFTER_CURRENT).support_cancels(1)

    assert (walk.states, walk.order.status, walk.order.reason) == ("x--", Status.CANCELLED, Reason.CANCELLED)


@pytest.mark.parametrize("asker", [CLIENT, SELLER])
def test_an_approved_milestone_is_cancelled_by_support_alone(asker: Actor) -> None:
    fault = approved().refuses(rules.CANCEL_MILESTONE, OPEN, by=asker, id=1, reason=REASON, position=1)

    assert fault.message == "milestone 1 of order 7 is approved; support alone can cancel it"


def test_a_cancelled_milestone_is_not_cancelled_again() -> None:
    walk = Walk().support_cancels(1)

    fault = walk.refuses(rules.CANCEL_MILESTONE, SUPPORT, reason=REASON, position=1)
    assert fault.message == "milestone 1 of order 7 is cancelled"
    walk.refuses(rules.CANCEL_MILESTONE, OPEN, by=CLIENT, id=1, reason=REASON, position=1)


WAYS = {
    "accepted": lambda walk: walk.ask_cancel().do(ACCEPT, by=SELLER),
    "unanswered": lambda walk: walk.ask_cancel().fire(),
    "by support": lambda walk: walk.support_cancels(),
}


@pytest.mark.parametrize("way", WAYS)
def test_cancelling_the_whole_order_refunds_what_runs_and_skips_the_rest(way: str) -> None:
    walk = WAYS[way](approved().go_on())

    assert (walk.states, walk.moved()) == ("ax-", {Kind.REFUND: 10_000})
    assert (walk.order.status, walk.order.reason) == (Status.COMPLETED, Reason.CANCELLED)
    assert walk.last.history_entry.position is None
    assert walk.totals.released_cents == 10_000


def test_cancelling_a_whole_order_with_nothing_approved_is_a_cancelled_order() -> None:
    walk = Walk().support_cancels()

    assert (walk.states, walk.order.status, walk.order.reason) == ("x--", Status.CANCELLED, Reason.CANCELLED)
    assert walk.totals.charged_cents == walk.totals.refunded_cents == 10_000


def test_cancelling_a_whole_order_that_waits_moves_no_money() -> None:
    walk = approved().support_cancels()

    assert (walk.states, walk.order.status, walk.last.entries) == ("a--", Status.COMPLETED, ())


def test_only_support_cancels_at_once() -> None:
    for actor in (CLIENT, SELLER, Actor.CLOCK):
        Walk().refuses(rules.ACTOR, SUPPORT, by=actor, reason=REASON)


# ── Reversals ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_reversed_milestone_gives_everything_back() -> None:
    walk = approved().support_cancels(1)

    assert (walk.states, walk.moved()) == ("xpp", {Kind.REVERSAL: 10_000})
    assert walk.totals.charged_cents == walk.totals.refunded_cents == 10_000
    assert due(walk.order) == Timer(START + REVIEW, Action.CONTINUE_WINDOW, 1)


def test_under_fees_a_reversal_gives_back_both_fees_and_takes_what_is_pending() -> None:
    walk = approved(terms(policy=FEES, price_cents=9_000)).support_cancels(1)

    assert walk.moved() == {Kind.REVERSAL: 7_200, Kind.SELLER_FEE_REVERSAL: 1_800, Kind.CLIENT_FEE_REFUND: 795}
    assert {entry.debit for entry in walk.last.entries} == {"seller:maria:pending", "marketplace:fees"}
    assert [timer.action for timer in timers(walk.order)] == [Action.CONTINUE_WINDOW]


def test_after_clearance_a_reversal_takes_what_is_available() -> None:
    walk = approved(terms(policy=FEES)).go_on().wait(14 * DAY).settle().support_cancels(1)

    assert walk.last.entries[0].debit == "seller:maria:available"
    assert walk.states == "xAp"


def test_an_earlier_milestone_is_reversed_while_a_later_one_runs_on() -> None:
    walk = approved().go_on().deliver()
    before = timers(walk.order)

    assert walk.support_cancels(1).states == "xdp"
    assert timers(walk.order) == before


def test_reversing_the_only_approved_milestone_leaves_an_order_that_ends_as_cancelled() -> None:
    walk = approved().support_cancels(1).do(Action.STOP)

    assert walk.order.status is Status.CANCELLED


def test_reversing_an_earlier_milestone_leaves_the_window_to_continue_where_it_was() -> None:
    walk = approved().wait(DAY).go_on().deliver().approve().wait(DAY).support_cancels(1)

    assert walk.states == "xap"
    assert due(walk.order) == Timer(START + DAY + REVIEW, Action.CONTINUE_WINDOW, 2)


def test_without_a_limit_on_the_wait_a_cancelled_milestone_arms_nothing() -> None:
    assert timers(Walk(terms(policy=PATIENT)).support_cancels(1).order) == []
