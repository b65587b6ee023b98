"""Policy: fees, and the numbers as the rules name them."""

from dataclasses import replace

import pytest

from core.order_helpers import FEES, PATIENT
from milepost.policy import ADDED, STANDARD, Policy, bounds, completed, is_possible, newest_schema
from milepost.rules import RULES


def test_the_standard_policy_takes_no_fees() -> None:
    assert (STANDARD.client_fee_cents(10_000), STANDARD.seller_fee_cents(10_000)) == (0, 0)


@pytest.mark.parametrize(("price", "fee"), [(10_000, 550), (9_999, 850), (1, 300), (20_000, 1_100)])
def test_a_client_fee_is_a_share_and_more_on_a_small_charge(price: int, fee: int) -> None:
    assert FEES.client_fee_cents(price) == fee


@pytest.mark.parametrize(("price", "fee"), [(10_000, 2_000), (2, 0), (3, 1)])
def test_a_seller_fee_is_a_share_rounded_half_up(price: int, fee: int) -> None:
    assert FEES.seller_fee_cents(price) == fee


@pytest.mark.parametrize("policy", [STANDARD, FEES, PATIENT])
def test_every_rule_is_worded_with_the_numbers_of_any_policy(policy: Policy) -> None:
    worded = {rule.id: rule.text.format_map(policy.wording()) for rule in RULES.values()}

    assert not [text for text in worded.values() if "{" in text or "}" in text]


@pytest.mark.parametrize(
    ("policy", "rule", "words"),
    [
        (STANDARD, "gig-basic-price", "$100.00 or more"),
        (STANDARD, "gig-milestones-max", "at most 5 milestones"),
        (STANDARD, "offer-milestones-max", "at most 6 milestones"),
        (STANDARD, "offer-milestone-days", "1 to 30 days"),
        (STANDARD, "review-window", "a review of 8 days"),
        (replace(STANDARD, review_hours=36), "review-window", "a review of 1d 12h"),
        (STANDARD, "continue-window", "8 days after the delivery"),
        (PATIENT, "continue-window", "without limit after the delivery"),
        (STANDARD, "cancel-channel", "unanswered for 48 hours"),
        (FEES, "money-charge", "the client fee (5.5 % and $3.00 under $100.00)"),
        (STANDARD, "money-charge", "the client fee (0 %)"),
        (FEES, "money-release", "the seller fee (20 %)"),
        (FEES, "money-clearance", "pending for 14 days"),
    ],
)
def test_a_rule_names_the_policys_number(policy: Policy, rule: str, words: str) -> None:
    assert words in RULES[rule].text.format_map(policy.wording())


def test_the_numbers_and_the_name_are_the_whole_policy() -> None:
    assert Policy(name="fees", **FEES.numbers()) == FEES
    assert "name" not in FEES.numbers()


def test_the_numbers_that_ship_are_within_the_bounds_of_a_policy_of_ones_own() -> None:
    numbers = STANDARD.numbers() | {"continue_from": 1}

    assert [name for name, value in numbers.items() if not bounds(name)[0] <= value <= bounds(name)[1]] == []


@pytest.mark.parametrize(
    ("name", "limits"),
    [
        ("gig_milestones_min", (2, 100)),
        ("offer_milestones_max", (1, 100)),
        ("review_hours", (1, 8_784)),
        ("seller_fee_bp", (0, 10_000)),
        ("clearance_days", (0, 366)),
        ("milestone_price_min_cents", (1, 100_000_000)),
        ("small_charge_fee_cents", (0, 100_000_000)),
    ],
)
def test_a_number_of_a_policy_of_ones_own_is_bounded(name: str, limits: tuple[int, int]) -> None:
    assert bounds(name) == limits


@pytest.mark.parametrize("policy", [STANDARD, FEES, PATIENT], ids=lambda policy: policy.name)
def test_every_number_of_a_policy_is_possible(policy: Policy) -> None:
    assert [name for name, value in policy.numbers().items() if not is_possible(name, value)] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("review_hours", None),
        ("review_hours", 0),
        ("review_hours", "192"),
        ("clearance_days", True),
        ("seller_fee_bp", 10_001),
        ("continue_from", "payment"),
        ("edition", 3),
    ],
)
def test_what_no_policy_can_say_is_not_possible(name: str, value: object) -> None:
    assert not is_possible(name, value)


# ── Policies that were written before a number was added ────────────────────────────────────────────────────────────


def test_every_number_that_schema_1_did_not_have_says_what_older_policies_get() -> None:
    added = {name for some in ADDED.values() for name in some}

    assert newest_schema() == max(ADDED)
    assert added < STANDARD.numbers().keys()
    assert set(completed({}, 1)) == added
    assert completed({}, newest_schema()) == {}


def test_a_policy_of_schema_1_keeps_the_first_edition_and_what_it_says_itself() -> None:
    first = {"extension_days_max": 30, "reversal_days": 180, "edition": 1}
    assert completed({"review_hours": 24}, 1) == completed({}, 2) | first | {"review_hours": 24}
    assert completed({"edition": 2, "reversal_days": 1}, 2) == completed({}, 2) | {"edition": 2, "reversal_days": 1}
