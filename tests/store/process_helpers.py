"""Work in real processes of its own: what they say when they begin, and how they end."""

from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from milepost.market import stores
from milepost.store.db import Database

FORK = get_context("fork")  # a child has everything loaded at once; it opens the store by itself
PATIENCE = 60.0
Work = Callable[..., Any]


class Child:
    """A process that opens a store, says that it is ready, waits for a word if it must, works, and tells its result."""

    def __init__(self, path: Path, work: Work, *args: Any, waits: bool = False) -> None:
        self._pipe, theirs = FORK.Pipe()
        self.process: BaseProcess = FORK.Process(target=_run, args=(theirs, path, work, args, waits), daemon=True)
        self.process.start()
        theirs.close()
        self.told()

    def go(self) -> None:
        """Let a waiting child work."""
        self._pipe.send("go")

    def told(self) -> Any:
        """What the child says next."""
        assert self._pipe.poll(PATIENCE), "the child says nothing"
        return self._pipe.recv()

    def kill(self) -> bool:
        """End the child at once, wherever it is; whether it was still working."""
        self.process.kill()
        return self.ended() < 0

    def ended(self) -> int:
        """How the child ended: its exit code, below zero if it was killed."""
        self.process.join(PATIENCE)
        code = self.process.exitcode
        assert code is not None
        self._pipe.close()
        self.process.close()
        return code


def together(path: Path, work: Work, many_args: Sequence[tuple[Any, ...]]) -> list[Any]:
    """What children answer that all begin at one moment."""
    children = [Child(path, work, *args, waits=True) for args in many_args]
    for child in children:
        child.go()
    answers = [child.told() for child in children]
    assert [child.ended() for child in children] == [0] * len(children)
    return answers


def _run(pipe: Connection, path: Path, work: Work, args: tuple[Any, ...], waits: bool) -> None:
    db: Database = stores.open_store(path)
    pipe.send("ready")
    if waits:
        pipe.recv()
    pipe.send(work(db, *args))
    db.close()
