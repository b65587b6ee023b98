"""Making a store, and the instant that its clock shows."""

from collections.abc import Callable
from pathlib import Path

from milepost import times
from milepost.errors import ClockAhead, StoreError
from milepost.policy import Policy
from milepost.store import damage, due, migrations, settings
from milepost.store.db import Database, check_name
from milepost.store.new_file import check_free
from milepost.views.stores import StoreView

FOLLOWED_SECONDS = 60 * times.DAY  # further than that a store follows the machine's clock only when it is told to


def create_file(
    path: Path, *, start: int, clock_mode: str, policy: Policy, fill: Callable[[Database], None] | None = None
) -> StoreView:
    """Make a store in a new file, whole or not at all; empty, or with what `fill` writes in it.

    Raises `StoreError` if something is there already, and what `fill` does.
    """
    db = _new(start, clock_mode, policy)
    try:
        keep(db, path, fill)
    finally:
        db.close()
    return StoreView(str(path), start, clock_mode, policy.name)


def check_new(path: Path) -> None:
    """Refuse what cannot be the name of a new store. Raises `StoreError`."""
    check_name(path)
    check_free(path)


def keep(db: Database, path: Path, finish: Callable[[Database], None] | None = None) -> None:
    """Write a store in memory to a new file, whole or not at all. Raises `StoreError` if something is there already.

    `finish` is given the file's store before it gets its name.
    """
    check_name(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{path} cannot be made: {error.strerror}") from error
    db.copy_to(path, finish=finish)


def create_memory(*, start: int, policy: Policy) -> Database:
    """A store in memory, with a simulated clock."""
    return _new(start, "simulated", policy)


def open_store(path: Path) -> Database:
    """The store at `path`. Raises `StoreMissing` or `StoreError`."""
    return migrations.open_store(path)


def clock_of(db: Database) -> tuple[int, str]:
    """The store's clock, and who moves it: simulated or system."""
    with db.peek() as connection:
        return settings.clock_mode(connection)


def follow(
    db: Database,
    machine_now: Callable[[], int],
    *,
    ticks: bool = False,
    on_progress: Callable[[int], None] = lambda count: None,
) -> None:
    """Bring a store that was just opened up to the machine's time, if its clock is the machine's.

    What a timer does is for good, and a machine's clock can be wrong: beyond `FOLLOWED_SECONDS` nothing is done. Raises
    `ClockAhead` then, unless the command `ticks` the clock itself.
    """
    reached, mode = db.clock_found or clock_of(db)
    if mode != "system":
        return
    now = machine_now()
    if now - reached <= FOLLOWED_SECONDS:
        if reached < now:
            from milepost.market import clock

            clock.tick(db, now, on_progress=on_progress)
    elif not ticks:
        raise _ahead(db, reached, now)


def _ahead(db: Database, reached: int, now: int) -> ClockAhead:
    with db.read() as connection:
        timers = due.count_until(connection, now)
    until, days = times.format_instant(now), (now - reached) // times.DAY
    return ClockAhead(
        f"the machine's clock shows {until}, {days} days after this store's: {timers} timers would fire, for good; "
        "nothing was done",
        {"until": until, "timers": timers},
    )


def settings_of(db: Database) -> settings.Settings:
    """The store's clock, how it moves, and the policy for new orders."""
    with db.read() as connection:
        return settings.read(connection)


def check_undamaged(db: Database) -> None:
    """Raise `StoreDamaged` if the store holds what cannot be: what an error means that nobody has words for."""
    with db.read() as connection:
        found = damage.found(connection)
    if found is not None:
        raise found


def _new(start: int, clock_mode: str, policy: Policy) -> Database:
    db = migrations.new_memory()
    with db.write() as connection:
        settings.create(connection, start, clock_mode, policy)
    return db
