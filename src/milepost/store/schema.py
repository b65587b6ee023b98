"""The file's identity and its versions: a fresh store, a foreign file, a newer one, an older one.

A step takes a store from one version to the next; a fresh store takes them all, so that both are the same. Steps run
in one transaction, after a copy of the old file was made.
"""

from collections.abc import Callable
from itertools import chain, count
from pathlib import Path

from sqlalchemy import Connection

from milepost.errors import StoreError
from milepost.store.db import Database, open_file

APPLICATION_ID = 0x6D6C7074  # "mlpt"


def _tables(connection: Connection) -> None:
    from milepost.store.tables import APPEND_ONLY, METADATA

    METADATA.create_all(connection)
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            connection.exec_driver_sql(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


STEPS: tuple[Callable[[Connection], None], ...] = (_tables,)


def create(db: Database) -> None:
    """Make an empty store of the newest version in an empty file."""
    with db.write() as connection:
        _climb(connection, 0)


def check(db: Database) -> None:
    """Refuse by name what is not a store of this version, and bring an older store up to it. Raises `StoreError`."""
    with db.read() as connection:
        application = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    if application != APPLICATION_ID:
        raise StoreError(f"{db.name} is not a milepost store")
    if version > len(STEPS):
        raise StoreError(f"{db.name} was written by a newer milepost (store version {version}, this one {len(STEPS)})")
    if version < len(STEPS):
        _upgrade(db, version)


def open_store(path: Path) -> Database:
    """The store at `path`, checked. Raises `StoreMissing` or `StoreError`."""
    db = open_file(path)
    try:
        check(db)
    except BaseException:
        db.close()
        raise
    return db


def _upgrade(db: Database, version: int) -> None:
    db.copy_to(_free_name(f"{db.name}.v{version}"))
    with db.write() as connection:
        if connection.exec_driver_sql("PRAGMA user_version").scalar_one() == version:
            _climb(connection, version)


def _free_name(name: str) -> Path:
    """`name`, or the first of `name-2`, `name-3`, … that nothing has: a copy of an earlier attempt stays."""
    names = chain([name], (f"{name}-{number}" for number in count(2)))
    return next(path for path in map(Path, names) if not path.exists())


def _climb(connection: Connection, version: int) -> None:
    for step in STEPS[version:]:
        step(connection)
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise StoreError(f"the store's tables do not fit together: {broken[0]}")
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version = {len(STEPS)}")
