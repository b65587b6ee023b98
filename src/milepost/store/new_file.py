"""Files that appear whole or not at all, and never in the place of another.

What is half written has another name. Nothing is removed here that was not made here: whatever else has the name stays.
"""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from milepost.errors import StoreError

# What a file system says that has no hard links, or that lets nobody make one.
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


@contextmanager
def appearing(path: Path) -> Iterator[Path]:
    """A new file at `path`, once the block has filled the empty one beside it that it is given.

    The file is its owner's alone. Raises `StoreError` if something has the name, a broken link too, or if it cannot be
    made; then nothing has changed.
    """
    path = path.absolute()
    try:
        beside = _empty_beside(path)
        try:
            yield beside
            _sync(beside)
            _give_name(beside, path)
            _sync(path.parent)
        finally:
            beside.unlink(missing_ok=True)  # it has its new name, by a link or by that alone
    except FileExistsError as error:
        raise StoreError(f"{path} exists already; nothing was changed") from error
    except OSError as error:
        raise StoreError(f"{path} cannot be made: {error.strerror}") from error


def _empty_beside(path: Path) -> Path:
    if os.path.lexists(path):
        raise FileExistsError(path)
    descriptor, name = tempfile.mkstemp(prefix=".milepost-", suffix=".new", dir=path.parent)
    os.close(descriptor)
    return Path(name)


def _give_name(beside: Path, path: Path) -> None:
    """Let `path` name the file too; of two who do so at once, one is told that it exists."""
    try:
        os.link(beside, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _claim_and_rename(beside, path)


def _claim_and_rename(beside: Path, path: Path) -> None:
    """Without hard links: take the name with an empty file of our own, and put the whole one in its place at once."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        os.replace(beside, path)
    except BaseException:
        path.unlink()
        raise


def _sync(path: Path) -> None:
    """Have what was written of a file, or of a folder's names, on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
