"""`order tick`: where each option takes the clock, what fires on the way, and what is refused."""

import json
from itertools import combinations

import pytest
from cli.shell_helpers import START

from market.desk_helpers import Desk

OPTIONS = {"--now": "2026-02-01", "--by": "+1d", "--next": "", "--until-done": "1"}


def fired(desk: Desk, options: str) -> list[tuple[str, int, str]]:
    """What fires in a tick: instant, order and timer."""
    return [(one["at"], one["order"], one["timer"]) for one in desk.json(f"order tick {options}")["fired"]]


@pytest.mark.parametrize("chosen", [*combinations(OPTIONS, 2), tuple(OPTIONS)], ids=" ".join)
def test_only_one_option_says_where_to(desk: Desk, chosen: tuple[str, ...]) -> None:
    desk.place()
    desk.do("deliver")
    before = desk.digest()
    told = desk("order tick " + " ".join(f"{option} {OPTIONS[option]}" for option in chosen))
    assert (told.code, told.out) == (2, "")
    assert "one of --now, --by, --next, --until-done" in told.err
    assert desk.digest() == before


def test_the_clock_never_goes_back(desk: Desk) -> None:
    desk.do("tick 1d")
    for options in ("--now 2026-01-06T08:59:59Z", "--now 2026-01-05", "--now 2000-01-01"):
        assert desk.refused(f"order tick {options}") == "clock-forward"
    assert desk.json("order tick --now 2026-01-06T09:00:00Z")["clock"] == "2026-01-06T09:00:00Z"


def test_timers_fire_in_the_order_of_time_each_at_its_own_instant(desk: Desk) -> None:
    for order in (1, 2, 3):
        desk.place("A:5:60", "B:5:50")
        desk.do("deliver", order=order)
    desk.do("approve", "continue", order=2)
    desk.subscription(2)
    desk.do("deliver", order=4)
    desk.json("resolution open --order 2 --milestone 2 --by client --reason late")
    assert fired(desk, "--by +60d") == [
        ("2026-01-07T09:00:00Z", 2, "cancel-unanswered"),
        ("2026-01-13T09:00:00Z", 1, "review-silence"),
        ("2026-01-13T09:00:00Z", 3, "review-silence"),
        ("2026-01-13T09:00:00Z", 4, "review-silence"),
        ("2026-02-05T09:00:00Z", 4, "renew"),
    ]
    assert desk.show(4)["milestones"][1]["started_at"] == "2026-02-05T09:00:00Z"


# ── --next ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_next_stops_at_each_timer_in_turn_and_then_says_that_there_is_none(desk: Desk) -> None:
    desk.subscription(2)
    desk.do("deliver")
    assert fired(desk, "--next") == [("2026-01-13T09:00:00Z", 1, "review-silence")]
    assert fired(desk, "--next") == [("2026-02-05T09:00:00Z", 1, "renew")]
    before = desk.digest()
    told = desk("order tick --next --json")
    assert (told.code, told.err) == (0, "No timer is armed.\n")
    assert json.loads(told.out) == {"clock": "2026-02-05T09:00:00Z", "fired": [], "count": 0}
    assert desk.digest() == before


def test_next_fires_all_that_is_due_at_that_instant_and_no_more(desk: Desk) -> None:
    for order in (1, 2):
        desk.place()
        desk.do("deliver", order=order)
    desk.do("tick 1s")
    desk.place()
    desk.do("deliver", order=3)
    assert [order for _, order, _ in fired(desk, "--next")] == [1, 2]
    assert [order for _, order, _ in fired(desk, "--next")] == [3]


def test_next_stops_at_the_expiry_of_an_offer_too(desk: Desk) -> None:
    desk.ok("offer create --gig 1 --client ana --type single --price 5 --days 1 --expires +1d")
    told = desk.json("order tick --next")
    assert told["clock"] == "2026-01-06T09:00:00Z"
    (fired,) = told["fired"]
    assert (fired["at"], fired["order"], fired["offer"], fired["timer"]) == ("2026-01-06T09:00:00Z", None, 1, "expiry")


# ── --until-done ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_until_done_goes_from_timer_to_timer_to_the_order_s_end(desk: Desk) -> None:
    desk.place("A:5:60", "B:5:50")
    desk.json("resolution open --order 1 --milestone 1 --by client --reason late")
    assert fired(desk, "--until-done 1") == [
        ("2026-01-07T09:00:00Z", 1, "cancel-unanswered"),
        ("2026-01-15T09:00:00Z", 1, "continue-window"),
    ]
    assert (desk.now, desk.end()) == ("2026-01-15T09:00:00Z", ("cancelled", "continue-expired"))


def test_until_done_moves_the_others_on_the_way_as_any_tick_does(desk: Desk) -> None:
    for order in (1, 2):
        desk.place()
        desk.do("deliver", "tick 1d", order=order)
    assert [order for _, order, _ in fired(desk, "--until-done 2")] == [1, 2]


def test_until_done_of_an_order_that_has_ended_moves_nothing(desk: Desk) -> None:
    desk.single()
    desk.do("deliver", "approve")
    before = desk.digest()
    assert desk.json("order tick --until-done 1") == {"clock": START, "fired": [], "count": 0}
    assert desk.digest() == before


@pytest.mark.parametrize("verbs", [(), ("deliver", "revise")])
def test_until_done_of_an_order_that_waits_for_a_party_is_refused_and_says_for_what(
    desk: Desk, verbs: tuple[str, ...]
) -> None:
    desk.place()
    desk.do(*verbs)
    told = desk("order tick --until-done 1")
    assert (told.code, told.rules) == (4, ["order-work-clock"])
    assert "it waits for a party, not for the clock" in told.err


def test_until_done_of_a_subscription_says_from_when_it_needs_the_seller_and_moves_nothing(desk: Desk) -> None:
    desk.subscription(2)
    desk.do("deliver")
    before = desk.now, desk.states()
    told = desk("order tick --until-done 1")
    assert (told.code, told.rules) == (4, ["order-work-clock"])
    assert "order 1 is working from 2026-02-05T09:00:00Z on and has no deadline" in told.err
    assert (desk.now, desk.states()) == before
    desk.ok("order tick --now 2026-02-05T09:00:00Z")
    desk.do("deliver")
    desk.ok("order tick --until-done 1")
    assert desk.end() == ("completed", "review-expired")


@pytest.mark.parametrize("order", ["1", "99999999999999999999999"])
def test_until_done_of_an_order_that_is_not_there_is_not_found(desk: Desk, order: str) -> None:
    assert desk(f"order tick --until-done {order}").code == 3


# ── Settled orders, and how much is told ────────────────────────────────────────────────────────────────────────────


def test_a_settled_store_ticks_for_years_and_nothing_is_due(desk: Desk) -> None:
    desk.subscription(2)
    desk.do("deliver", "approve", "stop")
    desk.single()
    desk.do("deliver", "approve", order=2)
    before = (desk.show(1) | {"now": ""}, desk.moved(1), desk.balances())
    assert fired(desk, "--now 2090-01-01") == []
    assert (desk.show(1) | {"now": ""}, desk.moved(1), desk.balances()) == before
    assert "Nothing was due." in desk.ok("order tick --by +1d").out


def test_the_table_stops_at_its_limit_and_counts_the_rest(desk: Desk) -> None:
    for order in range(1, 5):
        desk.place()
        desk.do("deliver", order=order)
    told = desk.ok("order tick --by +8d --limit 2").out
    assert told.count("review-silence") == 2 * 2
    assert "and 2 more; 4 timers fired in all" in told
    assert "The clock is at 2026-01-13 09:00 UTC." in told


def test_a_tick_to_the_end_of_all_years_is_possible_and_beyond_it_is_not(desk: Desk) -> None:
    assert desk.refused("order tick --now 2101-01-01") == "time-format"
    assert desk.json("order tick --now 2100-12-31T23:59:59Z")["clock"] == "2100-12-31T23:59:59Z"
    assert desk.refused("order tick --by 1s") == "time-format"
