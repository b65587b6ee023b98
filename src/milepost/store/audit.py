"""The audit: whether the file is whole, and whether everything in it is what the program would have written.

`doctor` runs it. Since `act` is pure, an order's history replayed must give its rows, its requests, its ledger entries
and the instant of its next timer; and since histories are chained, it must be the history that was written. What has
no history is held against what has: the clock, offers, withdrawals, and the ids that were given.

A check only yields faults. What keeps it from being carried out it raises, and whoever runs it tells that.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import partial
from typing import Any, NamedTuple

from milepost import policy, times
from milepost.core.ledger import Kind, withdrawal
from milepost.store import chain, ledger, migrations, replayed, settings
from milepost.store.db import Connection
from milepost.store.order_rows import AGREED, HISTORY
from milepost.store.replayed import TABLES, Row

PAGE = 1_000
MANY = 20  # rows, say, that are told one by one


class Remedy(StrEnum):
    """What can be done about a fault."""

    RESTORE = "restore"  # a backup
    REBUILD = "rebuild"  # the store from its histories
    EITHER = "either"  # rebuild it if its histories can be read, else restore a backup
    TICK = "tick"  # the clock to an instant


class Fault(NamedTuple):
    """Something that is wrong: with an order, or with the store. `until` is the instant to tick to."""

    text: str
    order: int | None = None
    remedy: Remedy = Remedy.RESTORE
    until: int | None = None

    def __str__(self) -> str:
        return self.text if self.order is None else f"order {self.order}: {self.text}"


class Check(NamedTuple):
    """A check of the whole store."""

    name: str
    look: Callable[[Connection], Iterator[Fault]]


class OrderCheck(NamedTuple):
    """A check of some orders, by their ids."""

    name: str
    look: Callable[[Connection, Sequence[int]], Iterator[Fault]]


def counts(connection: Connection, tables: Iterable[str]) -> dict[str, int]:
    """How many rows each table has."""
    return {table: int(connection.value(f"SELECT count(*) FROM {table}")) for table in tables}


def count_of(connection: Connection, table: str, column: str, value: str) -> int:
    """How many rows of a table have a value in a column."""
    return int(connection.value(f"SELECT count(*) FROM {table} WHERE {column} = ?", (value,)))


# ── The file ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _whole_file(connection: Connection) -> Iterator[Fault]:
    """SQLite finds its file, indexes and constraints in order."""
    for (told,) in connection.rows(f"PRAGMA integrity_check({MANY})"):
        if told != "ok":
            yield Fault(str(told), remedy=Remedy.EITHER)


def _known_parents(connection: Connection) -> Iterator[Fault]:
    """Every row that names another names one that is there."""
    told = set()
    for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        where = f"a row of {table}" if row is None else f"row {row} of {table}"
        told.add(f"{where} names a row of {parent} that is not there")
        if len(told) >= MANY:
            break
    unknown = "SELECT id, order_id FROM requests WHERE order_id NOT IN (SELECT id FROM orders) LIMIT ?"
    told |= {f"row {id} of requests names order {order}, which is not there"
             for id, order in connection.rows(unknown, (MANY,))}  # fmt: skip
    yield from map(Fault, sorted(told))


def _as_made(connection: Connection) -> Iterator[Fault]:
    """Tables, indexes, triggers and views are those of the version, and no others."""
    for changed in migrations.changes(migrations.schema_of(connection), migrations.newest()):
        yield Fault(f"the {changed}", remedy=Remedy.REBUILD)


# ── The store's own row, its clock, its policies ────────────────────────────────────────────────────────────────────

# The instants that something happened at, as the clock showed it.
_HAPPENED: Mapping[str, Sequence[str]] = {
    "history": ("at",),
    "ledger": ("at",),
    "offers": ("sent_at", "closed_at"),
    "messages": ("sent_at",),
    "gigs": ("created_at",),
    "keys": ("at",),
}


def _own_row(connection: Connection) -> Iterator[Fault]:
    """The store has its one row, with a clock that somebody moves."""
    ids = [row[0] for row in connection.rows("SELECT id FROM store")]
    if ids != [1]:
        yield Fault(f"the store has rows of its own with the ids {ids}, where it has one with the id 1")
        return
    # What the clock cannot be, or nobody moves, is raised where it is read.
    settings.clock_mode(connection)


def _clock_has_come(connection: Connection) -> Iterator[Fault]:
    """The clock has come to all that has happened, and nothing waits that it has passed."""
    clock = settings.clock(connection)
    last, where = _last_happened(connection)
    if last > clock:
        text = f"the clock stands at {_instant(clock)}, and {where} tells of {_instant(last)}"
        yield Fault(text, remedy=Remedy.TICK, until=last)
    for statement, what in _OVERDUE.items():
        for at, id, order in connection.rows(statement, (clock, MANY)):
            text = f"the timer of {what} {id} at {_instant(at)} has not fired, and the clock has passed it"
            yield Fault(text, order, Remedy.TICK, clock)


def _last_happened(connection: Connection) -> tuple[int, str]:
    """The last instant that anything happened at, and where it stands."""
    return max(
        (connection.value(f"SELECT max({column}) FROM {table}") or 0, f"{column} of {table}")
        for table, columns in _HAPPENED.items()
        for column in columns
    )


# A tick that was stopped leaves the clock at an instant some of whose timers have not fired: the same tick goes on.
_OVERDUE = {
    "SELECT due_at, id, id FROM orders WHERE due_at < ? ORDER BY due_at, id LIMIT ?": "order",
    "SELECT expires_at, id, NULL FROM offers WHERE status = 'sent' AND expires_at < ? ORDER BY 1, 2 LIMIT ?": "offer",
}


def _instant(at: Any) -> str:
    known = isinstance(at, int) and times.MIN_INSTANT <= at <= times.MAX_INSTANT
    return times.format_instant(at) if known else str(at)


def _policies(connection: Connection) -> Iterator[Fault]:
    """Each policy can be read and says what a policy can."""
    ids = [id for (id,) in connection.rows("SELECT id FROM policies ORDER BY id")]
    if ids != [*range(1, len(ids) + 1)]:
        yield Fault(f"the policies have the ids {ids}, and not all from 1")
    for policy_id in ids:
        for number, value in settings.policy(connection, policy_id).numbers().items():
            if not policy.is_possible(number, value):
                yield Fault(f"the number {number} of policy {policy_id} cannot be {value!r}")


# ── Histories ───────────────────────────────────────────────────────────────────────────────────────────────────────

_HEAD = "SELECT hash FROM orders WHERE id = ?"
_LINES = f"SELECT {', '.join(HISTORY)}, hash FROM history WHERE order_id = ? ORDER BY number"


def _chained(connection: Connection, ids: Sequence[int]) -> Iterator[Fault]:
    """Each history is as it was written, and as long; it begins with what its order was placed on."""
    for order_id in ids:
        broken = broken_link(connection, order_id)
        if broken is not None:
            yield Fault(broken, order_id)


def broken_link(connection: Connection, order_id: int) -> str | None:
    """Where the chain of an order's history breaks; None if it does not."""
    before = replayed.begun(connection, order_id)
    for *line, hash in connection.rows(_LINES, (order_id,)):
        before = chain.linked(before, line)
        if before != hash:
            first = ", or what the order was placed on," if line[1] == 1 else ""
            return f"line {line[1]} of its history{first} is not what was written"
    return (
        None
        if before == connection.value(_HEAD, (order_id,))
        else "its history does not end with the line that was written last"
    )


def _replayed(connection: Connection, ids: Sequence[int]) -> Iterator[Fault]:
    """Each order's history, replayed, gives what is stored of it: rows, requests, entries, timers, what lists seek."""
    found, told = replayed.stored(connection, ids), replayed.replayed(connection, ids)
    for order_id in ids:
        if order_id in told.faults:
            yield Fault(f"its history cannot be replayed: {told.faults[order_id]}", order_id)
            continue
        for name in TABLES:
            stored, made = found[name].get(order_id, []), told.rows[name].get(order_id, [])
            if stored != made:
                remedy = Remedy.RESTORE if name == "history" else Remedy.REBUILD
                for text in _differences(name, stored, made):
                    yield Fault(text, order_id, remedy)


def _differences(name: str, stored: Sequence[Row], made: Sequence[Row]) -> Iterator[str]:
    """How rows of a table differ from those that a history leads to; hashes are for the chain to judge."""
    spare, lacking = _without(stored, made), _without(made, stored)
    if not spare and not lacking:
        yield f"its rows of {name} are in another order than its history leads to"
    lacking_by_key = {_key(name, row): row for row in lacking}
    for row in spare:
        other = lacking_by_key.pop(_key(name, row), None)
        where = _where(name, row)
        if other is None:
            yield f"{where} is there, and its history leads to none"
            continue
        columns = [(column, *both) for column, *both in zip(TABLES[name].columns, row, other, strict=True)]
        told = [f"{column} is {one!r}, not {two!r}" for column, one, two in columns if one != two and column != "hash"]
        if told:
            yield f"{where} is not what its history leads to: {'; '.join(told)}"
    for row in lacking_by_key.values():
        yield f"{_where(name, row)} is missing, and its history leads to it"


def _without(rows: Sequence[Row], others: Sequence[Row]) -> list[Row]:
    """Those rows that are not among the others, as often as they are too many."""
    return list((Counter(rows) - Counter(others)).elements())


def _key(name: str, row: Row) -> Row:
    return tuple([row[TABLES[name].columns.index(column)] for column in TABLES[name].key])


def _where(name: str, row: Row) -> str:
    key = " ".join(str(part) for part in _key(name, row))
    return f"its row {key} of {name}" if key else "its row"


# ── What has no history ─────────────────────────────────────────────────────────────────────────────────────────────


def _withdrawals(connection: Connection) -> Iterator[Fault]:
    """Each withdrawal took what was available then, and stands between what came before it and after."""
    held, latest, paid = defaultdict[str, int](int), 0, 0
    for posted in ledger.entries(connection):
        entry = posted.entry
        held[entry.debit] -= entry.amount_cents
        held[entry.credit] += entry.amount_cents
        if posted.at < paid:
            yield Fault(f"entry {posted.id} stands after a withdrawal of {_instant(paid)}, and came before it")
        if entry.kind is Kind.WITHDRAWAL:
            seller = entry.debit.removeprefix("seller:").removesuffix(":available")
            if (entry, posted.number) != (withdrawal(seller, entry.amount_cents), None):
                yield Fault(f"entry {posted.id} is no withdrawal as there are")
            if held[entry.debit] < 0:
                yield Fault(f"withdrawal {posted.id} took {-held[entry.debit]} cents more than {seller} had")
            if posted.at < latest:
                yield Fault(f"withdrawal {posted.id} stands after an entry of {_instant(latest)}, and came before it")
            paid = max(paid, posted.at)
        latest = max(latest, posted.at)


_OF_CHOSEN = " AND orders.id IN (SELECT value FROM json_each(?))"
_OFFERED = ("gig_id", "type", "seller", "client", "title", "policy_id")
_OFFERED_AS = (
    f"SELECT orders.id, offers.id, {', '.join(f'orders.{one} IS offers.{one}' for one in _OFFERED)},"
    " offers.status = 'accepted', offers.closed_at IS orders.placed_at"
    f" FROM orders JOIN offers ON offers.id = offer_id {_OF_CHOSEN}"
)
_OFFERED_WHAT = (*_OFFERED, "status", "closed_at")
_AGREED_OF_OFFERS = (
    f"SELECT orders.id, position, {', '.join(f'offer_milestones.{one}' for one in AGREED)} FROM orders"
    f" JOIN offer_milestones ON offer_milestones.offer_id = orders.offer_id {_OF_CHOSEN}"
)
_AGREED_OF_ORDERS = (
    f"SELECT orders.id, number, {', '.join(f'agreed.{one}' for one in AGREED)} FROM orders"
    f" JOIN agreed ON agreed.order_id = orders.id AND edition = 1 WHERE orders.offer_id IS NOT NULL {_OF_CHOSEN}"
)
_AGREED_APART = (
    f"SELECT DISTINCT id, position FROM (SELECT * FROM ({_AGREED_OF_OFFERS} EXCEPT {_AGREED_OF_ORDERS})"
    f" UNION ALL SELECT * FROM ({_AGREED_OF_ORDERS} EXCEPT {_AGREED_OF_OFFERS})) ORDER BY 1, 2"
)
_GIG_OF = (
    "SELECT orders.id, gigs.id, gigs.seller FROM orders JOIN gigs ON gigs.id = orders.gig_id"
    f" WHERE gigs.seller <> orders.seller {_OF_CHOSEN}"
)


def _as_offered(connection: Connection, ids: Sequence[int]) -> Iterator[Fault]:
    """An order that was made from an offer has its terms, and was placed as it was accepted; a gig is its seller's."""
    wanted = json.dumps(ids)
    for order_id, offer_id, *same in connection.rows(_OFFERED_AS, (wanted,)):
        differ = [what for what, equal in zip(_OFFERED_WHAT, same, strict=True) if not equal]
        if differ:
            yield Fault(f"offer {offer_id}, which it was made from, has another {', '.join(differ)}", order_id)
    for order_id, position in connection.rows(_AGREED_APART, [wanted] * 4):
        yield Fault(f"milestone {position} was agreed in another way than its offer says", order_id)
    for order_id, gig_id, seller in connection.rows(_GIG_OF, (wanted,)):
        yield Fault(f"gig {gig_id}, which it was made from, is {seller}'s", order_id)


_OFFERS = {
    "is accepted, and there is no order of it": "status = 'accepted' AND id NOT IN"
    " (SELECT offer_id FROM orders WHERE offer_id IS NOT NULL)",
    "has moved before it was sent": "closed_at < sent_at",
    "has expired at another instant than it says": "status = 'expired' AND closed_at IS NOT expires_at",
    "has moved after it had expired": "status <> 'expired' AND closed_at > expires_at",
    "expires before it was sent, or never can": f"expires_at NOT BETWEEN sent_at AND {times.MAX_INSTANT}",
    "has no milestones": "id NOT IN (SELECT offer_id FROM offer_milestones)",
    "is for another seller's gig": "seller <> (SELECT gigs.seller FROM gigs WHERE gigs.id = gig_id)",
    "answers a message of others": "message_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM messages JOIN conversations"
    " ON conversations.id = conversation_id WHERE messages.id = message_id AND conversations.client = offers.client"
    " AND conversations.seller = offers.seller)",
}


def _offers(connection: Connection) -> Iterator[Fault]:
    """Offers stand as an offer can, and an accepted one has its order."""
    for what, condition in _OFFERS.items():
        for (offer_id,) in connection.rows(f"SELECT id FROM offers WHERE {condition} ORDER BY id LIMIT {MANY}"):
            yield Fault(f"offer {offer_id} {what}")


_GAPS = (
    "WITH ids AS (SELECT 0 AS id UNION SELECT id FROM {table} UNION SELECT ? + 1)"
    " SELECT id + 1, next - 1 FROM (SELECT id, lead(id) OVER (ORDER BY id) AS next FROM ids) WHERE next > id + 1"
    " LIMIT ?"
)
_GIVEN_ONCE = {"orders": "order", "ledger": "ledger entry"}


def _ids(connection: Connection) -> Iterator[Fault]:
    """Every order and entry that was ever written is there: ids are given in turn, and never again."""
    yield from gone(connection)
    for table, what in _GIVEN_ONCE.items():
        first, last = connection.rows(f"SELECT min(id), coalesce(max(id), 0) FROM {table}")[0]
        given = highest_given(connection, table)
        if given is None and last:
            text = f"the store does not know any more which id it gave last: there is {what} {last}"
            yield Fault(text, remedy=Remedy.REBUILD)
        elif (given or 0) < last:
            text = f"the store says that {given} was the last id it gave, and there is {what} {last}"
            yield Fault(text, remedy=Remedy.REBUILD)
        if first is not None and first < 1:
            yield Fault(f"{what} {first} is there, and ids begin with 1")


def gone(connection: Connection, tables: Collection[str] = _GIVEN_ONCE) -> Iterator[Fault]:
    """Orders and entries that were written once and are not there."""
    for table in tables:
        last = connection.value(f"SELECT coalesce(max(id), 0) FROM {table}")
        what = _GIVEN_ONCE[table]
        for begin, end in gaps(connection, table, max(last, highest_given(connection, table) or 0), MANY):
            order = begin if (table, begin) == ("orders", end) else None
            yield Fault(f"{what} {begin} is gone" if begin == end else f"{what} {begin} to {end} are gone", order)


def gaps(connection: Connection, table: str, last: int, limit: int = -1) -> list[tuple[int, int]]:
    """The ids up to `last` that no row of a table has, as their first and last ones."""
    return connection.rows(_GAPS.format(table=table), (last, limit))


def highest_given(connection: Connection, table: str) -> int | None:
    """The highest id that a table has ever given; None if it has given none."""
    seq: int | None = connection.value("SELECT max(seq) FROM sqlite_sequence WHERE name = ?", (table,))
    return seq


# Columns of JSON text beside those of orders, with what is in them.
_JSON: Mapping[str, Mapping[str, str]] = {
    "gigs": {"faq": "array"},
    "gig_milestones": {"packages": "array", "prices": "object", "substeps": "array"},
    "templates": {"subcategories": "array", "milestones": "array"},
    "offer_milestones": {"substeps": "array", "stages": "array"},
    "keys": {"answer": "object"},
}
_NAMED_BY = {"gig_milestones": "gig_id", "offer_milestones": "offer_id", "templates": "name", "keys": "key"}


def _json_texts(connection: Connection) -> Iterator[Fault]:
    """What is kept as JSON is JSON: of gigs, templates, offers, and of commands with keys."""
    for table, columns in _JSON.items():
        for column, kind in columns.items():
            spoiled = f"CASE WHEN json_valid({column}) THEN json_type({column}) <> '{kind}' ELSE 1 END"
            key = _NAMED_BY.get(table, "id")
            for (one,) in connection.rows(f"SELECT {key} FROM {table} WHERE {spoiled} LIMIT {MANY}"):
                yield Fault(f"{column} of {table} {one} is no JSON {kind}")


FILE = (Check("file", _whole_file), Check("foreign-keys", _known_parents), Check("schema", _as_made))
SETTINGS = (Check("store", _own_row), Check("clock", _clock_has_come), Check("policies", _policies))
WITHDRAWALS = Check("withdrawals", _withdrawals)
CHAIN, REPLAY = OrderCheck("chain", _chained), OrderCheck("replay", _replayed)
HISTORIES = (CHAIN, REPLAY, OrderCheck("terms", _as_offered))
BESIDE = (Check("offers", _offers), Check("ids", _ids), Check("json", _json_texts))
# What is wrong here, and can be mended by no history, keeps a store from being made anew.
WANTED = (Check("ids", partial(gone, tables=("orders",))), CHAIN, REPLAY)
