"""Opening what is read: regular files only, so that nothing waits for a pipe or reads a device without end.

What a file holds is for others to judge.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Any

from milepost.errors import BadFile, Fault

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISLNK, "a link"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def name_told(name: str) -> str:
    """What a file is called in its faults."""
    return "stdin" if name == "-" else name


def read_start(path: Path, most: int) -> bytes:
    """The first `most` bytes of a regular file, or all of a shorter one. Raises `BadFile`; never waits."""
    with opened(path) as file:
        return file.read(most)


def record(path: Path) -> dict[str, Any]:
    """What an order keeps of a delivered file of any size: name, size in bytes, SHA-256 (rule deliver-final).

    Raises `BadFile`; never waits.
    """
    import hashlib

    with opened(path) as file:
        if path.name.encode(errors="ignore").decode() != path.name:
            raise BadFile(str(path), [Fault("its name is not UTF-8 text, and an order keeps names as text")])
        digest = hashlib.file_digest(file, "sha256")
        return {"name": path.name, "size": file.tell(), "sha256": digest.hexdigest()}


def not_regular(mode: int) -> str | None:
    """Why what has this mode (`st_mode`) is no regular file, in words; None if it is one."""
    if stat.S_ISREG(mode):
        return None
    kind = next((name for is_kind, name in _KINDS if is_kind(mode)), "something else")
    return f"it is {kind}, not a regular file"


@contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """A regular file, open for reading, wherever links lead."""
    try:
        _check_regular(path, path.stat().st_mode)  # before it is opened, which can do something to a device
        with open(path, "rb", opener=_without_waiting) as file:
            _check_regular(path, os.fstat(file.fileno()).st_mode)  # another may be there since
            yield file
    except (OSError, ValueError) as error:  # a ValueError is of a name with a null character
        reason = getattr(error, "strerror", None) or str(error)
        raise BadFile(str(path), [Fault(f"cannot be read: {reason}")]) from None


def _without_waiting(name: str, flags: int) -> int:
    return os.open(name, flags | os.O_NONBLOCK)


def _check_regular(path: Path, mode: int) -> None:
    why = not_regular(mode)
    if why:
        raise BadFile(str(path), [Fault(f"cannot be read: {why}")])
