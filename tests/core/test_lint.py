"""What is unwise in an offer: one finding each, at its edge."""

from dataclasses import replace

import pytest

from core.order_helpers import FEES, milestone, single, subscription, terms
from milepost.core.lint import Exposure, exposures, findings
from milepost.core.terms import MilestoneTerms, Terms
from milepost.policy import STANDARD


def of(*milestones: MilestoneTerms) -> Terms:
    return terms()._replace(milestones=milestones)


def found(agreed: Terms) -> list[str]:
    return [finding.name for finding in findings(agreed, ())]


def good(price_cents: int = 10_000, days: int = 5) -> MilestoneTerms:
    return milestone(price_cents, days, revisions=1)


def test_an_even_offer_with_revisions_has_nothing_unwise() -> None:
    assert found(of(good(), good(), good())) == []


def test_a_milestone_without_revisions_is_told_and_unlimited_ones_are_not() -> None:
    assert found(of(milestone(10_000, 5, revisions=0), milestone(10_000, 5, revisions=None))) == ["no-revisions"]


@pytest.mark.parametrize(("last", "told"), [(20_000, []), (20_001, ["heavy-last"])])
def test_a_last_milestone_worth_more_than_half_is_told(last: int, told: list[str]) -> None:
    assert found(of(good(10_000, 5), good(10_000, 5), good(last, 10))) == told


def test_a_single_payment_is_not_a_heavy_last_milestone() -> None:
    assert found(single(days=5, revisions=1)) == []


@pytest.mark.parametrize(("days", "told"), [(15, []), (16, ["long-work"])])
def test_work_of_more_than_thirty_days_is_told(days: int, told: list[str]) -> None:
    assert found(of(good(10_000, 15), good(10_000, days))) == told


def test_a_long_single_payment_is_split_in_halves_that_add_up() -> None:
    [finding] = findings(single(price_cents=10_001, days=45, revisions=1, name="Site"), ())

    assert finding.advice == 'split it, for example "Site, part 1:23:51.12", "Site, part 2:22:48.89"'


def test_a_very_long_single_payment_is_split_in_parts_that_a_milestone_may_last() -> None:
    [finding] = findings(single(price_cents=30_000, days=61, revisions=1, name="Site"), ())

    assert finding.advice.endswith('"Site, part 1:21:103.28", "Site, part 2:20:98.36", "Site, part 3:20:98.36"')


def test_long_work_in_short_steps_is_split_evenly() -> None:
    short = [good(10_000, 12)] * 3

    [finding] = findings(of(*short), ())

    assert finding.advice == 'split it, for example "Step 1:12:100.00", "Step 2:12:100.00", "Step 3:12:100.00"'


@pytest.mark.parametrize(("name", "first"), [("Phase: 2b", "Phase: 2b:5:100.00"), ("Phase:2", "Step 1:12:68.57")])
def test_a_split_is_written_so_that_it_can_only_be_read_one_way(name: str, first: str) -> None:
    [finding] = findings(of(good(10_000, 5)._replace(name=name), good(10_000, 30)), ())

    assert finding.advice.startswith(f'split it, for example "{first}", ')


def test_a_split_never_has_more_steps_than_an_offer_may() -> None:
    [finding] = findings(of(*[good(10_000, 30)] * 6), ())

    assert finding.advice.count("Step") == STANDARD.offer_milestones_max


def test_the_days_of_a_subscription_are_not_long_work() -> None:
    assert found(subscription(6, days=20, revisions=1)) == []


def test_exposure_is_work_by_its_days_against_the_money_secured() -> None:
    assert exposures(of(good(2_000, 8), good(8_000, 2))) == [
        Exposure(1, "Part", 8_000, 2_000),
        Exposure(2, "Part", 10_000, 10_000),
    ]
    assert [one.open_cents for one in exposures(of(good(2_000, 8), good(8_000, 2)))] == [6_000, 0]


@pytest.mark.parametrize(("first", "told"), [(4_000, []), (3_999, ["exposure"])])
def test_work_that_runs_ahead_of_its_money_by_more_than_a_tenth_is_told(first: int, told: list[str]) -> None:
    second = 5_000
    assert found(of(good(first, 5), good(second, 3), good(10_000 - first - second, 2))) == told


def test_another_policys_least_price_is_told_but_not_its_own() -> None:
    low = of(good(5_000), good(4_999))
    own = low._replace(policy=FEES)
    strict = replace(FEES, milestone_price_min_cents=5_000)

    assert [finding.name for finding in findings(low, (strict, STANDARD))] == ["under-minimum"]
    assert findings(own, (strict,)) == []
