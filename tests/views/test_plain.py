"""From a view to plain JSON: keys as declared, instants by their types, and nothing that a type does not allow."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pytest

from milepost.core.values import JsonValue
from milepost.views.base import Arguments, Created, Instant, Listing, as_plain

AT, TOLD = 1_767_603_600, "2026-01-05T09:00:00Z"


class Part(NamedTuple):
    """A part of a whole."""

    at: Instant
    link: str


class Whole(NamedTuple):
    """Everything that a view may hold."""

    id: int
    name: str | None
    done: bool
    at: Instant
    ended_at: Instant | None
    parts: Sequence[Part]
    part: Part | None
    instants: Sequence[Instant]
    names: Sequence[str]
    numbers: Mapping[str, int | str | None]
    args: Arguments


def whole(**changes: Any) -> Whole:
    """A whole, with these parts changed."""
    some = Whole(AT, "a", True, AT, None, [Part(AT, "x")], None, (AT,), ("b",), {"now": AT, "c": None}, {"call_at": AT})
    return some._replace(**changes)


PLAIN = {
    "id": AT,
    "name": "a",
    "done": True,
    "at": TOLD,
    "ended_at": None,
    "parts": [{"at": TOLD, "link": "x"}],
    "part": None,
    "instants": [TOLD],
    "names": ["b"],
    "numbers": {"now": AT, "c": None},
    "args": {"call_at": TOLD},
}


def test_a_view_is_a_dictionary_of_its_fields_whose_instants_alone_are_iso_with_z() -> None:
    told = as_plain(whole())
    assert told == PLAIN
    assert list(PLAIN) == list(Whole._fields)


def test_what_may_be_absent_is_written_by_its_type_where_it_is_there() -> None:
    told = as_plain(whole(ended_at=AT, part=Part(AT, "y"), name=None))
    assert told == PLAIN | {"ended_at": TOLD, "part": {"at": TOLD, "link": "y"}, "name": None}


def test_the_start_of_1970_is_an_instant_too() -> None:
    assert as_plain(whole(ended_at=0)) == PLAIN | {"ended_at": "1970-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("args", "plain"),
    [
        ({"call_at": AT, "link": "x:y"}, {"call_at": TOLD, "link": "x:y"}),
        ({"id": AT, "position": None}, {"id": AT, "position": None}),
        ({"files": [{"name": "a", "size": AT}]}, {"files": [{"name": "a", "size": AT}]}),
        ({}, {}),
    ],
)
def test_of_arguments_those_whose_name_says_so_are_instants(
    args: Mapping[str, JsonValue], plain: Mapping[str, JsonValue]
) -> None:
    assert as_plain(whole(args=args)) == PLAIN | {"args": plain}


def test_a_list_is_the_list_of_its_items_and_what_was_made_is_the_whole() -> None:
    part = {"at": TOLD, "link": "x"}
    assert as_plain(Listing("part", [Part(AT, "x"), Part(AT, "x")], more=True)) == [part, part]
    assert as_plain(Listing("name", ["a", "b"])) == ["a", "b"]
    assert as_plain(Listing[str]("name", [])) == []
    assert as_plain(Created(7, Part(AT, "x"))) == part


def test_a_list_that_is_cut_says_that_there_is_more() -> None:
    assert Listing.cut("number", [1, 2, 3], 2) == Listing("number", [1, 2], more=True)
    assert Listing.cut("number", [1, 2], 2) == Listing("number", [1, 2], more=False)


class Loose(NamedTuple):
    """A view of parts that say nothing of themselves."""

    part: dict[str, Any]


class Many(NamedTuple):
    """A view of parts of which nobody knows how they are written."""

    part: Part | Instant


class Fraction(NamedTuple):
    """A view of what is never exact."""

    part: float


@pytest.mark.parametrize("view", [Loose({}), Many(AT), Fraction(0.5)])
def test_a_view_cannot_hold_what_does_not_say_how_it_is_written(view: tuple[object, ...]) -> None:
    with pytest.raises(TypeError, match="a view cannot hold "):
        as_plain(view)
