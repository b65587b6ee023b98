"""Stores that somebody has damaged: each is told in words of its own, with its table and row, and no traceback."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cli.shell_helpers import Shell, Told

UNGUARDED = "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;"
SCHEMA_FORMAT = 47  # the last byte of the header's number of it


def spoil(db: Path, script: str) -> None:
    """Change a store's file as anybody could who has SQLite."""
    with closing(sqlite3.connect(db, isolation_level=None)) as connection:
        connection.executescript(UNGUARDED)
        guards = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name}")
        connection.executescript(script)
        for _, text in guards:
            connection.execute(text)


def damage(told: Told, db: Path) -> str:
    """What is told of a damaged store, in one line; the next line says what to do."""
    assert (told.code, told.out) == (6, ""), told
    error, hint = told.err.splitlines()
    assert hint == f"hint: milepost --db {db} doctor"
    return error.removeprefix("error: the store is damaged: ")


@pytest.fixture
def stocked(working: Shell) -> Shell:
    """A store with a message, a template and a request beside its order."""
    working.ok("inbox send --from ana --to maria --gig 1 'A fox?'")
    working.ok("gig add-milestone 1 --name Draft --days 3")
    working.ok("gig add-milestone 1 --name Ink --days 3")
    working.ok("template save 1 --name mine")
    working.ok("resolution open 1 --whole --by seller --reason cannot-deliver")
    return working


BROKEN = {
    "a dropped table": ("DROP TABLE balances", "order list", "its table balances was dropped"),
    "a view in the place of a table": (
        "ALTER TABLE balances RENAME TO kept; CREATE VIEW balances AS SELECT * FROM kept",
        "ledger balances",
        "its table balances was dropped",
    ),
    "a dropped column": ("ALTER TABLE gigs DROP COLUMN faq", "gig list", "its table gigs was changed"),
    "an added column": ("ALTER TABLE gigs ADD COLUMN more TEXT", "gig list", "its table gigs was changed"),
    "a dropped index": ("DROP INDEX once_per_milestone", "gig list", "its index once_per_milestone was dropped"),
    "a raising trigger": (
        "CREATE TRIGGER more BEFORE INSERT ON gigs BEGIN SELECT RAISE(ABORT, 'no'); END",
        "gig list",
        "its trigger more was added",
    ),
    "a doubling trigger": (
        "CREATE TRIGGER more AFTER INSERT ON ledger BEGIN UPDATE balances SET balance_cents = balance_cents * 2; END",
        "order approve 1",
        "its trigger more was added",
    ),
    "a view of somebody's": ("CREATE VIEW more AS SELECT 1", "gig list", "its view more was added"),
    "no row of its own": ("DELETE FROM store", "order list", "row 1 of store is missing"),
    "no clock": (
        "UPDATE store SET clock = 9",
        "order list",
        "row 1 of store cannot be read: 9 is no instant between the years 2000 and 2100",
    ),
    "a clock of nobody's": (
        "UPDATE store SET clock_mode = 'stopped'",
        "order list",
        "row 1 of store cannot be read: 'stopped' is not known here",
    ),
    "no policy": ("DELETE FROM policies", "order show 1", "row 1 of policies is missing"),
    "a policy that is no JSON": (
        "UPDATE policies SET numbers = '['",
        "order show 1",
        "row 1 of policies cannot be read: Expecting value: line 1 column 2 (char 1)",
    ),
    "a policy of words": (
        "UPDATE policies SET numbers = json_set(numbers, '$.review_hours', 'long')",
        "order show 1",
        "row 1 of policies cannot be read: the number review_hours of the policy 'standard' cannot be 'long'",
    ),
    "no milestones": ("DELETE FROM milestones", "order show 1", "row 1, 1 of milestones is missing"),
    "an unknown state": (
        "UPDATE milestones SET state = 'lost' WHERE position = 3",
        "order show 1",
        "row 1, 3 of milestones cannot be read: 'lost' is not known here",
    ),
    "an unknown status": (
        "UPDATE orders SET status = 'lost'",
        "order list",
        "row 1 of orders cannot be read: 'lost' is not known here",
    ),
    "an unknown actor": (
        "UPDATE history SET actor = 'nobody'",
        "order history 1",
        "row 1, 1 of history cannot be read: 'nobody' is not a valid Actor",
    ),
    "an unknown action": (
        "UPDATE history SET action = 'sleep'",
        "order show 1",
        "row 1, 1 of history cannot be read: 'sleep' is not known here",
    ),
    "arguments that are no JSON": (
        "UPDATE history SET args = 'x'",
        "order history 1",
        "row 1, 1 of history cannot be read: Expecting value: line 1 column 1 (char 0)",
    ),
    "arguments that are no whole numbers": (
        """UPDATE history SET args = '{"id": 1e999}'""",
        "order history 1",
        "row 1, 1 of history cannot be read: 1e999 is no whole number",
    ),
    "an unknown kind of entry": (
        "UPDATE ledger SET kind = 'gift'",
        "ledger show",
        "row 1 of ledger cannot be read: 'gift' is not a valid Kind",
    ),
    "a request that is gone": (
        "DELETE FROM requests",
        "order show 1",
        "row 1 of requests is missing",
    ),
    "an unknown asker": (
        "UPDATE requests SET asker = 'nobody'",
        "resolution list",
        "row 1 of requests cannot be read: 'nobody' is not a valid Actor",
    ),
    "an unknown tier": (
        "UPDATE packages SET tier = 'gold'",
        "gig list",
        "row 1, gold of packages cannot be read: 'gold' is not known here",
    ),
    "questions that are no pairs": (
        "UPDATE gigs SET faq = '[1]'",
        "gig show 1",
        "row 1 of gigs cannot be read: milepost.core.gig.Faq() argument after * must be an iterable, not int",
    ),
    "a workflow that is no JSON": (
        "UPDATE gig_milestones SET substeps = 'x' WHERE position = 2",
        "gig show 1",
        "row 1, 2 of gig_milestones cannot be read: Expecting value: line 1 column 1 (char 0)",
    ),
    "a template that is none": (
        "UPDATE templates SET milestones = '[7]'",
        "template list",
        "row mine of templates cannot be read: 'int' object is not subscriptable",
    ),
    "an offer of nothing": (
        "DELETE FROM offer_milestones",
        "offer list",
        "row 1, 1 of offer_milestones is missing",
    ),
    "an unknown sender": (
        "UPDATE messages SET sender = 'nobody'",
        "inbox list",
        "row 1 of messages cannot be read: 'nobody' is not a valid Actor",
    ),
    "a conversation without a word": (
        "DELETE FROM messages",
        "inbox list",
        "row of conversation 1 of messages is missing",
    ),
    "an instant that there is not": (
        "UPDATE milestones SET started_at = 9223372036854775807 WHERE position = 1",
        "order show 1",
        "milestones has 9223372036854775807 as its started_at, which is no instant",
    ),
    "a text that is no UTF-8": (
        "UPDATE gigs SET title = CAST(x'fffe' AS TEXT)",
        "gig list",
        "{db} holds a text that is not UTF-8: Could not decode to UTF-8 column 'title' with text '\ufffd\ufffd'",
    ),
    "a version that is none": (
        "PRAGMA user_version = -1",
        "gig list",
        "{db} says that it is of store version -1, and there is none",
    ),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_store_is_told_in_words_of_its_own(stocked: Shell, broken: str) -> None:
    script, line, expected = BROKEN[broken]
    spoil(stocked.db, script)
    content = stocked.db.read_bytes()
    assert damage(stocked(line), stocked.db) == expected.format(db=stocked.db)
    assert stocked.db.read_bytes() == content


def test_damage_is_told_as_json_with_its_table_and_row(stocked: Shell) -> None:
    spoil(stocked.db, "UPDATE milestones SET state = 'lost' WHERE position = 3")
    told = stocked("order show 1 --json")
    message = "the store is damaged: row 1, 3 of milestones cannot be read: 'lost' is not known here"
    error = {"rule": "damaged", "message": message, "values": {"table": "milestones", "row": "1, 3"}}
    assert (told.code, json.loads(told.err)) == (6, {"error": error})


def test_an_unknown_file_format_is_told(stocked: Shell) -> None:
    with open(stocked.db, "r+b") as file:
        file.seek(SCHEMA_FORMAT)
        file.write(b"\x09")
    assert "names a file format that SQLite does not know" in damage(stocked("order list"), stocked.db)


def test_a_schema_that_is_no_text_is_told(stocked: Shell) -> None:
    content = stocked.db.read_bytes()
    stocked.db.write_bytes(content.replace(b"INDEX ix_gigs_seller ON", b"INDEX ix_gigs_s\xff\xfeler ON"))
    assert stocked.db.read_bytes() != content
    assert stocked.db.name in damage(stocked("order list"), stocked.db)


def test_a_store_in_wal_mode_is_told_and_taken_again_once_it_is_set_back(stocked: Shell) -> None:
    spoil(stocked.db, "PRAGMA journal_mode = WAL")
    told = stocked("order list")
    assert told.code == 6
    assert "is in WAL mode, in which its one file can lack what was saved last" in told.err
    spoil(stocked.db, "PRAGMA journal_mode = DELETE")
    stocked.ok("order list")


def test_an_order_that_is_gone_but_has_a_history_is_told_when_another_would_take_its_place(
    working: Shell,
) -> None:
    working.offer()
    spoil(working.db, "DELETE FROM milestones; DELETE FROM orders")
    told = working("offer accept 2")
    assert (told.code, told.out) == (6, "")
    assert "UNIQUE constraint failed" in told.err
    assert "nothing was changed" in told.err


def test_what_went_wrong_in_a_sound_store_stays_a_mistake_of_the_program(
    working: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("milepost.market.orders.listing", lambda *args, **options: {}["nothing"])
    with pytest.raises(KeyError, match="nothing"):
        working("order list")
