"""What a command says when it cannot do it: exit codes, the error's two forms, and nothing but data on stdout."""

import json
import sqlite3
from pathlib import Path
from shutil import copyfile

import pytest

from cli.shell_helpers import Shell
from milepost.rules import RULES
from milepost.store.db import open_file


def test_a_command_that_is_done_exits_0(shell: Shell) -> None:
    assert shell("gig list").code == 0


@pytest.mark.parametrize(
    "line",
    [
        "nosuch",
        "order nosuch",
        "order show",
        "order show one",
        "order show 0",
        "order show 1 2",
        "order show 1 --nosuch",
        "order tick --now 2026-03-01 --next",
        "order list --limit 0",
        "gig create --title Logo",
        "gig create --title Logo --seller maria --subcategory 'Logo Design' --basic 150",
        "gig add-milestone 1 --name A --days two",
        "gig add-milestone 1 --name A --days 2 --revisions lots",
        "gig add-milestone 1 --name A --days 2 --package gold",
        "gig add-milestone 1 --name A --days 2 --price basic",
        "gig milestone-payments 1 maybe",
        "offer create --gig 1 --client ana --milestone Sketches",
        "offer create --gig 1 --client ana --type milestone --milestone A:1:1",
        "init --clock sundial",
        "order list --status bogus",
        "offer list --status bogus",
    ],
)
def test_words_that_are_no_command_exit_2_with_an_error_and_the_help_to_read(shell: Shell, line: str) -> None:
    told = shell(line)
    assert (told.code, told.out) == (2, "")
    error, hint = told.err.splitlines()
    assert error.startswith("error: ")
    assert hint.startswith("hint: milepost")
    assert hint.endswith("--help")
    as_json = json.loads(shell(line, "--json").err)
    assert as_json.keys() == {"error"}
    assert as_json["error"].keys() == {"rule", "message", "values"}


@pytest.mark.parametrize(
    ("line", "noun", "list_"),
    [
        ("order show 7", "order", "order list"),
        ("order deliver 7", "order", "order list"),
        ("order history 7", "order", "order list"),
        ("order timers 7", "order", "order list"),
        ("order tick --until-done 7", "order", "order list"),
        ("ledger show --order 7", "order", "order list"),
        ("ledger balances --order 7", "order", "order list"),
        ("gig show 7", "gig", "gig list"),
        ("gig add-milestone 7 --name A --days 1", "gig", "gig list"),
        ("offer create --gig 7 --client ana --price 5 --days 1", "gig", "gig list"),
        ("offer show 7", "offer", "offer list"),
        ("offer accept 7", "offer", "offer list"),
    ],
)
def test_what_is_not_there_exits_3_and_the_hint_lists_what_is(shell: Shell, line: str, noun: str, list_: str) -> None:
    told = shell(line)
    assert (told.code, told.out) == (3, "")
    assert told.err.splitlines() == [f"error: there is no {noun} 7", f"hint: milepost {list_}"]
    assert shell(list_).code == 0
    error = json.loads(shell(line, "--json").err)["error"]
    assert error == {"rule": "not-found", "message": f"there is no {noun} 7", "values": {"noun": noun, "key": 7}}


@pytest.mark.parametrize(
    ("line", "noun"),
    [
        ("gig show", "gig"), ("gig add-milestone --name A --days 1", "gig"), ("offer show", "offer"),
        ("offer accept", "offer"), ("offer create --client ana --price 5 --days 1 --gig", "gig"),
        ("order show", "order"), ("order timers", "order"), ("order tick --until-done", "order"),
        ("order deliver", "order"), ("ledger show --order", "order"), ("ledger balances --order", "order"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("id", [2**31, 2**63 - 1, 2**63, 10**30])
def test_an_id_of_any_size_is_only_not_found(shell: Shell, line: str, noun: str, id: int) -> None:
    told = shell(line, str(id))
    assert (told.code, told.out) == (3, "")
    assert told.err.startswith(f"error: there is no {noun} {id}\n")


def test_a_refusal_exits_4_and_names_its_rule_and_the_next_command(working: Shell) -> None:
    order = 1
    told = working(f"order stop {order}")
    assert (told.code, told.out) == (4, "")
    error, hint = told.err.splitlines()
    assert error.startswith("error: ")
    assert error.endswith("[stop-when]")
    assert hint.startswith("hint: milepost order ")


def complete(hint: str) -> bool:
    """Whether a hint is a command as it stands, rather than advice or one with words to fill in."""
    words = hint.split()
    return words[0] == "milepost" and not any(word.isupper() or "…" in word for word in words)


REFUSALS = [
    "order stop 1", "order approve 1", "order continue 1", "order revise 1", "offer accept 1", "offer withdraw 1",
    "order tick --now 2020-01-01", "--as eve order deliver 1", "--as ana order deliver 1", "--as eve offer accept 2",
    "order deliver 2", "order deliver 3", "order revise 3", "order tick --until-done 1",
    "gig create --title A --seller B --subcategory C --basic 0.001:1", "gig add-milestone 4 --name A --days 1",
    "offer create --gig 1 --client ana --milestone A:1:1", "offer create --gig 2 --client ana --price 5",
    "gig add-substep 1 9 --name A", "ledger balances --order 99", "offer show 99",
]  # fmt: skip


@pytest.fixture(scope="module")
def refusing(new_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """Orders in work, ended, and in their last milestone's review; a gig without milestones; an offer that is open."""
    shell = Shell(copyfile(new_store, tmp_path_factory.mktemp("refusing") / "store.db"))
    for _ in range(3):
        shell.order("A:1:5", "B:1:5")
    for verb in ("deliver", "approve", "stop"):
        shell.ok(f"order {verb} 2")
    for line in ("deliver 3", "approve 3 --continue", "deliver 3 --link https://example.com"):
        shell.ok(f"order {line}")
    shell.gig(basic="5:1")
    shell.offer()
    return shell


@pytest.mark.parametrize("line", REFUSALS)
def test_a_hint_that_is_a_whole_command_works_as_printed(refusing: Shell, empty: Shell, line: str) -> None:
    shell = Shell(copyfile(refusing.db, empty.db))
    told = shell(line)
    assert told.code in (3, 4), told
    hints = [one.removeprefix("hint: ") for one in told.err.splitlines() if one.startswith("hint: ")]
    assert len(hints) <= 1
    for hint in filter(complete, hints):
        assert shell(hint.removeprefix("milepost ")).code == 0, hint


def test_a_refusal_with_json_is_one_object_on_stderr(working: Shell) -> None:
    order = 1
    told = working(f"order approve {order} --json")
    assert (told.code, told.out) == (4, "")
    error = json.loads(told.err)["error"]
    assert error["rule"] == "review-window"
    assert error["message"]
    assert error["values"]["order"] == order


def test_all_faults_of_an_offer_are_told_at_once(shell: Shell) -> None:
    shell.gig()
    told = shell("offer create --gig 1 --client Ana! --milestone A:31:5 --milestone B:0:5")
    assert told.code == 4
    assert sorted(told.rules) == ["names", "offer-milestone-days", "offer-milestone-days"]
    error = json.loads(shell("offer create --gig 1 --client Ana! --milestone A:31:5 --milestone B:0:5 --json").err)[
        "error"
    ]
    assert {error["rule"], *(one["rule"] for one in error["also"])} == {"names", "offer-milestone-days"}
    assert shell.json("offer list") == []


def test_a_store_that_another_process_holds_exits_5(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("milepost.store.db.BUSY_SECONDS", 0.05)
    shell.gig()
    with open_file(shell.db).write():
        told = shell("gig create --title Logo --seller maria --subcategory 'Logo Design' --basic 150:7:2")
        as_json = shell("gig milestone-payments 1 off --json")
    assert (told.code, told.out) == (5, "")
    assert "another process holds" in told.err
    assert "hint: try again" in told.err
    assert json.loads(as_json.err)["error"]["rule"] == "busy"
    assert len(shell.json("gig list")) == 1


def test_a_missing_store_exits_6_with_the_line_that_makes_it(empty: Shell) -> None:
    told = empty("gig list")
    assert (told.code, told.out) == (6, "")
    error, hint = told.err.splitlines()
    assert error == f"error: there is no store at {empty.db}"
    assert hint == f"hint: milepost --db {empty.db} init"
    assert empty(hint.split(maxsplit=4)[-1]).code == 0
    assert empty("gig list").code == 0


def test_the_line_that_makes_a_store_is_quoted_for_the_shell(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "my store; rm $HOME.db")
    hint = shell("gig list").err.splitlines()[-1]
    assert hint == f"hint: milepost --db '{shell.db}' init"


def test_a_missing_store_is_told_in_json_too(empty: Shell) -> None:
    told = empty("order list --json")
    assert (told.code, told.out) == (6, "")
    assert json.loads(told.err)["error"]["rule"] == "no-store"


def test_init_on_a_file_that_is_there_exits_6_and_changes_nothing(shell: Shell) -> None:
    before = shell.db.read_bytes()
    told = shell("init")
    assert (told.code, told.out) == (6, "")
    assert told.err.startswith(f"error: {shell.db} exists already; nothing was changed")
    assert shell.db.read_bytes() == before


@pytest.mark.parametrize("place", ["a-file/store.db", "a-file", ".", "/proc/store.db", "/dev/full"])
def test_init_where_no_file_can_be_made_exits_6_and_names_the_place(tmp_path: Path, place: str) -> None:
    (tmp_path / "a-file").write_text("not a folder")
    shell = Shell(tmp_path / place)
    told = shell("init")
    assert (told.code, told.out) == (6, "")
    assert told.err.startswith(f"error: {shell.db} ")
    assert (tmp_path / "a-file").read_text() == "not a folder"


def test_init_in_a_folder_that_does_not_exist_yet_makes_it(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "a" / "b" / "store.db")
    shell.init()
    assert shell.json("gig list") == []


@pytest.mark.parametrize(
    "line", ["init --start 1999-01-01", "init --start yesterday", "init --policy nosuch", "init --policy no.toml"]
)
def test_init_with_a_bad_start_or_policy_leaves_no_file(empty: Shell, line: str) -> None:
    told = empty(line)
    assert told.code in (2, 4, 6)
    assert told.err.startswith("error: ")
    assert not empty.db.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"just some text that is long enough to be looked at", "is not a milepost store"), (b"", "not a milepost store")],
)
def test_a_foreign_file_exits_6_and_says_so(empty: Shell, content: bytes, words: str) -> None:
    empty.db.write_bytes(content)
    for line in ("gig list", "gig create --title A --seller m --subcategory x --basic 150:1"):
        told = empty(line)
        assert (told.code, told.out) == (6, "")
        assert words in told.err
    assert empty.db.read_bytes() == content


def test_another_program_s_database_exits_6_and_stays_as_it_is(empty: Shell) -> None:
    with sqlite3.connect(empty.db) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    connection.close()
    before = empty.db.read_bytes()
    told = empty("gig list")
    assert (told.code, told.out) == (6, "")
    assert "is not a milepost store" in told.err
    assert empty.db.read_bytes() == before


def test_a_store_of_a_newer_version_exits_6_and_says_so(shell: Shell) -> None:
    with sqlite3.connect(shell.db) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    told = shell("gig list")
    assert told.code == 6
    assert "newer milepost" in told.err
    assert "99" in told.err


def test_a_folder_in_the_store_s_place_exits_6(tmp_path: Path) -> None:
    told = Shell(tmp_path)("gig list")
    assert told.code == 6
    assert "is a folder" in told.err


@pytest.mark.parametrize("line", ["gig create --from no.toml", "offer create --from no.toml", "demo no.toml"])
def test_a_file_that_is_not_there_exits_6_and_is_named(shell: Shell, line: str) -> None:
    told = shell(line)
    assert (told.code, told.out) == (6, "")
    assert told.err.startswith("error: no.toml: cannot be read")


def test_a_delivered_file_that_is_not_there_exits_6_and_nothing_is_delivered(working: Shell, tmp_path: Path) -> None:
    order = 1
    told = working(f"order deliver {order}", "--file", str(tmp_path / "no.svg"))
    assert told.code == 6
    assert "no.svg" in told.err
    assert working.json(f"order show {order}")["phase"] == "working"


def test_a_gig_that_lacks_something_exits_7_with_the_rule_on_stdout(shell: Shell) -> None:
    shell.gig()
    shell.ok("gig add-milestone 1 --name Sketches --days 3")
    told = shell("gig check 1")
    assert (told.code, told.err) == (7, "")
    assert "[gig-milestones-min]" in told.out
    assert shell("gig check 1 --json").json["complete"] is False


def test_books_that_do_not_balance_exit_7(working: Shell) -> None:
    with sqlite3.connect(working.db) as connection:
        connection.execute("UPDATE balances SET balance_cents = balance_cents + 1 WHERE account = 'escrow:1'")
    connection.close()
    told = working("ledger check")
    assert told.code == 7
    assert "escrow:1" in told.out
    assert working("ledger check --json").json["balanced"] is False


def test_a_tick_back_in_time_is_refused_and_the_hint_works_as_printed(shell: Shell) -> None:
    told = shell("order tick --now 2026-01-05T08:59:59Z")
    assert (told.code, told.rules) == (4, ["clock-forward"])
    hint = told.err.splitlines()[-1].removeprefix("hint: milepost ")
    assert shell(hint).code == 0


def test_every_rule_that_a_refusal_names_is_in_the_list_of_rules(working: Shell) -> None:
    lines = ["order stop 1", "order approve 1", "order continue 1", "order revise 1", "offer accept 1"]
    lines += ["order tick --now 2020-01-01", "gig create --title A --seller B --subcategory C --basic 0.001:1"]
    named = {rule for line in lines for rule in working(line).rules}
    assert named
    assert named <= RULES.keys()
    assert named <= {one["id"] for one in working.json("rules")}
