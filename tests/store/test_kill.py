"""A tick that is killed at any instant leaves a sound store, and ticking again leads to where it was going."""

import shutil
import time
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
import store_helpers

from milepost.market import clock, stores
from milepost.store.db import Database
from store.process_helpers import Child

ORDERS, PAGE, KILLS = 160, 4, 50


class Prepared(NamedTuple):
    """A store with orders that are due, where a tick leads to, and how long it takes at best."""

    path: Path
    target: int
    expected: str
    seconds: float


def tick(db: Database, target: int) -> int:
    """A tick in many small transactions; how many timers fired."""
    return clock.tick(db, target, page=PAGE).count


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """The store that all kills begin with, and what a tick that is left alone makes of it."""
    path = tmp_path_factory.mktemp("kill") / "store.db"
    with store_helpers.file_store(path) as db:
        target = store_helpers.fill_with_reviews(db, ORDERS, due=ORDERS)
    seconds, digests = [], set()
    for number in range(3):
        copy = path.with_name(f"alone-{number}.db")
        shutil.copy(path, copy)
        child = Child(copy, tick, target)
        begun = time.monotonic()
        assert child.told() == ORDERS
        seconds.append(time.monotonic() - begun)
        assert child.ended() == 0
        digests.add(digest_of(copy))
    assert len(digests) == 1
    return Prepared(path, target, digests.pop(), min(seconds))


def digest_of(path: Path) -> str:
    """The digest of a store that is sound."""
    db = stores.open_store(path)
    store_helpers.assert_sound(db)
    digest = store_helpers.digest(db)
    db.close()
    return digest


def test_a_tick_killed_at_fifty_random_instants_leaves_sound_stores_that_the_next_tick_finishes(
    prepared: Prepared, tmp_path: Path
) -> None:
    random = Random(20_260_105)
    running, clocks = 0, set()
    for number in range(KILLS):
        path = tmp_path / f"killed-{number}.db"
        shutil.copy(prepared.path, path)
        child = Child(path, tick, prepared.target)
        time.sleep(random.uniform(0, 0.9) * prepared.seconds)
        running += child.kill()

        db = stores.open_store(path)
        store_helpers.assert_sound(db)
        assert_between(db, prepared.target)
        clocks.add(store_helpers.clock_of(db))
        clock.tick(db, prepared.target)
        assert store_helpers.digest(db) == prepared.expected, f"after kill {number}"
        db.close()
    assert running >= KILLS // 2, f"only {running} of {KILLS} kills hit a running tick"
    assert len(clocks) >= KILLS // 5, f"the kills hit {len(clocks)} different moments only"


def assert_between(db: Database, target: int) -> None:
    """Everything before the clock has fired, nothing after it: the store is one that an earlier tick left."""
    now = store_helpers.clock_of(db)
    assert store_helpers.START <= now <= target
    assert store_helpers.rows(db, "SELECT id FROM orders WHERE due_at < ?", now) == []
    assert store_helpers.rows(db, "SELECT order_id FROM history WHERE at > ? AND actor = 'clock'", now) == []
