"""What an order waits for: who has to do what, and by when."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from milepost.core.order import Order, actors, answer_by, deadline
from milepost.core.transitions import Action, Actor, Phase

# What brings an order on from where it rests. A renewal is the clock's, and an end is nobody's.
_NEXT: Mapping[Phase, tuple[Actor, Action]] = {
    Phase.WORKING: (Actor.SELLER, Action.DELIVER),
    Phase.REVIEW: (Actor.CLIENT, Action.APPROVE),
    Phase.REVISING: (Actor.SELLER, Action.DELIVER),
    Phase.AWAITING_CONTINUE: (Actor.CLIENT, Action.CONTINUE),
}


class Task(NamedTuple):
    """Something that a party has to do: by an instant, or without one where nothing hurries it."""

    at: int | None
    actor: Actor
    action: Action
    position: int | None


def tasks(order: Order) -> Iterator[Task]:
    """What the parties have to do about an order, in no order: bring it on, answer a request, be at a call."""
    yield from _next(order)
    request = order.open_request
    if request is not None:
        (other,) = actors(order, Action.ACCEPT_REQUEST)
        yield Task(answer_by(order, request), other, Action.ACCEPT_REQUEST, request.position)
    running = order.running
    if running is not None and running.call is not None:
        for party in (Actor.SELLER, Actor.CLIENT):
            yield Task(running.call.at, party, Action.SET_CALL, running.position)


def _next(order: Order) -> Iterator[Task]:
    if order.phase not in _NEXT:
        return
    actor, action = _NEXT[order.phase]
    current, timer = order.current, deadline(order)
    at = current.due_at if order.phase is Phase.WORKING else timer.at if timer else None
    concerned = order.upcoming if action is Action.CONTINUE else current
    yield Task(at, actor, action, concerned.position if concerned else None)
