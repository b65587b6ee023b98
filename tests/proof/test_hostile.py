"""Hostile arguments, files and stores: each is answered in words, in time, and cleanly; nothing is done by half."""

from collections.abc import Callable
from pathlib import Path

import pytest

from proof import case_helpers, guided_helpers
from proof.case_helpers import Inputs
from proof.pool_helpers import Tally, Workers
from proof.report_helpers import Size

SHARES = {"argument vectors": 0.55, "spoilt TOML files": 0.3, "damaged stores": 0.15}
BATCH = 500
Checks = Callable[[str, str, Tally], None]


@pytest.mark.parametrize("kind", [*SHARES])
def test_a_hostile_input_is_answered_in_words_and_leaves_nothing_by_half(  # noqa: PLR0917 - fixtures, by name
    workers: Workers, shop: Path, size: Size, cases: Path, no_faults: Checks, kind: str
) -> None:
    count = int(size.inputs * SHARES[kind])
    jobs = [Inputs(kind, shop, size.seed + first, min(BATCH, count - first), cases) for first in range(0, count, BATCH)]
    tally = workers.tally(case_helpers.judge_many, jobs)
    once = {fault.partition(":")[0]: fault for fault in tally.faults}
    no_faults(f"Hostile {kind}", "inputs", Tally(tally.counts, sorted(once.values())))


@pytest.mark.parametrize("kind", [*SHARES])
def test_an_input_that_hypothesis_looks_for_is_answered_in_words(
    workers: Workers, shop: Path, size: Size, kind: str
) -> None:
    assert workers.one(guided_helpers.falsified, kind, shop, max(60, size.inputs // 100), size.seed) is None


@pytest.mark.parametrize("file", sorted(case_helpers.KEPT.glob("*.json")), ids=lambda file: file.stem)
def test_an_input_that_once_failed_is_answered_in_words(workers: Workers, shop: Path, file: Path) -> None:
    assert workers.one(case_helpers.judge_kept, file, shop) == []


def test_a_case_that_is_written_out_is_read_as_it_was(workers: Workers, shop: Path, tmp_path: Path) -> None:
    assert workers.one(case_helpers.roundtrips, shop, tmp_path / "case.json", 60) == 60
