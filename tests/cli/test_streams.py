"""Real processes: closed pipes, full disks, colours, odd encodings, and a machine without a home."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from cli.shell_helpers import Shell, environment, process

MILEPOST = f"{sys.executable} -m milepost"


def in_bash(line: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash."""
    return subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, check=False, env=environment(**variables), timeout=60
    )


@pytest.mark.parametrize("words", ["rules", "rules --json", "demo", "--help"])
def test_a_reader_that_has_seen_enough_ends_it_quietly(words: str) -> None:
    told = in_bash(f"{MILEPOST} {words} | head -1 >/dev/null; exit ${{PIPESTATUS[0]}}")
    assert (told.returncode, told.stderr) == (0, "")


@pytest.mark.parametrize("words", ["gig subcategories", "rules --json", "gig subcategories --json"])
def test_a_full_disk_is_told_in_a_line(words: str) -> None:
    told = in_bash(f"{MILEPOST} {words} >/dev/full")
    error = "done, but the answer could not be shown: No space left on device"
    if "--json" not in words:
        assert (told.returncode, told.stderr) == (8, f"error: {error}\n")
        return
    assert told.returncode == 8
    assert json.loads(told.stderr) == {"error": {"rule": "not-shown", "message": error, "values": {}}}


def test_what_cannot_be_shown_is_done_all_the_same(working: Shell) -> None:
    told = in_bash(f"{MILEPOST} order deliver 1 --json >/dev/full", MILEPOST_DB=str(working.db))
    assert (told.returncode, json.loads(told.stderr)["error"]["rule"]) == (8, "not-shown")
    assert working.json("order show 1")["phase"] == "review"


def test_a_full_disk_behind_stderr_takes_no_answer_away(working: Shell) -> None:
    working.offer()
    told = in_bash(f"{MILEPOST} order tick --by +1d --dry-run 2>/dev/full", MILEPOST_DB=str(working.db))
    assert told.returncode == 0
    assert told.stdout
    assert in_bash(f"{MILEPOST} order show 9 2>/dev/full", MILEPOST_DB=str(working.db)).returncode == 3


@pytest.mark.parametrize("streams", [">/dev/full 2>&1", ">&-", "<&- >&- 2>&-"])
def test_no_stream_that_fails_makes_a_traceback(tmp_path: Path, streams: str) -> None:
    db = tmp_path / "store.db"
    told = in_bash(f"{MILEPOST} init {streams}", MILEPOST_DB=str(db))
    assert "Traceback" not in told.stdout + told.stderr
    assert Shell(db).json("gig list") == []


def test_output_that_is_piped_has_no_colours(working: Shell) -> None:
    working.ok("order deliver 1")
    told = process("order", "show", "1", db=working.db)
    assert told.returncode == 0
    assert b"\x1b" not in told.stdout + told.stderr
    refused = process("order", "deliver", "1", db=working.db)
    assert refused.returncode == 4
    assert b"\x1b" not in refused.stdout + refused.stderr


def on_a_terminal(*words: str, **variables: str) -> bytes:
    """What a command writes where its stdout is a terminal."""
    ours, theirs = pty.openpty()
    env = environment(TERM="xterm-256color", COLUMNS="100", **variables)
    told = process(*words, env=env, stdout=theirs)
    os.close(theirs)
    assert told.returncode == 0
    shown = b""
    while True:
        try:
            some = os.read(ours, 65_536)
        except OSError:
            break
        if not some:
            break
        shown += some
    os.close(ours)
    return shown


def test_a_terminal_sees_colours_unless_it_asked_for_none(working: Shell) -> None:
    words, db = ("order", "show", "1"), str(working.db)
    assert b"\x1b[36m" in on_a_terminal(*words, MILEPOST_DB=db)
    plain = on_a_terminal(*words, MILEPOST_DB=db, NO_COLOR="1")
    assert b"\x1b[3" not in plain
    assert b"active" in plain


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
@pytest.mark.parametrize("words", [["gig", "show", "1"], ["gig", "show", "1", "--json"]])
def test_a_terminal_that_lacks_characters_gets_what_it_can_show(shell: Shell, encoding: str, words: list[str]) -> None:
    shell.ok("gig create --seller maria --subcategory 'Logo Design' --basic 150:7 --title", "Ünïcode 漢字 → 👩‍👩‍👧")
    shell.offer()
    told = process(*words, env=environment(shell.db, PYTHONIOENCODING=encoding))
    assert (told.returncode, told.stderr) == (0, b"")
    if "--json" in words:
        assert json.loads(told.stdout.decode(encoding))["title"] == "Ünïcode 漢字 → 👩‍👩‍👧"


def test_words_that_are_not_unicode_are_refused_in_words(shell: Shell) -> None:
    words = ["gig", "create", "--seller", "maria", "--subcategory", "Logo Design", "--basic", "150:7"]
    told = process(*words, "--title", os.fsdecode(b"caf\xe9"), db=shell.db)
    assert told.returncode == 4
    assert b"[names]" in told.stderr
    assert shell.json("gig list") == []


def test_the_demo_runs_on_a_machine_without_a_home(tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"]}
    told = process("demo", env=env, cwd=tmp_path)
    assert (told.returncode, told.stderr) == (0, b"")
    text = told.stdout.decode()
    assert "completed (review-expired)" in text
    assert "Payment ledger" in text
    assert not list(tmp_path.iterdir())


def test_a_tick_with_many_orders_shows_no_progress_where_nobody_watches(working: Shell) -> None:
    working.ok("order deliver 1")
    told = process("order", "tick", "--by", "+9d", db=working.db)
    assert (told.returncode, told.stderr) == (0, b"")
