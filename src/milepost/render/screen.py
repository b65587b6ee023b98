"""Views on a terminal: a table each, readable at 80 columns and without colour; or their JSON.

Whatever comes from a user is put in a `Text`, never in markup. `--json` loads nothing that draws.
"""

import io
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from milepost.render.plain import json_text
from milepost.views.base import Created, Listing, Repeated, Summed, TextView, View, as_plain

if TYPE_CHECKING:
    from rich.progress import Progress


def show(view: View, *, as_json: bool) -> None:
    """Print a view on stdout; that a list has more goes to stderr."""
    if as_json or (isinstance(view, Repeated) and not view.shown):
        print(json_text(as_plain(view), ascii_only=_is_narrow(), indent=2))  # noqa: T201
    elif (undrawn := _undrawn(view)) is not None:
        print(undrawn, end="")  # noqa: T201 - never wrapped
    else:
        from milepost.render.base import Safe, console, rendered

        console().print(Safe(rendered(view)), crop=False)
    listing = view.listing if isinstance(view, Summed) else view
    if isinstance(listing, Listing) and listing.more:
        print("There are more; see them with --limit.", file=sys.stderr)  # noqa: T201


def _undrawn(view: View) -> str | None:
    """The text of a view that is no table: for another program, an id, or what was shown when it was first asked."""
    if isinstance(view, TextView):
        return view.text
    if isinstance(view, Created):
        return f"{view.id}\n"
    return view.shown if isinstance(view, Repeated) else None


def show_line(view: View, number: int | None = None) -> None:
    """Print a view's JSON on a line of its own; one that answers a numbered line of a batch says which."""
    plain = as_plain(view)
    told = plain if number is None else {"line": number, "answer": plain}
    print(json_text(told, ascii_only=_is_narrow()))  # noqa: T201


def _is_narrow() -> bool:
    """Whether stdout takes less than Unicode."""
    return (sys.stdout.encoding or "utf-8").lower() not in ("utf-8", "utf8")


def text(view: View) -> str:
    """What a view looks like where there is no terminal."""
    undrawn = _undrawn(view)
    if undrawn is not None:
        return undrawn
    from milepost.render.base import Safe, console, rendered

    told = io.StringIO()
    console(file=told, width=80).print(Safe(rendered(view)), crop=False)
    return told.getvalue()


@contextmanager
def progress(what: str) -> Iterator[Callable[[int], None]]:
    """A count that shows on a terminal, on stderr, once the work has taken more than a second."""
    begun = time.monotonic()
    bars: list[Progress] = []

    def advance(count: int) -> None:
        if not bars and sys.stderr.isatty() and time.monotonic() - begun > 1:
            bars.append(_bar(what))
            bars[0].start()
        for bar in bars:
            bar.update(bar.task_ids[0], completed=count)

    try:
        yield advance
    finally:
        for bar in bars:
            bar.stop()


def _bar(what: str) -> "Progress":
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from milepost.render.base import console

    columns = (SpinnerColumn(), TextColumn("{task.completed:,.0f} {task.description}"), TimeElapsedColumn())
    bar = Progress(*columns, console=console(stderr=True), transient=True)
    bar.add_task(what, total=None)
    return bar
