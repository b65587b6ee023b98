"""Many stories, in one process or in several: what comes of them is the same, and comes in the order of the files."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_all_start_methods, get_context
from typing import TypeVar

from milepost.cli import scenario_steps
from milepost.errors import BadFile
from milepost.policy import Policy
from milepost.scenario.compare import compare
from milepost.scenario.file import Scenario
from milepost.scenario.results import Result
from milepost.views.scenarios import ComparedView

_Given = TypeVar("_Given")
_Told = TypeVar("_Told")
ALONE = 50  # fewer files than that are faster in one process


def jobs_for(files: int, wanted: int | None) -> int:
    """How many processes play some files, if it was not said."""
    return wanted or (1 if files < ALONE else os.cpu_count() or 1)


def in_jobs(task: Callable[[_Given], _Told], given: Sequence[_Given], jobs: int) -> Iterator[_Told]:
    """What a task makes of each of some things, in their order, in some processes. An interrupt ends all of them."""
    if jobs == 1 or "-" in given:  # nobody but this process has its stdin
        yield from map(task, given)
        return
    method = "fork" if "fork" in get_all_start_methods() else None  # what is loaded need not be loaded again
    pool = ProcessPoolExecutor(jobs, get_context(method), initializer=_ignore_interrupts)
    try:
        yield from pool.map(task, given, chunksize=max(1, min(16, len(given) // (4 * jobs))))
    finally:
        pool.shutdown(cancel_futures=True)


def play_all(names: Sequence[str], policy: Policy | None, jobs: int) -> Iterator[Result]:
    """Play files, under another policy if one is given."""
    return in_jobs(partial(play_one, policy=policy), names, jobs)


def play_one(name: str, policy: Policy | None) -> Result:
    """Play a file in memory."""
    begun = time.perf_counter()
    try:
        played = scenario_steps.play_file(scenario_steps.load(name, policy))
    except BadFile as fault:
        return Result(name, None, fault, time.perf_counter() - begun)
    return Result(name, played, None, time.perf_counter() - begun)


def check_all(names: Sequence[str], jobs: int) -> None:
    """Read files. Raises `BadFile` for the first of them that cannot be played."""
    for fault in in_jobs(check_one, names, jobs):
        if fault is not None:
            raise fault


def check_one(name: str) -> BadFile | None:
    """Why a file cannot be played, if it cannot."""
    try:
        scenario_steps.load(name)
    except BadFile as fault:
        return fault
    return None


def compare_all(scenario: Scenario, policies: Sequence[Policy], jobs: int) -> list[ComparedView]:
    """What a story comes to under each policy. Raises `BadFile`, under the first that it cannot be played under."""
    lines: list[ComparedView] = []
    for told in in_jobs(partial(compare_one, scenario=scenario), policies, jobs):
        if isinstance(told, BadFile):
            raise told
        lines.extend(told)
    return lines


def compare_one(policy: Policy, scenario: Scenario) -> list[ComparedView] | BadFile:
    """What a story comes to under a policy, or why it cannot be played under it."""
    try:
        return compare(scenario, policy, scenario_steps.run_command)
    except BadFile as fault:
        return fault


def _ignore_interrupts() -> None:
    """The process that waits for the results is interrupted; it ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
