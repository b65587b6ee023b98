"""An order as it stands, and what can be read off it: its phase, its timers, what is possible now.

Nothing here changes an order; that is `core/act.py`. Nothing here knows the time: what depends on it is asked with
`now`.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from milepost import times
from milepost.core.terms import MilestoneTerms, Terms
from milepost.core.transitions import (
    ACTORS,
    DECIDED_BETWEEN,
    MILESTONE_ROWS,
    NEXT_OF_FOLLOW,
    ORDER_ROWS,
    PHASE_OF_STATE,
    REQUEST_ROWS,
    RUNNING,
    STOPPING_OF_FOLLOW,
    TIMER_OF_NEXT,
    TIMER_OF_REQUEST,
    TIMER_OF_STATE,
    TIMER_RULES,
    TIMERS_BESIDE,
    Action,
    Actor,
    Next,
    Phase,
    Reason,
    RequestKind,
    RequestState,
    Role,
    State,
    Status,
)
from milepost.rules import Rule

_TIMER_RANK = {action: rank for rank, action in enumerate(TIMER_RULES)}


class Call(NamedTuple):
    """A call that the seller has set (rule zoom-call)."""

    at: int
    link: str


class Request(NamedTuple):
    """A request of one party to the other. `state` as in REQUESTS.

    To cancel milestone `position`, or the whole order (None), of which the seller keeps `keep_cents`; to have `days`
    more for milestone `position`; or to replace all that is planned by `proposal`. Only a cancellation has a reason.
    """

    id: int
    asker: Actor
    position: int | None
    reason: str | None
    note: str
    opened_at: int
    state: RequestState = RequestState.OPEN
    closed_at: int | None = None
    kind: RequestKind = RequestKind.CANCEL
    keep_cents: int = 0
    days: int = 0
    proposal: tuple[MilestoneTerms, ...] = ()


class Milestone(NamedTuple):
    """The present state of one milestone. Instants are UTC seconds; `ended_at` is its approval or cancellation.

    `clears_at` is set while its released money is pending (rule money-clearance); `extended_days` were agreed on top of
    its terms (rule change-extend); `kept_cents` are what the seller keeps of a cancelled one (rule cancel-split).
    """

    position: int
    terms: MilestoneTerms
    state: State = State.PLANNED
    started_at: int | None = None
    first_delivered_at: int | None = None
    delivered_at: int | None = None
    ended_at: int | None = None
    approved_by: Actor | None = None
    revisions_used: int = 0
    substeps_done: tuple[int, ...] = ()
    stages_done: int = 0
    call: Call | None = None
    clears_at: int | None = None
    extended_days: int = 0
    kept_cents: int = 0

    @property
    def due_at(self) -> int | None:
        """When its work is due (rule order-work-clock); None before it starts."""
        if self.started_at is None:
            return None
        return self.started_at + (self.terms.days + self.extended_days) * times.DAY

    def late_seconds(self, now: int) -> int:
        """By how much its first delivery came, or is, after it was due; 0 if it is not late."""
        if self.due_at is None:
            return 0
        until = self.first_delivered_at or (now if self.state in RUNNING else self.due_at)
        return max(0, until - self.due_at)


class Order(NamedTuple):
    """The present state of an order. `version` counts its accepted actions, the clock's own included."""

    id: int
    terms: Terms
    placed_at: int
    milestones: tuple[Milestone, ...]
    status: Status = Status.ACTIVE
    reason: Reason | None = None
    ended_at: int | None = None
    stopping: bool = False
    request: Request | None = None
    version: int = 0

    @property
    def current(self) -> Milestone:
        """The milestone that was started last."""
        index = -1
        while self.milestones[index].started_at is None:  # the first one is started when the order is placed
            index -= 1
        return self.milestones[index]

    @property
    def running(self) -> Milestone | None:
        """The milestone that is active, delivered or revising."""
        current = self.current
        return current if current.state in RUNNING else None

    @property
    def upcoming(self) -> Milestone | None:
        """The next milestone that can start."""
        for milestone in self.milestones:
            if milestone.state is State.PLANNED:
                return milestone
        return None

    @property
    def stands(self) -> bool:
        """Whether some work was approved and not reversed (rule cancel-order)."""
        return State.APPROVED in [one.state for one in self.milestones]

    @property
    def next(self) -> Next:
        """What comes after the current milestone, or how an order that has ended stands."""
        if self.status is not Status.ACTIVE:
            return Next.STANDING if self.stands else Next.UNDONE
        if self.upcoming is None:
            return Next.NOTHING
        return (STOPPING_OF_FOLLOW if self.stopping else NEXT_OF_FOLLOW)[self.terms.follow]

    @property
    def phase(self) -> Phase:
        """What the order waits for."""
        if self.status is not Status.ACTIVE:
            return Phase.ENDED
        running = self.running
        if running:
            return PHASE_OF_STATE[running.state]
        return Phase.AWAITING_RENEWAL if self.next is Next.RENEWAL else Phase.AWAITING_CONTINUE

    @property
    def open_request(self) -> Request | None:
        """The request that waits for an answer."""
        return self.request if self.request and self.request.state == RequestState.OPEN else None


class Timer(NamedTuple):
    """What the clock will do to an order at instant `at`, if nobody acts before."""

    at: int
    action: Action
    position: int | None

    @property
    def rule(self) -> Rule:
        """The rule that the timer carries out."""
        return TIMER_RULES[self.action]


# ── Timers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def timers(order: Order) -> list[Timer]:
    """Everything the clock will do to the order, soonest first, if nobody acts."""
    return sorted(armed(order), key=_timer_key)


def due(order: Order) -> Timer | None:
    """The timer that fires first."""
    return first(armed(order))


def first(some: Sequence[Timer]) -> Timer | None:
    """The timer out of some that fires first."""
    if len(some) > 1:
        return min(some, key=_timer_key)
    return some[0] if some else None


def deadline(order: Order) -> Timer | None:
    """The timer that will move the order itself, not only its money or a request."""
    return next((timer for timer in timers(order) if timer.action not in TIMERS_BESIDE), None)


def held_deadline(order: Order) -> Timer | None:
    """The deadline that an open request holds, after which only answers are left (rule cancel-hold).

    In the first edition of the rules nothing was too late meanwhile.
    """
    request = order.open_request
    if order.terms.policy.is_first_edition:
        return None
    return _waiting(order) if request is not None and _holds(order, request) else None


def armed(order: Order) -> list[Timer]:
    """Everything the clock will do to the order if nobody acts, in no order."""
    found = _clearances(order) if order.terms.policy.clearance_days else []
    if order.status is not Status.ACTIVE:
        return found
    waits, request = _waiting(order), order.request
    if request is not None:
        holds = _holds(order, request)
        if request.closed_at is None:
            found.append(Timer(answer_by(order, request), TIMER_OF_REQUEST[request.kind].action, request.position))
            waits = None if holds else waits
        elif waits and holds and request.closed_at > waits.at:  # what was held fires when the request is closed
            waits = waits._replace(at=request.closed_at)
    if waits:
        found.append(waits)
    return found


def _clearances(order: Order) -> list[Timer]:
    return [Timer(m.clears_at, Action.CLEAR, m.position) for m in order.milestones if m.clears_at is not None]


def instants(order: Order, some: Sequence[Timer]) -> Iterator[int]:
    """Every instant that the order leads to: of its timers, given as `some`, of a held one, and of the work's due."""
    for timer in some:
        yield timer.at
    held, running = held_deadline(order), order.running
    if held:
        yield held.at
    if running and running.due_at is not None:
        yield running.due_at


def answer_by(order: Order, request: Request) -> int:
    """When the clock closes a request that nobody answers (rules cancel-channel, change-silence)."""
    row = TIMER_OF_REQUEST[request.kind]
    assert row.at is not None
    return row.at(order, request)


def reversal_ends_at(order: Order, milestone: Milestone) -> int:
    """Until when support reverses an approved milestone of an order that has ended (rule money-reversal)."""
    assert milestone.ended_at is not None
    return milestone.ended_at + order.terms.policy.reversal_days * times.DAY


def _timer_key(timer: Timer) -> tuple[int, int, int]:
    return timer.at, _TIMER_RANK[timer.action], timer.position or 0


def _holds(order: Order, request: Request) -> bool:
    """Whether a request is about what the order waits for: a cancellation of what runs, or of the whole order."""
    if order.terms.policy.is_first_edition:
        return request.kind == RequestKind.CANCEL
    return request.kind == RequestKind.CANCEL and request.position in (None, order.current.position)


def _waiting(order: Order) -> Timer | None:
    """The timer of the current milestone: of its review while it is delivered, of what follows once it is finished."""
    current = order.current
    by_state = TIMER_OF_STATE.get(current.state)
    if by_state is not None:
        assert by_state.at is not None
        at = by_state.at(order, current)
        return None if at is None else Timer(at, by_state.action, current.position)
    by_next = TIMER_OF_NEXT.get(order.next) if current.state not in RUNNING else None
    if by_next is None:
        return None
    assert by_next.at is not None
    at = by_next.at(order)
    subject = order.upcoming if by_next.target is Phase.WORKING else current
    return None if at is None or subject is None else Timer(at, by_next.action, subject.position)


# ── What is possible now ────────────────────────────────────────────────────────────────────────────────────────────


def possible(order: Order, at: int | None = None) -> list[tuple[Action, Actor]]:
    """The parties' actions that the tables allow in the order's present state, with who may take them.

    At an instant `at`, if one is given: once a held deadline has passed, only answers are left (rule cancel-hold), and
    an order that ended long ago is not reversed any more (rule money-reversal).
    """
    legal = [action for action in ACTORS if is_legal(order, action)]
    if at is not None:
        held = held_deadline(order)
        legal = [] if _is_settled(order, at) else [action for action in legal if not is_too_late(action, held, at)]
    return [(action, actor) for action in legal for actor in actors(order, action)]


def is_too_late(action: Action, held: Timer | None, at: int) -> bool:
    """Whether an action comes after the deadline that an open request holds; answers and support never do."""
    if held is None or held.at > at:
        return False
    return action not in REQUEST_ROWS and action is not Action.SUPPORT_CANCEL


def _is_settled(order: Order, at: int) -> bool:
    """Whether the order has ended, and too long ago for anything of it to be reversed."""
    approved = [one for one in order.milestones if one.state is State.APPROVED]
    return order.status is not Status.ACTIVE and all(reversal_ends_at(order, one) <= at for one in approved)


def actors(order: Order, action: Action) -> tuple[Actor, ...]:
    """Who may take a party's action; a request belongs to its asker and to the other side."""
    row = REQUEST_ROWS.get(action)
    request = order.open_request if row and row.source is RequestState.OPEN else None
    if row is None or request is None:
        return ACTORS[action]
    other = Actor.SELLER if request.asker is Actor.CLIENT else Actor.CLIENT
    return (request.asker,) if row.actor is Role.ASKER else (other,)


def is_legal(order: Order, action: Action) -> bool:
    """Whether the tables have a row for a party's action in the order's present state."""
    if action in REQUEST_ROWS:
        row = REQUEST_ROWS[action]
        if order.status is not Status.ACTIVE or (row.source is RequestState.OPEN) != (order.open_request is not None):
            return False
        return row.guard is None or row.guard(order)
    if action in DECIDED_BETWEEN and order.running is None:
        return (action, order.next) in ORDER_ROWS
    if action is Action.SUPPORT_CANCEL:
        return any(_has_row(order, milestone, action) for milestone in order.milestones)
    return _has_row(order, order.current, action)


def _has_row(order: Order, milestone: Milestone, action: Action) -> bool:
    row = MILESTONE_ROWS.get((action, milestone.state))
    return row is not None and (row.guard is None or row.guard(order, milestone))
