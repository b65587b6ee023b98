"""Orders: as they stand, in a list, their timers, history and requests to cancel."""

from dataclasses import dataclass
from typing import Any

from milepost import rules
from milepost.core import transitions
from milepost.core.act import HistoryEntry
from milepost.core.ledger import Totals
from milepost.core.order import Milestone, Order, Request, Timer, deadline, is_legal, timers
from milepost.core.transitions import Action, Phase, State, review_ends_at
from milepost.views.base import iso, iso_at
from milepost.views.offers import OfferView


@dataclass(frozen=True, slots=True)
class TimerView:
    """A timer that is armed: when, of which order or offer, what it does, by which rule, and what prevents it."""

    at: str
    order: int | None
    offer: int | None
    timer: str
    rule: str
    milestone: int | None
    effect: str
    prevent: list[str]

    @staticmethod
    def of(order: Order, timer: Timer) -> "TimerView":
        """The view of an order's timer."""
        effect, prevents = _TIMER_WORDS[timer.action]
        request = order.open_request.id if order.open_request else None
        silence = transitions.ORDER_ROWS.get((timer.action, order.next))
        ends = f"; the order ends ({silence.reason})" if silence and silence.reason else ""
        return TimerView(
            iso_at(timer.at),
            order.id,
            None,
            str(timer.action),
            timer.rule.id,
            timer.position,
            effect.format(position=timer.position) + ends,
            [command.format(id=order.id, request=request) for action, command in prevents if is_legal(order, action)],
        )

    @staticmethod
    def of_expiry(offer_id: int, at: int) -> "TimerView":
        """The view of the expiry of a sent offer."""
        prevent = [f"milepost offer {verb} {offer_id}" for verb in ("accept", "decline", "withdraw")]
        rule = rules.OFFER_LIFECYCLE.id
        return TimerView(iso_at(at), None, offer_id, "expiry", rule, None, "the offer expires", prevent)


_TIMER_WORDS: dict[Action, tuple[str, tuple[tuple[Action, str], ...]]] = {
    Action.REVIEW_SILENCE: (
        "milestone {position} counts as approved and is paid",
        ((Action.APPROVE, "milepost order approve {id}"), (Action.REVISE, "milepost order revise {id}")),
    ),
    Action.CONTINUE_WINDOW: (
        "nothing follows milestone {position}; the rest is skipped",
        ((Action.CONTINUE, "milepost order continue {id}"), (Action.STOP, "milepost order stop {id}")),
    ),
    Action.RENEW: ("cycle {position} starts and is charged", ((Action.STOP, "milepost order stop {id}"),)),
    Action.CANCEL_UNANSWERED: (
        "the request to cancel counts as accepted",
        (
            (Action.DECLINE_REQUEST, "milepost resolution decline {request}"),
            (Action.WITHDRAW_REQUEST, "milepost resolution withdraw {request}"),
        ),
    ),
    Action.CLEAR: ("the money of milestone {position} becomes available", ()),
}


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request to cancel a milestone, or the whole order (None); it counts as accepted at `answer_by`."""

    id: int
    order: int
    milestone: int | None
    by: str
    reason: str | None
    note: str
    opened_at: str
    answer_by: str | None
    state: str
    closed_at: str | None

    @staticmethod
    def of(order_id: int, request: Request, answer_by: int | None) -> "RequestView":
        """The view of a request."""
        return RequestView(
            request.id,
            order_id,
            request.position,
            str(request.asker),
            request.reason,
            request.note,
            iso_at(request.opened_at),
            iso(answer_by),
            request.state,
            iso(request.closed_at),
        )


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order as it stands."""

    id: int
    status: str
    reason: str | None
    type: str
    seller: str
    client: str
    title: str
    placed_at: str
    completed_at: str | None
    phase: str
    deadline_at: str | None
    milestones: list[dict[str, Any]]
    charged_cents: int
    escrow_cents: int
    released_cents: int
    refunded_cents: int
    fees_cents: int
    policy: str
    stopping: bool
    now: str
    timers: list[TimerView]
    request: RequestView | None

    @staticmethod
    def of(order: Order, totals: Totals, now: int) -> "OrderView":
        """The view of an order at an instant; `totals` are the sums of its entries."""
        ends = deadline(order)
        return OrderView(
            order.id,
            str(order.status),
            str(order.reason) if order.reason else None,
            str(order.terms.type),
            order.terms.seller,
            order.terms.client,
            order.terms.title,
            iso_at(order.placed_at),
            iso(order.ended_at),
            str(order.phase),
            iso(ends.at) if ends else None,
            [_milestone(order, milestone, now) for milestone in order.milestones],
            totals.charged_cents,
            totals.escrow_cents,
            totals.released_cents,
            totals.refunded_cents,
            totals.fees_cents,
            order.terms.policy.name,
            order.stopping,
            iso_at(now),
            [TimerView.of(order, timer) for timer in timers(order)],
            RequestView.of(order.id, order.open_request, ends.at if ends else None) if order.open_request else None,
        )


def _milestone(order: Order, milestone: Milestone, now: int) -> dict[str, Any]:
    approved, done = milestone.state is State.APPROVED, set(milestone.substeps_done)
    return {
        "position": milestone.position,
        "name": milestone.terms.name,
        "state": str(milestone.state),
        "price_cents": milestone.terms.price_cents,
        "days": milestone.terms.days,
        "started_at": iso(milestone.started_at),
        "due_at": iso(milestone.due_at),
        "late": milestone.late_seconds(now) > 0,
        "late_seconds": milestone.late_seconds(now),
        "delivered_at": iso(milestone.delivered_at),
        "review_ends_at": iso(review_ends_at(order, milestone)),
        "approved_at": iso(milestone.ended_at) if approved else None,
        "approved_by": str(milestone.approved_by) if approved else None,
        "revisions_used": milestone.revisions_used,
        "revisions_allowed": milestone.terms.revisions,
        "zoom": milestone.terms.zoom,
        "substeps": [
            {"name": name, "done": number in done} for number, name in enumerate(milestone.terms.substeps, start=1)
        ],
        "stages": [
            {"name": stage.name, "done": number <= milestone.stages_done}
            for number, stage in enumerate(milestone.terms.stages, start=1)
        ],
        "call": {"at": iso_at(milestone.call.at), "link": milestone.call.link} if milestone.call else None,
    }


@dataclass(frozen=True, slots=True)
class OrderLineView:
    """An order in a list."""

    id: int
    title: str
    seller: str
    client: str
    type: str
    status: str
    reason: str | None
    phase: str
    milestone: int
    milestones: int
    late: bool
    deadline_at: str | None

    @staticmethod
    def of(order: Order, now: int) -> "OrderLineView":
        """The line of an order at an instant."""
        ends = deadline(order)
        return OrderLineView(
            order.id,
            order.terms.title,
            order.terms.seller,
            order.terms.client,
            str(order.terms.type),
            str(order.status),
            str(order.reason) if order.reason else None,
            str(order.phase),
            order.current.position,
            len(order.milestones),
            order.phase is not Phase.ENDED and order.current.late_seconds(now) > 0,
            iso(ends.at) if ends else None,
        )


@dataclass(frozen=True, slots=True)
class PlacedView:
    """An order that was placed, with the offer it answers."""

    order: OrderView
    offer: OfferView


@dataclass(frozen=True, slots=True)
class OrderedView:
    """An order that was placed from a gig's package."""

    order: OrderView


@dataclass(frozen=True, slots=True)
class HistoryEntryView:
    """One accepted action."""

    number: int
    at: str
    actor: str
    action: str
    milestone: int | None
    args: dict[str, Any]

    @staticmethod
    def of(line: HistoryEntry) -> "HistoryEntryView":
        """The view of a history line."""
        return HistoryEntryView(
            line.number, iso_at(line.at), str(line.actor), str(line.action), line.position, dict(line.args)
        )


@dataclass(frozen=True, slots=True)
class ReasonView:
    """A reason to cancel."""

    reason: str
    text: str
