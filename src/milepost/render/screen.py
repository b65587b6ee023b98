"""Views on a terminal: a table each, readable at 80 columns and without colour; or their JSON.

Whatever comes from a user is put in a `Text`, never in markup.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console

from milepost import views
from milepost.render import money, orders, shop, telling  # noqa: F401 - each brings its tables
from milepost.render.base import console, rendered


def show(view: Any, *, as_json: bool) -> None:
    """Print a view on stdout; that a list has more goes to stderr."""
    if as_json:
        narrow = (sys.stdout.encoding or "utf-8").lower() not in ("utf-8", "utf8")
        print(json.dumps(views.as_plain(view), allow_nan=False, ensure_ascii=narrow, indent=2))  # noqa: T201
    elif isinstance(view, views.TextView):
        print(view.text, end="")  # noqa: T201 - for another program, so never wrapped
    else:
        console().print(rendered(view))
    if isinstance(view, views.Listing) and view.more:
        Console(stderr=True).print("There are more; see them with --limit.", highlight=False)


@contextmanager
def progress(what: str) -> Iterator[Callable[[int], None]]:
    """A count that shows on a terminal, on stderr, once the work has taken more than a second."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.completed:,.0f} {task.description}"), TimeElapsedColumn())
    bar = Progress(*columns, console=console(stderr=True), transient=True)
    task = bar.add_task(what, total=None)
    begun = time.monotonic()

    def advance(count: int) -> None:
        bar.update(task, completed=count)
        if time.monotonic() - begun > 1 and not bar.live.is_started:
            bar.start()

    try:
        yield advance
    finally:
        if bar.live.is_started:
            bar.stop()
