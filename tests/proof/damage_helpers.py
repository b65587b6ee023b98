"""Stores that are damaged: in their bytes, in single cells, in their schema."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from random import Random
from typing import NamedTuple

_NASTY = (
    *(None, 0, -1, 1, 2**63 - 1, -(2**63), "", "x", "[", '{"a": NaN}', "[1e999]", "\x1b[31m", "a\u202eb"),
    *(b"\xff\xfe", "☃" * 9),
)
_SCRIPTS = (
    *("DROP TABLE {table}", "ALTER TABLE {table} RENAME TO gone"),
    "ALTER TABLE {table} RENAME TO gone; CREATE VIEW {table} AS SELECT * FROM gone",
    *("ALTER TABLE {table} RENAME COLUMN {column} TO gone", "ALTER TABLE {table} DROP COLUMN {column}"),
    *("ALTER TABLE {table} ADD COLUMN more TEXT", "DELETE FROM {table}", "DROP TRIGGER {trigger}"),
    "DROP INDEX {index}",
    "CREATE TRIGGER more BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'no \x1b[31m'); END",
    "CREATE TRIGGER more AFTER UPDATE ON {table} BEGIN SELECT RAISE(FAIL, 'no'); END",
    *("CREATE VIEW more AS SELECT * FROM {table}", "PRAGMA user_version = 0", "PRAGMA user_version = -1"),
    *("PRAGMA user_version = 99", "PRAGMA application_id = 1", "PRAGMA journal_mode = WAL"),
    *("PRAGMA auto_vacuum = FULL; VACUUM", "PRAGMA page_size = 512; VACUUM"),
)


class Damage(NamedTuple):
    """What is done to a store: a script of SQL, or bytes that are put at a place; `cut` shortens the file before it.

    With `aside` the triggers stand aside while the script runs, and are there again afterwards.
    """

    sql: str = ""
    aside: bool = False
    at: int = 0
    raw: bytes = b""
    cut: int | None = None

    def do(self, path: Path) -> None:
        """Do it. A script that the store itself refuses does what it can."""
        if self.sql:
            connection = sqlite3.connect(path, isolation_level=None)
            with closing(connection), suppress(sqlite3.Error, UnicodeDecodeError):  # it may be damaged already
                connection.executescript("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;")
                guards = _guards(connection) if self.aside else []
                for name, _ in guards:
                    connection.execute(f'DROP TRIGGER "{name}"')
                connection.executescript(self.sql)
                for _, text in guards:
                    connection.execute(text)
            return
        raw = path.read_bytes()[: self.cut]
        path.write_bytes(raw[: self.at] + self.raw + raw[self.at + len(self.raw) :])


def damage(random: Random, path: Path) -> Damage:
    """Something to do to the store at `path`."""
    choice, size = random.random(), path.stat().st_size
    if choice < 0.35:
        place = random.choice((random.randrange(100), random.randrange(size)))
        return Damage(at=place, raw=random.randbytes(random.choice((1, 1, 2, 8, 64, 4096))))
    if choice < 0.45:
        return Damage(cut=random.choice((0, 1, 16, 99, 100, 512, 4095, 4096, random.randrange(size))))
    if choice < 0.5:
        return Damage(at=size, raw=random.randbytes(random.randrange(1, 9000)))
    connection = sqlite3.connect(path)
    try:
        aside = choice < 0.8
        return Damage(sql=_cell(random, connection) if aside else _schema(random, connection), aside=aside)
    finally:
        connection.close()


def _guards(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    return connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name").fetchall()


def _names(connection: sqlite3.Connection, kind: str) -> Sequence[str]:
    statement = "SELECT name FROM sqlite_schema WHERE type = ? AND name NOT LIKE 'sqlite_%' ORDER BY name"
    return [name for (name,) in connection.execute(statement, (kind,))]


def _columns(connection: sqlite3.Connection, table: str) -> Sequence[str]:
    return [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]


def _cell(random: Random, connection: sqlite3.Connection) -> str:
    """One cell of one row changed, or one row deleted."""
    tables = [name for name in _names(connection, "table") if _count(connection, name)]
    table = random.choice(tables)
    columns = _columns(connection, table)
    rows = connection.execute(f'SELECT * FROM "{table}"').fetchall()
    column = random.choice(columns)
    chosen = dict(zip(columns, random.choice(rows), strict=True))
    match = " AND ".join(f'"{name}" IS {_literal(value)}' for name, value in chosen.items())
    change = f'UPDATE "{table}" SET "{column}" = {_literal(random.choice((*_NASTY, *chosen.values())))} WHERE {match}'
    if random.random() < 0.1:
        change = f'DELETE FROM "{table}" WHERE {match}'
    return change


def _schema(random: Random, connection: sqlite3.Connection) -> str:
    script = random.choice(_SCRIPTS)
    table = random.choice(_names(connection, "table"))
    fill = {
        "table": f'"{table}"',
        "column": f'"{random.choice(_columns(connection, table))}"',
        "trigger": _some(random, _names(connection, "trigger")),
        "index": _some(random, _names(connection, "index")),
    }
    return script.format_map(fill)


def _some(random: Random, names: Sequence[str]) -> str:
    return f'"{random.choice(names)}"' if names else "none"


def _count(connection: sqlite3.Connection, table: str) -> int:
    count: int = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
    return count


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"CAST(x'{value.hex()}' AS TEXT)"
    if isinstance(value, int):
        return str(value) if value > -(2**63) else "(-9223372036854775807 - 1)"
    return "'" + str(value).replace("'", "''") + "'"
