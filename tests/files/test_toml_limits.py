"""How much a TOML text may hold: told at its place, before time and memory are gone."""

import tomllib
from collections.abc import Callable
from typing import Any

import pytest
import tomli_w
from hypothesis import example, given
from hypothesis import strategies as st

from files.budget_helpers import within_budget
from files.test_toml_positions import documents
from milepost.core.act import ATTACHMENTS_MAX
from milepost.core.names import FILE_NAME_MAX, LINK_MAX, TEXT_MAX
from milepost.files.toml_limits import ITEMS_MAX, KEY_PARTS_MAX, NESTING_MAX, STRING_MAX, WORD_MAX, excess
from milepost.files.toml_tokens import tokens

HEAD = '[scenario]\ntitle = "A story"\nstart = 2026-01-05\n'


def dotted(parts: int, between: str = ".") -> str:
    """A key of so many parts."""
    return between.join(["a"] * parts)


# The limit, a text that holds so many of what is limited, and where one more than the limit is told.
AT_THE_LIMIT: dict[str, tuple[int, Callable[[int], str], tuple[int, int]]] = {
    "parts of a key": (KEY_PARTS_MAX, lambda count: f"b = 1\n {dotted(count)} = 1", (2, 2)),
    "parts of a header": (KEY_PARTS_MAX, lambda count: f"b = 1\n[{dotted(count)}]", (2, 2)),
    "parts with blanks between": (KEY_PARTS_MAX, lambda count: f"{dotted(count, ' . ')} = 1", (1, 79)),
    "parts in quotes": (KEY_PARTS_MAX, lambda count: f"'{dotted(count, chr(39) + '.' + chr(39))}' = 1", (1, 80)),
    "lists in lists": (NESTING_MAX, lambda count: f"x = {'[' * count}{']' * count}", (1, 55)),
    "tables in tables": (NESTING_MAX, lambda count: f"x = {'{a=' * count}1{'}' * count}", (1, 155)),
    "letters of a key": (WORD_MAX, lambda count: f"b = 1\n{'k' * count} = 1", (2, 1)),
    "letters of a key in quotes": (WORD_MAX, lambda count: f'"{"k" * (count - 2)}" = 1', (1, 1)),
    "letters of a header in quotes": (WORD_MAX, lambda count: f"b = 1\n['{'k' * (count - 2)}']", (2, 2)),
    "digits": (WORD_MAX, lambda count: f"b = 1\nx = {'1' * count}", (2, 5)),
    "letters of a text": (STRING_MAX, lambda count: f"b = 1\nx = '{'x' * (count - 2)}'", (2, 5)),
    "letters of a long text": (STRING_MAX, lambda count: f'x = """\n{"x" * (count - 7)}"""', (1, 5)),
    "keys": (ITEMS_MAX, lambda count: "".join(f"k{number} = 1\n" for number in range(count)), (ITEMS_MAX + 1, 8)),
    "tables": (ITEMS_MAX, lambda count: "".join(f"[t{number}]\n" for number in range(count)), (ITEMS_MAX + 1, 1)),
    "items of a list": (ITEMS_MAX, lambda count: f"x = [{'1,' * (count - 1)}]", (1, 100_005)),
    "parts of keys": (ITEMS_MAX, lambda count: f"[{dotted(20)}]\n" * (count // 20) + "[b]" * (count % 20), (2_501, 1)),
}


@pytest.mark.parametrize("what", AT_THE_LIMIT)
def test_what_is_at_its_limit_passes_and_one_more_is_told_at_its_line_and_column(what: str) -> None:
    limit, written, place = AT_THE_LIMIT[what]
    assert excess(written(limit)) is None
    fault = excess(written(limit + 1))
    assert fault is not None
    assert (fault.line, fault.column) == place
    assert "at most" in fault.message


def test_what_is_much_only_in_comments_and_texts_is_not_counted() -> None:
    much = f"# {dotted(99)} {'[' * 99} {'k' * 999}\n"
    assert excess(much + f"a = '{dotted(99)}{'[' * 99}'\nb = '''\n{dotted(99)}\n{'[' * 99} '''\n" + much) is None
    assert excess('a = "\\"' + "[" * 99 + '"\nb = """\\"""' + "[" * 99 + '"""""') is None


def test_items_of_lists_inside_lists_are_no_headers() -> None:
    assert excess("x = [\n" + "[1],\n" * (ITEMS_MAX - 1) + "]") is None


@given(documents(), st.booleans())
def test_an_ordinary_document_is_within_all_limits(document: dict[str, Any], multiline: bool) -> None:
    text = tomli_w.dumps(document, multiline_strings=multiline)
    assert tomllib.loads(text) == document
    assert excess(text) is None


@given(st.text(alphabet="ab.=,[]{}'\"\\# \t\r\n\x0b\u2028", max_size=60))
def test_the_signs_of_any_text_follow_one_another_to_an_end(text: str) -> None:
    end = 0
    for token in tokens(text):
        assert end <= token.begin < token.end <= len(text)
        between = text[end : token.begin].lstrip(" \t\r")
        assert not between or (between[0] == "#" and "\n" not in between)
        end = token.end


pieces = st.sampled_from(["a", "=", "\n", '"', "'", "\\\\", '\\"', "\\n"])


@example('"""', 'a""')
@given(st.sampled_from(['"', "'", '"""', "'''"]), st.lists(pieces, max_size=6).map("".join))
def test_a_text_that_can_be_read_is_one_sign(quotes: str, inside: str) -> None:
    written = f"x = {quotes}{inside}{quotes}"
    try:
        tomllib.loads(written)
    except tomllib.TOMLDecodeError:
        return
    assert [token.kind for token in tokens(written)] == ["word", "=", "string"]
    assert [token.end for token in tokens(written)][-1] == len(written)


HOSTILE = {
    "a deep key": (f"{dotted(20_000)} = 1", "1:1: a key has too many parts"),
    "a deep header": (f"[{dotted(20_000)}]", "1:2: a key has too many parts"),
    "dots and blanks": ("a . " * 240_000, "1:79: a key has too many parts"),
    "dots and quotes": ('"a".' * 240_000 + "= 1", "1:80: a key has too many parts"),
    "brackets": (f"x = {'[' * 490_000}{']' * 490_000}", "1:55: lists and tables are nested"),
    "a long number": (f"x = {'1' * 900_000}", "1:5: a word without quotes is too long"),
    "a long key": (f'"{"a" * 900_000}" = 1', "1:1: a text is too long"),
    "a long step": (f'{HEAD}[[step]]\nat = "+0d"\ndo = "{"a" * 980_000}"', "6:6: a text is too long"),
    "a long word": (f'{HEAD}[[step]]\nat = "+0d"\ndo = "{"a" * 290_000}"', "step 1: a word of it is too long"),
    "many keys": ("".join(f"k{number} = 1\n" for number in range(80_000)), "50001:8: the file has too many"),
    "many keys, not too many": (HEAD + "".join(f"key{n} = 1\n" for n in range(49_000)), "and 48,900 more faults"),
    "many tables, not too many": (HEAD + "[[step]]\n" * 49_000, "and 97,900 more faults"),
    "deep tables": ("".join(f"[a{n}.{dotted(19)}]\n" for n in range(20_000)), "2501:1: the file has too many"),
    "a long list": (f"x = [{'1,' * 490_000}]", "the file has too many keys and items"),
    "a text without an end": ('x = "' + "\\" * 980_000, "the file's end"),
    "empty lines": ("\n" * 990_000, "scenario: this key is missing"),
}


@pytest.mark.parametrize(("text", "message"), HOSTILE.values(), ids=HOSTILE)
def test_no_small_file_takes_much_time_or_memory(text: str, message: str) -> None:
    assert len(text) <= 1_000_000
    told = within_budget("-m", "milepost", "scenario", "check", "-", stdin=text.encode())
    assert told.returncode == 6, told.stderr[-500:]
    assert message in told.stderr.decode()
    assert len(told.stderr) < 30_000


def test_the_longest_text_that_may_be_holds_a_delivery_s_step() -> None:
    record = len(":1000000000000:") + 64
    links = ATTACHMENTS_MAX * (LINK_MAX + len(" --link ''"))
    files = ATTACHMENTS_MAX * (FILE_NAME_MAX + record + len(" --recorded ''"))
    assert links + files + TEXT_MAX + len("order deliver job --message ''") < STRING_MAX
