"""What a store holds and this program never wrote: told by table and row, and by nothing else.

Whatever makes objects of rows does it through `each` or `row_of`; what they find wrong is a `StoreDamaged`. What goes
wrong later, since a row could be read but says what cannot be, is looked for by `found` once it has.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from milepost import times
from milepost.errors import StoreDamaged
from milepost.store.db import Connection

Made = TypeVar("Made")
Row = tuple[Any, ...]

# What is raised by code that makes an object of a row that it cannot be made of; `RecursionError` by nested JSON.
UNREADABLE = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def first(row: Row) -> Any:
    """The key of a row whose first column is one."""
    return row[0]


def first_two(row: Row) -> Any:
    """The key of a row whose first two columns are one."""
    return tuple(row[:2])


def each(
    table: str, make: Callable[[Row], Made], rows: Iterable[Row], key: Callable[[Row], Any] = first
) -> Iterator[Made]:
    """What `make` makes of each row. Raises `StoreDamaged` at one that it can make nothing of."""
    for row in rows:
        try:
            made = make(row)
        except UNREADABLE as error:
            raise unreadable(table, key(row), error) from error
        yield made


@contextmanager
def row_of(table: str, key: Any) -> Iterator[None]:
    """Make an object of a row inside the block. Raises `StoreDamaged` if nothing can be made of it."""
    try:
        yield
    except UNREADABLE as error:
        raise unreadable(table, key, error) from error


def unreadable(table: str, key: Any, error: Exception) -> StoreDamaged:
    """The error of a row that cannot be read."""
    what = f"{error.args[0]!r} is not known here" if isinstance(error, KeyError) else str(error) or "it makes no sense"
    return StoreDamaged(f"row {_told(key)} of {table} cannot be read: {what}", {"table": table, "row": _told(key)})


def missing(table: str, key: Any) -> StoreDamaged:
    """The error of a row that another one names, or that must be there, and is not."""
    return StoreDamaged(f"row {_told(key)} of {table} is missing", {"table": table, "row": _told(key)})


def read_json(text: str, kind: type[Made]) -> Made:
    """What a text holds that the program has written as JSON: of this kind, and with whole numbers only.

    Raises `ValueError`.
    """

    def refuse(number: str) -> Any:
        raise ValueError(f"{number} is no whole number")

    held = json.loads(text, parse_constant=refuse, parse_float=refuse)
    if type(held) is not kind:
        raise ValueError(f"{text[:60]!r} is not what belongs there")
    return held


def held_to(value: Made, hint: Any) -> Made:
    """`value`, if it is of a type, in all of its parts. Raises `ValueError`."""
    if not _fits(value, hint):
        raise ValueError(f"{str(value)[:60]!r} is not what belongs there")
    return value


def _fits(value: Any, hint: Any) -> bool:
    kind: Any = get_origin(hint) or hint
    parts = get_args(hint)
    if kind is UnionType:
        return any(_fits(value, part) for part in parts)
    if kind is tuple:
        return type(value) is tuple and all(_fits(one, parts[0]) for one in value)
    if kind is Mapping:
        return type(value) is dict and all(_fits(k, parts[0]) and _fits(v, parts[1]) for k, v in value.items())
    return type(value) is kind and (not isinstance(value, tuple) or all(map(_fits, value, _hints(hint))))


@cache
def _hints(kind: type) -> tuple[Any, ...]:
    """The types of a named tuple's fields."""
    return tuple(get_type_hints(kind).values())


def check_instant(instant: Any) -> int:
    """`instant`, if the program could have written it. Raises `ValueError`."""
    if not isinstance(instant, int) or not times.MIN_INSTANT <= instant <= times.MAX_INSTANT:
        raise ValueError(f"{instant!r} is no instant between the years 2000 and 2100")
    return instant


def _told(key: Any) -> str:
    return ", ".join(map(str, key)) if isinstance(key, tuple) else str(key)


# ── Once something has gone wrong ───────────────────────────────────────────────────────────────────────────────────

# Columns of instants that no check of the store's own holds to the years that there are.
_INSTANTS: Mapping[str, tuple[str, ...]] = {
    "requests": ("opened_at", "closed_at"),
    "offers": ("expires_at", "closed_at"),
    "orders": ("ended_at", "due_at"),
    "milestones": ("started_at", "first_delivered_at", "delivered_at", "ended_at", "call_at", "clears_at"),
}


def found(connection: Connection) -> StoreDamaged | None:
    """The first damage that SQLite knows of: a page, a check, a type, a missing row, an instant; None if there is none.

    It reads the whole store.
    """
    for (told,) in connection.rows("PRAGMA integrity_check(1)"):
        if told != "ok":
            return StoreDamaged(str(told))
    for table, row, parent, _ in connection.rows("PRAGMA foreign_key_check"):
        return StoreDamaged(f"row {row} of {table} names a row of {parent} that is missing", {"table": table})
    for table, columns in _INSTANTS.items():
        for column in columns:
            outside = f"{column} NOT BETWEEN {times.MIN_INSTANT} AND {times.MAX_INSTANT}"
            instant = connection.value(f"SELECT {column} FROM {table} WHERE {outside}")
            if instant is not None:
                return StoreDamaged(f"{table} has {instant} as its {column}, which is no instant", {"table": table})
    return None
