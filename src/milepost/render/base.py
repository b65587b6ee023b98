"""What all pictures of views are made of: a house style for tables, words, money and instants."""

from collections.abc import Callable
from functools import singledispatch
from typing import Any, TypeVar

from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from milepost import money, views
from milepost.render.plain import printable

_Picture = TypeVar("_Picture", bound=Callable[..., RenderableType])


_STYLES = {
    "active": "cyan", "delivered": "yellow", "revising": "magenta", "approved": "green", "completed": "green",
    "cancelled": "red", "skipped": "dim", "planned": "dim", "late": "red",
    "sent": "cyan", "accepted": "green", "declined": "red", "withdrawn": "dim", "expired": "dim",
}  # fmt: skip


def console(**options: Any) -> Console:
    """A console that shows text as text."""
    return Console(highlight=False, markup=False, emoji=False, **options)


def words(value: object, style: str = "") -> Text:
    """A user's text as a cell."""
    return Text(printable(str(value)), style=style)


def state(value: str) -> Text:
    """A state or status in its colour."""
    return Text(value, style=_STYLES.get(value, ""))


def when(instant: str | None) -> str:
    """An instant for people: to the minute, and to the second where that says more."""
    if instant is None:
        return ""
    text = instant.replace("T", " ").removesuffix("Z")
    return text.removesuffix(":00")


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


def facts(rows: list[tuple[str, RenderableType]]) -> Table:
    """Names and values, one a line."""
    made = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    made.add_column(style="bold", no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in rows:
        made.add_row(name, value)
    return made


@singledispatch
def rendered(view: Any) -> RenderableType:
    """What a view looks like."""
    raise TypeError(f"there is no picture of {type(view).__name__}")


_TABLES: dict[str, tuple[str, Callable[[list[Any]], RenderableType]]] = {}


def listed(noun: str, plural: str) -> Callable[[_Picture], _Picture]:
    """How a list of this noun looks; `plural` is what there is none of when it is empty."""

    def remember(picture: _Picture) -> _Picture:
        _TABLES[noun] = (plural, picture)
        return picture

    return remember


@rendered.register
def _(view: views.Listing) -> RenderableType:  # type: ignore[type-arg]
    plural, picture = _TABLES[view.noun]
    return picture(view.items) if view.items else Text(f"No {plural}.")


@rendered.register
def _(view: views.Created) -> RenderableType:  # type: ignore[type-arg]
    return str(view.id)


@rendered.register
def _(view: views.StoreView) -> RenderableType:
    return facts(
        [
            ("Store", words(view.path)),
            ("Clock", f"{when(view.clock)} UTC, {view.clock_mode}"),
            ("Policy", words(view.policy)),
        ]
    )
