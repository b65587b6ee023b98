"""Everything that can change an order is in this file.

`act` takes a row of the tables in `core/tables.py`. What no table can hold is here and nowhere else: the order in which
guards refuse; that the end of an order skips what is planned and closes an open request; that cancelling a whole
order ends it, whatever would have come next; that a stop waits for the running cycle where the next one starts by
itself.

`act` is pure: the same order, action, arguments and instant give the same outcome, which is why replaying a history
gives the order of any instant, and why there is no second implementation of a transition anywhere.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from milepost import rules, times
from milepost.core import ledger, names
from milepost.core.ledger import Entry
from milepost.core.order import Call, Milestone, Order, Request, Timer, actors, due, is_legal, possible, stops_later
from milepost.core.terms import Terms
from milepost.core.transitions import (
    CANCEL_REASONS,
    MILESTONE_ROWS,
    MOOT,
    ORDER_ROWS,
    REQUEST_ROWS,
    RUNNING,
    TIMER_RULES,
    Action,
    Actor,
    Money,
    Reason,
    State,
    Status,
)
from milepost.rules import Rule, RuleError

ATTACHMENTS_MAX = 100  # files, and links, of one delivery


class HistoryEntry(NamedTuple):
    """One accepted action in an order's history; `args` are plain JSON values."""

    number: int
    at: int
    actor: Actor
    action: Action
    position: int | None
    args: Mapping[str, Any]


class Outcome(NamedTuple):
    """What an action leads to: the next order, its ledger entries, its history line."""

    order: Order
    entries: tuple[Entry, ...]
    history_entry: HistoryEntry


class _Change(NamedTuple):
    """What a handler answers: the order after the action, the money moved, and the milestone concerned."""

    order: Order
    entries: list[Entry]
    position: int | None


# ── Acting on an order ──────────────────────────────────────────────────────────────────────────────────────────────


def place(order_id: int, terms: Terms, *, at: int) -> Outcome:
    """A new order on agreed terms, its first milestone started and charged (rule order-first-charge)."""
    planned = tuple(Milestone(number, agreed) for number, agreed in enumerate(terms.milestones, start=1))
    order = Order(order_id, terms, at, planned)
    change = _move(order, Action.PLACE, planned[0], started_at=at)
    return _outcome(change, Action.PLACE, Actor.CLIENT, at, {})


def act(order: Order, action: Action, *, actor: Actor, at: int, **args: Any) -> Outcome:
    """What `action` by `actor` at instant `at` leads to. `args` are plain JSON values.

    Guards refuse in this order: existence (an unknown milestone), actor, state (an ended order, a deadline that has
    passed, a move that no table has or that has no object left), arguments, money. Raises `RuleError`; the order
    given never changes.
    """
    if action in TIMER_RULES:
        _guard_timer(order, action, actor, at)
        return fire(order)
    wrong_state, handler = _PARTY_ACTIONS[action]
    _guard_milestone(order, args.get("position"))
    _guard_actor(order, action, actor)
    _guard_time(order, at)
    if not is_legal(order, action):
        raise wrong_state(order)
    return _outcome(handler(order, actor, at, **args), action, actor, at, args)


def fire(order: Order) -> Outcome:
    """What the clock does to the order at the instant of the timer that is due first. There must be one."""
    timer = due(order)
    assert timer is not None
    return _outcome(_TIMER_HANDLERS[timer.action](order, timer), timer.action, Actor.CLOCK, timer.at, {})


def settle(order: Order, until: int) -> list[Outcome]:
    """What the clock does to one order up to and with an instant, each timer at its own."""
    outcomes: list[Outcome] = []
    timer = due(order)
    while timer is not None and timer.at <= until:
        outcomes.append(fire(order))
        order = outcomes[-1].order
        timer = due(order)
    return outcomes


def replay(order_id: int, terms: Terms, lines: Iterable[HistoryEntry]) -> Iterator[Outcome]:
    """The outcomes that an order's history led to, one by one; the last one holds its present state."""
    order: Order | None = None
    for line in lines:
        if order is None:
            outcome = place(order_id, terms, at=line.at)
        else:
            outcome = act(order, line.action, actor=line.actor, at=line.at, **line.args)
        order = outcome.order
        yield outcome


def _outcome(change: _Change, action: Action, actor: Actor, at: int, args: Mapping[str, Any]) -> Outcome:
    order = change.order._replace(version=change.order.version + 1)
    return Outcome(order, tuple(change.entries), HistoryEntry(order.version, at, actor, action, change.position, args))


def _guard_milestone(order: Order, position: int | None) -> None:
    if position is not None and not 1 <= position <= len(order.milestones):
        raise rules.CANCEL_MILESTONE.refuse(
            why=f"order {order.id} has no milestone {position}; it has {len(order.milestones)}",
            order=order.id,
            position=position,
        )


def _guard_actor(order: Order, action: Action, actor: Actor) -> None:
    allowed = actors(order, action)
    if actor not in allowed:
        raise rules.ACTOR.refuse(
            why=f"{_words(action)} order {order.id} is for {_parties(allowed)}, not for {_parties((actor,))}",
            order=order.id,
            action=str(action),
            actor=str(actor),
            allowed=[str(one) for one in allowed],
        )


def _words(action: Action) -> str:
    return _CANCELLING.get(action, f"{action} on")


_CANCELLING = {
    Action.OPEN_CANCEL: "asking to cancel",
    Action.ACCEPT_REQUEST: "accepting to cancel",
    Action.DECLINE_REQUEST: "declining to cancel",
    Action.WITHDRAW_REQUEST: "withdrawing the request to cancel",
    Action.SUPPORT_CANCEL: "cancelling at once",
}


def _parties(who: Sequence[Actor]) -> str:
    return " or ".join(one if one is Actor.SUPPORT else f"the {one}" for one in who)


def _guard_time(order: Order, at: int) -> None:
    if order.status is not Status.ACTIVE:
        raise rules.STOP_FINAL.refuse(order=order.id, status=str(order.status), reason=str(order.reason))
    timer = due(order)
    if timer and timer.at <= at:
        raise rules.DEADLINE_INSTANT.refuse(
            order=order.id,
            timer=str(timer.action),
            due_at=times.format_instant(timer.at),
            at=times.format_instant(at),
        )


def _guard_timer(order: Order, action: Action, actor: Actor, at: int) -> None:
    if actor is not Actor.CLOCK:
        raise rules.ACTOR.refuse(
            why=f"{action} is for the clock, not for the {actor}",
            order=order.id,
            action=str(action),
            actor=str(actor),
            allowed=[str(Actor.CLOCK)],
        )
    timer = due(order)
    if timer is None or timer.action is not action or timer.at != at:
        raise rules.DEADLINE_INSTANT.refuse(
            order=order.id,
            timer=str(timer.action) if timer else "nothing",
            due_at=times.format_instant(timer.at) if timer else "no time",
            at=times.format_instant(at),
        )


# ── Moving a milestone, and what follows ────────────────────────────────────────────────────────────────────────────


def _put(order: Order, milestone: Milestone) -> Order:
    before, after = order.milestones[: milestone.position - 1], order.milestones[milestone.position :]
    return order._replace(milestones=(*before, milestone, *after))


def _move(order: Order, action: Action, milestone: Milestone, **changes: Any) -> _Change:
    """Take the milestone's row of the table: its next state, the money that moves, and the given `changes`."""
    row = MILESTONE_ROWS[action, milestone.state]
    entries = _MONEY[row.money](order, milestone)
    return _Change(_put(order, milestone._replace(state=row.target, **changes)), entries, milestone.position)


_MONEY: Mapping[Money, Callable[[Order, Milestone], list[Entry]]] = {
    Money.NONE: lambda order, milestone: [],
    Money.CHARGE: lambda order, m: ledger.charge(order.id, order.terms, m.position, m.terms),
    Money.RELEASE: lambda order, m: ledger.release(order.id, order.terms, m.position, m.terms),
    Money.CLEAR: lambda order, m: ledger.clear(order.terms, m.position, m.terms),
    Money.REFUND: lambda order, m: ledger.refund(order.id, order.terms, m.position, m.terms),
    Money.REVERSE: lambda order, m: ledger.reverse(order.terms, m.position, m.terms, cleared=m.clears_at is None),
}


def _follow(change: _Change, action: Action, at: int) -> _Change:
    """Take the order's row of the table, if `action` left no milestone running; then tidy up."""
    order = change.order
    if order.running is None:
        row = ORDER_ROWS[action, order.next]
        if row.reason is not None:
            order = _ended(order, row.reason, at)
    return _Change(_close_moot(order, at), change.entries, change.position)


def _ended(order: Order, reason: Reason, at: int) -> Order:
    """The order at its end: what is planned is skipped; completed if an approved milestone stands (cancel-order)."""
    milestones = [m._replace(state=State.SKIPPED) if m.state is State.PLANNED else m for m in order.milestones]
    stands = State.APPROVED in [m.state for m in milestones]
    status = Status.COMPLETED if stands else Status.CANCELLED
    return order._replace(milestones=tuple(milestones), status=status, reason=reason, ended_at=at)


def _close_moot(order: Order, at: int) -> Order:
    request = order.open_request
    if request is None:
        return order
    finished = request.position and order.milestones[request.position - 1].state not in (State.PLANNED, *RUNNING)
    if order.status is Status.ACTIVE and not finished:
        return order
    return order._replace(request=request._replace(state=MOOT, closed_at=at))


def _approved(order: Order, action: Action, actor: Actor, at: int) -> _Change:
    days = order.terms.policy.clearance_days
    clears_at = at + days * times.DAY if days else None
    change = _move(order, action, order.current, ended_at=at, approved_by=actor, clears_at=clears_at)
    return _follow(change, action, at)


def _cancelled(order: Order, position: int | None, at: int) -> _Change:
    """Cancel one milestone, or the running one and the whole order with it (rules cancel-milestone, cancel-order)."""
    subject = order.milestones[position - 1] if position else order.running
    if subject is None:
        return _Change(_close_moot(_ended(order, Reason.CANCELLED, at), at), [], None)
    change = _move(order, Action.CANCEL, subject, ended_at=at, clears_at=None)
    if position is None:
        return change._replace(order=_close_moot(_ended(change.order, Reason.CANCELLED, at), at), position=None)
    return _follow(change, Action.CANCEL, at)


# ── The parties' actions ────────────────────────────────────────────────────────────────────────────────────────────


def _deliver(
    order: Order,
    actor: Actor,
    at: int,
    *,
    message: str = "",
    files: Sequence[Mapping[str, Any]] = (),
    links: Sequence[str] = (),
) -> _Change:
    current = order.current
    names.check_text("a message", message)
    for what, some in (("files", files), ("links", links)):
        if len(some) > ATTACHMENTS_MAX:
            raise rules.NAMES.refuse(why=f"a delivery takes up to {ATTACHMENTS_MAX} {what}; {len(some)} given")
    for file in files:
        names.check_file_name(file["name"])
    for link in links:
        names.check_link("a link", link)
    if order.upcoming is None and not files and not links:
        raise rules.DELIVER_FINAL.refuse(order=order.id, position=current.position)
    first = current.first_delivered_at if current.first_delivered_at is not None else at
    return _move(order, Action.DELIVER, current, delivered_at=at, first_delivered_at=first)


def _revise(order: Order, actor: Actor, at: int, *, message: str = "") -> _Change:
    current = order.current
    names.check_text("a message", message)
    return _move(order, Action.REVISE, current, revisions_used=current.revisions_used + 1)


def _approve(order: Order, actor: Actor, at: int) -> _Change:
    return _approved(order, Action.APPROVE, actor, at)


def _continue(order: Order, actor: Actor, at: int) -> _Change:
    following = order.upcoming
    assert following is not None  # the tables have no row without it
    return _move(order, Action.CONTINUE, following, started_at=at)


def _stop(order: Order, actor: Actor, at: int) -> _Change:
    if stops_later(order):
        return _stop_after_current(order, actor, at)
    return _follow(_Change(order, [], None), Action.STOP, at)


def _stop_after_current(order: Order, actor: Actor, at: int) -> _Change:
    return _Change(order._replace(stopping=True), [], order.current.position)


def _check_substep(order: Order, actor: Actor, at: int, *, number: int) -> _Change:
    done = order.current.substeps_done
    return _tick_substep(order, Action.CHECK_SUBSTEP, number, (*done, number), is_done=False)


def _uncheck_substep(order: Order, actor: Actor, at: int, *, number: int) -> _Change:
    done = tuple(one for one in order.current.substeps_done if one != number)
    return _tick_substep(order, Action.UNCHECK_SUBSTEP, number, done, is_done=True)


def _tick_substep(order: Order, action: Action, number: int, done: tuple[int, ...], *, is_done: bool) -> _Change:
    current, count = order.current, len(order.current.terms.substeps)
    why = None
    if not 1 <= number <= count:
        why = f"milestone {current.position} has no substep {number}; it has {count}"
    elif (number in current.substeps_done) is not is_done:
        why = f"substep {number} of milestone {current.position} is {'not done yet' if is_done else 'done already'}"
    if why:
        raise rules.SUBSTEP_PROGRESS.refuse(why=why, order=order.id, position=current.position, number=number)
    return _move(order, action, current, substeps_done=tuple(sorted(done)))


def _report_stage(order: Order, actor: Actor, at: int) -> _Change:
    return _move(order, Action.REPORT_STAGE, order.current, stages_done=order.current.stages_done + 1)


def _set_call(order: Order, actor: Actor, at: int, *, call_at: int, link: str) -> _Change:
    names.check_link("a call's link", link)
    if not at <= call_at <= times.MAX_INSTANT:
        why = "a call cannot be set in the past" if call_at < at else "a call is set in the years 2000 to 2100"
        raise rules.ZOOM_CALL.refuse(why=why, order=order.id)
    return _move(order, Action.SET_CALL, order.current, call=Call(call_at, link))


def _open_cancel(
    order: Order, actor: Actor, at: int, *, id: int, reason: str, position: int | None = None, note: str = ""
) -> _Change:
    _check_cancel(order, position, reason, note, by_support=False)
    request = Request(id, actor, position, reason, note, at)
    return _Change(order._replace(request=request), [], position)


def _answer_cancel(order: Order, action: Action, at: int, id: int | None = None) -> _Change:
    """Close the open request; `id`, if given, must be its id, so that nobody answers one and closes another."""
    row, request = REQUEST_ROWS[action], order.open_request
    assert request is not None  # the tables have no row without it
    if id not in (None, request.id):
        raise rules.CANCEL_CHANNEL.refuse(
            why=f"request {id} of order {order.id} is closed; the open one is {request.id}", order=order.id, request=id
        )
    answered = order._replace(request=request._replace(state=row.target, closed_at=at))
    return _cancelled(answered, request.position, at) if row.cancels else _Change(answered, [], request.position)


def _accept_cancel(order: Order, actor: Actor, at: int, *, id: int | None = None) -> _Change:
    return _answer_cancel(order, Action.ACCEPT_REQUEST, at, id)


def _decline_cancel(order: Order, actor: Actor, at: int, *, id: int | None = None) -> _Change:
    return _answer_cancel(order, Action.DECLINE_REQUEST, at, id)


def _withdraw_cancel(order: Order, actor: Actor, at: int, *, id: int | None = None) -> _Change:
    return _answer_cancel(order, Action.WITHDRAW_REQUEST, at, id)


def _support_cancel(
    order: Order, actor: Actor, at: int, *, reason: str, position: int | None = None, note: str = ""
) -> _Change:
    _check_cancel(order, position, reason, note, by_support=True)
    return _cancelled(order, position, at)


def _check_cancel(order: Order, position: int | None, reason: str, note: str, *, by_support: bool) -> None:
    if reason not in CANCEL_REASONS:
        raise rules.CANCEL_CHANNEL.refuse(
            why=f"{reason!r} is not a reason to cancel; the reasons are {', '.join(CANCEL_REASONS)}",
            order=order.id,
            reasons=list(CANCEL_REASONS),
        )
    names.check_text("a note", note)
    if position is None:
        return
    state = order.milestones[position - 1].state
    row = MILESTONE_ROWS.get((Action.CANCEL, state))
    if row is None or (row.actor is Actor.SUPPORT and not by_support):
        only = "; support alone can cancel it" if row else ""
        raise rules.CANCEL_MILESTONE.refuse(
            why=f"milestone {position} of order {order.id} is {state}{only}",
            order=order.id,
            position=position,
            state=str(state),
        )


def _situation(order: Order) -> str:
    wish = " and a stop after it is noted" if order.stopping else ""
    return f"milestone {order.current.position} is {order.current.state}{wish}"


def possible_text(order: Order) -> str:
    """What the parties can do in the ordinary run of things, in words; cancelling is told apart."""
    routine = [action for action, _ in possible(order) if action not in REQUEST_ROWS]
    return ", ".join(action for action in routine if action is not Action.SUPPORT_CANCEL)


def _refuse_by(rule: Rule) -> Callable[[Order], RuleError]:
    """How a rule refuses an action in the wrong state: with the state, and what is possible instead."""
    return lambda order: rule.refuse(
        order=order.id,
        phase=str(order.phase),
        why=_situation(order),
        possible=possible_text(order),
    )


def _refuse_delivery(order: Order) -> RuleError:
    current = order.current
    missing = current.terms.stages[current.stages_done :]
    if current.state is State.ACTIVE and missing:
        return rules.GIG_MILESTONE_PAYMENTS.refuse(
            why=f"the delivery comes after the last stage; {len(missing)} not reported yet, first {missing[0]!r}",
            order=order.id,
            stage=missing[0],
        )
    return _refuse_by(rules.DELIVER_STATE)(order)


def _refuse_revision(order: Order) -> RuleError:
    current = order.current
    if current.state is State.DELIVERED:
        return rules.REVISION_ALLOWANCE.refuse(
            order=order.id, position=current.position, used=current.revisions_used, allowed=current.terms.revisions
        )
    return _refuse_by(rules.REVIEW_WINDOW)(order)


def _refuse_request(order: Order) -> RuleError:
    waits = "a request to cancel is already open" if order.open_request else "there is no open request to cancel"
    return rules.CANCEL_CHANNEL.refuse(why=f"order {order.id}: {waits}", order=order.id)


def _refuse_why(rule: Rule, what: str) -> Callable[[Order], RuleError]:
    return lambda order: rule.refuse(
        why=f"order {order.id}: {_situation(order)} and has {what}",
        order=order.id,
        position=order.current.position,
    )


_Handler = Callable[..., _Change]
_PARTY_ACTIONS: Mapping[Action, tuple[Callable[[Order], RuleError], _Handler]] = {
    Action.DELIVER: (_refuse_delivery, _deliver),
    Action.APPROVE: (_refuse_by(rules.REVIEW_WINDOW), _approve),
    Action.REVISE: (_refuse_revision, _revise),
    Action.CONTINUE: (_refuse_by(rules.ORDER_NEXT_CHARGE), _continue),
    Action.STOP: (_refuse_by(rules.STOP_WHEN), _stop),
    Action.STOP_AFTER_CURRENT: (_refuse_by(rules.STOP_WHEN), _stop_after_current),
    Action.CHECK_SUBSTEP: (
        _refuse_why(rules.SUBSTEP_PROGRESS, "no substeps that could be ticked"),
        _check_substep,
    ),
    Action.UNCHECK_SUBSTEP: (
        _refuse_why(rules.SUBSTEP_PROGRESS, "no substeps that could be unticked"),
        _uncheck_substep,
    ),
    Action.REPORT_STAGE: (
        _refuse_why(rules.GIG_MILESTONE_PAYMENTS, "no stage left to report"),
        _report_stage,
    ),
    Action.SET_CALL: (_refuse_why(rules.ZOOM_CALL, "no Zoom call that could be set"), _set_call),
    Action.OPEN_CANCEL: (_refuse_request, _open_cancel),
    Action.ACCEPT_REQUEST: (_refuse_request, _accept_cancel),
    Action.DECLINE_REQUEST: (_refuse_request, _decline_cancel),
    Action.WITHDRAW_REQUEST: (_refuse_request, _withdraw_cancel),
    Action.SUPPORT_CANCEL: (_refuse_request, _support_cancel),
}


# ── The clock's actions ─────────────────────────────────────────────────────────────────────────────────────────────


def _on_review_silence(order: Order, timer: Timer) -> _Change:
    return _approved(order, Action.REVIEW_SILENCE, Actor.CLOCK, timer.at)


def _on_continue_window(order: Order, timer: Timer) -> _Change:
    return _follow(_Change(order, [], timer.position), Action.CONTINUE_WINDOW, timer.at)


def _on_renewal(order: Order, timer: Timer) -> _Change:
    assert timer.position is not None
    return _move(order, Action.RENEW, order.milestones[timer.position - 1], started_at=timer.at)


def _on_unanswered(order: Order, timer: Timer) -> _Change:
    return _answer_cancel(order, Action.CANCEL_UNANSWERED, timer.at)


def _on_clearance(order: Order, timer: Timer) -> _Change:
    assert timer.position is not None
    return _move(order, Action.CLEAR, order.milestones[timer.position - 1], clears_at=None)


_TIMER_HANDLERS: Mapping[Action, Callable[[Order, Timer], _Change]] = {
    Action.REVIEW_SILENCE: _on_review_silence,
    Action.CONTINUE_WINDOW: _on_continue_window,
    Action.RENEW: _on_renewal,
    Action.CANCEL_UNANSWERED: _on_unanswered,
    Action.CLEAR: _on_clearance,
}
