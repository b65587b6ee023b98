"""Where in a TOML text each key stands."""

import tomllib
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from milepost.files.toml_positions import place_of, places

HARD = '''\
title = "a # b [x]"  # a comment = 1
"quoted.key" = 1
'literal "key"' = 2
"esc\\"aped = [" = 3
a.b . "c d" = 4
text = """
[not.a.table]
not_a_key = 1
\\"""
still = "inside"
"""""
after_text = 5
literal = \'\'\'
[[no]]
n = 1 \\\'\'\'
after_literal = 6
list = [
  "[x]", # ]
  { y = 1 },
  [1, 2],
]
after_list = 7
inline = { p = 1, q = [1], r = "}" }
empty = ""

[ table . "x.y" ] # comment
k = 8

  [[items]]
  name = "one"
    [items.sub]
    deep = 9
    [[items.parts]]
    n = 1
    [[items.parts]]
    n = 2

[[items]]
name = "two"
  [[items.parts]]
  n = 3
[deep.er.still]
z = 1
'''


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("title",), (1, 1)), (("quoted.key",), (2, 1)), (('literal "key"',), (3, 1)), (('esc"aped = [',), (4, 1)),
        (("a",), (5, 1)), (("a", "b"), (5, 1)), (("a", "b", "c d"), (5, 1)), (("text",), (6, 1)),
        (("after_text",), (12, 1)), (("after_literal",), (16, 1)), (("list",), (17, 1)), (("after_list",), (22, 1)),
        (("inline",), (23, 1)), (("empty",), (24, 1)), (("table", "x.y"), (26, 1)), (("table", "x.y", "k"), (27, 1)),
        (("items",), (29, 3)), (("items", 0), (29, 3)), (("items", 0, "name"), (30, 3)), (("items", 0, "sub"), (31, 5)),
        (("items", 0, "sub", "deep"), (32, 5)), (("items", 0, "parts", 0, "n"), (34, 5)),
        (("items", 0, "parts", 1), (35, 5)), (("items", 0, "parts", 1, "n"), (36, 5)), (("items", 1), (38, 1)),
        (("items", 1, "name"), (39, 1)), (("items", 1, "parts", 0, "n"), (41, 3)), (("deep", "er"), (42, 1)),
        (("deep", "er", "still", "z"), (43, 1)),
    ],
)  # fmt: skip
def test_the_place_of_every_key_is_found_whatever_is_around_it(path: tuple[str | int, ...], place: object) -> None:
    tomllib.loads(HARD)
    assert places(HARD)[path] == place


def test_nothing_is_found_in_long_strings_lists_and_comments() -> None:
    told = {part for path in places(HARD) for part in path}
    assert told.isdisjoint({"not", "a.table", "not_a_key", "still = ", "no", "y", "p"})


def test_what_has_no_place_of_its_own_has_the_place_of_what_is_around_it() -> None:
    found = places(HARD)
    assert place_of(found, ("inline", "p")) == (23, 1)
    assert place_of(found, ("list", 1, "y")) == (17, 1)
    assert place_of(found, ("items", 1, "missing")) == (38, 1)
    assert place_of(found, ("missing",)) == (1, 1)


@pytest.mark.parametrize("break_", ["\u2028", "\x85", "\u2029"])
def test_only_line_feeds_end_lines(break_: str) -> None:
    text = f'a = "one{break_}two"\r\nb = 2\r\n'
    assert tomllib.loads(text)["b"] == 2
    assert places(text)["b",] == (2, 1)


odd = st.text(alphabet="ab ._-#=[]'\"\\,:é漢\n\u2028", max_size=6)
scalars = st.one_of(
    st.integers(-9, 9), st.booleans(), st.text(alphabet="[]{}=#'\"\\ \nxy.,", max_size=30), st.lists(st.integers(0, 9))
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A table of tables, lists of tables and values. Each key of the whole has a number of its own: `k7 …`."""
    numbers = count()

    def table(depth: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for _ in range(draw(st.integers(0, 4))):
            key = f"k{next(numbers)}k{draw(odd)}"
            kind = draw(st.sampled_from(["value", "value", "table", "list"] if depth else ["value"]))
            if kind == "value":
                made[key] = draw(scalars)
            elif kind == "table":
                made[key] = table(depth - 1)
            else:
                made[key] = [table(depth - 1) for _ in range(draw(st.integers(1, 3)))]
        return made

    return table(3)


def paths(node: dict[str, Any], before: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """The path of each key, with its key."""
    for key, value in node.items():
        yield (*before, key), key
        if isinstance(value, dict):
            yield from paths(value, (*before, key))
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for index, item in enumerate(value):
                yield from paths(item, (*before, key, index))


@given(documents(), st.booleans())
def test_each_key_of_a_written_file_is_found_on_its_line(document: dict[str, Any], multiline: bool) -> None:
    text = tomli_w.dumps(document, multiline_strings=multiline)
    assert tomllib.loads(text) == document
    found, lines = places(text), text.split("\n")
    for path, key in paths(document):
        mark = f"k{key[1:].split('k')[0]}k"
        number, line = next((n, line) for n, line in enumerate(lines, start=1) if mark in line)
        if mark in line.partition("{")[2]:  # in an inline table, whose keys have the place of the key before it
            assert path not in found
        else:
            at, column = found[path]
            assert (at, line[column - 1] in '["' or line[column - 1 :].startswith(mark)) == (number, True)
