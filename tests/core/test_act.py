"""What holds for every action: who may take it, which guard speaks first, and that a history can be replayed."""

import pytest

from core.order_helpers import DAY, FEES, LINK, PARTY, REASON, REVIEW, START, Walk, refused, subscription, terms
from milepost import rules
from milepost.core import act as core
from milepost.core.order import Timer, due, possible, timers
from milepost.core.terms import Follow, Stage
from milepost.core.transitions import ACTORS, MILESTONES, ORDERS, TIMER_RULES, Action, Actor

# ── Actors ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_action_is_a_partys_or_the_clocks_or_a_name_in_the_tables() -> None:
    assert {*ACTORS, *TIMER_RULES, Action.PLACE, Action.CANCEL} == set(Action)


def test_an_action_of_one_party_has_that_party_in_the_tables() -> None:
    assert {action: (actor,) for action, actor in PARTY.items()} == {action: ACTORS[action] for action in PARTY}


@pytest.mark.parametrize(
    ("action", "actor"), [(action, actor) for action, party in PARTY.items() for actor in Actor if actor is not party]
)
def test_an_action_of_another_party_is_refused(action: Action, actor: Actor) -> None:
    fault = Walk().refuses(rules.ACTOR, action, by=actor)

    assert fault.values["allowed"] == [str(PARTY[action])]


ASKED = {
    Action.OPEN_CANCEL: "asking to cancel",
    Action.OPEN_EXTEND: "asking for more days on",
    Action.OPEN_CHANGE: "asking for a change of",
    Action.ACCEPT_REQUEST: "accepting a request of",
    Action.DECLINE_REQUEST: "declining a request of",
    Action.WITHDRAW_REQUEST: "withdrawing a request of",
}


@pytest.mark.parametrize("action", list(ASKED))
@pytest.mark.parametrize(("actor", "told"), [(Actor.SUPPORT, "support"), (Actor.CLOCK, "the clock")])
def test_the_resolution_center_is_for_the_two_parties(action: Action, actor: Actor, told: str) -> None:
    fault = Walk().refuses(rules.ACTOR, action, by=actor)

    assert fault.message == f"{ASKED[action]} order 7 is for the client or the seller, not for {told}"


# ── Guards, in their order ──────────────────────────────────────────────────────────────────────────────────────────


def test_existence_is_judged_before_the_actor() -> None:
    Walk().refuses(rules.CANCEL_MILESTONE, Action.SUPPORT_CANCEL, by=Actor.CLIENT, reason="x", position=9)


def test_the_actor_is_judged_before_the_state() -> None:
    ended = Walk().support_cancels()

    ended.refuses(rules.ACTOR, Action.APPROVE, by=Actor.SELLER)


def test_the_end_is_judged_before_a_deadline() -> None:
    ended = Walk(terms(policy=FEES)).deliver().fire().wait(15 * DAY)

    assert due(ended.order) == Timer(START + REVIEW + 14 * DAY, Action.CLEAR, 1)
    ended.refuses(rules.STOP_FINAL, Action.APPROVE)


def test_a_deadline_is_judged_before_the_tables() -> None:
    Walk().deliver().wait(REVIEW).refuses(rules.DEADLINE_INSTANT, Action.CONTINUE)


def test_the_state_is_judged_before_arguments() -> None:
    Walk().deliver().refuses(rules.DELIVER_STATE, Action.DELIVER, links=[""])
    Walk().refuses(rules.REVIEW_WINDOW, Action.REVISE, message="\x00")


def test_what_is_meant_for_another_milestone_is_refused_and_nothing_else() -> None:
    working, waiting = Walk().order, Walk().deliver().approve().order

    for order, action, position in ((working, Action.DELIVER, 1), (waiting, Action.CONTINUE, 2)):
        core.check_meant(order, action, position)
        for unknown in (0, 4):
            refused(rules.CANCEL_MILESTONE, core.check_meant, order, action, unknown)
    refused(rules.DELIVER_STATE, core.check_meant, working, Action.DELIVER, 2)
    refused(rules.ORDER_NEXT_CHARGE, core.check_meant, waiting, Action.CONTINUE, 1)
    refused(rules.ORDER_NEXT_CHARGE, core.check_meant, waiting, Action.CONTINUE, 3)


def test_a_wrong_state_is_refused_with_what_is_possible_instead() -> None:
    fault = Walk().refuses(rules.REVIEW_WINDOW, Action.APPROVE)

    told, _, instead = fault.message.partition("; possible now: ")
    assert told == "order 7 has nothing to review: milestone 1 is active"
    assert {"deliver", "stop-after-current"} <= {*instead.split(", ")}


def test_before_the_last_stage_a_delivery_is_not_named_as_possible() -> None:
    fault = (
        Walk(terms(stages=(Stage("Plan"),))).do(Action.STOP_AFTER_CURRENT).refuses(rules.REVIEW_WINDOW, Action.APPROVE)
    )

    instead = fault.values["possible"].split(", ")
    assert {"undo-stop", "report-stage"} <= {*instead}
    assert "deliver" not in instead


# ── What follows from the tables ────────────────────────────────────────────────────────────────────────────────────


def test_a_row_has_one_target_whoever_takes_it() -> None:
    moves = {(row.action, row.source): (row.target, row.money) for row in MILESTONES}
    ends = {(row.action, row.source): (row.target, row.reason) for row in ORDERS}

    assert all(moves[row.action, row.source] == (row.target, row.money) for row in MILESTONES)
    assert all(ends[row.action, row.source] == (row.target, row.reason) for row in ORDERS)


@pytest.mark.parametrize("action", TIMER_RULES)
def test_a_timer_names_the_rule_that_it_carries_out(action: Action) -> None:
    assert Timer(START, action, 1).rule is TIMER_RULES[action]


def test_released_money_clears_at_the_instant_that_its_row_gives() -> None:
    order = Walk(terms(policy=FEES)).deliver().approve().order
    row = next(row for row in MILESTONES if (row.action, row.source) == (Action.CLEAR, order.current.state))

    assert row.at is not None
    assert Timer(row.at(order, order.current) or 0, Action.CLEAR, 1) in timers(order)


def test_what_follows_a_milestone_is_said_by_the_terms() -> None:
    assert (terms().follow, subscription().follow) == (Follow.CLIENT, Follow.RENEWAL)


def test_what_is_possible_names_who_may_do_it() -> None:
    told = possible(Walk().order)

    assert {
        (Action.DELIVER, Actor.SELLER),
        (Action.SUPPORT_CANCEL, Actor.SUPPORT),
        (Action.STOP_AFTER_CURRENT, Actor.CLIENT),
        *((action, actor) for action in OPENING for actor in (Actor.CLIENT, Actor.SELLER)),
    } <= {*told}
    assert Action.APPROVE not in dict(told)


OPENING = (Action.OPEN_CANCEL, Action.OPEN_EXTEND, Action.OPEN_CHANGE)


# ── Histories ───────────────────────────────────────────────────────────────────────────────────────────────────────


def eventful() -> Walk:
    """An order in which nearly everything happens."""
    walk = Walk(terms(policy=FEES, revisions=1, zoom=True, substeps=("Sketch",)))
    walk.do(Action.SET_CALL, call_at=START + DAY, link=LINK).do(Action.CHECK_SUBSTEP, number=1).wait(DAY)
    walk.deliver(message="first", links=[LINK]).do(Action.REVISE, message="bluer").deliver()
    walk.ask_cancel(2, by=Actor.SELLER).wait(DAY).do(Action.DECLINE_REQUEST, by=Actor.CLIENT).approve().go_on()
    walk.ask_cancel(2).fire().go_on().deliver().support_cancels(1)
    return walk.wait(2 * DAY).settle().fire()


def test_lines_are_numbered_without_a_gap_and_time_never_goes_back() -> None:
    lines = [outcome.history_entry for outcome in eventful().outcomes]

    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    assert [line.at for line in lines] == sorted(line.at for line in lines)


def test_replaying_a_history_gives_every_outcome_again() -> None:
    walk = eventful()

    assert list(core.replay(7, walk.order.terms, (outcome.history_entry for outcome in walk.outcomes))) == walk.outcomes


def test_the_beginning_of_a_history_gives_the_order_as_it_was() -> None:
    walk = eventful()
    lines = [outcome.history_entry for outcome in walk.outcomes]

    for count in range(1, len(lines)):
        assert [*core.replay(7, walk.order.terms, lines[:count])][-1].order == walk.outcomes[count - 1].order


def test_an_empty_history_gives_nothing() -> None:
    assert list(core.replay(7, terms(), [])) == []


def test_a_history_that_a_rule_refuses_does_not_replay() -> None:
    walk = Walk().deliver().wait(DAY).approve()
    lines = [outcome.history_entry for outcome in walk.outcomes]

    refused(rules.REVIEW_WINDOW, list, core.replay(7, walk.order.terms, [lines[0], lines[2]]))
    late = lines[2]._replace(at=START + REVIEW)
    refused(rules.DEADLINE_INSTANT, list, core.replay(7, walk.order.terms, [lines[0], lines[1], late]))


def test_the_order_that_was_given_never_changes() -> None:
    walk = eventful()
    orders = [repr(outcome.order) for outcome in walk.outcomes]
    walk.refuses(rules.STOP_FINAL, Action.SUPPORT_CANCEL, reason=REASON)

    assert [repr(outcome.order) for outcome in walk.outcomes] == orders
