"""An order as it stands, and what can be read off it: its phase, its timers, what is possible now.

Nothing here changes an order; that is `core/act.py`. Nothing here knows the time: what depends on it is asked with
`now`.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from milepost import times
from milepost.core.terms import MilestoneTerms, Terms
from milepost.core.transitions import (
    ACTORS,
    MILESTONE_ROWS,
    NEXT_OF_FOLLOW,
    ORDER_ROWS,
    PHASE_OF_STATE,
    REQUEST_ROWS,
    RUNNING,
    STOPPING_OF_FOLLOW,
    TIMER_RULES,
    Action,
    Actor,
    Next,
    Phase,
    Reason,
    RequestKind,
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
    state: str = "open"
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
    def next(self) -> Next:
        """What comes after the current milestone."""
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
        """The request to cancel that waits for an answer."""
        return self.request if self.request and self.request.state == "open" else None


class Timer(NamedTuple):
    """What the clock will do to an order at instant `at`, if nobody acts before."""

    at: int
    action: Action
    position: int | None

    @property
    def rule(self) -> Rule:
        """The rule that the timer carries out."""
        return TIMER_RULES[self.action]


# ── Reading an order ────────────────────────────────────────────────────────────────────────────────────────────────


def review_ends_at(order: Order, milestone: Milestone) -> int | None:
    """The deadline of a delivered milestone's review (rule review-window)."""
    if milestone.state is not State.DELIVERED or milestone.delivered_at is None:
        return None
    return milestone.delivered_at + order.terms.policy.review_hours * times.HOUR


def renewal_at(order: Order, milestone: Milestone) -> int:
    """The renewal date of a subscription's cycle (rule order-renewal)."""
    return times.add_months(order.placed_at, milestone.position - 1)


def timers(order: Order) -> list[Timer]:
    """Everything the clock will do to the order, soonest first, if nobody acts."""
    return sorted(_armed(order), key=_timer_key)


def due(order: Order) -> Timer | None:
    """The timer that fires first."""
    armed = _armed(order)
    if len(armed) > 1:
        return min(armed, key=_timer_key)
    return armed[0] if armed else None


def deadline(order: Order) -> Timer | None:
    """The timer that will move the order itself, not only its money."""
    return next((timer for timer in timers(order) if timer.action is not Action.CLEAR), None)


def _timer_key(timer: Timer) -> tuple[int, int, int]:
    return timer.at, _TIMER_RANK[timer.action], timer.position or 0


def _armed(order: Order) -> list[Timer]:
    armed = [Timer(m.clears_at, Action.CLEAR, m.position) for m in order.milestones if m.clears_at is not None]
    if order.status is not Status.ACTIVE:
        return armed
    request = order.request
    if request and request.closed_at is None:  # it holds every other deadline (rule cancel-hold)
        resolution_seconds = order.terms.policy.resolution_hours * times.HOUR
        armed.append(Timer(request.opened_at + resolution_seconds, Action.CANCEL_UNANSWERED, request.position))
        return armed
    waits = _waiting(order)
    if waits and request and request.closed_at and request.closed_at > waits.at:
        waits = waits._replace(at=request.closed_at)
    if waits:
        armed.append(waits)
    return armed


def _waiting(order: Order) -> Timer | None:
    """The timer of the current milestone: of its review while it is delivered, of what follows once it is finished."""
    current, policy = order.current, order.terms.policy
    if current.state is State.DELIVERED:
        ends_at = review_ends_at(order, current)
        assert ends_at is not None
        return Timer(ends_at, Action.REVIEW_SILENCE, current.position)
    following, ended_at = order.upcoming, current.ended_at
    if following is None or ended_at is None:
        return None
    if order.next is Next.RENEWAL:
        return Timer(max(renewal_at(order, following), ended_at), Action.RENEW, following.position)
    if policy.continue_hours is None:
        return None
    counts_delivery = current.state is State.APPROVED and policy.continue_from == "delivery"
    since = (current.delivered_at or ended_at) if counts_delivery else ended_at
    window_ends_at = since + policy.continue_hours * times.HOUR
    return Timer(max(window_ends_at, ended_at), Action.CONTINUE_WINDOW, current.position)


def possible(order: Order) -> list[tuple[Action, Actor]]:
    """The parties' actions that the tables allow in the order's present state, with who may take them."""
    return [(action, actor) for action in ACTORS for actor in actors(order, action) if is_legal(order, action)]


def actors(order: Order, action: Action) -> tuple[Actor, ...]:
    """Who may take a party's action; a request to cancel belongs to its asker and to the other side."""
    request, row = order.open_request, REQUEST_ROWS.get(action)
    if request is None or row is None or row.source != "open":
        return ACTORS[action]
    other = Actor.SELLER if request.asker is Actor.CLIENT else Actor.CLIENT
    return (request.asker,) if row.actor == "asker" else (other,)


def is_legal(order: Order, action: Action) -> bool:
    """Whether the tables have a row for a party's action in the order's present state."""
    if order.status is not Status.ACTIVE:
        return False
    if action in REQUEST_ROWS:
        return (REQUEST_ROWS[action].source == "open") == (order.open_request is not None)
    if action is Action.SUPPORT_CANCEL:
        return True
    if action is Action.STOP:
        return stops_later(order) or (order.running is None and (action, order.next) in ORDER_ROWS)
    if action is Action.CONTINUE:
        return order.running is None and order.next is Next.CLIENT
    current = order.current
    return (action, current.state) in MILESTONE_ROWS and _has_object(order, current, action)


def stops_later(order: Order) -> bool:
    """Whether a plain stop waits for the running milestone: where the next one would start by itself."""
    return order.running is not None and order.next is Next.RENEWAL


def _has_object(order: Order, milestone: Milestone, action: Action) -> bool:
    """Whether there is something left that the action is about."""
    has = _HAS_OBJECT.get(action)
    return has is None or has(order, milestone)


_HAS_OBJECT: Mapping[Action, Callable[[Order, Milestone], bool]] = {
    Action.DELIVER: lambda order, m: m.stages_done == len(m.terms.stages),
    Action.REVISE: lambda order, m: m.terms.revisions is None or m.revisions_used < m.terms.revisions,
    Action.STOP_AFTER_CURRENT: lambda order, m: not order.stopping,
    Action.CHECK_SUBSTEP: lambda order, m: len(m.substeps_done) < len(m.terms.substeps),
    Action.UNCHECK_SUBSTEP: lambda order, m: bool(m.substeps_done),
    Action.REPORT_STAGE: lambda order, m: m.stages_done < len(m.terms.stages),
    Action.SET_CALL: lambda order, m: m.terms.zoom,
}
