"""Opening the store, the one transaction recipe, and what a database error means.

SQLite's own manners stay here and in `migrations.py`: `BEGIN IMMEDIATE` for writers, so that of several processes one
goes first and the others wait and then see what it did; a connection of its own for readers, which SQLite lets change
nothing. The rollback journal is kept, so that the one file is always the whole store.
"""

import os
import sqlite3
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import quote

from milepost.errors import StoreBusy, StoreDamaged, StoreError, StoreMissing
from milepost.policy import Policy
from milepost.rules import NAMES
from milepost.store.new_file import appearing

BUSY_SECONDS, ASK_SECONDS = 30.0, 0.001
PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA recursive_triggers = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA synchronous = EXTRA",
    "PRAGMA cache_size = -32000",
)
_TOUCH = "SELECT count(*) FROM sqlite_schema"
_JOURNALS = slice(18, 20)  # in the file's header: which kind writing and reading take
_memory_numbers = count(1)


class Connection(sqlite3.Connection):
    """The driver's connection to a store, inside a transaction of `Database`.

    `policies` are those that were read from the store, by id (see `settings`); `heads` the last hashes of the histories
    of orders that were loaded in this transaction, by id (see `chain`); `lent` is what `session` makes of the
    connection where a SQLModel session works on it.
    """

    policies: dict[int, Policy]
    heads: dict[int, bytes]
    lent: Any = None

    def close(self) -> None:
        """Close it, and let go of what it was lent to, which would be kept for ever."""
        if self.lent is not None:
            self.lent.close()
            self.lent = None
        super().close()

    def rows(self, statement: str, values: Any = ()) -> list[tuple[Any, ...]]:
        """Every row that a statement gives: none stays to be read, and would keep others from writing."""
        return self.execute(statement, values).fetchall()

    def value(self, statement: str, values: Any = ()) -> Any:
        """The first column of the first row; None if there is no row."""
        row = self.execute(statement, values).fetchone()
        return None if row is None else row[0]


class Database:
    """One store. `read` and `write` give a connection in a transaction of its own; `write` commits at its end."""

    def __init__(self, location: str, name: str) -> None:
        self.name = name
        self._location = location
        self._policies: dict[int, Policy] = {}
        self._reader: Connection | None = None
        self._writer: Connection | None = None
        self.clock_found: tuple[int, str] | None = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view of the store; writing in it is refused by SQLite. Raises `StoreError`."""
        with self._told_apart(), _transaction(self._reading(), "BEGIN") as connection:
            yield connection

    @contextmanager
    def peek(self) -> Iterator[Connection]:
        """As `read`, for one statement, which is a view of its own. Raises `StoreError`."""
        with self._told_apart():
            yield self._reading()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """All or nothing: an exception inside undoes everything. Raises `StoreError`, `StoreBusy`."""
        with self._told_apart(), _transaction(self._writing(), "BEGIN IMMEDIATE") as connection:
            yield connection
            _patiently(connection, "COMMIT")

    @contextmanager
    def whole(self) -> Iterator["Database"]:
        """The same store, whose writes are kept all together at the end, or not at all. Raises as `write` does."""
        with self.write() as connection:
            yield _Inside(connection, self)

    @contextmanager
    def trial(self) -> Iterator["Database"]:
        """The same store, in which everything can be done and nothing is kept. Others wait meanwhile."""
        with self._told_apart(), _transaction(self._writing(), "BEGIN IMMEDIATE") as connection:
            yield _Inside(connection, self)

    @contextmanager
    def snapshot(self) -> Iterator["Database"]:
        """A copy of the store, in which everything can be done and nothing is kept. Others write meanwhile.

        It is a file that SQLite makes for itself and that nothing else sees, so that a large store takes no memory.
        """
        with self._told_apart():
            copy = self._connect("")
            try:
                with self.read() as connection:
                    connection.value(_TOUCH)  # waits for a writer as all do, which copying would without an end
                    connection.backup(copy)
                with _transaction(copy, "BEGIN"):
                    yield _Inside(copy, self)
            finally:
                copy.close()

    @contextmanager
    def rebuild(self) -> Iterator[Connection]:
        """A write in which tables can be dropped and made anew: nothing enforces foreign keys, so check them.

        It has a connection of its own, since SQLite heeds that switch only outside of transactions.
        """
        with self._told_apart():
            connection = self._connect(writes=True)
            try:
                connection.execute("PRAGMA foreign_keys = OFF")
                with _transaction(connection, "BEGIN IMMEDIATE"):
                    yield connection
                    _patiently(connection, "COMMIT")
            finally:
                connection.close()

    def copy_to(self, path: Path, *, finish: "Callable[[Database], None] | None" = None) -> None:
        """A compact copy of the whole store in a new file. Raises `StoreError`, if there is something already too.

        `finish` is given the copy before it gets its name, to check it or to add to it; what it raises keeps it from
        getting it.
        """
        with self._told_apart(), appearing(path) as beside:
            self._write(beside)
            if finish is not None:
                with opened(beside) as copy:
                    finish(copy)

    def _write(self, path: Path) -> None:
        connection = self._connect(writes=True)
        try:
            _patiently(connection, "VACUUM INTO ?", (_uri(path),))
        finally:
            connection.close()

    def image(self) -> bytes:
        """What a file with this store in it holds."""
        with self._told_apart():
            return self._writing().serialize()

    def close(self) -> None:
        """Let the file go; a store in memory is gone."""
        for connection in (self._reader, self._writer):
            if connection is not None:
                connection.close()
        self._reader = self._writer = None
        self._policies.clear()

    def _reading(self) -> Connection:
        if self._reader is None:
            self._reader = self._connect()
            # Once, not for each transaction: the switch makes SQLite compile all statements anew.
            self._reader.execute("PRAGMA query_only = ON")
        return self._reader

    def _writing(self) -> Connection:
        if self._writer is None:
            self._writer = self._connect(writes=True)
        return self._writer

    def _connect(self, location: str | None = None, *, writes: bool = False) -> Connection:
        connection = sqlite3.connect(
            self._location if location is None else location,
            uri=True,
            isolation_level=None,
            timeout=BUSY_SECONDS,
            check_same_thread=False,
            factory=Connection,
        )
        connection.policies, connection.heads = self._policies, {}
        for pragma in PRAGMAS:
            connection.execute(pragma)
        if writes:
            connection.execute("PRAGMA busy_timeout = 0")  # it waits by `_patiently`
        return connection

    @contextmanager
    def _told_apart(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise meaning(error, self.name) from error
        except UnicodeDecodeError as error:  # what Python's driver says of a schema, even where it says what is wrong
            raise StoreDamaged(f"the schema of {self.name} holds bytes that are not UTF-8") from error
        except UnicodeEncodeError as error:  # of a text that a process was started with, say
            given = ascii(error.object[:60])
            raise NAMES.refuse(why=f"{given} is not UTF-8 text", given=given) from error
        except OverflowError as error:  # what Python's driver says of an integer beyond 64 bits
            raise StoreError(f"a number is too large for the store {self.name}") from error


class _Memory(Database):
    """A store in memory."""

    def _write(self, path: Path) -> None:
        path.write_bytes(self.image())  # VACUUM INTO would take the name for that of another store in memory


class _Inside(Database):
    """A store inside one transaction, which ends outside. A write in it is a savepoint."""

    def __init__(self, connection: Connection, store: Database) -> None:
        super().__init__(store._location, store.name)
        self._connection = connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self._told_apart():
            yield self._connection

    peek = read

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with self._told_apart(), savepoint(self._connection):
            yield self._connection

    @contextmanager
    def whole(self) -> Iterator[Database]:
        with self.write():
            yield self

    @contextmanager
    def trial(self) -> Iterator[Database]:
        with self._told_apart(), savepoint(self._connection, keeps=False):
            yield self

    snapshot = trial


@contextmanager
def savepoint(connection: Connection, *, keeps: bool = True) -> Iterator[None]:
    """A part of a transaction: undone if it fails, or at its end in any case where it `keeps` nothing."""
    connection.execute("SAVEPOINT inside")
    try:
        yield
    except BaseException:
        keeps = False
        raise
    finally:
        if not keeps:
            connection.execute("ROLLBACK TO inside")
        connection.execute("RELEASE inside")


@contextmanager
def _transaction(connection: Connection, begin: str) -> Iterator[Connection]:
    """A transaction that is undone at its end, unless it was committed."""
    _patiently(connection, begin)
    connection.heads.clear()
    try:
        yield connection
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _patiently(connection: Connection, statement: str, values: Sequence[str] = ()) -> None:
    """Send what others can keep waiting, and ask again until it goes, for `BUSY_SECONDS` at most.

    Of several that wait each has the same chance, since all ask alike. SQLite's own waiting asks less often the longer
    it takes, so that of four that write one after the other, one would hardly come to it.
    """
    for _ in range(int(BUSY_SECONDS / ASK_SECONDS)):
        try:
            connection.execute(statement, values)
            return
        except sqlite3.OperationalError as error:
            if not _is_busy(error):
                raise
        Event().wait(ASK_SECONDS)
    connection.execute(statement, values)


def _is_busy(error: sqlite3.Error) -> bool:
    return (getattr(error, "sqlite_errorname", "") or "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))


def open_memory(source: sqlite3.Connection) -> Database:
    """A store in memory that holds what `source` does, until it is closed."""
    # SQLite shares what has such a name among this process's connections: the reader and the writer.
    db = _Memory(f"file:/milepost-{next(_memory_numbers)}?vfs=memdb", "memory")
    source.backup(db._writing())
    return db


@contextmanager
def opened(path: Path) -> Iterator[Database]:
    """A store that this program has just made at `path`. Raises as `open_file` does."""
    db = open_file(path)
    try:
        yield db
    finally:
        db.close()


def open_file(path: Path) -> Database:
    """The store at `path`, which must be there. Raises `StoreMissing` or `StoreError`, by what is there."""
    check_name(path)
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise StoreMissing(f"there is no store at {path}") from None
    except OSError as error:
        raise StoreError(f"{path} cannot be opened: {error.strerror}") from None
    if stat.S_ISDIR(mode):
        raise StoreError(f"{path} is a folder, not a store")
    if not stat.S_ISREG(mode):
        raise StoreError(f"{path} is no regular file, and so no store")
    if not os.access(path, os.R_OK):
        raise StoreError(f"{path} may not be read by you")
    _check_one_file(path)
    return Database(f"{_uri(path)}?mode=rw", str(path))


def _check_one_file(path: Path) -> None:
    """Refuse a store that somebody has set to WAL mode. Raises `StoreError`."""
    try:
        with open(path, "rb") as file:
            wal = file.read(_JOURNALS.stop)[_JOURNALS] == b"\2\2"
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from error
    if wal:
        raise StoreError(
            f"{path} is in WAL mode, in which its one file can lack what was saved last; set it back with SQLite's "
            "PRAGMA journal_mode = DELETE"
        )


def check_name(path: Path) -> None:
    """Refuse what cannot be the name of a file. Raises `StoreError`."""
    if "\0" in str(path):  # SQLite would take what stands before it
        raise StoreError(f"{path} cannot be the name of a file")


def _uri(path: Path) -> str:
    """A path as SQLite takes it whatever signs and bytes are in it."""
    return f"file:{quote(os.fsencode(path.absolute()))}"


# What is wrong, and, where that is known, what has become of what was asked for.
_MEANINGS: Mapping[str, tuple[str, ...]] = {
    "SQLITE_FULL": ("the disk is full", "nothing was changed in {name}"),
    "SQLITE_NOTADB": ("{name} is not a milepost store",),
    "SQLITE_READONLY": ("{name} may not be written to",),
    "SQLITE_CANTOPEN": ("{name} cannot be opened",),
    "SQLITE_PERM": ("{name} may not be opened by you",),
}


# By the beginning of SQLite's name for it, or of its words where it has no name of its own.
_DAMAGES = {
    "SQLITE_CORRUPT": "SQLite says of {name}: {error}",
    "SQLITE_TOOBIG": "{name} holds what is larger than anything that can be stored: {error}",
    "unsupported file format": "the header of {name} names a file format that SQLite does not know",
    "Could not decode to UTF-8": "{name} holds a text that is not UTF-8: {error}",
}


def meaning(error: sqlite3.Error, name: str) -> Exception:
    """The error to raise for what SQLite said: of the store, or, if our own code is wrong, the error itself."""
    code = getattr(error, "sqlite_errorname", "") or ""
    if _is_busy(error):
        return StoreBusy(f"another process holds {name}", "nothing was changed")
    if code.startswith("SQLITE_IOERR"):
        return StoreError(f"reading or writing {name} failed ({code})")
    if isinstance(error, sqlite3.IntegrityError):  # it names the constraint
        return StoreError(f"{name} refuses what was to be written: {error}", "nothing was changed")
    for sign, what in _DAMAGES.items():
        if code.startswith(sign) or str(error).startswith(sign):
            return StoreDamaged(what.format(name=name, error=error))
    for prefix, texts in _MEANINGS.items():
        if code.startswith(prefix):
            return StoreError(*(text.format(name=name) for text in texts))
    return error
