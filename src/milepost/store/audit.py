"""The audit: whether the file is whole, and whether every order is what its history says.

`doctor` runs it. Since `act` is pure, an order's history replayed must give its rows, its requests, its ledger entries
and the instant of its next timer; there is nothing else to compare with.
"""

from collections.abc import Callable, Iterable, Iterator

from milepost.core import act
from milepost.core.order import Order, timers
from milepost.errors import StoreError
from milepost.rules import RuleError
from milepost.store import due, ledger, orders
from milepost.store.db import Connection, Database

PAGE = 1_000


def findings(db: Database) -> list[str]:
    """What is wrong in the store, in sentences, by every check of CHECKS. Raises `StoreError` if it cannot be read."""
    with db.read() as connection:
        return [finding for check in CHECKS for finding in check(connection)]


def counts(connection: Connection, tables: Iterable[str]) -> dict[str, int]:
    """How many rows each table has."""
    return {table: int(connection.value(f"SELECT count(*) FROM {table}")) for table in tables}


def count_of(connection: Connection, table: str, column: str, value: str) -> int:
    """How many rows of a table have a value in a column."""
    return int(connection.value(f"SELECT count(*) FROM {table} WHERE {column} = ?", (value,)))


def _whole_file(connection: Connection) -> Iterator[str]:
    """SQLite finds its file, indexes and constraints in order."""
    for (told,) in connection.rows("PRAGMA integrity_check"):
        if told != "ok":
            yield f"the file is damaged: {told}"


def _known_parents(connection: Connection) -> Iterator[str]:
    """Every row that names another names one that is there."""
    for table, row, parent, _ in connection.rows("PRAGMA foreign_key_check"):
        yield f"{table}: row {row} names a row of {parent} that is not there"


def _replayed(connection: Connection) -> Iterator[str]:
    """Each order's history, replayed, gives what is stored of it."""
    last_id = 0
    while ids := orders.ids_after(connection, last_id, PAGE):
        armed = due.stored_at(connection, ids)
        for order_id, order in orders.load(connection, ids).items():
            for finding in _differences(connection, order, armed[order_id]):
                yield f"order {order_id}: {finding}"
        last_id = ids[-1]


def _differences(connection: Connection, order: Order, due_at: int | None) -> Iterator[str]:
    """How an order differs from what its history led to."""
    try:
        lines = list(orders.history(connection, order.id))
    except StoreError as unknown:
        yield str(unknown)
        return
    if not lines:
        yield "it has no history"
        return
    try:
        outcomes = list(act.replay(order.id, orders.placed_on(connection, order), lines))
    except RuleError as refusal:
        yield f"its history cannot be replayed: {refusal}"
        return
    told = [(outcome.history_entry.number, entry) for outcome in outcomes for entry in outcome.entries]
    posted = [(one.number, one.entry) for one in ledger.entries(connection, order_id=order.id)]
    asked = {outcome.order.request.id: outcome.order.request for outcome in outcomes if outcome.order.request}
    armed = timers(outcomes[-1].order)
    for what, stored, replayed in (
        ("history is", lines, [outcome.history_entry for outcome in outcomes]),
        ("order is", order, outcomes[-1].order),
        ("entries are", posted, told),
        ("requests are", orders.requests_of(connection, order.id), asked),
        ("next timer is", due_at, armed[0].at if armed else None),
    ):
        if stored != replayed:
            yield f"its {what} not what its history leads to: {stored} stored, {replayed} replayed"


CHECKS: tuple[Callable[[Connection], Iterator[str]], ...] = (_whole_file, _known_parents, _replayed)
