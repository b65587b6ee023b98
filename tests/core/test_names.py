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


HANDLES = st.text("abcdefghijklmnopqrstuvwxyz0123456789._-", min_size=1, max_size=40)


@given(HANDLES.filter(lambda one: one != names.SUPPORT))
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


# ── Links ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def new_link(one: str) -> str:
    return names.check_new_link("a link", one)


LINKS = [
    "https://example.com", "https://example.com/", "HTTPS://Example.com/files", "ftp://files.example/a b.zip",
    "https://example.com:8443/x", "https://example.com?x=1", "https://example.com#part", "sftp://ana@files.example/w",
    "https://ana:secret@files.example", "http://[::1]:8080/", "http://[2001:db8::7]", "http://10.0.0.7", "a://b",
    "git+ssh://host/x", "https://例え.jp/絵", "https://example.com/a:b@c", "https://" + "x" * 1_992,
]  # fmt: skip


@pytest.mark.parametrize("good", LINKS)
def test_a_new_link_has_a_scheme_and_a_host_and_what_else_it_likes(good: str) -> None:
    assert new_link(good) == good


@pytest.mark.parametrize(
    "bad",
    ["example.com/files", "www.example.com", "zoom", "-x", "https:", "https://", "https:///files", "https:/example.com",
     "//example.com", "://example.com", "mailto:ana@example.com", "1https://example.com", "ſ://example.com",
     "https://?x=1", "https://#part", "https://:80", "https://exa mple.com", " https://example.com",
     "https://example.com and more", "https://example.com:port", "https://example.com:123456", "https://a@b@c",
     "https://@example.com", "http://[::1", "http://::1", "http://[host]"],
)  # fmt: skip
def test_a_new_link_without_one_of_them_is_refused_while_an_old_one_can_be_kept(bad: str) -> None:
    fault = refused(rules.NAMES, new_link, bad)

    assert fault.message == f"a link has a scheme and a host, as https://example.com/files has; {bad!r} has not"
    assert link(bad) == bad


@pytest.mark.parametrize(
    "bad", ["", " ", "https://example.com/\n", "https://example.com/\x1b", "https://" + "x" * 1_993]
)
def test_a_new_link_keeps_the_bounds_of_all_links(bad: str) -> None:
    refused(rules.NAMES, new_link, bad)
    refused(rules.NAMES, link, bad)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=1_900))
def test_whatever_stands_behind_the_host_is_part_of_the_link(rest: str) -> None:
    for start in ("/", "?", "#", ":80/"):
        assert new_link(f"https://example.com{start}{rest}").endswith(rest)


# ── Milestones that are written in one ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "name",
    ["Step:3", "Sketches:60.00", "Sketches:$60", "Sketches:$60.00", ":3", "a:b:7", "Step: 3", "Step:3 ", "12:30"],
)
def test_a_name_that_ends_as_a_part_could_is_ambiguous_and_is_told_as_it_was_read(name: str) -> None:
    assert names.ends_in_number(name)
    fault = refused(rules.NAMES, names.check_milestone_parts, name, "5", "60.00")
    assert f"it was read as name {name!r}, days 5, price 60.00, revisions not given" in fault.message
    fault = refused(rules.NAMES, names.check_milestone_parts, name, "5", "60.00", "unlimited")
    assert f"it was read as name {name!r}, days 5, price 60.00, revisions unlimited" in fault.message


@pytest.mark.parametrize(
    "name",
    ["Step 3", "Step:three", "3", "60.00", "Step:3a", "Step:3:", "3:Step", "a:b", "Step:-3", "Step:3.", "Step:.5",
     "Step:1,5", "Step:٣", "Step:3 d", "Step:$", ""],
)  # fmt: skip
def test_a_name_with_a_number_or_a_colon_elsewhere_is_not(name: str) -> None:
    assert not names.ends_in_number(name)
    names.check_milestone_parts(name, "5", "60.00")
    names.check_milestone_parts(name, "5", "60", "60")


@pytest.mark.parametrize(
    ("price", "revisions"), [("5", "60"), ("59", "60"), ("0", "1"), ("005", "60"), ("1", "99999"), ("99998", "99999")]
)
def test_more_revisions_than_dollars_are_ambiguous_where_the_price_could_be_days(price: str, revisions: str) -> None:
    fault = refused(rules.NAMES, names.check_milestone_parts, "Step", "3", price, revisions)

    assert f"it was read as name 'Step', days 3, price {price}, revisions {revisions}" in fault.message
    assert fault.message.endswith(f"write the price as {price}.00")
    names.check_milestone_parts("Step", "3", f"{price}.00", revisions)


@pytest.mark.parametrize(
    ("price", "revisions"),
    [("60", "60"), ("60", "5"), ("5.00", "60"), ("5.0", "60"), ("$5", "60"), ("5", "unlimited"), ("5", None),
     ("1234567", "99999"), ("9" * 5_000, "1")],
)  # fmt: skip
def test_no_more_revisions_than_dollars_and_a_price_that_can_be_nothing_else_are_not(
    price: str, revisions: str | None
) -> None:
    names.check_milestone_parts("Step", "3", price, revisions)


def test_an_ambiguous_name_is_quoted_no_further_than_a_name_goes() -> None:
    fault = refused(rules.NAMES, names.check_milestone_parts, "x" * 100_000 + ":5", "3", "60.00")

    assert len(fault.message) < 400


def test_nobody_is_called_support() -> None:
    refused(rules.NAMES, names.check_handle, "support")
    assert names.check_handle("support2") == "support2"
