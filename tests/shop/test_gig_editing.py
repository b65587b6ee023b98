"""Changing a gig: each verb does what it says, a refused one does nothing, and orders already placed stay."""

from typing import Any

import pytest

from shop.shop_helpers import Shop


def milestone(shop: Shop, position: int) -> Any:
    return shop.gig_told()["milestones"][position - 1]


def test_edit_changes_what_is_named_and_leaves_the_rest(shop: Shop) -> None:
    before = shop.gig_told()
    shop.ok("gig edit 1 --title 'A mark' --description 'By hand'")

    assert shop.gig_told() == before | {"title": "A mark", "description": "By hand"}
    shop.ok("gig edit 1 --subcategory 'video editing'")
    assert shop.gig_told()["subcategory"] == "Video Editing"


def test_set_package_changes_a_package_and_keeps_its_description(shop: Shop) -> None:
    shop.ok("gig set-package 1 basic 200:9:3")
    basic = shop.gig_told()["packages"][0]

    assert (basic["price_cents"], basic["days"], basic["revisions"]) == (20_000, 9, 3)
    assert basic["description"] == "One concept"
    shop.ok("gig set-package 1 basic 200:9:3 --description 'Two concepts'")
    assert shop.gig_told()["packages"][0]["description"] == "Two concepts"


@pytest.mark.parametrize(
    ("terms", "options", "changed"),
    [
        ("160:9", "", {"price_cents": 16_000, "days": 9}),
        ("160:9:0", "", {"price_cents": 16_000, "days": 9, "revisions": 0}),
        ("160:9:unlimited", "", {"price_cents": 16_000, "days": 9, "revisions": None}),
        ("160:9", "--description Two", {"price_cents": 16_000, "days": 9, "description": "Two"}),
        ("160:9", "--description ''", {"price_cents": 16_000, "days": 9, "description": ""}),
    ],
)
def test_set_package_changes_what_is_given_and_leaves_the_rest(
    shop: Shop, terms: str, options: str, changed: dict[str, Any]
) -> None:
    (before, *others) = shop.gig_told()["packages"]
    shop.ok(f"gig set-package 1 basic {terms} {options}")
    after = shop.gig_told()["packages"]

    assert {**after[0], "milestones": None} == {**before, **changed, "milestones": None}
    assert after[1:] == others


def test_a_new_package_has_no_revisions_and_no_description_unless_they_are_given(empty_shop: Shop) -> None:
    empty_shop.sell(basic="150:7:2")
    empty_shop.ok("gig set-package 1 standard 300:12")
    _, standard = empty_shop.gig_told()["packages"]

    assert (standard["revisions"], standard["description"]) == (0, "")


def test_set_package_adds_a_package_that_all_milestones_of_all_packages_come_with(empty_shop: Shop) -> None:
    empty_shop.sell(basic="150:7")
    empty_shop.parts("Sketches", "Files")
    empty_shop.ok("gig set-package 1 premium 480:20:unlimited")

    assert [one["tier"] for one in empty_shop.gig_told()["packages"]] == ["basic", "premium"]
    assert empty_shop.amounts("premium") == [24_000, 24_000]


def test_add_milestone_takes_every_field(empty_shop: Shop) -> None:
    empty_shop.sell(basic="150:7", premium="480:20")
    empty_shop.ok(
        "gig add-milestone 1 --name ' Sketches ' --description 'By hand' --days 3 --revisions unlimited --zoom "
        "--package premium --weight 4 --price premium=120.50"
    )

    assert milestone(empty_shop, 1) == {
        "position": 1, "name": "Sketches", "description": "By hand", "days": 3, "revisions": None, "zoom": True,
        "packages": ["premium"], "weight": 4, "prices_cents": {"premium": 12_050}, "substeps": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("options", "changed"),
    [
        ("--name 'Rough sketches '", {"name": "Rough sketches"}),
        ("--days 5", {"days": 5}),
        ("--description Black", {"description": "Black"}),
        ("--revisions unlimited", {"revisions": None}),
        ("--revisions 0", {"revisions": 0}),
        ("--no-zoom", {"zoom": False}),
        ("--weight 7", {"weight": 7}),
        ("--price basic=50 --price premium=60", {"prices_cents": {"basic": 5_000, "premium": 6_000}}),
        ("--days 5 --no-zoom --weight 3", {"days": 5, "zoom": False, "weight": 3}),
    ],
)
def test_edit_milestone_changes_what_is_named_and_leaves_the_rest(
    shop: Shop, options: str, changed: dict[str, Any]
) -> None:
    before = milestone(shop, 1)
    shop.ok(f"gig edit-milestone 1 1 {options}")

    assert milestone(shop, 1) == before | changed


def test_a_price_that_is_edited_stands_beside_the_others(shop: Shop) -> None:
    shop.ok("gig edit-milestone 1 1 --price basic=50 --price premium=60")
    shop.ok("gig edit-milestone 1 1 --price premium=70")

    assert milestone(shop, 1)["prices_cents"] == {"basic": 5_000, "premium": 7_000}
    shop.ok("gig edit-milestone 1 1 --package premium --package standard")
    assert milestone(shop, 1)["prices_cents"] == {"premium": 7_000}
    shop.ok("gig edit-milestone 1 1 --no-prices")
    assert milestone(shop, 1)["prices_cents"] == {}


def test_a_milestone_moves_and_goes(shop: Shop) -> None:
    shop.ok("gig move-milestone 1 3 --to 1")
    assert shop.names() == ["Brand sheet", "Sketches", "Refinement"]
    shop.ok("gig remove-milestone 1 2")
    assert shop.names() == ["Brand sheet", "Refinement"]


def test_substeps_come_and_go(shop: Shop) -> None:
    shop.ok("gig add-substep 1 1 --name ' Colour studies ' --package standard --package premium")
    assert [one["name"] for one in milestone(shop, 1)["substeps"]] == ["Mood board", "Ink", "Colour studies"]
    assert milestone(shop, 1)["substeps"][2]["packages"] == ["standard", "premium"]
    shop.ok("gig remove-substep 1 1 2")
    assert [one["name"] for one in milestone(shop, 1)["substeps"]] == ["Mood board", "Colour studies"]


def test_questions_come_and_go(shop: Shop) -> None:
    shop.ok("gig add-faq 1 --question 'How fast?' --answer 'A week'")
    assert shop.gig_told()["faq"][1] == {"question": "How fast?", "answer": "A week"}
    shop.ok("gig remove-faq 1 1")
    assert [one["question"] for one in shop.gig_told()["faq"]] == ["How fast?"]


def test_milestone_payments_go_off_and_on(shop: Shop) -> None:
    shop.ok("gig milestone-payments 1 off")
    assert shop.gig_told()["milestone_payments"] is False
    assert shop.amounts("basic") == [None, None]
    shop.ok("gig milestone-payments 1 on")
    assert shop.amounts("basic") == [10_000, 5_000]


def test_a_template_replaces_a_workflow_only_when_it_is_told_to(shop: Shop) -> None:
    told = shop.refuses("gig-template", line="gig use-template 1 logo-design")
    assert "--replace" in told.err
    shop.ok("gig use-template 1 logo-design --replace")

    assert shop.names()[0] == "Brief and mood board"
    assert shop.lacks() == []


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("names", "gig edit 1 --title ''"),
        ("names", f"gig edit 1 --title {'x' * 81}"),
        ("gig-subcategory", "gig edit 1 --subcategory Translation"),
        ("gig-basic-price", "gig set-package 1 basic 99.99:7"),
        ("gig-packages", "gig set-package 1 premium 480:0"),
        ("money-bounds", "gig set-package 1 premium 0.00:5"),
        ("gig-milestone-fields", "gig edit-milestone 1 4 --days 5"),
        ("gig-milestone-fields", "gig edit-milestone 1 1 --days 0"),
        ("gig-milestone-fields", "gig edit-milestone 1 3 --price basic=5"),
        ("gig-milestone-fields", "gig add-milestone 1 --name A --days 2 --package basic --package basic"),
        ("gig-milestone-fields", "gig add-milestone 1 --name A --days 2 --price basic=1 --price basic=2"),
        ("gig-milestone-fields", "gig edit-milestone 1 1 --price basic=50 --price basic=50"),
        ("gig-price-split", "gig edit-milestone 1 1 --weight 0"),
        ("names", "gig edit-milestone 1 1 --name ' '"),
        ("gig-milestone-fields", "gig move-milestone 1 1 --to 4"),
        ("gig-milestone-fields", "gig remove-milestone 1 4"),
        ("gig-substeps", "gig add-substep 1 3 --name Ink --package basic"),
        ("gig-substeps", "gig remove-substep 1 1 3"),
        ("gig-client-view", "gig remove-faq 1 2"),
        ("gig-client-view", "gig add-faq 1 --question '' --answer A"),
    ],
)
def test_a_refused_edit_leaves_the_gig_as_it_was(shop: Shop, rule: str, line: str) -> None:
    shop.refuses(rule, line=line)


def test_all_that_an_edit_would_break_is_told_at_once(shop: Shop) -> None:
    shop.refuses("names", "gig-milestone-fields", "gig-price-split", line="gig edit-milestone 1 1 --days 0 --weight 0",
                 more=("--name", ""))  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        "gig edit 1", "gig edit-milestone 1 1", "gig milestone-payments 1 maybe", "gig set-package 1 gold 5:5",
        "gig set-package 1 basic 5", "gig add-milestone 1 --name A --days 2 --revisions some",
        "gig add-milestone 1 --name A --days 2 --price 5", "gig add-milestone 1 --name A --days 2 --package gold",
        "gig edit-milestone 1 0 --days 5", "gig move-milestone 1 1",
    ],
)  # fmt: skip
def test_an_edit_that_cannot_be_read_is_a_usage_error(shop: Shop, line: str) -> None:
    before = shop.digest()
    told = shop(line)

    assert (told.code, told.out) == (2, "")
    assert told.err.startswith("error: ")
    assert shop.digest() == before


@pytest.mark.parametrize(
    "line", ["gig edit 2 --title A", "gig remove-milestone 2 1", "gig use-template 2 logo-design", "gig export 2"]
)
def test_a_gig_that_is_not_there_is_not_found(shop: Shop, line: str) -> None:
    told = shop(line)

    assert (told.code, told.out) == (3, "")
    assert told.err == "error: there is no gig 2\nhint: milepost gig list\n"


def test_check_names_all_that_is_missing_at_once(empty_shop: Shop) -> None:
    empty_shop.sell(basic="150:7", standard="300:12", premium="480:20")
    empty_shop.parts("A", options="--price basic=100 --package basic --package standard")
    empty_shop.parts("B", options="--price basic=49.99 --package basic --package premium")

    assert empty_shop.lacks() == ["gig-price-split", "gig-package-count", "gig-package-count"]
    told = empty_shop("gig check 1")
    assert told.code == 7
    words = " ".join(told.out.split())
    assert all(tier in words for tier in ("basic", "standard", "premium"))
    assert words.startswith("Clients do not see its milestones yet:")


def test_one_milestone_is_a_draft_that_clients_do_not_see(empty_shop: Shop) -> None:
    empty_shop.sell(basic="150:7")
    empty_shop.parts("Sketches")

    assert empty_shop.lacks() == ["gig-milestones-min"]
    assert empty_shop.json("gig show 1 --client")["packages"][0]["milestones"] == []
    text = empty_shop.ok("gig show 1 --client").out
    assert "Sketches" not in text
    assert "Basic: $150.00, 7 days, paid when ordering" in text
    order = empty_shop.show(empty_shop.buy())
    assert (order["type"], order["charged_cents"], len(order["milestones"])) == ("single", 15_000, 1)
    assert (order["milestones"][0]["days"], order["milestones"][0]["stages"]) == (7, [])
    empty_shop.parts("Files")
    assert empty_shop.lacks() == []
    assert "Sketches" in empty_shop.ok("gig show 1 --client").out


def test_a_client_sees_descriptions_substeps_days_amounts_revisions_zoom_and_the_total_of_each_package(
    shop: Shop,
) -> None:
    shop.ok("gig edit-milestone 1 1 --description 'Three directions, by hand'")
    basic, _, premium = shop.json("gig show 1 --client")["packages"]
    first = {
        "name": "Sketches", "description": "Three directions, by hand", "days": 3, "revisions": 1, "zoom": True,
    }  # fmt: skip

    assert basic["milestones"][0] == first | {"amount_cents": 10_000, "substeps": ["Mood board"]}
    assert premium["milestones"][0] == first | {"amount_cents": 24_001, "substeps": ["Mood board", "Ink"]}
    assert (basic["price_cents"], premium["price_cents"]) == (15_000, 48_001)
    text = shop.ok("gig show 1 --client").out
    for seen in (
        "Sketches  Zoom",
        "Three directions, by hand",
        "· Ink",
        "$100.00",
        "$240.01",
        "$150.00",
        "$480.01",
        "unlimited",
        "Which files?",
    ):
        assert seen in text


# ── Orders already placed ───────────────────────────────────────────────────────────────────────────────────────────


def test_orders_placed_before_an_edit_stay_as_they_are(shop: Shop) -> None:
    orders = [shop.buy("basic"), shop.buy("premium"), shop.buy("standard", "--no-milestones")]
    before = [(shop.show(order), shop.json(f"order history {order}")) for order in orders]
    for line in (
        "gig edit 1 --title 'Something else'", "gig set-package 1 basic 999:1:0", "gig remove-milestone 1 1",
        "gig edit-milestone 1 1 --name Else --days 9 --zoom", "gig use-template 1 voice-over --replace",
        "gig edit 1 --subcategory 'Voice Over'", "gig use-template 1 voice-over --replace",
        "gig milestone-payments 1 off",
    ):  # fmt: skip
        shop(line)

    assert shop.gig_told()["subcategory"] == "Voice Over"
    assert [(shop.show(order), shop.json(f"order history {order}")) for order in orders] == before
    shop.do("deliver", "approve", "continue", "deliver", "approve", order=orders[0])
    assert shop.end(orders[0]) == ("completed", "all-approved")


# ── Whose gig it is ─────────────────────────────────────────────────────────────────────────────────────────────────

EDITS = (
    "gig edit 1 --title A", "gig set-package 1 basic 200:9", "gig add-milestone 1 --name A --days 2",
    "gig edit-milestone 1 1 --days 5", "gig move-milestone 1 1 --to 2", "gig add-substep 1 1 --name A",
    "gig remove-substep 1 1 1", "gig use-template 1 logo-design --replace", "gig add-faq 1 --question Q --answer A",
    "gig remove-faq 1 1", "gig milestone-payments 1 off", "gig remove-milestone 1 3", "template save 1 --name mine",
)  # fmt: skip


@pytest.mark.parametrize("handle", ["ana", "support"])
def test_a_gig_is_its_sellers_alone_to_change(shop: Shop, handle: str) -> None:
    for line in EDITS:
        shop.refuses("actor", line=f"--as {handle} {line}")


def test_the_seller_changes_it_under_their_own_handle(shop: Shop) -> None:
    for line in EDITS:
        shop.ok(f"--as maria {line}")

    assert shop.gig_told()["title"] == "A"


def test_nobody_makes_a_gig_for_somebody_else(empty_shop: Shop) -> None:
    words = ("--title", "A", "--seller", "maria", "--subcategory", "Logo Design", "--basic", "150:7")
    empty_shop.refuses("actor", line="--as ben gig create", more=words)
    empty_shop.ok("--as maria gig create", *words)


@pytest.mark.parametrize(
    "line",
    [
        "gig create --title '  A logo ' --seller maria --subcategory 'logo design' --premium 300:9:2 --basic 150:7:1",
        "gig edit 1 --title '  Another logo ' --subcategory 'logo design'",
        "gig set-package 1 standard 200:8:3",
        "gig add-milestone 1 --name Extra --days 2",
    ],
)
def test_what_a_change_of_a_gig_answers_is_what_is_shown_of_it_afterwards(shop: Shop, line: str) -> None:
    answer = shop.json(line)
    assert shop.json(f"gig show {answer['id']}") == answer
