"""Generating a store beside inserting the very rows that it comes to hold, by plain `sqlite3`."""

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import store_helpers

from benchmarks.conftest import Measure
from milepost.files import documents
from milepost.market import generate, stores
from milepost.policy import STANDARD
from milepost.store.db import PRAGMAS

ORDERS, ROUNDS = 20_000, 3
TEMPLATES = documents.shipped_templates()
MADE_WITH_THE_STORE = {"policies", "store", "sqlite_sequence"}

Rows = Mapping[str, list[tuple[Any, ...]]]


def new_store(path: Path) -> Path:
    """An empty store at `path`, in the place of what is there."""
    path.unlink(missing_ok=True)
    stores.create_file(path, start=store_helpers.START, clock_mode="simulated", policy=STANDARD)
    return path


def generated(path: Path) -> None:
    """What is measured: fill the store at `path`."""
    db = stores.open_store(path)
    generate.fill(db, ORDERS, seed=1, templates=TEMPLATES)
    db.close()


def rows_of(path: Path) -> Rows:
    """Every row of a store by table, a table after those that it refers to."""
    connection = sqlite3.connect(path)
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    refers = {name: {row[2] for row in connection.execute(f"PRAGMA foreign_key_list({name})")} for name in tables}
    ordered = list[str]()
    while len(ordered) < len(tables):
        ordered += [name for name in tables if name not in ordered and refers[name] <= {name, *ordered}]
    wanted = (name for name in ordered if name not in MADE_WITH_THE_STORE)
    found = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in wanted}
    connection.close()
    return found


def inserting(rows: Rows, clock: int) -> Callable[[Path], None]:
    """Writes these rows by hand: one transaction, one statement a table, with the store's own settings."""

    def insert(path: Path) -> None:
        connection = sqlite3.connect(path, isolation_level=None)
        for pragma in PRAGMAS:
            connection.execute(pragma)
        connection.execute("BEGIN IMMEDIATE")
        for table, some in rows.items():
            if some:
                connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(some[0]))})", some)
        connection.execute("UPDATE store SET clock = ?", (clock,))
        connection.execute("COMMIT")
        connection.close()

    return insert


def digest_after(writes: Callable[[Path], None], path: Path) -> tuple[str, int]:
    """The digest of a new store that was written to, and its clock."""
    writes(new_store(path))
    db = stores.open_store(path)
    try:
        return store_helpers.digest(db), store_helpers.clock_of(db)
    finally:
        db.close()


def test_generating_beside_inserting_the_same_rows(tmp_path: Path, beside: Measure) -> None:
    path = tmp_path / "store.db"
    digest, clock = digest_after(generated, path)
    insert = inserting(rows_of(path), clock)
    assert digest_after(insert, path) == (digest, clock)
    beside(
        f"generating {ORDERS:,} orders beside inserting the same rows by sqlite3",
        generated, insert, wanted=4, rounds=ROUNDS, prepare=lambda: (new_store(path),),
    )  # fmt: skip
