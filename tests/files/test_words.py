"""The words of a step: those that a shell would read, in time that grows with the text."""

import shlex
import subprocess

import pytest
from cli.shell_helpers import Shell
from hypothesis import given
from hypothesis import strategies as st

from files.budget_helpers import within_budget
from milepost.files.words import WORD_MAX, BadWords, split_words


@given(st.text(alphabet="ab-'\"\\ \t\r\n#$\u2028é", max_size=30))
def test_words_are_split_as_a_shell_does(text: str) -> None:
    try:
        expected = shlex.split(text)
    except ValueError:
        with pytest.raises(BadWords):
            split_words(text)
    else:
        assert split_words(text) == expected


@given(st.lists(st.text(max_size=8)))
def test_words_that_are_joined_come_back(words: list[str]) -> None:
    assert split_words(shlex.join(words)) == words


@pytest.mark.parametrize("written", ["{}", "'{}'", '"{}"', "a {} b"])
def test_a_word_holds_ten_thousand_characters_and_no_more(written: str) -> None:
    assert "x" * WORD_MAX in split_words(written.format("x" * WORD_MAX))
    with pytest.raises(BadWords, match="too long: 10,001 characters, 10,000 at most"):
        split_words(written.format("x" * (WORD_MAX + 1)))


@pytest.mark.parametrize("text", ["'a' * 3_000_000", "'\"' + 'a' * 3_000_000 + '\"'", "'\\\\a' * 1_500_000"])
def test_a_long_word_takes_time_in_proportion(text: str) -> None:
    code = f"from milepost.files.words import *\ntry: split_words({text})\nexcept BadWords as error: print(error)"
    told: subprocess.CompletedProcess[bytes] = within_budget("-c", code)
    assert (told.returncode, told.stderr) == (0, b"")
    assert b"too long" in told.stdout


def test_what_if_names_words_that_cannot_be_read(working: Shell) -> None:
    for action, why in (("deliver 'x", "is a quote open?"), ("", "has no words"), ("x" * 10_001, "is too long")):
        told = working("order what-if 1", action)
        assert (told.code, told.out) == (2, "")
        assert why in told.err
        assert len(told.err) < 300
