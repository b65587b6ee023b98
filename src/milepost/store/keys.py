"""The keys that commands were given, and how they were answered (rule idempotency-key)."""

from typing import NamedTuple

from milepost.store.db import Connection


class Answered(NamedTuple):
    """A command that was carried out under a key: a digest of its request, when, and its answer.

    `id` is that of what it made, if it made something; `answer` its JSON, and `shown` its text, if that was asked for.
    """

    request: bytes
    at: int
    id: int | None
    answer: str
    shown: str


_COLUMNS = ", ".join(Answered._fields)


def find(connection: Connection, key: str) -> Answered | None:
    """What was carried out under a key."""
    rows = connection.rows(f"SELECT {_COLUMNS} FROM keys WHERE key = ?", (key,))
    return Answered(*rows[0]) if rows else None


def keep(connection: Connection, key: str, answered: Answered) -> None:
    """Remember what was carried out under a new key."""
    connection.execute(f"INSERT INTO keys (key, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", (key, *answered))
