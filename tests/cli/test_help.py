"""`--help` of every command: it is there, its examples are commands, and it is quick to show."""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperGroup

from cli.shell_helpers import Shell, environment
from cli.tree_helpers import COMMANDS, VERBS
from milepost.cli import plain_types
from milepost.cli.app import NOUNS

HEAVY = ("sqlmodel", "sqlalchemy", "pydantic", "pydantic_core", "rich")


def examples(command: Any) -> list[str]:
    """The lines under `Example:` in a command's help; one that ends with a backslash goes on."""
    told = str(command.help).replace("\\\n", " ")
    return [line.strip() for line in told.partition("Example")[2].splitlines() if line.strip().startswith("milepost")]


@pytest.mark.parametrize("words", ["", *COMMANDS])
def test_every_command_has_help(empty: Shell, words: str) -> None:
    told = empty(f"{words} --help")
    assert (told.code, told.err) == (0, "")
    assert f"Usage: {' '.join(['milepost', *words.split()])} " in told.out
    assert not empty.db.exists()


@pytest.mark.parametrize("words", ["", *COMMANDS])
def test_help_has_whole_words_and_no_types_of_python(empty: Shell, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    usage, _, told = empty(f"{words} --help").out.partition("\n")
    assert "{" not in usage
    assert not re.search(r"<(bool|int|str|path|file)|range|\[\[|[│╭]|\.\.\.$", told, re.MULTILINE), told
    assert all(len(line) <= 80 for line in told.splitlines() if " --" not in line)
    assert told == "".join(f"{line.rstrip()}\n" for line in told.splitlines())


@pytest.mark.parametrize("words", COMMANDS)
def test_every_option_is_read_without_a_validator(words: str) -> None:
    read = {one.name: type(one.get_runtime_param()).__module__ for one in COMMANDS[words].params}
    assert set(read.values()) <= {plain_types.__name__}, read


@pytest.mark.parametrize("words", VERBS)
def test_every_verb_has_an_example_of_itself(words: str) -> None:
    assert examples(VERBS[words])
    for line in examples(VERBS[words]):
        assert f" {words}" in line


@pytest.mark.parametrize("words", VERBS)
def test_every_example_is_a_command_that_can_be_read(
    working: Shell, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for line in examples(VERBS[words]):
        told = working(" ".join(shlex.quote(word) for word in shlex.split(line)[1:]))
        assert told.code in (0, 3, 4, 6, 7), (line, told)


@pytest.mark.parametrize("words", VERBS)
def test_every_example_fits_in_eighty_columns(shell: Shell, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = [line.strip() for line in shell(f"{words} --help").out.splitlines()]
    for line in str(VERBS[words].help).partition("Example")[2].splitlines()[1:]:
        assert line.strip() in shown


@pytest.mark.parametrize("noun", NOUNS)
def test_a_noun_is_listed_with_the_line_of_its_own_help(empty: Shell, noun: str) -> None:
    """The root names nouns before it loads them, so the line is written twice."""
    first = str(COMMANDS[noun].help).strip().splitlines()[0]
    line = NOUNS[noun].line
    assert line[0].isupper()
    assert line.endswith(".")
    if isinstance(COMMANDS[noun], TyperGroup):
        assert first == line


@pytest.mark.parametrize("noun", [name for name, command in COMMANDS.items() if isinstance(command, TyperGroup)])
def test_a_noun_alone_shows_its_verbs_and_exits_2(empty: Shell, noun: str) -> None:
    told = empty(noun)
    assert (told.code, told.out) == (2, "")
    assert "Commands" in told.err
    assert "completion" not in told.err


def test_a_verb_that_is_nearly_right_is_suggested(shell: Shell) -> None:
    assert "deliver" in shell("order delivr 1").err


@pytest.mark.parametrize("words", ["--help", "order --help", "order deliver --help", "--version", "order"])
def test_what_only_tells_words_loads_no_database_no_validator_and_no_tables(words: str) -> None:
    code = f"""
import sys
sys.argv = ["milepost", *{words.split()!r}]
from milepost.__main__ import main
try:
    main()
finally:
    print("loaded:", [name for name in {HEAVY!r} if name in sys.modules])
"""
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment(), timeout=60
    )
    assert told.stdout.splitlines()[-1] == "loaded: []"


@pytest.mark.parametrize("words", ["--version", "--version --help"])
def test_the_version_is_told(empty: Shell, words: str) -> None:
    from milepost import __version__

    assert empty(words).out == f"milepost {__version__}\n"
