"""The chain of an order's history: each entry's hash covers the entry and the hash before it.

The first link covers what the order was placed on, and the order's row keeps the last one. So a past that was changed,
cut or given another beginning is seen even where it still replays. The hashes guard against accidents and against
edits of the file, not against somebody who works all of them out anew: there is no secret in them.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from json.encoder import encode_basestring_ascii
from types import NoneType
from typing import Any

SIZE = 16  # bytes of a hash
_canonical: Callable[[Any], str] = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_WRITE: dict[type, Callable[[Any], str]] = {
    int: int.__repr__,
    str: encode_basestring_ascii,
    NoneType: lambda nothing: "null",
}


def begun(order: Sequence[Any], policy: Sequence[Any], agreed: Sequence[Sequence[Any]]) -> bytes:
    """The hash before a history's first entry, of what its order was placed on: columns as they are stored."""
    return linked(b"", [*order, *policy, *agreed])


def linked(before: bytes, row: Sequence[Any]) -> bytes:
    """The hash of a row of history that follows the one with the hash `before`.

    The row's columns count as they are stored, numbers and texts, without its own hash.
    """
    return blake2b(before + _canonical_row(row).encode("ascii"), digest_size=SIZE).digest()


def _canonical_row(row: Sequence[Any]) -> str:
    """A row's canonical JSON; numbers, texts and nothing, which most are, at a third of what an encoder takes."""
    return "[" + ",".join([_WRITE.get(type(value), _canonical)(value) for value in row]) + "]"


def links(before: bytes, rows: Iterable[Sequence[Any]]) -> list[bytes]:
    """The hashes of rows of history that follow the one with the hash `before`."""
    told = []
    for row in rows:
        before = linked(before, row)
        told.append(before)
    return told
