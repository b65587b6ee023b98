"""What changes a gig, and how a package of it becomes the terms of an order."""

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.order_helpers import refused
from milepost import money, rules
from milepost.core import gig as core
from milepost.core import workflow
from milepost.core.gig import TIERS, Faq, Gig, Milestone, Package, Substep
from milepost.core.terms import Follow, MilestoneTerms, OrderType, Stage, Terms, agreed_of, plain_of
from milepost.core.workflow import Template, order_terms
from milepost.policy import STANDARD
from milepost.rules import Rule

ELIGIBLE = ("Website Design",)
BASIC = Package("basic", 10_001, 9, 2, "The small one")
STANDARD_PACKAGE = Package("standard", 20_000, 14, 3)
PREMIUM = Package("premium", 33_333, 30, None, "The large one")
DRAFT = Milestone("Draft", 3, "A first look", 1, weight=2, substeps=(Substep("Sketch"), Substep("Ink", ("premium",))))
FINAL = Milestone("Final", 4, revisions=None, zoom=True, packages=("basic", "premium"))
EXTRA = Milestone("Extra", 5, packages=("premium",), prices={"premium": 3_333}, substeps=(Substep("Print"),))
WORKFLOW = (DRAFT, FINAL, EXTRA)


def gig(*milestones: Milestone, packages: tuple[Package, ...] = (BASIC, PREMIUM), **changes: Any) -> Gig:
    """A gig that is in order, but for the changes."""
    fields = {"title": "A website", "seller": "maria", "subcategory": "Website Design", "description": ""} | changes
    return Gig(packages=packages, milestones=milestones, **fields)


def template(*milestones: Milestone) -> Template:
    return Template("site", "A site", "For sites", ELIGIBLE, milestones)


def names(one: Gig) -> list[str]:
    return [milestone.name for milestone in one.milestones]


# ── Changing a gig ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_package_takes_its_place_among_the_tiers_whatever_the_order_they_come_in() -> None:
    one = workflow.set_package(gig(packages=(BASIC, PREMIUM)), STANDARD_PACKAGE)

    assert one.packages == (BASIC, STANDARD_PACKAGE, PREMIUM)


def test_a_package_that_is_set_again_replaces_the_one_of_its_tier() -> None:
    one = workflow.set_package(gig(), Package("basic", 500, 1, 0, "New"))

    assert one.packages == (Package("basic", 500, 1, 0, "New"), PREMIUM)


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ((), Package("basic", 500, 1)),
        (("description",), Package("basic", 500, 1, 0, "The small one")),
        (("revisions",), Package("basic", 500, 1, 2)),
        (("revisions", "description"), Package("basic", 500, 1, 2, "The small one")),
    ],
)
def test_of_a_package_that_is_set_again_the_fields_stay_that_are_kept_and_no_others(
    kept: tuple[str, ...], expected: Package
) -> None:
    assert workflow.set_package(gig(), Package("basic", 500, 1), kept).packages == (expected, PREMIUM)


def test_a_new_package_has_nothing_to_keep() -> None:
    one = workflow.set_package(gig(packages=(BASIC,)), PREMIUM, ("revisions", "description"))

    assert one.packages == (BASIC, PREMIUM)


def test_a_milestone_is_added_at_the_end_and_removed_from_its_place() -> None:
    one = workflow.add_milestone(gig(DRAFT, FINAL), EXTRA)

    assert one.milestones == WORKFLOW
    assert [names(workflow.remove_milestone(one, position)) for position in (1, 2, 3)] == [
        ["Final", "Extra"],
        ["Draft", "Extra"],
        ["Draft", "Final"],
    ]


@pytest.mark.parametrize(
    ("position", "to", "expected"),
    [
        (1, 1, ["Draft", "Final", "Extra"]), (1, 2, ["Final", "Draft", "Extra"]), (1, 3, ["Final", "Extra", "Draft"]),
        (2, 1, ["Final", "Draft", "Extra"]), (2, 3, ["Draft", "Extra", "Final"]), (3, 1, ["Extra", "Draft", "Final"]),
        (3, 2, ["Draft", "Extra", "Final"]),
    ],
)  # fmt: skip
def test_a_milestone_moves_to_the_position_that_is_named(position: int, to: int, expected: list[str]) -> None:
    assert names(workflow.move_milestone(gig(*WORKFLOW), position, to)) == expected


def test_an_edit_changes_what_it_names_and_nothing_else() -> None:
    one = workflow.edit_milestone(gig(*WORKFLOW), 2, days=9, revisions=1)

    assert one == gig(DRAFT, FINAL._replace(days=9, revisions=1), EXTRA)


def test_a_price_that_is_set_comes_beside_those_that_are_there() -> None:
    priced = gig(DRAFT._replace(prices={"basic": 1, "premium": 2}), FINAL)
    one = workflow.edit_milestone(priced, 1, set_prices={"premium": 3})

    assert one.milestones[0].prices == {"basic": 1, "premium": 3}
    assert workflow.edit_milestone(priced, 1, prices={}).milestones[0].prices == {}
    assert workflow.edit_milestone(priced, 1, prices={}, set_prices={"basic": 5}).milestones[0].prices == {"basic": 5}


def test_a_milestone_that_leaves_a_package_leaves_its_price_there_and_takes_its_substeps_along() -> None:
    drawn = (Substep("Ink", ("basic", "premium")), Substep("Print", ("premium",)))
    priced = gig(DRAFT._replace(prices={"basic": 1, "premium": 2}, substeps=drawn), FINAL)
    one = workflow.edit_milestone(priced, 1, packages=("premium",)).milestones[0]

    assert (one.packages, one.prices) == (("premium",), {"premium": 2})
    assert one.substeps == (Substep("Ink", ("premium",)), Substep("Print", ("premium",)))


def test_a_price_for_a_package_that_a_milestone_is_not_in_is_for_the_check_to_refuse() -> None:
    one = workflow.edit_milestone(gig(*WORKFLOW), 1, packages=("premium",), set_prices={"basic": 100})

    refused(rules.GIG_MILESTONE_FIELDS, core.check, one, STANDARD, ELIGIBLE)


def test_a_substep_is_added_at_the_end_and_removed_from_its_place() -> None:
    one = workflow.add_substep(gig(DRAFT, FINAL), 1, Substep("Scan"))

    assert [substep.name for substep in one.milestones[0].substeps] == ["Sketch", "Ink", "Scan"]
    assert one.milestones[1] == FINAL
    assert [substep.name for substep in workflow.remove_substep(one, 1, 2).milestones[0].substeps] == ["Sketch", "Scan"]


def test_a_question_is_added_at_the_end_and_removed_from_its_place() -> None:
    one = gig()
    for number in (1, 2, 3):
        one = workflow.add_faq(one, Faq(f"Q{number}", f"A{number}"))

    assert [faq.question for faq in workflow.remove_faq(one, 2).faq] == ["Q1", "Q3"]


Change = Callable[[Gig], Gig]


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        (rules.GIG_MILESTONE_FIELDS, lambda one: workflow.edit_milestone(one, 0, days=1)),
        (rules.GIG_MILESTONE_FIELDS, lambda one: workflow.edit_milestone(one, 4, days=1)),
        (rules.GIG_MILESTONE_FIELDS, lambda one: workflow.move_milestone(one, 4, 1)),
        (rules.GIG_MILESTONE_FIELDS, lambda one: workflow.move_milestone(one, 1, 4)),
        (rules.GIG_MILESTONE_FIELDS, lambda one: workflow.move_milestone(one, 1, 0)),
        (rules.GIG_MILESTONE_FIELDS, lambda one: workflow.remove_milestone(one, 4)),
        (rules.GIG_SUBSTEPS, lambda one: workflow.add_substep(one, 4, Substep("Scan"))),
        (rules.GIG_SUBSTEPS, lambda one: workflow.remove_substep(one, 4, 1)),
        (rules.GIG_SUBSTEPS, lambda one: workflow.remove_substep(one, 1, 3)),
        (rules.GIG_SUBSTEPS, lambda one: workflow.remove_substep(one, 1, 0)),
        (rules.GIG_SUBSTEPS, lambda one: workflow.remove_substep(one, 2, 1)),
        (rules.GIG_CLIENT_VIEW, lambda one: workflow.remove_faq(one, 1)),
        (rules.GIG_CLIENT_VIEW, lambda one: workflow.remove_faq(workflow.add_faq(one, Faq("Q", "A")), 2)),
        (rules.GIG_TEMPLATE, lambda one: workflow.use_template(one, template(DRAFT))),
    ],
)
def test_a_change_of_what_is_not_there_is_refused(rule: Rule, change: Change) -> None:
    refused(rule, change, gig(*WORKFLOW))


@pytest.mark.parametrize(
    ("rule", "milestone"),
    [
        (rules.GIG_MILESTONE_FIELDS, DRAFT._replace(packages=("premium", "premium"))),
        (rules.GIG_MILESTONE_FIELDS, DRAFT._replace(packages=("basic", "standard", "premium", "basic"))),
        (rules.GIG_SUBSTEPS, FINAL._replace(substeps=(Substep("Scan", ("basic", "basic")),))),
    ],
)
def test_a_package_that_is_named_twice_is_refused(rule: Rule, milestone: Milestone) -> None:
    fault = refused(rule, core.check, gig(milestone, FINAL), STANDARD, ELIGIBLE)

    assert fault.also == ()
    assert fault.message.endswith("names a package twice")


@pytest.mark.parametrize("faq", [Faq("", "SVG"), Faq("Which files?", " \n")])
def test_a_question_without_words_and_an_answer_without_are_refused(faq: Faq) -> None:
    refused(rules.GIG_CLIENT_VIEW, core.check, gig(faq=(faq,)), STANDARD, ELIGIBLE)


def test_more_questions_than_there_may_be_are_refused() -> None:
    most = tuple(Faq(f"Q{number}", "A") for number in range(core.FAQ_MAX))

    core.check(gig(faq=most), STANDARD, ELIGIBLE)
    refused(rules.GIG_CLIENT_VIEW, core.check, gig(faq=(*most, Faq("Q", "A"))), STANDARD, ELIGIBLE)


def test_a_question_or_an_answer_that_is_too_long_is_refused() -> None:
    refused(rules.NAMES, core.check, gig(faq=(Faq("x" * 5_001, "A"),)), STANDARD, ELIGIBLE)
    refused(rules.NAMES, core.check, gig(faq=(Faq("Q", "x" * 5_001),)), STANDARD, ELIGIBLE)


# ── Templates ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_template_gives_a_gig_the_milestones_and_substeps_of_its_packages() -> None:
    one = workflow.use_template(gig(packages=(BASIC,)), template(*WORKFLOW))

    assert names(one) == ["Draft", "Final"]
    assert one.milestones[0].substeps == (Substep("Sketch"),)
    assert one.milestones[1].packages == ("basic",)
    core.check(one, STANDARD, ELIGIBLE)


def test_a_template_is_whole_where_the_gig_has_all_packages_but_for_its_prices() -> None:
    one = workflow.use_template(gig(packages=(BASIC, STANDARD_PACKAGE, PREMIUM)), template(*WORKFLOW))

    assert one.milestones == (DRAFT, FINAL, EXTRA._replace(prices={}))


def test_a_template_replaces_a_workflow_only_when_it_is_told_to() -> None:
    one = workflow.use_template(gig(FINAL, FINAL), template(DRAFT, FINAL), replace=True)

    assert names(one) == ["Draft", "Final"]


def test_a_template_of_a_gig_keeps_its_workflow_without_its_prices_and_is_its_sellers() -> None:
    saved = workflow.template_of(gig(*WORKFLOW), "my-site")

    assert saved == Template("my-site", "A website", "", ELIGIBLE, (DRAFT, FINAL, EXTRA._replace(prices={})), "maria")


def weights(*prices: dict[str, int]) -> list[int]:
    """The weights that a template has of milestones with these prices by package; each weighed 7 before."""
    priced = [Milestone("Part", 1, packages=tuple(one) or TIERS, weight=7, prices=one) for one in prices]
    saved = workflow.template_of(gig(*priced), "mine").milestones
    assert all(milestone.prices == {} for milestone in saved)
    return [milestone.weight for milestone in saved]


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        ([{"basic": 6_000}, {"basic": 4_000}], [3, 2]),
        ([{"basic": 3_333}, {"basic": 6_667}], [3_333, 6_667]),
        ([{"basic": 50}, {"basic": 50}, {"basic": 50}], [1, 1, 1]),
        # The fullest package counts; beside it, basic would have the third weigh 10 of 20.
        ([{"basic": 6_000, "premium": 12_000}, {"basic": 4_000, "premium": 8_000}, {"premium": 10_000}], [6, 4, 5]),
        # Where the packages do not have the same proportion, it is the fullest one's.
        ([{"basic": 1, "premium": 300}, {"basic": 2, "premium": 100}, {"premium": 100}], [3, 1, 1]),
        # No package has all three: what the third costs beside the first in premium it is worth beside it in basic.
        ([{"basic": 100, "premium": 200}, {"basic": 50}, {"premium": 100}], [2, 1, 1]),
        ([{"basic": 100}, {"premium": 300}], [1, 3]),
    ],
)
def test_a_template_keeps_the_proportion_of_explicit_amounts_in_weights(
    prices: list[dict[str, int]], expected: list[int]
) -> None:
    assert weights(*prices) == expected


@pytest.mark.parametrize("prices", [[{}, {}], [{"basic": 100}, {}], [{}, {"basic": 100}]])
def test_a_template_keeps_the_weights_where_not_every_milestone_has_an_explicit_amount(
    prices: list[dict[str, int]],
) -> None:
    assert weights(*prices) == [7, 7]


@pytest.mark.parametrize(
    ("cents", "expected"),
    [
        ((1, 10_000), [1, 10_000]),
        ((1, 10_001), [1, 10_000]),
        ((1, 20_000), [1, 10_000]),
        ((1, 20_002), [1, 10_000]),
        ((1, 100_000_000), [1, 10_000]),
        ((30_001, 20_001), [10_000, 6_667]),
        ((99_999_999, 49_999_999), [10_000, 5_000]),
    ],
)
def test_what_would_weigh_too_much_is_rounded_and_nothing_weighs_nothing(
    cents: tuple[int, int], expected: list[int]
) -> None:
    assert weights(*({"basic": one} for one in cents)) == expected


@given(st.lists(st.integers(1, core.WEIGHT_MAX), min_size=2, max_size=5), st.integers(1, 1_000), st.integers(1, 10**8))
def test_any_total_is_split_by_exact_weights_as_it_is_by_the_amounts_that_they_come_from(
    proportion: list[int], unit_cents: int, total: int
) -> None:
    amounts = [share * unit_cents for share in proportion]
    saved = weights(*({"basic": cents} for cents in amounts))

    assert money.split(sum(amounts), saved) == tuple(amounts)
    assert money.split(total, saved) == money.split(total, amounts)


@given(st.data(), st.lists(st.integers(1, 500), min_size=2, max_size=5))
def test_packages_of_one_proportion_are_split_by_the_saved_weights_as_they_were(
    data: st.DataObject, proportion: list[int]
) -> None:
    """Each package has its own price and, but for the one that has all, any two or more of the milestones."""
    every = range(len(proportion))
    full, *others = data.draw(st.permutations(TIERS))
    chosen = {tier: data.draw(st.sets(st.sampled_from(every), min_size=2)) for tier in others} | {full: set(every)}
    units = {tier: data.draw(st.integers(1, 1_000)) for tier in TIERS}
    prices = [{tier: share * units[tier] for tier in TIERS if n in chosen[tier]} for n, share in enumerate(proportion)]
    saved = weights(*prices)
    for tier in TIERS:
        before = [one[tier] for one in prices if tier in one]
        assert money.split(sum(before), [saved[n] for n in every if n in chosen[tier]]) == tuple(before)


@given(st.lists(st.integers(1, money.MAX_CENTS), min_size=2, max_size=5))
def test_whatever_the_amounts_the_weights_are_in_bounds_and_nearly_their_proportion(amounts: list[int]) -> None:
    saved = weights(*({"basic": cents} for cents in amounts))

    assert all(1 <= weight <= core.WEIGHT_MAX for weight in saved)
    for cents, weight in zip(amounts, saved, strict=True):
        assert abs(cents * max(saved) - weight * max(amounts)) <= max(amounts)


def test_a_template_that_is_used_elsewhere_splits_that_price_in_the_proportion_of_the_explicit_amounts() -> None:
    priced = gig(*(one._replace(packages=("basic",), substeps=(), prices={"basic": cents})
                   for one, cents in zip(WORKFLOW[:2], (7_500, 2_501), strict=True)), packages=(BASIC,))  # fmt: skip
    other = gig(packages=(BASIC._replace(price_cents=20_002),))
    used = workflow.use_template(other, workflow.template_of(priced, "mine"))

    assert core.amounts(used, used.packages[0]) == (15_000, 5_002)


def test_a_template_used_and_saved_again_is_the_same_workflow() -> None:
    three = gig(packages=(BASIC, STANDARD_PACKAGE, PREMIUM))
    used = workflow.use_template(three, template(DRAFT, FINAL))

    assert workflow.template_of(used, "again").milestones == (DRAFT, FINAL)


def test_a_gig_without_a_workflow_gives_no_template_and_a_template_has_the_name_of_a_handle() -> None:
    refused(rules.GIG_TEMPLATE, workflow.template_of, gig(), "my-site")
    refused(rules.NAMES, workflow.template_of, gig(*WORKFLOW), "My site")


# ── From a package to an order ──────────────────────────────────────────────────────────────────────────────────────


def placed(one: Gig, tier: str, **options: Any) -> Terms:
    return order_terms(one, tier, "ana", STANDARD, **options)


WEIGHED = (DRAFT, FINAL, EXTRA._replace(prices={}))


@pytest.mark.parametrize(
    ("with_workflow", "tier", "payments", "wanted"),
    list(product((True, False), ("basic", "standard", "premium"), (True, False), (True, False))),
)
def test_a_package_is_paid_by_milestone_where_it_has_some_they_are_paid_apart_and_the_client_wants_them(
    with_workflow: bool, tier: str, payments: bool, wanted: bool
) -> None:
    packages = (BASIC, STANDARD_PACKAGE, PREMIUM)
    milestones = (DRAFT._replace(packages=("basic", "premium")), *WEIGHED[1:]) if with_workflow else ()
    one = gig(*milestones, packages=packages, milestone_payments=payments)
    package, has = one.package(tier), {"basic": 2, "standard": 0, "premium": 3}[tier] if with_workflow else 0
    terms = placed(one, tier, milestones=wanted)
    assert package is not None

    by_milestone = bool(has) and payments and wanted
    assert terms.type is (OrderType.MILESTONES if by_milestone else OrderType.SINGLE)
    assert terms.follow is (Follow.CLIENT if by_milestone else Follow.NOTHING)
    assert len(terms.milestones) == (has if by_milestone else 1)
    stages = [milestone.stages for milestone in terms.milestones]
    expected = names(one)[:has] if wanted and not payments else []
    assert stages == [()] * has if by_milestone else [[stage.name for stage in row] for row in stages] == [expected]
    assert terms.total_cents == package.price_cents
    assert (terms.seller, terms.client, terms.title, terms.policy) == ("maria", "ana", "A website", STANDARD)


def test_the_terms_of_milestones_are_those_of_the_workflow_with_the_substeps_of_the_package() -> None:
    one = gig(*WEIGHED)

    assert placed(one, "basic").milestones == (
        MilestoneTerms("Draft", 3, 6_667, 1, "A first look", substeps=("Sketch",)),
        MilestoneTerms("Final", 4, 3_334, None, zoom=True),
    )
    assert [milestone.substeps for milestone in placed(one, "premium").milestones] == [
        ("Sketch", "Ink"),
        (),
        ("Print",),
    ]


def test_the_terms_of_one_payment_are_the_packages_and_its_stages_the_workflows() -> None:
    one = gig(*WEIGHED, milestone_payments=False)
    whole = MilestoneTerms("A website", 30, 33_333, None, "The large one")

    assert placed(one, "premium").milestones == (
        whole._replace(
            zoom=True,
            substeps=("Sketch", "Ink", "Print"),
            stages=(Stage("Draft", 2), Stage("Final"), Stage("Extra", 1)),
        ),
    )
    assert placed(one, "premium", milestones=False).milestones == (whole,)


def test_a_stage_knows_how_many_of_the_substeps_are_its_own_in_the_package_that_is_ordered() -> None:
    one = gig(*WEIGHED, milestone_payments=False)
    (basic,), (premium,) = placed(one, "basic").milestones, placed(one, "premium").milestones

    assert (basic.stages, basic.substeps) == ((Stage("Draft", 1), Stage("Final")), ("Sketch",))
    for whole in (basic, premium):
        assert sum(stage.substeps for stage in whole.stages) == len(whole.substeps)


def test_stages_come_back_from_the_plain_values_of_a_history() -> None:
    (whole,) = placed(gig(*WEIGHED, milestone_payments=False), "premium").milestones

    assert agreed_of(json.loads(json.dumps(plain_of(whole)))) == whole


def test_explicit_prices_are_the_terms_and_a_cent_off_is_a_draft_that_is_paid_in_one_piece() -> None:
    exact = [{"basic": 6_000}, {"basic": 4_001}]
    priced = [
        one._replace(packages=("basic",), substeps=(), prices=prices)
        for one, prices in zip(WORKFLOW[:2], exact, strict=True)
    ]
    off = [priced[0], priced[1]._replace(prices={"basic": 4_000})]

    assert [one.price_cents for one in placed(gig(*priced), "basic").milestones] == [6_000, 4_001]
    (fault,) = core.missing(gig(*off), STANDARD)
    assert (fault.rule, fault.values["sum_cents"], fault.values["price_cents"]) == (
        rules.GIG_PRICE_SPLIT, 10_000, 10_001,
    )  # fmt: skip
    assert placed(gig(*off), "basic") == placed(gig(), "basic")


def test_a_package_that_the_gig_has_not_is_refused_naming_those_that_it_has() -> None:
    fault = refused(rules.GIG_PACKAGES, placed, gig(*WEIGHED), "standard")

    assert fault.message == "there is no standard package; this gig has basic, premium"


def test_nobody_orders_from_themselves_and_a_client_has_a_handle() -> None:
    refused(rules.NAMES, order_terms, gig(), "basic", "maria", STANDARD)
    refused(rules.NAMES, order_terms, gig(), "basic", "Ana", STANDARD)


@pytest.mark.parametrize("payments", [True, False])
@pytest.mark.parametrize(
    ("rule", "milestones"),
    [
        (rules.GIG_MILESTONES_MIN, (DRAFT,)),
        (rules.GIG_PACKAGE_COUNT, (DRAFT, FINAL._replace(packages=("basic",)))),
    ],
)
def test_of_a_draft_every_package_is_sold_in_one_piece_without_stages_or_substeps(
    rule: Rule, milestones: tuple[Milestone, ...], payments: bool
) -> None:
    draft = gig(*milestones, milestone_payments=payments)

    assert rule in {fault.rule for fault in core.missing(draft, STANDARD)}
    for package in draft.packages:
        whole = MilestoneTerms("A website", package.days, package.price_cents, package.revisions, package.description)
        assert placed(draft, package.tier) == Terms(OrderType.SINGLE, "maria", "ana", "A website", (whole,), STANDARD)


def test_the_milestone_that_was_missing_makes_the_next_order_one_by_milestone() -> None:
    assert placed(gig(DRAFT), "basic").type is OrderType.SINGLE
    assert placed(gig(DRAFT, FINAL), "basic").type is OrderType.MILESTONES


def test_what_a_policy_misses_makes_a_draft_under_it_alone() -> None:
    strict = replace(STANDARD, milestone_price_min_cents=5_001)
    two = gig(Milestone("A", 1), Milestone("B", 1), packages=(BASIC,))

    assert order_terms(two, "basic", "ana", strict).type is OrderType.SINGLE
    assert order_terms(two, "basic", "ana", replace(strict, milestone_price_min_cents=5_000)).type is (
        OrderType.MILESTONES
    )


@pytest.mark.parametrize("milestones", [(), (DRAFT,), WEIGHED])
def test_a_paused_gig_takes_no_order_of_any_package_and_a_resumed_one_does(milestones: tuple[Milestone, ...]) -> None:
    one = gig(*milestones)
    for tier in ("basic", "premium"):
        for wanted in (True, False):
            refused(rules.GIG_PAUSED, placed, one._replace(paused=True), tier, milestones=wanted)
            assert placed(one._replace(paused=True)._replace(paused=False), tier, milestones=wanted)


@st.composite
def gigs(draw: st.DrawFn) -> Gig:
    """A complete gig with any packages and weights; where it has explicit prices, they add up."""
    tiers = ["basic", *draw(st.lists(st.sampled_from(["standard", "premium"]), unique=True))]
    packages = tuple(
        Package(tier, draw(st.integers(10_000, money.MAX_CENTS)), draw(st.integers(1, 60)))
        for tier in sorted(tiers, key=TIERS.index)
    )
    weights = draw(st.lists(st.integers(1, 10_000), min_size=2, max_size=5))
    milestones = [Milestone(f"Part {n}", 1, weight=weight) for n, weight in enumerate(weights, start=1)]
    if draw(st.booleans()):
        shares = {one.tier: money.split(one.price_cents, weights) for one in packages}
        milestones = [
            one._replace(prices={tier: shares[tier][n] for tier in shares}) for n, one in enumerate(milestones)
        ]
    return gig(*milestones, packages=packages, milestone_payments=draw(st.booleans()))


@given(gigs(), st.booleans())
def test_whatever_the_gig_the_terms_of_each_package_add_up_to_its_price(one: Gig, wanted: bool) -> None:
    assume(not list(core.missing(one, STANDARD)))  # no share of nothing, where the weights are far apart
    for package in one.packages:
        terms = placed(one, package.tier, milestones=wanted)
        assert terms.total_cents == package.price_cents
        assert all(milestone.price_cents >= 1 for milestone in terms.milestones)
