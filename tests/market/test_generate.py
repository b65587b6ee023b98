"""Generated stores: what is in them, that the same seed makes the same one, and that commands would leave it so."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import store_helpers
from store_helpers import rows

from market import deeds_helpers
from market.deeds_helpers import ALL
from milepost import data, money, times
from milepost.core.gig import check as check_gig
from milepost.core.gig import missing
from milepost.core.ledger import Kind
from milepost.core.offer import OfferStatus
from milepost.core.offer import check as check_offer
from milepost.core.terms import OrderType
from milepost.core.transitions import (
    ACTORS,
    TIMER_RULES,
    Action,
    Phase,
    Reason,
    RequestKind,
    RequestState,
    State,
    Status,
)
from milepost.files import documents
from milepost.market import clock, copies, generate, stores
from milepost.policy import STANDARD, Policy
from milepost.rules import RuleError
from milepost.store import catalog
from milepost.store.db import Database

MANY = 2_500
TEMPLATES = documents.shipped_templates()
START = times.parse_instant("2026-01-05", clock=0)
TERMS_2024 = documents.policy("terms-2024")
ODD = Policy(
    name="odd",
    gig_basic_price_min_cents=90_000,
    gig_milestones_max=2,
    offer_milestones_min=7,
    offer_milestones_max=9,
    milestone_days_max=2,
    milestone_price_min_cents=40_000,
    subscription_cycles_max=1,
    review_hours=5,
    continue_hours=1,
    resolution_hours=1,
    clearance_days=1,
    extension_days_max=1,
)
RICH = Policy(name="rich", milestone_price_min_cents=money.MAX_CENTS, gig_basic_price_min_cents=money.MAX_CENTS)
LONG = Policy(name="long", review_hours=366 * 24, continue_hours=366 * 24, clearance_days=366)


@contextmanager
def generated_store(
    count: int, policy: Policy = STANDARD, *, seed: int = 1, start: int = START, **options: Any
) -> Iterator[Database]:
    """A store in memory with so many generated orders."""
    db = stores.create_memory(start=start, policy=policy)
    try:
        generate.fill(db, count, seed=seed, templates=TEMPLATES, **options)
        yield db
    finally:
        db.close()


@pytest.fixture(scope="module")
def many() -> Iterator[Database]:
    """A store of MANY orders under the standard policy."""
    with generated_store(MANY) as db:
        yield db


def found(db: Database, column: str, table: str) -> set[Any]:
    """What stands in a column."""
    return {value for (value,) in rows(db, f"SELECT DISTINCT {column} FROM {table}")}


# ── What is there ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("count", [1, 2, 7, 61])
def test_there_are_as_many_orders_as_were_asked_for(count: int) -> None:
    placed: list[int] = []
    with generated_store(count, on_progress=placed.append) as db:
        assert rows(db, "SELECT count(*) FROM orders") == [(count,)]
        assert placed == sorted(placed)
        assert placed[-1] == count
        store_helpers.assert_sound(db)


@pytest.mark.parametrize(
    ("column", "table", "all_there_are"),
    [
        ("type", "orders", OrderType),
        ("status", "orders", Status),
        ("phase", "orders", Phase),
        ("reason", "orders", [None, *Reason]),
        ("state", "milestones", State),
        ("status", "offers", OfferStatus),
        ("kind", "requests", RequestKind),
        ("state", "requests", {*RequestState} - {RequestState.NONE}),
        ("action", "history", {Action.PLACE, *ACTORS, *TIMER_RULES} - {Action.CLEAR}),
    ],
)
def test_of_everything_that_can_be_there_is_some(many: Database, column: str, table: str, all_there_are: Any) -> None:
    assert found(many, column, table) == set(all_there_are)


def test_some_orders_are_late(many: Database) -> None:
    ((late,),) = rows(many, "SELECT count(*) FROM orders, store WHERE work_due_at < clock")
    assert 0 < late < MANY // 10


def test_where_fees_and_clearance_are_in_the_policy_they_are_in_the_ledger() -> None:
    with generated_store(600, TERMS_2024) as db:
        assert found(db, "kind", "ledger") == set(Kind)


def test_sellers_and_clients_grow_with_the_orders(many: Database) -> None:
    assert len(found(many, "seller", "gigs")) == MANY // 50
    assert MANY // 6 < len(found(many, "client", "orders")) <= MANY // 4


def test_orders_are_spread_over_months_and_none_is_placed_after_the_end(many: Database) -> None:
    by_month = dict(rows(many, "SELECT strftime('%Y-%m', placed_at, 'unixepoch'), count(*) FROM orders GROUP BY 1"))
    assert [*by_month] == [f"2026-0{month}" for month in range(1, 8)]
    assert min(count for month, count in by_month.items() if month != "2026-07") > MANY // 15
    assert rows(many, "SELECT max(placed_at) <= clock FROM orders, store") == [(1,)]


def test_gigs_are_of_several_trades_with_and_without_milestones(many: Database) -> None:
    with many.read() as connection:
        gigs = [stored.gig for stored in catalog.gigs(connection, seller=None, limit=ALL)]
    trades = {gig.subcategory for gig in gigs}
    assert {name for template in TEMPLATES for name in template.subcategories} <= trades
    assert trades - set(data.subcategories())
    assert {bool(gig.milestones) for gig in gigs} == {True, False}
    assert {gig.milestone_payments for gig in gigs if gig.milestones} == {True, False}


@pytest.mark.parametrize(
    ("column", "table"),
    [("description", "gigs"), ("text", "messages"), ("description", "offer_milestones"), ("description", "agreed")],
)
def test_texts_are_as_long_as_people_write_them(many: Database, column: str, table: str) -> None:
    ((average,),) = rows(many, f"SELECT avg(length({column})) FROM {table}")
    assert 100 <= average <= 800


# ── That it is good ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "policy", [STANDARD, TERMS_2024, documents.policy("escrow-14d"), ODD, RICH], ids=lambda one: one.name
)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_generated_store_is_sound_before_and_after_a_tick(policy: Policy, seed: int) -> None:
    with generated_store(120, policy, seed=seed) as db:
        store_helpers.assert_sound(db)
        ((armed,),) = rows(db, "SELECT count(*) FROM orders WHERE due_at IS NOT NULL")
        assert armed or policy is ODD  # whose windows are of hours
        assert clock.tick(db, store_helpers.clock_of(db) + 200 * times.DAY).count >= armed
        store_helpers.assert_sound(db)


def test_a_seller_who_has_more_than_an_amount_can_be_withdraws_the_most_that_can_be() -> None:
    with generated_store(120, RICH) as db:
        assert rows(db, "SELECT max(amount_cents) FROM ledger WHERE order_id IS NULL") == [(money.MAX_CENTS,)]


def test_a_store_made_anew_from_the_generated_histories_is_the_same(many: Database, tmp_path: Path) -> None:
    made, anew = tmp_path / "made.db", tmp_path / "anew.db"
    stores.keep(many, made)
    assert copies.rebuild(made, anew).findings == []
    db = stores.open_store(anew)
    assert store_helpers.digest(db) == store_helpers.digest(many)
    db.close()


@pytest.mark.parametrize("policy", [STANDARD, TERMS_2024, ODD, RICH], ids=lambda one: one.name)
def test_every_generated_gig_and_offer_would_be_taken_from_a_person(policy: Policy) -> None:
    eligible = data.subcategories()
    with generated_store(300, policy) as db, db.read() as connection:
        gigs = {stored.id: stored.gig for stored in catalog.gigs(connection, seller=None, limit=ALL)}
        for gig in gigs.values():
            check_gig(gig, policy, eligible)
            assert list(missing(gig, policy)) == []
        for offer in catalog.offers(connection, seller=None, client=None, status=None, limit=ALL):
            check_offer(offer, gigs[offer.gig_id].subcategory, eligible)


# ── That the seed alone decides, and that the same commands would have left it ──────────────────────────────────────


def test_the_same_seed_makes_the_same_store_and_another_one_another() -> None:
    digests = []
    for seed in (5, 5, 6):
        with generated_store(90, seed=seed) as db:
            digests.append(store_helpers.digest(db))
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize("policy", [STANDARD, TERMS_2024, ODD], ids=lambda one: one.name)
def test_the_same_deeds_one_by_one_leave_the_same_store(policy: Policy) -> None:
    with generated_store(150, policy, seed=3) as made, store_helpers.memory_store(policy) as again:
        with again.write() as connection:
            connection.execute("UPDATE store SET clock = ?", (START,))
        for at, do in deeds_helpers.of(made):
            clock.tick(again, at)
            do(again)
        clock.tick(again, store_helpers.clock_of(made))
        assert store_helpers.digest(again) == store_helpers.digest(made)


# ── How far the time goes ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_clock_too_near_to_the_last_year_is_refused() -> None:
    start = times.parse_instant("2095-01-01", clock=0)
    with pytest.raises(RuleError, match="before the year 2095") as told, generated_store(10, start=start):
        pass
    assert told.value.rule.id == "time-format"


def test_the_last_start_that_is_good_is_good_for_everything_to_come() -> None:
    with generated_store(200, LONG, start=times.parse_instant("2094-06-01", clock=0)) as db:
        clock.tick(db, store_helpers.clock_of(db) + 5 * 366 * times.DAY)
        store_helpers.assert_sound(db)
