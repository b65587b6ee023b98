"""An interrupt ends a command, a story or a trial where it is: one line, exit code 130, never a traceback."""

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

import pytest
from story_helpers import GIG_STORY, step

from cli.shell_helpers import Shell, environment
from milepost.cli.scenario_steps import run_command
from milepost.market import gigs, orders
from milepost.store.db import Database

STORY = GIG_STORY + step("gig show site") + step("order list", "+1d")


def interrupt(*args: object, **options: object) -> NoReturn:
    """What Python raises where the user has pressed Ctrl-C."""
    raise KeyboardInterrupt


def test_a_command_that_is_interrupted_says_so_in_a_line(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gigs, "listing", interrupt)
    for line in ("gig list", "gig list --json"):
        told = shell(line)
        assert (told.code, told.out, told.err) == (130, "", "interrupted\n")


def test_an_interrupted_story_does_not_go_on_and_is_no_failed_one(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(gigs, "show", interrupt)
    monkeypatch.setattr(orders, "listing", lambda *args, **options: asked.append(args))
    for line in ("scenario run -", "demo -", "scenario explore -", "scenario compare - --policy standard"):
        told = shell(line, stdin=STORY.encode())
        assert (told.code, told.out, told.err) == (130, "", "interrupted\n")
    assert asked == []


def test_a_step_that_is_interrupted_interrupts_whoever_ran_it(
    memory_store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gigs, "listing", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run_command(memory_store, ["gig", "list"])


def test_an_interrupted_trial_says_so_and_keeps_nothing(working: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    before = working.json("order show 1")
    with monkeypatch.context() as patch:
        patch.setattr(orders, "perform", interrupt)
        told = working("order what-if 1 deliver")
    assert (told.code, told.out, told.err) == (130, "", "interrupted\n")
    assert working.json("order show 1") == before


@pytest.mark.parametrize("when", ["milepost.cli.app", "milepost.cli.options", "milepost.store.db"])
def test_an_interrupt_while_the_program_is_being_loaded_is_no_traceback_either(working: Shell, when: str) -> None:
    code = f"""
import builtins, sys
real = builtins.__import__
def imported(name, *args):
    if name == {when!r}:
        raise KeyboardInterrupt
    return real(name, *args)
builtins.__import__ = imported
sys.argv = ["milepost", "order", "show", "1"]
from milepost.__main__ import main
main()
"""
    words, env = [sys.executable, "-c", code], environment(working.db)
    told = subprocess.run(words, capture_output=True, text=True, check=False, env=env, timeout=60)
    assert (told.returncode, told.stdout, told.stderr) == (130, "", "interrupted\n")


def wait_until_it_reads(process: subprocess.Popen[bytes], seconds: float = 5.0) -> None:
    """Wait until a process waits for its input, as far as the system tells; else for some seconds."""
    told, until = Path(f"/proc/{process.pid}/wchan"), time.monotonic() + seconds
    while time.monotonic() < until and not (told.exists() and "pipe" in told.read_text()):
        time.sleep(0.05)


def test_a_process_that_waits_for_input_is_interrupted_by_its_signal(shell: Shell) -> None:
    words = [sys.executable, "-m", "milepost", "gig", "create", "--from", "-"]
    with subprocess.Popen(words, stdin=-1, stdout=-1, stderr=-1, env=environment(shell.db)) as process:
        wait_until_it_reads(process)
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, b"", b"interrupted\n")
    assert shell.json("gig list") == []
