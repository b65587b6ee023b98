"""Opening the store, the one transaction recipe, and what a database error means.

SQLite's own manners stay here and in `schema.py`: `BEGIN IMMEDIATE` for writers, so that of several processes one
goes first and the others wait and then see what it did; `BEGIN` with `query_only` for readers. The rollback journal
is kept, so that the one file is always the whole store.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, QueuePool, StaticPool, create_engine, event
from sqlalchemy.exc import DBAPIError

from milepost.errors import StoreBusy, StoreError, StoreMissing

BUSY_SECONDS = 30.0
PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA recursive_triggers = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA synchronous = EXTRA",
    "PRAGMA cache_size = -32000",
)
_WRITES = "milepost_writes"


class Database:
    """One open store. `read` and `write` give a connection in a transaction of its own; `write` commits at its end."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._reader = engine
        self._writer = engine.execution_options(**{_WRITES: True})
        self.name = name

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view of the store; writing in it is refused by SQLite. Raises `StoreError`."""
        with self._told_apart(), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """All or nothing: an exception inside undoes everything. Raises `StoreError`, `StoreBusy`."""
        with self._told_apart(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def trial(self) -> Iterator["Database"]:
        """The same store, in which everything can be done and nothing is kept. Others cannot write meanwhile."""
        with self._told_apart(), self._writer.connect() as connection, connection.begin() as everything:
            try:
                yield _Trial(connection, self)
            finally:
                everything.rollback()

    def copy_to(self, path: Path) -> None:
        """A compact copy of the whole store in a file that must not exist yet. Raises `StoreError`."""
        if path.exists():
            raise StoreError(f"{path} exists already; nothing was changed")
        with self._told_apart(), self._writer.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute("PRAGMA query_only = OFF")
            driver.execute("VACUUM INTO ?", (str(path),))

    def close(self) -> None:
        """Let the file go."""
        self._reader.dispose()

    @contextmanager
    def _told_apart(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise meaning(error.orig, self.name) from error
        except sqlite3.Error as error:
            raise meaning(error, self.name) from error
        except OverflowError as error:  # what Python's driver says of an integer beyond 64 bits
            raise StoreError(f"a number is too large for the store {self.name}") from error


class _Trial(Database):
    """A store inside one transaction that will be undone."""

    def __init__(self, connection: Connection, store: Database) -> None:
        super().__init__(connection.engine, store.name)
        self._connection = connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self._told_apart():
            yield self._connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with self._told_apart():
            # Not SQLAlchemy's `begin_nested`: inside it a session would take back, when it closes, what it has written.
            self._connection.exec_driver_sql("SAVEPOINT one_write")
            try:
                yield self._connection
            except BaseException:
                self._connection.exec_driver_sql("ROLLBACK TO one_write")
                raise
            finally:
                self._connection.exec_driver_sql("RELEASE one_write")


def open_memory() -> Database:
    """A store that lives as long as the process."""
    return Database(_engine(lambda: _connect(":memory:", "rwc"), poolclass=StaticPool), "memory")


def open_file(path: Path, *, create: bool = False) -> Database:
    """The store at `path`; `create` makes the file. Raises `StoreMissing` or `StoreError`, by what is there."""
    if "\0" in str(path):  # SQLite would take what stands before it
        raise StoreError(f"{path} cannot be the name of a file")
    if not create:
        _check_present(path)
    mode = "rwc" if create else "rw"
    return Database(_engine(lambda: _connect(str(path.absolute()), mode), poolclass=QueuePool, pool_size=1), str(path))


def _check_present(path: Path) -> None:
    if path.is_dir():
        raise StoreError(f"{path} is a folder, not a store")
    if not path.exists():
        raise StoreMissing(f"there is no store at {path}")
    if not os.access(path, os.R_OK):
        raise StoreError(f"{path} may not be read by you")


def _engine(creator: Any, **pool: Any) -> Engine:
    engine = create_engine("sqlite://", creator=creator, **pool)
    event.listen(engine, "begin", _begin)
    return engine


def _connect(path: str, mode: str) -> sqlite3.Connection:
    location = ":memory:" if path == ":memory:" else f"file:{quote(os.fsencode(path))}?mode={mode}"
    connection = sqlite3.connect(
        location, uri=True, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False
    )
    for pragma in PRAGMAS:
        connection.execute(pragma)
    return connection


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


_MEANINGS = {
    "SQLITE_NOTADB": "{name} is not a milepost store",
    "SQLITE_CORRUPT": "{name} is damaged; restore a backup",
    "SQLITE_READONLY": "{name} may not be written to",
    "SQLITE_FULL": "the disk is full; nothing was changed in {name}",
    "SQLITE_CANTOPEN": "{name} cannot be opened",
    "SQLITE_PERM": "{name} may not be opened by you",
}


def meaning(error: BaseException | None, name: str) -> Exception:
    """The error to raise for what SQLite said: of the store, or, if our own code is wrong, the error itself."""
    code = getattr(error, "sqlite_errorname", "") or ""
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreBusy(f"another process holds {name}; nothing was changed")
    if code.startswith("SQLITE_IOERR"):
        return StoreError(f"reading or writing {name} failed ({code})")
    for prefix, text in _MEANINGS.items():
        if code.startswith(prefix):
            return StoreError(text.format(name=name))
    return error if isinstance(error, Exception) else StoreError(f"{name}: {code}")
