"""Gigs and their workflows: what is refused, what is missing, and how a price is split."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.order_helpers import refused
from milepost import money, rules
from milepost.core import gig as core
from milepost.core.gig import Gig, Milestone, Package, Substep
from milepost.policy import STANDARD, Policy
from milepost.rules import Rule

ELIGIBLE = ("Website Design", "Logo Design", "Voice Over")
BASIC, FULL = Package("basic", 10_000, 7), Package("standard", 20_000, 14, None)
TWO = (Milestone("Draft", 3), Milestone("Final", 4))


def gig(*milestones: Milestone, packages: tuple[Package, ...] = (BASIC,), **changes: Any) -> Gig:
    """A gig that is in order, but for the changes."""
    fields = {"title": "A website", "seller": "maria", "subcategory": "Website Design", "description": ""} | changes
    return Gig(packages=packages, milestones=milestones, **fields)


def stored(one: Gig, policy: Policy = STANDARD) -> None:
    core.check(one, policy, ELIGIBLE)


def faults(one: Gig) -> list[str]:
    return [fault.rule.id for fault in core.faults(one, STANDARD, ELIGIBLE)]


def missing(one: Gig, policy: Policy = STANDARD) -> list[str]:
    return [fault.rule.id for fault in core.missing(one, policy)]


def test_a_gig_without_milestones_is_a_good_gig() -> None:
    stored(gig(subcategory="Palm Reading", packages=(Package("basic", 500, 1),)))

    assert missing(gig()) == []


def test_a_gig_with_two_milestones_is_complete() -> None:
    stored(gig(*TWO))

    assert missing(gig(*TWO)) == []


# ── What a gig must not be ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        (rules.NAMES, {"seller": "Maria"}),
        (rules.NAMES, {"title": "x" * 81}),
        (rules.NAMES, {"title": ""}),
        (rules.NAMES, {"subcategory": "\x1b"}),
        (rules.NAMES, {"description": "x" * 5_001}),
        (rules.GIG_PACKAGES, {"packages": ()}),
        (rules.GIG_PACKAGES, {"packages": (FULL,)}),
        (rules.GIG_PACKAGES, {"packages": (BASIC, BASIC)}),
        (rules.GIG_PACKAGES, {"packages": (BASIC, Package("deluxe", 500, 1))}),
        (rules.GIG_PACKAGES, {"packages": (BASIC._replace(days=0),)}),
        (rules.GIG_PACKAGES, {"packages": (BASIC._replace(days=366),)}),
        (rules.GIG_PACKAGES, {"packages": (BASIC._replace(revisions=-1),)}),
        (rules.GIG_PACKAGES, {"packages": (BASIC._replace(revisions=1_001),)}),
        (rules.MONEY_BOUNDS, {"packages": (BASIC._replace(price_cents=0),)}),
        (rules.MONEY_BOUNDS, {"packages": (BASIC._replace(price_cents=100_000_001),)}),
        (rules.NAMES, {"packages": (BASIC._replace(description="\x00"),)}),
    ],
)
def test_a_gig_is_refused_with_or_without_milestones(rule: Rule, changes: dict[str, Any]) -> None:
    refused(rule, stored, gig(**changes))
    refused(rule, stored, gig(*TWO, **changes))


@pytest.mark.parametrize(
    "package",
    [
        BASIC._replace(days=1),
        BASIC._replace(days=365),
        BASIC._replace(revisions=1_000),
        BASIC._replace(revisions=None),
        BASIC._replace(price_cents=1),
        BASIC._replace(price_cents=100_000_000),
        BASIC._replace(description="x" * 5_000),
    ],
)
def test_a_package_at_the_edge_of_a_bound_is_stored(package: Package) -> None:
    stored(gig(packages=(package,)))


def test_a_basic_package_of_100_dollars_may_have_milestones_and_a_cent_less_may_not() -> None:
    stored(gig(*TWO, packages=(BASIC._replace(price_cents=10_000),)))
    fault = refused(rules.GIG_BASIC_PRICE, stored, gig(*TWO, packages=(BASIC._replace(price_cents=9_999),)))

    assert fault.values == {"limit": "$100.00", "given": "$99.99"}


def test_the_basic_price_is_the_policys() -> None:
    refused(rules.GIG_BASIC_PRICE, stored, gig(*TWO), replace(STANDARD, gig_basic_price_min_cents=10_001))


@pytest.mark.parametrize("given_name", ["Website Design", "website design", "  WEBSITE DESIGN "])
def test_a_subcategory_matches_whatever_its_case_and_the_space_around(given_name: str) -> None:
    stored(gig(*TWO, subcategory=given_name))

    assert core.eligible_name(given_name, ELIGIBLE) == "Website Design"


@pytest.mark.parametrize("given_name", ["Website", "WebsiteDesign", "Palm Reading"])
def test_another_subcategory_has_no_milestones(given_name: str) -> None:
    refused(rules.GIG_SUBCATEGORY, stored, gig(*TWO, subcategory=given_name))


def test_a_subcategory_that_is_nearly_one_is_refused_with_the_nearest_names() -> None:
    fault = refused(rules.GIG_SUBCATEGORY, stored, gig(*TWO, subcategory="web design"))

    assert fault.values["nearest"] == ["Website Design", "Logo Design"]
    assert fault.message.endswith("; did you mean Website Design or Logo Design?")


def test_a_subcategory_that_is_like_none_is_refused_without_a_guess() -> None:
    fault = refused(rules.GIG_SUBCATEGORY, stored, gig(*TWO, subcategory="zzz"))

    assert fault.values["nearest"] == []
    assert fault.message.endswith("milestones are available in")


def test_five_milestones_are_stored_and_a_sixth_is_refused() -> None:
    stored(gig(*TWO[:1] * 5))
    fault = refused(rules.GIG_MILESTONES_MAX, stored, gig(*TWO[:1] * 6))

    assert fault.values == {"limit": 5, "given": 6}


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        (rules.NAMES, {"name": ""}),
        (rules.NAMES, {"name": "x" * 81}),
        (rules.NAMES, {"name": "Draft\n"}),
        (rules.NAMES, {"description": "x" * 5_001}),
        (rules.GIG_MILESTONE_FIELDS, {"days": 0}),
        (rules.GIG_MILESTONE_FIELDS, {"days": 366}),
        (rules.GIG_MILESTONE_FIELDS, {"revisions": -1}),
        (rules.GIG_MILESTONE_FIELDS, {"revisions": 1_001}),
        (rules.GIG_MILESTONE_FIELDS, {"packages": ()}),
        (rules.GIG_MILESTONE_FIELDS, {"packages": ("basic", "premium")}),
        (rules.GIG_MILESTONE_FIELDS, {"prices": {"premium": 500}}),
        (rules.GIG_MILESTONE_FIELDS, {"packages": ("basic",), "prices": {"standard": 500}}),
        (rules.GIG_PRICE_SPLIT, {"weight": 0}),
        (rules.GIG_PRICE_SPLIT, {"weight": 10_001}),
        (rules.MONEY_BOUNDS, {"prices": {"basic": 0}}),
        (rules.MONEY_BOUNDS, {"prices": {"basic": 100_000_001}}),
        (rules.NAMES, {"substeps": (Substep(""),)}),
        (rules.GIG_SUBSTEPS, {"substeps": (Substep("Sketch"),) * 51}),
        (rules.GIG_SUBSTEPS, {"substeps": (Substep("Sketch", ()),)}),
        (rules.GIG_SUBSTEPS, {"substeps": (Substep("Sketch", ("premium",)),)}),
        (rules.GIG_SUBSTEPS, {"packages": ("basic",), "substeps": (Substep("Sketch", ("standard",)),)}),
    ],
)
def test_a_milestone_is_refused_by_the_rule_it_breaks_alone(rule: Rule, changes: dict[str, Any]) -> None:
    one = gig(TWO[0]._replace(**changes), TWO[1], packages=(BASIC, FULL))

    assert faults(one) == [rule.id]
    refused(rule, stored, one)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "x" * 80},
        {"days": 1},
        {"days": 365},
        {"revisions": None},
        {"revisions": 1_000},
        {"weight": 10_000},
        {"packages": ("standard",)},
        {"prices": {"basic": 500}},
        {"prices": {"standard": 100_000_000}},
        {"substeps": (Substep("Sketch"),) * 50},
        {"substeps": (Substep("Sketch", ("standard",)),)},
        {"packages": ("basic",), "substeps": (Substep("Sketch"),)},
    ],
)
def test_a_milestone_at_the_edge_of_a_bound_is_stored(changes: dict[str, Any]) -> None:
    stored(gig(TWO[0]._replace(**changes), TWO[1], packages=(BASIC, FULL)))


def test_all_packages_means_those_that_the_gig_has() -> None:
    stored(gig(Milestone("Draft", 3, prices={"basic": 4_000}, substeps=(Substep("Sketch"),)), TWO[1]))


def test_all_faults_of_a_gig_are_told_at_once() -> None:
    worst = gig(TWO[0]._replace(days=0), seller="Maria", title="", packages=(BASIC._replace(price_cents=9_999),))
    fault = refused(rules.NAMES, stored, worst)

    assert [one.rule.id for one in fault.also] == ["names", "gig-basic-price", "gig-milestone-fields"]


# ── What a workflow lacks before clients see it ─────────────────────────────────────────────────────────────────────


def test_one_milestone_is_a_draft_and_two_are_not() -> None:
    stored(gig(TWO[0]))

    assert missing(gig(TWO[0])) == ["gig-milestones-min"]
    assert missing(gig(*TWO)) == []


def test_a_package_with_one_milestone_is_named() -> None:
    one = gig(*TWO, Milestone("Extra", 1, packages=("standard",)), packages=(BASIC, FULL))
    alone = gig(
        Milestone("Draft", 1, packages=("basic",)),
        Milestone("Extra", 1, packages=("basic", "standard")),
        packages=(BASIC, FULL),
    )
    fault = next(core.missing(alone, STANDARD))

    assert missing(one) == []
    assert fault.rule is rules.GIG_PACKAGE_COUNT
    assert fault.values == {"package": "standard", "given": 1, "limit": 2}


def test_a_package_without_milestones_is_bought_as_a_whole() -> None:
    basic_only = [milestone._replace(packages=("basic",)) for milestone in TWO]

    assert missing(gig(*basic_only, packages=(BASIC, FULL))) == []


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        (({"basic": 4_000}, {"basic": 6_000}), []),
        (({"basic": 4_000}, {"basic": 6_001}), ["gig-price-split"]),
        (({"basic": 4_000}, {"basic": 5_999}), ["gig-price-split"]),
        (({"basic": 4_000}, {}), ["gig-price-split"]),
        (({}, {}), []),
    ],
)
def test_explicit_amounts_are_given_for_all_milestones_and_add_up_to_the_cent(
    prices: tuple[dict[str, int], ...], expected: list[str]
) -> None:
    milestones = [milestone._replace(prices=given) for milestone, given in zip(TWO, prices, strict=True)]

    assert missing(gig(*milestones)) == expected


def test_amounts_do_not_matter_where_the_package_is_paid_as_a_whole() -> None:
    odd = [milestone._replace(prices={"basic": 1}) for milestone in TWO]

    assert missing(gig(*odd)) == ["gig-price-split"]
    assert missing(gig(*odd, milestone_payments=False)) == []


def test_a_share_below_the_least_price_of_a_milestone_is_missing() -> None:
    heavy = (TWO[0]._replace(weight=10_000), TWO[1])
    policy = replace(STANDARD, milestone_price_min_cents=5_000)

    assert missing(gig(*heavy, packages=(BASIC, Package("premium", 5_000, 1)))) == ["gig-price-split"]
    assert missing(gig(*TWO), policy) == []
    assert missing(gig(*TWO, packages=(BASIC._replace(price_cents=9_999),)), policy) == ["gig-price-split"]


# ── What clients could misread ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("days", "expected"), [(6, [core.ShortPackage("basic", 6, 7)]), (7, []), (8, []), (1, [("basic", 1, 7)])]
)
def test_a_package_of_fewer_days_than_its_milestones_take_together_is_short(
    days: int, expected: list[core.ShortPackage]
) -> None:
    assert list(core.short_packages(gig(*TWO, packages=(BASIC._replace(days=days),)))) == expected


def test_only_the_milestones_that_a_package_comes_with_count_for_its_days() -> None:
    one = gig(*TWO, Milestone("Extra", 8, packages=("standard",)), packages=(BASIC, FULL))
    bare = gig(*(milestone._replace(packages=("standard",)) for milestone in TWO), packages=(BASIC, FULL))

    assert list(core.short_packages(one)) == [("standard", 14, 15)]
    assert list(core.short_packages(bare._replace(packages=(BASIC._replace(days=1), FULL)))) == []


# ── How a price is split ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_price_is_split_by_weights_over_the_milestones_of_the_package() -> None:
    one = gig(Milestone("Draft", 1, weight=2), TWO[1], Milestone("Extra", 1, packages=("standard",)))

    assert core.amounts(one, BASIC) == (6_667, 3_333)
    assert core.amounts(one, FULL) == (10_000, 5_000, 5_000)


def test_a_milestone_has_one_price_in_each_package() -> None:
    assert core.prices_by_package([]) == {}
    assert core.prices_by_package([("basic", 100), ("premium", 100)]) == {"basic": 100, "premium": 100}
    for second in (100, 200):
        given_twice = [("basic", 100), ("premium", 300), ("basic", second)]
        fault = refused(rules.GIG_MILESTONE_FIELDS, core.prices_by_package, given_twice)
        assert fault.message == "the milestone has two prices in the basic package"


def test_explicit_amounts_stand_as_they_are() -> None:
    one = gig(Milestone("Draft", 1, prices={"basic": 1}), Milestone("Final", 1, prices={"basic": 9_999}))

    assert core.amounts(one, BASIC) == (1, 9_999)


def test_a_package_without_milestones_has_no_amounts() -> None:
    assert core.amounts(gig(), BASIC) == ()


@given(st.integers(10_000, money.MAX_CENTS), st.lists(st.integers(1, 10_000), min_size=2, max_size=5))
def test_nothing_of_a_price_is_lost_whatever_the_weights(price: int, weights: list[int]) -> None:
    package = BASIC._replace(price_cents=price)
    milestones = [Milestone("Part", 1, weight=weight) for weight in weights]

    assert sum(core.amounts(gig(*milestones, packages=(package,)), package)) == price
