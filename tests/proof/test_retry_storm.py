"""A client that repeats what it sends, and is killed while it does: with `--key` each command counts once."""

from collections.abc import Callable
from pathlib import Path

from proof import storm_helpers
from proof.pool_helpers import Tally, Workers
from proof.report_helpers import Size
from proof.storm_helpers import Storm

Checks = Callable[[str, str, Tally], None]


def test_in_a_retry_storm_with_keys_each_command_counts_once(
    workers: Workers, playground: Path, size: Size, no_faults: Checks
) -> None:
    storms = [Storm(playground, size.seed + number) for number in range(max(8, size.kills // 20))]
    tally = workers.tally(storm_helpers.blow, storms)
    no_faults("Sends in retry storms, with keys", "sends", tally)
    assert tally.counts["kills"] > tally.counts["sends"] // 4
    assert tally.counts["kills"] < tally.counts["sends"]


def test_in_a_retry_storm_without_keys_something_goes_wrong(workers: Workers, playground: Path, size: Size) -> None:
    storms = [Storm(playground, size.seed + number, keyed=False) for number in range(4)]
    assert len(workers.tally(storm_helpers.blow, storms).faults) >= len(storms)


def test_a_key_with_another_request_is_refused(workers: Workers, playground: Path, scratch: Path) -> None:
    assert workers.one(storm_helpers.refusals_of_a_used_key, playground) == ["idempotency-key"] * 2
