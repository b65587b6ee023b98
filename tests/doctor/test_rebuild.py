"""A store that is made anew from its histories is the one that they were written in, or is not made."""

import json
import os
import stat
from pathlib import Path
from random import Random
from shutil import copyfile

import pytest
import store_helpers
from cli.shell_helpers import Shell
from store import kept_helpers

from doctor.tamper_helpers import TAMPERINGS, Tampering
from milepost import times
from milepost.core.transitions import Action
from milepost.errors import StoreError
from milepost.market import clock, copies, doctor, orders, stores
from milepost.market.orders import Step
from milepost.policy import Policy
from milepost.store import audit, rebuilt, tables
from milepost.store.replayed import TABLES

BY_NAME = {one.name: one for one in TAMPERINGS}
# What is worked out of histories, and the schema: all that a rebuilt store does not take over.
_OF_HISTORIES = ("an actor", "an action", "an unknown action", "arguments that are no JSON", "a whole history")
_OF_IDS = ("an entry", "a sequence lowered", "a sequence forgotten")
MENDED = [
    one
    for one in TAMPERINGS
    if (one.check in ("schema", "balances", "replay") or one.name in _OF_IDS)
    and one.name not in (*_OF_HISTORIES, "a table dropped")
]
REFUSED = [one for one in TAMPERINGS if one.check == "chain" or one.name in _OF_HISTORIES]


def digest(path: Path) -> str:
    """A hash of every row of a store."""
    db = stores.open_store(path)
    try:
        return store_helpers.digest(db)
    finally:
        db.close()


def test_every_table_is_copied_or_made_of_histories() -> None:
    assert sorted([*rebuilt.COPIED, *TABLES, "balances", "sums"]) == sorted(tables.METADATA.tables)


def test_of_a_sound_store_the_same_is_made(rich: Path, tmp_path: Path) -> None:
    view = copies.rebuild(rich, tmp_path / "new.db")
    assert (view.path, view.findings, view.failed) == (str(tmp_path / "new.db"), [], False)
    assert digest(tmp_path / "new.db") == digest(rich)
    assert stat.S_IMODE((tmp_path / "new.db").stat().st_mode) == 0o600


@pytest.mark.parametrize("kept", kept_helpers.KEPT, ids=lambda kept: kept.stem)
def test_of_a_store_that_has_climbed_the_same_is_made(kept: Path, tmp_path: Path) -> None:
    old = kept_helpers.copied(kept, tmp_path)
    assert not copies.rebuild(old, tmp_path / "new.db").failed
    assert digest(tmp_path / "new.db") == digest(old)


@pytest.mark.parametrize("tampering", MENDED, ids=lambda one: one.name.replace(" ", "-"))
def test_what_histories_lead_to_is_mended(rich: Path, untouched: Path, tampering: Tampering, tmp_path: Path) -> None:
    tampering.do(rich)
    told = Shell(rich)("doctor --json", "--rebuild", str(tmp_path / "new.db"))
    assert (told.code, told.err) == (0, ""), told
    assert digest(tmp_path / "new.db") == digest(untouched)


@pytest.mark.parametrize("tampering", REFUSED, ids=lambda one: one.name.replace(" ", "-"))
def test_a_history_that_is_not_the_one_that_was_written_is_named_and_nothing_is_made(
    rich: Path, tampering: Tampering, tmp_path: Path
) -> None:
    tampering.do(rich)
    before = sorted(os.listdir(tmp_path))
    told = Shell(rich)("doctor --json", "--rebuild", str(tmp_path / "new.db"))
    assert (told.code, told.err) == (7, "")
    answer = json.loads(told.out)
    assert answer["path"] is None
    assert tampering.order in {one["order"] for one in answer["findings"]}
    assert sorted(os.listdir(tmp_path)) == before


def test_an_order_that_is_gone_cannot_be_made_anew(rich: Path, tmp_path: Path) -> None:
    BY_NAME["the first order with all that belongs to it"].do(rich)
    told = Shell(rich)("doctor", "--rebuild", str(tmp_path / "new.db"))
    assert told.code == 7
    assert "Nothing was written" in told.out
    assert "order 1 is gone" in told.out


def test_what_no_history_tells_is_copied_and_what_is_wrong_with_it_is_told(rich: Path, tmp_path: Path) -> None:
    BY_NAME["withdrawals with all that belongs to them"].do(rich)
    told = Shell(rich)("doctor", "--rebuild", str(tmp_path / "new.db"))
    assert told.code == 7
    assert "is made anew" in " ".join(told.out.split())
    assert [one.check for one in doctor.examine(tmp_path / "new.db").findings] == ["ids"]


def test_lost_entries_take_the_ids_that_are_missing_in_the_order_of_time(
    rich: Path, untouched: Path, tmp_path: Path
) -> None:
    Tampering("entries", "DELETE FROM ledger WHERE id IN (3, 4, 11, 23)", "ids").do(rich)
    assert not copies.rebuild(rich, tmp_path / "new.db").failed
    assert digest(tmp_path / "new.db") == digest(untouched)


def test_a_store_of_a_version_that_there_is_not_is_refused(rich: Path, tmp_path: Path) -> None:
    Tampering("version", "PRAGMA user_version = 0; UPDATE keys SET shown = ''", "version").do(rich)
    view = copies.rebuild(rich, tmp_path / "new.db")
    assert [one.check for one in view.findings] == ["version"]
    assert not (tmp_path / "new.db").exists()


def test_a_table_that_is_not_there_is_told_and_nothing_is_made(rich: Path, tmp_path: Path) -> None:
    BY_NAME["a table dropped"].do(rich)
    view = copies.rebuild(rich, tmp_path / "new.db")
    assert [one.fault for one in view.findings] == ["this could not be copied: no such table: messages"]
    assert not (tmp_path / "new.db").exists()


def test_nothing_is_made_in_the_place_of_a_file(rich: Path, tmp_path: Path) -> None:
    (tmp_path / "new.db").write_text("mine")
    with pytest.raises(StoreError, match="exists already"):
        copies.rebuild(rich, tmp_path / "new.db")
    assert (tmp_path / "new.db").read_text() == "mine"


def test_orders_are_made_anew_by_pages(rich: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "PAGE", 2)
    assert not copies.rebuild(rich, tmp_path / "new.db").failed
    assert digest(tmp_path / "new.db") == digest(rich)


# ── Ten thousand orders ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of ten thousand orders, of which a part was ticked, and some were acted on."""
    path = tmp_path_factory.mktemp("many") / "store.db"
    stores.create_file(path, start=store_helpers.START, clock_mode="simulated", policy=Policy(clearance_days=2))
    db, random = stores.open_store(path), Random(1)
    until = store_helpers.fill_with_reviews(db, 10_000, due=4_000, apart_seconds=30)
    clock.tick(db, until)
    for order_id in random.sample(range(5_000, 10_001), 600):
        steps = [Step(Action.APPROVE), Step(Action.CONTINUE), store_helpers.DELIVERY]
        orders.perform(db, order_id, steps[: random.randint(1, 3)])
    clock.tick(db, until + 2 * times.HOUR)
    db.close()
    return path


@pytest.mark.slow
def test_of_ten_thousand_orders_the_same_store_is_made(many: Path, tmp_path: Path) -> None:
    view = copies.rebuild(many, tmp_path / "new.db")
    assert (view.findings, view.checked["orders"]) == ([], 10_000)
    assert digest(tmp_path / "new.db") == digest(many)


@pytest.mark.slow
def test_of_ten_thousand_orders_the_one_whose_history_was_changed_is_named(many: Path, tmp_path: Path) -> None:
    copy = Path(copyfile(many, tmp_path / "store.db"))
    Tampering("at", "UPDATE history SET at = at + 1 WHERE order_id = 7654 AND number = 2", "chain", 7_654).do(copy)
    view = copies.rebuild(copy, tmp_path / "new.db")
    assert {one.order for one in view.findings} == {7_654}
    assert not (tmp_path / "new.db").exists()
