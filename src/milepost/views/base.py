"""What all views share: instants as text, lists, new things, and the way to plain JSON."""

from dataclasses import asdict, dataclass
from typing import Any, Generic, TypeVar

from milepost import times

Item = TypeVar("Item")


def iso(instant: int | None) -> str | None:
    """An instant as a view holds it."""
    return None if instant is None else times.format_instant(instant)


def iso_at(instant: int) -> str:
    """A known instant as a view holds it."""
    return times.format_instant(instant)


@dataclass(frozen=True, slots=True)
class Listing(Generic[Item]):
    """Some views of one kind; `more` says that there are others. Its JSON is the plain list."""

    noun: str
    items: list[Item]
    more: bool = False

    @staticmethod
    def cut(noun: str, items: list[Item], limit: int) -> "Listing[Item]":
        """The first `limit` of the items, of which one more was asked for."""
        return Listing(noun, items[:limit], len(items) > limit)


@dataclass(frozen=True, slots=True)
class Created(Generic[Item]):
    """Something new: its id is what scripts want, and its JSON is the whole."""

    id: int
    whole: Item


@dataclass(frozen=True, slots=True)
class TextView:
    """A text for another program, printed as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class StoreView:
    """A store, as `init` made it."""

    path: str
    clock: str
    clock_mode: str
    policy: str


def as_plain(view: Any) -> Any:
    """What `--json` prints of a view: dicts, lists, text, integers."""
    if isinstance(view, Listing):
        return [item if isinstance(item, str) else asdict(item) for item in view.items]
    return asdict(view.whole if isinstance(view, Created) else view)
