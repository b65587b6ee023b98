"""What the clock has before it: which orders and offers are due, and when."""

import json
from collections.abc import Collection
from typing import NamedTuple

from milepost.store.db import Connection

_ARMED = "status = 'sent' AND expires_at IS NOT NULL"
_ORDERS_DUE = "SELECT due_at, id FROM orders WHERE due_at IS NOT NULL AND due_at <= ? ORDER BY due_at, id LIMIT ?"
# Said by name: SQLite would rather read all that are sent, and sort them.
_EXPIRING = f"FROM offers INDEXED BY offers_due WHERE {_ARMED}"
_EXPIRED = f"SELECT expires_at, id {_EXPIRING} AND expires_at <= ? ORDER BY expires_at, id LIMIT ?"
_EXPIRIES = f"SELECT expires_at, id {_EXPIRING} ORDER BY expires_at, id LIMIT ?"
_FIRST = (
    "SELECT min(due_at) FROM (SELECT min(due_at) AS due_at FROM orders WHERE due_at IS NOT NULL"
    f" UNION ALL SELECT min(expires_at) {_EXPIRING})"
)
_COUNT = (
    "SELECT (SELECT count(*) FROM orders WHERE due_at IS NOT NULL AND due_at <= ?)"
    f" + (SELECT count(*) {_EXPIRING} AND expires_at <= ?)"
)
_WORK_DUE = (
    "SELECT id FROM orders WHERE phase = 'working' AND work_due_at IS NOT NULL AND work_due_at <= ?"
    " ORDER BY work_due_at, id LIMIT ?"
)
_CALLS = "SELECT order_id FROM milestones WHERE call_at >= ? AND call_at <= ? ORDER BY call_at LIMIT ?"
_IN_PHASE = "SELECT id FROM orders WHERE phase = ? ORDER BY id LIMIT ?"
_ACTIVE_OF = (
    "SELECT id FROM orders WHERE seller = ? AND +status = 'active'"
    " UNION SELECT id FROM orders WHERE client = ? AND +status = 'active'"
)
_SENT = "SELECT id, seller, client, title, expires_at"
_SENT_EXPIRING = f"{_SENT} {_EXPIRING} ORDER BY expires_at, id LIMIT ?"
_SENT_FOR_EVER = f"{_SENT} FROM offers WHERE status = 'sent' AND expires_at IS NULL ORDER BY id LIMIT ?"
_SENT_TO = (
    f"{_SENT} FROM offers WHERE client = ? AND +status = 'sent' ORDER BY expires_at IS NULL, expires_at, id LIMIT ?"
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


def work_until(connection: Connection, until: int, limit: int) -> list[int]:
    """The ids of the orders whose work is due first, up to and with `until`, or was due and is not delivered."""
    return [order_id for (order_id,) in connection.rows(_WORK_DUE, (until, limit))]


def calls_between(connection: Connection, since: int, until: int, limit: int) -> list[int]:
    """The ids of the orders with the calls that come first, from an instant to another."""
    return [order_id for (order_id,) in connection.rows(_CALLS, (since, until, limit))]


def in_phase(connection: Connection, phase: str, limit: int) -> list[int]:
    """The ids of the first orders in a phase."""
    return [order_id for (order_id,) in connection.rows(_IN_PHASE, (phase, limit))]


def active_of(connection: Connection, handle: str) -> list[int]:
    """The ids of all open orders that a party has a part in."""
    return [order_id for (order_id,) in connection.rows(_ACTIVE_OF, (handle, handle))]


class SentOffer(NamedTuple):
    """An offer that waits for its client; `expires_at` None: without an end."""

    id: int
    seller: str
    client: str
    title: str
    expires_at: int | None


def sent_offers(connection: Connection, limit: int, *, handle: str | None = None) -> list[SentOffer]:
    """The offers that wait for their clients, those that expire first first; those of one client, or all."""
    if handle is not None:
        return [SentOffer(*row) for row in connection.rows(_SENT_TO, (handle, limit))]
    return [SentOffer(*row) for query in (_SENT_EXPIRING, _SENT_FOR_EVER) for row in connection.rows(query, (limit,))]


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
