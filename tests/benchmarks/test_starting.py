"""Whole processes, as people start them, beside the least that Python could do: importing SQLModel, and nothing at all.

Their bytecode is kept as it is for users.
"""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from benchmarks.conftest import Measure

ROUNDS = 15
STORY = """\
init --start 2026-01-05T09:00:00Z
gig create --title 'Logo design' --seller maria --subcategory 'Logo Design' --basic 150:12:2
offer create --gig 1 --client ana --milestone Sketches:5:60.00:1 --milestone Files:3:90.00
offer accept 1
order deliver 1 --message Here
"""
SQLMODEL, NOTHING = "import sqlmodel", "pass"
SHOW_AND_MOVE = ("order show 1", "order list", "order tick --by +1h", "ledger balances")
MILEPOST = (sys.executable, "-m", "milepost")


def process(words: tuple[str, ...], extra: Mapping[str, str]) -> Callable[[], None]:
    """Runs a process of its own."""
    given = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | extra

    def run() -> None:
        subprocess.run(words, check=True, capture_output=True, env=given)

    return run


@pytest.fixture
def starts(tmp_path: Path, beside: Measure) -> Callable[..., None]:
    """Measures a command line as a process beside a line of Python."""
    store = {"MILEPOST_DB": str(tmp_path / "store.db")}
    for line in STORY.splitlines():
        process((*MILEPOST, *shlex.split(line)), store)()

    def measure(line: str, base: str, wanted: float, **extra: str) -> None:
        told = process((*MILEPOST, *shlex.split(line)), store | extra)
        name = f"`milepost {' '.join(line.split()[:5])}`" if line else "completing a word"
        beside(
            f"{name} beside `{base}`",
            told, process((sys.executable, "-c", base), {}), wanted=wanted, rounds=ROUNDS,
        )  # fmt: skip

    return measure


@pytest.mark.parametrize(("base", "wanted"), [(SQLMODEL, 0.33), (NOTHING, 13)])
@pytest.mark.parametrize("line", SHOW_AND_MOVE)
def test_a_command_that_reads_or_moves_orders(starts: Callable[..., None], line: str, base: str, wanted: float) -> None:
    starts(line, base, wanted)


@pytest.mark.parametrize(("base", "wanted"), [(SQLMODEL, 0.25), (NOTHING, 10)])
@pytest.mark.parametrize("line", SHOW_AND_MOVE)
def test_the_same_with_json(starts: Callable[..., None], line: str, base: str, wanted: float) -> None:
    starts(f"{line} --json", base, wanted)


@pytest.mark.parametrize("line", ["gig show 1", "offer create --gig 1 --client ana --price 90 --days 5"])
def test_a_command_that_reads_gigs(starts: Callable[..., None], line: str) -> None:
    starts(line, SQLMODEL, 1.15)


@pytest.mark.parametrize(("line", "wanted"), [("--help", 7), ("order deliver --help", 7), ("--version", 1.6)])
def test_what_only_tells_words(starts: Callable[..., None], line: str, wanted: float) -> None:
    starts(line, NOTHING, wanted)


def test_completing_a_word(starts: Callable[..., None]) -> None:
    starts("", NOTHING, 6.5, _MILEPOST_COMPLETE="complete_bash", COMP_WORDS="milepost ord", COMP_CWORD="1")
