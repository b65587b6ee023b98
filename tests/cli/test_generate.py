"""`milepost generate`: which store it makes, what it says, and what it refuses."""

from pathlib import Path

import pytest
from store_helpers import digest_at

from cli.shell_helpers import Shell


def test_a_store_is_made_and_told_of_as_status_does(empty: Shell) -> None:
    told = empty.ok("generate --orders 40")
    assert told.err == "Next: milepost order list --limit 20\n"
    assert told.out == empty.ok("status").out
    assert len(empty.json("order list --limit 100")) == 40
    assert empty.json("doctor")["findings"] == []


def test_a_store_is_made_from_a_time_and_under_a_policy(empty: Shell) -> None:
    empty.ok("generate --orders 3 --start 2030-02-01 --policy terms-2024")
    told = empty.json("status")
    assert (told["policy"], told["clock"]) == ("terms-2024", "2030-07-31T18:00:00Z")
    assert empty.json("order show 1")["placed_at"] > "2030-02-01"


def test_a_relative_start_counts_from_the_usual_one(tmp_path: Path) -> None:
    usual, later = Shell(tmp_path / "usual.db"), Shell(tmp_path / "later.db")
    usual.ok("generate --orders 1 --start 2026-01-06")
    later.ok("generate --orders 1 --start +1d")
    assert digest_at(usual.db) == digest_at(later.db)


def test_the_same_words_make_the_same_store(tmp_path: Path) -> None:
    first, second, other = (Shell(tmp_path / f"{number}.db") for number in range(3))
    for shell, seed in ((first, 7), (second, 7), (other, 8)):
        shell.ok(f"generate --orders 20 --seed {seed}")
    assert digest_at(first.db) == digest_at(second.db) != digest_at(other.db)


def test_a_store_that_is_there_stays_as_it_is(shell: Shell) -> None:
    before = digest_at(shell.db)
    told = shell("generate --orders 3")
    assert (told.code, told.out) == (6, "")
    assert told.err.startswith(f"error: {shell.db} exists already; nothing was changed")
    assert digest_at(shell.db) == before


@pytest.mark.parametrize(
    ("words", "code"),
    [("", 2), ("--orders 0", 2), ("--orders many", 2), ("--orders 3 --seed -1", 2), ("--orders 1000001", 2),
     ("--orders 3 --start 2096-01-01", 4), ("--orders 3 --policy nobodys", 6)],
)  # fmt: skip
def test_what_cannot_be_generated_makes_no_store(empty: Shell, words: str, code: int) -> None:
    assert empty(f"generate {words}").code == code
    assert list(empty.db.parent.iterdir()) == []


def test_a_generated_store_can_be_worked_with(empty: Shell) -> None:
    empty.ok("generate --orders 30")
    working = empty.json("order list --phase working")[0]["id"]
    empty.ok(f"order deliver {working} --link https://example.com/work")
    empty.ok("order tick --by +30d")
    empty.ok("doctor")
