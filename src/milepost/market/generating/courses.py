"""The courses that made-up orders take, from their placement on, as the clock and their parties move them."""

from heapq import heappop, heappush

from milepost.core import act
from milepost.core.act import Outcome
from milepost.core.order import Order, Timer
from milepost.core.terms import Terms
from milepost.market.generating.behaviour import KEEPING_PLAN, OPENINGS, Intent, Parties
from milepost.store.orders import Change, Origin
from milepost.times import MAX_INSTANT

_NEVER = MAX_INSTANT + 1


class _Course:
    """An order: as it was saved last, as it is, what lies between, the timer due first, and what its parties intend."""

    __slots__ = ("next_at", "order", "origin", "outcomes", "plan", "saved", "timer")

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.order: Order
        self.saved: Order | None = None
        self.outcomes: list[Outcome] = []
        self.timer: Timer | None = None
        self.plan: list[Intent] = []
        self.next_at = 0  # when something happens to it next


class Courses:
    """All orders of a made-up marketplace, until `end`."""

    def __init__(self, parties: Parties, end: int) -> None:
        self._parties, self._end = parties, end
        self._running: dict[int, _Course] = {}
        self._asking: list[tuple[int, int]] = []
        self.placed = self._requested = 0  # how many, which is also the last one's id

    def place(self, terms: Terms, origin: Origin, at: int) -> None:
        """Place an order; all calls come in the order of time."""
        self.placed += 1
        course = self._running[self.placed] = _Course(origin)
        self._note(course, act.place(self.placed, terms, at=at))

    def run(self, until: int) -> list[Change]:
        """What happens to all orders up to and with an instant, by id.

        Each order is taken as far as that at one go, up to where a party opens a request: requests have their ids in
        the order of time, so that these wait for each other.
        """
        for order_id, course in self._running.items():
            if course.next_at <= until:
                self._advance(order_id, course, until)
        while self._asking:
            _, order_id = heappop(self._asking)
            self._requested += 1
            self._advance(order_id, self._running[order_id], until, request_id=self._requested)
        return self._changes()

    def _advance(self, order_id: int, course: _Course, until: int, request_id: int | None = None) -> None:
        while True:
            timer, plan = course.timer, course.plan
            intended_at = plan[-1].at if plan else _NEVER
            if timer is not None and timer.at <= intended_at:
                course.next_at = timer.at
                if timer.at > until:
                    return
                self._note(course, act.fire(course.order))
                continue
            course.next_at = intended_at
            if intended_at > until:
                return
            at, action, actor, args = plan[-1]
            if action in OPENINGS:
                if request_id is None:
                    heappush(self._asking, (at, order_id))
                    return
                args, request_id = {"id": request_id, **args}, None
            plan.pop()
            self._note(course, act.act(course.order, action, actor=actor, at=at, **args))

    def _note(self, course: _Course, outcome: Outcome) -> None:
        """Take an outcome in: what the order is now, when the clock comes to it, and what its parties intend."""
        order, _, (_, at, _, action, _, _), timer = outcome
        course.order = order
        course.outcomes.append(outcome)
        course.timer = timer
        if action not in KEEPING_PLAN:
            course.plan = self._parties.plan(order, timer, at)

    def _changes(self) -> list[Change]:
        changes = []
        for order_id, course in list(self._running.items()):
            if course.outcomes:
                changes.append(Change(course.saved, course.outcomes, course.origin))
                course.saved, course.outcomes = course.order, []
            if course.next_at > self._end:
                del self._running[order_id]
        return changes
