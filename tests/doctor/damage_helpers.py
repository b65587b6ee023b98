"""Stores with random bytes in them, and whether what they hold is still the same."""

import hashlib
import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from random import Random

PAGE_BYTES = 4_096
# What orders, their money and their deadlines are: all that histories, or the books, or the clock can be held against.
GUARDED = (
    "store", "policies", "orders", "agreed", "milestones", "requests", "history", "ledger", "balances",
    "sqlite_schema", "sqlite_sequence",
)  # fmt: skip


def damage(path: Path, seed: int) -> str:
    """Spoil a store in a way that the seed chooses; what was done."""
    random = Random(seed)
    content = bytearray(path.read_bytes())
    pages = len(content) // PAGE_BYTES
    way = ("bit", "byte", "bytes", "page", "swap", "zeros", "cut")[seed % 7]
    at = random.randrange(len(content))
    first, second = (PAGE_BYTES * random.randrange(pages) for _ in range(2))
    if way == "bit":
        content[at] ^= 1 << random.randrange(8)
    elif way == "byte":
        content[at] = random.randrange(256)
    elif way == "bytes":
        content[at : at + 64] = random.randbytes(len(content[at : at + 64]))
    elif way == "page":
        content[first : first + PAGE_BYTES] = random.randbytes(PAGE_BYTES)
    elif way == "swap":
        one, two = content[first : first + PAGE_BYTES], content[second : second + PAGE_BYTES]
        content[first : first + PAGE_BYTES], content[second : second + PAGE_BYTES] = two, one
    elif way == "zeros":
        content[first : first + PAGE_BYTES] = bytes(PAGE_BYTES)
    else:
        del content[first:]
    path.write_bytes(content)
    return f"{way} at {at if way in ('bit', 'byte', 'bytes') else first}"


def meaning(path: Path, tables: Collection[str] = ()) -> str | None:
    """A hash of all that can be read of a store, or of these tables; None if not all of it can be read."""
    told = hashlib.sha256()
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            connection.text_factory = bytes
            names = ["sqlite_schema", *(str(row[0], "utf-8") for row in connection.execute(_TABLES))]
            for table in names:
                if not tables or table in tables:
                    told.update(table.encode())
                    for line in sorted(map(repr, connection.execute(f'SELECT * FROM "{table}"'))):
                        told.update(line.encode())
    except (sqlite3.Error, UnicodeDecodeError):
        return None
    return told.hexdigest()


_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
