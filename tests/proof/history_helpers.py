"""Several processes at once on one store: each takes random actions on orders that all of them know.

What a process was answered is recorded with the instants before and after, by a clock that all processes share. Each
action can be told from every other in what the store keeps: by a mark in a text, an amount that nobody else uses, or
because it can happen but once (a milestone is approved once).
"""

import json
import os
import pickle
import shlex
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from proof import program_helpers as program
from proof.program_helpers import UNHANDLED, Answer

PLAYGROUND = """
init --start 2026-01-05T09:00:00Z --policy terms-2024
gig create --title 'Logo design' --seller maria --subcategory 'Logo Design' --basic 900:12:unlimited
gig add-milestone 1 --name One --days 3 --revisions unlimited --zoom
gig add-milestone 1 --name Two --days 3 --revisions unlimited --zoom
gig add-milestone 1 --name Three --days 3 --revisions unlimited --zoom
gig add-milestone 1 --name Four --days 3 --revisions unlimited --zoom
gig add-milestone 1 --name Five --days 3 --revisions unlimited --zoom
gig add-substep 1 1 --name Pencil
gig add-substep 1 1 --name Ink
offer create --gig 1 --client ana --price 900 --days 5 --revisions 1
offer accept 1
order deliver 1 --link https://example.com/fox
order approve 1
order tick --by +15d
order place --gig 1 --client ana
order place --gig 1 --client ben
order place --gig 1 --client eva
offer create --gig 1 --client ana --price 90 --days 5
offer create --gig 1 --client ben --milestone Draft:5:60.00:2 --milestone Ink:5:70.00:2
offer create --gig 1 --client eva --type subscription --price 60 --days 10 --cycles 3
""".strip().splitlines()
SHARED_ORDERS = (2, 3, 4)
OPEN_OFFERS = (2, 3, 4)


class Plan(NamedTuple):
    """A history that is to be made: the store it begins with, its seed, and how many actions each process takes.

    `patch` is what each process does first; it can put a bad transaction recipe under the program, say.
    """

    start: Path
    seed: int
    actions: int = 6
    patch: Callable[[], None] | None = None
    processes: tuple[int, int] = (5, 8)


class Op(NamedTuple):
    """An action, the instants around it in nanoseconds, and its answer; `mark` is what only it has."""

    process: int
    begin: int
    end: int
    args: tuple[str, ...]
    mark: str
    answer: Answer

    @property
    def acknowledged(self) -> bool:
        """Whether it was answered that it is done."""
        return self.answer.code == 0

    def __str__(self) -> str:
        return f"process {self.process}: {shlex.join(self.args)}"


def build_playground(path: Path) -> Path:
    """Make the store that all histories begin with: three orders of five milestones, three offers, and some money."""
    for line in PLAYGROUND:
        program.done("--db", str(path), *shlex.split(line))
    return path


def play(plan: Plan, store: Path) -> list[Op]:
    """Let the processes of a plan work on a store at once, and collect what they recorded."""
    count = Random(plan.seed).randint(*plan.processes)
    gate, starter = os.pipe()
    pids = []
    for process in range(count):
        pid = os.fork()
        if pid == 0:
            os.close(starter)
            _live(plan, process, store, gate)
        pids.append(pid)
    os.close(gate)
    os.close(starter)  # all begin at once
    codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
    assert not any(codes), codes
    ops: list[Op] = []
    for process in range(count):
        ops += pickle.loads(_record(store, process).read_bytes())
    return ops


def _record(store: Path, process: int) -> Path:
    return store.with_name(f"process-{process}.pickle")


def _live(plan: Plan, process: int, store: Path, gate: int) -> None:
    try:
        os.read(gate, 1)
        if plan.patch is not None:
            plan.patch()
        party = Party(store, process, Random(f"{plan.seed} {process}"))
        ops = [party.act(number) for number in range(plan.actions)]
        _record(store, process).write_bytes(pickle.dumps(ops))
        os._exit(0)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


class Party:
    """One process: it looks at an order, chooses something that may be possible, does it and records the answer."""

    def __init__(self, store: Path, process: int, random: Random) -> None:
        self._store, self._process, self._random = store, process, random
        self._clock = "2026-01-20T09:00:00Z"

    def act(self, number: int) -> Op:
        """Take an action."""
        mark = f"mark-{self._process}-{number}."
        chosen = self._random.choices([self._on_an_order, self._tick, self._withdraw, self._shop], [60, 18, 10, 12])[0]
        args = tuple(str(word) for word in chosen(mark, number))
        begin = time.monotonic_ns()
        answer = self._call(*args)
        return Op(self._process, begin, time.monotonic_ns(), args, mark, answer)

    def _call(self, *args: str) -> Answer:
        try:
            return program.call("--db", str(self._store), *args, "--json")
        except Exception:
            return Answer(UNHANDLED, "", traceback.format_exc())

    def _tick(self, mark: str, number: int) -> list[Any]:
        if self._random.random() < 0.75:
            return ["order", "tick", "--by", f"+{self._random.randint(1, 40)}h"]
        hours, seconds = self._random.randint(1, 9), self._random.randint(1, 3599)
        shown = self._call("order", "show", "2")
        now = shown.json["now"] if shown.code == 0 else self._clock
        return ["order", "tick", "--now", _later(now, hours * 3600 + seconds)]

    def _withdraw(self, mark: str, number: int) -> list[Any]:
        cents = 100 + 20 * self._process + number  # nobody else's amount
        return ["ledger", "withdraw", "--seller", "maria", "--amount", f"{cents // 100}.{cents % 100:02}"]

    def _shop(self, mark: str, number: int) -> list[Any]:
        offer = self._random.choice(OPEN_OFFERS)
        return self._random.choice(
            [
                ["order", "place", "--gig", 1, "--client", self._random.choice(("ana", "ben", "eva"))],
                ["offer", "accept", offer],
                ["offer", "decline", offer],
                ["offer", "withdraw", offer],
                ["inbox", "send", "--from", "ana", "--to", "maria", mark],
            ]
        )

    def _on_an_order(self, mark: str, number: int) -> list[Any]:
        order = self._random.choice(SHARED_ORDERS)
        shown = self._call("order", "show", str(order))
        if shown.code != 0:
            return ["order", "approve", order]
        view, random = shown.json, self._random
        deliver = ["order", "deliver", order, "--message", mark, "--link", "https://example.com/work"]
        by = ["--by", random.choice(("client", "seller"))]
        running = next((one["position"] for one in view["milestones"] if one["state"] in _RUNNING), 1)
        common: list[list[Any]] = [
            ["order", "set-call", order, "--at", "+1d", "--link", f"https://example.com/{mark}"],
            ["order", "check-substep", order, random.randint(1, 2)],
            ["resolution", "open", order, *by, "--milestone", running, "--reason", "late", "--note", mark],
            ["resolution", "extend", order, *by, "--days", random.randint(1, 3), "--note", mark],
            ["resolution", "change", order, *by, *_PLAN, "--note", mark],
        ]
        if view["request"]:
            verb = random.choice(("accept", "decline", "withdraw", "decline", "withdraw"))
            common += [["resolution", verb, view["request"]["id"]]] * 3
        if random.random() < 0.02:
            return ["resolution", "support", order, "--milestone", running, "--reason", "terms-broken", "--note", mark]
        likely = {
            "working": [deliver] * 4,
            "revising": [deliver] * 4,
            "review": [
                ["order", "approve", order],
                ["order", "approve", order],
                ["order", "approve", order, "--continue"],
                ["order", "approve", order, "--continue"],
                ["order", "revise", order, "--message", mark],
            ],
            "awaiting-continue": [*[["order", "continue", order]] * 5, ["order", "stop", order]],
        }
        return random.choice(common + likely.get(view["phase"], []))


_RUNNING = ("active", "delivered", "revising")
_PLAN = ("--milestone", "Proof:2:300.00:1", "--milestone", "Print:3:300.00:1")


def _later(instant: str, seconds: int) -> str:
    from datetime import datetime, timedelta

    return (datetime.fromisoformat(instant) + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def json_of(*args: str) -> Any:
    """What a command answers that must succeed."""
    return json.loads(program.done(*args, "--json").out)
