"""Every state that an order can reach: each action of each actor, and each timer, from each state.

Two orders are in one state if they differ in instants alone; which timers are armed, and in which order they will fire,
is part of the state. So there are finitely many states, and each is walked from the first order found in it.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from milepost.core.act import Outcome, act, fire
from milepost.core.ledger import Entry
from milepost.core.order import Order, due, possible, timers
from milepost.core.transitions import Action, Status
from milepost.core.values import JsonValue
from milepost.rules import RuleError

# All arguments of an action that make a difference to an order at an instant, the likeliest first.
Arguments = Callable[[Order, Action, int], Iterable[Mapping[str, JsonValue]]]


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


def explore(order: Order, entries: tuple[Entry, ...], now: int, arguments: Arguments, *, limit: int) -> Explored:
    """Walk every state that `order` can reach from an instant on, up to `limit` states, breadth first."""
    states: dict[object, Reached] = {state_of(order): Reached(order, entries, (), [])}
    waiting = deque([(state_of(order), now)])
    transitions = 0
    while waiting:
        key, at = waiting.popleft()
        reached = states[key]
        for outcome in steps(reached.order, at, arguments):
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


def steps(order: Order, now: int, arguments: Arguments) -> Iterator[Outcome]:
    """What can come next: every possible action at once, and a second before the first timer; and that timer itself."""
    timer = due(order)
    instants = [now] if timer is None or timer.at > now else []
    if timer and timer.at - 1 > now:
        instants.append(timer.at - 1)
    for at in instants:
        yield from _actions(order, at, arguments)
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


def _actions(order: Order, at: int, arguments: Arguments) -> Iterator[Outcome]:
    for action, actor in possible(order):
        for args in arguments(order, action, at):
            try:
                yield act(order, action, actor=actor, at=at, **args)
            except RuleError:
                continue


def _told(outcome: Outcome) -> str:
    line = outcome.history_entry
    where = f" {line.position}" if line.position else ""
    return f"{line.actor}: {line.action}{where}"
