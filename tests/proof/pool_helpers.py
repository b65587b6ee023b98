"""Work spread over all cores, and what is counted and found on the way.

A worker is a fresh process that has imported the program and nothing of pytest, so that it can be forked safely.
"""

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from proof import program_helpers as program

Job = TypeVar("Job")
Result = TypeVar("Result")
CORES = len(os.sched_getaffinity(0))


@dataclass
class Tally:
    """How often what was done, and every fault that was found."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Take in what another has counted and found."""
        self.counts.update(other.counts)
        self.faults.extend(other.faults)


class Workers:
    """Processes that stay until the end, each with a folder of its own under `folder`."""

    def __init__(self, folder: Path) -> None:
        self._pool = ProcessPoolExecutor(CORES, get_context("spawn"), _begin, (folder,))

    def tally(self, work: Callable[[Job], Tally], jobs: Iterable[Job]) -> Tally:
        """Do the jobs, in any order, and add up what each found."""
        total = Tally()
        for one in self._pool.map(work, jobs):
            total.add(one)
        return total

    def each(self, work: Callable[[Job], Result], jobs: Iterable[Job]) -> list[Result]:
        """What the workers answer to some jobs, in the order of the jobs."""
        return list(self._pool.map(work, jobs))

    def one(self, work: Callable[..., Any], *args: Any) -> Any:
        """What a worker answers to one job."""
        return self._pool.submit(work, *args).result()

    def close(self) -> None:
        """Let them go."""
        self._pool.shutdown(cancel_futures=True)


def scratch_root() -> Path | None:
    """Where files are fastest: in memory, if the machine has such a folder. No kill of a process can tell."""
    memory = Path("/dev/shm")
    return memory if os.access(memory, os.W_OK) else None


def _begin(folder: Path) -> None:
    os.environ["PROOF_FOLDER"] = str(folder)
    program.isolate(own_folder())
    program.load()


@cache
def own_folder() -> Path:
    """The folder of this worker alone."""
    return Path(tempfile.mkdtemp(dir=os.environ["PROOF_FOLDER"], prefix="worker-"))
