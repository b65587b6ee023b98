"""What one run of the command line knows: which store, who acts, and where its answer goes.

`answers` makes a command of a function that returns a view: it adds `--json` and hands the view on. A scenario runs
the same commands with a session of its own, whose store is open already and whose answers are kept, not printed.
"""

import inspect
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ParamSpec, TypeVar

import typer

from milepost import times
from milepost.errors import NotShown
from milepost.render.plain import printable
from milepost.rules import TIME_FORMAT

if TYPE_CHECKING:
    from milepost.store.db import Database
    from milepost.views.base import View

_Options = ParamSpec("_Options")
_Answer = TypeVar("_Answer", bound="View")
_Function = TypeVar("_Function", bound=Callable[..., object])

PAUSE_SECONDS = 0.005  # a writer that waits has asked several times meanwhile

Json = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]


@dataclass(slots=True)
class Session:
    """`path` is the store's file; `handle` the party of `--as`; `keeps` an open store whose answers are not printed.

    `within` is the store inside a transaction that the command runs in, if it does; `as_json` whether `--json` was
    said; `place` the line of a batch that runs, for its errors.
    """

    path: Path | None = None
    handle: str | None = None
    keeps: "Database | None" = None
    within: "Database | None" = None
    as_json: bool = False
    place: str | None = None
    opened: "list[Database]" = field(default_factory=list)

    @property
    def store_path(self) -> Path:
        """`--db`, else `MILEPOST_DB`, else the user's data folder."""
        if self.path is not None:
            return self.path
        given = os.environ.get("MILEPOST_DB")
        if given:
            return Path(given)
        from platformdirs import user_data_path

        return user_data_path("milepost", appauthor=False) / "milepost.db"

    @property
    def has_store(self) -> bool:
        """Whether something is where the store would be; what cannot be told is left to its opening."""
        if self.keeps is not None:
            return True
        try:
            self.store_path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except (OSError, ValueError):  # a ValueError is of a name with a null character
            return True
        return True

    def close(self) -> None:
        """Let go of what was opened."""
        for db in self.opened:
            db.close()
        self.opened.clear()


_current: ContextVar[Session] = ContextVar("session")


def current() -> Session:
    """The session of the command that runs."""
    return _current.get()


@contextmanager
def using(session: Session) -> Iterator[Session]:
    """Run commands in this session."""
    token = _current.set(session)
    try:
        yield session
    finally:
        session.close()
        _current.reset(token)


def store(*, ticks: bool = False) -> "Database":
    """The store of the session, open; where its clock is the machine's, it is brought up to it first.

    A command that `ticks` the clock itself may find the two far apart.
    """
    session = current()
    if session.within is not None:
        return session.within
    if session.keeps is not None:
        return session.keeps
    if not session.opened:
        from milepost.market import stores

        session.opened.append(stores.open_store(session.store_path))
        stores.follow(session.opened[0], machine_now, ticks=ticks, on_progress=make_way)
    return session.opened[0]


def make_way(count: int = 0) -> None:
    """Let other processes write, between two transactions of a long tick."""
    time.sleep(PAUSE_SECONDS)


def machine_now() -> int:
    """The machine's time, in UTC seconds: the one place where the program asks for it. Raises `time-format`."""
    now = int(time.time())
    if not times.MIN_INSTANT <= now <= times.MAX_INSTANT:
        raise TIME_FORMAT.refuse(given=str(now), why="the machine's clock is outside the years 2000-2100; set it first")
    return now


def answers(function: Callable[_Options, _Answer]) -> Callable[_Options, _Answer]:
    """A command of a function that returns a view: `--json` is added, and the view is shown or, if kept, returned."""

    def show(view: "View", session: Session) -> None:
        if session.keeps is None:
            from milepost.render import screen

            with showing():
                screen.show(view, as_json=session.as_json)

    return _shown_by(show, function)


def streams(function: Callable[_Options, _Answer]) -> Callable[_Options, _Answer]:
    """As `answers`, of a command that shows its answers itself, as they come; its view says how it went, at the end.

    With `--json` all are lines of their own.
    """

    def show(view: "View", session: Session) -> None:
        from milepost.render import screen

        if session.as_json:
            with showing():
                screen.show_line(view)
        else:
            note(screen.text(view).rstrip())

    return _shown_by(show, function)


def _shown_by(
    show: "Callable[[View, Session], None]", function: Callable[_Options, _Answer]
) -> Callable[_Options, _Answer]:
    @wraps(function)
    def command(*args: _Options.args, **options: _Options.kwargs) -> _Answer:
        session = current()
        session.as_json |= bool(options.pop("json", False))
        view = function(*args, **options)
        show(view, session)
        return view

    return with_option(command, "json", Json, default=False)


def with_option(function: _Function, name: str, declared: object, *, default: object) -> _Function:
    """The function as typer reads it, with an option more: all options, and no answer, whose type is not loaded."""
    option = inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=declared)
    parameters = [*inspect.signature(function).parameters.values(), option]
    function.__annotations__ = {one.name: one.annotation for one in parameters}
    function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return function


@contextmanager
def showing() -> Iterator[None]:
    """Write an answer inside the block, once what was asked for is done. Raises `NotShown`."""
    try:
        yield
    except BrokenPipeError:  # who reads has seen enough
        raise
    except OSError as error:
        raise NotShown(f"done, but the answer could not be shown: {error.strerror or error}") from None


def asks() -> bool:
    """Whether there is somebody to ask."""
    return current().keeps is None and sys.stdin.isatty()


def confirm(question: str) -> None:
    """Go on only if a yes-or-no question is answered by yes. Where there is no terminal, `--yes` must say it."""
    if not sys.stdin.isatty():
        raise typer.BadParameter(f"there is no terminal to ask at: say --yes (the question is: {question})")
    typer.confirm(printable(question), abort=True)


def note(text: str) -> None:
    """Say something beside the answer, on stderr; nothing where answers are kept."""
    if current().keeps is None:
        with suppress(OSError):  # what stands beside an answer must not take it away
            print(printable(text), file=sys.stderr)  # noqa: T201 - the one place for notes
