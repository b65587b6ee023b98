"""The versions of a store's file: making one of the newest, and bringing one of an older version up to it.

`versions/N.sql` is everything that a store of version N has in the way of tables, indexes and triggers. Once a program
with that version is out, the file never changes, and nothing of it is made from the classes of `tables.py`, which tell
the newest version only; a test holds the two together. A new store is made from the newest file. An older one climbs:
the steps between its version and the newest run in one transaction, after a copy was made, so that a store is of one
version or of another whatever happens on the way.
"""

import json
import os
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, count
from pathlib import Path
from struct import Struct
from typing import Any, NamedTuple

from milepost.errors import StoreBusy, StoreDamaged, StoreError
from milepost.store import settings
from milepost.store.chain import begun, linked
from milepost.store.db import Connection, Database, open_file, open_memory

APPLICATION_ID = 0x6D6C7074  # "mlpt"
VERSIONS = Path(__file__).with_name("versions")


class Made(NamedTuple):
    """A table, an index or a trigger, and the statement that makes it; `table` is the one that it belongs to."""

    type: str
    name: str
    table: str
    statement: str

    @property
    def words(self) -> str:
        """The statement without what means nothing: how it is broken into lines, and quotes around names."""
        spaced = " ".join(self.statement.replace('"', "").split())
        return re.sub(r" ?([(),]) ?", r"\1", spaced)


Schema = Sequence[Made]


def newest() -> int:
    """The version of the stores that this program makes."""
    return max(STEPS, default=1)


def schema_of(connection: sqlite3.Connection) -> Schema:
    """Everything that was made in a store, in the order in which it was."""
    rows = connection.execute(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid"
    )
    return _schema(rows.fetchall())


def _schema(rows: Sequence[tuple[Any, ...]]) -> Schema:
    return [Made(*row) for row in rows if row[1] is not None and not row[1].startswith("sqlite_")]


def schema_at(version: int) -> Schema:
    """Everything that a store of a version has."""
    return schema_of(_empty(VERSIONS / f"{version}.sql"))


# ── A new store ─────────────────────────────────────────────────────────────────────────────────────────────────────


def new_memory() -> Database:
    """An empty store of the newest version in memory: a copy of pages, a tenth of the time of making its tables."""
    return open_memory(_empty(VERSIONS / f"{newest()}.sql"))


def new_image() -> bytes:
    """What a file with an empty store of the newest version in it holds."""
    return _empty(VERSIONS / f"{newest()}.sql").serialize()


@cache
def _empty(text: Path) -> sqlite3.Connection:
    """A store with nothing in it, made once in a process."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.executescript(text.read_text("utf-8"))
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {int(text.stem)}")
    return connection


# ── An older store ──────────────────────────────────────────────────────────────────────────────────────────────────


def open_store(path: Path) -> Database:
    """The store at `path`, of the newest version. Raises `StoreMissing` or `StoreError`."""
    db = open_file(path)
    try:
        check(db)
    except BaseException:
        db.close()
        raise
    return db


def open_as_found(path: Path) -> tuple[Database, str | None]:
    """The store at `path` in whatever state it is, to be looked at, and what is wrong with its version, if anything is.

    An older one is brought up to date, if it can be. Raises `StoreMissing`, `StoreBusy`, and `StoreError` for what is
    no store of ours, or a newer program's.
    """
    db = open_file(path)
    try:
        fault = _hindrance(db)
    except BaseException:
        db.close()
        raise
    return db, fault


def _hindrance(db: Database) -> str | None:
    """What keeps a store from being of the newest version; None once it is."""
    identity = _identity(db)
    try:
        older = _known(identity, db.name) < newest()
    except StoreDamaged as error:
        return str(error)
    try:
        if older:
            _climb(db)
    except StoreBusy:
        raise
    except StoreError as error:
        return str(error)
    return None


def _identity(db: Database) -> Sequence[int]:
    """What a file says of itself: by its header where SQLite cannot read its schema."""
    try:
        with db.peek() as connection:
            return connection.rows(_IDENTITY)[0]
    except StoreBusy:
        raise
    except StoreError:
        header = _beginning(Path(db.name))
        if not header.startswith(_MAGIC):
            raise
        version, application = _HEADER.unpack(header)
        return application, version


def _beginning(path: Path) -> bytes:
    with open(path, "rb") as file:
        return file.read(_HEADER.size).ljust(_HEADER.size, b"\0")


_MAGIC = b"SQLite format 3\0"
_HEADER = Struct(">60xi4xi")  # the version and the application, where every file of SQLite has them
_IDENTITY = "SELECT application_id, user_version FROM pragma_application_id, pragma_user_version"
_IDENTITY_AND_SCHEMA = (
    "SELECT application_id, user_version, type, name, tbl_name, sql"
    " FROM pragma_application_id, pragma_user_version LEFT JOIN sqlite_schema ON sql IS NOT NULL"
)
_WITH_CLOCK = _IDENTITY_AND_SCHEMA.replace("type,", "(SELECT clock FROM store), (SELECT clock_mode FROM store), type,")


def check(db: Database) -> None:
    """Refuse by name what is not a store of ours, and bring an older one up to date. Raises `StoreError`.

    A store of the newest version is as the version's text has it, or it is refused: a trigger of somebody else's could
    double what is written, and a view show what is not there. What the store's clock shows, and who moves it, is read
    with it: every command asks for that first.
    """
    with db.peek() as connection:
        try:
            rows = connection.rows(_WITH_CLOCK)
        except sqlite3.OperationalError:  # there is no such table: what is there says more
            rows = [(*row[:2], None, None, *row[2:]) for row in connection.rows(_IDENTITY_AND_SCHEMA)]
    version = _known(rows[0][:2], db.name)
    if version < newest():
        _climb(db)
        return
    schema = _schema([row[4:] for row in rows])
    if {one.statement for one in schema} != _statements(version) and (changed := next(changes(schema, version), None)):
        raise StoreDamaged(f"its {changed}", {changed.type: changed.name})
    db.clock_found = settings.checked_clock(*rows[0][2:4])


@cache
def _statements(version: int) -> set[str]:
    """The statements of a version's text: of a store that nobody has altered they are the schema, to the letter."""
    text = (VERSIONS / f"{version}.sql").read_text("utf-8")
    return set(filter(None, text.partition("\n\n")[2].replace("\n\n", "\n").split(";\n")))


def _known(identity: Sequence[int], name: str) -> int:
    """The version of a store of ours. Raises `StoreError` for any other file."""
    application, version = identity
    if application != APPLICATION_ID:
        raise StoreError(f"{name} is not a milepost store")
    if version < 1:
        raise StoreDamaged(f"{name} says that it is of store version {version}, and there is none")
    if version > newest():
        raise StoreError(f"{name} was written by a newer milepost (store version {version}, this one {newest()})")
    return version


def _climb(db: Database) -> None:
    with db.rebuild() as connection:
        version = _known(connection.rows(_IDENTITY)[0], db.name)
        if version == newest():
            return  # another process was faster
        for changed in changes(schema_of(connection), version):
            raise StoreError(f"{db.name} is of store version {version}, but its {changed}, so that it stays as it is")
        db.copy_to(_free_name(f"{db.name}.v{version}"))
        for number in range(version + 1, newest() + 1):
            STEPS[number](connection, schema_at(number))
            _check_sound(connection, db.name)
        connection.execute(f"PRAGMA user_version = {newest()}")


class Changed(NamedTuple):
    """A table, an index, a trigger or a view that is not as a version has it: added, dropped or changed."""

    type: str
    name: str
    how: str

    def __str__(self) -> str:
        return f"{self.type} {self.name} was {self.how}"


def changes(schema: Schema, version: int) -> Iterator[Changed]:
    """What somebody else has added to a store, dropped or changed, by its kind and name; tables come first."""
    found, made = ({(one.type, one.name): one.words for one in some} for some in (schema, schema_at(version)))
    for type, key in sorted(found.keys() | made.keys(), key=lambda one: (one[0] != "table", one)):
        if found.get((type, key)) != made.get((type, key)):
            how = "added" if (type, key) not in made else "dropped" if (type, key) not in found else "changed"
            yield Changed(type, key, how)


def _check_sound(connection: Connection, name: str) -> None:
    told = [
        *(f"row {row} of {table} names no row of {parent}" for table, row, parent, _ in _broken_keys(connection)),
        *(fault for (fault,) in connection.rows("PRAGMA integrity_check") if fault != "ok"),
    ]
    if told:
        raise StoreError(f"{name} cannot be brought up to date and stays as it was: {told[0]}")


def _broken_keys(connection: Connection) -> list[tuple[str, int, str, int]]:
    return connection.rows("PRAGMA foreign_key_check")


def _free_name(name: str) -> Path:
    """`name`, or the first of `name-2`, `name-3`, … that nothing has: a copy of an earlier attempt stays."""
    names = chain([name], (f"{name}-{number}" for number in count(2)))
    return next(Path(path) for path in names if not os.path.lexists(path))


# ── Steps ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def remake(connection: Connection, schema: Schema, table: str, rows: str | None = None) -> None:
    """Make a table anew as `schema` has it, with its indexes and triggers, and drop the old one if there was one.

    `rows` is the query that fills it; else the rows are copied as they are. This is how all but the addition of a
    column is done in SQLite: a constraint cannot be altered. It wants foreign keys off, and names of tables in quotes
    in the version's text, as SQLite writes them when it renames a table.
    """
    beside = f"new_{table}"
    (made,) = (one for one in schema if (one.type, one.name) == ("table", table))
    connection.execute(made.statement.replace(f'"{table}"', f'"{beside}"', 1))
    columns = ", ".join(name for (name,) in connection.rows("SELECT name FROM pragma_table_info(?)", (beside,)))
    connection.execute(f"INSERT INTO {beside} ({columns}) {rows or f'SELECT {columns} FROM {table}'}")
    connection.execute(f"DROP TABLE IF EXISTS {table}")
    connection.execute(f"ALTER TABLE {beside} RENAME TO {table}")
    for one in schema:
        if one.table == table and one.type != "table":
            connection.execute(one.statement)


# Version 2 keeps what was agreed apart from what changes, takes requests of other kinds, says of a stage how many
# substeps are its own (of an older one that is not known: none), and knows under which schema a policy was written.
# Every table is made anew, so that the text of all of them is that of the version's file.
_STAGES_OF_2 = "(SELECT json_group_array(json_array(value, 0)) FROM json_each(stages))"
_AGREED_OF_2 = f"name, days, price_cents, revisions, description, zoom, substeps, {_STAGES_OF_2}"
_ROWS_OF_2 = {
    "policies": "SELECT id, name, 1, numbers FROM policies",
    "gigs": "SELECT id, title, seller, subcategory, description, milestone_payments, 0, faq, created_at FROM gigs",
    "templates": "SELECT name, NULL, title, description, subcategories, milestones FROM templates",
    "requests": (
        "SELECT id, order_id, 'cancel', asker, position, reason, note, 0, 0, '[]', opened_at, state, closed_at"
        " FROM requests"
    ),
    "offer_milestones": f"SELECT offer_id, position, {_AGREED_OF_2} FROM offer_milestones",
    "agreed": f"SELECT order_id, position, 1, {_AGREED_OF_2} FROM milestones",
    "history": (
        "SELECT order_id, number, at, actor, CASE action WHEN 'accept-cancel' THEN 'accept-request'"
        " WHEN 'decline-cancel' THEN 'decline-request' WHEN 'withdraw-cancel' THEN 'withdraw-request' ELSE action END,"
        " position, args FROM history"
    ),
    "milestones": (
        "SELECT order_id, position, position, state, started_at, first_delivered_at, delivered_at, ended_at,"
        " approved_by, revisions_used, substeps_done, stages_done, call_at, call_link, clears_at, 0, 0 FROM milestones"
    ),
}


def _to_2(connection: Connection, schema: Schema) -> None:
    for one in schema:
        if one.type == "table":  # `agreed` comes before `milestones`, which it is filled from
            remake(connection, schema, one.name, _ROWS_OF_2.get(one.name))
    # Orders and offers keep the policy that they stand on, with the first version's reading of the rules; what comes
    # now is read as the rules are today.
    connection.execute(
        "INSERT INTO policies (id, name, schema, numbers) SELECT (SELECT max(id) + 1 FROM policies), name, 2,"
        " json_set(numbers, '$.edition', 2, '$.extension_days_max', 30, '$.reversal_days', 180)"
        " FROM policies WHERE id = (SELECT policy_id FROM store)"
    )
    connection.execute("UPDATE store SET policy_id = (SELECT max(id) FROM policies)")


# Version 3 chains every history, never gives the id of an order or an entry again, keeps what lists look for beside
# each order, guards policies as it does histories, and remembers the commands that were given a key. It closes escrow
# accounts, and knows what all accounts of a kind hold.
_PLACED_3 = (
    "SELECT id, type, seller, client, title, policy_id, placed_at, gig_id, offer_id,"
    " (SELECT json_array(name, schema, numbers) FROM policies WHERE policies.id = policy_id) FROM orders"
)
_AGREED_3 = (
    "SELECT number, edition, name, days, price_cents, revisions, description, zoom, substeps, stages FROM agreed"
    " WHERE order_id = ? AND edition = 1 ORDER BY number"
)
_HISTORY_3 = (
    "SELECT *, next_link(order_id, number, at, actor, action, position, args) FROM history ORDER BY order_id, number"
)
_RUNS_3 = "FROM milestones WHERE order_id = orders.id AND state IN ('active', 'delivered', 'revising')"
_PHASE_3 = (
    "CASE WHEN status <> 'active' THEN 'ended' ELSE coalesce((SELECT CASE state WHEN 'active' THEN 'working'"
    f" WHEN 'delivered' THEN 'review' ELSE 'revising' END {_RUNS_3}),"
    " iif(type = 'subscription', 'awaiting-renewal', 'awaiting-continue')) END"
)
_WORK_DUE_3 = (
    "(SELECT due FROM (SELECT first_delivered_at AS done, state, started_at + 86400 * (days + extended_days) AS due"
    " FROM milestones JOIN agreed ON agreed.order_id = milestones.order_id AND number = agreed"
    " WHERE milestones.order_id = orders.id AND started_at IS NOT NULL ORDER BY position DESC LIMIT 1)"
    " WHERE orders.status = 'active' AND (done > due OR"
    " (done IS NULL AND state IN ('active', 'delivered', 'revising'))))"
)
_ORDERS_3 = (
    "SELECT id, type, seller, client, title, policy_id, placed_at, status, reason, ended_at, stopping, request_id,"
    f" version, due_at, {_PHASE_3}, {_WORK_DUE_3}, head(id), gig_id, offer_id FROM orders"
)


_KIND_3 = (
    "CASE WHEN account LIKE 'client:%' THEN 'client' WHEN account LIKE 'escrow:%' THEN 'escrow'"
    " WHEN account LIKE 'bank:%' THEN 'bank' WHEN account LIKE 'seller:%:pending' THEN 'seller:pending'"
    " WHEN account LIKE 'seller:%:available' THEN 'seller:available' ELSE account END"
)


def _to_3(connection: Connection, schema: Schema) -> None:
    heads: dict[int, bytes] = {}
    for *order, policy in connection.rows(_PLACED_3):
        heads[order[0]] = begun(order, json.loads(policy), connection.rows(_AGREED_3, (order[0],)))

    def next_link(order_id: int, *line: int | str | None) -> bytes:
        heads[order_id] = linked(heads[order_id], (order_id, *line))
        return heads[order_id]

    connection.create_function("next_link", 7, next_link)
    connection.create_function("head", 1, heads.get)
    remake(connection, schema, "history", _HISTORY_3)
    remake(connection, schema, "orders", _ORDERS_3)
    remake(connection, schema, "ledger")
    known = {one.name for one in schema_of(connection)}
    for one in schema:
        if one.name not in known:
            connection.execute(one.statement)
    connection.execute("DELETE FROM balances WHERE account LIKE 'escrow:%' AND balance_cents = 0")
    connection.execute(f"INSERT INTO sums SELECT {_KIND_3}, sum(balance_cents) FROM balances GROUP BY 1 ORDER BY 1")


STEPS: Mapping[int, Callable[[Connection, Schema], None]] = {2: _to_2, 3: _to_3}
