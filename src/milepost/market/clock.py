"""The clock: `tick` fires what is due, in batches, through the same `act` as everything else."""

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from heapq import heappop, heappush, merge
from itertools import islice
from typing import NamedTuple

from milepost import rules, times
from milepost.core import act
from milepost.core.act import Outcome
from milepost.core.offer import Offer, OfferStatus, move
from milepost.core.order import Order, deadline
from milepost.core.transitions import Actor, Status
from milepost.errors import StoreBusy, StoreError
from milepost.store import orders, settings
from milepost.store.db import Connection, Database
from milepost.store.due import first_at, offers_until, orders_until
from milepost.store.orders import Change
from milepost.views.clock import FiredView, TickView

PAGE = 2_000
ORDERS_TO_AN_OFFER = 10  # by the time that it takes to write them
KEEP = 1_000


class _Batch(NamedTuple):
    clock: int
    done: bool
    outcomes: list[tuple[int, Outcome]]
    expired: list[Offer]
    failure: "TimerFailed | None"


class TimerFailed(StoreError):
    """A timer that could not fire, at the instant where the tick stopped; it is never skipped."""

    def __init__(self, order_id: int, at: int, error: Exception) -> None:
        super().__init__(f"the timer of order {order_id} at {times.format_instant(at)} failed: {error!r}")
        self.at = at
        self.__cause__ = error


def tick(
    db: Database,
    target: int | times.When | None,
    *,
    keep: int = KEEP,
    page: int = PAGE,
    machine_now: Callable[[], int] | None = None,
    on_progress: Callable[[int], None] = lambda count: None,
) -> TickView:
    """Move the clock to `target` and fire what is due on the way, each timer at its own instant.

    A relative time counts from the clock as the first write finds it; None is the instant of the next timer, if there
    is one.

    Each batch of up to `page` orders, and a tenth as many offers, is one transaction, after which `on_progress` is told
    how many timers have fired, and can let others write; and the clock moves with it: a tick that is killed leaves a
    valid earlier moment, and running it again finishes it. The answer holds the first `keep` timers and counts the
    rest. A clock that follows the machine's, which `machine_now` tells, does not run ahead of it. Raises
    `clock-forward`, `time-format`; `StoreError` if a timer fails, with the clock at its instant,
    and if a batch cannot be written, with what was done by those before it.
    """
    fired: list[FiredView] = []
    count, until, reached = 0, None, None
    while True:
        try:
            with collector_paused(), db.write() as connection:
                clock = settings.clock(connection)
                if until is None:
                    until = _instant(connection, target, clock)
                    _check_not_ahead(connection, until, machine_now)
                batch = _fire_batch(connection, clock, until, page)
        except StoreError as error:
            if reached is None:
                raise
            raise _halfway(error, reached, count) from error
        reached = batch.clock
        count += len(batch.outcomes) + len(batch.expired)
        fired.extend(islice(_fired(batch), keep - len(fired)))
        if batch.failure:
            raise batch.failure
        if batch.done:
            return TickView(batch.clock, fired, count)
        on_progress(count)


def _halfway(error: StoreError, reached: int, count: int) -> StoreError:
    """The same error of a tick some of whose batches stand already."""
    kind = StoreBusy if isinstance(error, StoreBusy) else StoreError
    clock = times.format_instant(reached)
    return kind(
        error.why, f"{count} timers have fired and the clock stands at {clock}; the same tick again finishes it"
    )


@contextmanager
def collector_paused() -> Iterator[None]:
    """For what makes a hundred thousand tuples and no cycle: to search them for cycles takes a third of its time."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _instant(connection: Connection, target: int | times.When | None, clock: int) -> int:
    if target is None:
        return first_at(connection) or clock
    return target.at(clock) if isinstance(target, times.When) else target


def _check_not_ahead(connection: Connection, until: int, machine_now: Callable[[], int] | None) -> None:
    if machine_now is None or settings.clock_mode(connection)[1] != "system":
        return
    now = machine_now()
    if until > now:
        shown = times.format_instant(now)
        why = f"this store's clock follows the machine's, at {shown}; try timelines in a store with a simulated one"
        raise rules.TIME_FORMAT.refuse(given=times.format_instant(until), why=why)


def _fire_batch(connection: Connection, clock: int, target: int, page: int) -> _Batch:
    if target < clock:
        raise rules.CLOCK_FORWARD.refuse(clock=times.format_instant(clock), given=times.format_instant(target))
    heads = orders_until(connection, target, page)
    done = len(heads) < page
    until, last_id = (target, None) if done else heads[-1]
    offers_page = max(1, page // ORDERS_TO_AN_OFFER)
    expiring = offers_until(connection, until, offers_page)
    if len(expiring) == offers_page:
        # At one instant offers come first: what orders have at the last one's waits for the next batch.
        done, until, last_id = False, expiring[-1][0], 0
        heads = [head for head in heads if head[0] < until]
    loaded = orders.load(connection, [order_id for _, order_id in heads])
    outcomes, failure = _fire_in_order(loaded, heads, until, last_id)
    if failure:
        until = failure.at
    _save(connection, loaded, outcomes)
    expired = _expire_offers(connection, [offer_id for at, offer_id in expiring if at <= until])
    settings.set_clock(connection, until)
    return _Batch(until, done, outcomes, expired, failure)


def _fire_in_order(
    loaded: dict[int, Order], heads: list[tuple[int, int]], until: int, last_id: int | None
) -> tuple[list[tuple[int, Outcome]], TimerFailed | None]:
    """Fire in (instant, order) order all that is due up to the batch's end, what is armed on the way included."""
    now, queue = dict(loaded), list(heads)
    outcomes: list[tuple[int, Outcome]] = []
    while queue:
        at, order_id = heappop(queue)
        try:
            outcome = act.fire(now[order_id])
        except Exception as error:  # whatever it is, it must stop the tick at this instant and be told
            return outcomes, TimerFailed(order_id, at, error)
        outcomes.append((order_id, outcome))
        now[order_id] = outcome.order
        timer = outcome.due
        if timer and (timer.at < until or (timer.at == until and (last_id is None or order_id <= last_id))):
            heappush(queue, (timer.at, order_id))
    return outcomes, None


def _save(connection: Connection, loaded: dict[int, Order], outcomes: Iterable[tuple[int, Outcome]]) -> None:
    by_order: dict[int, list[Outcome]] = {}
    for order_id, outcome in outcomes:
        by_order.setdefault(order_id, []).append(outcome)
    orders.save(connection, [Change(loaded[order_id], by_order[order_id]) for order_id in sorted(by_order)])


def _expire_offers(connection: Connection, ids: list[int]) -> list[Offer]:
    if not ids:
        return []
    from milepost.store import catalog

    expired = []
    for offer_id in ids:
        offer = catalog.offer(connection, offer_id)
        assert offer.expires_at is not None
        expired.append(move(offer, OfferStatus.EXPIRED, actor=Actor.CLOCK, at=offer.expires_at))
    catalog.save_offers(connection, expired)
    return expired


def _fired(batch: _Batch) -> Iterator[FiredView]:
    """What a batch fired, in (instant, order) order; at one instant offers come first."""
    timers = (FiredView.of(order_id, outcome) for order_id, outcome in batch.outcomes)
    expiries = (FiredView.of_expiry(offer) for offer in batch.expired)
    return merge(timers, expiries, key=lambda fired: (fired.at, fired.order or 0))


def tick_until_done(
    db: Database,
    order_id: int,
    *,
    keep: int = KEEP,
    machine_now: Callable[[], int] | None = None,
    on_progress: Callable[[int], None] = lambda count: None,
) -> TickView:
    """Tick to the instant at which an order has ended, by silence alone.

    Raises `order-work-clock`, before anything has moved, if it will wait for a party on the way.
    """
    with db.read() as connection:
        clock = settings.clock(connection)
        order = orders.existing(connection, order_id)
    if order.status is not Status.ACTIVE:
        return TickView(clock, [], 0)
    return tick(db, max(clock, _end_of(order)), keep=keep, machine_now=machine_now, on_progress=on_progress)


def _end_of(order: Order) -> int:
    """The instant at which an order ends if nobody does anything. Raises `order-work-clock` if it does not."""
    at = order.placed_at
    while order.status is Status.ACTIVE:
        timer = deadline(order)
        if timer is None:
            raise rules.ORDER_WORK_CLOCK.refuse(
                why=f"order {order.id} is {order.phase} from {times.format_instant(at)} on and has no deadline: "
                "it waits for a party, not for the clock; nothing was changed",
                order=order.id,
                phase=str(order.phase),
            )
        outcome = act.fire(order)
        order, at = outcome.order, outcome.history_entry.at
    return at
