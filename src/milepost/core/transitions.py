"""The order's transition tables, and the words they are written in.

An order is a row of milestones. At most one of them *runs* (active, delivered or revising); those before it are
approved or cancelled, those after it are planned. `MILESTONES` says who can move a milestone from which state to
which, and what money moves with it. A move that leaves no milestone running makes the order itself move: `ORDERS`
says where to, by what comes next (`Next`). `REQUESTS` does the same for a request to cancel. Timers are ordinary rows
whose actor is the clock. Order types appear nowhere: `Terms.follow` says what starts the next milestone.

What no table can hold stands in `core/act.py`, and is labelled there.
"""

from collections.abc import Mapping
from enum import StrEnum
from itertools import product
from typing import NamedTuple

from milepost import rules
from milepost.core.terms import Follow


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
    CHECK_SUBSTEP = "check-substep"
    UNCHECK_SUBSTEP = "uncheck-substep"
    REPORT_STAGE = "report-stage"
    SET_CALL = "set-call"
    OPEN_CANCEL = "open-cancel"
    ACCEPT_REQUEST = "accept-request"
    DECLINE_REQUEST = "decline-request"
    WITHDRAW_REQUEST = "withdraw-request"
    CANCEL_UNANSWERED = "cancel-unanswered"
    SUPPORT_CANCEL = "support-cancel"
    CANCEL = "cancel"
    CLEAR = "clear"


class RequestKind(StrEnum):
    """What a request in the Resolution Center asks for."""

    CANCEL = "cancel"
    EXTEND = "extend"
    CHANGE = "change"


class Money(StrEnum):
    """What money a milestone's move moves."""

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


class MilestoneTransition(NamedTuple):
    """A milestone's move."""

    action: Action
    actor: Actor
    source: State
    target: State
    money: Money


class OrderTransition(NamedTuple):
    """An order's move, once no milestone runs."""

    action: Action
    actor: Actor
    source: Next
    target: Phase
    reason: Reason | None


class RequestTransition(NamedTuple):
    """A move of a request to cancel: `asker` and `other` are the parties, whichever opened it."""

    action: Action
    actor: str
    source: str
    target: str
    cancels: bool  # whether the target state cancels what was asked for


RUNNING = (State.ACTIVE, State.DELIVERED, State.REVISING)
_CLIENT, _SELLER, _SUPPORT, _CLOCK = Actor.CLIENT, Actor.SELLER, Actor.SUPPORT, Actor.CLOCK

MILESTONES: tuple[MilestoneTransition, ...] = (
    MilestoneTransition(Action.PLACE, _CLIENT, State.PLANNED, State.ACTIVE, Money.CHARGE),
    MilestoneTransition(Action.CONTINUE, _CLIENT, State.PLANNED, State.ACTIVE, Money.CHARGE),
    MilestoneTransition(Action.RENEW, _CLOCK, State.PLANNED, State.ACTIVE, Money.CHARGE),
    MilestoneTransition(Action.DELIVER, _SELLER, State.ACTIVE, State.DELIVERED, Money.NONE),
    MilestoneTransition(Action.DELIVER, _SELLER, State.REVISING, State.DELIVERED, Money.NONE),
    MilestoneTransition(Action.REVISE, _CLIENT, State.DELIVERED, State.REVISING, Money.NONE),
    MilestoneTransition(Action.APPROVE, _CLIENT, State.DELIVERED, State.APPROVED, Money.RELEASE),
    MilestoneTransition(Action.REVIEW_SILENCE, _CLOCK, State.DELIVERED, State.APPROVED, Money.RELEASE),
    MilestoneTransition(Action.CLEAR, _CLOCK, State.APPROVED, State.APPROVED, Money.CLEAR),
    # A cancellation, whoever's word or silence settles it (see REQUESTS).
    *(
        MilestoneTransition(Action.CANCEL, actor, source, State.CANCELLED, money)
        for actor, (source, money) in product(
            (_CLIENT, _SELLER, _SUPPORT, _CLOCK),
            (
                (State.PLANNED, Money.NONE),
                (State.ACTIVE, Money.REFUND),
                (State.DELIVERED, Money.REFUND),
                (State.REVISING, Money.REFUND),
            ),
        )
    ),
    MilestoneTransition(Action.CANCEL, _SUPPORT, State.APPROVED, State.CANCELLED, Money.REVERSE),
    # What a party notes while a milestone runs; its state stays.
    *(MilestoneTransition(Action.STOP_AFTER_CURRENT, _CLIENT, state, state, Money.NONE) for state in RUNNING),
    *(
        MilestoneTransition(action, _SELLER, state, state, Money.NONE)
        for action, state in product((Action.CHECK_SUBSTEP, Action.UNCHECK_SUBSTEP, Action.SET_CALL), RUNNING)
    ),
    MilestoneTransition(Action.REPORT_STAGE, _SELLER, State.ACTIVE, State.ACTIVE, Money.NONE),
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
    OrderTransition(Action.CONTINUE_WINDOW, _CLOCK, Next.CLIENT, Phase.ENDED, Reason.CONTINUE_EXPIRED),
    OrderTransition(Action.STOP, _CLIENT, Next.CLIENT, Phase.ENDED, Reason.CLIENT_STOPPED),
    OrderTransition(Action.STOP, _CLIENT, Next.RENEWAL, Phase.ENDED, Reason.CLIENT_STOPPED),
    *(
        OrderTransition(Action.CANCEL, actor, source, target, reason)
        for actor, (source, target, reason) in product(
            (_CLIENT, _SELLER, _SUPPORT, _CLOCK),
            (
                (Next.CLIENT, Phase.AWAITING_CONTINUE, None),
                (Next.RENEWAL, Phase.AWAITING_RENEWAL, None),
                (Next.NOTHING, Phase.ENDED, Reason.CANCELLED),
                (Next.STOPPING, Phase.ENDED, Reason.CANCELLED),
                (Next.LAPSING, Phase.ENDED, Reason.CANCELLED),
            ),
        )
    ),
)

REQUESTS: tuple[RequestTransition, ...] = (
    RequestTransition(Action.OPEN_CANCEL, "asker", "none", "open", False),
    RequestTransition(Action.ACCEPT_REQUEST, "other", "open", "accepted", True),
    RequestTransition(Action.DECLINE_REQUEST, "other", "open", "declined", False),
    RequestTransition(Action.WITHDRAW_REQUEST, "asker", "open", "withdrawn", False),
    RequestTransition(Action.CANCEL_UNANSWERED, "clock", "open", "unanswered", True),
)
MOOT = "moot"  # what an open request becomes when its object is finished some other way

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

MILESTONE_ROWS: Mapping[tuple[Action, State], MilestoneTransition] = {
    (row.action, row.source): row for row in reversed(MILESTONES)
}
ORDER_ROWS: Mapping[tuple[Action, Next], OrderTransition] = {(row.action, row.source): row for row in reversed(ORDERS)}
REQUEST_ROWS: Mapping[Action, RequestTransition] = {row.action: row for row in REQUESTS}

# Who may take each of the parties' actions. Of a request to cancel, REQUESTS says which of the two.
ACTORS: Mapping[Action, tuple[Actor, ...]] = {
    **{
        action: (actor,)
        for action, actor, *_ in (*MILESTONES, *ORDERS)
        if actor is not _CLOCK and action not in (Action.PLACE, Action.CANCEL)
    },
    **{row.action: (_CLIENT, _SELLER) for row in REQUESTS if row.actor != _CLOCK},
    Action.SUPPORT_CANCEL: (_SUPPORT,),
}

PHASE_OF_STATE = {State.ACTIVE: Phase.WORKING, State.DELIVERED: Phase.REVIEW, State.REVISING: Phase.REVISING}
NEXT_OF_FOLLOW = {Follow.CLIENT: Next.CLIENT, Follow.RENEWAL: Next.RENEWAL, Follow.NOTHING: Next.NOTHING}
STOPPING_OF_FOLLOW = {Follow.CLIENT: Next.STOPPING, Follow.RENEWAL: Next.LAPSING, Follow.NOTHING: Next.NOTHING}

# The clock's actions and the rules that they carry out. At one instant they fire in this order.
TIMER_RULES = {
    Action.REVIEW_SILENCE: rules.REVIEW_SILENCE,
    Action.CONTINUE_WINDOW: rules.CONTINUE_WINDOW,
    Action.RENEW: rules.ORDER_RENEWAL,
    Action.CANCEL_UNANSWERED: rules.CANCEL_CHANNEL,
    Action.CLEAR: rules.MONEY_CLEARANCE,
}
