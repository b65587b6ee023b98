"""Every state that an order can reach: each action of each actor, and each timer, from each state.

Two orders are in one state if they differ in instants and amounts alone, or in what nothing can come of any more. Which
deadlines lie ahead, in which order, and whether one has passed that a request holds, is part of the state; so is
whether the seller kept a part of a milestone, but not how much; so is whether the terms are those that the walk began
with. What a finished milestone was like is not. Days more, and a day late, are instants.

A walk changes what is planned once at most. So there are finitely many states, and each state is walked from the first
order found in it. Whoever asks for the walk says which arguments an action is tried with.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from milepost.core.act import Outcome, act, fire
from milepost.core.ledger import Entry
from milepost.core.order import Milestone, Order, due, held_deadline, possible, timers
from milepost.core.terms import Terms
from milepost.core.transitions import RUNNING, Action, State, Status
from milepost.core.values import JsonValue
from milepost.rules import RuleError

# All arguments of an action that make a difference to an order at an instant, the likeliest first.
Arguments = Callable[[Order, Action, int], Iterable[Mapping[str, JsonValue]]]


class Reached(NamedTuple):
    """A state that was reached: the first order found in it, when, and the states that follow, by their numbers.

    `entries` are all that were written up to it, `step` is what led there from the state with the number `before`.
    """

    order: Order
    at: int
    entries: tuple[Entry, ...]
    before: int
    step: str
    follows: "array[int]"

    @property
    def is_end(self) -> bool:
        """Whether the order has ended and its money is clear, so that support alone could still move it."""
        return self.order.status is not Status.ACTIVE and due(self.order) is None


class Explored(NamedTuple):
    """What a walk found: its states by number, how many transitions lead on, and whether the bound cut it."""

    states: Sequence[Reached]
    transitions: int
    cut: bool

    def path(self, number: int) -> list[str]:
        """The steps that lead from the first state to another one; there is no shorter way."""
        steps = []
        while number:
            steps.append(self.states[number].step)
            number = self.states[number].before
        return steps[::-1]


def explore(
    order: Order,
    entries: tuple[Entry, ...],
    now: int,
    arguments: Arguments,
    *,
    limit: int,
    on_progress: Callable[[int], None] = lambda count: None,
) -> Explored:
    """Walk every state that `order` can reach from an instant on, up to `limit` states, breadth first.

    `on_progress` is told how many were found, each time that one has been walked from.
    """
    arguments = bounded(arguments, order.terms)
    states = [Reached(order, now, entries, 0, "", array("I"))]
    known: dict[object, object] = {}
    numbers = {state_of(order, now, order.terms): 0}
    transitions = 0
    for number, reached in enumerate(states):  # they grow while they are walked
        for outcome in steps(reached.order, reached.at, arguments):
            at = outcome.history_entry.at
            state = state_of(outcome.order, at, order.terms)
            following = numbers.get(state)
            if following is None:
                following = len(states)
                if following >= limit:
                    return Explored(states, transitions, cut=True)
                numbers[_shared(state, known)] = following
                written = reached.entries + outcome.entries
                states.append(Reached(outcome.order, at, written, number, _told(outcome), array("I")))
            reached.follows.append(following)
            transitions += 1
        on_progress(len(states))
    return Explored(states, transitions, cut=False)


def _shared(value: object, known: dict[object, object]) -> object:
    """An equal value, made of the parts of those before: states differ in few parts, and there are many states."""
    if type(value) is tuple:
        value = tuple([_shared(part, known) for part in value])
    return known.setdefault(value, value)


def bounded(arguments: Arguments, agreed: Terms) -> Arguments:
    """The arguments, but for a second change of the plan: else milestones that are dropped add up without end."""

    def asked(order: Order, action: Action, at: int) -> Iterable[Mapping[str, JsonValue]]:
        return () if action is Action.OPEN_CHANGE and order.terms is not agreed else arguments(order, action, at)

    return asked


def state_of(order: Order, now: int, agreed: Terms) -> object:
    """The state of an order at an instant; `agreed` are the terms that the walk began with."""
    request, held = order.open_request, held_deadline(order)
    ahead = sorted([*timers(order), *([held] if held else [])], key=lambda timer: timer.at)
    return (
        order.status,
        order.reason,
        order.stopping,
        order.terms == agreed,
        order.current.position,
        request and (request.asker, request.kind, request.position, request.keep_cents > 0, request.proposal),
        tuple((timer.action, timer.position, timer.at <= now) for timer in ahead),
        tuple(_left_of(milestone) for milestone in order.milestones),
    )


def _left_of(milestone: Milestone) -> object:
    """What of a milestone makes a difference to what can follow, and to where its money has gone."""
    if milestone.state not in (State.PLANNED, *RUNNING):
        return milestone.state, milestone.kept_cents > 0
    terms, has_call = milestone.terms, milestone.call is not None
    agreed = (terms.name, terms.revisions, terms.zoom, terms.substeps, terms.stages)
    return milestone.state, agreed, milestone.revisions_used, milestone.substeps_done, milestone.stages_done, has_call


def steps(order: Order, now: int, arguments: Arguments) -> Iterator[Outcome]:
    """What can come next: every possible action at each of the `moments`, and the first timer itself."""
    for at in moments(order, now):
        for action, actor in possible(order, at):
            for args in arguments(order, action, at):
                try:
                    yield act(order, action, actor=actor, at=at, **args)
                except RuleError:
                    continue
    if due(order):
        yield fire(order)


def moments(order: Order, now: int) -> list[int]:
    """When actions are tried: at once, a second before the first timer, and before and at a deadline that is held."""
    timer, held = due(order), held_deadline(order)
    tried = {now}
    if timer:
        tried.add(timer.at - 1)
    if held:
        tried |= {held.at - 1, held.at}
    return sorted(at for at in tried if now <= at and (timer is None or at < timer.at))


def count_paths(found: Explored, most_steps: int) -> int:
    """How many ways lead from the first state to an end, in at most so many steps."""
    ways = {0: 1}
    ended = 0
    for _ in range(most_steps + 1):
        ended += sum(count for number, count in ways.items() if found.states[number].is_end)
        onward: dict[int, int] = {}
        for number, count in ways.items():
            for following in found.states[number].follows:
                onward[following] = onward.get(following, 0) + count
        ways = onward
    return ended


def _told(outcome: Outcome) -> str:
    line = outcome.history_entry
    where = f" {line.position}" if line.position else ""
    return f"{line.actor}: {line.action}{where}"
