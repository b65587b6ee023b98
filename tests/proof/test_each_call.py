"""Every system call that writes, syncs or links: a command is killed before it, or it fails, and nothing is lost.

It needs strace; where there is none the folder's `conftest.py` leaves this file out and says so.
"""

from collections.abc import Callable, Sequence
from random import Random

from proof import fault_helpers
from proof.fault_helpers import Injection
from proof.kill_helpers import Change, Made, Target
from proof.pool_helpers import Tally, Workers
from proof.report_helpers import Size

SHORT_FAILURES, SHORT_REAL = 100, 4
Checks = Callable[[str, str, Tally], None]


def injections(workers: Workers, targets: Sequence[Target], *, kills: bool) -> list[Injection]:
    """All that can be done to the calls of some commands."""
    choose = fault_helpers.kills_of if kills else fault_helpers.failures_of
    found: list[Injection] = []
    for target, calls in zip(targets, workers.each(fault_helpers.calls_of, targets), strict=True):
        assert calls, f"{target.name} makes no call"
        found += choose(target, calls)
    return found


def chosen(jobs: list[Injection], size: Size, short: int) -> list[Injection]:
    """All of them in the long form; in the short one so many, a tenth of which are about the answer."""
    if size.long:
        return jobs
    random, answers = Random(size.seed), [job for job in jobs if job.call.is_answer]
    return random.sample(jobs, min(len(jobs), short - short // 10)) + random.sample(
        answers, min(len(answers), short // 10)
    )


def test_a_command_killed_before_any_of_its_calls_is_done_or_not_done(
    workers: Workers, changes: list[Change], size: Size, no_faults: Checks
) -> None:
    jobs = injections(workers, changes, kills=True)
    assert len(jobs) > 1_000
    jobs = chosen(jobs, size, size.kills // 5)
    tally = workers.tally(fault_helpers.inject, jobs)
    no_faults("Kills of every writing command before a write, sync or unlink", "kills at a call", tally)
    assert tally.counts["before"] > tally.counts["after"] > 0


def test_a_process_that_a_shell_started_and_that_is_killed_before_a_call_is_done_or_not_done(
    workers: Workers, changes: list[Change], size: Size, no_faults: Checks
) -> None:
    approve = next(change for change in changes if change.name == "order approve")
    jobs = [job for job in injections(workers, [approve], kills=True) if job.call.name in ("pwrite64", "fdatasync")]
    if not size.long:
        jobs = Random(size.seed).sample(jobs, SHORT_REAL)
    tally = workers.tally(fault_helpers.inject_real, jobs)
    no_faults("Kills of processes from a shell before a write or sync", "kills at a call", tally)


def test_a_command_whose_calls_fail_says_so_and_is_done_or_not_done(
    workers: Workers, changes: list[Change], size: Size, no_faults: Checks
) -> None:
    jobs = injections(workers, changes, kills=False)
    jobs = chosen(jobs, size, SHORT_FAILURES)
    tally = workers.tally(fault_helpers.inject, jobs)
    no_faults("Calls of every writing command that fail (ENOSPC, EIO)", "failed calls", tally)
    assert tally.counts["before"] > tally.counts["after"] > 0


def test_a_command_that_makes_a_file_and_is_killed_before_any_call_makes_all_of_it_or_nothing(
    workers: Workers, makings: list[Made], size: Size, no_faults: Checks
) -> None:
    jobs = injections(workers, makings, kills=True)
    jobs = chosen(jobs, size, SHORT_FAILURES)
    tally = workers.tally(fault_helpers.inject, jobs)
    no_faults("Kills of init and of what makes other files before a call", "kills at a call", tally)


def test_a_command_that_makes_a_file_and_whose_calls_fail_makes_all_of_it_or_nothing(
    workers: Workers, makings: list[Made], size: Size, no_faults: Checks
) -> None:
    jobs = injections(workers, makings, kills=False)
    jobs = chosen(jobs, size, SHORT_FAILURES)
    tally = workers.tally(fault_helpers.inject, jobs)
    no_faults("Calls of init and of what makes other files that fail", "failed calls", tally)
