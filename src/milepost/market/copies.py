"""Copies of a store: a backup of it as it is, and one that is made anew from its histories."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from milepost.errors import StoreDamaged
from milepost.market import doctor
from milepost.market.stores import check_new
from milepost.store import audit, migrations, rebuilt
from milepost.store.audit import Fault, Remedy
from milepost.store.damage import UNREADABLE
from milepost.store.db import Database, opened
from milepost.store.new_file import appearing
from milepost.views.doctor import BackupView, RebuiltView


def backup(path: Path, target: Path) -> BackupView:
    """A copy of the store at `path` in a new file, while others may write; it is checked before it gets its name.

    Raises `StoreDamaged` if something is wrong in it, and `StoreError`; nothing was written then.
    """
    check_new(target)
    counted: dict[str, int] = {}

    def check(copy: Database) -> None:
        view = doctor.check(copy, doctor.QUICK)
        for one in view.findings:
            raise StoreDamaged(f"{one.fault} ({one.check}); no backup was written", {"check": one.check})
        counted.update(view.checked)

    db = migrations.open_store(path)
    try:
        db.copy_to(target, finish=check)
    finally:
        db.close()
    return BackupView(str(target), target.stat().st_size, counted)


def rebuild(path: Path, target: Path, *, on_progress: Callable[[int], None] = lambda count: None) -> RebuiltView:
    """A new store at `target` with what the histories of the one at `path` lead to, and the rest as it is.

    Refused, with a finding for each order whose history is not whole, and for what cannot be copied: then nothing was
    written. Other findings are what is still wrong in the new one. Raises `StoreError`.
    """
    check_new(target)
    db, fault = migrations.open_as_found(path)
    try:
        if fault is not None:
            return RebuiltView(None, [doctor.finding("version", Fault(fault))], {})
        found = doctor.faults(db, audit.WANTED, on_progress)
        refused = [doctor.finding(name, fault) for name, fault in found if fault.remedy is Remedy.RESTORE]
        if refused:
            return RebuiltView(None, refused, {})
        return _made_anew(db, target, on_progress)
    except (StoreDamaged, sqlite3.Error, *UNREADABLE) as error:
        return RebuiltView(None, [doctor.finding("copy", Fault(f"this could not be copied: {error}"))], {})
    finally:
        db.close()


def _made_anew(db: Database, target: Path, on_progress: Callable[[int], None]) -> RebuiltView:
    with appearing(target) as beside:
        beside.write_bytes(migrations.new_image())
        with opened(beside) as new:
            with db.read() as old, new.rebuild() as connection:
                rebuilt.fill(old, connection, on_progress)
            view = doctor.check(new, on_progress=on_progress)
    return RebuiltView(str(target), view.findings, view.checked)
