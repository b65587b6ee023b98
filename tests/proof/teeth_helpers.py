"""What the judges must notice: programs that misbehave, and stores that a kill has spoilt, each in one way."""

import os
import signal
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from proof import case_helpers, kill_helpers, shop_helpers
from proof import judge_helpers as judge
from proof import program_helpers as program
from proof.judge_helpers import Case
from proof.kill_helpers import Change
from proof.pool_helpers import own_folder
from proof.program_helpers import Answer

_ARGS = ("--db", "store.db", "order", "approve", "3", "--continue", "--json")
_REFUSAL = '{"error": {"rule": "actor", "message": "no", "values": {}}}\n'


def _bad_error() -> Answer:
    raise KeyError("nobody has words for it")


def _endless() -> Answer:
    while True:
        pass


def _greedy() -> Answer:
    spread = bytearray(400_000_000)
    return Answer(0, f"[{len(spread)}]", "")


def _refused_but_done() -> Answer:
    program.done(*_ARGS)
    return Answer(4, "", _REFUSAL)


def _done_by_half() -> Answer:
    with closing(sqlite3.connect("store.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("DELETE FROM orders WHERE id = 3")
    return Answer(0, "{}", "")


def _deleted() -> Answer:
    os.unlink("store.db")
    return Answer(0, "{}", "")


MISBEHAVIOURS: Mapping[str, Callable[[], Answer]] = {
    "traceback": _bad_error,
    "traceback told": lambda: Answer(6, "", f"Traceback (most recent call last)\n{_REFUSAL}"),
    "hang": _endless,
    "memory": _greedy,
    "exit 1": lambda: Answer(1, "", _REFUSAL),
    "characters on stdout": lambda: Answer(0, '"\u202e"', ""),
    "characters on stderr": lambda: Answer(4, "", f"\x07{_REFUSAL}"),
    "json 0": lambda: Answer(0, "[NaN]", ""),
    "json 4": lambda: Answer(4, "", "error: no\n"),
    "changed": _refused_but_done,
    "unsound": _done_by_half,
    "lost": _deleted,
}


def noticed(kind: str, shop: Path) -> list[str]:
    """The kinds of what the judge finds when the program misbehaves in this way."""
    arena = case_helpers.arena_of(shop)
    called, patience = program.call, judge.CPU_SECONDS

    def misbehave(*args: str, stdin: bytes = b"") -> Answer:
        if args != _ARGS or misbehave.done:  # type: ignore[attr-defined]
            return called(*args, stdin=stdin)
        misbehave.done = True  # type: ignore[attr-defined]
        return MISBEHAVIOURS[kind]()

    misbehave.done = False  # type: ignore[attr-defined]
    program.call, judge.CPU_SECONDS = misbehave, 0.3
    try:
        return [finding.kind for finding in arena.judge(Case("order approve", _ARGS))]
    finally:
        program.call, judge.CPU_SECONDS = called, patience


# ── Stores that a kill has left ─────────────────────────────────────────────────────────────────────────────────────


def _torn(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2 : len(raw) // 2 + 4096] = bytes(4096)
    path.write_bytes(raw)


def _half(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DELETE FROM messages")


SPOILINGS: Mapping[str, Callable[[Path], None]] = {
    "a page that was never written": _torn,
    "a row that is gone": _half,
    "an answer whose action is not stored": lambda path: None,
}


def faults_of_spoilt(shop: Path, how: str) -> list[str]:
    """What is found wrong with a store that a command was killed on and that was spoilt then."""
    change: Change = kill_helpers.learn_on_shop((shop, "order approve"))
    folder = own_folder() / "spoilt"
    run = change.start(folder, gated=True)
    run.kill()
    assert run.ended().code == -signal.SIGKILL
    SPOILINGS[how](shop_helpers.copied(shop, folder))
    answer = Answer(-9, '{"id": 3}' if "answer" in how else "", "")
    return change.aftermath(folder, answer).faults
