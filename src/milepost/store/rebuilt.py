"""A store made anew: its orders and its books from their histories alone, the rest copied as it is.

What histories lead to is written as `replayed` gives it. An entry keeps the id that it has in the old ledger; one that
was lost there takes an id that is missing. Withdrawals have no history, and are copied; balances are added up.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, count

from milepost.errors import StoreError
from milepost.store import audit, balances, ledger, orders
from milepost.store.db import Connection
from milepost.store.order_rows import LEDGER
from milepost.store.orders import insert_sql
from milepost.store.replayed import TABLES, replayed

COPIED = (
    "policies", "store", "gigs", "packages", "gig_milestones", "templates", "conversations", "messages", "offers",
    "offer_milestones", "keys",
)  # fmt: skip

_FOUND = ", ".join(LEDGER)
_OLD_IDS = (
    "SELECT order_id, number, position, kind, min(id) FROM ledger"
    " WHERE order_id IN (SELECT value FROM json_each(?)) GROUP BY 1, 2, 3, 4"
)


def fill(old: Connection, new: Connection, on_progress: Callable[[int], None]) -> None:
    """Fill an empty store, in which foreign keys are off, with what an old one holds.

    Raises `StoreError` for an order whose history leads nowhere, and for what cannot be read.
    """
    for table in COPIED:
        _copy(old, new, table)
    new.execute(f"CREATE TEMP TABLE entries (id INTEGER, {_FOUND})")
    last_id = done = 0
    while ids := orders.ids_after(old, last_id, audit.PAGE):
        _fill_orders(old, new, ids)
        last_id, done = ids[-1], done + len(ids)
        on_progress(done)
    _fill_ledger(old, new)
    balances.write(new, ledger.summed(new))
    _remember_ids(new, "orders", audit.highest_given(old, "orders") or 0)


def _copy(old: Connection, new: Connection, table: str) -> None:
    columns = [name for (name,) in new.rows("SELECT name FROM pragma_table_info(?)", (table,))]
    new.executemany(insert_sql(table, columns), old.execute(f"SELECT {', '.join(columns)} FROM {table}"))


def _fill_orders(old: Connection, new: Connection, ids: Sequence[int]) -> None:
    told = replayed(old, ids)
    for order_id, fault in told.faults.items():
        raise StoreError(f"the history of order {order_id} cannot be replayed: {fault}")
    for name, table in TABLES.items():
        rows = [row for order_id in ids for row in told.rows[name].get(order_id, ())]
        if name != "ledger":
            new.executemany(insert_sql(name, table.columns), rows)
            continue
        known = {tuple(key): id for *key, id in old.rows(_OLD_IDS, (json.dumps(ids),))}
        entries = [(known.get(row[:4]), *row) for row in rows]
        new.executemany(insert_sql("entries", ("id", *LEDGER)), entries)


def _fill_ledger(old: Connection, new: Connection) -> None:
    """Put the entries in the order of their ids, once all of them have one."""
    withdrawals = old.execute(f"SELECT id, {_FOUND} FROM ledger WHERE order_id IS NULL")
    new.executemany(insert_sql("entries", ("id", *LEDGER)), withdrawals)
    last = _last_id(old, new)
    lost = [row for (row,) in new.rows("SELECT rowid FROM entries WHERE id IS NULL ORDER BY at, rowid")]
    new.executemany("UPDATE entries SET id = ? WHERE rowid = ?", zip(_free_ids(new, last), lost, strict=False))
    new.execute(f"INSERT INTO ledger (id, {_FOUND}) SELECT id, {_FOUND} FROM entries ORDER BY id")
    _remember_ids(new, "ledger", last)
    new.execute("DROP TABLE entries")


def _last_id(old: Connection, new: Connection) -> int:
    """The last id that the old ledger gave, without those at its end that no history leads to."""
    kept = new.value("SELECT coalesce(max(id), 0) FROM entries")
    spare = {id for (id,) in old.rows("SELECT id FROM ledger WHERE id > ?", (kept,))}
    last: int = max(kept, audit.highest_given(old, "ledger") or 0)
    while last in spare:
        last -= 1
    return last


def _free_ids(new: Connection, last: int) -> Iterator[int]:
    """The ids up to `last` that no entry has, and all that come after."""
    missing = audit.gaps(new, "entries", last)
    return chain(chain.from_iterable(range(begin, end + 1) for begin, end in missing), count(last + 1))


def _remember_ids(new: Connection, table: str, last: int) -> None:
    """Let no id up to `last` be given again."""
    given = audit.highest_given(new, table)
    if given is None and last:
        new.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, last))
    elif (given or 0) < last:
        new.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = ?", (last, table))
