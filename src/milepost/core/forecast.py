"""What an offer could come to: its order played to the end with made-up clients, through the same `act` as a real one.

The seller delivers when the work is due. What differs is the client: prompt, silent, or one who stops early.
"""

from collections.abc import Callable
from typing import NamedTuple

from milepost.core.act import Outcome, act, fire, place
from milepost.core.explore import Arguments
from milepost.core.order import Order, due, is_legal
from milepost.core.terms import Terms
from milepost.core.transitions import Action, Actor, Phase


class Course(NamedTuple):
    """One way that an order could go: `name` says with which client, `outcomes` what happened."""

    name: str
    outcomes: tuple[Outcome, ...]

    @property
    def end(self) -> Order:
        """The order at its end."""
        return self.outcomes[-1].order


def courses(terms: Terms, at: int, arguments: Arguments) -> list[Course]:
    """The order of an offer accepted at an instant: with a prompt client, a silent one, one who stops after each."""
    stops = [
        Course(f"stops after {position}", _play(terms, at, _stopping(position), arguments))
        for position in range(1, len(terms.milestones))
    ]
    usual = [Course(name, _play(terms, at, client, arguments)) for name, client in _CLIENTS.items()]
    return [*usual, *stops]


Client = Callable[[Order], list[Action]]


def _prompt(order: Order) -> list[Action]:
    """Approves at once, and goes on at once."""
    return [Action.APPROVE] if order.phase is Phase.REVIEW else [Action.CONTINUE]


def _silent(order: Order) -> list[Action]:
    """Never answers."""
    return []


_CLIENTS = {"prompt": _prompt, "silent": _silent}


def _stopping(position: int) -> Client:
    def client(order: Order) -> list[Action]:
        stops = order.phase is not Phase.REVIEW and order.current.position == position
        return [Action.STOP] if stops else _prompt(order)

    return client


def _play(terms: Terms, at: int, client: Client, arguments: Arguments) -> tuple[Outcome, ...]:
    """Everything that happens until the clock has nothing left to do."""
    outcomes = [place(1, terms, at=at)]
    while True:
        order = outcomes[-1].order
        moved = _next(order, client, outcomes[-1].history_entry.at, arguments)
        if not moved:
            return tuple(outcomes)
        outcomes.extend(moved)


def _next(order: Order, client: Client, now: int, arguments: Arguments) -> list[Outcome]:
    """The seller's delivery, the client's answer, or else what the clock does."""
    if order.phase is Phase.WORKING and order.current.due_at is not None:
        return _until(order, order.current.due_at) or [_deliver(order, order.current.due_at, arguments)]
    actions = [action for action in client(order) if is_legal(order, action)]
    if actions:
        return _until(order, now) or [act(order, actions[0], actor=Actor.CLIENT, at=now)]
    return [fire(order)] if due(order) else []


def _until(order: Order, instant: int) -> list[Outcome]:
    """What the clock does first, if it does something up to an instant."""
    timer = due(order)
    return [fire(order)] if timer and timer.at <= instant else []


def _deliver(order: Order, at: int, arguments: Arguments) -> Outcome:
    if order.current.stages_done < len(order.current.terms.stages):
        return act(order, Action.REPORT_STAGE, actor=Actor.SELLER, at=at)
    handed_over = next(iter(arguments(order, Action.DELIVER, at)))
    return act(order, Action.DELIVER, actor=Actor.SELLER, at=at, **handed_over)
