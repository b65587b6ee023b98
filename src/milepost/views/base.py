"""What all views share: instants, lists, new things, texts, and the way to plain JSON. No view of anything itself."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Generic, NamedTuple, TypeAlias, TypeVar, Union, cast, get_args, get_origin

from milepost import times
from milepost.core.values import JsonValue

Item = TypeVar("Item")

View: TypeAlias = tuple[object, ...]  # every view is a NamedTuple


def _dated(arguments: Mapping[str, JsonValue]) -> JsonValue:
    """The arguments of an action with their instants, which have names in `_at`, in words."""
    return {
        name: times.format_instant(value) if name.endswith("_at") and isinstance(value, int) else value
        for name, value in arguments.items()
    }


# A type that its JSON writes in another way is annotated with the function that does.
Instant = Annotated[int, times.format_instant]
Arguments = Annotated[Mapping[str, JsonValue], _dated]


class Listing(NamedTuple, Generic[Item]):
    """Some views of one kind; `more` says that there are others. Its JSON is the plain list."""

    noun: str
    items: Sequence[Item]
    more: bool = False

    @staticmethod
    def cut(noun: str, items: Sequence[Item], limit: int) -> "Listing[Item]":
        """The first `limit` of the items, of which one more was asked for."""
        return Listing(noun, items[:limit], len(items) > limit)


class Created(NamedTuple, Generic[Item]):
    """Something new: its id is what scripts want, and its JSON is the whole."""

    id: int
    whole: Item


class Summed(NamedTuple, Generic[Item]):
    """A list below sums, which people alone see: its JSON is that of the list.

    `left_out` is how many it does not show since they come to nothing; None: nobody has counted them.
    """

    sums: Listing[Item]
    listing: Listing[Item]
    left_out: int | None


class TextView(NamedTuple):
    """A text for another program, printed as it is."""

    text: str


class Repeated(NamedTuple, Generic[Item]):
    """The answer that a command gave when it was carried out under its key, at an instant (rule idempotency-key).

    `id` is that of what it made; `answer` its JSON; `shown` its text, or nothing if that was not asked for then.
    """

    id: int | None
    at: Instant
    answer: str
    shown: str


# ── Plain JSON ──────────────────────────────────────────────────────────────────────────────────────────────────────

_Write: TypeAlias = Callable[[object], JsonValue]


def as_plain(view: View) -> JsonValue:
    """What `--json` prints of a view: dicts, lists, text, integers."""
    if isinstance(view, Summed):
        view = view.listing
    if isinstance(view, Listing):
        return [item if isinstance(item, str) else _plain(item) for item in view.items]
    if isinstance(view, Repeated):
        return cast("JsonValue", json.loads(view.answer))
    return _plain(view.whole if isinstance(view, Created) else view)


def _plain(view: object) -> JsonValue:
    assert isinstance(view, tuple)
    return {
        name: value if write is None else write(value)
        for (name, write), value in zip(_fields_of(type(view)), view, strict=True)
    }


@cache
def _fields_of(kind: type) -> tuple[tuple[str, _Write | None], ...]:
    """The fields of a kind of view, each with what writes it; None writes it as it is."""
    return tuple((name, _writer(hint)) for name, hint in kind.__annotations__.items())


def _writer(hint: object) -> _Write | None:
    """What makes JSON of values of a type. Raises `TypeError` for a type that no view may hold."""
    origin, args = get_origin(hint), get_args(hint)
    if hint in (str, int, bool, NoneType):
        return None
    if hasattr(hint, "_fields"):
        return _plain
    if origin is Annotated:
        return cast("_Write", args[1])
    if origin is Sequence:
        return _each(_writer(args[0]))
    if origin in (Union, UnionType):
        writers = {_writer(one) for one in args if one is not NoneType}
        if len(writers) == 1:  # None beside something, or several types that are written as they are
            return _if_any(writers.pop())
    if origin is Mapping and args[0] is str and _writer(args[1]) is None:
        return _copied
    raise TypeError(f"a view cannot hold {hint!r}")


def _each(write: _Write | None) -> _Write:
    def written(values: object) -> JsonValue:
        assert isinstance(values, (list, tuple))
        return list(values) if write is None else [write(value) for value in values]

    return written


def _if_any(write: _Write | None) -> _Write | None:
    return write and (lambda value: None if value is None else write(value))


def _copied(values: object) -> JsonValue:
    assert isinstance(values, Mapping)
    return dict(values)
