"""Timelines: each milestone as a bar of what it was doing when, from the order's history."""

from collections.abc import Iterator, Sequence

from milepost import times
from milepost.core.act import Outcome
from milepost.core.order import Order, timers
from milepost.core.terms import Follow
from milepost.core.transitions import Action, Phase, State, renewal_at
from milepost.market.orders import replayed
from milepost.store import orders, settings
from milepost.store.db import Connection, Database
from milepost.views.timeline import SegmentView, TimelineRowView, TimelineView

_KINDS = {State.ACTIVE: "work", State.DELIVERED: "review", State.REVISING: "revision"}
_Stretch = tuple[str, int, int]


def of_order(db: Database, order_id: int) -> TimelineView:
    """An order's milestones, one bar each. Raises `NotFound`."""
    with db.read() as connection:
        now = settings.clock(connection)
        outcomes = replayed(connection, order_id, now)
    order = outcomes[-1].order
    bars = _bars(outcomes, now)
    rows = [
        _row(order, milestone.position, milestone.terms.name, milestone.state, bars[milestone.position])
        for milestone in order.milestones
    ]
    return TimelineView(f"Order {order.id}: {order.terms.title}", now, rows)


def of_store(db: Database, *, limit: int) -> TimelineView:
    """The open orders of the store by id, one bar each."""
    with db.read() as connection:
        now = settings.clock(connection)
        found = list(orders.chosen(connection, {"status": "active"}, limit=limit + 1))
        rows = [_whole(connection, order, now) for order in found[:limit]]
    return TimelineView("Open orders", now, rows, len(found) > limit)


def _whole(connection: Connection, order: Order, now: int) -> TimelineRowView:
    bars = _bars(replayed(connection, order.id, now), now)
    joined = [stretch for position in sorted(bars) for stretch in bars[position] if stretch[0] != "planned"]
    return _row(order, None, f"{order.id} {order.terms.title}", order.phase, joined)


def _row(order: Order, position: int | None, label: str, state: str, bar: Sequence[_Stretch]) -> TimelineRowView:
    return TimelineRowView(
        order.id,
        position,
        label,
        str(state),
        [SegmentView(*stretch) for stretch in bar],
        list(_deadlines(order, position)),
    )


def _deadlines(order: Order, position: int | None) -> Iterator[int]:
    """When the running milestone's work is due, and when the order's timers fire."""
    current = order.current
    if position not in (None, current.position) or order.phase is Phase.ENDED:
        return
    if current.state in (State.ACTIVE, State.REVISING) and current.due_at is not None:
        yield current.due_at
    for timer in timers(order):
        if timer.action is not Action.CLEAR:
            yield timer.at


def _bars(outcomes: Sequence[Outcome], now: int) -> dict[int, list[_Stretch]]:
    """The stretches of each milestone, by position: as they were, up to now, and what is planned after that."""
    order = outcomes[-1].order
    bars: dict[int, list[_Stretch]] = {milestone.position: [] for milestone in order.milestones}
    moments = [(outcome.history_entry.at, outcome.order) for outcome in outcomes]
    ends = [at for at, _ in moments[1:]] + [now]
    for (begin, standing), end in zip(moments, ends, strict=True):
        if begin < end and standing.phase is not Phase.ENDED:  # only its money moves once an order has ended
            position, kind = _what(standing)
            _extend(bars[position], kind, begin, end)
    for position, begin, end in _plan(order, now):
        _extend(bars[position], "planned", begin, end)
    return bars


def _what(order: Order) -> tuple[int, str]:
    """Which milestone the order is at, and what it is doing: one that nobody has started yet is waited for."""
    running = order.running
    if running:
        return running.position, _KINDS[running.state]
    following = order.upcoming
    return (following or order.current).position, "waiting"


def _extend(bar: list[_Stretch], kind: str, begin: int, end: int) -> None:
    if bar and bar[-1][0] == kind and bar[-1][2] == begin:
        begin = bar.pop()[1]
    bar.append((kind, begin, end))


def _plan(order: Order, now: int) -> Iterator[tuple[int, int, int]]:
    """What is still to do, if all goes on at once: the rest of the running work, then each planned milestone.

    A cycle that starts by itself waits for its renewal; after a stop that was asked for nothing is planned.
    """
    if order.phase is Phase.ENDED:
        return
    at, current = now, order.current
    if current.state in (State.ACTIVE, State.REVISING) and current.due_at is not None and current.due_at > now:
        yield current.position, now, current.due_at
        at = current.due_at
    for milestone in order.milestones:
        if milestone.state is State.PLANNED and not order.stopping:
            if order.terms.follow is Follow.RENEWAL:
                at = max(at, renewal_at(order, milestone))
            end = at + milestone.terms.days * times.DAY
            yield milestone.position, at, end
            at = end
