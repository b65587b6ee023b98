"""An exhaustive walk: every state that an order can reach, every action of every actor tried in each.

States are those of `core/explore.py`, which says what two orders of one state may differ in: in instants, and in
amounts. What the walk leaves out beyond that: of a cancelled milestone the seller keeps nothing or a third; an
extension is a day; the terms are changed once, to fewer planned milestones, to as many at another price, or to one more
as long as `Proposals.most` are started or planned; and each state is walked from the first order found in it alone.
Amounts, gaps in time and chains of changes are left to test_machine.py, which takes any of them in any order.

Which rows of the tables a step took, and where the money must be, is read off the orders before and after it: the code
that is tested says nothing.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from core.order_helpers import LINK, REASON
from milepost import times
from milepost.core import act as core
from milepost.core.act import Outcome
from milepost.core.explore import moments, state_of
from milepost.core.ledger import Entry, Kind, Totals, available, pending, totals
from milepost.core.order import Milestone, Order, Request, due, possible, timers
from milepost.core.terms import Follow, MilestoneTerms, Terms, plain_of
from milepost.core.transitions import (
    ACTORS,
    MILESTONES,
    NEXT_OF_FOLLOW,
    ORDERS,
    REQUESTS,
    RUNNING,
    Action,
    Actor,
    MilestoneTransition,
    Money,
    Next,
    OrderTransition,
    Phase,
    Reason,
    RequestKind,
    RequestState,
    RequestTransition,
    Role,
    State,
    Status,
)
from milepost.rules import RuleError

GRANTS = {Action.ACCEPT_REQUEST, Action.CANCEL_UNANSWERED}
NOTES = {row.action for row in MILESTONES if row.source is row.target}
MONEY = {
    frozenset[Kind](): Money.NONE,
    frozenset({Kind.CHARGE}): Money.CHARGE,
    frozenset({Kind.RELEASE}): Money.RELEASE,
    frozenset({Kind.CLEAR}): Money.CLEAR,
    frozenset({Kind.REFUND}): Money.REFUND,
    frozenset({Kind.RELEASE, Kind.REFUND}): Money.REFUND,
    frozenset({Kind.REVERSAL}): Money.REVERSE,
}
FEE_KINDS = {Kind.CLIENT_FEE, Kind.SELLER_FEE, Kind.CLIENT_FEE_REFUND, Kind.SELLER_FEE_REVERSAL}
NEVER_STARTED = {State.SKIPPED, State.PLANNED}

Row = MilestoneTransition | OrderTransition | RequestTransition


class Try(NamedTuple):
    """An action that somebody could try."""

    action: Action
    actor: Actor
    args: Mapping[str, Any]


class Proposals(NamedTuple):
    """What an order on these terms is asked to change to, as long as nothing of it was changed."""

    agreed: Terms
    most: int

    def of(self, order: Order) -> Iterator[list[MilestoneTerms]]:
        """Fewer milestones than are planned, as many at another price, one more."""
        if order.terms != self.agreed:
            return
        planned = [one.terms for one in order.milestones if one.state is State.PLANNED]
        if planned:
            yield planned[:-1]
            yield [one._replace(price_cents=2 * one.price_cents + 1) for one in planned]
        if sum(one.started_at is not None for one in order.milestones) + len(planned) < self.most:
            yield [*planned, order.current.terms]


@dataclass
class Walked:
    """What a walk found: how many of what, and the rows of the tables that were taken."""

    states: int = 0
    transitions: int = 0
    refusals: int = 0
    rows: set[Row] = field(default_factory=set)


def walk(agreed: Terms, at: int, *, most: int) -> Walked:
    """Walk every state of an order on these terms, and check in each what must always hold."""
    found, proposals = Walked(), Proposals(agreed, most)
    placed = core.place(7, agreed, at=at)
    found.rows |= rows_taken(None, placed)
    waiting = deque([(placed.order, placed.entries, at)])
    seen = {state_of(placed.order, at, agreed)}
    while waiting:
        order, entries, now = waiting.popleft()
        check_state(order, entries)
        for outcome in steps(order, now, proposals, found):
            found.transitions += 1
            found.rows |= rows_taken(order, outcome)
            check_step(order, outcome)
            state = state_of(outcome.order, outcome.history_entry.at, agreed)
            if state not in seen:
                seen.add(state)
                waiting.append((outcome.order, entries + outcome.entries, outcome.history_entry.at))
    found.states = len(seen)
    return found


# ── Steps ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def steps(order: Order, now: int, proposals: Proposals, found: Walked) -> Iterator[Outcome]:
    """Every action that is accepted at one of the `moments`, and the first timer itself.

    What is accepted must be what `possible` says, with nothing of it at the timer's own instant.
    """
    timer, tables = due(order), set(possible(order))
    everything = list(tries(order, proposals, tables))
    legal = [one for one in everything if (one.action, one.actor) in tables]
    for at in moments(order, now):
        yield from accepted(order, at, everything if at == now else legal, set(possible(order, at)), found)
    if timer is not None:
        one_each = {(one.action, one.actor): one for one in legal}
        yield from accepted(order, timer.at, [*one_each.values()], set(), found)
        yield core.fire(order)


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
    unasked = {(Action.OPEN_CHANGE, actor) for actor in Actor}  # an order that was changed is asked for no other change
    assert took - unasked == expected - unasked, (order, took ^ expected)
    assert took <= expected


def tries(order: Order, proposals: Proposals, tables: set[tuple[Action, Actor]]) -> Iterator[Try]:
    """Every action of everybody, with the arguments that make a difference to whoever can take it."""
    given = choices(order, proposals)
    for action in ACTORS:
        args = given.get(action, [{}])
        for actor in Actor:
            yield from (Try(action, actor, one) for one in (args if (action, actor) in tables else args[:1]))


def choices(order: Order, proposals: Proposals) -> dict[Action, list[dict[str, Any]]]:
    """The arguments of each action that takes some."""
    keeps = list(_keeps(order))
    return {
        Action.DELIVER: [{"links": [LINK]}, {"message": "no file"}],
        Action.CHECK_SUBSTEP: [{"number": number} for number in (1, 2)],
        Action.UNCHECK_SUBSTEP: [{"number": number} for number in (1, 2)],
        Action.SET_CALL: [{"call_at": times.MAX_INSTANT, "link": LINK}],
        Action.OPEN_CANCEL: [{"id": 1, "reason": REASON, **keep} for keep in keeps],
        Action.OPEN_EXTEND: [{"id": 1, "days": 1}],
        Action.OPEN_CHANGE: [
            {"id": 1, "milestones": [plain_of(one) for one in proposal]} for proposal in proposals.of(order)
        ],
        Action.SUPPORT_CANCEL: [{"reason": REASON, **keep} for keep in keeps],
    }


def _keeps(order: Order) -> Iterator[dict[str, Any]]:
    """What could be cancelled, the whole order first, and what the seller could keep of it."""
    for position, subject in ((None, order.running), *((one.position, one) for one in order.milestones)):
        yield {"position": position}
        if subject and subject.state is not State.PLANNED:
            yield {"position": position, "keep_cents": subject.terms.price_cents // 3}


# ── What must hold in every state, and of every step ────────────────────────────────────────────────────────────────


class Standing(NamedTuple):
    """Where the money of an order must be, by the states of its milestones, in cents."""

    escrow: int
    pending: int
    available: int
    fees: int


def standing(order: Order) -> Standing:
    """Escrow holds what runs; a seller has what was approved or kept, less the fee; fees are on what stands."""
    policy = order.terms.policy
    escrow = waits = clear = fees = 0
    for one in order.milestones:
        price, earned = one.terms.price_cents, _earned_cents(one)
        net = earned - policy.seller_fee_cents(earned)
        if one.state in RUNNING:
            escrow += price
        if one.state in RUNNING or one.state is State.APPROVED:
            fees += policy.client_fee_cents(price)
        elif earned:
            fees += policy.client_fee_cents(price, kept_cents=earned)
        fees += earned - net
        waits += net if one.clears_at is not None else 0
        clear += 0 if one.clears_at is not None else net
    return Standing(escrow, waits, clear, fees)


def _earned_cents(milestone: Milestone) -> int:
    return milestone.terms.price_cents if milestone.state is State.APPROVED else milestone.kept_cents


def moved(order: Order, entries: tuple[Entry, ...]) -> tuple[Totals, Standing]:
    """The sums of some entries, by where the money went."""
    found, seller = totals(entries), order.terms.seller
    waits, clear = (
        sum(((one.credit == account) - (one.debit == account)) * one.amount_cents for one in entries)
        for account in (pending(seller), available(seller))
    )
    assert waits + clear == found.released_cents
    return found, Standing(found.escrow_cents, waits, clear, found.fees_cents)


def check_step(before: Order, outcome: Outcome) -> None:
    """The money that a step moves is what the milestones' states say, whatever the order was before."""
    found, shifted = moved(before, outcome.entries)
    old, new = standing(before), standing(outcome.order)
    assert found.balanced, found
    assert shifted == tuple(after - was for was, after in zip(old, new, strict=True)), (before, outcome)


def check_state(order: Order, entries: tuple[Entry, ...]) -> None:
    """Rule money-conserved, and what the states of the milestones have to do with each other."""
    found, there = moved(order, entries)
    running = [one for one in order.milestones if one.state in RUNNING]
    started = [one.position for one in order.milestones if one.started_at is not None]
    once = [(entry.position, entry.kind) for entry in entries]
    assert found.balanced, found
    assert there == standing(order)
    assert len(running) <= 1
    assert len(set(once)) == len(once), once
    assert [entry.position for entry in entries if entry.kind is Kind.CHARGE] == started
    assert all(entry.amount_cents > 0 for entry in entries)
    assert [one.position for one in order.milestones] == [*range(1, len(order.milestones) + 1)]
    assert tuple(one.terms for one in order.milestones) == order.terms.milestones
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
        assert possible(order) == ([(Action.SUPPORT_CANCEL, Actor.SUPPORT)] if approved else [])


# ── The rows that a step took ───────────────────────────────────────────────────────────────────────────────────────


def bare(row: Row) -> Row:
    """A row of the tables without its functions."""
    return row._replace(at=None) if isinstance(row, OrderTransition) else row._replace(guard=None, at=None)


def rows_of(agreed: Terms) -> set[Row]:
    """The rows that an order on these terms can take: all but those for what it cannot have."""
    policy, has = agreed.policy, agreed.milestones[0]
    renews, by_client = agreed.follow is Follow.RENEWAL, agreed.follow is Follow.CLIENT
    actions = {
        Action.RENEW: renews,
        Action.STOP: renews or by_client,
        Action.STOP_AFTER_CURRENT: renews or by_client,
        Action.UNDO_STOP: renews or by_client,
        Action.CONTINUE: by_client,
        Action.CONTINUE_WINDOW: by_client and policy.continue_hours is not None,
        Action.OPEN_CHANGE: by_client,
        Action.CLEAR: policy.clearance_days > 0,
        Action.REVISE: has.revisions != 0,
        Action.CHECK_SUBSTEP: bool(has.substeps),
        Action.UNCHECK_SUBSTEP: bool(has.substeps),
        Action.SET_CALL: has.zoom,
        Action.REPORT_STAGE: bool(has.stages),
    }
    sources = {
        Next.CLIENT: by_client, Next.STOPPING: by_client, Next.RENEWAL: renews, Next.LAPSING: renews,
        State.REVISING: has.revisions != 0, Next.STANDING: len(agreed.milestones) > 1,
    }  # fmt: skip
    return {
        bare(row)
        for row in (*MILESTONES, *ORDERS, *REQUESTS)
        if actions.get(row.action, True)
        and sources.get(row.source, True)
        and (len(agreed.milestones) > 1 or row.source is not State.PLANNED or row.action is Action.PLACE)
        # What nothing renews is stopped between its milestones, and while one runs the stop is noted otherwise.
        and (renews or row.action is not Action.STOP or isinstance(row, OrderTransition))
    }


def rows_taken(before: Order | None, outcome: Outcome) -> set[Row]:
    """The rows of the three tables that lead from the order before to the outcome."""
    if before is None:
        line, first = outcome.history_entry, outcome.order.milestones[0]
        return {MilestoneTransition(line.action, line.actor, State.PLANNED, first.state, Money.CHARGE)}
    request_rows = list(_request_rows(before, outcome))
    if outcome.order.terms is not before.terms:
        _check_change(before, outcome)
        return {*request_rows}
    return {*_milestone_rows(before, outcome), *_order_rows(before, outcome), *request_rows}


def _check_change(before: Order, outcome: Outcome) -> None:
    """What was started or dropped stands as it stood, with no gap in the positions; the proposal follows, planned."""
    request, after = before.open_request, outcome.order
    assert request is not None
    assert outcome.entries == ()
    stood = [one._replace(position=0) for one in before.milestones if one.state is not State.PLANNED]
    stands, planned = after.milestones[: len(stood)], after.milestones[len(stood) :]
    assert [one._replace(position=0) for one in stands] == stood
    assert [Milestone(one.position, one.terms) for one in planned] == list(planned)
    assert tuple(one.terms for one in planned) == request.proposal
    assert after.status is Status.ACTIVE


def _milestone_rows(before: Order, outcome: Outcome) -> Iterator[MilestoneTransition]:
    line = outcome.history_entry
    for old, new in zip(before.milestones, outcome.order.milestones, strict=True):
        kinds = {entry.kind for entry in outcome.entries if entry.position == new.position} - FEE_KINDS
        noted = line.position == new.position and line.action in NOTES
        if new.state is State.SKIPPED or (new.state is old.state and not noted):
            assert not kinds, (line, kinds)
            continue
        action = Action.CANCEL if line.action in GRANTS else line.action
        yield MilestoneTransition(action, line.actor, old.state, new.state, MONEY[frozenset(kinds)])


def _order_rows(before: Order, outcome: Outcome) -> Iterator[OrderTransition]:
    line, after = outcome.history_entry, outcome.order
    action = Action.CANCEL if line.action in GRANTS else line.action
    whole = action in (Action.CANCEL, Action.SUPPORT_CANCEL) and line.position is None
    states = zip(before.milestones, after.milestones, strict=True)
    if whole or not (any(old.state is not new.state for old, new in states) or after.status is not before.status):
        return
    if before.status is not Status.ACTIVE:
        source = Next.STANDING if State.APPROVED in [one.state for one in after.milestones] else Next.UNDONE
        yield OrderTransition(
            action, line.actor, source, Phase.ENDED, None if source is Next.STANDING else Reason.CANCELLED
        )
    elif action in (Action.CONTINUE, Action.RENEW):
        yield OrderTransition(action, line.actor, NEXT_OF_FOLLOW[after.terms.follow], after.phase, None)
    elif after.running is None:
        yield OrderTransition(action, line.actor, _source(before, after), after.phase, after.reason)


def _source(before: Order, after: Order) -> Next:
    """What came after the milestone that a step finished."""
    if not any(one.state in NEVER_STARTED for one in after.milestones):
        return Next.NOTHING
    following = NEXT_OF_FOLLOW[after.terms.follow]
    stopped = Next.LAPSING if following is Next.RENEWAL else Next.STOPPING
    return stopped if before.stopping else following


def _request_rows(before: Order, outcome: Outcome) -> Iterator[RequestTransition]:
    old, new, line = before.open_request, outcome.order.request, outcome.history_entry
    if new is None or new == before.request or new.state is RequestState.MOOT:
        return
    who = Role.CLOCK if line.actor is Actor.CLOCK else Role.ASKER if line.actor is new.asker else Role.OTHER
    source = RequestState.OPEN if old else RequestState.NONE
    yield RequestTransition(line.action, who, source, new.state, _is_granted(before, outcome.order, old))


def _is_granted(before: Order, after: Order, request: Request | None) -> bool:
    """Whether what was asked for has happened."""
    if request is None:
        return False
    if request.kind is RequestKind.CHANGE:
        return after.terms is not before.terms
    if request.kind is RequestKind.EXTEND:
        return after.current.extended_days > before.current.extended_days
    if request.position is None:
        return after.reason is Reason.CANCELLED
    return after.milestones[request.position - 1].state is State.CANCELLED
