"""Every state that an order can reach: each action of each actor, and each timer, from each state.

Two orders are in one state if they differ in instants alone; which timers are armed, and in which order they will fire,
is part of the state. So there are finitely many states, and each is walked from the first order found in it.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from milepost import times
from milepost.core.act import Outcome, act, fire
from milepost.core.ledger import Entry
from milepost.core.order import Order, due, possible, timers
from milepost.core.transitions import CANCEL_REASONS, Action, Status
from milepost.rules import RuleError

HANDOVER = "https://example.com/handover"  # a final delivery hands something over (rule deliver-final)


class Reached(NamedTuple):
    """A state that was reached: the first order found in it, what led there, and the states that follow."""

    order: Order
    entries: tuple[Entry, ...]
    path: tuple[str, ...]
    follows: list[object]

    @property
    def is_end(self) -> bool:
        """Whether nothing can follow; a state that a cut walk has not left yet is no end."""
        return self.order.status is not Status.ACTIVE and due(self.order) is None


class Explored(NamedTuple):
    """What a walk found: its states by their key, how many transitions lead on, and whether the bound cut it."""

    states: Mapping[object, Reached]
    transitions: int
    cut: bool


def explore(order: Order, entries: tuple[Entry, ...], now: int, *, limit: int) -> Explored:
    """Walk every state that `order` can reach from an instant on, up to `limit` states, breadth first."""
    states: dict[object, Reached] = {state_of(order): Reached(order, entries, (), [])}
    waiting = deque([(state_of(order), now)])
    transitions = 0
    while waiting:
        key, at = waiting.popleft()
        reached = states[key]
        for outcome in steps(reached.order, at):
            following = state_of(outcome.order)
            if following not in states and len(states) >= limit:
                return Explored(states, transitions, cut=True)
            reached.follows.append(following)
            transitions += 1
            if following in states:
                continue
            path = (*reached.path, _told(outcome))
            states[following] = Reached(outcome.order, reached.entries + outcome.entries, path, [])
            waiting.append((following, outcome.history_entry.at))
    return Explored(states, transitions, cut=False)


def state_of(order: Order) -> object:
    """What of an order is left without its instants."""
    request = order.open_request
    return (
        order.status,
        order.reason,
        order.stopping,
        request and (request.asker, request.position),
        tuple((timer.action, timer.position) for timer in timers(order)),
        tuple(
            (one.state, one.revisions_used, one.substeps_done, one.stages_done, one.call is not None)
            for one in order.milestones
        ),
    )


def steps(order: Order, now: int) -> Iterator[Outcome]:
    """What can come next: every possible action at once, and a second before the first timer; and that timer itself."""
    timer = due(order)
    instants = [now] if timer is None or timer.at > now else []
    if timer and timer.at - 1 > now:
        instants.append(timer.at - 1)
    for at in instants:
        yield from _actions(order, at)
    if timer:
        yield fire(order)


def count_paths(found: Explored, start: object, most_steps: int) -> int:
    """How many ways lead from `start` to a state from which nothing follows, in at most so many steps."""
    ways = {start: 1}
    ended = 0
    for _ in range(most_steps + 1):
        ended += sum(count for key, count in ways.items() if found.states[key].is_end)
        onward: dict[object, int] = {}
        for key, count in ways.items():
            for following in found.states[key].follows:
                onward[following] = onward.get(following, 0) + count
        ways = onward
    return ended


def _actions(order: Order, at: int) -> Iterator[Outcome]:
    for action, actor in possible(order):
        for args in _arguments(order, action):
            try:
                yield act(order, action, actor=actor, at=at, **args)
            except RuleError:
                continue


def _arguments(order: Order, action: Action) -> list[dict[str, Any]]:
    """The arguments that make a difference."""
    positions = [None, *range(1, len(order.milestones) + 1)]
    numbers = range(1, len(order.current.terms.substeps) + 1)
    reason = next(iter(CANCEL_REASONS))
    given: dict[Action, list[dict[str, Any]]] = {
        Action.DELIVER: [{"links": [HANDOVER]}],
        Action.CHECK_SUBSTEP: [{"number": number} for number in numbers],
        Action.UNCHECK_SUBSTEP: [{"number": number} for number in numbers],
        Action.SET_CALL: [{"call_at": times.MAX_INSTANT, "link": HANDOVER}],
        Action.OPEN_CANCEL: [{"id": 1, "reason": reason, "position": position} for position in positions],
        Action.SUPPORT_CANCEL: [{"reason": reason, "position": position} for position in positions],
    }
    return given.get(action, [{}])


def _told(outcome: Outcome) -> str:
    line = outcome.history_entry
    where = f" {line.position}" if line.position else ""
    return f"{line.actor}: {line.action}{where}"
