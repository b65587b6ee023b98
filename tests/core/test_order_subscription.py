"""Subscriptions: cycles that renew by themselves, and the three things that end them."""

from datetime import UTC, datetime

import pytest

from core.order_helpers import DAY, FEES, REVIEW, START, Walk, subscription
from milepost import rules, times
from milepost.core.ledger import Kind
from milepost.core.order import Timer, due, possible, timers
from milepost.core.transitions import Action, Actor, Phase, Reason, Status

STOP, RENEW = Action.STOP, Action.RENEW


def at(day: str) -> int:
    return times.parse_instant(f"{day}T09:00:00Z", clock=0)


def day(instant: int | None) -> str:
    assert instant is not None
    return datetime.fromtimestamp(instant, UTC).strftime("%m-%d")


def approved() -> Walk:
    return Walk(subscription()).deliver().approve()


def test_twelve_cycles_renew_at_the_day_of_placement_or_the_months_last() -> None:
    walk = Walk(subscription(12), at=at("2027-08-31"))
    for _ in range(11):
        walk.wait(DAY).deliver().approve().fire()
        assert walk.moved() == {Kind.CHARGE: 10_000}
    walk.deliver().approve()

    assert [day(one.started_at) for one in walk.order.milestones] == [
        "08-31", "09-30", "10-31", "11-30", "12-31", "01-31", "02-29", "03-31", "04-30", "05-31", "06-30", "07-31",
    ]  # fmt: skip
    assert (walk.states, walk.order.reason) == ("a" * 12, Reason.ALL_APPROVED)
    assert walk.totals.released_cents == walk.totals.charged_cents == 120_000


def test_an_approved_cycle_waits_for_its_renewal_date() -> None:
    walk = approved()

    assert walk.order.phase is Phase.AWAITING_RENEWAL
    assert timers(walk.order) == [Timer(times.add_months(START, 1), RENEW, 2)]
    assert walk.moved() == {Kind.RELEASE: 10_000}


def test_the_next_cycle_starts_and_is_charged_at_its_renewal_date() -> None:
    walk = approved().fire()

    assert walk.at == times.add_months(START, 1)
    assert (walk.states, walk.moved()) == ("aAp", {Kind.CHARGE: 10_000})
    assert walk.last.history_entry == (4, walk.at, Actor.CLOCK, RENEW, 2, {})


def test_a_late_approval_starts_the_next_cycle_at_once() -> None:
    walk = Walk(subscription()).wait(40 * DAY).deliver().wait(DAY).approve()

    assert due(walk.order) == Timer(START + 41 * DAY, RENEW, 2)
    assert walk.settle().states == "aAp"
    assert walk.order.current.started_at == START + 41 * DAY


def test_the_cycle_after_a_late_one_renews_at_its_own_date_again() -> None:
    walk = Walk(subscription()).wait(40 * DAY).deliver().approve().settle().deliver().approve()

    assert due(walk.order) == Timer(times.add_months(START, 2), RENEW, 3)


def test_silence_approves_and_pays_the_cycle_and_the_next_one_still_starts() -> None:
    walk = Walk(subscription()).deliver().fire()

    assert (walk.states, walk.moved()) == ("app", {Kind.RELEASE: 10_000})
    assert walk.order.current.approved_by is Actor.CLOCK
    assert (walk.order.status, walk.order.phase) == (Status.ACTIVE, Phase.AWAITING_RENEWAL)
    assert walk.fire().states == "aAp"
    assert walk.at == times.add_months(START, 1)


def test_silence_through_all_cycles_ends_with_the_last_one() -> None:
    walk = Walk(subscription())
    for _ in range(2):
        walk.deliver().fire().fire()
    walk.deliver().fire()

    assert (walk.states, walk.order.reason) == ("aaa", Reason.REVIEW_EXPIRED)


def test_stop_between_cycles_ends_the_order() -> None:
    walk = approved().wait(DAY).do(STOP)

    assert (walk.states, walk.order.status, walk.order.reason) == ("a--", Status.COMPLETED, Reason.CLIENT_STOPPED)
    assert timers(walk.order) == []


@pytest.mark.parametrize("late", [0, 1])
def test_a_stop_at_the_renewal_itself_is_too_late(late: int) -> None:
    walk = approved().until(times.add_months(START, 1) + late)

    walk.refuses(rules.DEADLINE_INSTANT, STOP)


def test_a_stop_a_second_before_the_renewal_counts() -> None:
    assert approved().until(times.add_months(START, 1) - 1).do(STOP).totals.charged_cents == 10_000


@pytest.mark.parametrize("action", [STOP, Action.STOP_AFTER_CURRENT])
def test_stop_during_a_cycle_ends_the_order_after_it(action: Action) -> None:
    walk = Walk(subscription()).do(action)

    assert (walk.states, walk.order.status, walk.order.stopping) == ("App", Status.ACTIVE, True)
    assert walk.last.history_entry.position == 1
    walk.deliver().approve()
    assert (walk.states, walk.order.reason) == ("a--", Reason.CLIENT_STOPPED)


def test_stop_during_a_review_and_then_silence_ends_the_order_because_the_client_stopped_it() -> None:
    walk = Walk(subscription()).deliver().do(STOP).fire()

    assert (walk.states, walk.order.reason, walk.moved()) == ("a--", Reason.CLIENT_STOPPED, {Kind.RELEASE: 10_000})


def test_a_stop_is_asked_for_once() -> None:
    walk = Walk(subscription()).do(STOP)

    walk.refuses(rules.STOP_WHEN, STOP)
    walk.refuses(rules.STOP_WHEN, Action.STOP_AFTER_CURRENT)


def test_in_the_last_cycle_there_is_nothing_to_stop() -> None:
    walk = Walk(subscription(1))

    assert STOP not in [action for action, _ in possible(walk.order)]
    walk.refuses(rules.STOP_WHEN, STOP)


def test_a_cancelled_cycle_is_refunded_and_the_next_one_still_starts() -> None:
    walk = Walk(subscription()).wait(DAY).support_cancels(1)

    assert (walk.states, walk.moved()) == ("xpp", {Kind.REFUND: 10_000})
    assert walk.fire().at == times.add_months(START, 1)
    assert walk.states == "xAp"


def test_a_dropped_cycle_leaves_its_month_out() -> None:
    walk = approved().support_cancels(2).fire()

    assert walk.at == times.add_months(START, 2)
    assert walk.states == "axA"


def test_a_cancelled_subscription_never_renews() -> None:
    walk = approved().support_cancels()

    assert (walk.states, walk.order.reason, timers(walk.order)) == ("a--", Reason.CANCELLED, [])


def test_an_approval_a_second_before_silence_keeps_the_cycle_going() -> None:
    walk = Walk(subscription()).deliver().wait(REVIEW - 1).approve()

    assert walk.order.current.approved_by is Actor.CLIENT
    assert walk.order.phase is Phase.AWAITING_RENEWAL


def test_clearances_and_renewals_fire_in_the_order_of_their_instants() -> None:
    walk = Walk(subscription(policy=FEES)).deliver().wait(DAY).approve()

    assert [timer.action for timer in timers(walk.order)] == [Action.CLEAR, RENEW]
    late = Walk(subscription(policy=FEES)).wait(25 * DAY).deliver().approve()
    assert [timer.action for timer in timers(late.order)] == [RENEW, Action.CLEAR]
