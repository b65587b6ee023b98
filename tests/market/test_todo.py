"""What the parties have to do: `todo` tells it, soonest first, and `status` what comes next."""

from contextlib import suppress
from random import Random
from typing import Any

import pytest
import store_helpers

from market.conftest import Opens
from market.desk_helpers import LINK, Desk
from milepost import times
from milepost.core.todo import tasks
from milepost.core.transitions import Action
from milepost.market import clock, orders, todo
from milepost.rules import RuleError
from milepost.store.db import Database


def told(desk: Desk, line: str = "todo") -> list[tuple[str | None, str, str]]:
    """Who has to do what, and by when, of what is listed."""
    return [(one["at"] and one["at"][5:16], one["handle"], one["what"]) for one in desk.json(line)]


def test_what_an_order_waits_for_is_told_at_each_phase(desk: Desk) -> None:
    assert told(desk) == []
    desk.place()
    assert told(desk) == [("01-10T09:00", "maria", "deliver milestone 1")]
    desk.do("deliver")
    assert told(desk) == [("01-13T09:00", "ana", "approve milestone 1, or ask for a revision")]
    desk.do("revise")
    assert told(desk) == [(None, "maria", "deliver milestone 1")]
    desk.do("deliver")
    desk.do("approve")
    assert told(desk) == [("01-13T09:00", "ana", "continue with milestone 2, or stop")]
    desk.do("continue")
    assert told(desk) == [("01-09T09:00", "maria", "deliver milestone 2")]
    desk.ok("order stop 1 --after-current")
    desk.do("deliver")
    desk.do("approve")
    assert told(desk) == []


def test_each_task_has_the_command_that_does_it(desk: Desk) -> None:
    desk.place()
    while tasks := [one for one in desk.json("todo") if one["order"]]:
        line = tasks[0]["command"].removeprefix("milepost ").partition(" [")[0]
        desk.ok(line if "deliver" not in line else f"{line} --link {LINK}")
    assert desk.json("order show 1")["status"] == "completed"


def test_requests_calls_and_offers_are_told_too(desk: Desk) -> None:
    desk.place()
    desk.ok("resolution open 1 --milestone 1 --by client --reason late")
    desk.ok("offer create --gig 1 --client ben --type single --price 50 --days 3 --expires +1d")
    assert told(desk) == [
        ("01-06T09:00", "ben", "accept or decline the offer"),
        ("01-07T09:00", "maria", "answer the request to cancel"),
        ("01-10T09:00", "maria", "deliver milestone 1"),
    ]
    assert told(desk, "todo --for maria") == told(desk)[1:]
    assert told(desk, "--as ben todo") == told(desk)[:1]
    assert told(desk, "todo --within 36h") == told(desk)[:1]
    assert told(desk, "todo --limit 2") == told(desk)[:2]


def test_a_call_is_for_both_until_it_was(opens: Opens) -> None:
    desk = opens()
    desk.ok("gig add-milestone 1 --name Talk --days 3 --zoom")
    desk.ok("gig add-milestone 1 --name Work --days 9")
    desk.ok("order place --gig 1 --client ana")
    desk.ok("order set-call 1 --at +1d --link https://example.com/call")
    calls = [one for one in told(desk) if "call" in one[2]]
    assert calls == [(calls[0][0], handle, "be at the call of milestone 1") for handle in ("ana", "maria")]
    desk.ok("order tick --by +2d")
    assert told(desk) == [("01-08T09:00", "maria", "deliver milestone 1")]


def test_what_is_late_says_so(desk: Desk) -> None:
    desk.place()
    desk.ok("order tick --by 6d")
    assert [one["late"] for one in desk.json("todo --within 1h")] == [True]
    assert " late" in desk.ok("todo").out


@pytest.mark.parametrize("seed", range(3))
def test_the_soonest_of_many_are_those_of_all(memory_store: Database, seed: int) -> None:
    random = Random(seed)
    ids = [store_helpers.place(memory_store, store_helpers.random_terms(random, store_helpers.policy_of(memory_store)))
           for _ in range(40)]  # fmt: skip
    for number in range(200):
        step_on(memory_store, random, random.choice(ids), 1_000 + number)
        if number % 20 == 0:
            clock.tick(memory_store, store_helpers.clock_of(memory_store) + times.DAY)
    everything = list(todo.listing(memory_store, limit=1_000).items)
    assert len(everything) == len(by_hand(memory_store, ids)) > 10
    for limit in (1, 3, 10, 1_000):
        some = todo.listing(memory_store, limit=limit)
        assert [one.at for one in some.items] == [one.at for one in everything[:limit]]
        assert some.more == (limit < len(everything))
    for handle in ("maria", "ana", "nobody"):
        of_one = [one for one in everything if one.handle == handle]
        assert sorted(todo.listing(memory_store, handle=handle, limit=1_000).items, key=str) == sorted(of_one, key=str)


def step_on(db: Database, random: Random, order_id: int, request_id: int) -> None:
    """Something that a party could do."""
    order = store_helpers.order_of(db, order_id)
    step = store_helpers.random_step(random, order, store_helpers.clock_of(db), request_id)
    if step is not None:
        with suppress(RuleError):
            orders.perform(db, order_id, [step])


def by_hand(db: Database, ids: list[int]) -> list[Any]:
    """Every task of every order, but for calls that were."""
    now = store_helpers.clock_of(db)
    found = [task for order_id in ids for task in tasks(store_helpers.order_of(db, order_id))]
    return [task for task in found if task.action is not Action.SET_CALL or (task.at or 0) >= now]


def test_status_tells_the_store_its_clock_and_what_comes_next(desk: Desk) -> None:
    desk.place()
    desk.do("deliver")
    told = desk.json("status")
    assert (told["clock"], told["clock_mode"], told["policy"]) == ("2026-01-05T09:00:00Z", "simulated", "standard")
    assert (told["gigs"], told["orders"], told["orders_active"], told["offers_sent"]) == (1, 1, 1, 0)
    assert told["next_timer"] == desk.json("order timers")[0]
    assert told["next_task"] == desk.json("todo")[0]
    assert "1 open of 1" in desk.ok("status").out


def test_a_new_store_has_nothing_to_do(desk: Desk) -> None:
    assert (desk.json("status")["next_timer"], desk.json("status")["next_task"]) == (None, None)
    assert desk.ok("status").out.startswith("Store")
