"""The doctor: every check of a store, one after the other, each carried out as far as it can be.

Whatever state a store is in, it is looked at without being changed, and a check that cannot be carried out is a
finding like any other. Each check, and each page of orders of a check, has a view of the store of its own, so that
others can write meanwhile.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from milepost import commands, times
from milepost.errors import StoreBusy
from milepost.market import ledger
from milepost.store import audit, migrations, orders, replayed
from milepost.store.audit import Check, Fault, OrderCheck, Remedy
from milepost.store.db import Connection, Database
from milepost.views.doctor import DiagnosisView, DoctorView

AnyCheck = Check | OrderCheck
CHECKS: Sequence[AnyCheck] = (
    *audit.FILE,
    *audit.SETTINGS,
    *ledger.CHECKS,
    audit.WITHDRAWALS,
    *audit.HISTORIES,
    *audit.BESIDE,
)
QUICK: Sequence[AnyCheck] = [check for check in CHECKS if isinstance(check, Check)]
COUNTED = ("orders", "history", "ledger", "offers")


def examine(path: Path, *, on_progress: Callable[[int], None] = lambda count: None) -> DoctorView:
    """Every check of the store at `path`, whatever has become of it.

    Raises `StoreMissing`, `StoreBusy`, and `StoreError` for what is no store of ours, or a newer program's.
    """
    db, fault = migrations.open_as_found(path)
    try:
        view = check(db, on_progress=on_progress)
    finally:
        db.close()
    if fault is None:
        return view
    return DoctorView(False, [finding("version", Fault(fault)), *view.findings], view.checked)


def check(
    db: Database, checks: Sequence[AnyCheck] = CHECKS, *, on_progress: Callable[[int], None] = lambda count: None
) -> DoctorView:
    """Some checks of an open store, or every one. Raises `StoreBusy`."""
    findings = [finding(name, fault) for name, fault in faults(db, checks, on_progress)]
    return DoctorView(not findings, findings, _counted(db))


def faults(db: Database, checks: Sequence[AnyCheck], on_progress: Callable[[int], None]) -> Iterator[tuple[str, Fault]]:
    """What some checks find, beside their names. Raises `StoreBusy`."""
    for one in checks:
        on_progress(0)
        found = _whole(db, one) if isinstance(one, Check) else _by_pages(db, one, on_progress)
        yield from ((one.name, fault) for fault in found)


def _counted(db: Database) -> dict[str, int]:
    """How much there is of what can be counted."""
    counted: dict[str, int] = {}
    for table in COUNTED:
        with suppress(_NotDone), _looking(db) as connection:
            counted |= audit.counts(connection, (table,))
    return counted


def _whole(db: Database, check: Check) -> list[Fault]:
    try:
        with _looking(db) as connection:
            return list(check.look(connection))
    except _NotDone as error:
        return [error.fault()]


def _by_pages(db: Database, check: OrderCheck, on_progress: Callable[[int], None]) -> Iterator[Fault]:
    last_id = count = 0
    try:
        while ids := _next_page(db, last_id):
            yield from _of_page(db, check, ids)
            last_id, count = ids[-1], count + len(ids)
            on_progress(count)
    except _NotDone as error:
        yield error.fault()


def _next_page(db: Database, last_id: int) -> list[int]:
    """The ids that come next; of a damaged table others can come too, for ever. Raises `_NotDone`."""
    with _looking(db) as connection:
        return [order_id for order_id in orders.ids_after(connection, last_id, audit.PAGE) if order_id > last_id]


def _of_page(db: Database, check: OrderCheck, ids: Sequence[int]) -> list[Fault]:
    """The faults of some orders; where the check cannot be carried out, by halves, until it is known of which."""
    try:
        with _looking(db) as connection:
            return list(check.look(connection, ids))
    except _NotDone as error:
        if len(ids) == 1:
            return [error.fault(ids[0])]
        middle = len(ids) // 2
        return [*_of_page(db, check, ids[:middle]), *_of_page(db, check, ids[middle:])]


class _NotDone(Exception):
    """What keeps a check from being carried out."""

    def fault(self, order_id: int | None = None) -> Fault:
        """The same as a fault."""
        return Fault(f"this could not be checked: {self}", order_id)


@contextmanager
def _looking(db: Database) -> Iterator[Connection]:
    """A view of the store. Raises `_NotDone` for whatever is not as it must be to be read, and `StoreBusy`."""
    try:
        with db.read() as connection:
            yield connection
    except StoreBusy:
        raise
    except replayed.CANNOT as error:
        raise _NotDone(str(error) or repr(error)) from error


def finding(check: str, fault: Fault) -> DiagnosisView:
    """The view of what a check found."""
    return DiagnosisView(check, fault.order, fault.text, _remedy(fault))


def _remedy(fault: Fault) -> str:
    """What can be done about a fault, in words."""
    if fault.until is not None:
        at = times.format_instant(fault.until) if times.MIN_INSTANT <= fault.until <= times.MAX_INSTANT else None
        return commands.TICK_TO.line({"until": at}) if at else _RESTORE
    return _WORDS[fault.remedy]


_RESTORE = "restore a backup"
_REBUILD = commands.REBUILD.line({})
_WORDS = {
    Remedy.RESTORE: _RESTORE,
    Remedy.REBUILD: _REBUILD,
    Remedy.EITHER: f"{_REBUILD}, or {_RESTORE}",
    Remedy.TICK: _RESTORE,
}
