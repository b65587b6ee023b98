"""Stores for tests. Whatever a test does with one, at its end every history replays to what is stored."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import store_helpers

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
