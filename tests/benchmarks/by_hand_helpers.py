"""A tick as somebody would write it by hand for one kind of order: plain `sqlite3`, short statements, no objects.

It writes the very rows that `order tick` writes for orders whose first of three milestones is in review and whose
client stays silent; the benchmark holds it to that. It knows nothing else: no other timer, no offer, no fee, no check.
"""

import sqlite3
from collections import Counter
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

from milepost.store.db import PRAGMAS

_DUE = """
    SELECT orders.due_at, orders.id, seller, version, hash, price_cents
    FROM orders JOIN agreed ON order_id = orders.id AND number = 1
    WHERE due_at IS NOT NULL AND due_at <= ? ORDER BY due_at, orders.id LIMIT ?"""
_STATEMENTS = {
    "orders": "UPDATE orders SET status = 'completed', reason = 'review-expired', ended_at = ?, due_at = NULL,"
    " phase = 'ended', work_due_at = NULL, version = ?, hash = ? WHERE id = ?",
    "approved": "UPDATE milestones SET state = 'approved', approved_by = 'clock', ended_at = ?"
    " WHERE order_id = ? AND position = 1",
    "skipped": "UPDATE milestones SET state = 'skipped' WHERE order_id = ? AND position = ?",
    "history": "INSERT INTO history (order_id, number, at, actor, action, position, hash)"
    " VALUES (?, ?, ?, 'clock', 'review-silence', 1, ?)",
    "ledger": "INSERT INTO ledger (order_id, number, position, kind, debit, credit, amount_cents, at)"
    " VALUES (?, ?, 1, 'release', ?, ?, ?, ?)",
    "balances": "INSERT INTO balances (account, balance_cents) VALUES (?, ?)"
    " ON CONFLICT (account) DO UPDATE SET balance_cents = balance_cents + excluded.balance_cents",
    "closed": "DELETE FROM balances WHERE account = ?",
    "sums": "INSERT INTO sums (kind, balance_cents) VALUES (?, ?)"
    " ON CONFLICT (kind) DO UPDATE SET balance_cents = balance_cents + excluded.balance_cents",
}


class _Rows(NamedTuple):
    orders: list[tuple[Any, ...]]
    approved: list[tuple[Any, ...]]
    skipped: list[tuple[Any, ...]]
    history: list[tuple[Any, ...]]
    ledger: list[tuple[Any, ...]]
    balances: list[tuple[Any, ...]]
    closed: list[tuple[Any, ...]]
    sums: list[tuple[Any, ...]]


def tick(path: Path, target: int, page: int) -> None:
    """Move the clock of the store at `path` to `target`, `page` orders in a transaction."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in PRAGMAS:
        connection.execute(pragma)
    full = True
    while full:
        connection.execute("BEGIN IMMEDIATE")
        due = connection.execute(_DUE, (target, page)).fetchall()
        full = len(due) == page
        for name, rows in _rows(due)._asdict().items():
            connection.executemany(_STATEMENTS[name], rows)
        connection.execute("UPDATE store SET clock = ?", (due[-1][0] if full else target,))
        connection.execute("COMMIT")
    connection.close()


def _rows(due: list[tuple[int, int, str, int, bytes, int]]) -> _Rows:
    rows, balances = _Rows([], [], [], [], [], [], [], []), Counter[str]()
    for at, order_id, seller, version, before, price_cents in due:
        line = f'[{order_id},{version + 1},{at},"clock","review-silence",1,null]'
        hash = blake2b(before + line.encode(), digest_size=16).digest()
        escrow, available = f"escrow:{order_id}", f"seller:{seller}:available"
        rows.orders.append((at, version + 1, hash, order_id))
        rows.approved.append((at, order_id))
        rows.skipped.extend(((order_id, 2), (order_id, 3)))
        rows.history.append((order_id, version + 1, at, hash))
        rows.ledger.append((order_id, version + 1, escrow, available, price_cents, at))
        rows.closed.append((escrow,))
        balances[available] += price_cents
    rows.balances.extend(balances.items())
    released = balances.total()
    rows.sums.extend((("escrow", -released), ("seller:available", released)))
    return rows
