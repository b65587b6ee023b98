"""What was agreed of an order, edition by edition: changes by agreement, and what the order was placed on."""

from collections.abc import Iterator, Sequence

import pytest
import store_helpers
from store_helpers import DELIVERY

from milepost import times
from milepost.core import act
from milepost.core.act import HistoryEntry, Outcome
from milepost.core.order import Milestone, due
from milepost.core.terms import MilestoneTerms, plain_of
from milepost.core.transitions import Action, Actor, State
from milepost.errors import NotFound, StoreError
from milepost.market import clock
from milepost.market import orders as market
from milepost.market.orders import Step
from milepost.store import orders
from milepost.store.db import Connection, Database
from milepost.store.orders import Change

A, B, C = (MilestoneTerms(f"Part {number}", 7, 5_000) for number in (1, 2, 3))
D, E = MilestoneTerms("Später “D”", 3, 700, None, "text", True, ("One",)), MilestoneTerms("E", 4, 900)


def changed(outcome: Outcome, planned: Sequence[MilestoneTerms]) -> Outcome:
    """An outcome made by hand: what is planned of an order is now this."""
    order = outcome.order
    begun = [one for one in order.milestones if one.started_at is not None]
    new = [Milestone(number, terms) for number, terms in enumerate(planned, start=len(begun) + 1)]
    agreed = tuple(one.terms for one in (*begun, *new))
    after = order._replace(
        milestones=(*begun, *new), terms=order.terms._replace(milestones=agreed), version=order.version + 1
    )
    entry = HistoryEntry(after.version, store_helpers.START, Actor.SELLER, Action.ACCEPT_REQUEST, None, {})
    return Outcome(after, (), entry, due(after))


def placed(connection: Connection) -> Outcome:
    """An order of A, B, C, not saved yet."""
    terms = store_helpers.terms(policy=orders.settings.read(connection).policy)._replace(milestones=(A, B, C))
    return act.place(1, terms, at=store_helpers.START)


def editions(connection: Connection) -> list[tuple[int, int, str]]:
    """Number, edition and name of all that was agreed of order 1."""
    return connection.rows("SELECT number, edition, name FROM agreed WHERE order_id = 1 ORDER BY number")


def numbers(connection: Connection) -> list[int]:
    """Which agreement each milestone of order 1 stands on."""
    rows = connection.rows("SELECT agreed FROM milestones WHERE order_id = 1 ORDER BY position")
    return [number for (number,) in rows]


CHANGES = [
    ([], [1], []),
    ([B], [1, 2], []),
    ([C], [1, 4], [(4, 2, C.name)]),
    ([C, B], [1, 4, 5], [(4, 2, C.name), (5, 2, B.name)]),
    ([B, C, D], [1, 2, 3, 4], [(4, 2, D.name)]),
    ([D, C], [1, 4, 3], [(4, 2, D.name)]),
    ([D, E, B, C], [1, 4, 5, 6, 7], [(4, 2, D.name), (5, 2, E.name), (6, 2, B.name), (7, 2, C.name)]),
]


@pytest.fixture
def connection(memory_store: Database) -> Iterator[Connection]:
    """In a store, a write that is undone at the end: no history leads to outcomes that were made by hand."""
    with memory_store.trial() as trial, trial.write() as writing:
        yield writing


@pytest.mark.parametrize(("planned", "stands_on", "added"), CHANGES)
def test_others_take_the_place_of_planned_milestones_and_those_that_stay_stand_on_what_they_stood_on(
    connection: Connection, planned: list[MilestoneTerms], stands_on: list[int], added: list[tuple[int, int, str]]
) -> None:
    first = placed(connection)
    orders.save(connection, [Change(None, [first])])
    second = changed(first, planned)
    orders.save(connection, [Change(first.order, [second])])

    assert orders.existing(connection, 1) == second.order
    assert numbers(connection) == stands_on
    assert editions(connection) == [(1, 1, A.name), (2, 1, B.name), (3, 1, C.name), *added]
    assert orders.placed_on(connection, second.order.id).milestones == (A, B, C)


def worked(connection: Connection) -> list[Outcome]:
    """An order that is worked on, and of which what is planned is changed three times, once back again."""
    outcomes = [placed(connection)]
    for action, actor, args in (
        (Action.DELIVER, Actor.SELLER, {"links": ["https://example.com"]}),
        (Action.APPROVE, Actor.CLIENT, {}),
    ):
        outcomes.append(act.act(outcomes[-1].order, action, actor=actor, at=store_helpers.START, **args))
    outcomes.append(changed(outcomes[-1], [D, C, E]))
    outcomes.append(act.act(outcomes[-1].order, Action.CONTINUE, actor=Actor.CLIENT, at=store_helpers.START))
    outcomes.append(changed(outcomes[-1], [E]))
    outcomes.append(changed(outcomes[-1], [C, E]))
    return outcomes


def rows_of(db: Database, sizes: Sequence[int]) -> list[list[tuple[object, ...]]]:
    """The rows of an order whose outcomes were saved in pieces of these sizes."""
    with db.trial() as trial, trial.write() as connection:
        before, left = None, worked(connection)
        for size in sizes:
            orders.save(connection, [Change(before, left[:size])])
            before, left = left[size - 1].order, left[size:]
        assert left == []
        assert orders.existing(connection, 1) == before
        return [connection.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in ("orders", "agreed", "milestones")]


@pytest.mark.parametrize("sizes", [(7,), (1, 6), (3, 4), (4, 3), (5, 2), (3, 1, 2, 1)])
def test_changes_that_are_saved_together_are_the_rows_of_those_saved_one_by_one(
    memory_store: Database, sizes: Sequence[int]
) -> None:
    assert rows_of(memory_store, sizes) == rows_of(memory_store, [1] * 7)
    told = [(number, edition) for _, number, edition, *_ in rows_of(memory_store, sizes)[1]]
    assert told == [(1, 1), (2, 1), (3, 1), (4, 2), (5, 2), (6, 3), (7, 4), (8, 4)]


def test_what_was_agreed_of_an_edition_that_somebody_else_has_changed_is_refused(connection: Connection) -> None:
    first = placed(connection)
    orders.save(connection, [Change(None, [first])])
    orders.save(connection, [Change(first.order, [changed(first, [D])])])
    with pytest.raises(StoreError, match="changed by somebody else"):
        orders.save(connection, [Change(first.order, [changed(first, [E])])])


# ── By the parties ──────────────────────────────────────────────────────────────────────────────────────────────────


def agree(db: Database, order_id: int, planned: Sequence[MilestoneTerms]) -> None:
    """The seller proposes, the client accepts."""
    proposal = {"milestones": [plain_of(terms) for terms in planned]}
    market.perform(db, order_id, [Step(Action.OPEN_CHANGE, proposal, Actor.SELLER, numbers="requests")])
    market.perform(db, order_id, [Step(Action.ACCEPT_REQUEST)])


def test_an_order_that_was_changed_twice_is_worked_to_its_end_and_is_told_of_every_instant(
    memory_store: Database,
) -> None:
    order_id = store_helpers.place(memory_store)
    placed_at = store_helpers.START
    third = {"reason": "late", "position": 3}  # a milestone that is not there any more at the end
    market.perform(memory_store, order_id, [Step(Action.OPEN_CANCEL, third, Actor.CLIENT, numbers="requests")])
    market.perform(memory_store, order_id, [Step(Action.DECLINE_REQUEST)])
    for planned in ([D, E], [C]):
        clock.tick(memory_store, store_helpers.clock_of(memory_store) + times.DAY)
        agree(memory_store, order_id, planned)
    clock.tick(memory_store, store_helpers.clock_of(memory_store) + times.DAY)
    market.perform(memory_store, order_id, [DELIVERY, Step(Action.APPROVE), Step(Action.CONTINUE), DELIVERY])
    market.perform(memory_store, order_id, [Step(Action.APPROVE)])

    order = store_helpers.order_of(memory_store, order_id)
    assert [one.state for one in order.milestones] == [State.APPROVED] * 2
    assert order.terms.milestones[1] == C
    with memory_store.read() as connection:
        names = [
            [one.terms.name for one in market.replayed(connection, order_id, placed_at + days)[-1].order.milestones]
            for days in (0, times.DAY, 2 * times.DAY, 3 * times.DAY)
        ]
        assert names == [["Part 1", "Part 2", "Part 3"], ["Part 1", D.name, E.name], ["Part 1", C.name], names[2]]
        assert [edition for _, edition, _ in editions(connection)] == [1, 1, 1, 2, 2, 3]


def test_an_order_that_is_not_there_was_placed_on_nothing(memory_store: Database) -> None:
    with memory_store.read() as connection, pytest.raises(NotFound, match="order 9"):
        orders.placed_on(connection, 9)
