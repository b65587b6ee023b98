"""Where in a TOML text each key stands: the lines and columns that `tomllib` does not tell.

The text has been parsed before, so it is good TOML; this only finds places, and what it cannot find has none.
"""

import tomllib
from collections.abc import Iterator, Mapping
from itertools import chain

from milepost.files.toml_tokens import DEEPER, Token, tokens

Place = tuple[int, int]
Path = tuple[str | int, ...]


def places(text: str) -> Mapping[Path, Place]:
    """The (line, column) of each table and key, by its path; lists are counted from 0."""
    found: dict[Path, Place] = {(): (1, 1)}
    counts: dict[Path, int] = {}
    table: Path = ()
    line, seen = 1, 0
    for head in _heads(text):
        begin = head[0].begin
        line, seen = line + text.count("\n", seen, begin), begin
        parts = [part for token in head for part in _parts(text, token)]
        if head[0].kind == "[":
            table = path = _enter(parts, counts, is_list=head[1].kind == "[")
        else:
            path = (*table, *parts)
        _note(found, path, (line, begin - text.rfind("\n", 0, begin)))
    return found


def place_of(found: Mapping[Path, Place], path: Path) -> Place:
    """The place of a path, or of the nearest table around it."""
    while path not in found:
        path = path[:-1]
    return found[path]


def _heads(text: str) -> Iterator[list[Token]]:
    """What names something: the signs of each table's header, and of each key up to its `=`."""
    head: list[Token] = []
    depth, in_value = 0, False
    for token in chain(tokens(text), [Token("\n", len(text), len(text))]):
        if in_value:
            depth += DEEPER.get(token.kind, 0)
            in_value = depth > 0 or token.kind != "\n"
        elif token.kind in ("=", "\n"):
            if head:
                yield head
            head, in_value = [], token.kind == "="
        else:
            head.append(token)


def _parts(text: str, token: Token) -> Iterator[str]:
    """The parts of a dotted key that a sign holds, without quotes."""
    written = text[token.begin : token.end]
    if token.kind == "word":
        yield from filter(None, written.split("."))
    elif written[0] == '"':
        yield next(iter(tomllib.loads(f"{written} = 0")))
    elif written[0] == "'":
        yield written[1:-1]


def _enter(parts: list[str], counts: dict[Path, int], *, is_list: bool) -> Path:
    """The path of a table header; in a list of tables, its newest item."""
    path: Path = ()
    for part in parts[:-1]:
        path = (*path, part)
        if path in counts:
            path = (*path, counts[path] - 1)
    path = (*path, parts[-1])
    if is_list:
        counts[path] = counts.get(path, 0) + 1
        return (*path, counts[path] - 1)
    return path


def _note(found: dict[Path, Place], path: Path, place: Place) -> None:
    for length in range(1, len(path) + 1):
        found.setdefault(path[:length], place)
