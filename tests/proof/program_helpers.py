"""The program, driven from outside: by its command line, in this process or in one that is forked for it.

Starting Python costs a third of a second, a fork a few milliseconds: `load` imports the program once, and each run
that may be killed is a fork of that. Nothing here knows what a command does.
"""

import ctypes
import gc
import importlib
import json
import os
import pkgutil
import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, TextIO

UNHANDLED = 70  # how a forked run ends whose error nobody turned into words
PATIENCE_SECONDS = 60
_SET_PTRACER, _ANYBODY = 0x59616D61, ctypes.c_ulong(-1)


class Answer(NamedTuple):
    """How a run ended (below zero: by that signal), and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it answered, with `--json`."""
        return json.loads(self.out)


@cache
def load() -> None:
    """Import all of the program, so that a fork has it at once."""
    import milepost

    for module in pkgutil.walk_packages(milepost.__path__, "milepost."):
        importlib.import_module(module.name)
    gc.collect()
    gc.freeze()


def isolate(folder: Path) -> None:
    """Let nothing of this process's surroundings count: no store, no home, no width of a terminal but ours."""
    for name in ("MILEPOST_DB", "MILEPOST_AS"):
        os.environ.pop(name, None)
    os.environ.update(HOME=str(folder), XDG_DATA_HOME=str(folder / "data"), COLUMNS="80", TERM="dumb")


# ── In this process ─────────────────────────────────────────────────────────────────────────────────────────────────


def call(*args: str, stdin: bytes = b"") -> Answer:
    """Run the command line in this process. What it does not turn into words itself is raised."""
    from milepost.cli.app import run

    with _streams(stdin) as (out, err):
        code = run(args)
        sys.stdout.flush()
        sys.stderr.flush()
        return Answer(code, _text(out), _text(err))


def done(*args: str, stdin: bytes = b"") -> Answer:
    """Run a command that must succeed."""
    answer = call(*args, stdin=stdin)
    assert answer.code == 0, (args, answer)
    return answer


@contextmanager
def _streams(stdin: bytes) -> Iterator[tuple[int, int]]:
    """Put files in memory in the place of the standard streams, set as the program's own start sets them."""
    numbers = [os.memfd_create(name) for name in ("in", "out", "err")]
    kept = sys.stdin, sys.stdout, sys.stderr
    if stdin:
        os.write(numbers[0], stdin)
        os.lseek(numbers[0], 0, os.SEEK_SET)
    mine = [
        _stream(number, *how)
        for number, how in zip(numbers, (("r", "strict"), ("w", "replace"), ("w", "backslashreplace")), strict=True)
    ]
    sys.stdin, sys.stdout, sys.stderr = mine
    try:
        yield numbers[1], numbers[2]
    finally:
        sys.stdin, sys.stdout, sys.stderr = kept
        for stream in mine:
            with suppress(OSError, ValueError):
                stream.close()
        for number in numbers:
            os.close(number)


def _stream(number: int, mode: str, errors: str) -> TextIO:
    return os.fdopen(number, mode, encoding="utf-8", errors=errors, closefd=False)  # type: ignore[return-value]


def _text(number: int) -> str:
    size = os.fstat(number).st_size
    return os.pread(number, size, 0).decode("utf-8")


# ── In a process that is forked for it ──────────────────────────────────────────────────────────────────────────────


class Forked:
    """A run of the command line in a process of its own, whose output goes to files in `folder`.

    With `gated` it waits, once it can be traced by anybody, until `go` is called.
    """

    def __init__(self, args: Sequence[str], folder: Path, *, gated: bool = False) -> None:
        load()
        self._out, self._err = folder / "out.txt", folder / "err.txt"
        out, err = (os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600) for path in (self._out, self._err))
        gate, self._gate = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._gate)
            _become(args, (os.open(os.devnull, os.O_RDONLY), out, err), gate if gated else None)
        for number in (gate, out, err):
            os.close(number)

    def go(self) -> None:
        """Let a gated run begin."""
        os.write(self._gate, b"!")

    def kill(self) -> None:
        """End it at once, wherever it is."""
        os.kill(self.pid, signal.SIGKILL)

    def ended(self) -> Answer:
        """Wait for its end."""
        _, status = os.waitpid(self.pid, 0)
        os.close(self._gate)
        out, err = (path.read_bytes().decode("utf-8", "replace") for path in (self._out, self._err))
        return Answer(os.waitstatus_to_exitcode(status), out, err)


def _become(args: Sequence[str], streams: Sequence[int], gate: int | None) -> NoReturn:
    code: Any = UNHANDLED
    try:
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        sys.stdin, sys.stdout = _stream(0, "r", "strict"), _stream(1, "w", "strict")
        sys.stderr = _stream(2, "w", "backslashreplace")
        signal.alarm(PATIENCE_SECONDS)  # whoever hangs is ended by it
        if gate is not None:
            _LIBC.prctl(_SET_PTRACER, _ANYBODY, 0, 0, 0)
            os.read(gate, 1)
        code = _entered(args)
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(BaseException):
            sys.stderr.flush()
        os._exit(code)


_LIBC = ctypes.CDLL(None)


def _entered(args: Sequence[str]) -> int:
    """Run the program by its way in, as its script does, and flush what it has written, as Python's end does."""
    from milepost.__main__ import main

    sys.argv = ["milepost", *args]
    try:
        main()
        code = 0
    except SystemExit as exit_:
        code = exit_.code if isinstance(exit_.code, int) else int(exit_.code is not None)
    try:
        sys.stdout.flush()
    except OSError:
        return 120  # Python's own code for it
    return code


def strict_json(text: str) -> Any:
    """What a JSON text holds, without the names of numbers that JSON does not have. Raises `ValueError`."""

    def refuse(name: str) -> Any:
        raise ValueError(f"{name} is not JSON")

    return json.loads(text, parse_constant=refuse)
