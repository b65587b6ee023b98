"""The Resolution Center and customer support: how orders are cancelled, extended and changed by agreement."""

from collections.abc import Sequence

from milepost import rules
from milepost.core.terms import MilestoneTerms, plain_of
from milepost.core.transitions import CANCEL_REASONS, Action, Actor, RequestState
from milepost.core.values import JsonValue
from milepost.market.orders import Step, acting, perform, perform_in
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
    keep_cents: int = 0,
    handle: str | None = None,
) -> Created[RequestView]:
    """Ask the other party to cancel a milestone, or the whole order (position None), and to keep a part of its price.

    Raises as `perform` does.
    """
    args = _cancellation(position, reason, note, keep_cents)
    return _opened(db, order_id, Step(Action.OPEN_CANCEL, args, by, numbers="requests"), handle)


def extend(
    db: Database, order_id: int, days: int, *, by: Actor, note: str = "", handle: str | None = None
) -> Created[RequestView]:
    """Ask the other party for more days for the running milestone (rule change-extend). Raises as `perform` does."""
    step = Step(Action.OPEN_EXTEND, {"days": days, "note": note}, by, numbers="requests")
    return _opened(db, order_id, step, handle)


def change(
    db: Database,
    order_id: int,
    planned: Sequence[MilestoneTerms],
    *,
    by: Actor,
    note: str = "",
    handle: str | None = None,
) -> Created[RequestView]:
    """Ask the other party to replace all that is planned (rule change-terms). Raises as `perform` does."""
    args: dict[str, JsonValue] = {"milestones": [plain_of(agreed) for agreed in planned], "note": note}
    return _opened(db, order_id, Step(Action.OPEN_CHANGE, args, by, numbers="requests"), handle)


def _cancellation(position: int | None, reason: str, note: str, keep_cents: int) -> dict[str, JsonValue]:
    """The arguments of a cancellation; a part that is kept is named only where there is one."""
    args: dict[str, JsonValue] = {"position": position, "reason": reason, "note": note}
    return args | {"keep_cents": keep_cents} if keep_cents else args


def _opened(db: Database, order_id: int, step: Step, handle: str | None) -> Created[RequestView]:
    view = perform(db, order_id, [step], handle=handle)
    assert view.request is not None
    return Created(view.request.id, view.request)


def answer(db: Database, request_id: int, wanted: str, *, handle: str | None = None) -> OrderView:
    """Accept, decline or withdraw a request. Raises `NotFound`, and as `perform` does."""
    step = Step(ANSWERS[wanted], {"id": request_id})
    with db.write() as connection:
        order_id, request = orders.request(connection, request_id)
        if request.state != RequestState.OPEN:  # it stays closed, and its name says more than the order's state would
            acting(orders.existing(connection, order_id), step, handle)
            raise rules.CANCEL_CHANNEL.refuse(
                why=f"request {request_id} of order {order_id} is closed ({request.state}); "
                "only an open one can be answered",
                order=order_id,
                request=request_id,
                state=str(request.state),
            )
        return perform_in(connection, order_id, [step], handle=handle)


def support(
    db: Database,
    order_id: int,
    position: int | None,
    *,
    reason: str,
    note: str = "",
    keep_cents: int = 0,
    handle: str | None = None,
) -> OrderView:
    """Cancel at once, as customer support. Raises as `perform` does."""
    args = _cancellation(position, reason, note, keep_cents)
    return perform(db, order_id, [Step(Action.SUPPORT_CANCEL, args)], handle=handle)


def show(db: Database, request_id: int) -> RequestView:
    """A request. Raises `NotFound`."""
    with db.read() as connection:
        order_id, request = orders.request(connection, request_id)
        return RequestView.of(orders.existing(connection, order_id), request)


def last_state(db: Database, order_id: int) -> str:
    """The state of an order's last request; `none` if it has seen none. Raises `NotFound`."""
    with db.read() as connection:
        request = orders.existing(connection, order_id).request
    return str(request.state if request else RequestState.NONE)


def listing(db: Database, *, state: str | None, limit: int) -> Listing[RequestView]:
    """Requests by id, of one state or all."""
    with db.read() as connection:
        found = orders.requests(connection, state=state, limit=limit + 1)
        loaded = orders.referred(connection, {order_id for order_id, _ in found})
    views = [RequestView.of(loaded[order_id], request) for order_id, request in found]
    return Listing.cut("resolution", views, limit)


def reasons() -> Listing[ReasonView]:
    """The reasons to cancel (rule cancel-channel)."""
    return Listing("reason", [ReasonView(reason, text) for reason, text in CANCEL_REASONS.items()])
