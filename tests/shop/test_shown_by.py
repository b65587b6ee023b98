"""What the shop promises first: subcategories, a price split to the cent, packages, files that make the same gig."""

import pytest
import store_helpers

from milepost import data
from milepost.core.gig import Gig, Milestone, Package
from milepost.market import gigs
from milepost.rules import RuleError
from milepost.store.db import Database
from shop.conftest import Opens
from shop.shop_helpers import THREE, Shop

FLAGS = (
    ("gig create --seller maria --basic 150:7:2 --premium 480.01:20:unlimited --subcategory", "logo design"),
    ("gig set-package 1 standard 300:12:1 --description", 'Two concepts: "A" & B'),
    ("gig edit 1 --description", "First line\nsecond, with a tab\tand ünïcödé"),
    ("gig add-milestone 1 --days 3 --revisions 1 --zoom --weight 3 --name Sketches --description", "Black & white"),
    ("gig add-milestone 1 --days 2 --revisions unlimited --name", "Refinement: colour"),
    ("gig add-milestone 1 --days 4 --package premium --package standard --name", "Brand sheet"),
    ("gig add-substep 1 1 --name", "Mood board"),
    ("gig add-substep 1 1 --package premium --name", "Third concept"),
    ("gig add-substep 1 3 --name", "Print rules"),
    ("gig add-faq 1 --question", "Which files?", "--answer", "SVG\nPDF"),
    ("gig milestone-payments 1 off", ""),
)


def test_all_57_subcategories_are_eligible_and_a_58th_is_not(memory_store: Database) -> None:
    eligible = data.subcategories()
    two = (Milestone("Draft", 1), Milestone("Final", 1))
    assert len(set(eligible)) == len(eligible) == 57
    for name in eligible:
        assert gigs.create(memory_store, Gig("A gig", "maria", name, "", (Package("basic", 10_000, 1),), two)).id
    before = store_helpers.digest(memory_store)
    with pytest.raises(RuleError) as caught:
        gigs.create(memory_store, Gig("A gig", "maria", "Translation", "", (Package("basic", 10_000, 1),), two))
    assert caught.value.rule.id == "gig-subcategory"
    assert store_helpers.digest(memory_store) == before


def test_every_eligible_subcategory_is_listed_and_none_beside(empty_shop: Shop) -> None:
    assert tuple(empty_shop.json("gig subcategories")) == data.subcategories()
    assert empty_shop.ok("gig subcategories").out.splitlines() == list(data.subcategories())


@pytest.mark.parametrize("typed", ["logo design", " Logo Design ", "LOGO DESIGN"])
def test_a_subcategory_is_found_whatever_its_case_and_written_as_it_is_listed(empty_shop: Shop, typed: str) -> None:
    empty_shop.sell(subcategory=typed, basic="150:7")
    empty_shop.parts("Sketches", "Files")

    assert empty_shop.gig_told()["subcategory"] == "Logo Design"


def test_a_misspelt_subcategory_is_refused_with_the_right_one_as_the_hint(empty_shop: Shop) -> None:
    empty_shop.sell(subcategory="Logo Desing", basic="150:7")
    told = empty_shop.refuses("gig-subcategory", line="gig add-milestone 1 --name Sketches --days 3")

    assert "did you mean Logo Design" in told.err
    assert "hint: milepost gig subcategories" in told.err


def test_a_gig_of_another_subcategory_is_a_good_gig_without_milestones(empty_shop: Shop) -> None:
    empty_shop.sell(subcategory="Translation", basic="99.99:3")

    assert empty_shop.lacks() == []
    assert empty_shop.show(empty_shop.buy())["type"] == "single"


def test_a_gig_made_by_flags_is_exported_imported_elsewhere_and_exported_again_byte_for_byte(opens: Opens) -> None:
    here, there = opens(), opens()
    for line, *more in FLAGS:
        title = ("--title", "Logo: from brief to files") if line.startswith("gig create") else ()
        here.ok(line, *(word for word in more if word), *title)
    first = here.ok("gig export 1").out
    there.create(first)

    assert there.ok("gig export 1").out == first
    ours, theirs = here.gig_told(), there.gig_told()
    assert ours == theirs
    assert (len(ours["packages"]), len(ours["milestones"]), ours["missing"]) == (3, 3, [])


# ── The price split ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_price_of_100_01_over_three_equal_milestones_loses_nothing(empty_shop: Shop) -> None:
    empty_shop.sell(basic="100.01:9")
    empty_shop.parts("Sketches", "Refinement", "Files")

    assert sorted(empty_shop.amounts("basic")) == [3_333, 3_334, 3_334]
    order = empty_shop.show(empty_shop.buy())
    assert [one["price_cents"] for one in order["milestones"]] == empty_shop.amounts("basic")
    assert order["charged_cents"] == order["milestones"][0]["price_cents"]


@pytest.mark.parametrize(("second", "fine"), [("40.01", True), ("40.00", False), ("40.02", False)])
def test_explicit_prices_a_cent_off_make_a_draft_that_is_sold_in_one_piece(
    empty_shop: Shop, second: str, fine: bool
) -> None:
    empty_shop.sell(basic="100.01:9")
    empty_shop.parts("Sketches", options="--price basic=60.00")
    empty_shop.parts("Files", options=f"--price basic={second}")
    if fine:
        assert empty_shop.lacks() == []
        assert [one["price_cents"] for one in empty_shop.show(empty_shop.buy())["milestones"]] == [6_000, 4_001]
        return
    assert empty_shop.lacks() == ["gig-price-split"]
    assert "its price is $100.01" in empty_shop.gig_told()["missing"][0]["message"]
    order = empty_shop.show(empty_shop.buy())
    assert (order["type"], order["charged_cents"]) == ("single", 10_001)


def test_a_price_for_one_milestone_only_is_told_with_the_other_that_has_none(empty_shop: Shop) -> None:
    empty_shop.sell(basic="100.01:9")
    empty_shop.parts("Sketches", options="--price basic=60.00")
    empty_shop.parts("Files")

    assert empty_shop.lacks() == ["gig-price-split"]
    assert "none for Files" in empty_shop.gig_told()["missing"][0]["message"]
    empty_shop.ok("gig edit-milestone 1 1 --no-prices")
    assert empty_shop.lacks() == []


# ── Milestones by package ───────────────────────────────────────────────────────────────────────────────────────────


def test_one_milestone_left_in_premium_is_told_naming_premium_and_every_package_is_sold_whole(empty_shop: Shop) -> None:
    empty_shop.sell(**THREE)
    empty_shop.parts("Sketches", "Files", options="--package basic --package standard")
    empty_shop.parts("Print", options="--package premium")

    assert empty_shop.lacks() == ["gig-package-count"]
    assert "the premium package has 1 milestone available" in empty_shop.gig_told()["missing"][0]["message"]
    orders = [empty_shop.show(empty_shop.buy(tier)) for tier in THREE]
    assert [(one["type"], one["charged_cents"]) for one in orders] == [
        ("single", 15_000), ("single", 30_000), ("single", 48_000),
    ]  # fmt: skip


def test_no_milestone_left_in_premium_makes_it_a_single_payment(empty_shop: Shop) -> None:
    empty_shop.sell(**THREE)
    empty_shop.parts("Sketches", "Files", options="--package basic --package standard")

    assert empty_shop.lacks() == []
    order = empty_shop.show(empty_shop.buy("premium"))
    assert (order["type"], len(order["milestones"]), order["charged_cents"]) == ("single", 1, 48_000)
    assert empty_shop.show(empty_shop.buy("standard"))["type"] == "milestones"


def test_a_basic_package_of_100_dollars_takes_milestones_and_a_cent_less_does_not(empty_shop: Shop) -> None:
    empty_shop.sell(basic="99.99:7")
    empty_shop.refuses("gig-basic-price", line="gig add-milestone 1 --name Sketches --days 3")
    empty_shop.ok("gig set-package 1 basic 100.00:7")
    empty_shop.parts("Sketches", "Files")

    assert empty_shop.lacks() == []
    empty_shop.refuses("gig-basic-price", line="gig set-package 1 basic 99.99:7")


def test_a_fifth_milestone_is_taken_and_a_sixth_refused(empty_shop: Shop) -> None:
    empty_shop.sell(basic="150:7")
    empty_shop.parts(*"ABCDE")
    empty_shop.refuses("gig-milestones-max", line="gig add-milestone 1 --name F --days 3")

    assert empty_shop.names() == list("ABCDE")
