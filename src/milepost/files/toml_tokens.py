"""The signs of a TOML text, one after the other, in time that grows with the text and no faster.

This reads no values and finds no faults: where a text cannot be TOML the signs may end early. `tomllib` is the judge.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_GAP = re.compile(r"[ \t\r]*(?:#[^\n]*)?")
_BLANK_LINES = re.compile(r"[ \t\r\n]*")
_WORD = re.compile(r"[^ \t\r\n\"'#\[\]{},=]+")
_STOP = {  # of a string by its opening quotes: where it may end, and what takes the next character with it
    '"': re.compile(r'["\\\n]'),
    "'": re.compile(r"['\n]"),
    '"""': re.compile(r'"""|\\'),
    "'''": re.compile(r"'''"),
}
DEEPER = {"[": 1, "{": 1, "]": -1, "}": -1}  # by how much each kind leads further into brackets


class Token(NamedTuple):
    """A sign of the text, from `begin` up to `end`.

    Its `kind` is `string`, `word` (a key or value without quotes, dots and all), or one of `[ ] { } , =` and the line
    feed, which stands for the blank lines after it too.
    """

    kind: str
    begin: int
    end: int


def tokens(text: str) -> Iterator[Token]:
    """The signs of a text; they end early at a string that does not."""
    position = _after_gap(text, 0)
    while position < len(text):
        kind = text[position]
        if kind in "\"'":
            kind, end = "string", _string_end(text, position)
            if end is None:
                return
        elif kind == "\n":
            end = _end(_BLANK_LINES, text, position)
        elif kind in "[]{},=":
            end = position + 1
        else:
            kind, end = "word", _end(_WORD, text, position)
        yield Token(kind, position, end)
        position = _after_gap(text, end)


def _after_gap(text: str, position: int) -> int:
    return _end(_GAP, text, position)


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    assert match is not None  # each of them matches where it is asked for
    return match.end()


def _string_end(text: str, begin: int) -> int | None:
    """Where a string that begins here ends; None if it does not."""
    quote = text[begin]
    quotes = quote * 3 if text.startswith(quote * 3, begin) else quote
    position = begin + len(quotes)
    while stop := _STOP[quotes].search(text, position):
        position = stop.end()
        if stop[0] == "\\":
            position += 1
        elif stop[0] == "\n":
            return None
        else:
            return _with_own_quotes(text, position, quote) if len(quotes) == 3 else position
    return None


def _with_own_quotes(text: str, end: int, quote: str) -> int:
    """The end of a long string: up to two quotes after the closing ones mean that those before were its own."""
    for _ in range(2):
        if text.startswith(quote, end):
            end += 1
    return end
