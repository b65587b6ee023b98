"""Arguments that nobody would type: paths that are none, bytes that are no text, and texts that are no numbers."""

import json
import os

import pytest

from cli.shell_helpers import Shell, process

LONG, DEEP = "x" * 300, "y/" * 3_000
BYTES = os.fsdecode(b"caf\xe9")


@pytest.mark.parametrize("path", ["", LONG, DEEP], ids=["none", "long", "deep"])
@pytest.mark.parametrize("line", ["order list", "rules", "template list", "init"])
def test_a_path_that_can_be_no_store_is_told_with_exit_code_6(shell: Shell, path: str, line: str) -> None:
    told = process("--db", path, *line.split(), "--json", cwd=shell.db.parent)
    assert (told.returncode, told.stdout) == (6, b""), told
    assert json.loads(told.stderr)["error"]["rule"] == "store"


@pytest.mark.parametrize("path", ["", LONG, DEEP], ids=["none", "long", "deep"])
@pytest.mark.parametrize(
    "words", [["scenario", "run"], ["scenario", "check"], ["policy", "show"], ["offer", "create", "--from"]]
)
def test_a_path_that_can_be_no_file_is_told_with_exit_code_6(shell: Shell, path: str, words: list[str]) -> None:
    told = shell(" ".join(words), path, "--json")
    assert (told.code, told.out) == (6, ""), told
    assert json.loads(told.err)["error"]["rule"] == "bad-file"


@pytest.mark.parametrize(
    "words",
    [
        ["gig", "list", "--seller"],
        ["offer", "list", "--client"],
        ["order", "list", "--client"],
        ["order", "list", "--seller"],
        ["ledger", "show", "--account"],
        ["ledger", "balances", "--account"],
        ["inbox", "list", "--for"],
        ["template", "show"],
    ],
    ids=" ".join,
)
def test_bytes_that_are_no_text_are_refused_in_words(shell: Shell, words: list[str]) -> None:
    told = process(*words, BYTES, db=shell.db)
    assert told.returncode in (3, 4), told
    assert b"Traceback" not in told.stderr
    assert told.stderr.startswith(b"error: ")


def test_a_store_may_be_named_by_bytes_that_are_no_text(shell: Shell) -> None:
    folder = shell.db.parent
    assert process("--db", BYTES, "init", "--json", cwd=folder).returncode == 0
    assert process("--db", BYTES, "gig", "list", "--json", cwd=folder).stdout == b"[]\n"


@pytest.mark.parametrize("text", ["1_0", " 1 ", "１", "1.0", "0x1", ""])
@pytest.mark.parametrize("line", ["gig add-milestone 1 --name A --days", "gig show", "order list --limit"])
def test_a_text_that_python_takes_for_a_number_is_none_here(shell: Shell, line: str, text: str) -> None:
    shell.gig()
    told = shell(line, text)
    assert (told.code, told.out) == (2, ""), told
    assert f"{text!r} is not a whole number" in told.err


@pytest.mark.parametrize("line", ["template delete mine", "gig delete 1"])
def test_a_question_that_nobody_can_be_asked_is_a_usage_error_that_names_the_answer(shell: Shell, line: str) -> None:
    shell.gig()
    told = shell(line)
    assert (told.code, told.out) == (2, "")
    assert "there is no terminal to ask at: say --yes" in told.err
    told = shell(f"{line} --json")
    assert (told.code, json.loads(told.err)["error"]["rule"]) == (2, "usage")
    assert len(shell.json("gig list")) == 1
