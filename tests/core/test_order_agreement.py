"""What both parties agree on later: more days, another plan, a part that is kept; and reversals after the end."""

from dataclasses import replace

import pytest

from core.order_helpers import DAY, FEES, LINK, START, Walk, milestone, single, subscription, terms
from milepost import rules, times
from milepost.core.act import replay
from milepost.core.ledger import Kind
from milepost.core.order import Timer, due
from milepost.core.terms import Terms
from milepost.core.transitions import TIMER_OF_REQUEST, Action, Actor, Phase, Reason, State, Status
from milepost.policy import STANDARD, Policy

CLIENT, SELLER = Actor.CLIENT, Actor.SELLER
EXTEND, CHANGE, SUPPORT = Action.OPEN_EXTEND, Action.OPEN_CHANGE, Action.SUPPORT_CANCEL


def prices(agreed: Terms) -> list[int]:
    return [one.price_cents for one in agreed.milestones]


# ── More days ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("asker", [CLIENT, SELLER])
def test_once_agreed_on_the_work_is_due_later_and_late_is_counted_from_there(asker: Actor) -> None:
    walk = Walk().wait(DAY).ask_days(3, by=asker).wait(DAY).accepted()
    current = walk.order.current

    assert (current.due_at, current.extended_days) == (START + 10 * DAY, 3)
    assert (current.late_seconds(START + 10 * DAY), current.late_seconds(START + 11 * DAY)) == (0, DAY)
    assert walk.entries == Walk().entries


@pytest.mark.parametrize(("days", "is_taken"), [(0, False), (1, True), (30, True), (31, False)])
def test_an_extension_is_of_1_to_30_days(days: int, is_taken: bool) -> None:
    if is_taken:
        assert Walk().ask_days(days).order.open_request is not None
    else:
        Walk().refuses(rules.CHANGE_EXTEND, EXTEND, by=SELLER, id=1, days=days)


def test_extensions_add_up_and_the_policy_says_how_long_one_is() -> None:
    assert Walk().ask_days(2).accepted().ask_days(3).accepted().order.current.due_at == START + 12 * DAY
    Walk(terms(policy=Policy(extension_days_max=2))).refuses(rules.CHANGE_EXTEND, EXTEND, by=SELLER, id=1, days=3)


def test_without_a_running_milestone_nothing_can_be_extended() -> None:
    Walk().deliver().approve().refuses(rules.CHANGE_EXTEND, EXTEND, by=SELLER, id=1, days=1)


def test_a_request_for_days_becomes_moot_when_its_milestone_is_approved_and_holds_no_deadline() -> None:
    walk = Walk().deliver().ask_days(1).wait(DAY).approve()
    assert walk.order.request is not None
    assert walk.order.request.state == "moot"

    silent = Walk().deliver().until(START + 8 * DAY - 1).ask_days(1)
    assert due(silent.order) == Timer(START + 8 * DAY, Action.REVIEW_SILENCE, 1)


@pytest.mark.parametrize("ask", [lambda walk: walk.ask_days(1), lambda walk: walk.ask_change(milestone())])
def test_a_change_that_nobody_answers_for_48_hours_lapses_and_changes_nothing(ask: object) -> None:
    walk = Walk()
    before = walk.order
    assert callable(ask)
    ask(walk).wait(2 * DAY - 1).settle()
    assert walk.order.open_request is not None
    walk.fire()
    assert walk.order.request is not None
    assert (walk.order.request.state, walk.at, walk.last.history_entry.action) == (
        "lapsed", START + 2 * DAY, TIMER_OF_REQUEST[walk.order.request.kind].action,
    )  # fmt: skip
    assert (walk.order.milestones, walk.order.terms) == (before.milestones, before.terms)


def test_one_request_is_open_at_a_time() -> None:
    Walk().ask_days(1).refuses(rules.CANCEL_CHANNEL, CHANGE, by=CLIENT, id=2, milestones=[])
    Walk().ask_change(milestone()).refuses(rules.CANCEL_CHANNEL, EXTEND, by=CLIENT, id=2, days=1)
    Walk().ask_cancel().refuses(rules.CANCEL_CHANNEL, EXTEND, by=CLIENT, id=2, days=1)


# ── Another plan ────────────────────────────────────────────────────────────────────────────────────────────────────


def running_second() -> Walk:
    """An order of five milestones, the second of which runs."""
    return Walk(terms(5)).deliver().approve().go_on()


def test_three_planned_milestones_become_two_at_other_prices_and_the_order_is_approved_to_its_end() -> None:
    walk = running_second().ask_change(milestone(2_500, name="Launch"), milestone(3_500, name="Care")).accepted()

    assert (walk.states, prices(walk.order.terms)) == ("aApp", [10_000, 10_000, 2_500, 3_500])
    for _ in range(3):
        walk.deliver().approve()
        if walk.order.phase is Phase.AWAITING_CONTINUE:
            walk.go_on()
    assert (walk.order.reason, walk.totals.charged_cents) == (Reason.ALL_APPROVED, 26_000)
    entries = [outcome.history_entry for outcome in walk.outcomes]
    assert list(replay(7, terms(5), entries)) == walk.outcomes


@pytest.mark.parametrize(("count", "rule"), [(4, None), (5, rules.OFFER_MILESTONES_MAX)])
def test_what_was_started_and_what_is_planned_stay_within_an_offers_limits(count: int, rule: rules.Rule | None) -> None:
    planned = [milestone()._asdict() | {"substeps": [], "stages": []}] * count
    if rule:
        running_second().refuses(rule, CHANGE, by=SELLER, id=1, milestones=planned)
    else:
        assert running_second().do(CHANGE, by=SELLER, id=1, milestones=planned).order.open_request is not None


def test_the_fields_of_a_plan_are_held_to_an_offers_limits() -> None:
    for wrong, rule in (
        ({"days": 31}, rules.OFFER_MILESTONE_DAYS),
        ({"name": ""}, rules.NAMES),
        ({"revisions": -1}, rules.OFFER_MILESTONE_FIELDS),
    ):
        plain = milestone()._asdict() | {"substeps": [], "stages": []} | wrong
        running_second().refuses(rule, CHANGE, by=SELLER, id=1, milestones=[plain])


def test_all_that_is_planned_can_be_dropped_while_something_runs_but_not_between() -> None:
    dropped = running_second().ask_change().accepted()
    assert dropped.states == "aA"
    assert dropped.deliver(links=[LINK]).approve().order.reason is Reason.ALL_APPROVED

    Walk(terms(2)).refuses(rules.OFFER_MILESTONES_MIN, CHANGE, by=CLIENT, id=1, milestones=[])
    between = Walk().deliver().approve()
    between.refuses(rules.CHANGE_TERMS, CHANGE, by=CLIENT, id=1, milestones=[])
    late = running_second().deliver().ask_change().approve()
    assert (late.request.state, late.order.phase) == ("moot", Phase.AWAITING_CONTINUE)


def test_what_was_dropped_before_it_started_stays_and_stands_next_to_what_was_started() -> None:
    walk = running_second().support_cancels(4).ask_change(milestone(1_000)).accepted()

    assert (walk.states, [one.position for one in walk.order.milestones]) == ("aAxp", [1, 2, 3, 4])
    assert prices(walk.order.terms) == [10_000, 10_000, 10_000, 1_000]


def test_only_an_order_by_milestones_has_a_plan_to_change() -> None:
    for agreed in (single(), subscription()):
        Walk(agreed).refuses(rules.CHANGE_TERMS, CHANGE, by=CLIENT, id=1, milestones=[])


# ── A part is kept ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_of_50_dollars_20_are_kept_under_fees_to_the_cent() -> None:
    walk = Walk(terms(2, policy=FEES, price_cents=5_000)).ask_cancel(1, by=SELLER, keep_cents=2_000).accepted()

    assert walk.moved() == {
        Kind.RELEASE: 1_600, Kind.SELLER_FEE: 400, Kind.REFUND: 3_000, Kind.CLIENT_FEE_REFUND: 165,
    }  # fmt: skip
    assert (walk.states, walk.totals.balanced, walk.totals.escrow_cents) == ("xp", True, 0)
    assert due(walk.order) == Timer(walk.at + 10 * DAY, Action.CONTINUE_WINDOW, 1)
    while due(walk.order):
        walk.fire()
    assert walk.moved() == {Kind.CLEAR: 1_600}
    assert (walk.order.status, walk.order.current.state) == (Status.CANCELLED, State.CANCELLED)


@pytest.mark.parametrize(("keep", "is_taken"), [(-1, False), (1, True), (9_999, True), (10_000, False)])
@pytest.mark.parametrize("position", [None, 1])
def test_at_most_the_price_less_a_cent_is_kept(keep: int, is_taken: bool, position: int | None) -> None:
    if is_taken:
        assert Walk().ask_cancel(position, keep_cents=keep).accepted().totals.released_cents == keep
        assert Walk().support_cancels(position, keep_cents=keep).totals.released_cents == keep
    else:
        for action, by in ((Action.OPEN_CANCEL, CLIENT), (SUPPORT, Actor.SUPPORT)):
            args = {"reason": "late", "position": position, "keep_cents": keep}
            more = {"id": 1} if action is Action.OPEN_CANCEL else {}
            Walk().refuses(rules.CANCEL_SPLIT, action, by=by, **args, **more)


def test_of_what_is_planned_or_of_an_order_between_milestones_nothing_is_kept() -> None:
    args = {"id": 1, "reason": "late", "keep_cents": 1}
    Walk().refuses(rules.CANCEL_SPLIT, Action.OPEN_CANCEL, by=CLIENT, position=2, **args)
    Walk().deliver().approve().refuses(rules.CANCEL_SPLIT, Action.OPEN_CANCEL, by=CLIENT, **args)


def test_a_part_that_was_asked_for_is_not_kept_of_what_is_finished_meanwhile() -> None:
    walk = Walk().ask_cancel(keep_cents=5_000).support_cancels(1).do(Action.ACCEPT_REQUEST, by=SELLER)

    assert (walk.order.status, walk.totals.released_cents, walk.totals.refunded_cents) == ("cancelled", 0, 10_000)


# ── Reversals ───────────────────────────────────────────────────────────────────────────────────────────────────────


def stopped() -> Walk:
    """An order that its client stopped after the first milestone."""
    return Walk(terms(policy=replace(STANDARD, clearance_days=5))).deliver().approve().do(Action.STOP)


def test_support_reverses_in_part_twenty_days_after_the_end() -> None:
    walk = stopped().fire().until(START + 20 * DAY).support_cancels(1, keep_cents=4_000)

    assert walk.moved() == {Kind.REVERSAL: 6_000}
    assert (walk.order.status, walk.order.reason, walk.order.ended_at) == ("cancelled", "cancelled", START)
    assert walk.totals.released_cents == 4_000


def test_money_that_is_still_pending_is_reversed_where_it_is_and_the_kept_part_clears() -> None:
    walk = stopped().wait(DAY).support_cancels(1, keep_cents=4_000)

    assert walk.last.entries[0].debit == "seller:maria:pending"
    assert walk.fire().moved() == {Kind.CLEAR: 4_000}


def test_the_order_stays_completed_while_another_approved_milestone_stands() -> None:
    walk = Walk(terms(2)).deliver().approve().go_on().deliver(links=[LINK]).approve().support_cancels(1)

    assert (walk.order.status, walk.order.reason) == ("completed", "all-approved")
    assert walk.support_cancels(2).order.status == "cancelled"
    walk.refuses(rules.STOP_FINAL, SUPPORT, reason="late", position=2)


def test_a_reversal_after_the_end_comes_within_180_days_of_the_approval() -> None:
    late = Walk().deliver().approve().do(Action.STOP)
    fault = late.until(START + 180 * DAY).refuses(rules.MONEY_REVERSAL, SUPPORT, reason="late", position=1)
    assert "180 days" in fault.message
    assert late.until(START + 180 * DAY - 1).support_cancels(1).order.status == "cancelled"


def test_while_the_order_goes_on_a_reversal_has_no_limit() -> None:
    walk = Walk(terms(policy=Policy(continue_hours=None, reversal_days=1))).deliver().approve().wait(2 * DAY)

    assert walk.support_cancels(1).states == "xpp"


# ── The last instant ────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_action_whose_deadline_would_lie_beyond_the_last_instant_is_refused_whole() -> None:
    fits = times.MAX_INSTANT - 8 * DAY
    late = Walk(terms(days=1), at=fits + 1)
    late.refuses(rules.TIME_FORMAT, Action.DELIVER, links=[LINK])
    assert Walk(terms(days=1), at=fits).deliver().states == "dpp"


def test_no_order_is_placed_whose_work_would_be_due_beyond_the_last_instant() -> None:
    with pytest.raises(rules.RuleError, match="time-format"):
        Walk(at=times.MAX_INSTANT - 7 * DAY + 1)
    assert Walk(at=times.MAX_INSTANT - 7 * DAY).order.current.due_at == times.MAX_INSTANT


# ── The first edition ───────────────────────────────────────────────────────────────────────────────────────────────


def test_orders_of_the_first_edition_keep_the_reading_that_they_were_placed_under() -> None:
    old = replace(STANDARD, edition=1)

    held = Walk(terms(policy=old)).deliver().until(START + 8 * DAY - 1).ask_cancel(2)
    assert held.until(START + 9 * DAY).do(Action.APPROVE).states == "app"
    assert Walk(terms(policy=old)).deliver().ask_cancel().approve().order.open_request is not None
    assert Walk(single(old)).do(Action.STOP_AFTER_CURRENT).order.stopping
    assert Walk(terms(policy=old), at=times.MAX_INSTANT - DAY).deliver().states == "dpp"
