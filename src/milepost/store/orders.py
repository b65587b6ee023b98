"""Orders, in and out: the only mapping between the rows of an order and the core's `Order`.

`load` and `save` take many orders at once; one order is many of one. They speak to the driver with tuples, because a
bulk tick writes ten times as fast that way as with table objects; a test holds these columns against `tables.py`.
Words go in as `str(word)`: the driver asks every adapter about an enum, which takes longer than to write it.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from milepost.core.act import HistoryEntry, Outcome
from milepost.core.order import Call, Milestone, Order, Request, due
from milepost.core.terms import MilestoneTerms, OrderType, Stage, Terms
from milepost.core.transitions import Action, Actor, Reason, State, Status
from milepost.errors import NotFound, StoreError
from milepost.policy import Policy
from milepost.store import settings

ORDER_TERMS = ("id", "type", "seller", "client", "title", "policy_id", "placed_at")
ORDER_STATE = ("status", "reason", "ended_at", "stopping", "request_id", "due_at", "version")
ORDER_ORIGIN = ("gig_id", "offer_id")
AGREED = ("name", "days", "price_cents", "revisions", "description", "zoom", "substeps", "stages")
MILESTONE_STATE = (
    "state", "started_at", "first_delivered_at", "delivered_at", "ended_at", "approved_by", "revisions_used",
    "substeps_done", "stages_done", "call_at", "call_link", "clears_at",
)  # fmt: skip
REQUEST = ("id", "order_id", "asker", "position", "reason", "note", "opened_at", "state", "closed_at")
HISTORY = ("order_id", "number", "at", "actor", "action", "position", "args")
LEDGER = ("order_id", "number", "position", "kind", "debit", "credit", "amount_cents", "at", "undoes")

_CHOSEN = "IN (SELECT value FROM json_each(?))"


def insert_sql(table: str, columns: Sequence[str]) -> str:
    """The statement that adds a row of these columns."""
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


_SELECT_ORDERS = f"SELECT {', '.join(ORDER_TERMS + ORDER_STATE)} FROM orders WHERE id {_CHOSEN}"
_SELECT_MILESTONES = (
    f"SELECT order_id, position, {', '.join(AGREED + MILESTONE_STATE)} FROM milestones"
    f" WHERE order_id {_CHOSEN} ORDER BY order_id, position"
)
_SELECT_REQUESTS = f"SELECT {', '.join(REQUEST)} FROM requests WHERE id {_CHOSEN}"
_SELECT_REQUESTS_OF = f"SELECT {', '.join(REQUEST)} FROM requests WHERE order_id = ? ORDER BY id"
_SELECT_HISTORY = f"SELECT {', '.join(HISTORY[1:])} FROM history WHERE order_id = ? ORDER BY number"
_SELECT_DUE = "SELECT due_at, id FROM orders WHERE due_at IS NOT NULL AND due_at <= ? ORDER BY due_at, id LIMIT ?"
_SELECT_OFFERS_DUE = (
    "SELECT id FROM offers WHERE status = 'sent' AND expires_at IS NOT NULL AND expires_at <= ? ORDER BY expires_at, id"
)
_SELECT_FIRST_DUE = (
    "SELECT min(due_at) FROM (SELECT min(due_at) AS due_at FROM orders WHERE due_at IS NOT NULL"
    " UNION ALL SELECT min(expires_at) FROM offers WHERE status = 'sent' AND expires_at IS NOT NULL)"
)
_INSERT_ORDER = insert_sql("orders", ORDER_TERMS + ORDER_STATE + ORDER_ORIGIN)
_INSERT_MILESTONE = insert_sql("milestones", ("order_id", "position", *AGREED, *MILESTONE_STATE))
_INSERT_HISTORY = insert_sql("history", HISTORY)
_INSERT_LEDGER = insert_sql("ledger", LEDGER)
_UPDATE_ORDER = f"UPDATE orders SET {', '.join(f'{c} = ?' for c in ORDER_STATE)} WHERE id = ? AND version = ?"
_UPDATE_MILESTONE = (
    f"UPDATE milestones SET {', '.join(f'{c} = ?' for c in MILESTONE_STATE)} WHERE order_id = ? AND position = ?"
)
_UPDATE_MILESTONE_WORD = "UPDATE milestones SET state = ? WHERE order_id = ? AND position = ?"
_UPSERT_REQUEST = (
    insert_sql("requests", REQUEST)
    + " ON CONFLICT (id) DO UPDATE SET state = excluded.state, closed_at = excluded.closed_at"
    + " WHERE order_id = excluded.order_id"
)
UPSERT_BALANCE = (
    insert_sql("balances", ("account", "balance_cents"))
    + " ON CONFLICT (account) DO UPDATE SET balance_cents = balance_cents + excluded.balance_cents"
)

_AFTER_WORD = Milestone._fields.index("state") + 1
_STATES = {str(state): state for state in State}
_STATUSES = {str(status): status for status in Status}
_REASONS: Mapping[str | None, Reason | None] = {None: None} | {str(reason): reason for reason in Reason}
_ACTORS: Mapping[str | None, Actor | None] = {None: None} | {str(actor): actor for actor in Actor}
_TYPES = {str(type): type for type in OrderType}


class Origin(NamedTuple):
    """Where a new order comes from."""

    gig_id: int | None = None
    offer_id: int | None = None


class Change(NamedTuple):
    """What happened to one order: the order before (None if it is new), and the outcomes, one after the other."""

    before: Order | None
    outcomes: Sequence[Outcome]
    origin: Origin = Origin()

    @property
    def after(self) -> Order:
        """The order as it stands now."""
        return self.outcomes[-1].order


# ── Out of the store ────────────────────────────────────────────────────────────────────────────────────────────────


def load(connection: Connection, ids: Collection[int]) -> dict[int, Order]:
    """The orders of `ids` that exist, by id."""
    wanted = (json.dumps(list(ids)),)
    policies = settings.policies(connection)
    milestones: dict[int, list[Milestone]] = {}
    for row in connection.exec_driver_sql(_SELECT_MILESTONES, wanted).all():
        milestones.setdefault(row[0], []).append(_milestone(row))
    rows = connection.exec_driver_sql(_SELECT_ORDERS, wanted).all()
    asked = [row.request_id for row in rows if row.request_id is not None]
    requests = _requests(connection.exec_driver_sql(_SELECT_REQUESTS, (json.dumps(asked),))) if asked else {}
    return {row[0]: _order(row, milestones[row[0]], policies, requests) for row in rows}


def existing(connection: Connection, order_id: int) -> Order:
    """The order of this id. Raises `NotFound`."""
    found = load(connection, [order_id])
    if order_id not in found:
        raise NotFound("order", order_id)
    return found[order_id]


def history(connection: Connection, order_id: int) -> Iterator[HistoryEntry]:
    """The accepted actions of an order, oldest first."""
    for number, at, actor, action, position, args in connection.exec_driver_sql(_SELECT_HISTORY, (order_id,)):
        yield HistoryEntry(number, at, Actor(actor), Action(action), position, json.loads(args) if args else {})


def due_before(connection: Connection, until: int, limit: int) -> list[tuple[int, int]]:
    """(instant, order id) of the timers that are due first, up to and with `until`."""
    return [(at, order_id) for at, order_id in connection.exec_driver_sql(_SELECT_DUE, (until, limit))]


def first_due_at(connection: Connection) -> int | None:
    """The instant of the first timer of all orders and offers."""
    instant: int | None = connection.exec_driver_sql(_SELECT_FIRST_DUE).scalar_one()
    return instant


def offers_due(connection: Connection, until: int) -> list[int]:
    """The ids of sent offers that expire up to and with an instant, soonest first."""
    return [offer_id for (offer_id,) in connection.exec_driver_sql(_SELECT_OFFERS_DUE, (until,))]


def chosen(connection: Connection, filters: Mapping[str, Any], *, due_until: int | None = None) -> Iterator[Order]:
    """Orders by id whose columns have the given values (None: any); of those with a timer until then, if said."""
    wanted = {column: value for column, value in filters.items() if value is not None}
    conditions, values = [f"{column} = ?" for column in wanted], [*wanted.values()]
    if due_until is not None:
        conditions.append("due_at <= ?")
        values.append(due_until)
    where = " AND ".join(["id > ?", *conditions])
    statement, last_id = f"SELECT id FROM orders WHERE {where} ORDER BY id LIMIT 500", 0
    while ids := [row[0] for row in connection.exec_driver_sql(statement, (last_id, *values))]:
        found = load(connection, ids)
        yield from (found[order_id] for order_id in ids)
        last_id = ids[-1]


def gig_of(connection: Connection, order_id: int) -> int:
    """The id of the gig that an order was placed from, or that its offer was for."""
    return int(connection.exec_driver_sql("SELECT gig_id FROM orders WHERE id = ?", (order_id,)).scalar_one())


def order_of_request(connection: Connection, request_id: int) -> int:
    """The id of the order that a request to cancel is about. Raises `NotFound`."""
    rows = connection.exec_driver_sql("SELECT order_id FROM requests WHERE id = ?", (request_id,))
    found = rows.scalar_one_or_none()
    if found is None:
        raise NotFound("resolution", request_id)
    return int(found)


def requests(connection: Connection, *, state: str | None, limit: int) -> list[tuple[int, Request]]:
    """Requests to cancel by id, with their order's id; of one state, or all."""
    rows = connection.exec_driver_sql(
        f"SELECT {', '.join(REQUEST)} FROM requests WHERE ?1 IS NULL OR state = ?1 ORDER BY id LIMIT ?2", (state, limit)
    )
    return [(order_id, Request(id, Actor(asker), *rest)) for id, order_id, asker, *rest in rows]


def expiries(connection: Connection, limit: int) -> list[tuple[int, int]]:
    """(instant, offer id) of the sent offers that expire first."""
    rows = connection.exec_driver_sql(
        "SELECT expires_at, id FROM offers WHERE status = 'sent' AND expires_at IS NOT NULL"
        " ORDER BY expires_at, id LIMIT ?",
        (limit,),
    )
    return [(at, offer_id) for at, offer_id in rows]


def ids_after(connection: Connection, last_id: int, limit: int) -> list[int]:
    """The ids of the orders that come after `last_id`, in order."""
    rows = connection.exec_driver_sql("SELECT id FROM orders WHERE id > ? ORDER BY id LIMIT ?", (last_id, limit))
    return [order_id for (order_id,) in rows]


def due_of(connection: Connection, ids: Collection[int]) -> dict[int, int | None]:
    """The instant of the next timer as it is stored, by order."""
    rows = connection.exec_driver_sql(f"SELECT id, due_at FROM orders WHERE id {_CHOSEN}", (json.dumps(list(ids)),))
    return {row[0]: row[1] for row in rows}


def requests_of(connection: Connection, order_id: int) -> dict[int, Request]:
    """Every request to cancel that an order has seen, by id."""
    return _requests(connection.exec_driver_sql(_SELECT_REQUESTS_OF, (order_id,)))


def next_id(connection: Connection, table: str) -> int:
    """The id that the next row of `table` will have; sure only inside a write."""
    return int(connection.exec_driver_sql(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").scalar_one())


def _milestone(row: Sequence[Any]) -> Milestone:
    (
        _, position, name, days, price_cents, revisions, description, zoom, substeps, stages,
        state, started_at, first_delivered_at, delivered_at, ended_at, approved_by, revisions_used,
        substeps_done, stages_done, call_at, call_link, clears_at,
    ) = row  # fmt: skip
    return Milestone(
        position,
        MilestoneTerms(name, days, price_cents, revisions, description, zoom == 1, _list(substeps), stages_of(stages)),
        _STATES[state],
        started_at,
        first_delivered_at,
        delivered_at,
        ended_at,
        _ACTORS[approved_by],
        revisions_used,
        _list(substeps_done),
        stages_done,
        None if call_at is None else Call(call_at, call_link),
        clears_at,
    )


def _order(
    row: Sequence[Any], milestones: list[Milestone], policies: Mapping[int, Policy], requests: Mapping[int, Request]
) -> Order:
    (
        order_id, type, seller, client, title, policy_id, placed_at,
        status, reason, ended_at, stopping, request_id, _, version,
    ) = row  # fmt: skip
    agreed = tuple([milestone.terms for milestone in milestones])
    return Order(
        order_id,
        Terms(_TYPES[type], seller, client, title, agreed, policies[policy_id]),
        placed_at,
        tuple(milestones),
        _STATUSES[status],
        _REASONS[reason],
        ended_at,
        stopping == 1,
        requests[request_id] if request_id is not None else None,
        version,
    )


def _requests(rows: Iterable[Sequence[Any]]) -> dict[int, Request]:
    return {id: Request(id, Actor(asker), *rest) for id, _, asker, *rest in rows}


def stages_of(text: str) -> tuple[Stage, ...]:
    """The stages of a milestone's terms, from their column."""
    return tuple(Stage(*one) for one in _list(text))


def _list(text: str) -> tuple[Any, ...]:
    return () if text == "[]" else tuple(json.loads(text))


# ── Into the store ──────────────────────────────────────────────────────────────────────────────────────────────────


def save(connection: Connection, changes: Sequence[Change]) -> None:
    """Write what happened to some orders: their rows, history lines, ledger entries and balances.

    Raises `StoreError` if an order was changed by somebody else since it was loaded.
    """
    _save_requests(connection, changes)
    _insert_orders(connection, [change for change in changes if change.before is None])
    _update_orders(connection, [change for change in changes if change.before is not None])
    _append(connection, changes)


def _insert_orders(connection: Connection, changes: Sequence[Change]) -> None:
    orders, milestones = [], []
    for change in changes:
        order = change.after
        policy_id = settings.policy_id(connection, order.terms.policy)
        terms = (order.id, str(order.terms.type), *order.terms[1:4], policy_id, order.placed_at)
        orders.append((*terms, *_order_state(order), *change.origin))
        for m in order.milestones:
            milestones.append((order.id, m.position, *agreed_columns(m.terms), *_milestone_state(m)))
    _many(connection, _INSERT_ORDER, orders)
    _many(connection, _INSERT_MILESTONE, milestones)


def _update_orders(connection: Connection, changes: Sequence[Change]) -> None:
    orders, milestones, words = [], [], []
    for before, outcomes, _ in changes:
        after = outcomes[-1].order
        assert before is not None
        orders.append((*_order_state(after), after.id, before.version))
        for old, new in zip(before.milestones, after.milestones, strict=True):
            if new is old:
                continue
            if new[_AFTER_WORD:] == old[_AFTER_WORD:]:  # most of them: what is skipped when an order ends
                words.append((str(new.state), after.id, new.position))
            else:
                milestones.append((*_milestone_state(new), after.id, new.position))
    if _many(connection, _UPDATE_ORDER, orders) != len(orders):
        raise StoreError("an order was changed by somebody else meanwhile; nothing was saved")
    _many(connection, _UPDATE_MILESTONE_WORD, words)
    _many(connection, _UPDATE_MILESTONE, milestones)


def _append(connection: Connection, changes: Sequence[Change]) -> None:
    lines, entries, balances = [], [], defaultdict[str, int](int)
    steps = [
        (outcome.history_entry, change.after.id, outcome.entries) for change in changes for outcome in change.outcomes
    ]
    steps.sort(key=lambda step: step[0].at)  # stable: entries are numbered in the order of time
    for (number, at, actor, action, position, args), order_id, moved in steps:
        lines.append((order_id, number, at, str(actor), str(action), position, json.dumps(args) if args else None))
        for kind, on, debit, credit, amount_cents, undoes in moved:
            undone = None if undoes is None else str(undoes)
            entries.append((order_id, number, on, str(kind), debit, credit, amount_cents, at, undone))
            balances[debit] -= amount_cents
            balances[credit] += amount_cents
    _many(connection, _INSERT_HISTORY, lines)
    _many(connection, _INSERT_LEDGER, entries)
    _many(connection, UPSERT_BALANCE, list(balances.items()))


def _save_requests(connection: Connection, changes: Sequence[Change]) -> None:
    rows = []
    for change in changes:
        known = change.before.request if change.before else None
        for outcome in change.outcomes:
            request = outcome.order.request
            if request is not None and request != known:
                rows.append((request.id, change.after.id, str(request.asker), *request[2:8]))
            known = request
    if _many(connection, _UPSERT_REQUEST, rows) != len(rows):
        raise StoreError("a request to cancel has the id of another order's; nothing was saved")


def _order_state(order: Order) -> tuple[Any, ...]:
    timer = due(order)
    return (
        str(order.status),
        None if order.reason is None else str(order.reason),
        order.ended_at,
        int(order.stopping),
        order.request.id if order.request else None,
        timer.at if timer else None,
        order.version,
    )


def _milestone_state(milestone: Milestone) -> tuple[Any, ...]:
    call = milestone.call
    return (
        str(milestone.state),
        milestone.started_at,
        milestone.first_delivered_at,
        milestone.delivered_at,
        milestone.ended_at,
        None if milestone.approved_by is None else str(milestone.approved_by),
        milestone.revisions_used,
        _json(milestone.substeps_done),
        milestone.stages_done,
        call.at if call else None,
        call.link if call else None,
        milestone.clears_at,
    )


def agreed_columns(terms: MilestoneTerms) -> tuple[Any, ...]:
    """The columns of AGREED."""
    name, days, price_cents, revisions, description, zoom, substeps, stages = terms
    return name, days, price_cents, revisions, description, int(zoom), _json(substeps), _json(stages)


def _json(values: Sequence[Any]) -> str:
    return json.dumps(values, ensure_ascii=False) if values else "[]"


def _many(connection: Connection, statement: str, rows: list[tuple[Any, ...]]) -> int:
    return connection.exec_driver_sql(statement, rows).rowcount if rows else 0
