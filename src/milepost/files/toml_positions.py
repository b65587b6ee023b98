"""Where in a TOML text each key stands: the lines and columns that `tomllib` does not tell.

The text has been parsed before, so it is good TOML; this only finds places, and what it cannot find has none.
"""

import re
import tomllib
from collections.abc import Mapping

Place = tuple[int, int]
Path = tuple[str | int, ...]

_PART = re.compile(r"""[A-Za-z0-9_-]+|"(?:\\.|[^"\\])*"|'[^']*'""")
_DOTTED = rf"(?:{_PART.pattern})(?:\s*\.\s*(?:{_PART.pattern}))*"
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_DOTTED})\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(rf"\s*({_DOTTED})\s*=")
_ENDS = {  # of long strings: up to two quotes before the closing three are the string's own
    '"""': re.compile(r"""(?:\\.|[^\\"]|"{1,2}(?!"))*"{3,5}"""),
    "'''": re.compile(r"""(?:[^']|'{1,2}(?!'))*'{3,5}"""),
}
_TOKEN = re.compile(r'"""|\'\'\'|"(?:\\.|[^"\\])*"|\'[^\']*\'|#|[\[\]{}]')


def places(text: str) -> Mapping[Path, Place]:
    """The (line, column) of each table and key, by its path; lists are counted from 0."""
    found: dict[Path, Place] = {(): (1, 1)}
    counts: dict[Path, int] = {}
    table: Path = ()
    depth, quote = 0, ""
    for number, line in enumerate(text.split("\n"), start=1):
        if depth == 0 and not quote:
            header, key = _HEADER.match(line), _KEY.match(line)
            if header:
                table = _enter(header[1], _parts(header[2]), counts)
                _note(found, table, (number, line.index("[") + 1))
                continue
            if key:
                _note(found, (*table, *_parts(key[1])), (number, key.start(1) + 1))
        depth, quote = _scan(line, depth, quote)
    return found


def place_of(found: Mapping[Path, Place], path: Path) -> Place:
    """The place of a path, or of the nearest table around it."""
    while path not in found:
        path = path[:-1]
    return found[path]


def _parts(dotted: str) -> list[str]:
    return [_unquoted(part) for part in _PART.findall(dotted)]


def _unquoted(part: str) -> str:
    if part[0] == '"':
        return next(iter(tomllib.loads(f"{part} = 0")))
    return part.strip("'")


def _enter(brackets: str, parts: list[str], counts: dict[Path, int]) -> Path:
    """The path of a table header; in a list of tables, its newest item."""
    path: Path = ()
    for part in parts[:-1]:
        path = (*path, part)
        if path in counts:
            path = (*path, counts[path] - 1)
    path = (*path, parts[-1])
    if brackets == "[[":
        counts[path] = counts.get(path, 0) + 1
        return (*path, counts[path] - 1)
    return path


def _note(found: dict[Path, Place], path: Path, place: Place) -> None:
    for length in range(1, len(path) + 1):
        found.setdefault(path[:length], place)


def _scan(line: str, depth: int, quote: str) -> tuple[int, str]:
    """How deep in brackets, and in which long string, the end of a line is."""
    position = 0
    while position < len(line):
        if quote:
            end = _ENDS[quote].match(line, position)
            if end is None:
                return depth, quote
            position, quote = end.end(), ""
            continue
        token = _TOKEN.search(line, position)
        if token is None or token[0] == "#":
            break
        position = token.end()
        if token[0] in ('"""', "'''"):
            quote = token[0]
        elif token[0] in "[{":
            depth += 1
        elif token[0] in "]}":
            depth -= 1
    return depth, quote
