"""What all tables are made of: a house style for columns, words, money and instants; and which module has which table.

A view of `views/x.py` is rendered by `render/x.py`, which is loaded when the first one comes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import singledispatch
from importlib import import_module
from typing import Any, NamedTuple, TypeVar

from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from milepost import money, times
from milepost.render.plain import printable
from milepost.views.base import Listing, View

_STYLES = {
    "active": "cyan", "delivered": "yellow", "revising": "magenta", "approved": "green", "completed": "green",
    "cancelled": "red", "skipped": "dim", "planned": "dim", "late": "red",
    "sent": "cyan", "accepted": "green", "declined": "red", "withdrawn": "dim", "expired": "dim",
}  # fmt: skip


def console(**options: Any) -> Console:
    """A console that shows text as text."""
    return Console(highlight=False, markup=False, emoji=False, **options)


class Safe(NamedTuple):
    """Something to show, of which nothing reaches the terminal that is not text: headers, titles and names too."""

    shown: RenderableType

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        """Its segments, made safe."""
        for text, style, control in console.render(self.shown, options):
            yield Segment(text if control else printable(text), style, control)


def words(value: object, style: str = "") -> Text:
    """A user's text as a cell."""
    return Text(printable(str(value)), style=style)


def milestone_name(name: str, *, zoom: bool, below: Iterable[str] = ()) -> Text:
    """A milestone's name as a cell: its Zoom option beside it, and below it the lines that say something."""
    cell = words(name)
    if zoom:
        cell.append("  Zoom", "cyan")
    for line in below:
        if line:
            cell.append(f"\n{printable(line)}", "dim")
    return cell


def substep_lines(names: Iterable[str]) -> Iterator[str]:
    """Substeps as lines below their milestone's name."""
    return (f"· {name}" for name in names)


def state(value: str) -> Text:
    """A state or status in its colour."""
    return Text(value, style=_STYLES.get(value, ""))


def when(instant: int | None) -> str:
    """An instant for people: to the minute, and to the second where that says more."""
    if instant is None:
        return ""
    text = times.format_instant(instant).replace("T", " ").removesuffix("Z")
    return text.removesuffix(":00")


def day(instant: int | None) -> str:
    """The day of an instant."""
    return "" if instant is None else times.format_instant(instant)[:10]


def amount(cents: int | None) -> str:
    """Money for people."""
    return "" if cents is None else money.dollars(cents)


def revisions(allowed: int | None) -> str:
    """How many revisions there are."""
    return "unlimited" if allowed is None else str(allowed)


def table(*columns: str, title: str | None = None, right: tuple[str, ...] = ()) -> Table:
    """A table in the house's manner: a header, no frame, numbers to the right."""
    made = Table(
        box=SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        title=f"\n{title}" if title else None,
        title_justify="left",
        title_style="bold",
    )
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return made


def facts(rows: Sequence[tuple[str, RenderableType]]) -> Table:
    """Names and values, one a line."""
    made = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    made.add_column(style="bold", no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in rows:
        made.add_row(name, value)
    return made


# ── Which view has which table ──────────────────────────────────────────────────────────────────────────────────────


@singledispatch
def rendered(view: View) -> RenderableType:
    """What a view looks like."""
    _load(type(view).__module__.rpartition(".")[2])
    known = rendered.dispatch(type(view))
    if known is rendered.dispatch(object):
        raise TypeError(f"there is no table of {type(view).__name__}")
    return known(view)


@rendered.register
def _(view: Listing) -> RenderableType:  # type: ignore[type-arg]
    kind = LISTS[view.noun]
    if not view.items:
        return Text(f"No {kind.plural}.")
    _load(kind.module)
    return _TABLES[view.noun](view.items)


def _load(module: str) -> None:
    import_module(f"milepost.render.{module}")


class ListKind(NamedTuple):
    """A kind of list: the module beside this one that has its table, and what there is none of if it is empty."""

    module: str
    plural: str


LISTS: Mapping[str, ListKind] = {
    "account": ListKind("money", "accounts"),
    "comparison": ListKind("scenarios", "orders in this story"),
    "conversation": ListKind("inbox", "conversations"),
    "entry": ListKind("money", "entries"),
    "exploration": ListKind("scenarios", "orders in this story"),
    "file": ListKind("scenarios", "files"),
    "gig": ListKind("gigs", "gigs"),
    "line": ListKind("orders", "history"),
    "offer": ListKind("offers", "offers"),
    "order": ListKind("orders", "orders"),
    "policy": ListKind("rules", "policies"),
    "reason": ListKind("orders", "reasons"),
    "resolution": ListKind("orders", "requests to cancel"),
    "rule": ListKind("rules", "rules"),
    "subcategory": ListKind("gigs", "subcategories"),
    "template": ListKind("gigs", "templates"),
    "task": ListKind("todo", "tasks"),
    "timer": ListKind("orders", "timers are armed"),
    "transition": ListKind("rules", "transitions"),
}
_TABLES: dict[str, Callable[[Any], RenderableType]] = {}

_Draws = TypeVar("_Draws", bound=Callable[[Any], RenderableType])


def listed(noun: str) -> Callable[[_Draws], _Draws]:
    """Makes a function of the items the table of this kind of list."""

    def remember(function: _Draws) -> _Draws:
        _TABLES[noun] = function
        return function

    return remember
