"""Making a store, and the instant that its clock shows."""

from pathlib import Path

from milepost.errors import StoreError
from milepost.policy import Policy
from milepost.store import migrations, settings
from milepost.store.db import Database, check_name
from milepost.store.new_file import appearing
from milepost.views.stores import StoreView


def create_file(path: Path, *, start: int, clock_mode: str, policy: Policy) -> StoreView:
    """Make a store in a new file, whole or not at all. Raises `StoreError` if something is there already."""
    check_name(path)
    db = _new(start, clock_mode, policy)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with appearing(path) as beside:
            beside.write_bytes(db.image())
    except OSError as error:
        raise StoreError(f"{path} cannot be made: {error.strerror}") from error
    finally:
        db.close()
    return StoreView(str(path), start, clock_mode, policy.name)


def create_memory(*, start: int, policy: Policy) -> Database:
    """A store in memory, with a simulated clock."""
    return _new(start, "simulated", policy)


def open_store(path: Path) -> Database:
    """The store at `path`. Raises `StoreMissing` or `StoreError`."""
    return migrations.open_store(path)


def settings_of(db: Database) -> settings.Settings:
    """The store's clock, how it moves, and the policy for new orders."""
    with db.read() as connection:
        return settings.read(connection)


def _new(start: int, clock_mode: str, policy: Policy) -> Database:
    db = migrations.new_memory()
    with db.write() as connection:
        settings.create(connection, start, clock_mode, policy)
    return db
