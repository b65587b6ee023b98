"""SQLModel sessions inside a transaction of `Database`: what a session flushes and what the driver writes stand, or
fall, together.

SQLAlchemy is lent the driver's connection behind a proxy that begins, commits and closes nothing. It is imported by
those who read and write table objects, gigs, offers, templates and messages, and by nobody else.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from sqlalchemy import Engine, NullPool, create_engine, insert
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel

from milepost.store.db import Connection

_lending: ContextVar[Connection] = ContextVar("lending")


class _Lent:
    """A connection of the driver as SQLAlchemy may use it: the transaction is not its own."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def commit(self) -> None:
        """Leave it to the one who began."""

    rollback = close = commit


@cache
def _engine() -> Engine:
    # One for all stores: to make an engine and to have it ask SQLite what it can takes five times as long as to lend.
    return create_engine("sqlite://", creator=lambda: _Lent(_lending.get()), poolclass=NullPool)


@contextmanager
def session_in(connection: Connection) -> Iterator[Session]:
    """A session in the transaction that is under way; what is in it is written at its end. Raises `sqlite3.Error`."""
    if connection.lent is None:
        _lending.set(connection)
        connection.lent = _engine().connect()
    try:
        with Session(connection.lent) as opened:
            yield opened
            opened.flush()
    except DBAPIError as error:
        raise (error.orig or error) from error  # the driver's own word, as from everybody else


def add_rows(connection: Connection, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows of a table: their columns by name, the same ones in each."""
    if rows:
        with session_in(connection) as session:
            session.execute(insert(table), rows)
