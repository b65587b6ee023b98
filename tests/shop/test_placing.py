"""Ordering from a gig: by milestones, in one piece, or in stages; and what is refused before anything is charged."""

import json

import pytest

from shop.conftest import Opens
from shop.shop_helpers import THREE, Shop

PLACE = "order place --gig 1 --client ana"


def test_placing_prints_the_id_alone_and_with_json_the_order(shop: Shop) -> None:
    told = shop(f"{PLACE} --package premium")
    assert (told.code, told.out) == (0, "1\n")
    assert told.err.startswith("Order 1 is placed.")

    answer = json.loads(shop(f"{PLACE} --package premium --json").out)
    assert answer.keys() == {"order"}
    assert answer["order"] == shop.show(2)
    assert (answer["order"]["type"], answer["order"]["phase"]) == ("milestones", "working")


@pytest.mark.parametrize(
    ("tier", "prices"),
    [("basic", [10_000, 5_000]), ("standard", [20_000, 10_000]), ("premium", [24_001, 12_000, 12_000])],
)
def test_a_package_is_ordered_by_its_milestones_and_the_first_is_charged(
    shop: Shop, tier: str, prices: list[int]
) -> None:
    order = shop.show(shop.buy(tier))

    assert [one["price_cents"] for one in order["milestones"]] == prices
    assert [one["name"] for one in order["milestones"]] == ["Sketches", "Refinement", "Brand sheet"][: len(prices)]
    assert order["charged_cents"] == order["escrow_cents"] == prices[0]
    assert (order["seller"], order["client"], order["title"]) == ("maria", "ana", "A logo")


def test_without_a_package_it_is_the_basic_one(shop: Shop) -> None:
    order = shop.show(shop.ok(PLACE).id)

    assert sum(one["price_cents"] for one in order["milestones"]) == 15_000


def test_an_order_has_the_milestones_days_revisions_zoom_and_the_substeps_of_its_package(shop: Shop) -> None:
    basic, premium = (shop.show(shop.buy(tier))["milestones"] for tier in ("basic", "premium"))

    assert [one["name"] for one in basic[0]["substeps"]] == ["Mood board"]
    assert [one["name"] for one in premium[0]["substeps"]] == ["Mood board", "Ink"]
    assert [(one["days"], one["revisions_allowed"], one["zoom"]) for one in premium] == [
        (3, 1, True), (2, 2, False), (4, None, False),
    ]  # fmt: skip


def test_a_client_who_wants_no_milestones_pays_in_one_piece(shop: Shop) -> None:
    order = shop.show(shop.buy("standard", "--no-milestones"))

    (whole,) = order["milestones"]
    assert (order["type"], order["charged_cents"]) == ("single", 30_000)
    assert (whole["name"], whole["days"], whole["revisions_allowed"]) == ("A logo", 12, 2)
    shop.do("deliver", "approve")
    assert shop.end() == ("completed", "all-approved")


def test_the_split_is_for_the_whole_order_and_every_cent_reaches_the_seller(shop: Shop) -> None:
    order = shop.buy("premium")
    shop.do("deliver", "approve", "continue", "deliver", "approve", "continue", "deliver", "approve")

    assert shop.end(order) == ("completed", "all-approved")
    assert shop.balances() == {"client:ana": -48_001, "seller:maria:available": 48_001}


# ── Payments off: one payment, stages, one delivery ─────────────────────────────────────────────────────────────────


@pytest.fixture
def staged(shop: Shop) -> Shop:
    """A shop with order 1 of three stages, paid when it was ordered."""
    shop.ok("gig milestone-payments 1 off")
    assert shop.buy("premium") == 1
    return shop


def stages(shop: Shop) -> list[tuple[str, bool]]:
    (whole,) = shop.show()["milestones"]
    return [(one["name"], one["done"]) for one in whole["stages"]]


def test_with_payments_off_the_whole_package_is_paid_when_ordering(staged: Shop) -> None:
    order = staged.show()

    (whole,) = order["milestones"]
    assert (order["type"], order["charged_cents"], order["escrow_cents"]) == ("single", 48_001, 48_001)
    assert (whole["days"], whole["revisions_allowed"], whole["zoom"]) == (20, None, True)
    assert [one["name"] for one in whole["substeps"]] == ["Mood board", "Ink"]
    assert stages(staged) == [("Sketches", False), ("Refinement", False), ("Brand sheet", False)]


def test_stages_are_reported_in_order_and_the_delivery_comes_after_the_last(staged: Shop) -> None:
    for done in range(3):
        assert [one for _, one in stages(staged)] == [True] * done + [False] * (3 - done)
        staged.refuses("gig-milestone-payments", line="order deliver 1 --link https://files.example/work")
        staged.do("report-stage")
    assert [one for _, one in stages(staged)] == [True] * 3
    told = staged.refuses("gig-milestone-payments", line="order report-stage 1")
    assert told.err
    staged.do("deliver", "approve")

    assert staged.end() == ("completed", "all-approved")
    assert staged.balances()["seller:maria:available"] == 48_001


def test_what_comes_next_in_an_order_of_stages_is_reporting_one(shop: Shop) -> None:
    assert shop(PLACE).err == "Order 1 is placed. Next: milepost order deliver 1\n"
    shop.ok("gig milestone-payments 1 off")
    assert shop(PLACE).err == "Order 2 is placed. Next: milepost order report-stage 2\n"


def test_a_client_sees_the_stages_before_ordering_and_the_revisions_of_the_one_delivery(staged: Shop) -> None:
    text = staged.ok("gig show 1 --client").out
    premium = text[text.index("Premium: $480.01, 20 days, paid when ordering") :]

    assert all(seen in premium for seen in ("Stage", "Sketches  Zoom", "· Ink", "Brand sheet"))
    assert "One delivery after the last stage; revisions: unlimited" in premium
    assert "Amount" not in text


def test_only_the_seller_reports_a_stage(staged: Shop) -> None:
    staged.refuses("actor", line="--as ana order report-stage 1")
    staged.ok("--as maria order report-stage 1")


def test_without_milestones_there_are_no_stages_to_report(shop: Shop) -> None:
    shop.ok("gig milestone-payments 1 off")
    shop.buy("premium", "--no-milestones")

    assert stages(shop) == []
    shop.refuses("gig-milestone-payments", line="order report-stage 1")
    shop.do("deliver", "approve")


def test_turning_payments_off_leaves_orders_by_milestone_alone(shop: Shop) -> None:
    shop.buy("premium")
    before = shop.show()
    shop.ok("gig milestone-payments 1 off")

    assert shop.show() == before


# ── What is refused ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_nobody_orders_from_themselves(shop: Shop) -> None:
    told = shop.refuses("names", line="order place --gig 1 --client maria")

    assert "must differ" in told.err


def test_a_package_that_the_gig_has_not_is_refused_naming_those_it_has(empty_shop: Shop) -> None:
    empty_shop.sell(basic="150:7", premium="480:20")
    told = empty_shop.refuses("gig-packages", line=f"{PLACE} --package standard")

    assert "this gig has basic, premium" in told.err


def test_a_package_that_no_gig_has_is_a_usage_error_naming_those_there_are(shop: Shop) -> None:
    told = shop(f"{PLACE} --package gold")

    assert (told.code, told.out) == (2, "")
    assert "basic, standard, premium" in told.err


def test_a_gig_that_is_not_there_is_not_found(shop: Shop) -> None:
    told = shop("order place --gig 9 --client ana")

    assert (told.code, told.err) == (3, "error: there is no gig 9\nhint: milepost gig list\n")


def test_a_client_orders_under_their_own_handle(shop: Shop) -> None:
    shop.refuses("actor", line=f"--as ben {PLACE}")
    shop.refuses("actor", line=f"--as maria {PLACE}")
    shop.ok(f"--as ana {PLACE}")


def test_a_client_has_a_handle(shop: Shop) -> None:
    shop.refuses("names", line="order place --gig 1 --client Ana")


@pytest.mark.parametrize(("policy", "charged", "fees"), [("terms-2024", 10_550, 550), ("escrow-14d", 10_000, 0)])
def test_an_order_is_placed_under_the_stores_policy(opens: Opens, policy: str, charged: int, fees: int) -> None:
    shop = opens(gig=True, policy=policy)
    order = shop.show(shop.buy())

    assert (order["charged_cents"], order["fees_cents"]) == (charged, fees)


def test_a_milestone_under_the_policys_least_price_makes_a_draft_whose_packages_are_all_sold_whole(
    opens: Opens,
) -> None:
    shop = opens(policy="terms-2024")
    shop.sell(**THREE)
    shop.parts("A", "B", "C", options="--weight 1")
    shop.ok("gig edit-milestone 1 1 --weight 2")

    assert shop.lacks() == ["gig-price-split", "gig-price-split"]
    orders = [shop.show(shop.buy(tier)) for tier in THREE]
    assert [(one["type"], one["milestones"][0]["price_cents"]) for one in orders] == [
        ("single", 15_000), ("single", 30_000), ("single", 48_000),
    ]  # fmt: skip
    shop.ok("gig edit-milestone 1 1 --weight 1")
    assert shop.show(shop.buy())["type"] == "milestones"
