"""The order's transition tables, and the words they are written in.

An order is a row of milestones. At most one of them *runs* (active, delivered or revising); those before it are
approved or cancelled, those after it are planned. `MILESTONES` says who can move a milestone from which state to
which, and what money moves with it. A move that leaves no milestone running makes the order itself move: `ORDERS`
says where to, by what comes next (`Next`). `REQUESTS` does the same for what one party asks of the other. A timer is
an ordinary row whose actor is the clock and which says at which instant it fires. A row's `guard` says what must be
there beside the state. Order types appear nowhere: `Terms.follow` says what starts the next milestone.

What no table can hold stands in `core/act.py`, and is labelled there.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from milepost import rules, times
from milepost.core.terms import Follow

if TYPE_CHECKING:
    from milepost.core.order import Milestone, Order, Request


class State(StrEnum):
    """Where a milestone is."""

    PLANNED = "planned"
    ACTIVE = "active"
    DELIVERED = "delivered"
    REVISING = "revising"
    APPROVED = "approved"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


class Status(StrEnum):
    """Whether an order goes on, and how it ended."""

    ACTIVE = "active"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Reason(StrEnum):
    """What ended an order."""

    ALL_APPROVED = "all-approved"
    CLIENT_STOPPED = "client-stopped"
    REVIEW_EXPIRED = "review-expired"
    CONTINUE_EXPIRED = "continue-expired"
    CANCELLED = "cancelled"


class Phase(StrEnum):
    """What an order waits for."""

    WORKING = "working"
    REVIEW = "review"
    REVISING = "revising"
    AWAITING_CONTINUE = "awaiting-continue"
    AWAITING_RENEWAL = "awaiting-renewal"
    ENDED = "ended"


class Actor(StrEnum):
    """Who acts (rule actor)."""

    CLIENT = "client"
    SELLER = "seller"
    SUPPORT = "support"
    CLOCK = "clock"


class Action(StrEnum):
    """Everything that can happen to an order. The clock's actions are its timers."""

    PLACE = "place"
    CONTINUE = "continue"
    RENEW = "renew"
    DELIVER = "deliver"
    REVISE = "revise"
    APPROVE = "approve"
    REVIEW_SILENCE = "review-silence"
    CONTINUE_WINDOW = "continue-window"
    STOP = "stop"
    STOP_AFTER_CURRENT = "stop-after-current"
    UNDO_STOP = "undo-stop"
    CHECK_SUBSTEP = "check-substep"
    UNCHECK_SUBSTEP = "uncheck-substep"
    REPORT_STAGE = "report-stage"
    SET_CALL = "set-call"
    OPEN_CANCEL = "open-cancel"
    OPEN_EXTEND = "open-extend"
    OPEN_CHANGE = "open-change"
    ACCEPT_REQUEST = "accept-request"
    DECLINE_REQUEST = "decline-request"
    WITHDRAW_REQUEST = "withdraw-request"
    CANCEL_UNANSWERED = "cancel-unanswered"
    REQUEST_LAPSES = "request-lapses"
    SUPPORT_CANCEL = "support-cancel"
    CANCEL = "cancel"
    CLEAR = "clear"


class RequestKind(StrEnum):
    """What a request in the Resolution Center asks for."""

    CANCEL = "cancel"
    EXTEND = "extend"
    CHANGE = "change"


class RequestState(StrEnum):
    """Where a request is. It is moot when what it was about is finished some other way (rule cancel-moot)."""

    NONE = "none"
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    UNANSWERED = "unanswered"
    LAPSED = "lapsed"
    MOOT = "moot"


class Role(StrEnum):
    """Who moves a request: the party that asked, the other one, or the clock."""

    ASKER = "asker"
    OTHER = "other"
    CLOCK = "clock"


class Money(StrEnum):
    """What money a milestone's move moves. A refund or a reversal may leave the seller a part (rule cancel-split)."""

    NONE = "-"
    CHARGE = "charge"
    RELEASE = "release"
    CLEAR = "clear"
    REFUND = "refund"
    REVERSE = "reverse"


class Next(StrEnum):
    """What comes after the milestone that has just finished."""

    CLIENT = "client starts it"
    RENEWAL = "starts by itself"
    NOTHING = "nothing is left"
    STOPPING = "stop was asked for"
    LAPSING = "renewal was stopped"
    STANDING = "ended, approved work stands"
    UNDONE = "ended, no approved work stands"


class MilestoneTransition(NamedTuple):
    """A milestone's move. `at` is the instant of a timer; None where it is not armed."""

    action: Action
    actor: Actor
    source: State
    target: State
    money: Money
    guard: "Callable[[Order, Milestone], bool] | None" = None
    at: "Callable[[Order, Milestone], int | None] | None" = None


class OrderTransition(NamedTuple):
    """An order's move, once no milestone runs. `at` is the instant of a timer; None where it is not armed."""

    action: Action
    actor: Actor
    source: Next
    target: Phase
    reason: Reason | None
    at: "Callable[[Order], int | None] | None" = None


class RequestTransition(NamedTuple):
    """A move of a request, whichever party opened it. `at` is the instant of a timer."""

    action: Action
    actor: Role
    source: RequestState
    target: RequestState
    grants: bool  # whether what was asked for happens
    guard: "Callable[[Order], bool] | None" = None
    at: "Callable[[Order, Request], int] | None" = None


RUNNING = (State.ACTIVE, State.DELIVERED, State.REVISING)
_CLIENT, _SELLER, _SUPPORT, _CLOCK = Actor.CLIENT, Actor.SELLER, Actor.SUPPORT, Actor.CLOCK

# ── What must be there beside the state, and when the clock acts ────────────────────────────────────────────────────


def _stages_done(order: "Order", milestone: "Milestone") -> bool:
    return milestone.stages_done == len(milestone.terms.stages)


def _stage_left(order: "Order", milestone: "Milestone") -> bool:
    return milestone.stages_done < len(milestone.terms.stages)


def _revision_left(order: "Order", milestone: "Milestone") -> bool:
    return milestone.terms.revisions is None or milestone.revisions_used < milestone.terms.revisions


def _something_follows(order: "Order", milestone: "Milestone") -> bool:
    if order.terms.policy.is_first_edition:
        return not order.stopping
    return order.next in (Next.CLIENT, Next.RENEWAL)


def _next_starts_by_itself(order: "Order", milestone: "Milestone") -> bool:
    return order.next is Next.RENEWAL


def _stop_noted(order: "Order", milestone: "Milestone") -> bool:
    return order.stopping


def _substep_open(order: "Order", milestone: "Milestone") -> bool:
    return len(milestone.substeps_done) < len(milestone.terms.substeps)


def _substep_done(order: "Order", milestone: "Milestone") -> bool:
    return bool(milestone.substeps_done)


def _has_zoom(order: "Order", milestone: "Milestone") -> bool:
    return milestone.terms.zoom


def _something_runs(order: "Order") -> bool:
    return order.running is not None


def _planned_one_by_one(order: "Order") -> bool:
    return order.terms.follow is Follow.CLIENT


def review_ends_at(order: "Order", milestone: "Milestone") -> int | None:
    """The deadline of a delivered milestone's review (rule review-window)."""
    if milestone.state is not State.DELIVERED or milestone.delivered_at is None:
        return None
    return milestone.delivered_at + order.terms.policy.review_hours * times.HOUR


def renewal_at(order: "Order", milestone: "Milestone") -> int:
    """The renewal date of a subscription's cycle (rule order-renewal)."""
    return times.add_months(order.placed_at, milestone.position - 1)


def _clears_at(order: "Order", milestone: "Milestone") -> int | None:
    return milestone.clears_at


def _starts_at(order: "Order") -> int:
    """When the next cycle starts: at its renewal date, or at the end of the one before if that is later."""
    following, ended_at = order.upcoming, order.current.ended_at
    assert following is not None  # only an order whose next cycle starts by itself is asked
    assert ended_at is not None
    return max(renewal_at(order, following), ended_at)


def _continue_ends_at(order: "Order") -> int | None:
    """The deadline of the wait to continue (rule continue-window); after a cancellation it counts from there."""
    current, policy = order.current, order.terms.policy
    if policy.continue_hours is None or current.ended_at is None:
        return None
    counts_delivery = current.state is State.APPROVED and policy.continue_from == "delivery"
    since = (current.delivered_at or current.ended_at) if counts_delivery else current.ended_at
    return max(since + policy.continue_hours * times.HOUR, current.ended_at)


def _answer_ends_at(order: "Order", request: "Request") -> int:
    """When a request that nobody answers is closed by the clock (rules cancel-channel, change-silence)."""
    return request.opened_at + order.terms.policy.resolution_hours * times.HOUR


# ── The tables ──────────────────────────────────────────────────────────────────────────────────────────────────────

_CANCELLABLE = (
    (State.PLANNED, Money.NONE),
    (State.ACTIVE, Money.REFUND),
    (State.DELIVERED, Money.REFUND),
    (State.REVISING, Money.REFUND),
)

MILESTONES: tuple[MilestoneTransition, ...] = (
    MilestoneTransition(Action.PLACE, _CLIENT, State.PLANNED, State.ACTIVE, Money.CHARGE),
    MilestoneTransition(Action.CONTINUE, _CLIENT, State.PLANNED, State.ACTIVE, Money.CHARGE),
    MilestoneTransition(Action.RENEW, _CLOCK, State.PLANNED, State.ACTIVE, Money.CHARGE),
    MilestoneTransition(Action.DELIVER, _SELLER, State.ACTIVE, State.DELIVERED, Money.NONE, _stages_done),
    MilestoneTransition(Action.DELIVER, _SELLER, State.REVISING, State.DELIVERED, Money.NONE),
    MilestoneTransition(Action.REVISE, _CLIENT, State.DELIVERED, State.REVISING, Money.NONE, _revision_left),
    MilestoneTransition(Action.APPROVE, _CLIENT, State.DELIVERED, State.APPROVED, Money.RELEASE),
    MilestoneTransition(
        Action.REVIEW_SILENCE, _CLOCK, State.DELIVERED, State.APPROVED, Money.RELEASE, at=review_ends_at
    ),
    MilestoneTransition(Action.CLEAR, _CLOCK, State.APPROVED, State.APPROVED, Money.CLEAR, at=_clears_at),
    # What the seller kept of a cancelled one clears, too (rule cancel-split).
    MilestoneTransition(Action.CLEAR, _CLOCK, State.CANCELLED, State.CANCELLED, Money.CLEAR, at=_clears_at),
    # A cancellation, whoever's word or silence settles it (see REQUESTS); support's own, of approved work too.
    *(
        MilestoneTransition(Action.CANCEL, actor, source, State.CANCELLED, money)
        for actor, (source, money) in product((_CLIENT, _SELLER, _CLOCK), _CANCELLABLE)
    ),
    *(
        MilestoneTransition(Action.SUPPORT_CANCEL, _SUPPORT, source, State.CANCELLED, money)
        for source, money in (*_CANCELLABLE, (State.APPROVED, Money.REVERSE))
    ),
    # What a party notes while a milestone runs; its state stays. A plain stop waits for a running cycle.
    *(
        MilestoneTransition(action, actor, state, state, Money.NONE, guard)
        for (action, actor, guard), state in product(
            (
                (Action.STOP, _CLIENT, _next_starts_by_itself),
                (Action.STOP_AFTER_CURRENT, _CLIENT, _something_follows),
                (Action.UNDO_STOP, _CLIENT, _stop_noted),
                (Action.CHECK_SUBSTEP, _SELLER, _substep_open),
                (Action.UNCHECK_SUBSTEP, _SELLER, _substep_done),
                (Action.SET_CALL, _SELLER, _has_zoom),
            ),
            RUNNING,
        )
    ),
    MilestoneTransition(Action.REPORT_STAGE, _SELLER, State.ACTIVE, State.ACTIVE, Money.NONE, _stage_left),
)

ORDERS: tuple[OrderTransition, ...] = (
    OrderTransition(Action.APPROVE, _CLIENT, Next.CLIENT, Phase.AWAITING_CONTINUE, None),
    OrderTransition(Action.APPROVE, _CLIENT, Next.RENEWAL, Phase.AWAITING_RENEWAL, None),
    OrderTransition(Action.APPROVE, _CLIENT, Next.NOTHING, Phase.ENDED, Reason.ALL_APPROVED),
    OrderTransition(Action.APPROVE, _CLIENT, Next.STOPPING, Phase.ENDED, Reason.CLIENT_STOPPED),
    OrderTransition(Action.APPROVE, _CLIENT, Next.LAPSING, Phase.ENDED, Reason.CLIENT_STOPPED),
    OrderTransition(Action.REVIEW_SILENCE, _CLOCK, Next.CLIENT, Phase.ENDED, Reason.REVIEW_EXPIRED),
    OrderTransition(Action.REVIEW_SILENCE, _CLOCK, Next.RENEWAL, Phase.AWAITING_RENEWAL, None),
    OrderTransition(Action.REVIEW_SILENCE, _CLOCK, Next.NOTHING, Phase.ENDED, Reason.REVIEW_EXPIRED),
    OrderTransition(Action.REVIEW_SILENCE, _CLOCK, Next.STOPPING, Phase.ENDED, Reason.REVIEW_EXPIRED),
    OrderTransition(Action.REVIEW_SILENCE, _CLOCK, Next.LAPSING, Phase.ENDED, Reason.CLIENT_STOPPED),
    OrderTransition(Action.CONTINUE, _CLIENT, Next.CLIENT, Phase.WORKING, None),
    OrderTransition(
        Action.CONTINUE_WINDOW, _CLOCK, Next.CLIENT, Phase.ENDED, Reason.CONTINUE_EXPIRED, at=_continue_ends_at
    ),
    OrderTransition(Action.RENEW, _CLOCK, Next.RENEWAL, Phase.WORKING, None, at=_starts_at),
    OrderTransition(Action.STOP, _CLIENT, Next.CLIENT, Phase.ENDED, Reason.CLIENT_STOPPED),
    OrderTransition(Action.STOP, _CLIENT, Next.RENEWAL, Phase.ENDED, Reason.CLIENT_STOPPED),
    *(
        OrderTransition(action, actor, source, target, reason)
        for (action, actor), (source, target, reason) in product(
            (
                (Action.CANCEL, _CLIENT),
                (Action.CANCEL, _SELLER),
                (Action.CANCEL, _CLOCK),
                (Action.SUPPORT_CANCEL, _SUPPORT),
            ),
            (
                (Next.CLIENT, Phase.AWAITING_CONTINUE, None),
                (Next.RENEWAL, Phase.AWAITING_RENEWAL, None),
                (Next.NOTHING, Phase.ENDED, Reason.CANCELLED),
                (Next.STOPPING, Phase.ENDED, Reason.CANCELLED),
                (Next.LAPSING, Phase.ENDED, Reason.CANCELLED),
            ),
        )
    ),
    # Support reverses approved work of an order that has ended (rule money-reversal).
    OrderTransition(Action.SUPPORT_CANCEL, _SUPPORT, Next.STANDING, Phase.ENDED, None),
    OrderTransition(Action.SUPPORT_CANCEL, _SUPPORT, Next.UNDONE, Phase.ENDED, Reason.CANCELLED),
)

_OPEN = RequestState.OPEN
REQUESTS: tuple[RequestTransition, ...] = (
    RequestTransition(Action.OPEN_CANCEL, Role.ASKER, RequestState.NONE, _OPEN, False),
    RequestTransition(Action.OPEN_EXTEND, Role.ASKER, RequestState.NONE, _OPEN, False, _something_runs),
    RequestTransition(Action.OPEN_CHANGE, Role.ASKER, RequestState.NONE, _OPEN, False, _planned_one_by_one),
    RequestTransition(Action.ACCEPT_REQUEST, Role.OTHER, _OPEN, RequestState.ACCEPTED, True),
    RequestTransition(Action.DECLINE_REQUEST, Role.OTHER, _OPEN, RequestState.DECLINED, False),
    RequestTransition(Action.WITHDRAW_REQUEST, Role.ASKER, _OPEN, RequestState.WITHDRAWN, False),
    RequestTransition(Action.CANCEL_UNANSWERED, Role.CLOCK, _OPEN, RequestState.UNANSWERED, True, at=_answer_ends_at),
    RequestTransition(Action.REQUEST_LAPSES, Role.CLOCK, _OPEN, RequestState.LAPSED, False, at=_answer_ends_at),
    # The client's word that the order goes on closes a request first (rule cancel-moot).
    *(
        RequestTransition(action, role, _OPEN, state, False)
        for action, (role, state) in product(
            (Action.APPROVE, Action.CONTINUE),
            ((Role.ASKER, RequestState.WITHDRAWN), (Role.OTHER, RequestState.DECLINED)),
        )
    ),
)

CANCEL_REASONS: Mapping[str, str] = {
    "not-as-agreed": "the work is not what was agreed",
    "late": "the work is late",
    "cannot-deliver": "the seller cannot deliver",
    "no-longer-needed": "the client no longer needs the work",
    "no-answer": "the other side does not answer",
    "agreed-together": "both sides agreed to cancel",
    "ordered-by-mistake": "the order was placed by mistake",
    "terms-broken": "the marketplace's terms were broken",
}

_OVERTAKING = (Action.APPROVE, Action.CONTINUE)
MILESTONE_ROWS: Mapping[tuple[Action, State], MilestoneTransition] = {
    (row.action, row.source): row for row in reversed(MILESTONES)
}
ORDER_ROWS: Mapping[tuple[Action, Next], OrderTransition] = {(row.action, row.source): row for row in reversed(ORDERS)}
REQUEST_ROWS: Mapping[Action, RequestTransition] = {
    row.action: row for row in REQUESTS if row.action not in _OVERTAKING
}
OVERTAKING_ROWS: Mapping[tuple[Action, Role], RequestTransition] = {
    (row.action, row.actor): row for row in REQUESTS if row.action in _OVERTAKING
}
# What a party's word on the order overtakes: the one on a milestone settles what was asked of it, the one on what
# comes next also what was asked of that.
OVERTAKEN: Mapping[Action, tuple[RequestKind, ...]] = {
    Action.APPROVE: (RequestKind.CANCEL,),
    Action.CONTINUE: (RequestKind.CANCEL, RequestKind.CHANGE),
}

# What is decided while nothing runs, by ORDERS alone.
DECIDED_BETWEEN = (Action.CONTINUE, Action.STOP)


def _is_partys(action: Action, actor: Actor) -> bool:
    """Whether a party takes the action by itself; a placement and a cancellation follow from others' words."""
    return actor is not _CLOCK and action not in (Action.PLACE, Action.CANCEL)


# Who may take each of the parties' actions. Of a request, REQUESTS says which of the two.
ACTORS: Mapping[Action, tuple[Actor, ...]] = {
    **{row.action: (row.actor,) for row in MILESTONES if _is_partys(row.action, row.actor)},
    **{row.action: (row.actor,) for row in ORDERS if _is_partys(row.action, row.actor)},
    **{action: (_CLIENT, _SELLER) for action, row in REQUEST_ROWS.items() if row.actor is not Role.CLOCK},
}

PHASE_OF_STATE = {State.ACTIVE: Phase.WORKING, State.DELIVERED: Phase.REVIEW, State.REVISING: Phase.REVISING}
NEXT_OF_FOLLOW = {Follow.CLIENT: Next.CLIENT, Follow.RENEWAL: Next.RENEWAL, Follow.NOTHING: Next.NOTHING}
STOPPING_OF_FOLLOW = {Follow.CLIENT: Next.STOPPING, Follow.RENEWAL: Next.LAPSING, Follow.NOTHING: Next.NOTHING}

# The clock's rows, by what they wait for. CLEAR waits beside all of them.
TIMER_OF_STATE = {row.source: row for row in MILESTONES if row.at is not None and row.action is not Action.CLEAR}
TIMER_OF_NEXT = {row.source: row for row in ORDERS if row.at is not None}
TIMER_OF_REQUEST = {
    RequestKind.CANCEL: REQUEST_ROWS[Action.CANCEL_UNANSWERED],
    RequestKind.EXTEND: REQUEST_ROWS[Action.REQUEST_LAPSES],
    RequestKind.CHANGE: REQUEST_ROWS[Action.REQUEST_LAPSES],
}

# The clock's actions and the rules that they carry out. At one instant they fire in this order.
TIMER_RULES = {
    Action.REVIEW_SILENCE: rules.REVIEW_SILENCE,
    Action.CONTINUE_WINDOW: rules.CONTINUE_WINDOW,
    Action.RENEW: rules.ORDER_RENEWAL,
    Action.CANCEL_UNANSWERED: rules.CANCEL_CHANNEL,
    Action.REQUEST_LAPSES: rules.CHANGE_SILENCE,
    Action.CLEAR: rules.MONEY_CLEARANCE,
}

# Of these, what moves money or closes a request, and lets the order stand as it is.
TIMERS_BESIDE = frozenset(
    {row.action for row in MILESTONES if row.at is not None and row.source is row.target}
    | {row.action for row in REQUESTS if row.at is not None and not row.grants}
)
