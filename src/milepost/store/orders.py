"""Orders, in and out. `load` and `save` take many orders at once; one order is many of one.

What was agreed of an order stands apart from what changes: a bulk tick writes milestones' states and nothing of their
texts. Rows become values, and values rows, in `order_rows.py`.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from milepost.core.act import HistoryEntry, Outcome
from milepost.core.ledger import Entry, escrow
from milepost.core.order import Milestone, Order, Request
from milepost.core.terms import MilestoneTerms, Terms
from milepost.core.transitions import Action, Actor, Phase, Status
from milepost.errors import NotFound, StoreError
from milepost.store import balances, chain, settings
from milepost.store.damage import Row, check_instant, each, first_two, missing, read_json, row_of
from milepost.store.db import Connection
from milepost.store.order_rows import (
    AGREED,
    AGREED_KEY,
    HISTORY,
    HISTORY_LINK,
    LEDGER,
    MILESTONE_KEY,
    MILESTONE_STATE,
    ORDER,
    ORDER_HEAD,
    ORDER_SOUGHT,
    ORDER_STATE,
    ORDER_TERMS,
    POLICY_ID,
    REQUEST,
    REQUEST_ID,
    agreed_columns,
    history_columns,
    milestone_from,
    milestone_state,
    order_from,
    order_sought,
    order_state,
    order_terms,
    request_columns,
    request_from,
    terms_from,
)

_CHOSEN = "IN (SELECT value FROM json_each(?))"


def insert_sql(table: str, columns: Sequence[str]) -> str:
    """The statement that adds a row of these columns."""
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


_SELECT_ORDERS = f"SELECT {', '.join(ORDER_TERMS + ORDER_STATE + ORDER_HEAD)} FROM orders WHERE id {_CHOSEN}"
_SELECT_TERMS = f"SELECT {', '.join(ORDER_TERMS)} FROM orders WHERE id = ?"
_SELECT_MILESTONES = (
    f"SELECT milestones.order_id, position, {', '.join(AGREED + MILESTONE_STATE)} FROM milestones"
    " JOIN agreed ON agreed.order_id = milestones.order_id AND number = milestones.agreed"
    f" WHERE milestones.order_id {_CHOSEN} ORDER BY milestones.order_id, position"
)
_SELECT_AGREED = f"SELECT number, edition, {', '.join(AGREED)} FROM agreed WHERE order_id = ? ORDER BY number"
_SELECT_STANDING = "SELECT agreed FROM milestones WHERE order_id = ? ORDER BY position"
_SELECT_REQUESTS = f"SELECT {', '.join(REQUEST)} FROM requests WHERE id {_CHOSEN}"
_SELECT_REQUESTS_OF = f"SELECT {', '.join(REQUEST)} FROM requests WHERE order_id = ? ORDER BY id"
_SELECT_HISTORY = f"SELECT {', '.join(HISTORY[1:])} FROM history WHERE order_id = ? ORDER BY number"
_SELECT_HEADS = f"SELECT id, hash FROM orders WHERE id {_CHOSEN}"
_INSERT_ORDER = insert_sql("orders", ORDER)
_INSERT_AGREED = insert_sql("agreed", (*AGREED_KEY, *AGREED))
_INSERT_MILESTONE = insert_sql("milestones", (*MILESTONE_KEY, "agreed", *MILESTONE_STATE))
_DELETE_MILESTONE = "DELETE FROM milestones WHERE order_id = ? AND position = ?"
_INSERT_HISTORY = insert_sql("history", HISTORY + HISTORY_LINK)
_INSERT_LEDGER = insert_sql("ledger", LEDGER)
_UPDATE_ORDER = (
    f"UPDATE orders SET {', '.join(f'{c} = ?' for c in ORDER_STATE + ORDER_SOUGHT + ORDER_HEAD)}"
    " WHERE id = ? AND version = ?"
)
_UPDATE_MILESTONE = (
    f"UPDATE milestones SET {', '.join(f'{c} = ?' for c in MILESTONE_STATE)} WHERE order_id = ? AND position = ?"
)
_UPDATE_MILESTONE_WORD = "UPDATE milestones SET state = ? WHERE order_id = ? AND position = ?"
_UPSERT_REQUEST = (
    insert_sql("requests", REQUEST)
    + " ON CONFLICT (id) DO UPDATE SET state = excluded.state, closed_at = excluded.closed_at"
    + " WHERE order_id = excluded.order_id"
)

_PARTIES = ("seller", "client")
_NARROW = ("status", "phase", "due_at", "work_due_at", *_PARTIES)  # the later, the fewer orders it leaves
_GOING_ON = ", ".join(f"'{phase}'" for phase in Phase if phase is not Phase.ENDED)
_PAGE = 500
_ACTIONS = {str(action): action for action in Action}
_AFTER_WORD = Milestone._fields.index("state") + 1


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
    if not ids:
        return {}
    wanted = (json.dumps(list(ids)),)
    milestones: dict[int, list[Milestone]] = {}
    rows = connection.rows(_SELECT_MILESTONES, wanted)
    for row, milestone in zip(rows, each("milestones", milestone_from, rows, first_two), strict=True):
        milestones.setdefault(row[0], []).append(milestone)
    rows = connection.rows(_SELECT_ORDERS, wanted)
    connection.heads.update([(row[0], row[-1]) for row in rows])
    asked = [row[REQUEST_ID] for row in rows if row[REQUEST_ID] is not None]
    requests = _requests(connection.rows(_SELECT_REQUESTS, (json.dumps(asked),))) if asked else {}

    def order(row: Row) -> Order:
        whole = milestones.get(row[0], [])
        gap = next((number for number, one in enumerate(whole, start=1) if one.position != number), None)
        if not whole or gap is not None:
            raise missing("milestones", (row[0], gap or 1))
        if whole[0].started_at is None:
            raise ValueError("its first milestone has not started")
        if row[REQUEST_ID] is not None and row[REQUEST_ID] not in requests:
            raise missing("requests", row[REQUEST_ID])
        policy = settings.policy(connection, row[POLICY_ID])
        return order_from(row, whole, policy, requests.get(row[REQUEST_ID]))

    return {order.id: order for order in each("orders", order, rows)}


def referred(connection: Connection, ids: Collection[int]) -> dict[int, Order]:
    """The orders of `ids`, which other rows name. Raises `StoreDamaged` if one is missing."""
    found = load(connection, ids)
    for order_id in ids:
        if order_id not in found:
            raise missing("orders", order_id)
    return found


def existing(connection: Connection, order_id: int) -> Order:
    """The order of this id. Raises `NotFound`."""
    found = load(connection, [order_id])
    if order_id not in found:
        raise NotFound("order", order_id)
    return found[order_id]


def history(connection: Connection, order_id: int) -> Iterator[HistoryEntry]:
    """The accepted actions of an order, oldest first. Raises `StoreDamaged` at one that this program does not know."""
    rows = connection.rows(_SELECT_HISTORY, (order_id,))
    return each("history", _history_entry, rows, lambda row: (order_id, row[0]))


def _history_entry(row: Row) -> HistoryEntry:
    number, at, actor, action, position, args = row
    given = read_json(args, dict) if args else {}
    return HistoryEntry(number, check_instant(at), Actor(actor), _ACTIONS[action], position, given)


def placed_on(connection: Connection, order_id: int) -> Terms:
    """The terms that an order was placed on, whatever was agreed to change since: where its history begins.

    Raises `NotFound`, `StoreDamaged`.
    """
    rows = connection.rows(_SELECT_TERMS, (order_id,))
    if not rows:
        raise NotFound("order", order_id)
    first = [row for row in connection.rows(_SELECT_AGREED, (order_id,)) if row[1] == 1]
    if not first:
        raise missing("agreed", (order_id, 1))
    agreed = list(each("agreed", lambda row: terms_from(row[2:]), first, lambda row: (order_id, row[0])))
    with row_of("orders", order_id):
        return order_terms(rows[0], agreed, settings.policy(connection, rows[0][POLICY_ID]))


def chosen(
    connection: Connection,
    filters: Mapping[str, Any],
    *,
    due_until: int | None = None,
    late_at: int | None = None,
    limit: int,
) -> Iterator[Order]:
    """The first orders by id whose columns have the given values (None: any).

    Of those with a timer until then, and of those whose work was due before then, if said.
    """
    wanted = {column: value for column, value in filters.items() if value is not None}
    status, phase = wanted.get("status"), wanted.get("phase")
    if status and phase:
        if (status == Status.ACTIVE) is (phase == Phase.ENDED):
            return
        del wanted["phase" if phase == Phase.ENDED else "status"]  # the other one says it
    bounds = {"due_at <= ?": due_until, "work_due_at < ?": late_at}
    wanted = {f"{column} = ?": value for column, value in wanted.items()}
    wanted |= {bound: value for bound, value in bounds.items() if value is not None}
    where, by_id = _search([*wanted])
    rows = connection.rows(f"SELECT id FROM orders {where} ORDER BY {by_id} LIMIT ?", (*wanted.values(), limit))
    ids = [order_id for (order_id,) in rows]
    for begin in range(0, len(ids), _PAGE):
        page = ids[begin : begin + _PAGE]
        found = load(connection, page)
        yield from (found[order_id] for order_id in page)


def _search(conditions: Sequence[str]) -> tuple[str, str]:
    """The conditions, and what to sort by, so that SQLite uses the one index that finds the fewest.

    A plus keeps it from another index. What falls due or is late is found by its instant, and sorted by id after that.
    """
    columns = [condition.partition(" ")[0] for condition in conditions]
    kept = max(columns, key=_NARROW.index, default="id")
    used = {kept, *_PARTIES} | ({"phase"} if kept == "work_due_at" else set())
    said = [one if column in used else f"+{one}" for column, one in zip(columns, conditions, strict=True)]
    if kept == "work_due_at" and "phase" not in columns:
        said.append(f"phase IN ({_GOING_ON})")  # its index begins with the phase
    return f"WHERE {' AND '.join(said)}" if said else "", "+id" if kept in ("due_at", "work_due_at") else "id"


def gig_of(connection: Connection, order_id: int) -> int:
    """The id of the gig that an order was placed from, or that its offer was for."""
    return int(connection.value("SELECT gig_id FROM orders WHERE id = ?", (order_id,)))


def request(connection: Connection, request_id: int) -> tuple[int, Request]:
    """The request of this id, behind the id of its order. Raises `NotFound`."""
    rows = connection.rows(f"SELECT {', '.join(REQUEST)} FROM requests WHERE id = ?", (request_id,))
    if not rows:
        raise NotFound("resolution", request_id)
    (found,) = each("requests", request_from, rows)
    return rows[0][1], found


def requests(connection: Connection, *, state: str | None, limit: int) -> list[tuple[int, Request]]:
    """Requests by id, with their order's id; of one state, or all."""
    where, values = ("", ()) if state is None else ("WHERE state = ?", (state,))
    rows = connection.rows(f"SELECT {', '.join(REQUEST)} FROM requests {where} ORDER BY id LIMIT ?", (*values, limit))
    return [(row[1], found) for row, found in zip(rows, each("requests", request_from, rows), strict=True)]


def ids_after(connection: Connection, last_id: int, limit: int) -> list[int]:
    """The ids of the orders that come after `last_id`, in order."""
    rows = connection.rows("SELECT id FROM orders WHERE id > ? ORDER BY id LIMIT ?", (last_id, limit))
    return [order_id for (order_id,) in rows]


def requests_of(connection: Connection, order_id: int) -> dict[int, Request]:
    """Every request that an order has seen, by id."""
    return _requests(connection.rows(_SELECT_REQUESTS_OF, (order_id,)))


def _requests(rows: Sequence[Row]) -> dict[int, Request]:
    return {request.id: request for request in each("requests", request_from, rows)}


def next_id(connection: Connection, table: str) -> int:
    """The id that the next row of `table` will have; sure only inside a write."""
    return int(connection.value(f"SELECT coalesce(max(id), 0) + 1 FROM {table}"))


# ── Into the store ──────────────────────────────────────────────────────────────────────────────────────────────────


def save(connection: Connection, changes: Sequence[Change]) -> None:
    """Write what happened to some orders: their rows, history lines with their chain, ledger entries and balances.

    Raises `StoreError` if an order was changed by somebody else since it was loaded.
    """
    _save_requests(connection, changes)
    new = [_new(connection, change) for change in changes if change.before is None]
    old = [change for change in changes if change.before is not None]
    connection.heads.update([(one.change.after.id, one.begun) for one in new])
    _know_heads(connection, [change.after.id for change in old])
    steps = _chained(changes, connection.heads)
    _insert_orders(connection, new)
    _update_orders(connection, old)
    _append(connection, steps)
    closed = {escrow(one.after.id) for one in changes if one.after.running is None}
    balances.move(connection, [entry for step in steps for entry in step.entries], closed)


def _know_heads(connection: Connection, ids: Sequence[int]) -> None:
    """Read the heads of chains that were not read with their orders, in this transaction."""
    unknown = [order_id for order_id in ids if order_id not in connection.heads]
    if unknown:
        connection.heads.update(connection.rows(_SELECT_HEADS, (json.dumps(unknown),)))


class _New(NamedTuple):
    """An order that is placed: its columns, what was agreed of it, and the hash that its history's chain begins with.

    `numbers` are those of the agreements that stand, by its milestones.
    """

    change: Change
    columns: tuple[Any, ...]
    agreed: list[tuple[Any, ...]]
    numbers: tuple[int, ...]
    begun: bytes


def _new(connection: Connection, change: Change) -> _New:
    order, agreed = change.after, list[tuple[Any, ...]]()
    standing = _agreed_since(_NOTHING_AGREED, (), change.outcomes, agreed)
    terms = (order.id, str(order.terms.type), *order.terms[1:4])
    policy_id = settings.policy_id(connection, order.terms.policy)
    columns = (*terms, policy_id, order.placed_at, *change.origin)
    first = [row[1:] for row in agreed if row[2] == 1]
    begun = chain.begun(columns, settings.policy_columns(connection, policy_id), first)
    return _New(change, columns, agreed, standing.numbers, begun)


class _Chained(NamedTuple):
    """A line of history with its hash, and the entries that belong to it."""

    at: int
    line: tuple[Any, ...]
    entries: Sequence[Entry]


def _chained(changes: Sequence[Change], heads: dict[int, bytes]) -> list[_Chained]:
    """What the changes append, in the order of time. Each head is moved on to the last hash of its order's chain."""
    steps = []
    for change in changes:
        order_id = change.after.id
        lines = [history_columns(outcome.history_entry, order_id) for outcome in change.outcomes]
        hashes = chain.links(heads[order_id], lines)
        heads[order_id] = hashes[-1]
        for outcome, line, hash in zip(change.outcomes, lines, hashes, strict=True):
            steps.append(_Chained(line[2], (*line, hash), outcome.entries))
    steps.sort(key=lambda step: step.at)  # stable: entries are numbered in the order of time
    return steps


def _insert_orders(connection: Connection, new: Sequence[_New]) -> None:
    orders, agreed, milestones = [], list[tuple[Any, ...]](), []
    for one in new:
        order, sought = one.change.after, order_sought(one.change.after, one.change.outcomes[-1].due)
        orders.append((*one.columns, *order_state(order), *sought, connection.heads[order.id]))
        agreed += one.agreed
        for m, number in zip(order.milestones, one.numbers, strict=True):
            milestones.append((order.id, m.position, number, *milestone_state(m)))
    _many(connection, _INSERT_ORDER, orders)
    _many(connection, _INSERT_AGREED, agreed)
    _many(connection, _INSERT_MILESTONE, milestones)


def _update_orders(connection: Connection, changes: Sequence[Change]) -> None:
    orders, milestones, words, agreed_anew = [], [], [], []
    for change in changes:
        before, after = change.before, change.after
        assert before is not None
        sought = order_sought(after, change.outcomes[-1].due)
        orders.append((*order_state(after), *sought, connection.heads[after.id], after.id, before.version))
        if _agreed_anew(before, change.outcomes):
            agreed_anew.append(change)
        for old, new in zip(before.milestones, after.milestones, strict=False):
            if new is old:
                continue
            if new[_AFTER_WORD:] == old[_AFTER_WORD:]:  # most of them: what is skipped when an order ends
                words.append((str(new.state), after.id, new.position))
            else:
                milestones.append((*milestone_state(new), after.id, new.position))
    if _many(connection, _UPDATE_ORDER, orders) != len(orders):
        raise StoreError("an order was changed by somebody else meanwhile; nothing was saved")
    _many(connection, _UPDATE_MILESTONE_WORD, words)
    _many(connection, _UPDATE_MILESTONE, milestones)
    _replace_milestones(connection, agreed_anew)


def _agreed_anew(before: Order, outcomes: Sequence[Outcome]) -> bool:
    """Whether what was agreed has changed on the way, even if it is again what it was."""
    changed = [outcome.order for outcome in outcomes if outcome.order.terms is not before.terms]
    return any(order.terms.milestones != before.terms.milestones for order in changed)


class _Standing(NamedTuple):
    """What of an order's agreements stands: the last edition and number, and the number of each milestone's."""

    edition: int
    last: int
    numbers: tuple[int, ...]


_NOTHING_AGREED = _Standing(0, 0, ())


def _agreed_since(
    standing: _Standing, before: Sequence[MilestoneTerms], outcomes: Sequence[Outcome], rows: list[tuple[Any, ...]]
) -> _Standing:
    """What stands after some outcomes. Each that changes what was agreed makes an edition, whose rows go to `rows`."""
    for outcome in outcomes:
        order, agreed = outcome.order, outcome.order.terms.milestones
        if agreed is not before and agreed != before:
            edition, last, numbers = standing.edition + 1, standing.last, list[int]()
            for index, terms in enumerate(agreed):
                if terms in before[index : index + 1]:
                    numbers.append(standing.numbers[index])
                    continue
                last += 1
                numbers.append(last)
                rows.append((order.id, last, edition, *agreed_columns(terms)))
            standing = _Standing(edition, last, tuple(numbers))
        before = agreed
    return standing


def _replace_milestones(connection: Connection, changes: Sequence[Change]) -> None:
    """Put other milestones in the place of those whose terms were changed by agreement."""
    agreed, gone, come = list[tuple[Any, ...]](), [], []
    for before, outcomes, _ in changes:
        assert before is not None
        held = connection.rows(_SELECT_AGREED, (before.id,))
        numbers = tuple([number for (number,) in connection.rows(_SELECT_STANDING, (before.id,))])
        standing = _Standing(max(row[1] for row in held), held[-1][0], numbers)
        new = _agreed_since(standing, before.terms.milestones, outcomes, agreed).numbers
        for position in range(1, max(len(numbers), len(new)) + 1):
            if numbers[position - 1 : position] == new[position - 1 : position]:
                continue
            gone.append((before.id, position))
            for milestone in outcomes[-1].order.milestones[position - 1 : position]:
                come.append((before.id, position, new[position - 1], *milestone_state(milestone)))
    _many(connection, _INSERT_AGREED, agreed)
    _many(connection, _DELETE_MILESTONE, gone)
    _many(connection, _INSERT_MILESTONE, come)


def _append(connection: Connection, steps: Sequence[_Chained]) -> None:
    entries = []
    for at, (order_id, number, *_), moved in steps:
        for kind, on, debit, credit, amount_cents, undoes in moved:
            undone = None if undoes is None else str(undoes)
            entries.append((order_id, number, on, str(kind), debit, credit, amount_cents, at, undone))
    _many(connection, _INSERT_HISTORY, [step.line for step in steps])
    _many(connection, _INSERT_LEDGER, entries)


def _save_requests(connection: Connection, changes: Sequence[Change]) -> None:
    rows = []
    for change in changes:
        known = change.before.request if change.before else None
        for outcome in change.outcomes:
            request = outcome.order.request
            if request is not None and request != known:
                rows.append(request_columns(request, change.after.id))
            known = request
    if _many(connection, _UPSERT_REQUEST, rows) != len(rows):
        raise StoreError("a request has the id of another order's; nothing was saved")


def _many(connection: Connection, statement: str, rows: list[tuple[Any, ...]]) -> int:
    return connection.executemany(statement, rows).rowcount if rows else 0
