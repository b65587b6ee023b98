"""Stores for tests. Whatever a test does with one, at its end every history replays to what is stored."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import store_helpers
from proof import report_helpers

from milepost.store.db import Database


@pytest.fixture
def memory_store() -> Iterator[Database]:
    """A new store in memory, its clock at `store_helpers.START`; it must be sound at the end."""
    with store_helpers.memory_store() as db:
        yield db


@pytest.fixture
def file_store(tmp_path: Path) -> Iterator[Database]:
    """A new store in a file, its clock at `store_helpers.START`; it must be sound at the end."""
    with store_helpers.file_store(tmp_path / "store.db") as db:
        yield db


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of `tests/proof`: how much of it is done. They stand here, where pytest sees them in time."""
    group = parser.getgroup("proof", "the proof that nothing is lost (tests/proof)")
    group.addoption("--long", action="store_true", help="Take hours: the long form, unless the counts below say else.")
    for name, what in report_helpers.COUNTS.items():
        group.addoption(f"--{name}", type=int, metavar="N", help=f"{what.told}: {what.short:,}, long {what.long:,}.")
    group.addoption("--seed", type=int, default=0, metavar="N", help="What the proof's random choices begin with: 0.")
    group.addoption("--cases", metavar="FOLDER", help="Where failing inputs are written; else a temporary folder.")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What the proof has counted, as a table."""
    report_helpers.summarize(terminalreporter)
