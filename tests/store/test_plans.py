"""How SQLite finds what lists and ticks ask for: by an index that fits, and never by a walk over all that there is."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import store_helpers
from plan_helpers import is_walk

from milepost import times
from milepost.core.transitions import Action
from milepost.market import clock, inbox, ledger, offers, orders, resolutions, todo
from milepost.market.orders import Filters, Step
from milepost.store.db import Database


@contextmanager
def traced(db: Database) -> Iterator[list[str]]:
    """Every statement that is sent to a store meanwhile, its values in place."""
    statements: list[str] = []
    with db.read() as reader:
        reader.set_trace_callback(statements.append)
    with db.write() as writer:
        writer.set_trace_callback(statements.append)
    statements.clear()
    yield statements
    reader.set_trace_callback(None)
    writer.set_trace_callback(None)


def plan(db: Database, statement: str) -> list[str]:
    """What SQLite does for a statement, line by line."""
    return [detail for *_, detail in store_helpers.rows(db, f"EXPLAIN QUERY PLAN {statement}")]


def plans(db: Database, use: Callable[[Database], object]) -> list[tuple[str, list[str]]]:
    """The statements of a use that read or change rows, each with what SQLite does for it."""
    with traced(db) as statements:
        use(db)
    told = [one for one in statements if re.match("SELECT|UPDATE|DELETE", one)]
    assert told
    return [(one, plan(db, one)) for one in told]


def order_list(**filters: object) -> Callable[[Database], object]:
    """A list of orders."""
    return lambda db: orders.listing(db, Filters(**filters), limit=10)  # type: ignore[arg-type]


def offer_list(
    seller: str | None = None, client: str | None = None, status: str | None = None
) -> Callable[..., object]:
    """A list of offers."""
    return lambda db: offers.listing(db, seller=seller, client=client, status=status, limit=10)


LISTS = [
    (order_list(seller="seller-1"), "orders USING COVERING INDEX ix_orders_seller (seller=?)"),
    (order_list(client="client-1"), "orders USING COVERING INDEX ix_orders_client (client=?)"),
    (order_list(status="active"), "orders USING COVERING INDEX ix_orders_status (status=?)"),
    (order_list(phase="review"), "orders USING COVERING INDEX ix_orders_phase (phase=?)"),
    (order_list(phase="working", status="active"), "orders USING COVERING INDEX ix_orders_phase (phase=?)"),
    (order_list(phase="review", client="client-1"), "orders USING INDEX ix_orders_client (client=?)"),
    (order_list(late=True), "orders USING COVERING INDEX orders_work_due (phase=? AND work_due_at<?)"),
    (order_list(status="active", seller="seller-1"), "orders USING INDEX ix_orders_seller (seller=?)"),
    (order_list(status="active", client="client-1"), "orders USING INDEX ix_orders_client (client=?)"),
    (offer_list(seller="maria"), "offers USING INDEX ix_offers_seller (seller=?)"),
    (offer_list(client="ana"), "offers USING INDEX ix_offers_client (client=?)"),
    (offer_list(status="sent"), "offers USING INDEX ix_offers_status (status=?)"),
    (offer_list(seller="maria", status="sent"), "offers USING INDEX ix_offers_seller (seller=?)"),
    (offer_list(client="ana", status="sent"), "offers USING INDEX ix_offers_client (client=?)"),
    (lambda db: resolutions.listing(db, state="open", limit=10), "requests USING INDEX ix_requests_state (state=?)"),
    (lambda db: inbox.listing(db, handle="ana", limit=10), "conversations USING INDEX ix_conversations_seller"),
    (lambda db: orders.armed(db, None, limit=10), "orders USING COVERING INDEX orders_due (due_at>? AND due_at<?)"),
    (
        lambda db: todo.listing(db, limit=10),
        "orders USING COVERING INDEX orders_work_due (phase=? AND work_due_at>? AND work_due_at<?)",
    ),
    (
        lambda db: todo.listing(db, limit=10),
        "milestones USING COVERING INDEX milestones_call (call_at>? AND call_at<?)",
    ),
    (lambda db: todo.listing(db, handle="ana", limit=10), "orders USING INDEX ix_orders_client (client=?)"),
    (lambda db: orders.history(db, 3), "history USING PRIMARY KEY (order_id=?)"),
    (lambda db: orders.show(db, 3), "ledger USING INDEX once_per_milestone (order_id=?)"),
    (
        lambda db: ledger.balances(db, order_id=3, account=None, limit=9),
        "ledger USING INDEX once_per_milestone (order_id=?)",
    ),
    (lambda db: clock.tick(db, None), "orders USING COVERING INDEX orders_due (due_at>?)"),
    (
        lambda db: clock.tick(db, store_helpers.START + 9 * times.DAY),
        "orders USING COVERING INDEX orders_due (due_at>? AND due_at<?)",
    ),
    (
        lambda db: orders.perform(db, 4, [Step(Action.REVISE)]),
        "milestones USING PRIMARY KEY (order_id=? AND position=?)",
    ),
]


@pytest.fixture
def db(memory_store: Database) -> Database:
    """A store with some orders that are due."""
    store_helpers.fill_with_reviews(memory_store, 20, due=20)
    return memory_store


@pytest.mark.parametrize(("use", "found_by"), LISTS)
def test_what_is_asked_for_is_searched_and_not_scanned(
    db: Database, use: Callable[[Database], object], found_by: str
) -> None:
    told = plans(db, use)
    scanned = [(statement, lines) for statement, lines in told if is_walk(statement, lines)]
    assert scanned == []
    assert any(found_by in line for _, lines in told for line in lines), told


def test_a_transaction_sends_no_switches(db: Database) -> None:
    with traced(db) as statements:
        orders.show(db, 1)
        orders.perform(db, 1, [Step(Action.REVISE)])
        orders.show(db, 1)
    assert [one for one in statements if "PRAGMA" in one] == []
    assert [one for one in statements if re.match("BEGIN|COMMIT|ROLLBACK", one)] == [
        "BEGIN", "ROLLBACK", "BEGIN IMMEDIATE", "COMMIT", "BEGIN", "ROLLBACK",
    ]  # fmt: skip
