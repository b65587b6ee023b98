"""The command line under test: in this process with its output captured, or as a real process."""

import io
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from milepost.cli.app import run

START = "2026-01-05T09:00:00Z"
SKETCHES, REFINEMENT, FILES = "Sketches:5:60.00:1", "Refinement:4:50.00:1", "Final files:3:40.00"


@dataclass(frozen=True)
class Told:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The answer of a command that was given `--json`, and that went well."""
        assert (self.code, self.err) == (0, "") or self.code == 7, self
        return json.loads(self.out)

    @property
    def id(self) -> int:
        """The id that a creating command printed, and nothing else."""
        assert self.code == 0, self
        assert self.out == f"{int(self.out)}\n"
        return int(self.out)

    @property
    def rules(self) -> list[str]:
        """The rules that refused, as the error lines name them."""
        lines = [line for line in self.err.splitlines() if line.startswith("error: ")]
        return [line.rsplit("[", 1)[1].removesuffix("]") for line in lines]


class Shell:
    """A shell whose `milepost` works on one store."""

    def __init__(self, db: Path) -> None:
        self.db = db

    def __call__(self, line: str, *more: str, stdin: bytes = b"") -> Told:
        """Run a line's words, and then `more` as they are, in this process."""
        out, err = io.StringIO(), io.StringIO()
        with _typed(stdin), redirect_stdout(out), redirect_stderr(err):
            code = run(["--db", str(self.db), *shlex.split(line), *more])
        return Told(code, out.getvalue(), err.getvalue())

    def ok(self, line: str, *more: str) -> Told:
        """Run a command that must go well."""
        told = self(line, *more)
        assert told.code == 0, told
        return told

    def json(self, line: str, *more: str) -> Any:
        """What a command answers to `--json`."""
        told = self(line, *more, "--json")
        assert told.code == 0, told
        return json.loads(told.out)

    def refused(self, line: str, *more: str) -> str:
        """The rule that refuses a command, alone."""
        told = self(line, *more)
        assert (told.code, told.out) == (4, ""), told
        (rule,) = told.rules
        return rule

    def unreadable(self, line: str, *more: str) -> str:
        """The rule that asks for another text than a command was given, which is a usage error."""
        told = self(line, *more)
        assert (told.code, told.out) == (2, ""), told
        (rule,) = told.rules
        return rule

    def init(self, *options: str) -> None:
        """Make the store."""
        self.ok(f"init --start {START}", *options)

    def gig(self, *, basic: str = "150:12:2", subcategory: str = "logo design", seller: str = "maria") -> int:
        """A new gig: its id."""
        words = ("--title", "A logo", "--seller", seller, "--subcategory", subcategory, "--basic", basic)
        return self.ok("gig create", *words).id

    def offer(self, *milestones: str, gig: int = 1, client: str = "ana") -> int:
        """A new offer of some milestones, three unless said: its id."""
        some = [word for one in milestones or (SKETCHES, REFINEMENT, FILES) for word in ("--milestone", one)]
        return self.ok(f"offer create --gig {gig} --client {client}", *some).id

    def order(self, *milestones: str) -> int:
        """A new gig and an accepted offer: the order's id."""
        return self.ok(f"offer accept {self.offer(*milestones, gig=self.gig())}").id


@contextmanager
def _typed(text: bytes) -> Iterator[None]:
    before, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(text))
    try:
        yield
    finally:
        sys.stdin = before


def process(*words: str, db: Path | None = None, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """Run `milepost` as a process of its own, with both streams captured unless they are given."""
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
    given = {"env": environment(db), "timeout": 60} | streams | options
    return subprocess.run([sys.executable, "-m", "milepost", *words], check=False, **given)


def environment(db: Path | None = None, **more: str) -> dict[str, str]:
    """This process's environment without what would change the output, on a store."""
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
    return kept | ({"MILEPOST_DB": str(db)} if db else {}) | more
