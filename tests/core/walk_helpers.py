"""An exhaustive walk: every state that an order can reach, every action of every actor tried in each.

Two orders are in one state here if they differ in instants alone; which timers are armed, and in which order they will
fire, is part of the state. So there are finitely many states, and each one is walked from the first order found in it.
Which rows of the tables a step took is read off the orders before and after it: the code that is tested says nothing.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from core.order_helpers import LINK, REASON
from milepost import times
from milepost.core import act as core
from milepost.core.act import Outcome
from milepost.core.ledger import Entry, Kind, totals
from milepost.core.order import Milestone, Order, due, possible, timers
from milepost.core.terms import Terms
from milepost.core.transitions import (
    ACTORS,
    NEXT_OF_FOLLOW,
    RUNNING,
    Action,
    Actor,
    MilestoneTransition,
    Money,
    Next,
    OrderTransition,
    RequestTransition,
    State,
    Status,
)
from milepost.rules import RuleError

CANCELS = {Action.ACCEPT_REQUEST, Action.SUPPORT_CANCEL, Action.CANCEL_UNANSWERED}
NOTES = {Action.STOP_AFTER_CURRENT, Action.CHECK_SUBSTEP, Action.UNCHECK_SUBSTEP, Action.SET_CALL, Action.REPORT_STAGE}
MONEY = {
    frozenset[Kind](): Money.NONE,
    frozenset({Kind.CHARGE}): Money.CHARGE,
    frozenset({Kind.RELEASE}): Money.RELEASE,
    frozenset({Kind.CLEAR}): Money.CLEAR,
    frozenset({Kind.REFUND}): Money.REFUND,
    frozenset({Kind.REVERSAL}): Money.REVERSE,
}
FEE_KINDS = {Kind.CLIENT_FEE, Kind.SELLER_FEE, Kind.CLIENT_FEE_REFUND, Kind.SELLER_FEE_REVERSAL}
NEVER_STARTED = {State.SKIPPED, State.PLANNED}

Row = MilestoneTransition | OrderTransition | RequestTransition


class Try(NamedTuple):
    """An action that somebody could try."""

    action: Action
    actor: Actor
    args: dict[str, Any]


@dataclass
class Walked:
    """What a walk found."""

    states: int = 0
    transitions: int = 0
    refusals: int = 0
    rows: set[Row] = field(default_factory=set)


def explore(agreed: Terms, at: int) -> Walked:
    """Walk every state of an order on these terms, and check in each what must always hold."""
    found = Walked()
    placed = core.place(7, agreed, at=at)
    found.rows |= rows_taken(None, placed)
    waiting = deque([(placed.order, placed.entries, at)])
    seen = {state_of(placed.order)}
    while waiting:
        order, entries, now = waiting.popleft()
        check_state(order, entries)
        for outcome in steps(order, now, found):
            found.transitions += 1
            found.rows |= rows_taken(order, outcome)
            state = state_of(outcome.order)
            if state not in seen:
                seen.add(state)
                waiting.append((outcome.order, entries + outcome.entries, outcome.history_entry.at))
    found.states = len(seen)
    return found


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


# ── Steps ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def steps(order: Order, now: int, found: Walked) -> Iterator[Outcome]:
    """Every action that is accepted: at once, a second before the first timer, and the timer itself.

    What is refused must leave the order as it was, and what is accepted must be what `possible` says.
    """
    timer, expected = due(order), set(possible(order))
    everything = list(tries(order))
    legal = [one for one in everything if (one.action, one.actor) in expected]
    as_told = repr(order)
    if timer is None or timer.at > now:
        yield from accepted(order, now, everything, expected, found)
    if timer is not None:
        if timer.at - 1 > now:
            yield from accepted(order, timer.at - 1, legal, expected, found)
        yield from accepted(order, timer.at, legal, set(), found)
        yield core.fire(order)
    assert repr(order) == as_told


def accepted(
    order: Order, at: int, attempts: list[Try], expected: set[tuple[Action, Actor]], found: Walked
) -> Iterator[Outcome]:
    """What comes of the attempts that are accepted at an instant; they must be those that are expected, no others."""
    took = set()
    for action, actor, args in attempts:
        try:
            outcome = core.act(order, action, actor=actor, at=at, **args)
        except RuleError:
            found.refusals += 1
        else:
            took.add((action, actor))
            yield outcome
    assert took == expected, (order, took ^ expected)


def tries(order: Order) -> Iterator[Try]:
    """Every action of everybody, with the arguments that make a difference."""
    positions = [None, *range(1, len(order.milestones) + 1)]
    args: dict[Action, list[dict[str, Any]]] = {
        Action.DELIVER: [{"links": [LINK]}, {"message": "no file"}],
        Action.CHECK_SUBSTEP: [{"number": number} for number in (1, 2)],
        Action.UNCHECK_SUBSTEP: [{"number": number} for number in (1, 2)],
        Action.SET_CALL: [{"call_at": times.MAX_INSTANT, "link": LINK}],
        Action.OPEN_CANCEL: [{"id": 1, "reason": REASON, "position": position} for position in positions],
        Action.SUPPORT_CANCEL: [{"reason": REASON, "position": position} for position in positions],
    }
    for action in ACTORS:
        for actor in Actor:
            for given in args.get(action, [{}]):
                yield Try(action, actor, given)


# ── What must hold in every state ───────────────────────────────────────────────────────────────────────────────────


def check_state(order: Order, entries: tuple[Entry, ...]) -> None:
    """Rule money-conserved, and what the states of the milestones have to do with each other."""
    found = totals(entries)
    running = [one for one in order.milestones if one.state in RUNNING]
    started = [one.position for one in order.milestones if one.started_at is not None]
    once = [(entry.position, entry.kind) for entry in entries]
    assert found.balanced, found
    assert len(running) <= 1
    assert found.escrow_cents == sum(one.terms.price_cents for one in running)
    assert len(set(once)) == len(once), once
    assert [entry.position for entry in entries if entry.kind is Kind.CHARGE] == started
    assert found.released_cents == sum(
        _net_cents(order, one) for one in order.milestones if one.state is State.APPROVED
    )
    assert all(entry.amount_cents > 0 for entry in entries)
    if order.status is Status.ACTIVE:
        assert State.SKIPPED not in [one.state for one in order.milestones]
        assert order.reason is None
        assert order.ended_at is None
    else:
        approved = State.APPROVED in [one.state for one in order.milestones]
        assert not running
        assert order.open_request is None
        assert order.status is (Status.COMPLETED if approved else Status.CANCELLED)
        assert {timer.action for timer in timers(order)} <= {Action.CLEAR}
        assert possible(order) == []


def _net_cents(order: Order, milestone: Milestone) -> int:
    price = milestone.terms.price_cents
    return price - order.terms.policy.seller_fee_cents(price) if milestone.state is State.APPROVED else 0


# ── The rows that a step took ───────────────────────────────────────────────────────────────────────────────────────


def rows_taken(before: Order | None, outcome: Outcome) -> set[Row]:
    """The rows of the three tables that lead from the order before to the outcome."""
    return {*_milestone_rows(before, outcome), *_order_rows(before, outcome), *_request_rows(before, outcome)}


def _milestone_rows(before: Order | None, outcome: Outcome) -> Iterator[MilestoneTransition]:
    line, after = outcome.history_entry, outcome.order
    for one in after.milestones:
        source = before.milestones[one.position - 1].state if before else State.PLANNED
        kinds = {entry.kind for entry in outcome.entries if entry.position == one.position} - FEE_KINDS
        noted = line.position == one.position and line.action in {*NOTES, Action.CLEAR}
        if one.state is State.SKIPPED or (one.state is source and not noted):
            assert not kinds, (line, kinds)
            continue
        action = Action.CANCEL if one.state is State.CANCELLED else line.action
        yield MilestoneTransition(action, line.actor, source, one.state, MONEY[frozenset(kinds)])


def _order_rows(before: Order | None, outcome: Outcome) -> Iterator[OrderTransition]:
    line, after = outcome.history_entry, outcome.order
    if before is None or after.running is not None or line.action is Action.CLEAR:
        return
    whole = line.action in CANCELS and line.position is None
    moved = any(old.state is not new.state for old, new in zip(before.milestones, after.milestones, strict=True))
    if whole or not (moved or after.status is not before.status):
        return
    left = any(one.state in NEVER_STARTED for one in after.milestones)
    following = NEXT_OF_FOLLOW[after.terms.follow]
    stopped = Next.LAPSING if following is Next.RENEWAL else Next.STOPPING
    source = Next.NOTHING if not left else stopped if before.stopping else following
    action = Action.CANCEL if line.action in CANCELS else line.action
    yield OrderTransition(action, line.actor, source, after.phase, after.reason)


def _request_rows(before: Order | None, outcome: Outcome) -> Iterator[RequestTransition]:
    old, new = before.open_request if before else None, outcome.order.request
    line = outcome.history_entry
    if new is None or new.state == "moot" or (old is None and new.state != "open") or old == new:
        return
    who = "clock" if line.actor is Actor.CLOCK else "asker" if line.actor is new.asker else "other"
    cancelled = new.state != "open" and before is not None and before.milestones != outcome.order.milestones
    ended = before is not None and outcome.order.status is not before.status
    yield RequestTransition(line.action, who, old.state if old else "none", new.state, cancelled or ended)
