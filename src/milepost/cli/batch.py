"""Batches: command lines of a file, one after the other in one process, as the steps of a story are."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import typer
from typer.exceptions import TyperException

from milepost.cli import grammar
from milepost.cli.app import call_one_of_many, tell
from milepost.cli.session import Session, current, note, showing, using
from milepost.errors import BadFile, Fault, MilepostError
from milepost.files.input import name_told, opened
from milepost.files.words import WORD_MAX
from milepost.scenario import spoken
from milepost.scenario.spoken import Spoken, words_of
from milepost.store.db import Database
from milepost.views.base import Created, Repeated, View
from milepost.views.batch import BatchView

LINE_MAX = 20 * WORD_MAX


@dataclass(slots=True)
class _Batch:
    """One run: whose lines they are, the store, what names stand for, and how the lines went."""

    name: str
    db: Database
    waits: bool  # whether answers are shown once all is kept
    refs: dict[str, int] = field(default_factory=dict)
    answers: list[tuple[int, View]] = field(default_factory=list)
    done: int = 0
    failed: int = 0


def run_batch(
    db: Database, name: str, *, keep_going: bool, atomic: bool, on_progress: Callable[[int], None]
) -> BatchView:
    """Run the lines of a file, or of stdin where `name` is `-`: all until one fails, or all if they are to go on.

    With `atomic` all of them are kept, or none, and answered once they are. Raises what the first line that fails
    raises, told with its place.
    """
    batch = _Batch(name_told(name), db, atomic)
    if not atomic:
        _run(batch, name, keep_going, on_progress)
        return BatchView(batch.done, batch.failed)
    try:
        with db.whole() as batch.db:
            _run(batch, name, keep_going, on_progress)
    except BaseException:
        note("Nothing of the batch was kept.")
        raise
    for number, view in batch.answers:
        _show(number, view)
    return BatchView(batch.done, batch.failed)


def _run(batch: _Batch, name: str, keep_going: bool, on_progress: Callable[[int], None]) -> None:
    session = current()
    with _lines(name) as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            session.place = f"{batch.name}:{number}"
            try:
                _answer(batch, number, line.strip("\ufeff\r\n"))
            except (MilepostError, TyperException) as error:
                if not keep_going:
                    raise
                tell(error)
                batch.failed += 1
            on_progress(batch.done + batch.failed)
    session.place = None


def _answer(batch: _Batch, number: int, line: str) -> None:
    """Run a line and show its answer."""
    words, binds = words_of(line)
    command = Spoken(words=words, ids=grammar.ids(words) if words else {}, binds=binds)
    faults = list(spoken.faults(command, line, batch.refs))
    if faults:
        raise typer.BadParameter(faults[0])
    with using(Session(keeps=batch.db, handle=current().handle)):
        view = call_one_of_many(command.spoken(batch.refs))
    if isinstance(view, int):
        raise typer.BadParameter("a line of a batch is a command that answers")
    made = view.id if isinstance(view, Created | Repeated) else None
    if binds is not None and made is None:
        raise typer.BadParameter(f"it makes nothing that could be called {binds}")
    if binds is not None and made is not None:
        batch.refs[binds] = made
    if getattr(view, "failed", False):
        batch.failed += 1
    else:
        batch.done += 1
    if batch.waits:
        batch.answers.append((number, view))
    else:
        _show(number, view)


def _show(number: int, view: View) -> None:
    from milepost.render import screen

    with showing():
        if current().as_json:
            screen.show_line(view, number)
        else:
            screen.show(view, as_json=False)


@contextmanager
def _lines(name: str) -> Iterator[Iterator[str]]:
    """The lines of a regular file, or of stdin as they come. Raises `BadFile`."""
    if name == "-":
        yield _decoded(name_told(name), sys.stdin.buffer)
        return
    with opened(Path(name)) as file:
        yield _decoded(name, file)


def _decoded(name: str, file: IO[bytes]) -> Iterator[str]:
    for number, raw in enumerate(iter(lambda: file.readline(LINE_MAX + 1), b""), start=1):
        if len(raw) > LINE_MAX:
            raise BadFile(name, [Fault(f"the line is longer than {LINE_MAX:,} bytes", number)])
        try:
            yield raw.decode()
        except UnicodeDecodeError:
            raise BadFile(name, [Fault("the line is not UTF-8 text", number)]) from None
