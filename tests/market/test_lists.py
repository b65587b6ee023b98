"""`order list` and `order timers` over a whole store, against what each order says of itself."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from random import Random
from typing import Any

import pytest
import store_helpers

from market.desk_helpers import RARE, Desk, memory, said
from milepost import times
from milepost.core.transitions import Phase, Status
from milepost.market import clock, orders
from milepost.policy import STANDARD
from milepost.rules import RuleError
from milepost.store.db import Database

COUNT = 40
FIRST, SECOND = "2026-01-20T09:00:00Z", "2026-02-01"


@dataclass(frozen=True)
class Town:
    """A store of many orders, each of which was asked for itself."""

    db: Database
    orders: list[Any]
    timers: list[Any]

    @property
    def soonest(self) -> dict[int, str]:
        """The instant of each order's first timer."""
        return {one["order"]: one["at"] for one in reversed(self.timers)}


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    """Orders of all types, of some clients, walked at random while time passes; with clearance, so that some clear."""
    random = Random(7)
    with memory(store_helpers.FEES) as db:
        for number in range(COUNT * 6):
            if number % 6 == 0:
                agreed = store_helpers.random_terms(random, STANDARD)
                store_helpers.place(db, agreed._replace(seller=random.choice(["maria", "otto"])))
            id = random.randint(1, number // 6 + 1)
            step = store_helpers.random_step(
                random, store_helpers.order_of(db, id), store_helpers.clock_of(db), number + 1
            )
            if step and (step.action not in RARE or random.random() < 0.2):
                with suppress(RuleError):
                    orders.perform(db, id, [step])
            if number % 8 == 0:
                clock.tick(db, store_helpers.clock_of(db) + random.choice([0, times.HOUR, times.DAY]))
        every = [said(db, ["order", "show", str(id)]) for id in range(1, COUNT + 1)]
        timers = [one for id in range(1, COUNT + 1) for one in said(db, ["order", "timers", str(id)])]
        yield Town(db, every, sorted(timers, key=lambda one: (one["at"], one["order"])))


def test_the_town_has_orders_in_every_status_in_most_phases_and_with_timers_of_every_kind(town: Town) -> None:
    assert {one["status"] for one in town.orders} == set(Status)
    assert len({one["phase"] for one in town.orders} & set(Phase)) >= 5
    assert {one["timer"] for one in town.timers} >= {"review-silence", "renew", "clear"}


# ── order list ──────────────────────────────────────────────────────────────────────────────────────────────────────


def late(order: Any) -> bool:
    """Whether the milestone that was started last is late, in an order that goes on."""
    started = [one for one in order["milestones"] if one["started_at"]]
    return order["status"] == "active" and bool(started[-1]["late"])


def test_every_combination_of_filters_lists_the_orders_that_it_should(town: Town) -> None:
    statuses, phases = (None, *Status), (None, Phase.REVIEW, Phase.WORKING, Phase.ENDED, Phase.AWAITING_RENEWAL)
    found = 0
    for status, phase, client, seller, is_late, due in product(
        statuses, phases, (None, "ana", "nobody"), (None, "otto"), (False, True), (None, FIRST, SECOND)
    ):
        words = {"--status": status, "--phase": phase, "--client": client, "--seller": seller, "--due-before": due}
        given = [word for name, value in words.items() if value for word in (name, str(value))]
        listed = said(town.db, ["order", "list", *given, *(["--late"] if is_late else [])])
        wanted = [
            one["id"]
            for one in town.orders
            if status in (None, one["status"])
            and phase in (None, one["phase"])
            and client in (None, one["client"])
            and seller in (None, one["seller"])
            and (late(one) or not is_late)
            and (due is None or town.soonest.get(one["id"], "9") < due)
        ]
        assert [one["id"] for one in listed] == wanted, given
        found += bool(wanted)
    assert found > 50


def test_a_line_of_the_list_says_what_the_order_says(town: Town) -> None:
    for line, order in zip(said(town.db, ["order", "list"]), town.orders, strict=True):
        for key in ("id", "title", "seller", "client", "type", "status", "reason", "phase", "deadline_at"):
            assert line[key] == order[key]
        started = [one["position"] for one in order["milestones"] if one["started_at"]]
        assert (line["milestone"], line["milestones"]) == (started[-1], len(order["milestones"]))
        assert line["late"] == late(order)


@pytest.mark.parametrize("due", ["+0s", "+1s", "+36h", "+30d"])
def test_due_before_counts_from_the_clock_and_its_own_instant_is_not_before(town: Town, due: str) -> None:
    limit = store_helpers.clock_of(town.db) + times.parse_duration(due)
    soon = [id for id, at in town.soonest.items() if times.parse_instant(at, clock=0) < limit]
    assert [one["id"] for one in said(town.db, ["order", "list", "--due-before", due])] == sorted(soon)
    at, id = min((at, id) for id, at in town.soonest.items())
    assert id not in [one["id"] for one in said(town.db, ["order", "list", "--due-before", at])]


@pytest.mark.parametrize("limit", [1, 7, COUNT - 1, COUNT])
def test_a_limit_takes_the_first_ones(town: Town, limit: int) -> None:
    listed = [one["id"] for one in said(town.db, ["order", "list", "--limit", str(limit)])]
    assert listed == [*range(1, limit + 1)]


@pytest.mark.parametrize(
    ("words", "known"),
    [
        ("--status over", "active, completed, cancelled"),
        ("--phase waiting", "awaiting-continue"),
        ("--limit 0", "--limit"),
    ],
)
def test_a_word_that_is_no_filter_is_a_usage_error_that_names_the_words(desk: Desk, words: str, known: str) -> None:
    told = desk(f"order list {words}")
    assert (told.code, told.out) == (2, "")
    assert known in told.err


def test_a_time_that_cannot_be_read_is_a_usage_error_by_its_rule(desk: Desk) -> None:
    for due in ("soon", "''", "2026-01-05T09:00:00"):
        assert desk.unreadable(f"order list --due-before {due}") == "time-format"


# ── order timers ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_store_s_timers_are_those_of_all_its_orders_soonest_first(town: Town) -> None:
    assert len(town.timers) > 10
    assert said(town.db, ["order", "timers", "--limit", "1000"]) == town.timers


@pytest.mark.parametrize("limit", [1, 2, 5, 11])
def test_a_limit_takes_the_timers_that_fire_first(town: Town, limit: int) -> None:
    assert said(town.db, ["order", "timers", "--limit", str(limit)]) == town.timers[:limit]


def test_timers_fire_as_they_are_told(town: Town) -> None:
    with town.db.trial() as trial:
        first = town.timers[0]
        fired = said(trial, ["order", "tick", "--next"])["fired"][0]
        told = {key: first[key] for key in ("at", "order", "offer", "timer", "rule")}
        assert told | {"moved": fired["moved"]} == fired


def test_every_command_that_prevents_a_timer_is_accepted_and_the_timer_is_gone(town: Town) -> None:
    prevented = set()
    for timer in town.timers:
        for command in timer["prevent"]:
            with town.db.trial() as trial:
                said(trial, command.split()[1:])
                left = said(trial, ["order", "timers", str(timer["order"])])
            assert timer not in left
            prevented.add(timer["timer"])
    assert prevented >= {"review-silence", "renew"}


def test_a_revision_is_named_only_where_one_is_left(desk: Desk) -> None:
    desk.place("A:5:60:1", "B:5:50")
    desk.do("deliver")
    assert desk.json("order timers 1")[0]["prevent"] == ["milepost order approve 1", "milepost order revise 1"]
    desk.do("revise", "deliver")
    assert desk.json("order timers 1")[0]["prevent"] == ["milepost order approve 1"]


def test_timers_of_an_order_that_is_not_there_are_not_found(desk: Desk) -> None:
    assert desk("order timers 1").code == 3


def test_lists_fit_in_eighty_columns_and_say_when_there_is_more(desk: Desk) -> None:
    for order in range(1, 5):
        desk.place()
        desk.do("deliver", order=order)
    for line in ("order list", "order timers", "order list --limit 2", "order timers --limit 2"):
        told = desk.ok(line)
        assert max(map(len, told.out.splitlines())) <= 80
        assert ("--limit" in told.err) == ("--limit" in line)
