"""What commands that look take at a million orders beside what they take at a thousand: as much, or the ratio says it.

Each runs in this process on an open store, with its answer made and not shown, so that nothing but the store differs.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import store_helpers

from benchmarks.conftest import Measure
from milepost.cli.scenario_steps import run_command
from milepost.market import clock, stores
from milepost.policy import STANDARD
from milepost.store.db import Database

MILLION, THOUSAND, DUE = 1_000_000, 1_000, 300
TIMES = 200  # that a command is run in a turn
LINES = (
    "order list --limit 5",
    "order list --limit 5 --status active",
    "order list --limit 5 --status completed",
    "order list --limit 5 --status cancelled",
    "order list --limit 5 --phase review",
    "order list --limit 5 --phase working",
    "order list --limit 5 --seller seller-1",
    "order list --limit 1 --client client-999",
    "order list --limit 5 --client nobody",
    "order list --limit 5 --late",
    "order list --limit 5 --due-before +1s",
    "order show 999",
    "order history 999",
    "order timers 999",
    "order timers --limit 5",
    "order timeline --limit 5",
    "todo --limit 5",
    "todo --limit 5 --within 7d",
    "offer list --limit 5 --status sent",
    "resolution list --limit 5 --state open",
    "ledger show --limit 5",
    "ledger show --limit 5 --account escrow:999",
    "ledger balances --limit 5",
    "ledger balances --limit 5 --all",
    "ledger balances --limit 5 --at +0s",
    "ledger balances --account client:client-999",
    "ledger balances --account escrow:999",
    "ledger balances --order 999",
)


def filled(path: Path, size: int) -> Database:
    """A store of so many orders in review, each with a deadline of its own, of which the first have ended."""
    stores.create_file(path, start=store_helpers.START, clock_mode="simulated", policy=STANDARD)
    db = stores.open_store(path)
    clock.tick(db, store_helpers.fill_with_reviews(db, size, due=DUE, each=1))
    return db


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A store of a million orders."""
    path = tmp_path_factory.mktemp("big") / "big.db"
    db = filled(path, MILLION)
    yield db
    db.close()
    path.unlink()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A store of a thousand orders."""
    db = filled(tmp_path_factory.mktemp("small") / "small.db", THOUSAND)
    yield db
    db.close()


def looks(db: Database, line: str) -> Callable[[], None]:
    """What runs a line on a store."""
    words = line.split()

    def look() -> None:
        for _ in range(TIMES):
            run_command(db, words)

    return look


@pytest.mark.parametrize("line", LINES)
def test_a_look_at_a_million_orders_beside_one_at_a_thousand(
    big: Database, small: Database, beside: Measure, line: str
) -> None:
    beside(f"{line}, of {MILLION:,} orders", looks(big, line), looks(small, line), wanted=1.1, rounds=15)
