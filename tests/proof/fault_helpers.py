"""System calls of a command, each in turn: it is killed before the call, or the call fails. By strace.

The run is forked and waits; strace attaches, and then it goes. A call is named by its number among those of its name,
which is how strace counts.
"""

import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from proof import shop_helpers
from proof.kill_helpers import REFUSED, Change, Target
from proof.pool_helpers import Tally, own_folder
from proof.program_helpers import UNHANDLED, Answer

STRACE = shutil.which("strace")
WRITES = ("pwrite64", "write", "fsync", "fdatasync", "ftruncate", "unlink", "unlinkat", "link", "linkat")
RENAMES = ("rename", "renameat", "renameat2", "mkdir")
FAILING = {  # what a full disk and a broken one refuse
    "ENOSPC": ("pwrite64", "write", "link", "linkat", *RENAMES),
    "EIO": ("pread64", "pwrite64", "write", "fsync", "fdatasync", "ftruncate", "unlink", "unlinkat", "link", *RENAMES),
}
_TRACED = [*WRITES, *RENAMES, "pread64"]
_LINE = re.compile(r"\d+ +(?P<call>\w+)\((?P<first>[^,)]*)")
NOT_SHOWN = 8
_CLAIM = "nothing was changed"


class Call(NamedTuple):
    """The `number`th call of that name that a command makes, and its first argument: a file's number or path."""

    name: str
    number: int
    first: str

    @property
    def is_answer(self) -> bool:
        """Whether it writes to the standard streams."""
        return self.name == "write" and self.first in ("1", "2")

    def __str__(self) -> str:
        return f"{self.name} {self.number} ({self.first})"


class Injection(NamedTuple):
    """What happens at a call: `signal=KILL`, or an error, only there or from there on."""

    target: Target
    call: Call
    what: str
    lasting: bool = False

    @property
    def words(self) -> str:
        """As strace takes it."""
        return f"inject={self.call.name}:{self.what}:when={self.call.number}{'+' if self.lasting else ''}"


def calls_of(target: Target) -> list[Call]:
    """Every call that writes, syncs, links or reads a page, in the order in which the command makes them."""
    folder = own_folder() / "trace"
    answer, log = _traced(target, folder, ["-e", f"trace={_names(_TRACED)}"])
    assert answer.code == 0, answer
    seen: Counter[str] = Counter()
    calls = []
    for line in log.splitlines():
        match = _LINE.match(line)
        if match:
            seen[match["call"]] += 1
            calls.append(Call(match["call"], seen[match["call"]], match["first"]))
    return calls


def kills_of(target: Target, calls: list[Call]) -> Iterator[Injection]:
    """A kill before each call that changes something."""
    for call in calls:
        if call.name != "pread64":
            yield Injection(target, call, "signal=KILL")


def failures_of(target: Target, calls: list[Call]) -> Iterator[Injection]:
    """Each call that can fail does so, once, and then until the end."""
    for error, names in FAILING.items():
        for call in calls:
            if call.name in names:
                yield Injection(target, call, f"error={error}", lasting=False)
                yield Injection(target, call, f"error={error}", lasting=True)


def inject(job: Injection) -> Tally:
    """Let it happen, and judge what is left."""
    folder = own_folder() / "inject"
    answer, _ = _traced(job.target, folder, ["-e", f"trace={job.call.name}", "-e", job.words])
    kills = job.what.startswith("signal")
    ended = job.target.aftermath(folder, answer)
    faults = list(ended.faults)
    if kills and answer.code != -9:
        faults.append(f"it was not hit, and ended with {answer.code}")
    if not kills:
        faults += _of_failure(job, answer, ended.state)
    told = f"{job.target.name}: {job.what} at {job.call}{' and after' if job.lasting else ''}"
    kind = "kills at a call" if kills else "failed calls"
    return Tally(Counter({kind: 1, ended.state: 1}), [f"{told}: {fault}" for fault in faults])


def inject_real(job: Injection) -> Tally:
    """The same in a process that is started as a shell starts it, not forked."""
    assert isinstance(job.target, Change)
    assert STRACE is not None
    folder = own_folder() / "real"
    store = shop_helpers.copied(job.target.store, folder)
    command = [sys.executable, "-m", "milepost", "--db", str(store), *job.target.args]
    traced = [STRACE, "-f", "-qq", "-o", str(folder / "log"), "-e", f"trace={job.call.name}", "-e", job.words, *command]
    ran = subprocess.run(traced, capture_output=True, text=True, check=False)
    ended = job.target.aftermath(folder, Answer(ran.returncode, ran.stdout, ran.stderr))
    faults = [*ended.faults, *([] if ran.returncode == -9 else [f"it was not hit, and ended with {ran.returncode}"])]
    return Tally(Counter({"kills at a call": 1}), [f"{job.target.name}: {job.call}: {fault}" for fault in faults])


def _of_failure(job: Injection, answer: Answer, state: str) -> list[str]:
    """What is wrong with how a command has told that a call failed."""
    faults = []
    if answer.code < 0 or answer.code == UNHANDLED or "Traceback" in answer.err:
        faults.append(f"it was not handled ({answer.code}): {answer.err}")
    if job.call.is_answer:
        if state != "after":
            faults.append(f"only its answer could not be written, but the store is {state}")
        if answer.code not in (0, NOT_SHOWN):
            faults.append(f"only its answer could not be written, and it ends with {answer.code}: {answer.err}")
    elif answer.code not in (0, 6) and not (answer.code == REFUSED and job.target.name == "doctor --rebuild"):
        faults.append(f"it ends with {answer.code}: {answer.err}")
    if answer.code == 0 and state != "after":
        faults.append(f"it says that it is done, but the store is {state}")
    if _CLAIM in answer.err and state != "before":
        faults.append(f"it says that {_CLAIM}, but the store is {state}")
    return faults


def _traced(target: Target, folder: Path, words: list[str]) -> tuple[Answer, str]:
    """Run it under strace: how it ended, and the log."""
    assert STRACE is not None
    log = folder / "strace.log"
    run = target.start(folder, gated=True)
    command = [STRACE, "-f", "-p", str(run.pid), "-o", str(log), *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as strace:
        assert strace.stderr is not None
        first = strace.stderr.readline()
        assert "attached" in first, first
        run.go()
        answer = run.ended()
    return answer, log.read_text()


def _names(calls: list[str]) -> str:
    return ",".join(f"?{name}" for name in calls)  # not every kind of machine has them all
