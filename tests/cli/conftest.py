"""A shell on a store of its own."""

from pathlib import Path
from shutil import copyfile

import pytest

from cli.shell_helpers import Shell


@pytest.fixture
def empty(tmp_path: Path) -> Shell:
    """A shell whose store is not made yet."""
    return Shell(tmp_path / "store.db")


@pytest.fixture(scope="session")
def new_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new store, its clock at `START`, to be copied."""
    made = Shell(tmp_path_factory.mktemp("new") / "store.db")
    made.init()
    return made.db


@pytest.fixture(scope="session")
def store_at_work(new_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one order of three milestones, the first of them in work; to be copied."""
    made = Shell(copyfile(new_store, tmp_path_factory.mktemp("work") / "store.db"))
    made.order()
    return made.db


@pytest.fixture
def working(empty: Shell, store_at_work: Path) -> Shell:
    """A shell on a store with gig 1, offer 1 and order 1, of three milestones, the first of them in work."""
    copyfile(store_at_work, empty.db)
    return empty


@pytest.fixture
def shell(empty: Shell, new_store: Path) -> Shell:
    """A shell on a new store, its clock at `START`."""
    copyfile(new_store, empty.db)
    return empty
