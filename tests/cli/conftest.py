"""A shell on a store of its own."""

from pathlib import Path

import pytest

from cli.shell import Shell


@pytest.fixture
def empty(tmp_path: Path) -> Shell:
    """A shell whose store is not made yet."""
    return Shell(tmp_path / "store.db")


@pytest.fixture
def shell(empty: Shell) -> Shell:
    """A shell on a new store, its clock at `START`."""
    empty.init()
    return empty
