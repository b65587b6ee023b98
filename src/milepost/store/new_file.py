"""Files that appear whole or not at all, and never in the place of another, unless that is an older one of their kind.

What is half written has another name. Nothing is removed here that was not made here: whatever else has the name stays.
Every file that the program makes is made here.
"""

import errno
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from milepost.errors import StoreError

# What a file system says that has no hard links, or that lets nobody make one.
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
_START_BYTES = 512


@contextmanager
def appearing(path: Path) -> Iterator[Path]:
    """A new file at `path`, once the block has filled the empty one beside it that it is given.

    The file is its owner's alone. Raises `StoreError` if something has the name, a broken link too, or if it cannot be
    made; then nothing has changed.
    """
    with _filled(path, check_free, _give_name) as beside:
        yield beside


@contextmanager
def replacing(path: Path, is_own: Callable[[bytes], bool]) -> Iterator[Path]:
    """The same, in the place of an older file whose first bytes say that it is one of these, if there is one.

    Raises `StoreError` if what has the name is something else, or a link.
    """

    def check(path: Path) -> None:
        _check_replaceable(path, is_own)

    def take_name(beside: Path, path: Path) -> None:
        check(path)
        if os.path.lexists(path):
            os.replace(beside, path)
        else:
            _give_name(beside, path)

    with _filled(path, check, take_name) as beside:
        yield beside


def check_free(path: Path) -> None:
    """Refuse a name that something has already. Raises `StoreError`."""
    if os.path.lexists(path):
        raise StoreError(f"{path.absolute()} exists already", "nothing was changed")


def _check_replaceable(path: Path, is_own: Callable[[bytes], bool]) -> None:
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise StoreError(f"{path} is no regular file, and is not replaced", "nothing was changed")
        with open(path, "rb") as older:
            start = older.read(_START_BYTES)
    except FileNotFoundError:
        return
    if not is_own(start):
        raise StoreError(f"{path} exists already and holds something else", "nothing was changed")


@contextmanager
def _filled(path: Path, check: Callable[[Path], None], take_name: Callable[[Path, Path], None]) -> Iterator[Path]:
    path = path.absolute()
    try:
        check(path)
        beside = _empty_beside(path)
        try:
            yield beside
            _sync(beside)
            take_name(beside, path)
            _sync(path.parent)
        finally:
            beside.unlink(missing_ok=True)  # it has its new name, by a link or by that alone
    except FileExistsError as error:
        raise StoreError(f"{path} exists already", "nothing was changed") from error
    except OSError as error:
        raise StoreError(f"{path} cannot be made: {error.strerror}") from error


def _empty_beside(path: Path) -> Path:
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
