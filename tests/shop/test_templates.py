"""Workflow templates: those that ship are good, a gig checks them like typed input, and a seller saves their own."""

import os

import pytest
from cli.shell_helpers import process

from milepost import data
from milepost.core import workflow
from milepost.core.gig import TIERS, Gig, Package, check, missing
from milepost.core.workflow import Template
from milepost.files import documents
from milepost.policy import STANDARD
from milepost.store import catalog
from shop.shop_helpers import THREE, Shop

SHIPPED = {template.name: template for template in documents.shipped_templates()}
PACKAGES = {tier: Package(tier, cents, 30) for tier, cents in zip(TIERS, (10_000, 30_000, 60_000), strict=True)}


def test_at_least_eight_ship_each_for_an_eligible_subcategory_of_its_own() -> None:
    served = [name for template in SHIPPED.values() for name in template.subcategories]

    assert len(SHIPPED) >= 8
    assert set(served) <= set(data.subcategories())
    assert len(set(served)) == len(served)


@pytest.mark.parametrize("template", SHIPPED.values(), ids=list(SHIPPED))
def test_a_shipped_template_says_all_that_a_client_would_ask(template: Template) -> None:
    assert all((template.title, template.description, template.subcategories))
    assert 2 <= len(template.milestones) <= 5
    for milestone in template.milestones:
        assert milestone.description
        assert milestone.substeps
        assert 1 <= milestone.days <= 30
        assert not milestone.prices


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("template", SHIPPED.values(), ids=list(SHIPPED))
def test_a_shipped_template_makes_a_complete_gig_of_basic_of_two_and_of_all_packages(
    template: Template, count: int
) -> None:
    for subcategory in template.subcategories:
        packages = tuple(PACKAGES[tier] for tier in TIERS[:count])
        gig = workflow.use_template(Gig("A gig", "maria", subcategory, "", packages), template)
        check(gig, STANDARD, data.subcategories())
        assert list(missing(gig, STANDARD)) == []
        assert all(len(gig.available(package.tier)) >= 2 for package in packages)


@pytest.mark.parametrize("tiers", [("basic",), ("basic", "standard"), tuple(THREE), ("basic", "premium")])
def test_a_template_that_is_used_makes_a_gig_that_clients_see_and_order(
    empty_shop: Shop, tiers: tuple[str, ...]
) -> None:
    empty_shop.sell(**{tier: THREE[tier] for tier in tiers})
    empty_shop.ok("gig use-template 1 logo-design")

    assert empty_shop.lacks() == []
    for tier in tiers:
        order = empty_shop.show(empty_shop.buy(tier))
        assert [one["price_cents"] for one in order["milestones"]] == empty_shop.amounts(tier)
        assert order["type"] == "milestones"


@pytest.mark.parametrize(
    ("subcategory", "basic", "rules"),
    [
        ("Logo Design", "99.99:7", ["gig-basic-price"]),
        ("Translation", "150:7", ["gig-subcategory"]),
        ("Translation", "99.99:7", ["gig-subcategory", "gig-basic-price"]),
    ],
)
def test_a_template_is_checked_against_the_gig_like_typed_input(
    empty_shop: Shop, subcategory: str, basic: str, rules: list[str]
) -> None:
    empty_shop.sell(subcategory=subcategory, basic=basic)
    empty_shop.refuses(*rules, line="gig use-template 1 logo-design")
    empty_shop.refuses(*rules, line="gig add-milestone 1 --name A --days 2")


def test_the_templates_are_listed_and_shown_without_a_store(empty_shop: Shop) -> None:
    empty_shop.db.unlink()

    assert [one["name"] for one in empty_shop.json("template list")] == sorted(SHIPPED)
    for name in SHIPPED:
        told = empty_shop.json(f"template show {name}")
        assert (told["name"], told["origin"]) == (name, "shipped")
        assert SHIPPED[name].title.split()[0] in empty_shop.ok(f"template show {name}").out
    assert not empty_shop.db.exists()
    empty_shop.ok("init")


def test_a_template_that_is_not_there_is_not_found(shop: Shop) -> None:
    for line in ("template show mine", "gig use-template 1 mine", "template delete mine --yes"):
        told = shop(line)
        assert told.code == 3
        assert told.err.endswith("hint: milepost template list\n")


# ── Saving and deleting ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_saved_template_is_a_gigs_workflow_for_another_gig(shop: Shop) -> None:
    saved = shop.json("template save 1 --name my-logo")
    assert (saved["origin"], saved["subcategories"]) == ("saved", ["Logo Design"])
    assert shop.json("template show my-logo") == saved
    shop.sell(seller="ben", **THREE)
    shop.ok("gig use-template 2 my-logo")

    assert shop.gig_told(2)["milestones"] == shop.gig_told(1)["milestones"]
    assert shop.lacks(2) == []


def test_a_saved_template_has_the_proportion_of_explicit_prices_and_no_prices_of_its_own(empty_shop: Shop) -> None:
    empty_shop.sell(basic="100:7", premium="300:20")
    empty_shop.parts("A", options="--price basic=75 --price premium=150")
    empty_shop.parts("B", options="--price basic=25 --price premium=50")
    empty_shop.parts("C", options="--package premium --price premium=100")
    empty_shop.ok("template save 1 --name my-logo")
    empty_shop.sell(basic="200:7", premium="600.02:20")
    empty_shop.ok("gig use-template 2 my-logo")

    told = empty_shop.json("template show my-logo")["milestones"]
    assert [(one["weight"], one["prices_cents"]) for one in told] == [(3, {}), (1, {}), (2, {})]
    assert empty_shop.amounts("basic", 2) == [15_000, 5_000]
    assert empty_shop.amounts("premium", 2) == [30_001, 10_000, 20_001]


@pytest.mark.parametrize("handle", ["otto", "ana", "support"])
def test_nobody_but_its_seller_deletes_a_template(shop: Shop, handle: str) -> None:
    shop.ok("template save 1 --name my-logo")
    told = shop.refuses("actor", line=f"--as {handle} template delete my-logo --yes")

    assert f"the template my-logo is maria's; {handle} cannot delete it" in told.err
    assert shop.ok("--as maria template delete my-logo --yes")
    assert shop("template show my-logo").code == 3


def test_nobody_but_its_seller_replaces_a_template_under_a_handle_or_without_one(shop: Shop) -> None:
    shop.sell(seller="otto", **THREE)
    shop.parts("A", "B", gig=2)
    shop.ok("template save 1 --name my-logo")
    for under in ("", "--as otto "):
        told = shop.refuses("gig-template", line=f"{under}template save 2 --name my-logo")
        assert "the template my-logo is maria's" in told.err
    shop.ok("--as maria template save 1 --name my-logo")
    shop.ok("template delete my-logo --yes")
    shop.ok("--as otto template save 2 --name my-logo")
    shop.refuses("actor", line="--as maria template delete my-logo --yes")


def test_every_seller_uses_what_another_saved(shop: Shop) -> None:
    shop.ok("template save 1 --name my-logo")
    shop.sell(seller="otto", **THREE)
    shop.ok("--as otto gig use-template 2 my-logo")

    assert shop.names(2) == shop.names(1)


def test_a_template_that_was_saved_before_sellers_were_noted_is_everybodys(shop: Shop) -> None:
    def save_without_seller() -> None:
        with shop.opened() as db, db.write() as connection:
            catalog.save_template(connection, SHIPPED["logo-design"]._replace(name="old"))

    save_without_seller()
    shop.ok("--as otto template delete old --yes")
    save_without_seller()
    shop.ok("--as maria template save 1 --name old")
    shop.refuses("actor", line="--as otto template delete old --yes")


def test_a_template_that_is_saved_again_replaces_the_one_before_and_gigs_keep_what_they_used(shop: Shop) -> None:
    shop.ok("template save 1 --name my-logo")
    shop.sell(seller="ben", **THREE)
    shop.ok("gig use-template 2 my-logo")
    used = shop.gig_told(2)
    shop.ok("gig remove-milestone 1 3")
    shop.ok("template save 1 --name my-logo")

    assert [one["name"] for one in shop.json("template show my-logo")["milestones"]] == ["Sketches", "Refinement"]
    assert [one["name"] for one in shop.json("template list")].count("my-logo") == 1
    shop.ok("template delete my-logo --yes")
    assert shop.gig_told(2) == used


def test_a_saved_template_goes_before_a_shipped_one_until_it_is_deleted(shop: Shop) -> None:
    shop.ok("template save 1 --name logo-design")
    told = {one["name"]: one["origin"] for one in shop.json("template list")}
    assert (told["logo-design"], len(told)) == ("saved", len(SHIPPED))
    shop.ok("gig use-template 1 logo-design --replace")
    assert shop.names() == ["Sketches", "Refinement", "Brand sheet"]

    shop.ok("template delete logo-design --yes")
    assert shop.json("template show logo-design")["origin"] == "shipped"
    shop.ok("gig use-template 1 logo-design --replace")
    assert shop.names()[0] == "Brief and mood board"


@pytest.mark.parametrize("name", sorted(SHIPPED)[:2])
def test_a_shipped_template_cannot_be_deleted(shop: Shop, name: str) -> None:
    told = shop.refuses("gig-template", line=f"template delete {name} --yes")

    assert "ships with the program" in told.err


def test_without_a_terminal_nothing_is_asked_and_nothing_deleted(shop: Shop) -> None:
    shop.ok("template save 1 --name my-logo")
    told = shop("template delete my-logo")

    assert (told.code, told.out) == (2, "")
    assert "--yes" in told.err
    assert shop.json("template show my-logo")["origin"] == "saved"


@pytest.mark.parametrize(("typed", "gone"), [(b"y\n", True), (b"\n", False)])
def test_on_a_terminal_it_asks_and_only_a_yes_deletes(shop: Shop, typed: bytes, gone: bool) -> None:
    shop.ok("template save 1 --name my-logo")
    terminal, stdin = os.openpty()
    os.write(terminal, typed)
    ended = process("template", "delete", "my-logo", db=shop.db, stdin=stdin)
    os.close(stdin)
    os.close(terminal)

    assert b"Delete the template my-logo?" in ended.stdout + ended.stderr
    assert ended.returncode == (0 if gone else 130)
    assert shop("template show my-logo").code == (3 if gone else 0)


@pytest.mark.parametrize(("rule", "name"), [("names", "My Logo"), ("names", ""), ("names", "x" * 41)])
def test_a_template_has_the_name_of_a_handle(shop: Shop, rule: str, name: str) -> None:
    shop.refuses(rule, line="template save 1 --name", more=(name,))


def test_a_gig_without_a_workflow_has_nothing_to_save(empty_shop: Shop) -> None:
    empty_shop.sell(basic="150:7")
    empty_shop.refuses("gig-template", line="template save 1 --name mine")
