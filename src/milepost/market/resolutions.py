"""The Resolution Center and customer support: how a milestone or a whole order is cancelled."""

from milepost.core.order import due
from milepost.core.tables import CANCEL_REASONS, Action, Actor
from milepost.market.orders import Step, perform
from milepost.store import orders
from milepost.store.db import Database
from milepost.views import Created, Listing, OrderView, ReasonView, RequestView

ANSWERS = {
    "accept": Action.ACCEPT_CANCEL,
    "decline": Action.DECLINE_CANCEL,
    "withdraw": Action.WITHDRAW_CANCEL,
}


def open_request(
    db: Database,
    order_id: int,
    position: int | None,
    *,
    by: Actor,
    reason: str,
    note: str = "",
    handle: str | None = None,
) -> Created[RequestView]:
    """Ask the other party to cancel a milestone, or the whole order (position None). Raises as `perform` does."""
    args = {"position": position, "reason": reason, "note": note}
    perform(db, order_id, [Step(Action.OPEN_CANCEL, args, by, numbers="requests")], handle=handle)
    with db.read() as connection:
        order = orders.existing(connection, order_id)
    request, timer = order.request, due(order)
    assert request is not None
    return Created(request.id, RequestView.of(order_id, request, timer.at if timer else None))


def answer(db: Database, request_id: int, wanted: str, *, handle: str | None = None) -> OrderView:
    """Accept, decline or withdraw a request. Raises `NotFound`, and as `perform` does."""
    with db.read() as connection:
        order_id = orders.order_of_request(connection, request_id)
    return perform(db, order_id, [Step(ANSWERS[wanted], {"id": request_id})], handle=handle)


def support(
    db: Database, order_id: int, position: int | None, *, reason: str, note: str = "", handle: str | None = None
) -> OrderView:
    """Cancel at once, as customer support. Raises as `perform` does."""
    args = {"position": position, "reason": reason, "note": note}
    return perform(db, order_id, [Step(Action.SUPPORT_CANCEL, args)], handle=handle)


def listing(db: Database, *, state: str | None, limit: int) -> Listing[RequestView]:
    """Requests by id, of one state or all."""
    with db.read() as connection:
        found = orders.requests(connection, state=state, limit=limit + 1)
        loaded = orders.load(connection, {order_id for order_id, _ in found})
    views = []
    for order_id, request in found:
        timer = due(loaded[order_id]) if request.state == "open" else None
        views.append(RequestView.of(order_id, request, timer.at if timer else None))
    return Listing.cut("resolution", views, limit)


def reasons() -> Listing[ReasonView]:
    """The reasons to cancel (rule cancel-channel)."""
    return Listing("reason", [ReasonView(reason, text) for reason, text in CANCEL_REASONS.items()])
