"""The walk of `scenario explore`: it finds every state, says where it was cut, and counts the ways to the ends."""

from collections import Counter

import pytest

from core.order_helpers import FEES, START, Walk, single, terms
from core.test_transitions import KINDS, POLICIES, walked
from milepost import times
from milepost.commands import arguments
from milepost.core.explore import Explored, Reached, count_paths, explore, state_of, steps
from milepost.core.ledger import totals
from milepost.core.order import Order, due
from milepost.core.terms import Terms
from milepost.core.transitions import Action, Status

PLENTY = 50_000


def explored(agreed: Terms, limit: int = PLENTY) -> Explored:
    """The walk from the placement of an order on these terms."""
    placed = Walk(agreed)
    return explore(placed.order, tuple(placed.entries), START, arguments, limit=limit)


@pytest.mark.parametrize(("kind", "policy"), [("milestones", "standard"), ("subscription", "fees"), ("single", "fees")])
def test_it_finds_as_many_states_as_the_walk_of_the_tables_and_conserves_money_in_each(kind: str, policy: str) -> None:
    found = explored(KINDS[kind](POLICIES[policy]))
    assert len(found.states) == walked(kind, policy).states
    assert found.transitions == sum(len(reached.follows) for reached in found.states.values())
    assert not found.cut
    assert all(totals(reached.entries).balanced for reached in found.states.values())


def test_every_state_is_kept_under_its_own_key_and_leads_to_states_that_were_found() -> None:
    found = explored(terms(2, revisions=1))
    for key, reached in found.states.items():
        assert state_of(reached.order) == key
        assert set(reached.follows) <= set(found.states)


def test_the_states_from_which_nothing_follows_are_the_ended_orders_whose_money_is_clear() -> None:
    for agreed in (terms(2), terms(2, policy=FEES)):
        for reached in explored(agreed).states.values():
            ended = reached.order.status is not Status.ACTIVE and due(reached.order) is None
            assert (not reached.follows) is ended
            assert reached.is_end is ended


def test_a_path_has_a_step_for_each_action_that_led_there_and_is_a_shortest_one() -> None:
    found = explored(terms(2))
    lengths = {key: len(reached.path) for key, reached in found.states.items()}
    for key, reached in found.states.items():
        assert lengths[key] == reached.order.version - 1  # the placement itself is no step
        assert all(lengths[following] <= lengths[key] + 1 for following in reached.follows)


def test_a_step_is_told_with_who_took_it_and_on_which_milestone() -> None:
    found = explored(single())
    told = {reached.path[0] for reached in found.states.values() if len(reached.path) == 1}
    assert told == {
        "seller: deliver 1",
        "client: open-cancel", "client: open-cancel 1",
        "seller: open-cancel", "seller: open-cancel 1",
        "support: support-cancel", "support: support-cancel 1",
        "client: stop-after-current 1",
    } - _alike(found)  # fmt: skip


def _alike(found: Explored) -> set[str]:
    """The first steps that lead to a state which another first step found before."""
    first = found.states[next(iter(found.states))]
    order = first.order
    seen: set[object] = set()
    alike = set()
    for outcome in steps(order, START, arguments):
        key = state_of(outcome.order)
        where = f" {outcome.history_entry.position}" if outcome.history_entry.position else ""
        if key in seen:
            alike.add(f"{outcome.history_entry.actor}: {outcome.history_entry.action}{where}")
        seen.add(key)
    return alike


@pytest.mark.parametrize("limit", [1, 2, 10, 100])
def test_a_walk_stops_at_its_bound_and_says_so(limit: int) -> None:
    found = explored(terms(3), limit=limit)
    assert (len(found.states), found.cut) == (limit, True)
    assert found.transitions == sum(len(reached.follows) for reached in found.states.values())
    assert all(following in found.states for reached in found.states.values() for following in reached.follows)
    assert any(not reached.follows and not reached.is_end for reached in found.states.values())
    count_paths(found, next(iter(found.states)), 5)


def test_a_bound_of_as_many_states_as_there_are_cuts_nothing() -> None:
    count = len(explored(single()).states)
    assert not explored(single(), limit=count).cut
    assert explored(single(), limit=count - 1).cut


def test_an_ended_order_has_one_state_and_one_path() -> None:
    walk = Walk(single()).support_cancels()
    found = explore(walk.order, tuple(walk.entries), walk.at, arguments, limit=PLENTY)
    assert (len(found.states), found.transitions, found.cut) == (1, 0, False)
    assert count_paths(found, state_of(walk.order), 0) == 1


def test_what_was_done_before_counts_in_every_state() -> None:
    walk = Walk(terms(2)).deliver().wait(times.DAY).approve()
    found = explore(walk.order, tuple(walk.entries), walk.at, arguments, limit=PLENTY)
    assert all(reached.entries[: len(walk.entries)] == tuple(walk.entries) for reached in found.states.values())


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


def test_paths_are_counted_up_to_a_number_of_steps() -> None:
    active, ended = Walk(single()).order, Walk(single()).support_cancels().order
    # a → b, c; b → c, b; c is an end: 1 way in one step, 1 more in each further one.
    follows: dict[object, list[object]] = {"a": ["b", "c"], "b": ["c", "b"], "c": []}
    found = Explored({key: _reached(active if after else ended, after) for key, after in follows.items()}, 4, cut=False)
    assert [count_paths(found, "a", most) for most in range(5)] == [0, 1, 2, 3, 4]
    assert [count_paths(found, "c", most) for most in range(3)] == [1, 1, 1]


def _reached(order: Order, follows: list[object]) -> Reached:
    return Reached(order, (), (), follows)
