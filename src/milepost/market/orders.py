"""Orders: `perform` is the only road on which an order is loaded, acted on and saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import NamedTuple

from milepost import rules, times
from milepost.core import act, names, workflow
from milepost.core.act import Outcome
from milepost.core.ledger import Entry, totals
from milepost.core.order import Order, actors, timers
from milepost.core.refusals import possible_text
from milepost.core.terms import Terms
from milepost.core.transitions import Action, Actor, Status
from milepost.core.values import JsonValue
from milepost.errors import NotFound
from milepost.store import due, ledger, orders, settings
from milepost.store.db import Connection, Database
from milepost.store.orders import Change, Origin
from milepost.views.base import Created, Listing
from milepost.views.orders import HistoryEntryView, OrderedView, OrderLineView, OrderView, TimerView


@dataclass(frozen=True, slots=True)
class Step:
    """One action that somebody wants to take; `actor` is needed only where either party could.

    `meant` is the milestone that it must concern, if that was said.
    """

    action: Action
    args: Mapping[str, JsonValue | times.When] = field(default_factory=dict)
    actor: Actor | None = None
    numbers: str | None = None  # the table whose next id the step takes as its `id`
    meant: int | None = None


class Exported(NamedTuple):
    """An order, its history, the subcategory of its gig, the balances by its entries, the store's clock, and the terms
    that it was placed on.
    """

    order: Order
    history: tuple[act.HistoryEntry, ...]
    subcategory: str
    balances: tuple[tuple[str, int], ...]
    clock: int
    placed_on: Terms


def perform(db: Database, order_id: int, steps: Sequence[Step], *, handle: str | None = None) -> OrderView:
    """Take some actions on an order, all or none, and answer with the order.

    What the clock has due goes first. With `handle` each action must belong to that party (rule actor). Raises
    `NotFound`, `RuleError`, `StoreError`.
    """
    with db.write() as connection:
        return perform_in(connection, order_id, steps, handle=handle)


def perform_in(connection: Connection, order_id: int, steps: Sequence[Step], *, handle: str | None = None) -> OrderView:
    """As `perform`, inside a write that is under way. The clock and the order are read once; a relative time among the
    arguments counts from that clock.
    """
    now = settings.clock(connection)
    before = orders.existing(connection, order_id)
    outcomes = act.settle(before, now)
    for step in steps:
        order = outcomes[-1].order if outcomes else before
        if step is not steps[0] and order.status is not Status.ACTIVE:
            raise _ended_between(before, step)
        actor = acting(order, step, handle)
        if step.meant is not None:
            act.check_meant(order, step.action, step.meant)
        args: dict[str, JsonValue] = {"id": orders.next_id(connection, step.numbers)} if step.numbers else {}
        args |= {name: one.at(now) if isinstance(one, times.When) else one for name, one in step.args.items()}
        outcomes.append(act.act(order, step.action, actor=actor, at=now, **args))
        outcomes.extend(act.settle(outcomes[-1].order, now))
    known = _told(connection, order_id)
    orders.save(connection, [Change(before, outcomes)])
    return known.then(outcomes).view(outcomes[-1].order, now)


class _Told(NamedTuple):
    """What an order's view tells beside its state: its history, and its entries in the ledger."""

    history: Sequence[act.HistoryEntry] = ()
    entries: Sequence[Entry] = ()

    def then(self, outcomes: Sequence[Outcome]) -> "_Told":
        """The same with what happened after that."""
        moved = [entry for outcome in outcomes for entry in outcome.entries]
        return _Told([*self.history, *(one.history_entry for one in outcomes)], [*self.entries, *moved])

    def view(self, order: Order, now: int) -> OrderView:
        """The view of the order that this is told of."""
        return OrderView.of(order, totals(self.entries), now, self.history)


def _told(connection: Connection, order_id: int) -> _Told:
    entries = [posted.entry for posted in ledger.entries(connection, order_id=order_id)]
    return _Told(list(orders.history(connection, order_id)), entries)


def _ended_between(before: Order, step: Step) -> rules.RuleError:
    """The refusal of a chain whose first action would end the order, so that the next one has nothing to act on."""
    return rules.ORDER_NEXT_CHARGE.refuse(
        order=before.id,
        why=f"nothing follows milestone {before.current.position}, so that there is nothing to {step.action}",
        possible=possible_text(before),
        phase=str(before.phase),
    )


def place(connection: Connection, terms: Terms, origin: Origin, now: int) -> OrderView:
    """Place an order on agreed terms inside a write that is under way (rule order-first-charge)."""
    placed = act.place(orders.next_id(connection, "orders"), terms, at=now)
    orders.save(connection, [Change(None, [placed], origin)])
    return _Told().then([placed]).view(placed.order, now)


def place_package(
    db: Database, gig_id: int, tier: str, client: str, *, milestones: bool = True, handle: str | None = None
) -> Created[OrderedView]:
    """Order a gig's package as a client: by milestones if it has some and the client wants them, else as one payment.

    Raises `NotFound`, `actor` if `handle` is not the client, and what `workflow.order_terms` raises.
    """
    if handle not in (None, client):
        raise rules.ACTOR.refuse(why=f"{handle} cannot order as {client}", gig=gig_id, actor=handle)
    from milepost.store import catalog  # with sqlmodel, which nothing else here needs

    with db.write() as connection:
        stored = catalog.gig(connection, gig_id)
        current = settings.read(connection)
        terms = workflow.order_terms(stored.gig, tier, client, current.policy, milestones=milestones)
        order = place(connection, terms, Origin(gig_id), current.clock)
        return Created(order.id, OrderedView(order))


def acting(order: Order, step: Step, handle: str | None) -> Actor:
    """Who takes a step: the party that `handle` is, or else the one that the action belongs to. Raises `actor`."""
    if handle is None:
        return step.actor or actors(order, step.action)[0]
    party = party_of(handle, order.terms, "order", order.id)
    if step.actor not in (None, party):
        raise rules.ACTOR.refuse(
            why=f"{handle} is not the {step.actor} of order {order.id}", order=order.id, actor=handle
        )
    return party


def party_of(handle: str, terms: Terms, noun: str, id: int) -> Actor:
    """The part that a handle has in the order or offer of these terms; `support` is everybody's. Raises `actor`."""
    party = {terms.client: Actor.CLIENT, terms.seller: Actor.SELLER, names.SUPPORT: Actor.SUPPORT}.get(handle)
    if party is None:
        why = f"{handle} has no part in {noun} {id}: its seller is {terms.seller}, its client {terms.client}"
        raise rules.ACTOR.refuse(why=why, **{noun: id}, actor=handle)
    return party


def show(db: Database, order_id: int, *, at: times.When | None = None) -> OrderView:
    """An order as it stands, or as it stood at an instant, by replay. Raises `NotFound`, `time-format`."""
    with db.read() as connection:
        clock = settings.clock(connection)
        if at is None:
            return _told(connection, order_id).view(orders.existing(connection, order_id), clock)
        instant = check_past(at.at(clock), clock)
        outcomes = replayed(connection, order_id, instant)
    return _Told().then(outcomes).view(outcomes[-1].order, instant)


def replayed(connection: Connection, order_id: int, until: int) -> list[Outcome]:
    """The outcomes of an order's history up to and with an instant. Raises `NotFound` before it was placed."""
    lines = takewhile(lambda line: line.at <= until, orders.history(connection, order_id))
    outcomes = list(act.replay(order_id, orders.placed_on(connection, order_id), lines))
    if not outcomes:
        raise NotFound("order", f"{order_id} at {times.format_instant(until)}: it was placed later")
    return outcomes


def check_past(at: int, clock: int) -> int:
    """`at`, if the store's clock has come to it. Raises `time-format`."""
    if at > clock:
        raise rules.TIME_FORMAT.refuse(
            given=times.format_instant(at), why=f"the store's clock is at {times.format_instant(clock)} only"
        )
    return at


def plain(db: Database, order_id: int) -> tuple[Order, tuple[Entry, ...]]:
    """An order as plain values, with its entries. Raises `NotFound`."""
    with db.read() as connection:
        entries = tuple(posted.entry for posted in ledger.entries(connection, order_id=order_id))
        return orders.existing(connection, order_id), entries


def export(db: Database, order_id: int) -> Exported:
    """All that a scenario needs to tell an order again. Raises `NotFound`."""
    from milepost.store import catalog  # with sqlmodel, which nothing else here needs

    with db.read() as connection:
        order = orders.existing(connection, order_id)
        lines = tuple(orders.history(connection, order_id))
        balances = tuple(ledger.summed(connection, order_id=order_id))
        gig_id = orders.gig_of(connection, order_id)
        subcategory = catalog.gig(connection, gig_id).gig.subcategory
        placed_on = orders.placed_on(connection, order_id)
        return Exported(order, lines, subcategory, balances, settings.clock(connection), placed_on)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which orders a list shows; None is any."""

    status: str | None = None
    seller: str | None = None
    client: str | None = None
    phase: str | None = None
    late: bool = False
    due_before: times.When | None = None


def listing(db: Database, filters: Filters, *, limit: int) -> Listing[OrderLineView]:
    """Orders by id."""
    columns = {one: getattr(filters, one) for one in ("status", "phase", "seller", "client")}
    with db.read() as connection:
        now = settings.clock(connection)
        due_until = filters.due_before.at(now) - 1 if filters.due_before else None
        late_at = now if filters.late else None
        found = orders.chosen(connection, columns, due_until=due_until, late_at=late_at, limit=limit + 1)
        return Listing.cut("order", [OrderLineView.of(order, now) for order in found], limit)


def armed(db: Database, order_id: int | None, *, limit: int) -> Listing[TimerView]:
    """The timers of one order, or of the whole store, soonest first. Raises `NotFound`."""
    with db.read() as connection:
        if order_id is not None:
            order = orders.existing(connection, order_id)
            return Listing("timer", [TimerView.of(order, timer) for timer in timers(order)])
        heads = due.orders_until(connection, times.MAX_INSTANT, limit + 1)
        found = orders.load(connection, [order_id for _, order_id in heads])
        expiries = due.expiries(connection, limit + 1)
    views = [TimerView.of(order, timer) for order in found.values() for timer in timers(order)]
    views += [TimerView.of_expiry(offer_id, at) for at, offer_id in expiries]
    views.sort(key=lambda view: (view.at, view.order or 0, view.offer or 0))
    return Listing.cut("timer", views, limit)


def history(db: Database, order_id: int) -> Listing[HistoryEntryView]:
    """Everything that happened to an order. Raises `NotFound`."""
    with db.read() as connection:
        orders.existing(connection, order_id)
        lines = list(orders.history(connection, order_id))
    return Listing("line", [HistoryEntryView.of(line) for line in lines])
