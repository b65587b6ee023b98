"""What all tables are made of: a house style for columns, words, money and instants; and which module has which table.

A view of `views/x.py` is rendered by `render/x.py`, which is loaded when the first one comes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import singledispatch
from importlib import import_module
from itertools import chain, zip_longest
from typing import Any, NamedTuple, TypeVar

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from milepost import money, times
from milepost.render.plain import printable
from milepost.views.base import Listing, Summed, View

LONG = 200  # rows: more than two screens
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
    made = _Table(
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


class _Table(Table):
    """A table that is written plainly where it is long: nobody looks at a hundred screens of colours and folds."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Its segments; of a long one each line is one, in a tenth of the time."""
        if self.row_count <= LONG:
            yield from super().__rich_console__(console, options)
            return
        for line in self._lines("-" if options.ascii_only else "─"):
            yield Segment(f"{line}\n")

    def _lines(self, rule: str) -> Iterator[str]:
        """The lines of the table, whose columns are as wide as what stands in them; a rule is below its header."""
        headers = [_plain(column.header) for column in self.columns]
        rows = [
            [_plain(cell).split("\n") for cell in row] for row in zip(*(one.cells for one in self.columns), strict=True)
        ]
        widths = [
            max(map(cell_len, chain([header], *(row[number] for row in rows)))) for number, header in enumerate(headers)
        ]
        aligned = [(width, column.justify == "right") for width, column in zip(widths, self.columns, strict=True)]
        if self.title:
            yield from str(self.title).split("\n")
        yield _aligned(headers, aligned)
        yield rule * (sum(widths) + 2 * len(widths) - 2)
        for row in rows:
            for line in zip_longest(*row, fillvalue=""):
                yield _aligned(line, aligned)


def _plain(cell: object) -> str:
    """The text of a cell."""
    return cell.plain if isinstance(cell, Text) else str(cell)


def _aligned(cells: Iterable[str], widths: Iterable[tuple[int, bool]]) -> str:
    """Cells beside each other, each to the left or the right of its column."""
    spaces = ((cell, " " * (width - cell_len(cell)), right) for cell, (width, right) in zip(cells, widths, strict=True))
    return "  ".join(space + cell if right else cell + space for cell, space, right in spaces).rstrip()


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


@rendered.register
def _(view: Summed) -> RenderableType:  # type: ignore[type-arg]
    parts = [rendered(part) for part in (view.sums, view.listing) if part.items or part is view.listing]
    nothing = f"{LISTS[view.listing.noun].plural.capitalize()} that hold nothing"
    if view.left_out is None:
        parts.append(Text(f"{nothing} are left out; see them with --all."))
    elif view.left_out:
        parts.append(Text(f"{nothing}, left out: {view.left_out:,}; see them with --all."))
    return Group(*parts)


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
    "sum": ListKind("money", "sums"),
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
