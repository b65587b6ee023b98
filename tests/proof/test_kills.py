"""Commands that are killed at any instant: nothing is lost, nothing is done by half, nothing is done twice."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from proof import kill_helpers, shop_helpers
from proof.kill_helpers import Change, Kills, Made, Target
from proof.pool_helpers import Tally, Workers
from proof.report_helpers import Size

BULK = 4_100  # of a tick's pages of 2,000, so that it takes three transactions
BATCH = 20
Checks = Callable[[str, str, Tally], None]


def batches(target: Target, count: int, seed: int) -> Iterator[Kills]:
    """Some kills of a command, in parts that the workers can share."""
    for first in range(0, count, BATCH):
        yield Kills(target, seed + first, min(BATCH, count - first))


def test_a_command_killed_at_any_instant_is_done_or_not_done(
    workers: Workers, changes: list[Change], size: Size, no_faults: Checks
) -> None:
    each = max(1, size.kills * 7 // 10 // len(changes))
    jobs = [job for change in changes for job in batches(change, each, size.seed)]
    tally = workers.tally(kill_helpers.kill_at_random, jobs)
    no_faults("Kills of every writing command at a random instant", "kills", tally)
    assert tally.counts["before"] > tally.counts["after"] > 0


def test_a_bulk_tick_killed_at_any_instant_is_finished_by_the_next(
    workers: Workers, scratch: Path, size: Size, no_faults: Checks
) -> None:
    store, args = workers.one(shop_helpers.build_bulk, scratch / "bulk.db", BULK)
    bulk = workers.one(kill_helpers.learn, "order tick", store, (*args, "--json"))
    count = max(18, size.kills // 40)
    tally = workers.tally(
        kill_helpers.kill_at_random, [Kills(bulk, size.seed + first, 6) for first in range(0, count, 6)]
    )
    no_faults(f"Kills of a tick of {BULK:,} orders at a random instant", "kills", tally)
    assert tally.counts["between"] > 0


def test_a_command_that_makes_a_file_makes_all_of_it_or_nothing(
    workers: Workers, makings: list[Made], size: Size, no_faults: Checks
) -> None:
    each = max(10, size.kills // 10 // len(makings))
    jobs = [job for made in makings for job in batches(made, each, size.seed)]
    tally = workers.tally(kill_helpers.kill_at_random, jobs)
    no_faults("Kills of init and of what makes other files at a random instant", "kills", tally)


@pytest.mark.parametrize("line", [*shop_helpers.READS.values()], ids=[*shop_helpers.READS])
def test_a_command_that_only_reads_leaves_the_file_as_it_is(
    workers: Workers, shop: Path, line: str, tmp_path: Path
) -> None:
    copy = shop_helpers.copied(shop, tmp_path)
    workers.one(shop_helpers.run_reading, copy, line)
    assert copy.read_bytes() == shop.read_bytes()


def test_each_command_is_known_to_write_or_not_to(workers: Workers) -> None:
    known = {*shop_helpers.WRITES, *shop_helpers.READS, *shop_helpers.ON_FILES}
    assert set(workers.one(shop_helpers.all_commands)) == known
