"""A bulk tick beside the same rows written by hand; few due orders in a big store beside as many in a small one."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
import store_helpers

from benchmarks import by_hand_helpers
from benchmarks.conftest import Measure
from milepost.market import clock, stores
from milepost.policy import STANDARD
from milepost.store.db import Database

BULK, MILLION, THOUSAND, FEW = 100_000, 1_000_000, 1_000, 100
ROUNDS = 4

# A process that only ticks says how much memory it held at most, in kilobytes. The kernel starts to count where the
# process that started this one stands, which is why a small one starts it.
TICKS = """
import resource, sys
from pathlib import Path
from milepost.market import clock, stores

clock.tick(stores.open_store(Path(sys.argv[1])), int(sys.argv[2]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
STARTS = "import subprocess, sys; subprocess.run([sys.executable, '-c', *sys.argv[1:]], check=True)"


def filled(path: Path, size: int, *, due: int, each: int) -> int:
    """Make a store of `size` orders in review; the instant by which `due` of them are due."""
    stores.create_file(path, start=store_helpers.START, clock_mode="simulated", policy=STANDARD)
    db = stores.open_store(path)
    target = store_helpers.fill_with_reviews(db, size, due=due, each=each)
    db.close()
    return target


def tick(path: Path, target: int) -> None:
    """What is measured: open the store and tick."""
    db = stores.open_store(path)
    clock.tick(db, target)
    db.close()


def tick_by_hand(path: Path, target: int) -> None:
    """The same by hand."""
    by_hand_helpers.tick(path, target, clock.PAGE)


def digest_after(ticks: Callable[[Path, int], None], path: Path, target: int) -> str:
    """The digest of the store at `path` after a tick."""
    ticks(path, target)
    return store_helpers.digest_at(path)


def test_a_bulk_tick_beside_the_same_rows_by_hand(tmp_path: Path, beside: Measure, note: Callable[[str], None]) -> None:
    made, path = tmp_path / "made.db", tmp_path / "store.db"
    target = filled(made, BULK, due=BULK, each=7)

    def prepare() -> tuple[Path, int]:
        shutil.copy(made, path)
        return path, target

    assert digest_after(tick_by_hand, *prepare()) == digest_after(tick, *prepare())
    beside(
        f"a tick of {BULK:,} due orders beside the same rows written by hand",
        tick, tick_by_hand, wanted=2.4, rounds=ROUNDS, prepare=prepare,
    )  # fmt: skip
    prepare()
    command = [sys.executable, "-c", STARTS, TICKS, str(path), str(target)]
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    note(f"a process that does only this tick holds {int(told.stdout) // 1024} MB at most; 100 MB are wanted")


@pytest.fixture
def big(tmp_path: Path) -> Iterator[Database]:
    """A store of a million orders in review, each with a deadline of its own."""
    filled(tmp_path / "big.db", MILLION, due=MILLION, each=1)
    db = stores.open_store(tmp_path / "big.db")
    yield db
    db.close()
    (tmp_path / "big.db").unlink()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Database]:
    """A store of a thousand orders in review, each with a deadline of its own."""
    filled(tmp_path / "small.db", THOUSAND, due=THOUSAND, each=1)
    db = stores.open_store(tmp_path / "small.db")
    yield db
    db.close()


def test_few_due_orders_in_a_big_store_beside_as_many_in_a_small_one(
    big: Database, small: Database, beside: Measure
) -> None:
    def ticks(db: Database) -> Callable[[], None]:
        last_due = count(FEW, FEW)
        first = store_helpers.clock_of(db) + STANDARD.review_hours * 3_600

        def tick_few() -> None:
            fired = clock.tick(db, first + 60 * (next(last_due) - 1)).count
            assert fired == FEW

        return tick_few

    beside(
        f"{FEW} due among {MILLION:,} orders beside {FEW} due among {THOUSAND:,}",
        ticks(big), ticks(small), wanted=5, rounds=8,
    )  # fmt: skip
