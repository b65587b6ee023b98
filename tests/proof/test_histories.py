"""Several processes at once on shared orders: what they were told is what is stored, and it fits one after another."""

from collections.abc import Callable
from pathlib import Path

import pytest

from proof import checker_helpers, forge_helpers, naive_helpers
from proof.history_helpers import Plan
from proof.pool_helpers import Tally, Workers
from proof.report_helpers import Size

NAIVE = 12
Checks = Callable[[str, str, Tally], None]


def test_what_processes_were_told_is_in_the_store_once_and_fits_one_after_another(
    workers: Workers, playground: Path, size: Size, no_faults: Checks
) -> None:
    plans = [Plan(playground, size.seed + number) for number in range(size.histories)]
    tally = workers.tally(checker_helpers.make_and_check, plans)
    no_faults("Histories of 5 to 8 processes on shared orders", "histories", tally)
    assert tally.counts["acknowledged"] > tally.counts["actions"] // 2
    assert tally.counts["at once"] > tally.counts["actions"] // 2, "too few of the actions met another"


def test_a_naive_transaction_recipe_is_caught(workers: Workers, playground: Path, size: Size) -> None:
    plans = [Plan(playground, size.seed + number, patch=naive_helpers.patch) for number in range(NAIVE)]
    faults = workers.tally(checker_helpers.make_and_check, plans).faults
    told = [fault for fault in faults if "ends with" not in fault]  # not only its errors, but what it does in silence
    assert len(told) >= NAIVE // 4, faults


def test_a_record_of_one_process_alone_fits_with_its_store(workers: Workers, playground: Path) -> None:
    assert workers.one(forge_helpers.faults_of_forged, playground, 1, None) == []


@pytest.mark.parametrize("how", [*forge_helpers.FORGERIES])
def test_a_forged_record_is_caught(workers: Workers, playground: Path, how: str) -> None:
    assert workers.one(forge_helpers.faults_of_forged, playground, 1, how)
