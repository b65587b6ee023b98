"""What an order's history leads to, as rows: the very rows that `orders.save` writes, beside those that are stored.

A history is replayed by `act`, and what comes of it is saved in an empty store in memory, from which the rows are read
again. So there is one way from an order to its rows, and the doctor compares, and a rebuilt store holds, what it gives.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from milepost.core import act
from milepost.errors import MilepostError, StoreError
from milepost.store import chain, migrations, orders, settings
from milepost.store.damage import UNREADABLE
from milepost.store.db import Connection, savepoint
from milepost.store.order_rows import (
    AGREED,
    AGREED_KEY,
    HISTORY,
    HISTORY_LINK,
    LEDGER,
    MILESTONE_KEY,
    MILESTONE_STATE,
    ORDER,
    ORDER_ORIGIN,
    ORDER_TERMS,
    POLICY_ID,
    REQUEST,
)
from milepost.store.orders import Change, Origin

# What code raises that makes something of a row of which nothing can be made, or follows a history that leads nowhere.
CANNOT = (MilepostError, sqlite3.Error, *UNREADABLE)


class Table(NamedTuple):
    """A table of what belongs to orders: the column of the order's id, its columns, and those that tell rows apart."""

    order: str
    columns: Sequence[str]
    key: Sequence[str]


# In the order in which they can be filled.
TABLES: Mapping[str, Table] = {
    "orders": Table("id", ORDER, ()),
    "agreed": Table("order_id", (*AGREED_KEY, *AGREED), ("number",)),
    "milestones": Table("order_id", (*MILESTONE_KEY, "agreed", *MILESTONE_STATE), ("position",)),
    "requests": Table("order_id", REQUEST, ("id",)),
    "history": Table("order_id", (*HISTORY, *HISTORY_LINK), ("number",)),
    "ledger": Table("order_id", LEDGER, ("position", "kind")),
}
_SORTED = {"requests": "id", "ledger": "id"}

Row = tuple[Any, ...]
Rows = dict[int, list[Row]]  # by order


class Replayed(NamedTuple):
    """By table and order, the rows that histories lead to; by order, why its history leads to none."""

    rows: Mapping[str, Rows]
    faults: Mapping[int, Exception]


def stored(connection: Connection, ids: Sequence[int]) -> Mapping[str, Rows]:
    """By table and order, the rows that are stored of some orders."""
    return {name: _rows(connection, name, ids) for name in TABLES}


def replayed(connection: Connection, ids: Sequence[int]) -> Replayed:
    """What the histories of some orders lead to."""
    faults: dict[int, Exception] = {}
    changes = []
    for order_id in ids:
        try:
            changes.append(_replay(connection, order_id))
        except CANNOT as error:
            faults[order_id] = error
    scratch = migrations.new_memory()
    try:
        with scratch.rebuild() as empty:  # nothing is there of what orders name: gigs, offers, policies
            _lend_policies(connection, empty)
            faults.update(_saved(empty, changes))
            rows = stored(empty, ids)
    finally:
        scratch.close()
    _spell_as_stored(connection, rows, ids)
    return Replayed(rows, faults)


_PLACED = f"SELECT {', '.join(ORDER_TERMS + ORDER_ORIGIN)} FROM orders WHERE id = ?"
_FIRST = (
    f"SELECT {', '.join((*AGREED_KEY[1:], *AGREED))} FROM agreed WHERE order_id = ? AND edition = 1 ORDER BY number"
)


def begun(connection: Connection, order_id: int) -> bytes:
    """The hash that the chain of an order's history begins with, of what it was placed on."""
    placed = connection.rows(_PLACED, (order_id,))[0]
    policy = settings.policy_columns(connection, placed[POLICY_ID])
    return chain.begun(placed, policy, connection.rows(_FIRST, (order_id,)))


def _spell_as_stored(connection: Connection, rows: Mapping[str, Rows], ids: Sequence[int]) -> None:
    """Keep the texts of what an order was placed on: an older version wrote the same with other spaces."""
    edition, agreed = TABLES["agreed"].columns.index("edition"), _rows(connection, "agreed", ids)
    for order_id, made in rows["agreed"].items():
        first = [row for row in agreed[order_id] if row[edition] == 1]
        if made[: len(first)] == first:
            continue
        made[: len(first)] = first
        lines = [row[:-1] for row in rows["history"][order_id]]
        hashes = chain.links(begun(connection, order_id), lines)
        rows["history"][order_id] = [(*line, hash) for line, hash in zip(lines, hashes, strict=True)]
        rows["orders"][order_id] = [(*row[:-1], hashes[-1]) for row in rows["orders"][order_id]]


def _rows(connection: Connection, name: str, ids: Sequence[int]) -> Rows:
    table = TABLES[name]
    columns, last = ", ".join(table.columns), _SORTED.get(name, ", ".join(table.key))
    sorting = ", ".join(filter(None, (table.order, last)))
    chosen = f"{table.order} IN (SELECT value FROM json_each(?))"
    found: Rows = {}
    index = table.columns.index(table.order)
    for row in connection.rows(f"SELECT {columns} FROM {name} WHERE {chosen} ORDER BY {sorting}", (json.dumps(ids),)):
        found.setdefault(row[index], []).append(row)
    return found


def _replay(connection: Connection, order_id: int) -> Change:
    """An order as its history makes it out of nothing. Raises whatever keeps it from being read or replayed."""
    lines = list(orders.history(connection, order_id))
    if not lines:
        raise StoreError("there is no line of it")
    origin = connection.rows("SELECT gig_id, offer_id FROM orders WHERE id = ?", (order_id,))[0]
    outcomes = list(act.replay(order_id, orders.placed_on(connection, order_id), lines))
    return Change(None, outcomes, Origin(*origin))


def _lend_policies(connection: Connection, empty: Connection) -> None:
    """The policies that were read, as the same objects with the same ids."""
    for policy_id in connection.policies:
        row = (policy_id, *settings.policy_columns(connection, policy_id))
        empty.execute("INSERT INTO policies (id, name, schema, numbers) VALUES (?, ?, ?, ?)", row)
    empty.policies.update(connection.policies)


def _saved(empty: Connection, changes: Sequence[Change]) -> Iterator[tuple[int, Exception]]:
    """Save new orders; those that cannot be, and why."""
    try:
        with savepoint(empty):
            orders.save(empty, changes)
    except CANNOT as error:
        if len(changes) == 1:
            yield changes[0].after.id, error
            return
        middle = len(changes) // 2
        yield from _saved(empty, changes[:middle])
        yield from _saved(empty, changes[middle:])
