"""Where in a TOML text each key stands: the lines and columns that `tomllib` does not tell.

The text has been parsed before, so it is good TOML; this only finds places, and what it cannot find has none.
"""

import re
from collections.abc import Mapping

Place = tuple[int, int]
Path = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
_TOKEN = re.compile(r'"""|\'\'\'|"(?:\\.|[^"\\])*"|\'[^\']*\'|#|[\[\]{}]')


def places(text: str) -> Mapping[Path, Place]:
    """The (line, column) of each table and key, by its path; lists are counted from 0."""
    found: dict[Path, Place] = {(): (1, 1)}
    counts: dict[Path, int] = {}
    table: Path = ()
    depth, quote = 0, ""
    for number, line in enumerate(text.splitlines(), start=1):
        if depth == 0 and not quote:
            header, key = _HEADER.match(line), _KEY.match(line)
            if header:
                table = _enter(header[1], _parts(header[2]), counts)
                found.setdefault(table, (number, line.index("[") + 1))
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
    return [part.strip("\"'") for part in _PART.findall(dotted)]


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
            end = line.find(quote, position)
            if end < 0:
                return depth, quote
            position, quote = end + 3, ""
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
