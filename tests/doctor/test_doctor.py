"""The doctor carries out every check on a store in any state, and what it cannot carry out is a finding, too."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import store_helpers
from cli.shell_helpers import Shell

from doctor.tamper_helpers import TAMPERINGS, Tampering
from milepost.core.transitions import Action
from milepost.errors import StoreError
from milepost.market import doctor, orders, stores
from milepost.market.orders import Step
from milepost.store import audit, migrations
from milepost.store.audit import Check, OrderCheck

BY_NAME = {one.name: one for one in TAMPERINGS}


def found(path: Path) -> list[tuple[str, int | None]]:
    """The checks that found something, with its order."""
    return [(one.check, one.order) for one in doctor.examine(path).findings]


def edit(path: Path, script: str) -> None:
    """Change a store as anybody could who has SQLite."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(script)


# ── Every check ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_check_has_a_name_of_its_own_and_a_tampering_that_it_sees() -> None:
    checks = [one.name for one in doctor.CHECKS]
    assert len({*checks}) == len(checks)
    of_several = {"file", "zero-sum", "conserved"}  # what these see, others see as well
    assert {one.check for one in TAMPERINGS} | of_several == {*checks}


def test_a_damaged_index_is_found(rich: Path) -> None:
    edit(
        rich,
        "PRAGMA writable_schema = ON;"
        "UPDATE sqlite_schema SET sql = replace(sql, 'due_at IS NOT NULL', 'due_at IS NULL') WHERE name = 'orders_due'",
    )
    assert ("file", None) in found(rich)


def test_a_charge_without_its_order_s_other_entries_is_not_conserved(rich: Path) -> None:
    edit(rich, "DROP TRIGGER ledger_no_delete; DELETE FROM ledger WHERE order_id = 2 AND kind = 'charge'")
    assert {("balances", None), ("conserved", 2)} <= {*found(rich)}


def test_a_request_of_an_order_that_is_not_there_is_found(rich: Path) -> None:
    edit(rich, "UPDATE requests SET order_id = 99 WHERE id = 1")
    assert ("foreign-keys", None) in found(rich)


def test_an_order_that_cannot_be_read_is_named_and_the_others_of_its_page_are_checked(rich: Path) -> None:
    edit(
        rich,
        "PRAGMA ignore_check_constraints = ON; UPDATE orders SET type = 'barter' WHERE id = 2;"
        "UPDATE orders SET version = 9 WHERE id = 5",
    )
    assert {("replay", 2), ("replay", 5)} == {one for one in found(rich) if one[0] == "replay"}


def test_what_keeps_a_history_from_being_saved_anew_is_told_of_its_order_alone(rich: Path) -> None:
    edit(rich, "PRAGMA ignore_check_constraints = ON; UPDATE orders SET seller = client WHERE id = 6")
    assert [order for check, order in found(rich) if check == "replay"] == [6]


def test_no_check_changes_a_store(rich: Path) -> None:
    before = rich.read_bytes()
    doctor.examine(rich)
    assert rich.read_bytes() == before


def test_orders_are_looked_at_by_pages_and_counted_on_the_way(rich: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "PAGE", 3)
    counts: list[int] = []
    assert doctor.examine(rich, on_progress=counts.append).sound
    assert [count for count in counts if count] == [3, 6, 7] * sum(isinstance(one, OrderCheck) for one in doctor.CHECKS)
    assert counts.count(0) == len(doctor.CHECKS)


def test_a_timer_of_the_very_instant_that_the_clock_shows_may_still_fire(rich: Path) -> None:
    edit(rich, "UPDATE store SET clock = (SELECT min(due_at) FROM orders)")
    assert found(rich) == []


# ── Stores that no other command opens ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["a-table-dropped", "the-store's-row", "a-trigger-added"])
def test_a_store_that_lacks_something_is_looked_at_all_the_same(rich: Path, name: str) -> None:
    BY_NAME[name.replace("-", " ")].do(rich)
    told = Shell(rich)("doctor --json")
    assert (told.code, told.err) == (7, "")
    assert json.loads(told.out)["sound"] is False


def test_without_its_tables_every_check_of_them_is_a_finding(rich: Path) -> None:
    names = [one.name for one in migrations.schema_at(migrations.newest()) if one.type == "table"]
    edit(rich, "PRAGMA foreign_keys = OFF;" + "".join(f"DROP TABLE {name};" for name in names))
    checks = [check for check, _ in found(rich)]
    assert {one.name for one in doctor.CHECKS} - {*checks} == {"file"}


def spoil_schema(path: Path) -> None:
    """Overwrite what the first page tells of tables."""
    with open(path, "r+b") as file:
        file.seek(100)
        file.write(bytes(range(256)) * 10)


def cut(path: Path) -> None:
    """Leave a third of the file."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


def version_zero(path: Path) -> None:
    """Say that the store is of a version that there is not."""
    edit(path, "PRAGMA user_version = 0")


@pytest.mark.parametrize("damage", [spoil_schema, cut, version_zero])
def test_a_damaged_file_is_told_in_findings(rich: Path, damage: Callable[[Path], None]) -> None:
    damage(rich)
    told = Shell(rich)("doctor")
    assert (told.code, told.err) == (7, ""), told
    assert "The store is not sound" in told.out


def test_an_older_store_that_cannot_climb_is_told_with_the_reason(rich: Path) -> None:
    edit(rich, "PRAGMA user_version = 2")
    (finding,) = doctor.examine(rich).findings
    assert finding.check == "version"
    assert finding.fault.endswith("but its table history was changed, so that it stays as it is")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "there is no store at"),
        (lambda path: path.write_bytes(b""), "is not a milepost store"),
        (lambda path: path.write_bytes(b"A text that is no store, and longer than the header of one. " * 9),
         "is not a milepost store"),
        (lambda path: edit(path, "CREATE TABLE notes (id INTEGER)"), "is not a milepost store"),
        (lambda path: edit(path, f"PRAGMA application_id = {migrations.APPLICATION_ID}; PRAGMA user_version = 99"),
         "was written by a newer milepost"),
    ],
    ids=["missing", "empty", "a text", "another's", "a newer one's"],
)  # fmt: skip
def test_what_is_no_store_of_ours_is_an_error(tmp_path: Path, make: Callable[[Path], None], words: str) -> None:
    make(tmp_path / "store.db")
    told = Shell(tmp_path / "store.db")("doctor")
    assert (told.code, told.out) == (6, "")
    assert words in told.err


def test_a_store_that_somebody_writes_to_is_busy_and_not_unsound(rich: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("milepost.store.db.BUSY_SECONDS", 0.1)
    with closing(sqlite3.connect(rich, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        assert Shell(rich)("doctor").code == 5


# ── What is told ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_sound_store_is_said_to_be_sound(rich: Path) -> None:
    told = Shell(rich).ok("doctor")
    assert told.out == "The store is sound (7 orders, 47 history, 23 ledger, 7 offers).\n"


def test_a_finding_names_its_check_its_order_the_fault_and_what_can_be_done(rich: Path) -> None:
    BY_NAME["version"].do(rich)
    told = Shell(rich)("doctor --json")
    assert told.code == 7
    assert json.loads(told.out)["findings"] == [
        {
            "check": "replay",
            "order": 5,
            "fault": "its row is not what its history leads to: version is 3, not 2",
            "remedy": "milepost doctor --rebuild FILE",
        }
    ]


def test_a_clock_that_was_moved_is_told_with_the_tick_that_mends_it(rich: Path) -> None:
    BY_NAME["the clock moved past timers"].do(rich)
    shell = Shell(rich)
    told = json.loads(shell("doctor --json").out)
    (remedy,) = {one["remedy"] for one in told["findings"]}
    shell.ok(remedy.removeprefix("milepost "))
    shell.ok("doctor")


def test_checks_are_of_the_store_or_of_orders() -> None:
    assert {type(one) for one in doctor.CHECKS} == {Check, OrderCheck}


def test_an_action_that_is_not_known_is_told_where_an_order_is_looked_at(tmp_path: Path) -> None:
    with store_helpers.file_store(tmp_path / "store.db") as db:
        orders.perform(db, store_helpers.place(db), [store_helpers.DELIVERY, Step(Action.APPROVE)])
    Tampering("an action", "UPDATE history SET action = 'sleep' WHERE number = 2", "replay").do(tmp_path / "store.db")
    db = stores.open_store(tmp_path / "store.db")
    with pytest.raises(StoreError, match="row 1, 2 of history cannot be read: 'sleep' is not known here"):
        orders.history(db, 1)
    db.close()
