"""Money: amounts at the edges of their bounds, and splits that lose nothing."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.order_helpers import refused, table
from milepost import money, rules

AMOUNTS = table("""
    0.01       | 1
    0.1        | 10
    00.10      | 10
    $99.5      | 9950
    99.99      | 9999
    100        | 10000
    $1000000   | 100000000
    1000000.00 | 100000000
""")
cents = st.integers(money.MIN_CENTS, money.MAX_CENTS)
weights = st.lists(st.integers(1, 10_000), min_size=1, max_size=12)


@pytest.mark.parametrize(("text", "expected"), AMOUNTS)
def test_an_amount_within_the_bounds_is_read_to_the_cent(text: str, expected: str) -> None:
    assert money.parse_cents(text) == int(expected)


@pytest.mark.parametrize("given", [1, 1_000_000, Decimal("0.01"), Decimal("1E+2"), Decimal("1000000.00")])
def test_whole_dollars_and_decimals_are_amounts_too(given: int | Decimal) -> None:
    assert money.parse_cents(given) == given * 100


@pytest.mark.parametrize(
    "text",
    ["0", "0.00", "1000000.01", "10000000", "1.005", "1.", ".5", "-1", "+1", "1,000", "1e2", "", " 1", "1 ", "1\n",
     "$", "$$1", "1_0", "nan", "abc", "٣"],
)  # fmt: skip
def test_any_other_text_is_no_amount(text: str) -> None:
    refused(rules.MONEY_BOUNDS, money.parse_cents, text)


@pytest.mark.parametrize(
    "number",
    [0, -1, 1_000_001, True, Decimal("0.001"), Decimal("1.000"), Decimal("NaN"), Decimal("Infinity"), Decimal("-0.01")],
)
def test_a_number_that_is_no_amount_is_refused(number: int | Decimal) -> None:
    refused(rules.MONEY_BOUNDS, money.parse_cents, number)


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(16**5_000, id="a huge integer"),
        pytest.param(-(16**5_000), id="a huge debt"),
        Decimal("1E+999999999"),
        Decimal("1E-999999999"),
    ],
)
def test_a_number_far_out_of_bounds_is_refused_without_being_spelled_out(number: int | Decimal) -> None:
    fault = refused(rules.MONEY_BOUNDS, money.parse_cents, number)

    assert len(fault.message) < 200


@pytest.mark.parametrize("amount", [1, 100_000_000])
def test_the_bounds_themselves_are_amounts(amount: int) -> None:
    assert money.check_cents(amount) == amount


@pytest.mark.parametrize("amount", [0, 100_000_001, -1])
def test_a_cent_beyond_the_bounds_is_refused(amount: int) -> None:
    refused(rules.MONEY_BOUNDS, money.check_cents, amount)


@given(cents)
def test_an_amount_written_plainly_reads_as_itself(amount: int) -> None:
    assert money.parse_cents(money.plain(amount)) == amount


@given(cents)
def test_an_amount_written_for_people_reads_as_itself_without_its_commas(amount: int) -> None:
    assert money.parse_cents(money.dollars(amount).replace(",", "")) == amount


@pytest.mark.parametrize(
    ("amount", "plain", "dollars"),
    [(0, "0.00", "$0.00"), (5, "0.05", "$0.05"), (-5, "-0.05", "-$0.05"), (123_450, "1234.50", "$1,234.50"),
     (-123_450, "-1234.50", "-$1,234.50"), (100_000_000, "1000000.00", "$1,000,000.00")],
)  # fmt: skip
def test_amounts_are_written_with_their_sign_and_two_decimals(amount: int, plain: str, dollars: str) -> None:
    assert (money.plain(amount), money.dollars(amount)) == (plain, dollars)


@pytest.mark.parametrize(
    ("amount", "basis_points", "expected"),
    [(10_000, 2_000, 2_000), (1, 5_000, 1), (1, 4_999, 0), (99, 550, 5), (100, 550, 6), (10_000, 0, 0)],
)
def test_a_share_is_rounded_half_up_to_a_cent(amount: int, basis_points: int, expected: int) -> None:
    assert money.share(amount, basis_points) == expected


@given(cents, weights)
def test_a_split_adds_up_exactly(total: int, shares: list[int]) -> None:
    assert sum(money.split(total, shares)) == total


@given(cents, weights)
def test_each_part_of_a_split_is_within_a_cent_of_its_exact_share(total: int, shares: list[int]) -> None:
    for part, weight in zip(money.split(total, shares), shares, strict=True):
        assert abs(part - Fraction(total * weight, sum(shares))) < 1


@given(cents, weights)
def test_a_greater_weight_never_gets_less(total: int, shares: list[int]) -> None:
    by_weight = sorted(zip(shares, money.split(total, shares), strict=True))

    assert [part for _, part in by_weight] == sorted(part for _, part in by_weight)


@pytest.mark.parametrize(
    ("total", "shares", "expected"),
    [(100, (1, 1, 1), (34, 33, 33)), (2, (1, 1, 1), (1, 1, 0)), (101, (1, 2), (34, 67)), (10, (7,), (10,))],
)
def test_the_largest_remainder_gets_the_odd_cent_then_the_first(
    total: int, shares: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    assert money.split(total, shares) == expected
