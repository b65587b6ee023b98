"""Whole processes: a command that reads the store, and the help, beside the least that Python could do."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import store_helpers

from benchmarks.conftest import Measure
from milepost.market import stores
from milepost.policy import STANDARD

ROUNDS = 15


def process(*arguments: str) -> Callable[[], None]:
    """Runs Python with these arguments, its bytecode kept as it is for users."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def run() -> None:
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True, env=environment)

    return run


def test_order_show_beside_importing_sqlmodel(tmp_path: Path, beside: Measure) -> None:
    path = tmp_path / "store.db"
    stores.create_file(path, start=store_helpers.START, clock_mode="simulated", policy=STANDARD)
    db = stores.open_store(path)
    order_id = store_helpers.place(db)
    db.close()
    beside(
        "`milepost order show` beside `python -c 'import sqlmodel'`",
        process("-m", "milepost", "--db", str(path), "order", "show", str(order_id)),
        process("-c", "import sqlmodel"),
        wanted=0.9, rounds=ROUNDS,
    )  # fmt: skip


def test_help_beside_an_empty_program(beside: Measure) -> None:
    beside(
        "`milepost --help` beside `python -c pass`",
        process("-m", "milepost", "--help"), process("-c", "pass"), wanted=14, rounds=ROUNDS,
    )  # fmt: skip
