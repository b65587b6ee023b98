"""What files can do to the program, and the program to files: nothing hangs, and nothing is lost."""

import contextlib
import hashlib
import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from types import FrameType

import pytest
from files.budget_helpers import within_budget

from cli.shell_helpers import Shell, environment, process

SECONDS = 20
STORY = """\
[scenario]
title = "A story"
start = 2026-01-05T09:00:00Z
"""


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    """Each test is over in a few seconds, or fails."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise AssertionError(f"it took longer than {SECONDS} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


# ── Reading ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def make_socket(path: Path) -> None:
    """A socket in a folder, which is entered, since a socket's whole path may not be long."""
    before = Path.cwd()
    os.chdir(path.parent)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)
    os.chdir(before)


MAKE: dict[str, Callable[[Path], None]] = {
    "a pipe": os.mkfifo,
    "a socket": make_socket,
    "a folder": Path.mkdir,
    "a device": lambda path: path.symlink_to("/dev/null"),
    "No such file": lambda path: path.symlink_to(path.parent / "nowhere"),
    "symbolic links": lambda path: path.symlink_to(path),
}
READERS = [
    "gig create --from", "offer create --from", "init --policy", "policy show", "rules --policy", "demo",
    "scenario run", "scenario check", "scenario explore", "order deliver 1 --file",
]  # fmt: skip
TAKE_FOLDERS = ("scenario run", "scenario check")


@pytest.mark.parametrize(
    ("line", "kind"),
    [(line, kind) for line in READERS for kind in MAKE if kind != "a folder" or line not in TAKE_FOLDERS],
)
def test_what_is_no_regular_file_is_named_and_not_waited_for(
    working: Shell, tmp_path: Path, line: str, kind: str
) -> None:
    file = tmp_path / "some.toml"
    MAKE[kind](file)
    told = working(line, str(file))
    assert (told.code, told.out) == (6, "")
    (error,) = told.err.splitlines()
    assert error.startswith(f"error: {file}: cannot be read: ")
    assert kind in error
    (fault,) = json.loads(working(line, str(file), "--json").err)["error"]["values"]["faults"]
    assert kind in fault["message"]


@pytest.mark.parametrize("kind", MAKE)
@pytest.mark.parametrize("line", TAKE_FOLDERS)
def test_what_is_no_regular_file_is_named_where_a_folder_of_stories_has_it(
    shell: Shell, tmp_path: Path, line: str, kind: str
) -> None:
    folder = tmp_path / "stories"
    folder.mkdir()
    (folder / "a.toml").write_text(STORY)
    MAKE[kind](folder / "b.toml")
    told = shell(line, str(folder))
    assert (told.code, told.out) == (6, "")
    assert told.err.startswith(f"error: {folder / 'b.toml'}: cannot be read: ")
    assert kind in told.err


@pytest.mark.parametrize("device", ["/dev/full", "/dev/zero", "/dev/null", "/dev/tty"])
def test_a_device_is_named_and_not_opened(working: Shell, device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "open", lambda *_args, **_options: pytest.fail("it was opened"))
    for line in ("gig create --from", "scenario run", "order deliver 1 --file"):
        told = working(line, device)
        assert (told.code, told.err) == (6, f"error: {device}: cannot be read: it is a device, not a regular file\n")


def test_a_pipe_that_comes_in_a_file_s_place_while_it_is_opened_is_not_waited_for(
    working: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    before = (tmp_path / "file").stat()
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setattr(Path, "stat", lambda _path, **_options: before)
    for line in ("gig create --from", "order deliver 1 --file"):
        told = working(line, str(tmp_path / "pipe"))
        assert told.code == 6
        assert "it is a pipe" in told.err


def test_links_to_regular_files_are_read(working: Shell, tmp_path: Path) -> None:
    (tmp_path / "stories").mkdir()
    (tmp_path / "story").write_text(STORY)
    (tmp_path / "stories" / "link.toml").symlink_to(tmp_path / "story")
    assert working("scenario run", str(tmp_path / "stories" / "link.toml")).code == 0
    assert working("scenario run", str(tmp_path / "stories")).code == 0
    working.ok("order deliver 1 --file", str(tmp_path / "stories" / "link.toml"))


def test_other_toml_files_in_a_folder_of_stories_are_passed_over_whatever_they_hold(
    shell: Shell, tmp_path: Path
) -> None:
    (tmp_path / "story.toml").write_bytes(b"\xef\xbb\xbf" + STORY.encode())
    (tmp_path / "gig.toml").write_text('title = "A logo"')
    (tmp_path / "latin.toml").write_bytes(b"title = '\xe9'")
    (tmp_path / "lines.toml").write_text("\n" * 990_000)
    with (tmp_path / "huge.toml").open("wb") as huge:
        huge.truncate(10**11)
    assert shell.json("scenario check", str(tmp_path)) == [str(tmp_path / "story.toml")]


def test_a_delivered_file_of_any_size_is_read_in_pieces(working: Shell, tmp_path: Path) -> None:
    size = 350 * 1024**2
    with (tmp_path / "film.mp4").open("wb") as film:
        film.truncate(size)
    told = within_budget(
        "-m", "milepost", "--db", str(working.db), "order", "deliver", "1", "--file", str(tmp_path / "film.mp4")
    )
    assert (told.returncode, told.stderr) == (0, b"")
    (delivery,) = [one for one in working.json("order history 1") if one["action"] == "deliver"]
    digest = hashlib.sha256()
    for _ in range(350):
        digest.update(bytes(1024**2))
    assert delivery["args"]["files"] == [{"name": "film.mp4", "size": size, "sha256": digest.hexdigest()}]


def test_stdin_may_be_a_pipe_but_no_longer_than_a_file(tmp_path: Path) -> None:
    env = environment()
    for text, code in ((STORY, 0), (STORY + "#" * 1_000_000, 6)):
        reads, writes = os.pipe()
        Thread(target=feed, args=(writes, text.encode())).start()
        told = process("scenario", "check", "-", env=env, stdin=reads)
        os.close(reads)
        assert told.returncode == code
    with open("/dev/zero", "rb") as endless:
        told = process("scenario", "check", "-", env=env, stdin=endless)
    assert (told.returncode, told.stderr) == (6, b"error: stdin: the file is larger than 1,000,000 bytes\n")


def feed(descriptor: int, content: bytes) -> None:
    """Write into a pipe for as long as somebody reads."""
    with contextlib.suppress(BrokenPipeError), os.fdopen(descriptor, "wb") as pipe:
        pipe.write(content)
