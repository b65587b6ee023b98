"""Whether a store is sound, and whether two stores hold the same: judged by the program and by SQLite, in one place."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

from proof import program_helpers as program

CHECK = ("doctor", "--json")  # what the program itself says about a store


def faults_of(path: Path) -> list[str]:
    """What is wrong with a store. The program opens it first: a journal that a kill has left is its affair."""
    answer = program.call("--db", str(path), *CHECK)
    faults = [] if answer.code == 0 else [f"{' '.join(CHECK)} says {answer.code}: {answer.out}{answer.err}"]
    try:
        with closing(_opened(path)) as connection:
            whole = connection.execute("PRAGMA integrity_check").fetchall()
            faults += [f"integrity_check: {row[0]}" for row in whole if row[0] != "ok"]
            faults += [f"foreign_key_check: {row}" for row in connection.execute("PRAGMA foreign_key_check")]
    except sqlite3.DatabaseError as error:
        faults.append(f"SQLite says: {error}")
    return faults


def digest(path: Path) -> str:
    """A hash of the schema and of every row of every table: two stores with the same digest hold the same."""
    told = hashlib.sha256()
    with closing(_opened(path)) as connection:
        schema = connection.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name").fetchall()
        told.update(repr(schema).encode())
        for table in [name for kind, name, _ in schema if kind == "table"]:
            told.update(table.encode())
            for line in sorted(map(repr, connection.execute(f'SELECT * FROM "{table}"'))):
                told.update(line.encode())
    return told.hexdigest()


def _opened(path: Path) -> sqlite3.Connection:
    assert path.is_file(), path  # SQLite would make one
    return sqlite3.connect(path)
