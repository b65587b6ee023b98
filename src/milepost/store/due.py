"""What the clock has before it: which orders and offers are due, and when."""

import json
from collections.abc import Collection

from milepost.store.db import Connection

_ARMED = "status = 'sent' AND expires_at IS NOT NULL"
_ORDERS_DUE = "SELECT due_at, id FROM orders WHERE due_at IS NOT NULL AND due_at <= ? ORDER BY due_at, id LIMIT ?"
_EXPIRED = f"SELECT expires_at, id FROM offers WHERE {_ARMED} AND expires_at <= ? ORDER BY expires_at, id LIMIT ?"
_EXPIRIES = f"SELECT expires_at, id FROM offers WHERE {_ARMED} ORDER BY expires_at, id LIMIT ?"
_FIRST = (
    "SELECT min(due_at) FROM (SELECT min(due_at) AS due_at FROM orders WHERE due_at IS NOT NULL"
    f" UNION ALL SELECT min(expires_at) FROM offers WHERE {_ARMED})"
)
_COUNT = (
    "SELECT (SELECT count(*) FROM orders WHERE due_at IS NOT NULL AND due_at <= ?)"
    f" + (SELECT count(*) FROM offers WHERE {_ARMED} AND expires_at <= ?)"
)
_STORED = "SELECT id, due_at FROM orders WHERE id IN (SELECT value FROM json_each(?))"


def orders_until(connection: Connection, until: int, limit: int) -> list[tuple[int, int]]:
    """(instant, order id) of the timers of orders that are due first, up to and with `until`."""
    return connection.rows(_ORDERS_DUE, (until, limit))


def offers_until(connection: Connection, until: int, limit: int) -> list[tuple[int, int]]:
    """(instant, offer id) of the sent offers that expire first, up to and with `until`."""
    return connection.rows(_EXPIRED, (until, limit))


def count_until(connection: Connection, until: int) -> int:
    """How many orders and offers have a timer up to and with an instant."""
    return int(connection.value(_COUNT, (until, until)))


def expiries(connection: Connection, limit: int) -> list[tuple[int, int]]:
    """(instant, offer id) of the sent offers that expire first."""
    return connection.rows(_EXPIRIES, (limit,))


def first_at(connection: Connection) -> int | None:
    """The instant of the first timer of all orders and offers."""
    instant: int | None = connection.value(_FIRST)
    return instant


def stored_at(connection: Connection, ids: Collection[int]) -> dict[int, int | None]:
    """The instant of the next timer of each order, as it is stored."""
    return dict(connection.rows(_STORED, (json.dumps(list(ids)),)))
