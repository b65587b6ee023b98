"""A new file is there whole or not at all, is its owner's alone, and stands in nobody's place."""

import errno
import os
import stat
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import store_helpers

from milepost.errors import StoreError
from milepost.market import stores
from milepost.policy import STANDARD
from milepost.store.db import Database
from milepost.store.new_file import appearing, replacing
from store.process_helpers import FORK

CONTENT = b"whole" * 1_000
KILLED = 9


def write(path: Path, then: Callable[[], object] = lambda: None) -> None:
    """Make a file with the content; something else happens before it gets its name."""
    with appearing(path) as beside:
        beside.write_bytes(CONTENT)
        then()


def fail() -> None:
    """Go wrong."""
    raise KeyError("whatever it is")


def without_links(number: int) -> Callable[..., None]:
    """A file system that has no hard links, and says so by this error."""

    def link(*names: object, **options: object) -> None:
        raise OSError(number, os.strerror(number))

    return link


@pytest.fixture(params=["links", "no links"])
def file_system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A file system with hard links, and one without."""
    if request.param == "no links":
        monkeypatch.setattr(os, "link", without_links(errno.EOPNOTSUPP))
    return str(request.param)


def test_a_new_file_is_whole_and_its_owner_s_alone_and_nothing_else_stays(tmp_path: Path, file_system: str) -> None:
    before = os.umask(0)
    try:
        write(tmp_path / "new")
    finally:
        os.umask(before)
    assert (tmp_path / "new").read_bytes() == CONTENT
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o600
    assert (tmp_path / "new").stat().st_nlink == 1
    assert os.listdir(tmp_path) == ["new"]


@pytest.mark.parametrize("when", ["before", "meanwhile"])
@pytest.mark.parametrize("kind", ["file", "folder", "link", "broken link"])
def test_what_has_the_name_stays_as_it_is(tmp_path: Path, file_system: str, kind: str, when: str) -> None:
    path, other = tmp_path / "new", tmp_path / "other"
    other.write_text("theirs")
    place: dict[str, Callable[[], object]] = {
        "file": lambda: path.write_text("theirs"),
        "folder": path.mkdir,
        "link": lambda: path.symlink_to(other),
        "broken link": lambda: path.symlink_to(tmp_path / "nowhere"),
    }
    if when == "before":
        place[kind]()

    with pytest.raises(StoreError) as caught:
        write(path, place[kind] if when == "meanwhile" else lambda: None)

    assert str(caught.value) == f"{path} exists already; nothing was changed"
    assert sorted(os.listdir(tmp_path)) == ["new", "other"]
    assert path.is_symlink() is (kind in ("link", "broken link"))
    assert path.is_dir() is (kind == "folder")
    if kind in ("file", "link"):
        assert path.read_text() == "theirs"


def test_a_file_that_could_not_be_filled_is_not_there(tmp_path: Path, file_system: str) -> None:
    with pytest.raises(KeyError, match="whatever it is"):
        write(tmp_path / "new", fail)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_what_the_disk_says_is_told_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    def fails(*given: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "link", without_links(errno.EPERM))
    monkeypatch.setattr(os, failing, fails)
    with pytest.raises(StoreError, match="new cannot be made: No space left on device"):
        write(tmp_path / "new")
    assert os.listdir(tmp_path) == []


def test_what_is_in_a_new_file_and_then_its_name_are_on_the_disk_before_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file_system: str
) -> None:
    sync, synced = os.fsync, list[tuple[bool, bool]]()

    def seen(descriptor: int) -> None:
        whole = (tmp_path / "new").exists() and (tmp_path / "new").read_bytes() == CONTENT
        synced.append((stat.S_ISDIR(os.fstat(descriptor).st_mode), whole))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", seen)
    write(tmp_path / "new")
    assert synced == [(False, False), (True, True)]


def test_a_link_that_is_refused_for_another_reason_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "link", without_links(errno.EIO))
    with pytest.raises(StoreError, match="new cannot be made: Input/output error"):
        write(tmp_path / "new")
    assert os.listdir(tmp_path) == []


def is_ours(start: bytes) -> bool:
    """Whether a file begins as an older one of these tests does."""
    return start.startswith(b"older")


def replace(path: Path, meanwhile: Callable[[], object] = lambda: None) -> None:
    """Put a file in the place of an older one, doing something before it has the name."""
    with replacing(path, is_ours) as beside:
        beside.write_bytes(CONTENT)
        meanwhile()


def test_an_older_file_of_the_same_kind_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "new"
    for older in (None, b"older", b"older and longer"):
        if older is not None:
            path.write_bytes(older)
        replace(path)
        assert path.read_bytes() == CONTENT
        assert os.listdir(tmp_path) == ["new"]


@pytest.mark.parametrize("when", ["before", "meanwhile"])
@pytest.mark.parametrize("kind", ["file", "link"])
def test_nothing_else_is_replaced(tmp_path: Path, kind: str, when: str) -> None:
    path, other = tmp_path / "new", tmp_path / "other"
    other.write_bytes(b"older")
    place: dict[str, Callable[[], object]] = {
        "file": lambda: path.write_text("theirs"),
        "link": lambda: path.symlink_to(other),
    }
    if when == "before":
        place[kind]()

    with pytest.raises(StoreError, match="nothing was changed"):
        replace(path, place[kind] if when == "meanwhile" else lambda: None)

    assert path.read_text() == ("theirs" if kind == "file" else "older")
    assert path.is_symlink() is (kind == "link")
    assert sorted(os.listdir(tmp_path)) == ["new", "other"]


@pytest.mark.parametrize("make", [appearing, lambda path: replacing(path, is_ours)], ids=["appearing", "replacing"])
def test_where_something_has_the_name_the_work_is_not_begun(
    tmp_path: Path, make: Callable[[Path], AbstractContextManager[Path]]
) -> None:
    (tmp_path / "new").write_text("theirs")
    begun = list[Path]()
    with pytest.raises(StoreError, match="exists already"), make(tmp_path / "new") as beside:
        begun.append(beside)
    assert begun == []


# ── Stores ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def create(path: Path) -> None:
    """Make a store."""
    stores.create_file(path, start=store_helpers.START, clock_mode="simulated", policy=STANDARD)


def test_of_two_who_make_a_store_at_once_one_is_refused_and_the_store_of_the_other_stays(tmp_path: Path) -> None:
    for number in range(20):
        path, barrier = tmp_path / f"{number}.db", FORK.Barrier(2)

        def creates() -> None:
            barrier.wait()  # noqa: B023 - the children are gone before the next round
            try:
                create(path)  # noqa: B023
            except StoreError:
                os._exit(4)
            os._exit(0)

        children = [FORK.Process(target=creates) for _ in range(2)]
        for child in children:
            child.start()
        for child in children:
            child.join()
        assert sorted(child.exitcode or 0 for child in children) == [0, 4]
        db = stores.open_store(path)
        store_helpers.assert_sound(db)
        db.close()
    assert len(os.listdir(tmp_path)) == 20


# What `create_file` asks of the operating system, in the order in which it does.
CALLS = [(os, "open"), (Path, "write_bytes"), (os, "fsync"), (os, "link"), (os, "replace"), (Path, "unlink")]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
@pytest.mark.parametrize(("owner", "name"), CALLS)
def test_a_store_whose_making_was_killed_is_whole_or_can_be_made(
    tmp_path: Path, owner: object, name: str, links: bool, after: bool
) -> None:
    path = tmp_path / "store.db"

    def dies() -> None:
        if not links:
            os.link = without_links(errno.ENOTSUP)
        call = getattr(owner, name)

        def killed(*given: object, **options: object) -> None:
            if after:
                call(*given, **options)
            os._exit(KILLED)

        setattr(owner, name, killed)
        create(path)
        os._exit(0)

    child = FORK.Process(target=dies)
    child.start()
    child.join()
    assert child.exitcode in (0, KILLED)

    if path.exists() and path.stat().st_size == 0:  # without links the name is taken by an empty file for a moment
        assert not links
        path.unlink()
    if not path.exists():
        create(path)
    db: Database = stores.open_store(path)
    store_helpers.assert_sound(db)
    assert store_helpers.clock_of(db) == store_helpers.START
    db.close()
