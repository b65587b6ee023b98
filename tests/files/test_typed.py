"""What is typed as `NAME:DAYS:PRICE[:REVISIONS]` and `PRICE:DAYS[:REVISIONS]`."""

import json
from functools import partial

import pytest
import typer
from cli.shell_helpers import Shell
from core.order_helpers import refused
from hypothesis import assume, given
from hypothesis import strategies as st

from milepost import money
from milepost.cli.options import read_milestone, read_package
from milepost.core.names import ends_in_number
from milepost.rules import NAMES

names = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=80).filter(
    lambda name: name.strip()
)
days = st.integers(1, 999)
cents = st.integers(money.MIN_CENTS, money.MAX_CENTS)
revisions = st.one_of(st.none(), st.integers(0, 99))


def written(allowed: int | None) -> str:
    """Revisions as typed."""
    return "unlimited" if allowed is None else str(allowed)


@given(names, days, cents, revisions)
def test_a_milestone_with_revisions_comes_back_as_written_colons_in_its_name_too(
    name: str, days: int, cents: int, revisions: int | None
) -> None:
    assume(not ends_in_number(name))
    told = read_milestone(f"{name}:{days}:{money.plain(cents)}:{written(revisions)}")
    assert (told.name, told.days, told.price_cents, told.revisions) == (name.strip(), days, cents, revisions)


@given(names, days, cents)
def test_a_milestone_without_revisions_comes_back_as_written_and_has_none(name: str, days: int, cents: int) -> None:
    assume(not ends_in_number(name))
    told = read_milestone(f"{name}:{days}:{money.plain(cents)}")
    assert (told.name, told.days, told.price_cents, told.revisions) == (name.strip(), days, cents, 0)


@given(names, st.integers(100, 999), st.integers(1, 99))
def test_what_can_be_revisions_is_split_from_the_right(name: str, price: int, revisions: int) -> None:
    assume(not ends_in_number(name))
    told = read_milestone(f"{name}:7:{price}:{revisions}")
    assert (told.name, told.days, told.price_cents, told.revisions) == (name.strip(), 7, price * 100, revisions)


@given(names, days, st.integers(1, 999), st.integers(1, 999))
def test_whole_dollars_are_read_as_the_price_unless_the_revisions_outnumber_them(
    name: str, days: int, price: int, revisions: int
) -> None:
    assume(not ends_in_number(name))
    text = f"{name}:{days}:{price}:{revisions}"
    if revisions > price:
        fault = refused(NAMES, read_milestone, text)
        assert f"days {days}, price {price}, revisions {revisions}" in fault.message
    else:
        told = read_milestone(text)
        assert (told.days, told.price_cents, told.revisions) == (days, price * 100, revisions)


@given(names, st.integers(0, 999) | cents.map(money.plain), days, cents, st.none() | revisions.map(written))
def test_a_name_that_ends_in_a_number_is_refused_whatever_follows(
    name: str, number: object, days: int, cents: int, allowed: str | None
) -> None:
    told = f":{allowed}" if allowed is not None else ""
    fault = refused(NAMES, read_milestone, f"{name}:{number}:{days}:{money.plain(cents)}{told}")
    assert f"days {days}, price {money.plain(cents)}, revisions {allowed or 'not given'}" in fault.message


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Step:3:5:60", "name 'Step', days 3, price 5, revisions 60"),
        ("Step:3:5:60.00", "name 'Step:3', days 5, price 60.00, revisions not given"),
        ("Step:3:5:60:1", "name 'Step:3', days 5, price 60, revisions 1"),
        ("Sketches:60.00:5:1", "name 'Sketches:60.00', days 5, price 1, revisions not given"),
        ("Sketches:$60:5:1:unlimited", "name 'Sketches:$60', days 5, price 1, revisions unlimited"),
        ("12:30:5:60", "name '12', days 30, price 5, revisions 60"),
    ],
)
def test_a_milestone_that_could_be_meant_in_another_way_is_refused_as_it_was_read(
    shell: Shell, text: str, read: str
) -> None:
    shell.gig()
    told = shell("offer create --gig 1 --client ana --milestone B:1:5 --milestone", text)
    assert (told.code, told.out, told.rules) == (4, "", ["names"])
    assert f"it was read as {read};" in told.err
    assert shell.json("offer list") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Step:3:5.00:60", ("Step", 3, 500, 60)),
        ("Step:3:60:5", ("Step", 3, 6_000, 5)),
        ("Step 3:5:60", ("Step 3", 5, 6_000, 0)),
        ("Step:3:$5:60", ("Step", 3, 500, 60)),
        ("Step:3:5:unlimited", ("Step", 3, 500, None)),
        ("Sketches:5:60.00:1", ("Sketches", 5, 6_000, 1)),
        ("Sketches:5:60:60", ("Sketches", 5, 6_000, 60)),
    ],
)
def test_a_milestone_that_can_only_be_meant_in_one_way_is_taken(
    text: str, expected: tuple[str, int, int, int | None]
) -> None:
    told = read_milestone(text)
    assert (told.name, told.days, told.price_cents, told.revisions) == expected


@given(cents, days, revisions)
def test_a_package_comes_back_as_written(cents: int, days: int, revisions: int | None) -> None:
    told = read_package("basic", f"{money.plain(cents)}:{days}:{written(revisions)}")
    assert (told.price_cents, told.days, told.revisions) == (cents, days, revisions)
    assert read_package("basic", f"${money.plain(cents)}:{days}").revisions == 0


@given(st.text(max_size=30))
def test_a_text_without_a_colon_is_neither_and_is_told_as_it_was_typed(text: str) -> None:
    text = text.replace(":", "")
    for read in (read_milestone, partial(read_package, "basic")):
        with pytest.raises(typer.BadParameter) as told:
            read(text)
        assert repr(text) in str(told.value)


@pytest.mark.parametrize(
    "text",
    [
        "", ":", "::", "A", "A:5", "A:5:", ":5:60", "A:five:60", "A:5:60:", "A:5:60:two", "A:-5:60",
        "A:5:60:-1", "A:5.5:60", "A:5:1_000", "A:5:1e3", "A:٥:60", "A:5:60 ", "A: 5:60", "A:9999999:60", "A:5:60.",
        "A:5:.5",
    ],
)  # fmt: skip
def test_a_milestone_that_cannot_be_read_is_a_usage_error_that_shows_the_form(shell: Shell, text: str) -> None:
    shell.gig()
    told = shell("offer create --gig 1 --client ana --milestone B:1:5 --milestone", text)
    assert (told.code, told.out) == (2, "")
    assert "NAME:DAYS:PRICE" in told.err
    assert shell.json("offer list") == []


@pytest.mark.parametrize("text", ["", "150", "150:", ":7", "150:7:", "150:seven", "150:7:2:1", "150,00:7", "NaN:7"])
def test_a_package_that_cannot_be_read_is_a_usage_error_that_shows_the_form(shell: Shell, text: str) -> None:
    told = shell("gig create --title A --seller maria --subcategory 'Logo Design'", f"--basic={text}")
    assert (told.code, told.out) == (2, "")
    assert "PRICE:DAYS" in told.err
    assert shell.json("gig list") == []


FORM = "the form is NAME:DAYS:PRICE[:REVISIONS], such as Sketches:5:60.00"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Sketches:5:60 USD", "'60 USD' is not an amount"),
        ("Sketches:5:60 USD:1", "'60 USD' is not an amount"),
        ("Part one: sketches:5:60 USD", "'60 USD' is not an amount"),
        ("Sketches:five:60", "'five' is not a number of days"),
        ("Sketches:5:60:some", "'some' is not a number of revisions"),
        (":5:60", "the name is missing"),
    ],
)
def test_the_faulty_part_of_a_milestone_is_named_with_the_milestone_that_it_is_in(
    shell: Shell, text: str, part: str
) -> None:
    shell.gig()
    told = shell("offer create --gig 1 --client ana --milestone B:1:5 --milestone", text)
    assert told.code == 2
    error, hint = told.err.splitlines()
    assert error.startswith(f"error: invalid value for '--milestone': milestone 2: {part}")
    assert FORM in error
    assert hint == "hint: milepost offer create --help"


def test_what_can_be_read_one_way_is_read_that_way_whatever_the_other_way_would_refuse() -> None:
    told = read_milestone("a:b:0:7")
    assert (told.name, told.days, told.price_cents, told.revisions) == ("a:b", 0, 700, 0)


@pytest.mark.parametrize(("text", "given"), [("A:5:0", "0.00"), ("A:5:-60", "-60"), ("A:5:60.005:1", "60.005")])
def test_an_amount_that_is_out_of_bounds_is_refused_by_its_rule(shell: Shell, text: str, given: str) -> None:
    shell.gig()
    told = shell("offer create --gig 1 --client ana --milestone B:1:5 --json --milestone", text)
    assert told.code == 4
    error = json.loads(told.err)["error"]
    assert (error["rule"], error["values"]) == ("money-bounds", {"given": given})


@pytest.mark.parametrize(
    ("line", "option", "part"),
    [
        ("gig create --title A --seller m --subcategory x --basic 150USD:7", "--basic", "'150USD' is not an amount"),
        ("gig create --title A --seller m --subcategory x --basic 150:x", "--basic", "'x' is not a number of days"),
        ("gig add-milestone 1 --name A --days 1 --price basic=5USD", "--price", "'5USD' is not an amount"),
        ("gig add-milestone 1 --name A --days 1 --price gold=5", "--price", "'gold' is not a package"),
        ("offer create --gig 1 --client ana --days 1 --price '60 USD'", "--price", "'60 USD' is not an amount"),
        ("ledger withdraw --seller maria --amount much", "--amount", "'much' is not an amount"),
        ("order tick --by eight", "--by", "'eight' is not possible here: write a duration"),
        ("order tick --now 2026-02-30", "--now", "'2026-02-30' is not possible here: no such day"),
        ("order show 1 --at noon", "--at", "'noon' is not possible here"),
        ("order deliver 1 --recorded a.zip", "--recorded", "'a.zip' is not NAME:SIZE:SHA256"),
    ],
)
def test_text_that_cannot_be_read_names_its_option_and_the_faulty_part(
    shell: Shell, line: str, option: str, part: str
) -> None:
    shell.gig()
    told = shell(line)
    assert (told.code, told.out) == (2, "")
    error, hint = told.err.splitlines()
    assert error.startswith(f"error: invalid value for '{option}': {part}")
    assert hint == f"hint: milepost {' '.join(line.split()[:2])} --help"
    as_json = json.loads(shell(line, "--json").err)["error"]
    assert part in as_json["message"]
    has_rule = error.endswith(("[money-bounds]", "[time-format]"))
    assert as_json["rule"] == (error.rsplit("[", 1)[1].removesuffix("]") if has_rule else "usage")
    assert bool(as_json["values"]) is has_rule


def test_a_name_with_colons_is_kept_through_the_whole_command(shell: Shell) -> None:
    shell.gig()
    shell.ok("offer create --gig 1 --client ana --milestone", "Part 1: a: b:5:60.00:2", "--milestone", "12:30:5.00:60")
    told = [
        (one["name"], one["days"], one["price_cents"], one["revisions"])
        for one in shell.json("offer show 1")["milestones"]
    ]
    assert told == [("Part 1: a: b", 5, 6_000, 2), ("12", 30, 500, 60)]
