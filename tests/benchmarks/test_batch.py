"""A batch's lines, each kept when it is done, beside bare commits of the same disk; and all of them kept at the end."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

import store_helpers

from benchmarks.conftest import Measure
from milepost.market import stores
from milepost.policy import STANDARD
from milepost.store.db import PRAGMAS

LINES, ROUNDS = 500, 5
OFFER = "offer create --gig 1 --client ana --milestone Sketches:5:60.00:1 --milestone Files:3:90.00"


def batch(path: Path, lines: list[str], *options: str) -> None:
    """Run the lines in a process of their own."""
    words = [sys.executable, "-m", "milepost", "--db", str(path), "batch", "-", *options, "--json"]
    subprocess.run(words, input="\n".join(lines), check=True, capture_output=True, text=True)


def commits(path: Path) -> None:
    """As many transactions of a row each, as safe as the store's."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in PRAGMAS:
        connection.execute(pragma)
    connection.execute("CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, text TEXT)")
    for _ in range(LINES):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO rows (text) VALUES ('a row')")
        connection.execute("COMMIT")
    connection.close()


def test_a_batch_beside_bare_commits(tmp_path: Path, beside: Measure, note: Callable[[str], None]) -> None:
    path = tmp_path / "store.db"
    stores.create_file(path, start=store_helpers.START, clock_mode="simulated", policy=STANDARD)
    db = stores.open_store(path)
    plain = store_helpers.terms()
    agreed = plain._replace(milestones=tuple(one._replace(zoom=True) for one in plain.milestones))
    for _ in range(LINES):
        store_helpers.place(db, agreed)
    db.close()
    orders = [f"order set-call {number} --link https://example.com/" for number in range(1, LINES + 1)]
    calls = count(1)

    def lines() -> list[str]:
        call = next(calls)
        return [f"{line}{call} --at +{call}d" for line in orders]

    beside(
        f"a batch of {LINES} lines, each kept when done, beside {LINES} bare commits",
        lambda: batch(path, lines()), lambda: commits(tmp_path / "bare.db"), wanted=2.5, rounds=ROUNDS,
    )  # fmt: skip
    for what, some in (("order set-call", lines()), ("offer create", _offers(path))):
        begin = time.perf_counter()
        batch(path, some, "--atomic")
        note(f"{len(some) / (time.perf_counter() - begin):,.0f} lines of `{what}` a second in a batch with --atomic")


def _offers(path: Path) -> list[str]:
    gig = "gig create --title Logos --seller maria --subcategory 'Logo Design' --basic 150:12:2"
    batch(path, [gig])
    return [OFFER] * LINES
