"""The versions of a store: what the newest text says, how an older store climbs, and what stays as it is."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from itertools import count
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
import store_helpers
from sqlalchemy import create_engine

from milepost.errors import StoreDamaged, StoreError
from milepost.market import stores
from milepost.store import catalog, db, migrations, tables
from milepost.store.db import Connection, Database
from milepost.store.migrations import Made, Schema, remake
from store import kept_helpers
from store.kept_helpers import FIRST, KEPT, queries
from store.process_helpers import FORK
from store.test_roundtrip import A_GIG

NEXT = migrations.newest() + 1


def words(schema: Schema) -> dict[tuple[str, str], str]:
    """What each statement of a schema says, however it is broken into lines."""
    return {(one.type, one.name): one.words for one in schema}


def statements(schema: Schema) -> dict[tuple[str, str], str]:
    """Each statement of a schema, to the letter."""
    return {(one.type, one.name): one.statement for one in schema}


def schema_in(path: Path) -> Schema:
    """Everything that was made in a file, without our own eyes."""
    connection = sqlite3.connect(path)
    try:
        return migrations.schema_of(connection)
    finally:
        connection.close()


# ── The text of the newest version ──────────────────────────────────────────────────────────────────────────────────


def test_the_text_of_the_newest_version_is_what_the_classes_of_the_tables_say(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'classes.db'}")
    tables.METADATA.create_all(engine)
    engine.dispose()
    triggers = [
        Made("trigger", f"{table}_no_{verb.lower()}", table, _append_only(table, verb))
        for table in tables.APPEND_ONLY
        for verb in ("UPDATE", "DELETE")
    ]

    made, told = (
        words(migrations.schema_at(migrations.newest())),
        words([*schema_in(tmp_path / "classes.db"), *triggers]),
    )
    differ = sorted(name for name in made.keys() | told.keys() if made.get(name) != told.get(name))
    assert differ == [], f"store/tables.py and store/versions/{migrations.newest()}.sql say these in two ways"


def _append_only(table: str, verb: str) -> str:
    return (
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.stem)
def test_the_text_of_a_version_is_what_its_program_made(kept: Path) -> None:
    assert words(schema_in(kept)) == words(migrations.schema_at(kept_helpers.born(kept)))


def test_every_version_has_a_text_and_every_one_but_the_first_a_step() -> None:
    texts = sorted(int(path.stem) for path in migrations.VERSIONS.glob("*.sql"))

    assert texts == [1, *migrations.STEPS], "store/versions has other versions than STEPS of store/migrations.py"
    assert texts == [*range(1, migrations.newest() + 1)]


def test_a_new_store_is_of_the_newest_version_in_a_file_and_in_memory(tmp_path: Path) -> None:
    expected = statements(migrations.schema_at(migrations.newest()))
    with store_helpers.file_store(tmp_path / "new.db") as in_file, store_helpers.memory_store() as in_memory:
        for store in (in_file, in_memory):
            with store.read() as connection:
                assert statements(migrations.schema_of(connection)) == expected
            assert store_helpers.rows(store, "PRAGMA user_version") == [(migrations.newest(),)]
            assert store_helpers.rows(store, "PRAGMA integrity_check") == [("ok",)]


# ── A next version, made up ─────────────────────────────────────────────────────────────────────────────────────────


def to_next(connection: Connection, schema: Schema) -> None:
    """What a later version of the store might change: a constraint, a column, a new table."""
    remake(connection, schema, "gigs", "SELECT *, 'en' FROM gigs")
    remake(connection, schema, "tags", "SELECT id, id FROM gigs")


def to_nowhere(connection: Connection, schema: Schema) -> None:
    """A step whose rows do not fit together."""
    to_next(connection, schema)
    connection.execute("INSERT INTO tags VALUES (7, 999)")


def to_damage(connection: Connection, schema: Schema) -> None:
    """A step that leaves an index which is not what its text says."""
    to_next(connection, schema)
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute(
        "UPDATE sqlite_schema SET sql = replace(sql, 'due_at IS NOT NULL', 'due_at IS NULL') WHERE name = 'orders_due'"
    )
    connection.execute(f"PRAGMA schema_version = {connection.value('PRAGMA schema_version') + 1}")


def next_text() -> str:
    """The text of the version after the newest one."""
    text = (migrations.VERSIONS / f"{migrations.newest()}.sql").read_text("utf-8")
    changed = text.replace("    PRIMARY KEY (id),\n    CONSTRAINT milestone_payments_flag", _WITH_LANGUAGE, 1)
    assert changed != text
    return changed + _TAGS


_WITH_LANGUAGE = """\
    language TEXT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT language_known CHECK (language <> ''),
    CONSTRAINT milestone_payments_flag"""
_TAGS = """
CREATE TABLE "tags" (id INTEGER PRIMARY KEY, gig_id INTEGER REFERENCES gigs (id)) STRICT;
CREATE INDEX tags_gig ON tags (gig_id);
CREATE TRIGGER tags_no_delete BEFORE DELETE ON tags BEGIN SELECT RAISE(ABORT, 'tags stay'); END;
"""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A store of the present version with an order and a gig."""
    path = tmp_path / "old.db"
    with store_helpers.file_store(path) as store:
        store_helpers.place(store)
        with store.write() as connection:
            catalog.add_gig(connection, A_GIG, store_helpers.START)
    return path


@pytest.fixture
def later(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, old: Path) -> Path:
    """The old store, in a program of the next version."""
    folder = tmp_path_factory.mktemp("versions")
    for version in range(1, NEXT):
        (folder / f"{version}.sql").write_text((migrations.VERSIONS / f"{version}.sql").read_text("utf-8"), "utf-8")
    (folder / f"{NEXT}.sql").write_text(next_text(), "utf-8")
    monkeypatch.setattr(migrations, "VERSIONS", folder)
    monkeypatch.setattr(migrations, "STEPS", {**migrations.STEPS, NEXT: to_next})
    return old


def dump(path: Path) -> list[str]:
    """A file's schema and rows, without our own eyes."""
    connection = sqlite3.connect(path)
    lines = [*connection.iterdump(), str(connection.execute("PRAGMA user_version").fetchone())]
    connection.close()
    return lines


def copies(path: Path) -> list[Path]:
    """What else lies beside a store."""
    return sorted(found for found in path.parent.iterdir() if found != path)


def test_an_older_store_becomes_what_a_new_one_is_and_a_copy_of_it_stays(later: Path) -> None:
    before = dump(later)
    upgraded = stores.open_store(later)
    assert statements(schema_in(later)) == statements(migrations.schema_at(NEXT))
    assert store_helpers.rows(upgraded, "SELECT title, language FROM gigs") == [("A website", "en")]
    assert store_helpers.rows(upgraded, "SELECT id, gig_id FROM tags") == [(1, 1)]
    store_helpers.assert_sound(upgraded)
    upgraded.close()
    assert [found.name for found in copies(later)] == [f"old.db.v{NEXT - 1}"]
    assert dump(copies(later)[0]) == before
    stores.open_store(later).close()
    assert len(copies(later)) == 1


def test_what_a_table_guards_is_guarded_in_the_one_that_was_made_anew(later: Path) -> None:
    upgraded = stores.open_store(later)
    for statement, told in (
        ("UPDATE gigs SET language = ''", "CHECK constraint failed: language_known"),
        ("UPDATE gigs SET paused = 2", "CHECK constraint failed: paused_flag"),
        ("DELETE FROM tags", "tags stay"),
        ("INSERT INTO tags VALUES (2, 999)", "FOREIGN KEY constraint failed"),
    ):
        with pytest.raises(StoreError, match=told), upgraded.write() as connection:
            connection.execute(statement)
    upgraded.close()


def test_a_copy_that_stands_there_already_is_never_written_over(later: Path) -> None:
    before = dump(later)
    earlier = later.with_name(f"old.db.v{NEXT - 1}")
    earlier.write_text("the copy of an earlier day")
    later.with_name(f"old.db.v{NEXT - 1}-2").symlink_to("nothing is there")
    stores.open_store(later).close()
    assert earlier.read_text() == "the copy of an earlier day"
    assert dump(later.with_name(f"old.db.v{NEXT - 1}-3")) == before
    assert len(copies(later)) == 3


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (to_nowhere, "row 7 of tags names no row of gigs"),
        (to_damage, "row 1 missing from index orders_due"),
    ],
)
def test_a_climb_that_cannot_go_on_leaves_the_older_store(
    later: Path, monkeypatch: pytest.MonkeyPatch, step: Callable[[Connection, Schema], None], told: str
) -> None:
    before = dump(later)
    with monkeypatch.context() as broken:
        broken.setattr(migrations, "STEPS", {**migrations.STEPS, NEXT: step})
        with pytest.raises(StoreError, match="cannot be brought up to date and stays as it was: ") as caught:
            stores.open_store(later)
    assert str(caught.value).endswith(told)
    assert dump(later) == before
    upgraded = stores.open_store(later)  # and with a step that can, it goes on
    assert store_helpers.rows(upgraded, "SELECT language FROM gigs") == [("en",)]
    upgraded.close()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("CREATE INDEX mine ON orders (title)", "its index mine was added"),
        ("CREATE TABLE mine (id INTEGER)", "its table mine was added"),
        ("CREATE VIEW mine AS SELECT 1", "its view mine was added"),
        ("CREATE TRIGGER mine AFTER INSERT ON gigs BEGIN SELECT 1; END", "its trigger mine was added"),
        ("DROP TRIGGER ledger_no_delete", "its trigger ledger_no_delete was dropped"),
        ("DROP INDEX orders_due", "its index orders_due was dropped"),
        ("ALTER TABLE gigs ADD COLUMN mine TEXT", "its table gigs was changed"),
    ],
)
def test_an_older_store_that_somebody_has_changed_is_told_and_stays_as_it_is(
    later: Path, change: str, told: str
) -> None:
    connection = sqlite3.connect(later)
    connection.executescript(change)
    connection.close()
    before = dump(later)

    with pytest.raises(StoreError) as caught:
        stores.open_store(later)

    assert str(caught.value) == f"{later} is of store version {NEXT - 1}, but {told}, so that it stays as it is"
    assert dump(later) == before
    assert copies(later) == []


def test_an_older_store_whose_copy_cannot_be_made_stays_as_it_is(later: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = dump(later)
    monkeypatch.setattr(migrations, "_free_name", lambda name: Path(name).with_name("no folder") / "copy.db")
    with pytest.raises(StoreError, match=r"copy\.db cannot be made: No such file or directory"):
        stores.open_store(later)
    assert dump(later) == before
    assert copies(later) == []


@pytest.mark.parametrize("version", [0, -1, -(2**31)])
def test_a_version_that_no_program_writes_is_no_store_of_ours(old: Path, version: int) -> None:
    connection = sqlite3.connect(old)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    with pytest.raises(StoreDamaged, match=f"of store version {version}, and there is none"):
        stores.open_store(old)


def test_of_several_processes_that_open_an_older_store_at_once_one_brings_it_up_to_date(tmp_path: Path) -> None:
    path = kept_helpers.copied(FIRST[0], tmp_path)
    barrier = FORK.Barrier(4)

    def opens() -> None:
        barrier.wait()
        stores.open_store(path).close()

    children = [FORK.Process(target=opens) for _ in range(4)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0] * 4
    assert [found.name for found in copies(path)] == ["store.db.v1"]
    assert kept_helpers.digests(path, queries(FIRST[0], migrations.newest())) == kept_helpers.taken(FIRST[0])


# ── Killed on the way ───────────────────────────────────────────────────────────────────────────────────────────────

KILLED = 9
LITTLE_MEMORY = "PRAGMA cache_size = 3"  # pages go to the file long before the commit, and a kill leaves a journal


def opening(path: Path, on_statement: Callable[[], None]) -> BaseProcess:
    """A process that opens a store, and tells of every statement of every connection before it runs."""

    def work() -> None:
        connect = Database._connect

        def connected(store: Database, *args: Any, **options: Any) -> Connection:
            connection = connect(store, *args, **options)
            connection.set_trace_callback(lambda statement: on_statement())
            return connection

        db.PRAGMAS = (*db.PRAGMAS, LITTLE_MEMORY)
        Database._connect = connected  # type: ignore[method-assign]
        stores.open_store(path).close()

    child: BaseProcess = FORK.Process(target=work)
    child.start()
    return child


def killed_at(number: int, path: Path) -> bool:
    """Open a store in a process that is gone at the start of its `number`-th statement; False if it has fewer."""
    seen = count(1)

    def dies() -> None:
        if next(seen) == number:
            os._exit(KILLED)

    child = opening(path, dies)
    child.join()
    assert child.exitcode in (0, KILLED)
    return child.exitcode == KILLED


def test_a_climb_killed_at_any_statement_leaves_a_store_that_opens_and_climbs(tmp_path: Path) -> None:
    hot = 0
    for number in count(1):
        kept = FIRST[number % len(FIRST)]
        folder = tmp_path / str(number)
        folder.mkdir()
        path = kept_helpers.copied(kept, folder)
        if not killed_at(number, path):
            break
        hot += path.with_name("store.db-journal").exists()

        assert kept_helpers.digests(path, queries(kept, 1)) == kept_helpers.taken(
            kept
        )  # the commit is the last statement
        assert words(schema_in(path)) == words(migrations.schema_at(1))

        stores.open_store(path).close()
        assert statements(schema_in(path)) == statements(migrations.schema_at(migrations.newest()))
        assert kept_helpers.digests(path, queries(kept, migrations.newest())) == kept_helpers.taken(kept)
        for copy in folder.glob("store.db.v1*"):
            assert kept_helpers.digests(copy, queries(kept, 1)) == kept_helpers.taken(kept)
        shutil.rmtree(folder)
    assert number > 100, f"a climb has {number} statements only"
    assert hot > 50, f"only {hot} kills left a journal behind"
