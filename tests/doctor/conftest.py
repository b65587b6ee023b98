"""The rich store that tests of the doctor copy, made once."""

import sqlite3
from contextlib import closing
from pathlib import Path
from shutil import copyfile

import pytest

from doctor.rich_helpers import rich_store


@pytest.fixture(scope="session")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rich store that nobody changes."""
    path = rich_store(tmp_path_factory.mktemp("rich") / "store.db")
    with closing(sqlite3.connect(path)) as connection:
        row = ("once", bytes(16), 1_767_603_600, 1, '{"id": 1}', "1")
        connection.execute("INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?)", row)
        connection.commit()
    return path


@pytest.fixture
def rich(untouched: Path, tmp_path: Path) -> Path:
    """A copy of the rich store."""
    return Path(copyfile(untouched, tmp_path / "store.db"))
