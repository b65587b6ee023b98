"""Opening a store: what is there instead of one, what it may be called, and what SQLite's errors mean."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
import store_helpers

from milepost import times
from milepost.errors import StoreBusy, StoreDamaged, StoreError, StoreMissing
from milepost.market import clock, stores
from milepost.policy import Policy
from milepost.store import db, migrations, settings
from milepost.store.db import Database, meaning

NOBODY = 65_534
PAGE_BYTES = 4_096


def made(path: Path) -> Path:
    """A store with some orders in a file, closed."""
    with store_helpers.file_store(path) as store:
        store_helpers.fill_with_reviews(store, 300, due=300)
    return path


def told(path: Path, use: Callable[[Database], object] = store_helpers.digest) -> str:
    """What opening and reading a file says; it must be an error of the store."""
    with pytest.raises(StoreError) as caught:
        use_store(path, use)
    return str(caught.value)


def malformed(path: Path) -> str:
    """What is told of a file whose pages SQLite cannot make sense of."""
    return f"the store is damaged: SQLite says of {path}: database disk image is malformed"


def use_store(path: Path, use: Callable[[Database], object]) -> None:
    """Open a store, use it, close it."""
    store = stores.open_store(path)
    try:
        use(store)
    finally:
        store.close()


def create(path: Path) -> None:
    """Make a new store."""
    stores.create_file(path, start=store_helpers.START, clock_mode="simulated", policy=Policy())


# ── What is there ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_missing_file_is_told_as_missing_and_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "store.db"
    with pytest.raises(StoreMissing, match="there is no store at "):
        stores.open_store(path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_told_as_one(tmp_path: Path) -> None:
    assert told(tmp_path) == f"{tmp_path} is a folder, not a store"


def test_a_device_is_told_as_no_store() -> None:
    assert told(Path(os.devnull)) == f"{os.devnull} is no regular file, and so no store"


@pytest.mark.parametrize("content", [b"", b"hello\n", b"# a text\n" * 2_000, b"\0" * 8_192, b"SQLite format 3\0"])
def test_a_file_of_another_kind_is_told_and_stays_as_it_was(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(content)
    assert told(path) in (f"{path} is not a milepost store", malformed(path))
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("opens", [stores.open_store, migrations.open_as_found])
def test_a_file_that_has_our_numbers_in_their_places_and_is_not_sqlite_s_is_no_store(
    tmp_path: Path, opens: Callable[[Path], object]
) -> None:
    path, version = tmp_path / "store.db", migrations.newest()
    numbers = (version.to_bytes(4, "big"), bytes(4), migrations.APPLICATION_ID.to_bytes(4, "big"))
    path.write_bytes(b"".join([b"x" * 60, *numbers, b"x" * PAGE_BYTES]))
    with pytest.raises(StoreError, match="is not a milepost store"):
        opens(path)


def test_a_database_of_another_program_is_told_and_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with sqlite3.connect(path) as connection:
        connection.executescript("CREATE TABLE store (clock); PRAGMA application_id = 7; PRAGMA user_version = 1")
    connection.close()
    content = path.read_bytes()
    assert told(path) == f"{path} is not a milepost store"
    assert path.read_bytes() == content


def test_a_store_of_a_newer_version_is_told_and_stays_as_it_was(tmp_path: Path) -> None:
    path = made(tmp_path / "store.db")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 9")
    connection.close()
    content = path.read_bytes()
    assert told(path) == f"{path} was written by a newer milepost (store version 9, this one {migrations.newest()})"
    assert path.read_bytes() == content


@pytest.mark.parametrize("kept", [100, 512, PAGE_BYTES, 5 * PAGE_BYTES + 100, 20 * PAGE_BYTES])
def test_a_truncated_store_is_told_as_damaged(tmp_path: Path, kept: int) -> None:
    path = made(tmp_path / "store.db")
    os.truncate(path, kept)
    assert told(path) in (malformed(path), f"{path} is not a milepost store")


def test_garbage_in_a_store_is_told_as_damage(tmp_path: Path) -> None:
    path = made(tmp_path / "store.db")
    content = bytearray(path.read_bytes())
    content[PAGE_BYTES:] = Random(1).randbytes(len(content) - PAGE_BYTES)
    path.write_bytes(content)
    assert told(path) == malformed(path)


def test_making_a_store_leaves_alone_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("mine")
    with pytest.raises(StoreError, match="exists already; nothing was changed"):
        create(path)
    assert path.read_text() == "mine"


# ── What may be done with it ────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def powerless(folder: Path) -> Iterator[None]:
    """As a user who may do only what the modes of files say: root gives up its powers for a while."""
    if os.getuid() != 0:
        yield
        return
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that every user can enter and nobody but its owner can change."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)


def test_a_store_that_may_not_be_written_is_read_and_refuses_what_would_change_it(public_folder: Path) -> None:
    path = made(public_folder / "store.db")
    before = stores.open_store(path)
    stored = store_helpers.digest(before)
    before.close()
    path.chmod(0o444)
    public_folder.chmod(0o555)
    with powerless(public_folder):
        use_store(path, store_helpers.assert_sound)
        assert told(path, lambda store: clock.tick(store, times.MAX_INSTANT)) == f"{path} may not be written to"
        use_store(path, lambda store: compare(store, stored))


def compare(store: Database, stored: str) -> None:
    """The store holds what it held."""
    assert store_helpers.digest(store) == stored


def test_a_store_that_may_not_be_read_is_told(public_folder: Path) -> None:
    path = made(public_folder / "store.db")
    path.chmod(0o000)
    with powerless(public_folder):
        assert told(path) == f"{path} may not be read by you"


def test_a_store_in_a_folder_that_may_not_be_changed_cannot_be_made(public_folder: Path) -> None:
    public_folder.chmod(0o555)
    with powerless(public_folder), pytest.raises(StoreError, match=r"store\.db cannot be made: Permission denied"):
        create(public_folder / "store.db")
    assert list(public_folder.iterdir()) == []


def test_a_full_disk_is_told_and_nothing_is_kept(file_store: Database) -> None:
    store_helpers.fill_with_reviews(file_store, 300, due=300)
    stored = store_helpers.digest(file_store)
    with file_store.write() as connection:  # the same connection serves every writing transaction in turn
        connection.execute("PRAGMA max_page_count = 1")  # SQLite takes the pages that there are
    with pytest.raises(StoreError, match="the disk is full; nothing was changed in "):
        clock.tick(file_store, store_helpers.START + 300 * 86_400)
    assert store_helpers.digest(file_store) == stored
    with file_store.write() as connection:
        connection.execute("PRAGMA max_page_count = 1000000")
    clock.tick(file_store, store_helpers.START + 300 * 86_400)
    assert store_helpers.digest(file_store) != stored


def test_a_second_writer_is_told_that_the_store_is_busy_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "BUSY_SECONDS", 0.05)
    with store_helpers.file_store(tmp_path / "store.db") as first:
        store_helpers.place(first)
        stored = store_helpers.digest(first)
        with first.write():
            second = stores.open_store(tmp_path / "store.db")  # reading goes on meanwhile
            assert store_helpers.digest(second) == stored
            with pytest.raises(StoreBusy, match=r"another process holds .*; nothing was changed"):
                clock.tick(second, store_helpers.START + 9)
        assert store_helpers.digest(second) == stored
        clock.tick(second, store_helpers.START + 9)
        second.close()
        assert store_helpers.clock_of(first) == store_helpers.START + 9


def test_a_writer_is_told_that_a_reader_holds_the_store_and_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "BUSY_SECONDS", 0.05)
    with store_helpers.file_store(tmp_path / "store.db") as first:
        second = stores.open_store(tmp_path / "store.db")
        with second.read() as connection:
            connection.rows("SELECT * FROM store")
            with pytest.raises(StoreBusy):
                clock.tick(first, store_helpers.START + 9)
        assert store_helpers.clock_of(first) == store_helpers.clock_of(second) == store_helpers.START
        clock.tick(first, store_helpers.START + 9)
        assert store_helpers.clock_of(second) == store_helpers.START + 9
        second.close()


def test_what_no_waiting_would_help_is_told_at_once(file_store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "BUSY_SECONDS", 0.05)
    asked = list[str]()

    def commit_twice() -> None:
        with file_store.write() as connection:
            connection.execute("COMMIT")
            connection.set_trace_callback(asked.append)

    with pytest.raises(sqlite3.OperationalError, match="no transaction is active"):
        commit_twice()
    assert asked == ["COMMIT"]


def test_a_store_whose_own_row_is_gone_since_it_was_opened_is_told_as_damaged(file_store: Database) -> None:
    with file_store.trial() as trial, trial.write() as connection:
        connection.execute("DELETE FROM store")
        with pytest.raises(StoreDamaged, match="row 1 of store is missing"):
            settings.read(connection)


# ── In memory ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_two_stores_in_memory_know_nothing_of_each_other_and_one_that_is_closed_is_gone() -> None:
    with store_helpers.memory_store() as first, store_helpers.memory_store(store_helpers.FEES) as second:
        empty = store_helpers.digest(second)
        store_helpers.place(first)
        assert store_helpers.digest(second) == empty
        assert store_helpers.policy_of(first) != store_helpers.policy_of(second)
        third = stores.create_memory(start=store_helpers.START, policy=store_helpers.FEES)
        assert store_helpers.digest(third) == empty
        third.close()
        with pytest.raises(sqlite3.OperationalError, match="no such table"):
            store_helpers.clock_of(third)
        assert store_helpers.digest(second) == empty


def test_a_store_in_memory_is_written_to_a_file_as_it_is(memory_store: Database, tmp_path: Path) -> None:
    store_helpers.fill_with_reviews(memory_store, 20, due=20)
    (tmp_path / "image.db").write_bytes(memory_store.image())
    memory_store.copy_to(tmp_path / "copy.db")
    for name in ("image.db", "copy.db"):
        use_store(tmp_path / name, lambda copy: compare(copy, store_helpers.digest(memory_store)))


# ── What it may be called ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "name",
    [
        "what?.db",
        "a?mode=ro",
        "a#b.db",
        "100%.db",
        "%20.db",
        "%00.db",
        "a&b;c=d.db",
        "with space .db",
        'it\'s "quoted".db',
        "über-绘图-🎨.db",
        "-dash",
        ":memory:",
        "file:a.db",
        os.fsdecode(b"\xff\xfe.db"),
    ],
    ids=ascii,
)
@pytest.mark.parametrize("place", ["file", "folder"])
def test_a_store_may_have_any_name(tmp_path: Path, name: str, place: str) -> None:
    path = tmp_path / name if place == "file" else tmp_path / name / "store.db"
    with store_helpers.file_store(path) as store:
        store_helpers.place(store)
        clock.tick(store, store_helpers.START + 9)
    assert [found for found in tmp_path.rglob("*") if found.is_file()] == [path]
    use_store(path, lambda store: compare_clock(store, store_helpers.START + 9))


def compare_clock(store: Database, instant: int) -> None:
    """The store's clock shows an instant."""
    assert store_helpers.clock_of(store) == instant


def test_a_relative_path_names_the_same_store_wherever_one_goes_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    with store_helpers.file_store(Path("store.db")) as store:
        monkeypatch.chdir(tmp_path / "elsewhere")
        clock.tick(store, store_helpers.START + 9)
    use_store(tmp_path / "store.db", lambda store: compare_clock(store, store_helpers.START + 9))


@pytest.mark.parametrize("use", [create, stores.open_store])
def test_a_name_with_a_zero_byte_is_refused_and_no_other_file_is_made(
    tmp_path: Path, use: Callable[[Path], object]
) -> None:
    with pytest.raises(StoreError, match="cannot be the name of a file"):
        use(tmp_path / "a\0b.db")
    assert list(tmp_path.iterdir()) == []


# ── Copies ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_copy_holds_the_whole_store_and_does_not_replace_a_file(file_store: Database, tmp_path: Path) -> None:
    store_helpers.fill_with_reviews(file_store, 20, due=20)
    file_store.copy_to(tmp_path / "copy.db")
    use_store(tmp_path / "copy.db", lambda copy: compare(copy, store_helpers.digest(file_store)))
    with pytest.raises(StoreError, match="exists already"):
        file_store.copy_to(tmp_path / "copy.db")


def test_copying_the_one_file_of_a_closed_store_copies_the_store(file_store: Database, tmp_path: Path) -> None:
    store_helpers.fill_with_reviews(file_store, 20, due=20)
    stored = store_helpers.digest(file_store)
    file_store.close()
    shutil.copy(file_store.name, tmp_path / "copy.db")
    use_store(tmp_path / "copy.db", lambda copy: compare(copy, stored))


# ── What an error means ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("SQLITE_BUSY", StoreBusy, "another process holds it; nothing was changed"),
        ("SQLITE_BUSY_SNAPSHOT", StoreBusy, "another process holds it; nothing was changed"),
        ("SQLITE_LOCKED", StoreBusy, "another process holds it; nothing was changed"),
        ("SQLITE_LOCKED_SHAREDCACHE", StoreBusy, "another process holds it; nothing was changed"),
        ("SQLITE_NOTADB", StoreError, "it is not a milepost store"),
        ("SQLITE_CORRUPT", StoreDamaged, "the store is damaged: SQLite says of it: whatever it says"),
        ("SQLITE_CORRUPT_INDEX", StoreDamaged, "the store is damaged: SQLite says of it: whatever it says"),
        ("SQLITE_READONLY", StoreError, "it may not be written to"),
        ("SQLITE_READONLY_DIRECTORY", StoreError, "it may not be written to"),
        ("SQLITE_FULL", StoreError, "the disk is full; nothing was changed in it"),
        ("SQLITE_CANTOPEN", StoreError, "it cannot be opened"),
        ("SQLITE_CANTOPEN_ISDIR", StoreError, "it cannot be opened"),
        ("SQLITE_PERM", StoreError, "it may not be opened by you"),
        ("SQLITE_IOERR_WRITE", StoreError, "reading or writing it failed (SQLITE_IOERR_WRITE)"),
        ("SQLITE_IOERR", StoreError, "reading or writing it failed (SQLITE_IOERR)"),
    ],
)
def test_an_error_of_sqlite_is_told_by_its_name(name: str, kind: type[StoreError], expected: str) -> None:
    error = sqlite3.OperationalError("whatever it says")
    error.sqlite_errorname = name
    told = meaning(error, "it")
    assert type(told) is kind
    assert str(told) == expected


@pytest.mark.parametrize("name", ["SQLITE_ERROR", "SQLITE_MISUSE"])
def test_an_error_that_is_our_own_stays_what_it_is(name: str) -> None:
    error = sqlite3.OperationalError("whatever it says")
    error.sqlite_errorname = name
    assert meaning(error, "it") is error


def test_a_constraint_that_trips_is_told_by_its_name() -> None:
    error = sqlite3.IntegrityError("CHECK constraint failed: kind_known")
    error.sqlite_errorname = "SQLITE_CONSTRAINT_CHECK"
    told = meaning(error, "it")
    assert type(told) is StoreError
    assert str(told) == "it refuses what was to be written: CHECK constraint failed: kind_known; nothing was changed"


def test_an_error_that_sqlite_has_not_named_stays_what_it_is() -> None:
    error = sqlite3.ProgrammingError("Cannot operate on a closed database.")
    assert meaning(error, "it") is error


# ── How SQLite is set ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_store_that_is_gone_when_its_first_statement_comes_is_not_made_anew(tmp_path: Path) -> None:
    path = made(tmp_path / "store.db")
    opened = db.open_file(path)
    path.unlink()
    with pytest.raises(StoreError, match="cannot be opened"), opened.write() as connection:
        connection.execute("SELECT 1")
    assert list(tmp_path.iterdir()) == []


def test_a_schema_of_somebody_s_runs_no_function_that_could_do_harm(file_store: Database) -> None:
    with file_store.write() as connection:
        connection.create_function("harm", 0, lambda: 1)
        connection.execute("CREATE TEMP VIEW own AS SELECT harm() AS done")
        assert connection.value("SELECT done FROM own") == 1
        connection.execute("CREATE VIEW foreign_one AS SELECT harm() AS done")
        with pytest.raises(sqlite3.OperationalError, match=r"unsafe use of harm\(\)"):
            connection.value("SELECT done FROM foreign_one")
        connection.execute("DROP VIEW foreign_one")


def test_a_commit_is_on_the_disk_before_it_is_told(file_store: Database) -> None:
    extra = 3
    for transaction in (file_store.read, file_store.write):
        with transaction() as connection:
            assert connection.value("PRAGMA synchronous") == extra


def test_all_waiting_to_write_is_our_own(file_store: Database) -> None:
    for transaction in (file_store.write, file_store.rebuild):
        with transaction() as connection:
            assert connection.value("PRAGMA busy_timeout") == 0
