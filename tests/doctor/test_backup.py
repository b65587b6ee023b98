"""A backup is the whole store as it was at one instant, or is not made."""

import json
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import pytest
import store_helpers
from cli.shell_helpers import Shell

from doctor.tamper_helpers import TAMPERINGS
from milepost.market import copies, doctor, ledger, stores
from milepost.store import db as database

BY_NAME = {one.name: one for one in TAMPERINGS}


def digest(path: Path) -> str:
    """A hash of every row of a store."""
    db = stores.open_store(path)
    try:
        return store_helpers.digest(db)
    finally:
        db.close()


def test_a_backup_is_the_same_store_for_its_owner_alone(rich: Path, tmp_path: Path) -> None:
    told = Shell(rich).json("backup", str(tmp_path / "copy.db"))
    assert told == {
        "path": str(tmp_path / "copy.db"),
        "bytes": (tmp_path / "copy.db").stat().st_size,
        "checked": {"orders": 7, "history": 47, "ledger": 23, "offers": 7},
    }
    assert digest(tmp_path / "copy.db") == digest(rich)
    assert doctor.examine(tmp_path / "copy.db").sound
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600


@pytest.mark.parametrize("own", [False, True])
def test_a_backup_takes_no_other_file_s_place(rich: Path, tmp_path: Path, own: bool) -> None:
    other = rich if own else tmp_path / "notes.txt"
    before = other.read_bytes() if own else b"mine"
    other.write_bytes(before)
    told = Shell(rich)("backup", str(other))
    assert (told.code, told.out) == (6, "")
    assert "exists already" in told.err
    assert other.read_bytes() == before


@pytest.mark.parametrize("name", ["two balances", "the clock moved back", "the last order with all that belongs to it"])
def test_of_a_store_in_which_something_is_wrong_no_backup_is_made(rich: Path, tmp_path: Path, name: str) -> None:
    BY_NAME[name].do(rich)
    before = sorted(os.listdir(tmp_path))
    told = Shell(rich)("backup --json", str(tmp_path / "copy.db"))
    assert told.code == 6
    error = json.loads(told.err)["error"]
    assert error["values"] == {"check": BY_NAME[name].check}
    assert error["message"].endswith("; no backup was written")
    assert sorted(os.listdir(tmp_path)) == before


def test_what_is_written_wrong_is_seen_before_it_gets_its_name(
    rich: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(self: database.Database, path: Path) -> None:
        path.write_bytes(rich.read_bytes()[:-4096])

    monkeypatch.setattr(database.Database, "_write", write)
    told = Shell(rich)("backup", str(tmp_path / "copy.db"))
    assert told.code == 6
    assert not (tmp_path / "copy.db").exists()


def test_backups_that_are_made_while_somebody_writes_are_of_one_instant_each(rich: Path, tmp_path: Path) -> None:
    enough, paid = Event(), 0

    def pay() -> None:
        nonlocal paid
        db = stores.open_store(rich)
        while not enough.wait(0.01):
            ledger.withdraw(db, "maria", 1)
            paid += 1
        db.close()

    writer = Thread(target=pay)
    writer.start()
    try:
        counts = []
        for number in range(12):
            copies.backup(rich, tmp_path / f"{number}.db")
            with closing(sqlite3.connect(tmp_path / f"{number}.db")) as copy:
                counts.append(copy.execute("SELECT count(*) FROM ledger").fetchone()[0])
            assert doctor.examine(tmp_path / f"{number}.db").sound
    finally:
        enough.set()
        writer.join()
    assert paid > 0
    assert counts == sorted(counts)
