"""The walk of `scenario explore`: it finds every state, says where it was cut, and counts the ways to the ends."""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import cast

import pytest

from core.order_helpers import FEES, START, Walk, single, terms
from core.test_transitions import KINDS, POLICIES, walked
from core.walk_helpers import Proposals, choices
from milepost import times
from milepost.commands import arguments
from milepost.core.explore import (
    Arguments,
    Explored,
    Reached,
    _shared,
    bounded,
    count_paths,
    explore,
    moments,
    state_of,
    steps,
)
from milepost.core.ledger import totals
from milepost.core.order import Order, due, held_deadline
from milepost.core.terms import Terms
from milepost.core.transitions import Action, Actor, Status
from milepost.core.values import JsonValue

PLENTY = 50_000
AGREED = terms(2)


def explored(agreed: Terms, limit: int = PLENTY, arguments: Arguments = arguments) -> Explored:
    """The walk from the placement of an order on these terms."""
    placed = Walk(agreed)
    return explore(placed.order, tuple(placed.entries), START, arguments, limit=limit)


@pytest.mark.parametrize(
    ("kind", "policy"), [("milestones", "standard"), ("subscription", "standard"), ("single", "fees")]
)
def test_it_finds_what_the_walk_of_the_tables_finds_and_conserves_money_in_each_state(kind: str, policy: str) -> None:
    agreed = KINDS[kind](POLICIES[policy])
    proposals = Proposals(agreed, 2)

    def chosen(order: Order, action: Action, now: int) -> Iterable[Mapping[str, JsonValue]]:
        return choices(order, proposals).get(action, [{}])

    found, expected = explored(agreed, arguments=chosen), walked(kind, policy)

    assert (len(found.states), found.transitions) == (expected.states, expected.transitions)
    assert found.transitions == sum(len(reached.follows) for reached in found.states)
    assert not found.cut
    assert all(totals(reached.entries).balanced for reached in found.states)


def test_every_state_is_found_once_and_leads_to_states_that_were_found() -> None:
    agreed = terms(2, revisions=1)
    found = explored(agreed)

    assert len({state_of(reached.order, reached.at, agreed) for reached in found.states}) == len(found.states)
    for reached in found.states:
        follows = {
            state_of(outcome.order, outcome.history_entry.at, agreed)
            for outcome in steps(reached.order, reached.at, bounded(arguments, agreed))
        }
        named = [found.states[number] for number in reached.follows]
        assert {state_of(one.order, one.at, agreed) for one in named} == follows


def test_the_ends_are_the_ended_orders_whose_money_is_clear_and_only_support_moves_them() -> None:
    for agreed in (terms(2), terms(2, policy=FEES)):
        ends = [reached for reached in explored(agreed).states if reached.is_end]
        assert ends
        for end in ends:
            assert end.order.status is not Status.ACTIVE
            assert due(end.order) is None
            moved = {outcome.history_entry.actor for outcome in steps(end.order, end.at, arguments)}
            assert moved <= {Actor.SUPPORT}


def test_a_state_that_a_walk_was_cut_at_and_one_whose_money_is_pending_are_no_ends() -> None:
    walk = Walk(single(FEES)).deliver().approve()

    assert not explored(terms(3), limit=1).states[0].is_end
    assert not reached(walk.order, []).is_end
    assert reached(walk.fire().order, []).is_end


def test_a_path_has_a_step_for_each_action_that_led_there_and_is_a_shortest_one() -> None:
    found = explored(terms(2))
    lengths = [len(found.path(number)) for number in range(len(found.states))]
    for number, reached in enumerate(found.states):
        assert lengths[number] == reached.order.version - 1  # the placement itself is no step
        assert all(lengths[following] <= lengths[number] + 1 for following in reached.follows)


def test_a_step_is_told_with_who_took_it_and_on_which_milestone() -> None:
    found = explored(terms(2))
    told = [found.path(number)[0] for number in range(1, len(found.states)) if found.states[number].before == 0]

    assert told == [
        "seller: deliver 1",
        "support: support-cancel 1", "support: support-cancel", "support: support-cancel 2",
        "client: stop-after-current 1",
        "client: open-cancel 1", "client: open-cancel", "client: open-cancel 2",
        "seller: open-cancel 1", "seller: open-cancel", "seller: open-cancel 2",
        "client: open-extend 1", "seller: open-extend 1",
        "client: open-change", "seller: open-change",
    ]  # fmt: skip


@pytest.mark.parametrize("limit", [1, 2, 10, 100])
def test_a_walk_stops_at_its_bound_and_says_so(limit: int) -> None:
    found = explored(terms(3), limit=limit)
    assert (len(found.states), found.cut) == (limit, True)
    assert found.transitions == sum(len(reached.follows) for reached in found.states)
    assert all(following < limit for reached in found.states for following in reached.follows)
    assert any(not reached.follows and not reached.is_end for reached in found.states)
    count_paths(found, 5)


def test_a_bound_of_as_many_states_as_there_are_cuts_nothing() -> None:
    count = len(explored(single()).states)
    assert not explored(single(), limit=count).cut
    assert explored(single(), limit=count - 1).cut


def test_an_ended_order_with_nothing_to_reverse_has_one_state_and_one_path() -> None:
    walk = Walk(single()).support_cancels()
    found = explore(walk.order, tuple(walk.entries), walk.at, arguments, limit=PLENTY)
    assert (len(found.states), found.transitions, found.cut) == (1, 0, False)
    assert count_paths(found, 0) == 1


def test_what_was_done_before_counts_in_every_state() -> None:
    walk = Walk(terms(2)).deliver().wait(times.DAY).approve()
    found = explore(walk.order, tuple(walk.entries), walk.at, arguments, limit=PLENTY)
    assert all(reached.entries[: len(walk.entries)] == tuple(walk.entries) for reached in found.states)


# ── When something is tried ─────────────────────────────────────────────────────────────────────────────────────────


def test_at_a_deadline_only_the_timer_can_come_next() -> None:
    walk = Walk(terms(2)).deliver()
    timer = due(walk.order)
    assert timer is not None
    assert [outcome.history_entry.action for outcome in steps(walk.order, timer.at, arguments)] == [
        Action.REVIEW_SILENCE
    ]
    before = Counter(outcome.history_entry.at for outcome in steps(walk.order, timer.at - 1, arguments))
    assert before[timer.at - 1] > 1
    assert before[timer.at] == 1
    assert START not in before


def test_an_action_is_tried_at_once_and_a_second_before_the_first_timer() -> None:
    walk = Walk(terms(2))
    assert moments(walk.order, START) == [START]
    assert moments(walk.deliver().order, START) == [START, START + 8 * times.DAY - 1]


def test_with_a_deadline_that_a_request_holds_also_a_second_before_it_and_at_it() -> None:
    walk = Walk(terms(2)).deliver().wait(7 * times.DAY).ask_cancel(1)
    held = held_deadline(walk.order)

    assert held is not None
    assert moments(walk.order, walk.at) == [walk.at, held.at - 1, held.at, walk.at + 2 * times.DAY - 1]
    assert moments(walk.order, held.at) == [held.at, walk.at + 2 * times.DAY - 1]


# ── What two orders of one state may differ in ──────────────────────────────────────────────────────────────────────


def state(walk: Walk) -> object:
    return state_of(walk.order, walk.at, AGREED)


def test_instants_and_amounts_make_no_state_of_their_own() -> None:
    later = Walk(AGREED).wait(times.DAY).deliver()
    assert state(Walk(AGREED).deliver()) == state(later)
    extended = Walk(AGREED).do(Action.OPEN_EXTEND, by=Actor.SELLER, id=1, days=9)
    assert state(extended.do(Action.ACCEPT_REQUEST, by=Actor.CLIENT)) == state(Walk(AGREED))
    assert state(Walk(AGREED).support_cancels(1, keep_cents=1)) == state(Walk(AGREED).support_cancels(1, keep_cents=2))


def test_whether_a_part_is_kept_and_whether_the_terms_are_those_of_the_beginning_does() -> None:
    assert state(Walk(AGREED).support_cancels(1)) != state(Walk(AGREED).support_cancels(1, keep_cents=1))
    assert state(Walk(AGREED).ask_cancel(1)) != state(Walk(AGREED).ask_cancel(1, keep_cents=1))
    assert state(Walk(AGREED)) == state(Walk(terms(2)))
    assert state(Walk(AGREED)) != state(Walk(terms(2, price_cents=1)))


def test_whether_a_held_deadline_has_passed_does() -> None:
    walk = Walk(AGREED).deliver().wait(7 * times.DAY).ask_cancel()
    before = state(walk.wait(times.DAY - 1))

    assert state(walk.wait(1)) != before


# ── Counting ways ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_paths_are_counted_up_to_a_number_of_steps() -> None:
    active, ended = Walk(single()).order, Walk(single()).support_cancels().order
    # 0 → 1, 2; 1 → 2, 1; 2 is an end: 1 way in one step, 1 more in each further one.
    found = Explored([reached(active, [1, 2]), reached(active, [2, 1]), reached(ended, [])], 4, cut=False)

    assert [count_paths(found, most) for most in range(5)] == [0, 1, 2, 3, 4]
    only = Explored([reached(ended, [])], 0, cut=False)
    assert [count_paths(only, most) for most in range(3)] == [1, 1, 1]


def reached(order: Order, follows: list[int]) -> Reached:
    return Reached(order, START, (), 0, "", array("I", follows))


def test_it_says_how_many_states_it_has_found_while_it_walks() -> None:
    told: list[int] = []
    placed = Walk(AGREED)
    found = explore(placed.order, tuple(placed.entries), START, arguments, limit=PLENTY, on_progress=told.append)
    assert told == sorted(told)
    assert (len(told), told[-1]) == (len(found.states), len(found.states))


def test_the_state_that_is_remembered_is_made_of_the_parts_of_others() -> None:
    agreed = terms(6, revisions=3, substeps=("a", "b", "c"), zoom=True)
    found = explored(agreed, limit=2_000)
    known: dict[object, object] = {}
    apart = [state_of(reached.order, reached.at, agreed) for reached in found.states]
    shared = [_shared(state, known) for state in apart]
    assert shared == apart
    assert parts(shared) < parts(apart) / 10


def parts(states: list[object]) -> int:
    """How many tuples states are made of, but for themselves."""
    seen, left = set[int](), [part for state in states for part in cast("tuple[object, ...]", state)]
    while left:
        part = left.pop()
        if type(part) is tuple and id(part) not in seen:
            seen.add(id(part))
            left += part
    return len(seen)
