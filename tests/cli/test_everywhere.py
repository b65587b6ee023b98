"""`--db`, `--as` and `--json` are taken anywhere on the line, `MILEPOST_AS` is `--as`, and `-h` is `--help`."""

import json

import pytest

from cli.shell_helpers import Shell
from cli.tree_helpers import COMMANDS
from milepost.cli.app import run


@pytest.mark.parametrize(
    "line",
    [
        "order deliver 1 --as ana",
        "order --as ana deliver 1",
        "order deliver --as=ana 1",
        "--as maria order deliver 1 --as ana",
        "--as ana order deliver 1",
    ],
)
def test_the_party_is_checked_wherever_it_is_said_and_the_last_one_counts(working: Shell, line: str) -> None:
    if line.startswith("order --as"):
        assert working(line).code == 2  # a noun has no options of its own
        return
    assert working.refused(line) == "actor"


def test_the_store_is_the_one_that_is_said_last(working: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["order", "show", "1", "--db", str(working.db)]) == 0
    assert run(["--db", "/nowhere/else.db", "order", "show", "1", f"--db={working.db}", "--json"]) == 0
    assert capsys.readouterr().out.rstrip().endswith("}")


def test_json_is_printed_wherever_that_is_said(working: Shell) -> None:
    assert json.loads(working("--json order show 1").out) == working.json("order show 1")
    assert json.loads(working("--json order show 9").err)["error"]["rule"] == "not-found"


def test_the_environment_names_the_party_unless_the_line_does(working: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILEPOST_AS", "ana")
    assert working.refused("order deliver 1") == "actor"
    working.ok("order deliver 1 --as maria")
    assert working("demo").code == 0  # a story says itself who acts
    monkeypatch.setenv("MILEPOST_AS", "")
    working.ok("order approve 1")


def test_a_value_that_looks_like_such_an_option_is_a_value(working: Shell) -> None:
    working.ok("gig edit 1 --title --as")
    assert working.json("gig show 1")["title"] == "--as"


@pytest.mark.parametrize("words", ["", *COMMANDS])
def test_a_short_option_shows_the_help(empty: Shell, words: str) -> None:
    assert empty(f"{words} -h") == empty(f"{words} --help")


def test_no_step_of_a_story_goes_to_another_store(working: Shell) -> None:
    told = working("batch -", stdin=b"order show 1 --db other.db")
    assert told.err.splitlines()[0] == "error: stdin:1: '--db' has no place in a story or a batch"
