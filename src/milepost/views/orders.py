"""Orders: as they stand, in a list, their timers, history and requests to cancel."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from milepost import commands, rules
from milepost.core import transitions
from milepost.core.act import HistoryEntry
from milepost.core.ledger import Totals
from milepost.core.order import Milestone, Order, Request, Timer, deadline, is_legal, timers
from milepost.core.transitions import Action, Phase, State, review_ends_at
from milepost.views.base import Arguments, Instant


class TimerView(NamedTuple):
    """A timer that is armed: when, of which order or offer, what it does, by which rule, and what prevents it."""

    at: Instant
    order: int | None
    offer: int | None
    timer: str
    rule: str
    milestone: int | None
    effect: str
    prevent: Sequence[str]

    @staticmethod
    def of(order: Order, timer: Timer) -> "TimerView":
        """The view of an order's timer."""
        effect, prevents = _TIMER_WORDS[timer.action]
        facts = commands.facts(order)
        silence = transitions.ORDER_ROWS.get((timer.action, order.next))
        ends = f"; the order ends ({silence.reason})" if silence and silence.reason else ""
        return TimerView(
            timer.at,
            order.id,
            None,
            str(timer.action),
            timer.rule.id,
            timer.position,
            effect.format(position=timer.position) + ends,
            [commands.template_of(action).line(facts) for action in prevents if is_legal(order, action)],
        )

    @staticmethod
    def of_expiry(offer_id: int, at: int) -> "TimerView":
        """The view of the expiry of a sent offer."""
        moves = (commands.ACCEPT_OFFER, commands.DECLINE_OFFER, commands.WITHDRAW_OFFER)
        prevent = [move.line({"offer": offer_id}) for move in moves]
        rule = rules.OFFER_LIFECYCLE.id
        return TimerView(at, None, offer_id, "expiry", rule, None, "the offer expires", prevent)


# What a timer does, and the actions that prevent it.
_TIMER_WORDS: Mapping[Action, tuple[str, tuple[Action, ...]]] = {
    Action.REVIEW_SILENCE: ("milestone {position} counts as approved and is paid", (Action.APPROVE, Action.REVISE)),
    Action.CONTINUE_WINDOW: (
        "nothing follows milestone {position}; the rest is skipped",
        (Action.CONTINUE, Action.STOP),
    ),
    Action.RENEW: ("cycle {position} starts and is charged", (Action.STOP,)),
    Action.CANCEL_UNANSWERED: (
        "the request to cancel counts as accepted",
        (Action.DECLINE_REQUEST, Action.WITHDRAW_REQUEST),
    ),
    Action.CLEAR: ("the money of milestone {position} becomes available", ()),
}


class RequestView(NamedTuple):
    """A request to cancel a milestone, or the whole order (None); it counts as accepted at `answer_by`."""

    id: int
    order: int
    milestone: int | None
    by: str
    reason: str | None
    note: str
    opened_at: Instant
    answer_by: Instant | None
    state: str
    closed_at: Instant | None

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
            request.opened_at,
            answer_by,
            request.state,
            request.closed_at,
        )


class SubstepView(NamedTuple):
    """A step inside a milestone, and whether the seller has ticked it off."""

    name: str
    done: bool


class StageView(NamedTuple):
    """A stage of a single payment with its own substeps, and whether the seller has reported it complete."""

    name: str
    done: bool
    substeps: Sequence[SubstepView]


class CallView(NamedTuple):
    """A call that the seller has set (rule zoom-call)."""

    at: Instant
    link: str


class OrderMilestoneView(NamedTuple):
    """A milestone of an order as it stands; `late_seconds` as `Milestone.late_seconds` counts them."""

    position: int
    name: str
    state: str
    price_cents: int
    days: int
    started_at: Instant | None
    due_at: Instant | None
    late: bool
    late_seconds: int
    delivered_at: Instant | None
    review_ends_at: Instant | None
    approved_at: Instant | None
    approved_by: str | None
    revisions_used: int
    revisions_allowed: int | None
    zoom: bool
    substeps: Sequence[SubstepView]
    stages: Sequence[StageView]
    call: CallView | None

    @staticmethod
    def of(order: Order, milestone: Milestone, now: int) -> "OrderMilestoneView":
        """The view of a milestone at an instant."""
        terms, late_seconds = milestone.terms, milestone.late_seconds(now)
        approved, done = milestone.state is State.APPROVED, set(milestone.substeps_done)
        return OrderMilestoneView(
            milestone.position,
            terms.name,
            str(milestone.state),
            terms.price_cents,
            terms.days,
            milestone.started_at,
            milestone.due_at,
            late_seconds > 0,
            late_seconds,
            milestone.delivered_at,
            review_ends_at(order, milestone),
            milestone.ended_at if approved else None,
            str(milestone.approved_by) if approved else None,
            milestone.revisions_used,
            terms.revisions,
            terms.zoom,
            [SubstepView(name, number in done) for number, name in enumerate(terms.substeps, start=1)],
            _stages(milestone, done),
            CallView(*milestone.call) if milestone.call else None,
        )


def _stages(milestone: Milestone, done: set[int]) -> list[StageView]:
    """The stages of a milestone, each with the substeps that are its own."""
    views, first = [], 1
    for number, stage in enumerate(milestone.terms.stages, start=1):
        own = range(first, first + stage.substeps)
        substeps = [SubstepView(milestone.terms.substeps[one - 1], one in done) for one in own]
        views.append(StageView(stage.name, number <= milestone.stages_done, substeps))
        first += stage.substeps
    return views


class OrderView(NamedTuple):
    """An order as it stands."""

    id: int
    status: str
    reason: str | None
    type: str
    seller: str
    client: str
    title: str
    placed_at: Instant
    completed_at: Instant | None
    phase: str
    deadline_at: Instant | None
    milestones: Sequence[OrderMilestoneView]
    charged_cents: int
    escrow_cents: int
    released_cents: int
    refunded_cents: int
    fees_cents: int
    policy: str
    stopping: bool
    now: Instant
    timers: Sequence[TimerView]
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
            order.placed_at,
            order.ended_at,
            str(order.phase),
            ends.at if ends else None,
            [OrderMilestoneView.of(order, milestone, now) for milestone in order.milestones],
            totals.charged_cents,
            totals.escrow_cents,
            totals.released_cents,
            totals.refunded_cents,
            totals.fees_cents,
            order.terms.policy.name,
            order.stopping,
            now,
            [TimerView.of(order, timer) for timer in timers(order)],
            RequestView.of(order.id, order.open_request, ends.at if ends else None) if order.open_request else None,
        )


class OrderLineView(NamedTuple):
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
    deadline_at: Instant | None

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
            ends.at if ends else None,
        )


class OrderedView(NamedTuple):
    """An order that was placed from a gig's package."""

    order: OrderView


class HistoryEntryView(NamedTuple):
    """One accepted action."""

    number: int
    at: Instant
    actor: str
    action: str
    milestone: int | None
    args: Arguments

    @staticmethod
    def of(line: HistoryEntry) -> "HistoryEntryView":
        """The view of a history line."""
        return HistoryEntryView(line.number, line.at, str(line.actor), str(line.action), line.position, dict(line.args))


class ReasonView(NamedTuple):
    """A reason to cancel."""

    reason: str
    text: str
