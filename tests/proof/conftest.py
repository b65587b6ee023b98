"""Workers on all cores, the shop that they copy, and how much of everything is done."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from proof import (
    fault_helpers,
    grammar_helpers,
    history_helpers,
    kill_helpers,
    pool_helpers,
    report_helpers,
    shop_helpers,
)
from proof.kill_helpers import Change, Made
from proof.pool_helpers import Tally, Workers
from proof.report_helpers import Line, Size

LEFT_OUT = {  # what cannot be done here, and why
    "test_each_call.py": None if fault_helpers.STRACE else "there is no strace, so that no system call is chosen",
    "test_retry_storm.py": None if grammar_helpers.has_option("--key") else "there is no --key, so that no storm blows",
}
collect_ignore = [file for file, why in LEFT_OUT.items() if why]
Reports = Callable[[str, int, int], None]


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A folder for stores; it is gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="milepost-proof-", dir=pool_helpers.scratch_root()))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def workers(scratch: Path) -> Iterator[Workers]:
    """Processes on all cores that have loaded the program."""
    started = Workers(scratch)
    yield started
    started.close()


@pytest.fixture(scope="session")
def shop(scratch: Path, workers: Workers) -> Path:
    """The store with something of everything; to be copied."""
    path: Path = workers.one(shop_helpers.build_shop, scratch / "shop.db")
    return path


@pytest.fixture(scope="session")
def playground(workers: Workers, scratch: Path) -> Path:
    """The store that all histories begin with."""
    path: Path = workers.one(history_helpers.build_playground, scratch / "playground.db")
    return path


@pytest.fixture(scope="session")
def changes(workers: Workers, shop: Path) -> list[Change]:
    """Every kind of command that changes a store, and what it does when it is left alone."""
    names = [*shop_helpers.WRITES]
    return workers.each(kill_helpers.learn_on_shop, [(shop, name) for name in names])


@pytest.fixture(scope="session")
def makings(workers: Workers, scratch: Path, shop: Path) -> list[Made]:
    """Every kind of command that makes a file."""
    return workers.each(kill_helpers.learn_made, kill_helpers.makings(scratch, shop))


def pytest_report_header() -> list[str]:
    """Say what cannot be done here."""
    return [f"proof: {why}" for why in LEFT_OUT.values() if why]


@pytest.fixture(scope="session")
def size(request: pytest.FixtureRequest) -> Size:
    """How much is to be done."""
    return Size.of(request.config)


@pytest.fixture(scope="session")
def cases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where inputs that fail are written."""
    given = request.config.getoption("--cases")
    return Path(given).resolve() if given else tmp_path_factory.mktemp("cases")


@pytest.fixture
def reports(request: pytest.FixtureRequest) -> Reports:
    """Puts a line into the table at the end: what, how often, and how many faults; its time is this test's."""
    begun = time.monotonic()

    def report(what: str, count: int, faults: int) -> None:
        report_helpers.note(request, Line(what, count, faults, time.monotonic() - begun))

    return report


@pytest.fixture
def no_faults(reports: Reports) -> Callable[[str, str, Tally], None]:
    """Reports what a tally has counted under a name, and fails where it has found a fault."""

    def check(what: str, counted: str, tally: Tally) -> None:
        reports(what, tally.counts[counted], len(tally.faults))
        assert not tally.faults, "\n".join([f"{len(tally.faults)} faults:", *tally.faults[:20]])

    return check
