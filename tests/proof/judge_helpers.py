"""One hostile input: run in a folder of its own, and judged by what every command owes to everybody.

It ends within five seconds of the processor's time, in 300 MB, with an exit code of the list and no traceback. What
it writes is clean of control characters; with `--json` it is JSON. A command that is refused has changed nothing, and
one that is done has left a sound store.
"""

import faulthandler
import os
import re
import resource
import shutil
import signal
import traceback
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from proof import program_helpers as program
from proof import shop_helpers
from proof.damage_helpers import Damage
from proof.grammar_helpers import flags
from proof.program_helpers import Answer
from proof.soundness_helpers import digest, faults_of

CODES = (0, 2, 3, 4, 5, 6, 7)
ANSWERED = (0, 7)  # with these the answer is on stdout
CPU_SECONDS, WALL_SECONDS, LAST_SECONDS = 5.0, 10.0, 60.0
GROWTH_MB, SPREAD_KB = 220, 60_000  # on top of the 80 MB that a process has when it begins
_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_ALLOWED = {"\n", "\t", "\u200d"}
_SUSPECT = re.compile(r"[^\n\t\x20-\x7e]")
_PRISTINE = "shop.db"


class Case(NamedTuple):
    """A hostile input: the arguments, what stdin and files hold, and what is done to the store `store.db` before.

    `about` is the command that it is about, for the eye.
    """

    about: str
    args: tuple[str, ...]
    stdin: bytes = b""
    files: tuple[tuple[str, bytes], ...] = ()
    damage: tuple[Damage, ...] = ()

    @property
    def asks_json(self) -> bool:
        """Whether `--json` is there, and is surely no other option's value."""
        if "--json" not in self.args:
            return False
        before = self.args[: self.args.index("--json")]
        return "--" not in before and not (before and before[-1].startswith("-") and before[-1] not in flags())

    @property
    def size(self) -> int:
        """How much there is to read of it."""
        files = sum(len(raw) for _, raw in self.files)
        return sum(map(len, self.args)) + len(self.args) + len(self.stdin) + files + 100 * len(self.damage)


class Finding(NamedTuple):
    """What is wrong, by kind and place, so that the like are known as one; and in words."""

    kind: str
    where: str
    told: str

    @property
    def name(self) -> str:
        """The like have the same."""
        return re.sub(r"[^a-z0-9]+", "-", f"{self.kind} {self.where}".lower()).strip("-")[:100]


class Hang(BaseException):
    """A case has taken too long."""


class Arena:
    """The folder that cases are run in: a shop, and names of every kind of thing that is no good file."""

    def __init__(self, folder: Path, shop: Path) -> None:
        self._root, self._shop = folder / "arena", shop.read_bytes()
        self.here = self._root / "deep" / "here"
        self._known: dict[str, tuple[int, ...]] = {}
        self._digest, self._base_kb = digest(shop), _status_kb("VmRSS") + SPREAD_KB
        self._build()
        program.isolate(self.here)
        os.environ["XDG_DATA_HOME"] = str(self.here / "data")
        _limit_memory()

    def judge(self, case: Case) -> list[Finding]:
        """Run a case, and say what is wrong with what it did. The folder is as before then."""
        os.chdir(self.here)
        for name, raw in case.files:
            Path(name).write_bytes(raw)
        for one in case.damage:
            one.do(Path("store.db"))
        self._known.update(self._state(name) for name in ["store.db"])
        try:
            with _watched(self._base_kb) as watched:
                answer = program.call(*case.args, stdin=case.stdin)
        except Hang:
            findings = [Finding("hang", case.about, "it takes too long")]
        except BaseException as error:
            findings = [_unhandled(error)]
        else:
            findings = [*_of_answer(case, answer), *self._of_store(case, answer)]
        if watched and (grown := watched.pop()):
            findings.append(Finding("memory", case.about, f"it takes {grown} MB"))
        self._tidy(changed=bool(case.damage))
        return findings

    def _of_store(self, case: Case, answer: Answer) -> list[Finding]:
        if case.damage or self._state("store.db")[1] == self._known["store.db"]:
            return []
        path = Path("store.db")
        if not path.is_file():
            return [Finding("lost", case.about, "the store is gone")]
        if answer.code not in ANSWERED and digest(path) != self._digest:
            return [Finding("changed", case.about, f"it ends with {answer.code}, but the store is another")]
        faults = faults_of(path) if answer.code in ANSWERED else []
        return [Finding("unsound", case.about, fault) for fault in faults[:1]]

    def _build(self) -> None:
        shutil.rmtree(self._root, ignore_errors=True)
        self.here.mkdir(parents=True)
        (self.here / "store.db").write_bytes(self._shop)
        (self.here / "other.db").write_bytes(b"SQLite format 3\0" + bytes(4080))
        (self.here / "note.txt").write_text("a note\n")
        (self.here / "latin1.toml").write_bytes(b'title = "\xe9"\n')
        for name in ("empty", "folder.toml", "stories"):
            (self.here / name).mkdir()
        for name, target in (("broken", "nowhere"), ("loop", "loop"), *((name, f"/dev/{name}") for name in _DEVICES)):
            (self.here / name).symlink_to(target)
        os.mkfifo(self.here / "fifo")
        for name, text in shop_helpers.GOOD_FILES.items():
            (self.here / name).write_text(text)
        (self.here / "stories" / "one.toml").write_text(shop_helpers.GOOD_FILES["story.toml"])
        self._known = dict(self._state(entry) for entry in os.listdir(self.here))

    def _state(self, name: str) -> tuple[str, tuple[int, ...]]:
        try:
            found = os.lstat(self.here / name)
        except OSError:
            return name, ()
        return name, (found.st_mode, found.st_ino, found.st_size, found.st_mtime_ns)

    def _tidy(self, *, changed: bool) -> None:
        """Take away what is new, and put back what is not as it was."""
        if changed or self._state("store.db")[1] != self._known["store.db"]:
            for name in ("store.db", "store.db-journal", "store.db-wal", "store.db-shm"):
                (self.here / name).unlink(missing_ok=True)
            (self.here / "store.db").write_bytes(self._shop)
            self._known.update([self._state("store.db")])
        for name in set(os.listdir(self.here)) - self._known.keys():
            path = self.here / name
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        if any(self._state(name)[1] != state for name, state in self._known.items()):
            self._build()


_DEVICES = ("full", "zero", "null")


# ── Time and memory ─────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def _watched(base_kb: int) -> Iterator[list[int]]:
    """Raise `Hang` in what takes too long; the list then holds the megabytes of what takes too much memory."""
    before, found = min(_status_kb("VmRSS"), base_kb), list[int]()
    kept = [signal.signal(number, _too_long) for number in (signal.SIGPROF, signal.SIGALRM)]
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    signal.setitimer(signal.ITIMER_REAL, WALL_SECONDS)
    faulthandler.dump_traceback_later(LAST_SECONDS, exit=True)  # for what never comes back to Python
    try:
        yield found
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()
        for number, handler in zip((signal.SIGPROF, signal.SIGALRM), kept, strict=True):
            signal.signal(number, handler)
        grown = (_status_kb("VmHWM") - before) // 1024
        if grown > GROWTH_MB:
            found.append(grown)
            Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew


def _too_long(number: int, frame: FrameType | None) -> None:
    raise Hang


def _status_kb(name: str) -> int:
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(name))


def _limit_memory() -> None:
    """Let a case that takes everything fail, and not the machine."""
    limit = _status_kb("VmSize") * 1024 + 2**31
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.getrlimit(resource.RLIMIT_AS)[1]))


# ── What it wrote ───────────────────────────────────────────────────────────────────────────────────────────────────


def _unhandled(error: BaseException) -> Finding:
    """An error that no words were found for, by the innermost of the program's own lines."""
    frames = traceback.extract_tb(error.__traceback__)
    mine = [frame for frame in frames if f"{os.sep}milepost{os.sep}" in frame.filename] or list(frames)
    place = f"{Path(mine[-1].filename).name} {mine[-1].name}"
    name = type(error).__name__
    return Finding("traceback", f"{name} {place}", f"{name}: {str(error)[:200]!r}, {place}")


def _of_answer(case: Case, answer: Answer) -> list[Finding]:
    findings = []
    if answer.code not in CODES:
        told = f"it ends with {answer.code}: {answer.err[-200:]!r}"
        findings.append(Finding(f"exit {answer.code}", _gist(answer.err) or case.about, told))
    if "Traceback (most recent call last)" in answer.err:
        findings.append(Finding("traceback told", case.about, answer.err[-300:]))
    for name, text in (("stdout", answer.out), ("stderr", answer.err)):
        hidden = sorted({char for char in _SUSPECT.findall(text) if _is_hidden(char)})
        if hidden:
            findings.append(Finding(f"characters on {name}", case.about, f"{name} has {hidden!r}"))
    if case.asks_json and answer.code in CODES and not _is_json(answer):
        text = answer.out if answer.code in ANSWERED else answer.err
        findings.append(Finding(f"json {answer.code}", _gist(text) or case.about, f"it is no JSON: {text[-200:]!r}"))
    return findings


def _gist(text: str) -> str:
    """What an error says without what is named in it."""
    line = next((line for line in text.split("\n") if line.startswith("error:")), "")
    return re.sub(r"""(['"]).*\1|\S*\d\S*""", "", line)[:60]


def _is_hidden(char: str) -> bool:
    return char not in _ALLOWED and unicodedata.category(char) in _HIDDEN


def _is_json(answer: Answer) -> bool:
    """Whether the answer, or the error in the last line, is JSON."""
    text = answer.out if answer.code in ANSWERED else (answer.err.strip().split("\n") or [""])[-1]
    try:
        found = program.strict_json(text)
    except ValueError:
        return False
    return answer.code in ANSWERED or (isinstance(found, dict) and {"rule", "message"} <= found.get("error", {}).keys())
