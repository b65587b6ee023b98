"""Subscriptions and single orders on the command line (order-renewal, review-silence, stop-when)."""

import pytest
import store_helpers

from market.conftest import Opens
from market.desk_helpers import Desk, memory
from milepost import times
from milepost.core.terms import OrderType
from milepost.core.transitions import Phase, Reason
from milepost.market import clock, orders
from milepost.policy import STANDARD, Policy
from milepost.store.db import Database


def starts(desk: Desk, order: int = 1) -> list[str]:
    """The days on which its cycles started."""
    return [one["started_at"][:10] for one in desk.show(order)["milestones"] if one["started_at"]]


@pytest.fixture
def month_end(opens: Opens) -> Desk:
    """A desk whose clock is at the end of January."""
    desk = opens()
    desk.do("tick 26d")
    assert desk.now == "2026-01-31T09:00:00Z"
    return desk


# ── Renewals ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_cycle_renews_at_its_own_instant_and_is_charged_then(desk: Desk) -> None:
    desk.subscription()
    desk.do("deliver", "approve")
    assert desk.moved() == [("charge", 1, 10_000), ("release", 1, 10_000)]
    assert desk.json("order tick --by 30d23h59m59s")["fired"] == []
    assert desk.json("order tick --by 1s")["fired"] == [
        {
            "at": "2026-02-05T09:00:00Z", "order": 1, "offer": None, "timer": "renew", "rule": "order-renewal",
            "moved": [{"kind": "charge", "amount_cents": 10_000}],
        }
    ]  # fmt: skip
    assert desk.moved(since=2) == [("charge", 2, 10_000)]
    assert (desk.show()["phase"], desk.states()) == ("working", ["approved", "active", "planned"])


def test_a_renewal_keeps_its_instant_in_a_tick_that_goes_far_beyond_it(desk: Desk) -> None:
    desk.subscription()
    desk.do("deliver", "approve", "tick 60d")
    assert desk.show()["milestones"][1]["started_at"] == "2026-02-05T09:00:00Z"
    assert desk.json("ledger show --order 1")[-1]["at"] == "2026-02-05T09:00:00Z"


def test_cycles_start_on_the_day_of_placement_or_the_month_s_last(month_end: Desk) -> None:
    month_end.subscription(6)
    for _ in range(5):
        month_end.do("deliver", "approve", "tick 31d")
    assert starts(month_end) == [
        "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30",
    ]  # fmt: skip


def test_a_cycle_that_ends_after_its_renewal_is_followed_at_once(desk: Desk) -> None:
    desk.subscription()
    desk.do("tick 40d", "deliver", "approve")
    assert starts(desk) == ["2026-01-05", "2026-02-14"]
    desk.do("deliver", "approve")
    assert desk.show()["deadline_at"] == "2026-03-05T09:00:00Z"


def test_silence_approves_and_pays_a_cycle_and_the_next_one_starts_at_its_renewal(desk: Desk) -> None:
    desk.subscription()
    desk.do("deliver", "tick 8d")
    assert (desk.end(), desk.show()["phase"]) == (("active", None), "awaiting-renewal")
    assert desk.moved(since=1) == [("release", 1, 10_000)]
    desk.do("tick 23d")
    assert desk.states() == ["approved", "active", "planned"]
    assert starts(desk)[1] == "2026-02-05"


def test_silence_on_the_last_cycle_completes_the_order(desk: Desk) -> None:
    desk.subscription(1)
    desk.do("deliver", "tick 8d")
    assert desk.end() == ("completed", "review-expired")


@pytest.mark.parametrize("stop", ["stop", "stop --after-current"])
def test_a_stop_while_a_cycle_runs_ends_the_subscription_with_it(desk: Desk, stop: str) -> None:
    desk.subscription()
    desk.do(stop)
    assert (desk.end(), desk.show()["stopping"]) == (("active", None), True)
    desk.do("deliver", "approve")
    assert desk.end() == ("completed", "client-stopped")
    assert desk.states() == ["approved", "skipped", "skipped"]
    desk.do("tick 90d")
    assert desk.moved() == [("charge", 1, 10_000), ("release", 1, 10_000)]


def test_a_stop_between_two_cycles_ends_the_subscription_at_once(desk: Desk) -> None:
    desk.subscription()
    desk.do("deliver", "approve", "tick 10d", "stop")
    assert (desk.end(), desk.show()["completed_at"]) == (("completed", "client-stopped"), "2026-01-15T09:00:00Z")
    desk.do("tick 90d")
    assert desk.show()["charged_cents"] == 10_000


def test_a_stop_counts_a_second_before_the_renewal_and_at_it_the_cycle_has_started(desk: Desk) -> None:
    for order in (1, 2):
        desk.subscription()
        desk.do("deliver", "approve", order=order)
    desk.do("tick 30d23h59m59s")
    desk.do("stop", order=1)
    desk.do("tick 1s")
    desk.do("stop", order=2)
    assert (desk.end(1), desk.end(2)) == (("completed", "client-stopped"), ("active", None))
    assert desk.show(2)["charged_cents"] == 20_000


def test_nobody_continues_a_subscription_by_hand(desk: Desk) -> None:
    desk.subscription()
    desk.do("deliver", "approve")
    assert desk.refused("order continue 1") == "order-next-charge"


def test_each_cycle_has_its_own_revisions_and_its_own_due_date(desk: Desk) -> None:
    desk.accepted(*["--type", "subscription", "--cycles", "2", "--price", "100", "--days", "3", "--revisions", "1"])
    desk.do("deliver", "revise", "deliver")
    assert desk.refused("order revise 1") == "revision-allowance"
    desk.do("approve", "tick 31d", "deliver", "revise")
    told = desk.show()["milestones"]
    assert [one["revisions_used"] for one in told] == [1, 1]
    assert [one["due_at"][:10] for one in told] == ["2026-01-08", "2026-02-08"]


def test_the_last_cycle_hands_over_a_file_or_a_link(desk: Desk) -> None:
    desk.subscription(2)
    desk.ok("order deliver 1")
    desk.do("approve", "tick 31d")
    assert desk.refused("order deliver 1") == "deliver-final"
    desk.do("deliver", "approve")
    assert desk.end() == ("completed", "all-approved")


# ── Two years at once, and day by day ───────────────────────────────────────────────────────────────────────────────


def two_years(db: Database, policy: Policy, days: int) -> str:
    """Subscriptions of twelve cycles, each delivered when it runs on every sixtieth day: the store's digest."""
    for number in range(2):
        agreed = store_helpers.terms(OrderType.SUBSCRIPTION, 12, client=("ana", "ben")[number % 2], policy=policy)
        store_helpers.place(db, agreed)
        clock.tick(db, store_helpers.clock_of(db) + times.DAY)
    for _ in range(13):
        for order in (1, 2):
            if store_helpers.order_of(db, order).phase is Phase.WORKING:
                orders.perform(db, order, [store_helpers.DELIVERY])
        for _ in range(60 // days):
            clock.tick(db, store_helpers.clock_of(db) + days * times.DAY)
    assert [store_helpers.order_of(db, order).reason for order in (1, 2)] == [Reason.REVIEW_EXPIRED] * 2
    assert store_helpers.clock_of(db) == store_helpers.START + (2 + 13 * 60) * times.DAY
    return store_helpers.digest(db)


@pytest.mark.parametrize("policy", [STANDARD, store_helpers.FEES], ids=lambda policy: policy.name)
def test_two_years_of_cycles_ticked_in_leaps_and_day_by_day_leave_the_same_store(policy: Policy) -> None:
    digests = set()
    for days in (60, 1):
        with memory(policy) as db:
            digests.add(two_years(db, policy, days))
    assert len(digests) == 1


def test_twelve_cycles_delivered_at_once_are_paid_for_a_year(desk: Desk) -> None:
    desk.subscription(12)
    for _ in range(12):
        desk.do("deliver", "tick 40d")
    assert desk.end() == ("completed", "review-expired")
    assert desk.states() == ["approved"] * 12
    assert desk.balances() == {"client:ana": -120_000, "seller:maria:available": 120_000}


# ── Single orders ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_single_order_is_charged_at_once_and_paid_with_its_one_approval(desk: Desk) -> None:
    desk.single()
    assert (desk.show()["type"], desk.moved()) == ("single", [("charge", 1, 10_000)])
    assert desk.refused("order deliver 1") == "deliver-final"
    desk.do("deliver", "approve")
    assert desk.end() == ("completed", "all-approved")
    assert desk.balances() == {"client:ana": -10_000, "seller:maria:available": 10_000}


def test_silence_completes_a_single_order(desk: Desk) -> None:
    desk.single()
    desk.do("deliver", "tick 7d23h59m59s")
    assert desk.end() == ("active", None)
    desk.do("tick 1s")
    assert (desk.end(), desk.show()["completed_at"]) == (("completed", "review-expired"), "2026-01-13T09:00:00Z")


def test_a_single_order_has_nothing_to_continue_and_no_rest_to_stop(desk: Desk) -> None:
    desk.single()
    for verb, rule in (("continue", "order-next-charge"), ("stop", "stop-when"), ("approve", "review-window")):
        assert desk.refused(f"order {verb} 1") == rule
    desk.do("deliver")
    assert desk.refused("order approve 1 --continue") == "order-next-charge"
    assert desk.show()["phase"] == "review"


def test_a_single_order_s_revisions_reopen_its_review(desk: Desk) -> None:
    desk.single(revisions=1)
    desk.do("deliver", "tick 5d", "revise", "tick 5d", "deliver")
    assert desk.show()["deadline_at"] == "2026-01-23T09:00:00Z"
    assert desk.refused("order revise 1") == "revision-allowance"
