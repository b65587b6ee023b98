"""What the parties have to do, soonest first, and how a store stands."""

from collections.abc import Iterator, Mapping

from milepost import times
from milepost.commands import ACCEPT_OFFER, SHOW, facts, template_of
from milepost.core.order import Order
from milepost.core.todo import Task, tasks
from milepost.core.transitions import Action, Actor, Phase
from milepost.market.orders import armed
from milepost.store import audit, due, orders, settings
from milepost.store.db import Connection, Database
from milepost.store.due import SentOffer
from milepost.views.base import Listing
from milepost.views.todo import StatusView, TaskView

# What a party has to do, in words, and with which command.
_WORDS: Mapping[Action, str] = {
    Action.DELIVER: "deliver milestone {position}",
    Action.APPROVE: "approve milestone {position}, or ask for a revision",
    Action.CONTINUE: "continue with milestone {position}, or stop",
    Action.ACCEPT_REQUEST: "answer the request {kind}",
    Action.SET_CALL: "be at the call of milestone {position}",
}
_KINDS = {"cancel": "to cancel", "extend": "for more days", "change": "for another plan"}


def listing(
    db: Database, *, handle: str | None = None, within: times.When | None = None, limit: int
) -> Listing[TaskView]:
    """What the parties, or one of them, have to do; soonest first, and then what nothing hurries.

    `within`: only what is due until then, and what is late.
    """
    with db.read() as connection:
        now = settings.clock(connection)
        until = within.at(now) if within else times.MAX_INSTANT
        found = list(_orders(connection, now, until, limit + 1, handle))
        sent = due.sent_offers(connection, limit + 1, handle=handle)
    # A call that was is nothing to do any more.
    doing = ((order, task) for order in found for task in tasks(order))
    views = [_view(*one, now) for one in doing if one[1].action is not Action.SET_CALL or (one[1].at or 0) >= now]
    views += [_offer_view(offer) for offer in sent]
    hurried = until < times.MAX_INSTANT
    wanted = [view for view in views if _is_wanted(view, handle, until, hurried=hurried)]
    wanted.sort(key=lambda view: (view.at is None, view.at or 0, view.order or 0, view.offer or 0, view.handle))
    return Listing.cut("task", wanted[: limit + 1], limit)


def _is_wanted(view: TaskView, handle: str | None, until: int, *, hurried: bool) -> bool:
    soon = not hurried if view.at is None else view.at <= until
    return soon and handle in (None, view.handle)


def _orders(connection: Connection, now: int, until: int, limit: int, handle: str | None) -> Iterator[Order]:
    """Orders with the soonest `limit` tasks until then among theirs, and some that nothing hurries."""
    if handle is not None:
        ids = due.active_of(connection, handle)
    else:
        ids = [order_id for _, order_id in due.orders_until(connection, until, limit)]
        ids += due.work_until(connection, until, limit)
        ids += due.calls_between(connection, now, until, limit)
        for phase in (Phase.REVISING, Phase.AWAITING_CONTINUE):
            ids += due.in_phase(connection, str(phase), limit)
    yield from orders.load(connection, sorted(set(ids))).values()


def _view(order: Order, task: Task, now: int) -> TaskView:
    handle = order.terms.seller if task.actor is Actor.SELLER else order.terms.client
    kind = _KINDS[order.request.kind] if order.request else ""
    # Nobody sets a call that is set: who has to be there looks at the order.
    command = SHOW.line({"order": order.id}) if task.action is Action.SET_CALL else _command(order, task)
    late = task.at is not None and task.at < now
    what = _WORDS[task.action].format(position=task.position, kind=kind)
    title = order.terms.title
    return TaskView(task.at, late, handle, str(task.actor), order.id, None, title, task.position, what, command)


def _command(order: Order, task: Task) -> str:
    return template_of(task.action).line(facts(order, task.actor))


def _offer_view(offer: SentOffer) -> TaskView:
    command, client = ACCEPT_OFFER.line({"offer": offer.id}), str(Actor.CLIENT)
    what = "accept or decline the offer"
    return TaskView(offer.expires_at, False, offer.client, client, None, offer.id, offer.title, None, what, command)


def status(db: Database) -> StatusView:
    """How a store stands."""
    with db.read() as connection:
        current = settings.read(connection)
        gigs = audit.counts(connection, ("gigs",))["gigs"]
        placed = orders.next_id(connection, "orders") - 1  # ids are given in turn, and no order is ever deleted
        sent = audit.count_of(connection, "offers", "status", "sent")
        active = audit.count_of(connection, "orders", "status", "active")
        asked = audit.count_of(connection, "requests", "state", "open")
    timers = armed(db, None, limit=1).items
    doing = [task for task in listing(db, limit=1).items if task.at is not None]
    return StatusView(
        db.name, current.clock, current.clock_mode, current.policy.name, gigs, sent, placed, active,
        asked, timers[0] if timers else None, doing[0] if doing else None,
    )  # fmt: skip
