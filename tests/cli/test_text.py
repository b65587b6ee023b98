"""Text from users is shown as text, whatever it holds, at any width."""

import json
import sqlite3
import tomllib
import unicodedata
from pathlib import Path

import pytest

from cli.shell_helpers import Shell
from milepost.cli import session

HARMLESS = [
    "[bold]loud[/bold]", "[/]", "[/red] [", "[link=file:///etc/passwd]x[/link]", ":smile: :warning:", "\\[x] \\",
    "%s {0}",
    "Ünïcode – “quotes” 漢字", "👩‍👩‍👧 family", "=1+1", "--help", "a\u00a0b", "it's \"so\"", "$HOME `id`",
]  # fmt: skip
HIDDEN = [
    "\u202eevil\u202c",
    "zero\u200bwidth",
    "\u2066isolate\u2069",
    "soft\u00adhyphen",
    "\ufeffbom",
    "line\u2028sep",
]
CONTROL = [
    "\x1b[31mred\x1b[0m",
    "bell\x07",
    "back\x08space",
    "two\nlines",
    "tab\there",
    "c1\x9b31m",
    "del\x7f",
    "cr\rx",
]
VIEWS = [
    "gig list", "gig show 1", "offer list", "offer show 1", "order list", "order show 1", "order history 1",
    "order timers 1", "ledger show", "ledger balances",
]  # fmt: skip


def assert_plain(text: str) -> None:
    """Nothing in it can do more to a terminal than show."""
    bad = {one for one in text if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - {"\n", "\u200d"}
    assert not bad


def with_text(shell: Shell, text: str) -> list[str]:
    """An order in which everything that a party can word is this text; what the commands said."""
    told = [
        shell.ok("gig create --seller maria --subcategory 'Logo Design' --basic 150:7", f"--title={text}",
                 f"--description={text}"),
        shell.ok("offer create --gig 1 --client ana --milestone B:1:5", f"--milestone={text}:2:60:1"),
        shell.ok("offer accept 1"),
        shell.ok("order deliver 1", f"--message={text}"),
    ]  # fmt: skip
    return [one.out + one.err for one in told]


@pytest.mark.parametrize("text", HARMLESS)
def test_text_is_shown_to_the_letter(shell: Shell, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    for told in with_text(shell, text):
        assert_plain(told)
    for view, count in (("gig list", 1), ("gig show 1", 2), ("offer show 1", 2), ("order show 1", 2)):
        told = shell.ok(view).out
        assert_plain(told)
        assert told.count(text) >= count
    assert text in shell.ok("order history 1").out
    assert shell.json("order show 1")["milestones"][1]["name"] == text


@pytest.mark.parametrize("text", HIDDEN)
def test_what_hides_or_turns_text_does_not_reach_the_terminal(
    shell: Shell, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    for told in with_text(shell, text):
        assert_plain(told)
    for view in VIEWS:
        assert_plain(shell.ok(view).out)
    assert "\ufffd" in shell.ok("gig show 1").out
    assert shell.json("gig show 1")["title"] == text


@pytest.mark.parametrize("text", [*HIDDEN, "tag\U000e0041", "joined 👩‍👧"], ids=ascii)
def test_what_hides_is_escaped_in_json_and_exports_and_is_there_to_the_letter(shell: Shell, text: str) -> None:
    with_text(shell, text)
    for line in ("gig show 1 --json", "order show 1 --json", "gig export 1", "offer export 1", "order export 1"):
        told = shell.ok(line)
        assert not {one for one in told.out if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - {"\n"}
    assert json.loads(shell.ok("gig show 1 --json").out)["title"] == text
    assert tomllib.loads(shell.ok("gig export 1").out)["title"] == text
    told = shell(f"gig show '{text}' --json")
    assert_plain(told.err)
    assert text in json.loads(told.err)["error"]["message"] or told.code == 2


def test_a_policy_s_name_is_held_to_what_names_are(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('name = "\\u001b[31mred"\n')
    told = shell("policy show", str(file))
    assert (told.code, told.out) == (6, "")
    assert "a policy's name holds the control character" in told.err
    assert_plain(told.err)


def test_nothing_of_a_tampered_store_reaches_the_terminal_but_text(working: Shell) -> None:
    working.ok("resolution open 1 --whole --by seller --reason cannot-deliver")
    connection = sqlite3.connect(working.db)
    ((guard,),) = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'policies_no_update'").fetchall()
    connection.executescript(
        "DROP TRIGGER policies_no_update;"
        "UPDATE requests SET reason = char(27) || '[31m' || char(8238), note = char(155) || '31m';"
        "UPDATE policies SET name = char(27) || ']0;x' || char(7); UPDATE gigs SET title = char(27) || '[2J';"
        f"{guard}"
    )
    connection.close()
    for line in ("resolution list", "resolution show 1", "order show 1", "order explain 1", "gig show 1", "rules"):
        for told in (working(line), working(f"{line} --json")):
            assert_plain(told.out + told.err)


def test_a_question_is_asked_in_plain_text(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    asked = list[str]()
    monkeypatch.setattr("typer.confirm", lambda question, **options: asked.append(question))
    session.confirm("Delete the template \x1b[31m\u202e?")
    assert asked == ["Delete the template \ufffd[31m\ufffd?"]


@pytest.mark.parametrize("text", CONTROL)
def test_control_characters_are_refused_in_names_and_not_echoed(shell: Shell, text: str) -> None:
    shell.gig()
    for line, option in (
        ("gig create --seller maria --subcategory 'Logo Design' --basic 150:7", f"--title={text}"),
        ("offer create --gig 1 --client ana --milestone B:1:5", f"--milestone={text}:2:60:1"),
        ("gig add-milestone 1 --days 1", f"--name={text}"),
    ):
        told = shell(line, option)
        assert (told.code, set(told.rules)) == (4, {"names"})
        assert_plain(told.err)
        as_json = shell(line, option, "--json")
        assert json.loads(as_json.err)["error"]["rule"] == "names"
        assert_plain(as_json.err)


@pytest.mark.parametrize(
    "option", ["offer create --gig 1 --client", "order list --status", "order tick --now", "gig show", "init --policy",
               "demo", "ledger balances --account", "gig create --basic", "gig list --seller", "order history"],
)  # fmt: skip
def test_bad_words_are_told_without_doing_anything_to_the_terminal(shell: Shell, option: str) -> None:
    for text in (*HARMLESS, *HIDDEN, *CONTROL):
        told = shell(option, text)
        assert told.code in (0, 2, 3, 4, 6), text
        assert_plain(told.out + told.err)


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("text", ["w" * 80, "漢" * 40, "several words that make a title that is long"])
def test_no_line_is_longer_than_the_terminal(
    shell: Shell, width: int, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    with_text(shell, text)
    shell.ok("order tick --by +6d")
    lines = [line for view in VIEWS for line in shell.ok(view).out.splitlines()]
    assert max(map(columns, lines)) <= width


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("view", ["rules", "demo", "order timers"])
def test_no_line_of_ours_is_longer_than_the_terminal(
    shell: Shell, width: int, view: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    shell.ok(f"order deliver {shell.order()}")
    assert max(map(columns, shell.ok(view).out.splitlines())) <= width


def columns(line: str) -> int:
    """How many columns of a terminal a line takes."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in line.rstrip())


def test_a_message_of_five_thousand_characters_and_lines_is_kept_whole(shell: Shell) -> None:
    shell.order()
    message = "a line\n" * 714
    shell.ok("order deliver 1 --message", message)
    (delivery,) = [one for one in shell.json("order history 1") if one["action"] == "deliver"]
    assert delivery["args"]["message"] == message
    assert shell.ok("order history 1").code == 0
