"""The rows of a story as somebody would write them by hand: plain `sqlite3`, an INSERT each, in a store in memory.

It is the least that playing a story has to do: nothing is read, nothing is decided, no row is written twice, and no
word is told of how it went.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any, NamedTuple

from milepost.market import stores
from milepost.scenario.file import Scenario
from milepost.store.db import Database

Rows = dict[str, list[tuple[Any, ...]]]


class Written(NamedTuple):
    """A story's store before it began, as bytes, and the rows that the story made of it, by table."""

    before: bytes
    rows: Rows


def written(scenario: Scenario, db: Database) -> Written:
    """What a story has written, by the store that it was played in."""
    begun = stores.create_memory(start=scenario.start, policy=scenario.policy)
    before = begun.image()
    begun.close()
    old, new = _rows(before), _rows(db.image())
    return Written(before, {table: [row for row in rows if row not in set(old[table])] for table, rows in new.items()})


def _rows(store: bytes) -> Rows:
    connection = sqlite3.connect(":memory:")
    connection.deserialize(store)
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    found = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for (name,) in tables.fetchall()}
    connection.close()
    return found


def write(stories: Sequence[Written]) -> None:
    """Write each story's rows in a store of its own."""
    for story in stories:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.deserialize(story.before)
        connection.execute("BEGIN IMMEDIATE")
        for table, rows in story.rows.items():
            for row in rows:
                connection.execute(f"REPLACE INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        connection.execute("COMMIT")
        connection.close()
