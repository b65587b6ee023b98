"""A client that sends each command one to five times, and is killed while it does: with keys each counts once.

The script of a storm is what one process could do in peace. Done once each it gives the store that the storm must give
too. A command's sends come one after another, or all at once, as from a client that gives up waiting too early; any
of them may be killed, but a last one is answered, as the client wants to know.
"""

import json
import shlex
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import NamedTuple

from proof import history_helpers, shop_helpers
from proof import program_helpers as program
from proof.history_helpers import Plan
from proof.pool_helpers import Tally, own_folder
from proof.program_helpers import Answer, Forked
from proof.soundness_helpers import digest, faults_of

ALONE = (1, 1)
SENDS = (1, 5)


class Storm(NamedTuple):
    """A storm on a copy of a store; without keys it must go wrong, which shows that it can."""

    start: Path
    seed: int
    commands: int = 12
    keyed: bool = True


def blow(storm: Storm) -> Tally:
    """Let a storm blow, and compare what it leaves with what peace leaves."""
    random, folder = Random(f"storm {storm.seed}"), own_folder() / "storm"
    script = script_of(storm)
    calm, first = in_peace(storm, script)
    store = shop_helpers.copied(storm.start, folder)
    seconds = _seconds_of_a_command(store, folder)
    counts, faults = Counter({"storms": 1, "commands": len(script)}), []
    for args, expected in zip(script, first, strict=True):
        answers = send(random, seconds, [("--db", str(store), *args)] * random.randint(*SENDS), folder)
        counts.update(sends=len(answers), kills=sum(answer.code < 0 for answer in answers))
        last = Forked(("--db", str(store), *args), folder).ended()
        for answer in (*answers, last):
            if answer.code >= 0 and (answer.code, answer.out) != (expected.code, expected.out):
                faults.append(f"{shlex.join(args)} is answered with {answer.code}: {answer.err or answer.out[:200]}")
    faults += faults_of(store)
    if digest(store) != calm:
        faults.append("the store is another than if each command had been sent once")
    return Tally(counts, [f"storm {storm.seed}: {fault}" for fault in faults])


def script_of(storm: Storm) -> list[tuple[str, ...]]:
    """Commands that one process could do one after another, each with a key of its own."""
    folder = own_folder() / "script"
    store = shop_helpers.copied(storm.start, folder)
    plan = Plan(storm.start, storm.seed, 2 * storm.commands, processes=ALONE)
    done = [op.args for op in history_helpers.play(plan, store) if op.acknowledged][: storm.commands]
    keys = [("--key", f"storm {storm.seed}, command {number}") if storm.keyed else () for number in range(len(done))]
    return [(*args, *key, "--json") for args, key in zip(done, keys, strict=True)]


def in_peace(storm: Storm, script: list[tuple[str, ...]]) -> tuple[str, list[Answer]]:
    """The digest and the answers when each command is sent once."""
    store = shop_helpers.copied(storm.start, own_folder() / "peace")
    answers = [program.call("--db", str(store), *args) for args in script]
    assert all(answer.code == 0 for answer in answers), [answer for answer in answers if answer.code]
    return digest(store), answers


def _seconds_of_a_command(store: Path, folder: Path) -> float:
    """What the quickest of three commands takes on this machine now: a kill later than that comes too late."""
    seconds = []
    for _ in range(3):
        begun = time.monotonic()
        assert Forked(("--db", str(store), "order", "show", "2", "--json"), folder).ended().code == 0
        seconds.append(time.monotonic() - begun)
    return min(seconds)


def send(random: Random, seconds: float, sends: list[tuple[str, ...]], folder: Path) -> list[Answer]:
    """Send a command some times, one after another or all at once; most are killed on their way, within `seconds`."""
    at_once = random.random() < 0.5
    answers, running = [], []
    for number, args in enumerate(sends):
        own = folder / f"send-{number}"
        own.mkdir(exist_ok=True)
        running.append(Forked(args, own))
        if not at_once:
            answers.append(_end(random, seconds, running.pop()))
    return answers + [_end(random, seconds, run) for run in running]


def _end(random: Random, seconds: float, run: Forked) -> Answer:
    if random.random() < 0.75:
        time.sleep(random.uniform(0, seconds))
        run.kill()
    return run.ended()


def refusals_of_a_used_key(start: Path) -> list[str]:
    """The rules by which a key is refused that another request has: of the same command, and of another one."""
    store = shop_helpers.copied(start, own_folder() / "key")
    words = ("--db", str(store))
    key = ("--key", "once", "--json")
    program.done(*words, "order", "deliver", "2", "--message", "one", *key)
    others = (("order", "deliver", "2", "--message", "two"), ("order", "approve", "2"))
    answers = [program.call(*words, *other, *key) for other in others]
    return [json.loads(answer.err.splitlines()[-1])["error"]["rule"] for answer in answers]
