"""Many stories, in one process or in several: the results are the same, and come in the order of the files."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_all_start_methods, get_context

from milepost.cli import scenario_steps
from milepost.errors import BadFile
from milepost.policy import Policy
from milepost.scenario.results import Result

ALONE = 50  # fewer files than that are faster in one process


def jobs_for(files: int, wanted: int | None) -> int:
    """How many processes play some files, if it was not said."""
    return wanted or (1 if files < ALONE else os.cpu_count() or 1)


def play_all(names: Sequence[str], policy: Policy | None, jobs: int) -> Iterator[Result]:
    """Play files, under another policy if one is given, in some processes. An interrupt ends all of them."""
    play = partial(play_one, policy=policy)
    if jobs == 1:
        yield from map(play, names)
        return
    method = "fork" if "fork" in get_all_start_methods() else None  # what is loaded need not be loaded again
    pool = ProcessPoolExecutor(jobs, get_context(method), initializer=_ignore_interrupts)
    try:
        yield from pool.map(play, names, chunksize=max(1, min(16, len(names) // (4 * jobs))))
    finally:
        pool.shutdown(cancel_futures=True)


def play_one(name: str, policy: Policy | None) -> Result:
    """Play a file in memory."""
    begun = time.perf_counter()
    try:
        played = scenario_steps.play_file(scenario_steps.load(name, policy))
    except BadFile as fault:
        return Result(name, None, fault, time.perf_counter() - begun)
    return Result(name, played, None, time.perf_counter() - begun)


def _ignore_interrupts() -> None:
    """The process that waits for the results is interrupted; it ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
