"""The Resolution Center and customer support: how a milestone or a whole order is cancelled."""

from milepost import rules
from milepost.core.order import Order, deadline
from milepost.core.transitions import CANCEL_REASONS, Action, Actor
from milepost.market.orders import Step, acting, perform
from milepost.store import orders
from milepost.store.db import Database
from milepost.views.base import Created, Listing
from milepost.views.orders import OrderView, ReasonView, RequestView

ANSWERS = {
    "accept": Action.ACCEPT_REQUEST,
    "decline": Action.DECLINE_REQUEST,
    "withdraw": Action.WITHDRAW_REQUEST,
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
    view = perform(db, order_id, [Step(Action.OPEN_CANCEL, args, by, numbers="requests")], handle=handle)
    assert view.request is not None
    return Created(view.request.id, view.request)


def answer(db: Database, request_id: int, wanted: str, *, handle: str | None = None) -> OrderView:
    """Accept, decline or withdraw a request. Raises `NotFound`, and as `perform` does."""
    step = Step(ANSWERS[wanted], {"id": request_id})
    with db.read() as connection:
        order_id = orders.order_of_request(connection, request_id)
        order = orders.existing(connection, order_id)
        state = orders.requests_of(connection, order_id)[request_id].state
    if state != "open":  # it stays closed, and its name says more than the order's state would
        acting(order, step, handle)
        raise rules.CANCEL_CHANNEL.refuse(
            why=f"request {request_id} of order {order_id} is closed ({state}); only an open one can be answered",
            order=order_id,
            request=request_id,
            state=state,
        )
    return perform(db, order_id, [step], handle=handle)


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
        answer_by = _answer_by(loaded[order_id]) if request.state == "open" else None
        views.append(RequestView.of(order_id, request, answer_by))
    return Listing.cut("resolution", views, limit)


def _answer_by(order: Order) -> int | None:
    """When the open request counts as accepted; the clock may have money to clear before."""
    timer = deadline(order)
    return timer.at if timer else None


def reasons() -> Listing[ReasonView]:
    """The reasons to cancel (rule cancel-channel)."""
    return Listing("reason", [ReasonView(reason, text) for reason, text in CANCEL_REASONS.items()])
