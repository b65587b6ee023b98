"""Orders: as they stand, in a list, their timers, history and requests to cancel."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypedDict, cast

from milepost import commands, rules
from milepost.core import transitions
from milepost.core.act import FileRecord, HistoryEntry
from milepost.core.ledger import Totals
from milepost.core.order import Milestone, Order, Request, Timer, answer_by, deadline, is_legal, timers
from milepost.core.terms import MilestoneTerms
from milepost.core.transitions import Action, Phase, RequestState, State, review_ends_at
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
    Action.REQUEST_LAPSES: (
        "the request lapses and nothing changes",
        (Action.ACCEPT_REQUEST, Action.DECLINE_REQUEST, Action.WITHDRAW_REQUEST),
    ),
    Action.CLEAR: ("the money of milestone {position} becomes available", ()),
}


class ProposedView(NamedTuple):
    """A milestone that one party asks for in the place of what is planned."""

    name: str
    description: str
    days: int
    price_cents: int
    revisions: int | None
    zoom: bool
    substeps: Sequence[str]

    @staticmethod
    def of(agreed: MilestoneTerms) -> "ProposedView":
        """The view of a proposed milestone."""
        return ProposedView(
            agreed.name,
            agreed.description,
            agreed.days,
            agreed.price_cents,
            agreed.revisions,
            agreed.zoom,
            agreed.substeps,
        )


class RequestView(NamedTuple):
    """A request of one party to the other: `kind` is cancel, extend or change; the clock closes it at `answer_by`.

    To cancel a milestone, or the whole order (None), of which the seller keeps `keep_cents`; to have `days` more; or to
    put `proposed` in the place of what is planned.
    """

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
    kind: str
    keep_cents: int
    days: int
    proposed: Sequence[ProposedView]

    @staticmethod
    def of(order: Order, request: Request) -> "RequestView":
        """The view of a request of an order."""
        return RequestView(
            request.id,
            order.id,
            request.position,
            str(request.asker),
            request.reason,
            request.note,
            request.opened_at,
            answer_by(order, request) if request.state == RequestState.OPEN else None,
            str(request.state),
            request.closed_at,
            str(request.kind),
            request.keep_cents,
            request.days,
            [ProposedView.of(agreed) for agreed in request.proposal],
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


class FileView(NamedTuple):
    """A file as it was handed over (rule deliver-final)."""

    name: str
    size: int
    sha256: str


class _Delivered(TypedDict, total=False):
    """What a history keeps of a delivery: what `act` was given."""

    message: str
    files: Sequence[FileRecord]
    links: Sequence[str]


class DeliveryView(NamedTuple):
    """What the seller delivered, and said with it."""

    at: Instant
    message: str
    files: Sequence[FileView]
    links: Sequence[str]


class RevisionRequestView(NamedTuple):
    """What the client asked for in a revision."""

    at: Instant
    message: str


class OrderMilestoneView(NamedTuple):
    """A milestone of an order as it stands; `late_seconds` as `Milestone.late_seconds` counts them.

    `extended_days` were agreed on top of `days`; `kept_cents` is what the seller keeps of a cancelled one.
    """

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
    description: str
    extended_days: int
    kept_cents: int
    deliveries: Sequence[DeliveryView]
    revision_requests: Sequence[RevisionRequestView]

    @staticmethod
    def of(order: Order, milestone: Milestone, now: int, history: Sequence[HistoryEntry]) -> "OrderMilestoneView":
        """The view of a milestone at an instant, with what its history tells of deliveries and revisions."""
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
            terms.description,
            milestone.extended_days,
            milestone.kept_cents,
            deliveries(history, milestone.position),
            revision_requests(history, milestone.position),
        )


def deliveries(history: Sequence[HistoryEntry], position: int) -> list[DeliveryView]:
    """What a history tells of a milestone's deliveries, oldest first."""
    return [_delivery(one) for one in history if (one.action, one.position) == (Action.DELIVER, position)]


def revision_requests(history: Sequence[HistoryEntry], position: int) -> list[RevisionRequestView]:
    """What a history tells of the revisions that were asked for of a milestone, oldest first."""
    asked = [one for one in history if (one.action, one.position) == (Action.REVISE, position)]
    return [RevisionRequestView(one.at, str(one.args.get("message", ""))) for one in asked]


def _delivery(entry: HistoryEntry) -> DeliveryView:
    args = cast("_Delivered", entry.args)
    files = [FileView(**file) for file in args.get("files", ())]
    return DeliveryView(entry.at, args.get("message", ""), files, args.get("links", ()))


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
    def of(order: Order, totals: Totals, now: int, history: Sequence[HistoryEntry]) -> "OrderView":
        """The view of an order at an instant; `totals` are the sums of its entries and `history` what led to it."""
        ends, request = deadline(order), order.open_request
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
            [OrderMilestoneView.of(order, milestone, now, history) for milestone in order.milestones],
            totals.charged_cents,
            totals.escrow_cents,
            totals.released_cents,
            totals.refunded_cents,
            totals.fees_cents,
            order.terms.policy.name,
            order.stopping,
            now,
            [TimerView.of(order, timer) for timer in timers(order)],
            RequestView.of(order, request) if request else None,
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
