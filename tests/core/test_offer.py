"""Custom offers: what must not be sent, and the one move that an offer makes."""

from dataclasses import replace
from typing import Any

import pytest

from core.order_helpers import START, milestone, refused, single, subscription, terms
from milepost import rules
from milepost.core import offer as core
from milepost.core.offer import MOVERS, Draft, Offer, OfferStatus
from milepost.core.terms import MilestoneTerms, OrderType, Terms
from milepost.core.transitions import Actor
from milepost.policy import STANDARD
from milepost.rules import Rule

ELIGIBLE = ("Website Design",)
MOVES = list(MOVERS.items())


def offer(agreed: Terms | None = None, **changes: Any) -> Offer:
    return Offer(3, 1, agreed or terms(), START, **changes)


def send(agreed: Terms, subcategory: str = "Website Design", **changes: Any) -> None:
    core.check(offer(agreed, **changes), subcategory, ELIGIBLE)


def faults(agreed: Terms) -> list[str]:
    return [fault.rule.id for fault in core.faults(offer(agreed), "Website Design", ELIGIBLE)]


@pytest.mark.parametrize("agreed", [terms(), single(), subscription(12)])
def test_an_offer_of_each_type_can_be_sent(agreed: Terms) -> None:
    send(agreed)


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        (rules.NAMES, {"seller": "Maria"}),
        (rules.NAMES, {"client": "maria"}),
        (rules.NAMES, {"client": "x" * 41}),
        (rules.NAMES, {"title": ""}),
        (rules.NAMES, {"title": "x" * 81}),
    ],
)
def test_an_offer_has_two_parties_and_a_title(rule: Rule, changes: dict[str, Any]) -> None:
    refused(rule, send, terms()._replace(**changes))


# ── Milestone offers ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("count", [2, 6])
def test_two_to_six_milestones_can_be_offered(count: int) -> None:
    send(terms(count))


@pytest.mark.parametrize(
    ("count", "rule", "limit"),
    [
        (0, rules.OFFER_MILESTONES_MIN, 2),
        (1, rules.OFFER_MILESTONES_MIN, 2),
        (7, rules.OFFER_MILESTONES_MAX, 6),
    ],
)
def test_a_milestone_less_or_more_is_refused(count: int, rule: Rule, limit: int) -> None:
    fault = refused(rule, send, terms(count))

    assert fault.values == {"limit": limit, "given": count}


def test_the_limits_are_those_of_the_policy() -> None:
    policy = replace(
        STANDARD, offer_milestones_min=3, offer_milestones_max=3, milestone_days_max=5, milestone_price_min_cents=5_000
    )

    send(terms(3, policy=policy, days=5, price_cents=5_000))
    refused(rules.OFFER_MILESTONES_MIN, send, terms(2, policy=policy, days=5))
    refused(rules.OFFER_MILESTONES_MAX, send, terms(4, policy=policy, days=5))
    refused(rules.OFFER_MILESTONE_DAYS, send, terms(3, policy=policy, days=6))
    refused(rules.OFFER_MILESTONE_PRICE, send, terms(3, policy=policy, days=5, price_cents=4_999))


@pytest.mark.parametrize("days", [1, 30])
def test_a_milestone_of_1_to_30_days_can_be_offered(days: int) -> None:
    send(terms(days=days))


@pytest.mark.parametrize("days", [0, 31, -1])
def test_a_day_less_or_more_is_refused_and_the_milestone_named(days: int) -> None:
    agreed = terms()._replace(milestones=(milestone(), milestone(days=days)))
    fault = refused(rules.OFFER_MILESTONE_DAYS, send, agreed)

    assert fault.values == {"position": 2, "given": days, "limit": 30}


@pytest.mark.parametrize("price", [1, 100_000_000])
def test_a_milestone_of_a_cent_to_a_million_dollars_can_be_offered(price: int) -> None:
    send(terms(price_cents=price))


def test_a_milestone_for_nothing_is_refused() -> None:
    fault = refused(rules.OFFER_MILESTONE_PRICE, send, terms(price_cents=0))

    assert fault.values["limit"] == "$0.01"


def test_a_milestone_of_a_cent_more_than_a_million_dollars_is_refused() -> None:
    refused(rules.MONEY_BOUNDS, send, terms(price_cents=100_000_001))


def test_milestones_are_offered_in_eligible_subcategories_alone() -> None:
    send(terms(), " website design")
    fault = refused(rules.OFFER_SUBCATEGORY, send, terms(), "Web Design")

    assert fault.values == {
        "given": "Web Design",
        "gig": 1,
        "nearest": ["Website Design"],
        "nearest_text": "; did you mean Website Design?",
    }


@pytest.mark.parametrize("agreed", [single(), subscription()])
def test_other_types_are_offered_in_any_subcategory(agreed: Terms) -> None:
    send(agreed, "Palm Reading")


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        (rules.NAMES, {"name": " "}),
        (rules.NAMES, {"name": "x" * 81}),
        (rules.NAMES, {"description": "x" * 5_001}),
        (rules.NAMES, {"substeps": ("Sketch", "")}),
        (rules.OFFER_MILESTONE_FIELDS, {"revisions": -1}),
        (rules.OFFER_MILESTONE_FIELDS, {"revisions": 1_001}),
        (rules.OFFER_MILESTONE_FIELDS, {"substeps": ("Sketch",) * 51}),
    ],
)
def test_a_milestones_fields_are_checked_in_every_type(rule: Rule, changes: dict[str, Any]) -> None:
    bad = milestone()._replace(**changes)

    assert faults(terms()._replace(milestones=(milestone(), bad))) == [rule.id]
    assert faults(single()._replace(milestones=(bad,))) == [rule.id]
    assert rule.id in faults(subscription()._replace(milestones=(bad,)))


@pytest.mark.parametrize(
    "changes", [{"revisions": None}, {"revisions": 1_000}, {"substeps": ("Sketch",) * 50}, {"name": "x" * 80}]
)
def test_a_milestone_at_the_edge_of_a_bound_can_be_offered(changes: dict[str, Any]) -> None:
    send(terms(**changes))


def test_all_faults_of_an_offer_are_told_at_once() -> None:
    fault = refused(rules.NAMES, send, terms(7, days=31)._replace(title=""))

    assert [one.rule.id for one in fault.also] == ["offer-milestones-max"] + ["offer-milestone-days"] * 7


# ── Single and subscription offers ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("count", [0, 2])
def test_a_single_offer_has_one_price(count: int) -> None:
    refused(rules.OFFER_TYPE, send, single()._replace(milestones=(milestone(),) * count))


@pytest.mark.parametrize("days", [1, 365])
def test_a_single_offer_takes_up_to_a_year(days: int) -> None:
    send(single(days=days))


@pytest.mark.parametrize("days", [0, 366])
def test_a_single_offer_takes_no_longer_and_no_time_at_all(days: int) -> None:
    refused(rules.OFFER_TYPE, send, single(days=days))


@pytest.mark.parametrize("cycles", [1, 12])
def test_a_subscription_has_1_to_12_cycles(cycles: int) -> None:
    send(subscription(cycles))


@pytest.mark.parametrize("cycles", [0, 13])
def test_a_cycle_less_or_more_is_refused(cycles: int) -> None:
    refused(rules.OFFER_SUBSCRIPTION, send, subscription(cycles))


@pytest.mark.parametrize("days", [0, 31])
def test_a_cycle_lasts_at_most_as_long_as_a_milestone(days: int) -> None:
    send(subscription(days=30))
    refused(rules.OFFER_SUBSCRIPTION, send, subscription(days=days))


@pytest.mark.parametrize("other", [milestone(price_cents=9_999), milestone(days=8), milestone(revisions=1)])
def test_all_cycles_of_a_subscription_are_alike(other: MilestoneTerms) -> None:
    refused(rules.OFFER_SUBSCRIPTION, send, subscription()._replace(milestones=(milestone(), other)))


def test_cycles_may_have_names_of_their_own() -> None:
    send(subscription()._replace(milestones=(milestone(name="March"), milestone(name="April"))))


# ── The one move of an offer ────────────────────────────────────────────────────────────────────────────────────────


def test_an_offer_expires_after_it_is_sent() -> None:
    send(terms(), expires_at=START + 1)
    refused(rules.TIME_FORMAT, send, terms(), expires_at=START)


def at_of(wanted: OfferStatus) -> int:
    """An instant at which an offer that expires in an hour can move there."""
    return START + 3_600 if wanted is OfferStatus.EXPIRED else START + 3_599


@pytest.mark.parametrize(("wanted", "mover"), MOVES)
def test_a_sent_offer_is_moved_by_the_one_whose_move_it_is(wanted: OfferStatus, mover: Actor) -> None:
    sent, at = offer(expires_at=START + 3_600), at_of(wanted)

    assert core.move(sent, wanted, actor=mover, at=at) == sent._replace(status=wanted, closed_at=at)


@pytest.mark.parametrize(
    ("wanted", "actor"), [(wanted, actor) for wanted, mover in MOVES for actor in Actor if actor is not mover]
)
def test_anybody_else_is_refused(wanted: OfferStatus, actor: Actor) -> None:
    sent = offer(expires_at=START + 3_600)
    fault = refused(rules.ACTOR, core.move, sent, wanted, actor=actor, at=at_of(wanted))

    assert fault.values["allowed"] == [str(MOVERS[wanted])]


@pytest.mark.parametrize(("wanted", "mover"), MOVES)
@pytest.mark.parametrize("status", list(MOVERS))
def test_an_offer_that_has_moved_never_moves_again(status: OfferStatus, wanted: OfferStatus, mover: Actor) -> None:
    moved = offer(expires_at=START + 3_600, status=status, closed_at=START)
    fault = refused(rules.OFFER_LIFECYCLE, core.move, moved, wanted, actor=mover, at=at_of(wanted))

    assert fault.values["status"] == str(status)


@pytest.mark.parametrize("wanted", [OfferStatus.ACCEPTED, OfferStatus.DECLINED, OfferStatus.WITHDRAWN])
def test_an_offer_moves_a_second_before_its_expiry_and_no_later(wanted: OfferStatus) -> None:
    sent, mover = offer(expires_at=START + 60), MOVERS[wanted]

    assert core.move(sent, wanted, actor=mover, at=START + 59).status is wanted
    for at in (START + 60, START + 61):
        fault = refused(rules.OFFER_LIFECYCLE, core.move, sent, wanted, actor=mover, at=at)
        assert fault.values["status"] == "expired"


def test_the_clock_does_not_expire_an_offer_before_its_time_or_without_one() -> None:
    move, expired = core.move, OfferStatus.EXPIRED

    refused(rules.OFFER_LIFECYCLE, move, offer(expires_at=START + 60), expired, actor=Actor.CLOCK, at=START + 59)
    refused(rules.OFFER_LIFECYCLE, move, offer(), expired, actor=Actor.CLOCK, at=START + 10**9)


# ── An offer as somebody writes it ──────────────────────────────────────────────────────────────────────────────────


def draft(type: OrderType, **changes: Any) -> Draft:
    return Draft(1, "ana", type, **changes)


PRICED = {"price_cents": 20_000, "days": 10, "revisions": None}


def test_a_draft_of_milestones_comes_to_its_milestones() -> None:
    milestones = [milestone(), milestone(days=3)]

    assert core.agreed(draft(OrderType.MILESTONES, milestones=milestones), "A website") == milestones


def test_a_draft_of_a_single_payment_comes_to_one_of_the_offers_name() -> None:
    whole = MilestoneTerms("A website", 10, 20_000, None)

    assert core.agreed(draft(OrderType.SINGLE, **PRICED), "A website") == [whole]


@pytest.mark.parametrize(("cycles", "count"), [(1, 1), (12, 12), (13, 13), (0, 0), (10**9, 1_000)])
def test_a_draft_of_a_subscription_comes_to_a_cycle_a_month(cycles: int, count: int) -> None:
    months = core.agreed(draft(OrderType.SUBSCRIPTION, cycles=cycles, **PRICED), "A website")

    assert [month.name for month in months] == [f"Month {number}" for number in range(1, count + 1)]
    assert {month._replace(name="") for month in months} <= {MilestoneTerms("", 10, 20_000, None)}


def test_a_subscription_that_does_not_say_its_cycles_is_refused_and_no_other_type_needs_any() -> None:
    fault = refused(rules.OFFER_SUBSCRIPTION, core.agreed, draft(OrderType.SUBSCRIPTION, **PRICED), "A website")

    assert (fault.values["key"], fault.also) == ("cycles", ())
    assert len(core.agreed(draft(OrderType.SINGLE, **PRICED), "A website")) == 1
    assert core.agreed(draft(OrderType.MILESTONES, milestones=[milestone()]), "A website") == [milestone()]


def test_what_else_a_subscription_lacks_is_told_with_its_cycles() -> None:
    fault = refused(rules.OFFER_SUBSCRIPTION, core.agreed, draft(OrderType.SUBSCRIPTION, days=5), "A website")

    assert [one.rule for one in fault.also] == [rules.OFFER_TYPE]


@pytest.mark.parametrize(
    ("type", "changes", "key"),
    [
        (OrderType.MILESTONES, {"price_cents": 1}, "price"),
        (OrderType.MILESTONES, {"days": 1}, "days"),
        (OrderType.MILESTONES, {"cycles": 1}, "cycles"),
        (OrderType.SINGLE, PRICED | {"cycles": 1}, "cycles"),
        (OrderType.SINGLE, PRICED | {"milestones": (milestone(),)}, "milestone"),
        (OrderType.SINGLE, {"days": 1}, "price"),
        (OrderType.SUBSCRIPTION, {"price_cents": 1, "cycles": 2}, "price"),
        (OrderType.SUBSCRIPTION, PRICED | {"cycles": 2, "milestones": (milestone(),)}, "milestone"),
    ],
)
def test_a_draft_that_mixes_the_types_up_is_refused_with_the_key(
    type: OrderType, changes: dict[str, Any], key: str
) -> None:
    fault = refused(rules.OFFER_TYPE, core.agreed, draft(type, **changes), "A website")

    assert fault.values["key"] == key
