"""The clock: whatever way a store comes to an instant, it is the same store, and each timer fires at its own."""

from contextlib import suppress
from itertools import count, pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
import store_helpers
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st
from store_helpers import DELIVERY

from milepost import rules, times
from milepost.core.offer import Offer, OfferStatus
from milepost.core.terms import OrderType
from milepost.core.transitions import TIMER_RULES, Action, Actor, Reason, State, Status
from milepost.errors import StoreBusy, StoreError
from milepost.market import clock, offers, orders, stores
from milepost.market.orders import Step
from milepost.policy import STANDARD, Policy
from milepost.rules import RuleError
from milepost.store import catalog, due, settings
from milepost.store.db import Connection, Database
from milepost.views.clock import TickView
from store.test_roundtrip import A_GIG

HOUR, DAY, YEAR = times.HOUR, times.DAY, 365 * times.DAY
REVIEW = STANDARD.review_hours * HOUR
CANCEL = Step(Action.OPEN_CANCEL, {"reason": "late", "position": 1, "note": ""}, Actor.SELLER, numbers="requests")


def busy_market(db: Database, seed: int) -> None:
    """Several orders of all types in many states, and offers that expire, some of it at the very same instants."""
    random = Random(seed)
    with db.write() as connection:
        catalog.add_gig(connection, A_GIG, store_helpers.START)
    for number in range(1, random.randint(3, 8)):
        now = store_helpers.clock_of(db)
        order_id = store_helpers.place(db, store_helpers.random_terms(random, STANDARD))
        for _ in range(random.randint(0, 12)):
            step = store_helpers.random_step(random, store_helpers.order_of(db, order_id), now, request_id=0)
            if step is not None and step.action is not Action.SUPPORT_CANCEL:
                with suppress(RuleError):
                    orders.perform(db, order_id, [numbered(step)])
        with db.write() as connection:
            terms = store_helpers.random_terms(random, orders.settings.read(connection).policy)
            expires_at = now + random.choice([HOUR, 2 * DAY, REVIEW]) if random.random() < 0.9 else None
            catalog.add_offers(connection, [Offer(number, 1, terms, now, expires_at)])
        if random.random() < 0.5:
            clock.tick(db, now + random.choice([1, HOUR, DAY]))


def numbered(step: Step) -> Step:
    """The step; a request takes the next free id."""
    if step.action not in store_helpers.OPENING:
        return step
    return Step(step.action, {name: value for name, value in step.args.items() if name != "id"}, step.actor, "requests")


def deliver_all(db: Database) -> None:
    """Sellers deliver what they can, so that there is something to review."""
    for (order_id,) in store_helpers.rows(db, "SELECT id FROM orders WHERE status = 'active' ORDER BY id"):
        with suppress(RuleError):
            orders.perform(db, order_id, [DELIVERY])


LATER = st.one_of(st.integers(0, 90 * DAY), st.sampled_from([0, 1, HOUR, DAY, REVIEW - 1, REVIEW, REVIEW + 1, YEAR]))
PAGES = st.sampled_from([1, 2, 3, 7, 4_000])


@trying(deadline=None, max_examples=30)
@given(
    seed=st.integers(0, 2**32),
    policy=st.sampled_from([STANDARD, store_helpers.FEES, store_helpers.WAITING]),
    stops=st.lists(LATER, min_size=2, max_size=4).map(sorted),
    pages=st.tuples(PAGES, PAGES),
)
def test_a_tick_by_way_of_earlier_instants_and_one_tick_lead_to_the_same_store(
    seed: int, policy: Policy, stops: list[int], pages: tuple[int, int]
) -> None:
    with store_helpers.memory_store(policy) as db:
        busy_market(db, seed)
        deliver_all(db)
        now = store_helpers.clock_of(db)
        with db.trial() as trial:
            at_once = clock.tick(trial, now + stops[-1], page=pages[0])
            expected = store_helpers.digest(trial)

        views = [clock.tick(db, now + stop, page=pages[1]) for stop in stops]

        assert store_helpers.digest(db) == expected
        assert views[-1].clock == at_once.clock
        assert sum(view.count for view in views) == at_once.count
        assert [timer for view in views for timer in view.fired] == at_once.fired
        keys = [(timer.at, timer.order or 0) for timer in at_once.fired]
        assert keys == sorted(keys)
        assert len(at_once.fired) == at_once.count


def test_what_the_property_above_walks_through_holds_every_timer(memory_store: Database) -> None:
    seen: set[object] = set()
    for seed in range(12):
        with store_helpers.memory_store(store_helpers.FEES) as db:
            busy_market(db, seed)
            deliver_all(db)
            seen |= {timer.timer for timer in clock.tick(db, store_helpers.clock_of(db) + YEAR).fired}
    assert seen == {*TIMER_RULES, "expiry"}


# ── Forward only ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_clock_moves_to_the_instant_even_if_nothing_is_due(memory_store: Database) -> None:
    view = clock.tick(memory_store, store_helpers.START + 5)
    assert (view.clock, view.fired, view.count) == (store_helpers.START + 5, [], 0)
    assert store_helpers.clock_of(memory_store) == store_helpers.START + 5


def test_a_tick_to_where_the_clock_stands_changes_nothing(memory_store: Database) -> None:
    orders.perform(memory_store, store_helpers.place(memory_store), [DELIVERY])
    clock.tick(memory_store, store_helpers.START + REVIEW)
    stored = store_helpers.digest(memory_store)
    assert clock.tick(memory_store, store_helpers.START + REVIEW).count == 0
    assert store_helpers.digest(memory_store) == stored


@pytest.mark.parametrize("back", [1, DAY, 20 * YEAR])
def test_a_time_before_the_clock_is_refused_and_nothing_changes(memory_store: Database, back: int) -> None:
    orders.perform(memory_store, store_helpers.place(memory_store), [DELIVERY])
    clock.tick(memory_store, store_helpers.START + DAY)
    stored = store_helpers.digest(memory_store)
    with pytest.raises(RuleError) as refused:
        clock.tick(memory_store, store_helpers.START + DAY - back)
    assert refused.value.rule is rules.CLOCK_FORWARD
    assert store_helpers.digest(memory_store) == stored


@pytest.mark.parametrize("mode", ["system", "simulated"])
def test_a_clock_that_follows_the_machine_s_stops_where_that_is(tmp_path: Path, mode: str) -> None:
    machine = store_helpers.START + HOUR
    stores.create_file(tmp_path / "store.db", start=store_helpers.START, clock_mode=mode, policy=STANDARD)
    db = stores.open_store(tmp_path / "store.db")
    assert clock.tick(db, machine, machine_now=lambda: machine).clock == machine
    if mode == "system":
        with pytest.raises(RuleError, match="follows the machine's"):
            clock.tick(db, machine + 1, machine_now=lambda: machine)
    else:
        clock.tick(db, machine + 1, machine_now=lambda: machine)
    assert store_helpers.clock_of(db) == machine + (mode == "simulated")
    db.close()


# ── A timer that fails ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("page", [1, 2, 3, 4, 100])
def test_a_timer_that_fails_stops_the_tick_at_its_instant_is_told_and_is_not_skipped(page: int) -> None:
    with store_helpers.memory_store() as db:
        ids = [store_helpers.place(db) for _ in range(5)]
        for order_id in ids:
            if order_id != 3:
                orders.perform(db, order_id, [DELIVERY])
            if order_id == 3:
                clock.tick(db, store_helpers.START + HOUR)
        broken_at = store_helpers.START + REVIEW
        arm = "UPDATE orders SET due_at = ? WHERE id = 3"  # of an order that has no timer to fire
        with db.write() as connection:
            connection.execute(arm, (broken_at,))

        for _ in range(2):  # it is met again as long as it is there
            with pytest.raises(StoreError, match="the timer of order 3 at 2026-01-13T09:00:00Z failed: "):
                clock.tick(db, store_helpers.START + YEAR, page=page)
            assert store_helpers.clock_of(db) == broken_at
            statuses = [store_helpers.order_of(db, order_id).status for order_id in ids]
            assert statuses == [Status.COMPLETED] * 2 + [Status.ACTIVE] * 3

        with db.write() as connection:
            connection.execute(arm, (None,))
        view = clock.tick(db, store_helpers.START + YEAR, page=page)
        at = store_helpers.START + REVIEW + HOUR
        assert [(timer.order, timer.at) for timer in view.fired] == [(4, at), (5, at)]


# ── A tick that stopped half-way ────────────────────────────────────────────────────────────────────────────────────


class Stopped(Exception):
    """Somebody ends the tick."""


def stop_after_the_first(count: int) -> None:
    """End the tick as soon as a batch is in the store."""
    raise Stopped


def test_after_a_tick_that_stopped_inside_an_instant_every_order_has_its_deadline_behind_it(
    memory_store: Database,
) -> None:
    ids = [store_helpers.place(memory_store) for _ in range(3)]
    for order_id in ids:
        orders.perform(memory_store, order_id, [DELIVERY])
    with pytest.raises(Stopped):
        clock.tick(memory_store, store_helpers.START + YEAR, page=1, on_progress=stop_after_the_first)
    assert store_helpers.clock_of(memory_store) == store_helpers.START + REVIEW
    assert [store_helpers.order_of(memory_store, order_id).status for order_id in ids] == [
        "completed",
        "active",
        "active",
    ]

    for order_id in ids:
        with pytest.raises(RuleError, match="review-expired"):
            orders.perform(memory_store, order_id, [Step(Action.APPROVE)])

    view = clock.tick(memory_store, store_helpers.START + YEAR)
    assert [timer.order for timer in view.fired] == ids[1:]
    assert {store_helpers.order_of(memory_store, order_id).reason for order_id in ids} == {Reason.REVIEW_EXPIRED}


@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_tick_that_stopped_after_any_batch_is_finished_by_the_next_one(page: int) -> None:
    with store_helpers.memory_store(store_helpers.FEES) as db:
        busy_market(db, 7)
        deliver_all(db)
        target = store_helpers.clock_of(db) + YEAR
        with db.trial() as trial:
            clock.tick(trial, target)
            expected = store_helpers.digest(trial)
        before = store_helpers.clock_of(db)
        for _ in range(500):
            with suppress(Stopped):
                clock.tick(db, target, page=page, on_progress=stop_after_the_first)
            assert before <= store_helpers.clock_of(db) <= target
            store_helpers.assert_sound(db)
            if store_helpers.clock_of(db) == target:
                break
            before = store_helpers.clock_of(db)
        assert store_helpers.digest(db) == expected


# ── A subscription ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_twelve_cycles_ticked_at_once_and_day_by_day_are_the_same_store() -> None:
    stored = []
    for stride in (2 * YEAR, DAY):
        with store_helpers.memory_store(store_helpers.FEES) as db:
            order_id = store_helpers.place(db, store_helpers.terms(OrderType.SUBSCRIPTION, 12))
            store_helpers.place(
                db, store_helpers.terms(OrderType.SUBSCRIPTION, 12)
            )  # of which nothing is ever delivered
            for month in range(1, 13):
                orders.perform(db, order_id, [DELIVERY])
                tick_by(db, times.add_months(store_helpers.START, month), stride)
            tick_by(db, store_helpers.START + 2 * YEAR, stride)
            order = store_helpers.order_of(db, order_id)
            assert (order.status, order.reason) == (Status.COMPLETED, Reason.REVIEW_EXPIRED)
            assert [one.state for one in order.milestones] == [State.APPROVED] * 12
            assert [one.started_at for one in order.milestones] == [
                times.add_months(store_helpers.START, month) for month in range(12)
            ]
            kinds = [kind for (kind,) in store_helpers.rows(db, "SELECT kind FROM ledger WHERE order_id = ?", order_id)]
            assert {kind: kinds.count(kind) for kind in kinds} == dict.fromkeys(
                ("charge", "client-fee", "release", "seller-fee", "clear"), 12
            )
            stored.append(store_helpers.digest(db))
    assert stored[0] == stored[1]


def tick_by(db: Database, target: int, stride: int) -> None:
    """Come to an instant in strides."""
    while store_helpers.clock_of(db) < target:
        clock.tick(db, min(store_helpers.clock_of(db) + stride, target))


# ── One second before, at, and one second after ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("seconds", [-1, 0, 1])
@pytest.mark.parametrize(
    ("steps", "deadline", "action", "timer"),
    [
        ([DELIVERY], REVIEW, Step(Action.APPROVE), Action.REVIEW_SILENCE),
        ([DELIVERY], REVIEW, Step(Action.REVISE), Action.REVIEW_SILENCE),
        ([DELIVERY, Step(Action.APPROVE)], REVIEW, Step(Action.CONTINUE), Action.CONTINUE_WINDOW),
        ([DELIVERY, Step(Action.APPROVE)], REVIEW, Step(Action.STOP), Action.CONTINUE_WINDOW),
        ([CANCEL], 48 * HOUR, Step(Action.DECLINE_REQUEST), Action.CANCEL_UNANSWERED),
        ([CANCEL], 48 * HOUR, Step(Action.WITHDRAW_REQUEST), Action.CANCEL_UNANSWERED),
    ],
    ids=["approve", "revise", "continue", "stop", "decline", "withdraw"],
)
def test_an_action_before_its_deadline_counts_and_at_the_deadline_the_clock_wins(
    steps: list[Step], deadline: int, action: Step, timer: Action, seconds: int
) -> None:
    with store_helpers.memory_store() as db:
        order_id = store_helpers.place(db, store_helpers.terms(revisions=2))
        orders.perform(db, order_id, steps)
        view = clock.tick(db, store_helpers.START + deadline + seconds)
        if seconds < 0:
            assert view.fired == []
            orders.perform(db, order_id, [action])
            lines = orders.history(db, order_id).items
            assert lines[-1].action == action.action
        else:
            assert [(one.timer, one.order) for one in view.fired] == [(timer, order_id)]
            assert view.fired[0].at == store_helpers.START + deadline
            with pytest.raises(RuleError):
                orders.perform(db, order_id, [action])
            lines = orders.history(db, order_id).items
            assert (lines[-1].action, lines[-1].at) == (timer, store_helpers.START + deadline)


@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_an_offer_is_accepted_before_it_expires_and_not_at_that_instant(memory_store: Database, seconds: int) -> None:
    terms = store_helpers.terms(policy=store_helpers.policy_of(memory_store))
    with memory_store.write() as connection:
        catalog.add_gig(connection, A_GIG, store_helpers.START)
        catalog.add_offers(connection, [Offer(1, 1, terms, store_helpers.START, store_helpers.START + DAY)])
    view = clock.tick(memory_store, store_helpers.START + DAY + seconds)
    if seconds < 0:
        assert offers.accept(memory_store, 1).id == 1
        assert view.count == 0
        return
    at = store_helpers.START + DAY
    assert [(one.order, one.offer, one.timer, one.at) for one in view.fired] == [(None, 1, "expiry", at)]
    with pytest.raises(RuleError, match="expired"):
        offers.accept(memory_store, 1)
    stored = offers.plain(memory_store, 1)
    assert (stored.status, stored.closed_at) == (OfferStatus.EXPIRED, store_helpers.START + DAY)


@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_released_money_is_available_from_the_instant_at_which_it_clears(seconds: int) -> None:
    with store_helpers.memory_store(store_helpers.FEES) as db:
        orders.perform(db, store_helpers.place(db), [DELIVERY, Step(Action.APPROVE)])
        clock.tick(db, store_helpers.START + store_helpers.FEES.clearance_days * DAY + seconds)
        held = dict(store_helpers.rows(db, "SELECT account, balance_cents FROM balances"))
        there = ("seller:maria:pending", "seller:maria:available")
        assert [held.get(account, 0) for account in there] == ([4_000, 0] if seconds < 0 else [0, 4_000])


@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_a_cycle_starts_and_is_charged_at_its_renewal(memory_store: Database, seconds: int) -> None:
    order_id = store_helpers.place(memory_store, store_helpers.terms(OrderType.SUBSCRIPTION, 2))
    orders.perform(memory_store, order_id, [DELIVERY, Step(Action.APPROVE)])
    clock.tick(memory_store, times.add_months(store_helpers.START, 1) + seconds)
    charges = store_helpers.rows(memory_store, "SELECT at FROM ledger WHERE kind = 'charge' ORDER BY at")
    renewed = [(times.add_months(store_helpers.START, 1),)] if seconds >= 0 else []
    assert charges == [(store_helpers.START,), *renewed]


# ── What the answer tells ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("keep", [0, 1, 6, 7, 8, 40, 1_000])
def test_the_answer_tells_the_first_timers_and_counts_the_rest(keep: int) -> None:
    with store_helpers.memory_store() as db:
        until = store_helpers.fill_with_reviews(db, 40, due=40)
        with db.trial() as trial:
            everything = clock.tick(trial, until)
        view = clock.tick(db, until, keep=keep, page=7)
        assert view == TickView(everything.clock, everything.fired[:keep], 40)
        assert [timer.order for timer in everything.fired] == [*range(1, 41)]


def next_instant(db: Database) -> int | None:
    """When the clock has something to do next."""
    with db.read() as connection:
        return due.first_at(connection)


def test_the_next_instant_is_that_of_the_first_timer_of_orders_and_offers(memory_store: Database) -> None:
    assert next_instant(memory_store) is None
    order_id = store_helpers.place(memory_store)
    assert next_instant(memory_store) is None
    orders.perform(memory_store, order_id, [DELIVERY])
    assert next_instant(memory_store) == store_helpers.START + REVIEW
    terms = store_helpers.terms(policy=store_helpers.policy_of(memory_store))
    with memory_store.write() as connection:
        catalog.add_gig(connection, A_GIG, store_helpers.START)
        catalog.add_offers(connection, [Offer(1, 1, terms, store_helpers.START, store_helpers.START + DAY)])
    assert next_instant(memory_store) == store_helpers.START + DAY
    clock.tick(memory_store, store_helpers.START + DAY)
    assert next_instant(memory_store) == store_helpers.START + REVIEW


def test_a_store_filled_by_the_thousand_is_what_actions_would_have_made_of_it(memory_store: Database) -> None:
    until = store_helpers.fill_with_reviews(memory_store, 50, due=20)
    assert clock.tick(memory_store, until, page=3).count == 21
    store_helpers.assert_sound(memory_store)


@pytest.mark.parametrize("kind", [StoreBusy, StoreError])
def test_a_tick_that_cannot_go_on_says_what_it_has_done_and_is_finished_by_the_same_again(
    memory_store: Database, monkeypatch: pytest.MonkeyPatch, kind: type[StoreError]
) -> None:
    store_helpers.fill_with_reviews(memory_store, 30, due=30)
    until, save, pages = store_helpers.START + 300 * times.DAY, clock.orders.save, count()

    def fails(*args: Any) -> None:
        if next(pages) == 2:
            raise kind("it cannot be", "nothing was changed")
        save(*args)

    monkeypatch.setattr("milepost.market.clock.orders.save", fails)
    with pytest.raises(kind) as caught:
        clock.tick(memory_store, until, page=10)
    monkeypatch.undo()
    stands = times.format_instant(store_helpers.clock_of(memory_store))
    assert type(caught.value) is kind
    assert "nothing was changed" not in str(caught.value)
    assert f"timers have fired and the clock stands at {stands}; the same tick again finishes it" in str(caught.value)
    clock.tick(memory_store, until, page=10)
    assert store_helpers.clock_of(memory_store) == until


def test_what_a_page_fired_is_not_kept_where_the_clock_cannot_move_with_it(
    memory_store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_helpers.fill_with_reviews(memory_store, 30, due=30)
    until, set_clock, pages = store_helpers.START + 300 * times.DAY, settings.set_clock, count()

    def fails(connection: Connection, instant: int) -> None:
        if next(pages) == 1:
            raise StoreError("it cannot be")
        set_clock(connection, instant)

    monkeypatch.setattr(settings, "set_clock", fails)
    with pytest.raises(StoreError, match="the same tick again finishes it"):
        clock.tick(memory_store, until, page=10)
    monkeypatch.undo()
    ((last,),) = store_helpers.rows(memory_store, "SELECT max(at) FROM history")
    assert store_helpers.START < last <= store_helpers.clock_of(memory_store) < until


def test_offers_that_expire_are_taken_a_page_at_a_time_and_each_timer_still_fires_at_its_own(tmp_path: Path) -> None:
    digests, pages = set(), list[int]()
    for name, page in (("whole", 10_000), ("paged", 20)):
        with store_helpers.file_store(tmp_path / name) as db:
            until = store_helpers.fill_with_reviews(db, 30, due=30)
            with db.write() as connection:
                catalog.add_gig(connection, A_GIG, store_helpers.START)
                terms = store_helpers.terms(policy=settings.read(connection).policy)
                for number in range(1, 26):
                    at = store_helpers.START + number // 5 * DAY
                    catalog.add_offers(connection, [Offer(number, 1, terms, store_helpers.START, expires_at=at + 1)])
            view = clock.tick(db, until, page=page, on_progress=pages.append)
            assert view.count == 30 + 25
            assert [one.at for one in view.fired] == sorted(one.at for one in view.fired)
            digests.add(store_helpers.digest(db))
    assert len(digests) == 1
    assert len(pages) >= 25 // 2
    assert all(later - earlier <= 20 + 2 for earlier, later in pairwise(pages))


def test_between_the_pages_of_a_tick_and_beside_a_snapshot_others_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("milepost.store.db.BUSY_SECONDS", 0.05)
    with store_helpers.file_store(tmp_path / "store.db") as db:
        until = store_helpers.fill_with_reviews(db, 30, due=30)
        other = stores.open_store(tmp_path / "store.db")
        before, placed = store_helpers.clock_of(db), list[int]()
        with db.snapshot() as copy:
            clock.tick(copy, until, page=10)
            placed.append(store_helpers.place(other))
            assert store_helpers.clock_of(other) == before
            assert len(store_helpers.rows(copy, "SELECT id FROM orders")) == 30
        clock.tick(db, until, page=10, on_progress=lambda count: placed.append(store_helpers.place(other)))
        assert placed == [31, 32, 33, *range(34, 31 + len(placed))]
        other.close()


def test_a_snapshot_leaves_nothing_behind_and_waits_for_a_writer_no_longer_than_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("milepost.store.db.BUSY_SECONDS", 0.05)
    with store_helpers.file_store(tmp_path / "store.db") as db:
        other = stores.open_store(tmp_path / "store.db")
        with other.write() as connection:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("UPDATE store SET clock = clock + 1")
            connection.execute("COMMIT")
            connection.execute("BEGIN EXCLUSIVE")
            with pytest.raises(StoreBusy), db.snapshot():
                pass
        other.close()
        assert list(tmp_path.iterdir()) == [tmp_path / "store.db"]
