"""Commands that are killed, or whose system calls fail, and what must then be true.

A command that is left alone takes its store from one digest to another, or makes a file. Whenever it is ended, what it
works on must be sound and at one of the two; from the first, running it again leads to the second. A tick may also
stop in between, since each of its pages is a transaction; running it again leads to the second all the same.
"""

import json
import shlex
import time
from pathlib import Path
from random import Random
from typing import NamedTuple, Protocol
from xml.etree import ElementTree

from proof import shop_helpers as shop
from proof.pool_helpers import Tally, own_folder
from proof.program_helpers import Answer, Forked
from proof.soundness_helpers import digest, faults_of

RESUMES = {"order tick"}  # their transactions are several, so that they may stop between two
EXISTS = 6  # how a command ends that would make a store where something is


class Ended(NamedTuple):
    """What an ended command has left: where its store or file is (before, after, between), and what is wrong."""

    state: str
    faults: list[str]


class Target(Protocol):
    """A command that can be ended."""

    @property
    def name(self) -> str: ...

    @property
    def args(self) -> tuple[str, ...]: ...

    @property
    def seconds(self) -> float: ...

    def start(self, folder: Path, *, gated: bool = False) -> Forked:
        """Begin it in a folder, on a fresh copy of what it works on."""

    def aftermath(self, folder: Path, answer: Answer) -> Ended:
        """Judge what it has left, and run it again."""


REFUSED = 7  # what cannot be read is a finding of doctor's, which makes no store anew then


def acknowledged(answer: Answer) -> bool:
    """Whether all of the answer was there to be read, and it does not tell why nothing was done."""
    try:
        return bool(json.loads(answer.out)) and answer.code != REFUSED
    except ValueError:
        return False


# ── Commands that change a store ────────────────────────────────────────────────────────────────────────────────────


class Change(NamedTuple):
    """A command on a store, and what is known of it when it is left alone; its `seconds` from the fork on."""

    name: str
    store: Path
    args: tuple[str, ...]
    before: str
    after: str
    seconds: float

    def start(self, folder: Path, *, gated: bool = False) -> Forked:
        """Begin it on a fresh copy of its store."""
        shop.copied(self.store, folder)
        return self._run(folder, gated=gated)

    def _run(self, folder: Path, *, gated: bool = False) -> Forked:
        return Forked(["--db", str(folder / "store.db"), *self.args], folder, gated=gated)

    def aftermath(self, folder: Path, answer: Answer) -> Ended:
        """The store is sound, at one of the two digests, after it if that was answered, and the command can go on."""
        path = folder / "store.db"
        faults = faults_of(path)
        if faults:
            return Ended("unsound", faults)
        state = {self.before: "before", self.after: "after"}.get(digest(path), "between")
        if state == "between" and self.name not in RESUMES:
            faults.append("the store is neither as it was before nor as it is after")
        if acknowledged(answer) and state != "after":
            faults.append(f"it was answered, but the store is {state}")
        if state != "after":
            again = self._run(folder).ended()
            if again.code != 0 or digest(path) != self.after:
                faults.append(f"run again ({again.code}) it leads elsewhere: {again.err}")
        return Ended(state, faults)


def learn(name: str, store: Path, args: tuple[str, ...]) -> Change:
    """Run a command alone, three times, and see what it does and that it always does the same."""
    folder = own_folder() / "learn"
    blank = Change(name, store, args, digest(store), "", 0.0)
    digests, seconds = set(), []
    for _ in range(3):
        begun = time.monotonic()
        answer = blank.start(folder).ended()
        seconds.append(time.monotonic() - begun)
        assert answer.code == 0, (name, answer)
        digests.add(digest(folder / "store.db"))
    assert len(digests) == 1, f"{name} does not do the same each time"
    assert digests != {blank.before}, f"{name} changes nothing"
    return blank._replace(after=digests.pop(), seconds=max(seconds))


def learn_on_shop(job: tuple[Path, str]) -> Change:
    """Learn a command of `WRITES` on the shop."""
    store, name = job
    return learn(name, store, (*shlex.split(shop.WRITES[name]), "--json"))


# ── Commands that make a file ───────────────────────────────────────────────────────────────────────────────────────


class Made(NamedTuple):
    """A command that makes `file`, a store or an XML, in a folder that `{folder}` in `args` stands for.

    `old` is what the file held before, `after` what a command that is left alone makes of it.
    """

    name: str
    args: tuple[str, ...]
    file: str
    old: bytes | None = None
    after: str = ""
    seconds: float = 0.0

    def start(self, folder: Path, *, gated: bool = False) -> Forked:
        """Begin it in a folder that is empty but for an older file, if it replaces one."""
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.iterdir():
            left.unlink()
        if self.old is not None:
            (folder / self.file).write_bytes(self.old)
        return self._run(folder, gated=gated)

    def _run(self, folder: Path, *, gated: bool = False) -> Forked:
        return Forked([arg.replace("{folder}", str(folder)) for arg in self.args], folder, gated=gated)

    def aftermath(self, folder: Path, answer: Answer) -> Ended:
        """There is nothing new, or all of it; the command runs again, or says that a store is there."""
        path = folder / self.file
        state = "before" if not path.exists() or path.read_bytes() == self.old else "after"
        faults = self.faults_of(path) if state == "after" else []
        if acknowledged(answer) and state != "after":
            faults.append("it was answered, but the file is not there")
        again = self._run(folder).ended()
        expected = EXISTS if state == "after" and self.is_store else 0
        if again.code != expected:
            faults.append(f"run again it ends with {again.code}, not {expected}: {again.err}")
        return Ended(state, faults or self.faults_of(path))

    @property
    def is_store(self) -> bool:
        """Whether the file is a store, which is never replaced."""
        return self.file.endswith(".db")

    def content(self, path: Path) -> str:
        """What the file holds, to be compared; how long something took may differ."""
        if self.is_store:
            return digest(path)
        root = ElementTree.parse(path).getroot()
        for element in root.iter():
            element.attrib.pop("time", None)
        return ElementTree.tostring(root, "unicode")

    def faults_of(self, path: Path) -> list[str]:
        """What is wrong with the new file."""
        try:
            faults = faults_of(path) if self.is_store else []
            return faults if self.content(path) == self.after else [*faults, f"{self.file} is not what it should be"]
        except Exception as error:  # whatever it is, this is no good file
            return [f"{self.file} is no good: {error!r}"]


STORY = """
[scenario]
title = "A fox"
start = 2026-01-05T09:00:00Z
[[gig]]
ref = "foxes"
title = "Foxes"
seller = "maria"
subcategory = "Logo Design"
package.basic = { price = "150.00", days = 7 }
[[offer]]
ref = "deal"
gig = "foxes"
client = "ana"
type = "single"
price = "90.00"
days = 5
[[step]]
at = "+0d"
do = "offer accept deal as job"
[[step]]
at = "+1d"
do = "order deliver job --link https://example.com/fox"
[[expect]]
at = "+10d"
order = "job"
status = "completed"
"""


def makings(scratch: Path, shop: Path) -> list[Made]:
    """Every kind of command that makes a file, on a story that lies in `scratch`, or of a shop."""
    story = scratch / "story.toml"
    story.write_text(STORY)
    run, old = ("scenario", "run", str(story), "--json"), b"<testsuites/>"
    return [
        Made("init", ("--db", "{folder}/new.db", "init", "--start", "2026-01-05", "--json"), "new.db"),
        Made("generate", ("--db", "{folder}/full.db", "generate", "--orders", "3", "--json"), "full.db"),
        Made("backup", ("--db", str(shop), "backup", "{folder}/copy.db", "--json"), "copy.db"),
        Made("doctor --rebuild", ("--db", str(shop), "doctor", "--rebuild", "{folder}/anew.db", "--json"), "anew.db"),
        Made("scenario run --keep", (*run, "--keep", "{folder}/kept.db"), "kept.db"),
        Made("scenario run --junit", (*run, "--junit", "{folder}/new.xml"), "new.xml"),
        Made("scenario run --junit over an older one", (*run, "--junit", "{folder}/old.xml"), "old.xml", old),
    ]


def learn_made(blank: Made) -> Made:
    """Run a command that makes a file alone, and see what it makes."""
    folder, seconds, contents = own_folder() / "learn-made", [], set()
    for _ in range(3):
        begun = time.monotonic()
        answer = blank.start(folder).ended()
        seconds.append(time.monotonic() - begun)
        assert answer.code == 0, (blank.name, answer)
        contents.add(blank.content(folder / blank.file))
    assert len(contents) == 1, f"{blank.name} does not make the same each time"
    return blank._replace(after=contents.pop(), seconds=max(seconds))


# ── Kills at random instants ────────────────────────────────────────────────────────────────────────────────────────


class Kills(NamedTuple):
    """Some kills of one command, at instants that the seed chooses."""

    target: Target
    seed: int
    hits: int


def kill_at_random(job: Kills) -> Tally:
    """Kill a command at random instants, until so many kills have met it while it ran.

    The instants lie between its start and a little after its commit, wherever that is on a machine that is busy.
    """
    target, random, tally = job.target, Random(f"{job.target.name} {job.seed}"), Tally()
    folder, span = own_folder() / "kill", target.seconds
    while tally.counts["kills"] < job.hits:
        run = target.start(folder)
        delay = random.uniform(0, span)
        time.sleep(delay)
        run.kill()
        answer = run.ended()
        ended = target.aftermath(folder, answer)
        span *= 1.1 if ended.state == "before" else 0.7  # four of five kills come before the end
        tally.counts.update({"runs": 1, "kills": int(answer.code < 0), ended.state: 1})
        told = f"{target.name} killed after {delay * 1000:.1f} ms"
        tally.faults += [f"{told}: {fault}" for fault in ended.faults]
    return tally
