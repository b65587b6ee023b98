"""Making a store, and the instant that its clock shows."""

from pathlib import Path

from milepost.errors import StoreError
from milepost.policy import Policy
from milepost.store import schema, settings
from milepost.store.db import Database, open_file, open_memory
from milepost.views.stores import StoreView


def create_file(path: Path, *, start: int, clock_mode: str, policy: Policy) -> StoreView:
    """Make a store in a new file. Raises `StoreError` if something is there already."""
    if path.exists():
        raise StoreError(f"{path} exists already; nothing was changed")
    path.parent.mkdir(parents=True, exist_ok=True)
    db = open_file(path, create=True)
    try:
        _fill(db, start, clock_mode, policy)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    finally:
        db.close()
    return StoreView(str(path), start, clock_mode, policy.name)


def create_memory(*, start: int, policy: Policy) -> Database:
    """A store in memory, with a simulated clock."""
    db = open_memory()
    _fill(db, start, "simulated", policy)
    return db


def open_store(path: Path) -> Database:
    """The store at `path`. Raises `StoreMissing` or `StoreError`."""
    return schema.open_store(path)


def settings_of(db: Database) -> settings.Settings:
    """The store's clock, how it moves, and the policy for new orders."""
    with db.read() as connection:
        return settings.read(connection)


def _fill(db: Database, start: int, clock_mode: str, policy: Policy) -> None:
    schema.create(db)
    with db.write() as connection:
        settings.create(connection, start, clock_mode, policy)
