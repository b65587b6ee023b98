"""Names: handles, titles, texts, file names and links, at the edge of their bounds and one past it."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.order_helpers import refused
from milepost import rules
from milepost.core import names


def name(one: str) -> str:
    return names.check_name("a title", one)


def text(one: str) -> str:
    return names.check_text("a message", one)


def link(one: str) -> str:
    return names.check_link("a link", one)


BOUNDED = [(names.check_handle, 40), (name, 80), (names.check_file_name, 255), (link, 2_000), (text, 5_000)]


@pytest.mark.parametrize(("check", "most"), BOUNDED)
def test_the_longest_one_is_taken_as_it_is(check: Callable[[str], str], most: int) -> None:
    assert check("x" * most) == "x" * most


@pytest.mark.parametrize(("check", "most"), BOUNDED)
def test_a_character_more_is_refused(check: Callable[[str], str], most: int) -> None:
    refused(rules.NAMES, check, "x" * (most + 1))


@pytest.mark.parametrize("check", [name, names.check_file_name, link, text])
def test_space_around_does_not_hide_that_it_is_too_long(check: Callable[[str], str]) -> None:
    refused(rules.NAMES, check, " " * 5_001)


@pytest.mark.parametrize("check", [names.check_handle, name, names.check_file_name, link])
@pytest.mark.parametrize("blank", ["", " ", " \u3000"])
def test_a_blank_is_no_name(check: Callable[[str], str], blank: str) -> None:
    refused(rules.NAMES, check, blank)


@pytest.mark.parametrize("blank", ["", " ", "\n"])
def test_a_text_may_be_empty(blank: str) -> None:
    assert text(blank) == blank


@pytest.mark.parametrize("check", [name, names.check_file_name, link, text])
@pytest.mark.parametrize("control", ["\x00", "\x1b", "\x7f", "\x85", "\r", "\ud800"])
def test_no_control_character_gets_through_wherever_it_stands(check: Callable[[str], str], control: str) -> None:
    for one in (f"a{control}b", f"{control}a", f"a{control}"):
        refused(rules.NAMES, check, one)


@pytest.mark.parametrize("check", [name, names.check_file_name, link])
@pytest.mark.parametrize("line_break", ["\n", "\t"])
def test_a_name_is_one_line(check: Callable[[str], str], line_break: str) -> None:
    refused(rules.NAMES, check, f"a{line_break}b")
    refused(rules.NAMES, check, f"a{line_break}")


def test_a_text_may_have_lines_and_any_script() -> None:
    assert text("one\n\ttwo: “Über” 绘图 🎨\n") == "one\n\ttwo: “Über” 绘图 🎨\n"


@pytest.mark.parametrize("handle", ["a", "0", ".", "maria.k_2-x", "z" * 40])
def test_a_handle_is_of_small_letters_digits_and_three_signs(handle: str) -> None:
    assert names.check_handle(handle) == handle


@pytest.mark.parametrize("handle", ["Maria", "a b", "a:b", "a/b", "é", "a\n", "٣"])
def test_any_other_character_is_no_part_of_a_handle(handle: str) -> None:
    refused(rules.NAMES, names.check_handle, handle)


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789._-", min_size=1, max_size=40))
def test_any_row_of_those_characters_is_a_handle(handle: str) -> None:
    assert names.check_handle(handle) == handle


@given(st.text(min_size=1, max_size=40).filter(lambda one: re.search("[^a-z0-9._-]", one)))
def test_any_row_with_another_character_is_none(handle: str) -> None:
    refused(rules.NAMES, names.check_handle, handle)


def test_a_seller_and_a_client_differ() -> None:
    names.check_parties("maria", "ana")
    refused(rules.NAMES, names.check_parties, "maria", "maria")


def test_both_parties_have_good_handles() -> None:
    refused(rules.NAMES, names.check_parties, "Maria", "ana")
    refused(rules.NAMES, names.check_parties, "maria", "Ana")


def test_a_refusal_quotes_no_more_than_the_beginning() -> None:
    assert len(refused(rules.NAMES, names.check_handle, "X" * 100_000).message) < 200
    assert len(refused(rules.NAMES, name, "x" * 100_000).values["given"]) == 60


def test_nobody_is_called_support() -> None:
    refused(rules.NAMES, names.check_handle, "support")
    assert names.check_handle("support2") == "support2"
