"""Everything that can change an order is in this file.

`act` takes a row of the tables in `core/transitions.py`. What no table can hold is here and nowhere else: the order in
which guards refuse; that the end of an order skips what is planned and closes an open request; that cancelling a whole
order ends it, whatever would have come next; that an accepted change replaces what is planned. Two of these could be
said better: a whole order's cancellation is a second way to an end that no row of ORDERS shows, and which kinds of
request an approval overtakes stands in a table of its own, beside the rows that say how they are closed.

`act` is pure: the same order, action, arguments and instant give the same outcome, which is why replaying a history
gives the order of any instant, and why there is no second implementation of a transition anywhere.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypedDict, Unpack

from milepost import rules, times
from milepost.core import ledger, names, refusals, resolution
from milepost.core.ledger import Entry
from milepost.core.order import (
    Call,
    Milestone,
    Order,
    Request,
    Timer,
    actors,
    armed,
    due,
    first,
    held_deadline,
    instants,
    is_legal,
    is_too_late,
)
from milepost.core.terms import MilestoneTerms, Terms, agreed_of
from milepost.core.transitions import (
    MILESTONE_ROWS,
    ORDER_ROWS,
    OVERTAKEN,
    OVERTAKING_ROWS,
    REQUEST_ROWS,
    RUNNING,
    TIMER_RULES,
    Action,
    Actor,
    Money,
    Reason,
    RequestKind,
    RequestState,
    Role,
    State,
    Status,
)
from milepost.core.values import JsonValue

ATTACHMENTS_MAX = 100  # files, and links, of one delivery


class HistoryEntry(NamedTuple):
    """One accepted action in an order's history; `args` are plain JSON values."""

    number: int
    at: int
    actor: Actor
    action: Action
    position: int | None
    args: Mapping[str, JsonValue]


class FileRecord(TypedDict):
    """What a history keeps of a delivered file (rule deliver-final)."""

    name: str
    size: int
    sha256: str


class Outcome(NamedTuple):
    """What an action leads to: the next order, its ledger entries, its history entry, and the timer that is due first.

    `due` is `order.due(order)`, which whoever goes on from here would ask next.
    """

    order: Order
    entries: tuple[Entry, ...]
    history_entry: HistoryEntry
    due: Timer | None


class _Change(NamedTuple):
    """What a handler answers: the order after the action, the money moved, and the milestone concerned."""

    order: Order
    entries: list[Entry]
    position: int | None


# ── Acting on an order ──────────────────────────────────────────────────────────────────────────────────────────────


def place(order_id: int, terms: Terms, *, at: int) -> Outcome:
    """A new order on agreed terms, its first milestone started and charged (rule order-first-charge).

    Raises `time-format` if its work would be due beyond the last instant.
    """
    planned = tuple(Milestone(number, agreed) for number, agreed in enumerate(terms.milestones, start=1))
    order = Order(order_id, terms, at, planned)
    change = _move(order, Action.PLACE, planned[0], started_at=at)
    after = armed(change.order)
    _guard_last_instant(change.order, after, Action.PLACE)
    return _outcome(change, after, HistoryEntry(1, at, Actor.CLIENT, Action.PLACE, 1, {}))


def act(order: Order, action: Action, *, actor: Actor, at: int, **args: JsonValue) -> Outcome:
    """What `action` by `actor` at instant `at` leads to. `args` are plain JSON values.

    Guards refuse in this order: existence (an unknown milestone), actor, state (an ended order, a deadline that has
    passed or is held, a move that no table has or that has no object left), arguments, money, and what would lie beyond
    the last instant. Raises `RuleError`; the order given never changes.
    """
    if action in TIMER_RULES:
        _guard_timer(order, action, actor, at)
        return fire(order)
    position = args.get("position")
    assert position is None or isinstance(position, int)
    _guard_milestone(order, position)
    _guard_actor(order, action, actor)
    _guard_end(order, action, position)
    before = armed(order)
    _guard_time(order, before, action, at)
    if not is_legal(order, action):
        raise refusals.wrong_state(order, action)
    change = _HANDLERS[action](order, actor, at, **args)
    after = armed(change.order)
    _guard_last_instant(change.order, after, action, (order, before))
    return _outcome(change, after, HistoryEntry(order.version + 1, at, actor, action, change.position, args))


def check_meant(order: Order, action: Action, position: int) -> None:
    """Refuse an action that was meant for the milestone at `position`, and would concern another.

    So a command that is sent once more, late, cannot meet the next milestone. Raises the rule of the action's own
    state, or `cancel-milestone` where there is no such milestone.
    """
    _guard_milestone(order, position)
    concerned = order.upcoming if action is Action.CONTINUE else order.current
    if concerned is None or concerned.position != position:
        raise refusals.other_milestone(order, action, position)


def fire(order: Order) -> Outcome:
    """What the clock does to the order at the instant of the timer that is due first. There must be one."""
    timer = due(order)
    assert timer is not None
    return _fire(order, timer)


def settle(order: Order, until: int) -> list[Outcome]:
    """What the clock does to one order up to and with an instant, each timer at its own."""
    outcomes: list[Outcome] = []
    timer = due(order)
    while timer is not None and timer.at <= until:
        outcome = _fire(order, timer)
        outcomes.append(outcome)
        order, timer = outcome.order, outcome.due
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


def _fire(order: Order, timer: Timer) -> Outcome:
    change = _TIMER_HANDLERS[timer.action](order, timer)
    entry = HistoryEntry(order.version + 1, timer.at, Actor.CLOCK, timer.action, change.position, {})
    return _outcome(change, armed(change.order), entry)


def _outcome(change: _Change, after: Sequence[Timer], entry: HistoryEntry) -> Outcome:
    return Outcome(change.order._replace(version=entry.number), tuple(change.entries), entry, first(after))


def _guard_milestone(order: Order, position: int | None) -> None:
    if position is not None and not 1 <= position <= len(order.milestones):
        raise refusals.unknown_milestone(order, position)


def _guard_actor(order: Order, action: Action, actor: Actor) -> None:
    allowed = actors(order, action)
    if actor not in allowed:
        raise refusals.wrong_actor(order, action, actor, allowed)


def _guard_end(order: Order, action: Action, position: int | None) -> None:
    """An ended order takes nothing but the reversal of approved work (rules stop-final, money-reversal)."""
    if order.status is Status.ACTIVE:
        return
    approved = position is not None and order.milestones[position - 1].state is State.APPROVED
    if action is not Action.SUPPORT_CANCEL or not approved:
        raise refusals.ended(order)


def _guard_time(order: Order, before: Sequence[Timer], action: Action, at: int) -> None:
    timer, held = first(before), held_deadline(order)
    if timer and timer.at <= at:
        raise refusals.off_schedule(order, timer, at)
    if held and is_too_late(action, held, at):
        raise refusals.held(order, held)


def _guard_timer(order: Order, action: Action, actor: Actor, at: int) -> None:
    if actor is not Actor.CLOCK:
        raise refusals.not_the_clock(order, action, actor)
    timer = due(order)
    if timer is None or timer.action is not action or timer.at != at:
        raise refusals.off_schedule(order, timer, at)


def _guard_last_instant(
    order: Order, after: Sequence[Timer], action: Action, was: tuple[Order, Sequence[Timer]] | None = None
) -> None:
    """No party arms what the clock cannot reach (rule time-format); what `was` armed there is the clock's own."""
    if order.terms.policy.is_first_edition:
        return
    beyond = [instant for instant in instants(order, after) if instant > times.MAX_INSTANT]
    if beyond and not (was and set(beyond) <= set(instants(*was))):
        raise refusals.beyond_time(order, action, beyond[0])


# ── Moving a milestone, and what follows ────────────────────────────────────────────────────────────────────────────


def _put(order: Order, milestone: Milestone) -> Order:
    before, after = order.milestones[: milestone.position - 1], order.milestones[milestone.position :]
    return order._replace(milestones=(*before, milestone, *after))


class _Moves(TypedDict, total=False):
    """What of a milestone can change with its state."""

    started_at: int
    first_delivered_at: int
    delivered_at: int
    ended_at: int
    approved_by: Actor
    revisions_used: int
    substeps_done: tuple[int, ...]
    stages_done: int
    call: Call
    clears_at: int | None
    kept_cents: int


def _move(
    order: Order, action: Action, milestone: Milestone, *, keep_cents: int = 0, **changes: Unpack[_Moves]
) -> _Change:
    """Take the milestone's row of the table: its next state, the money that moves, and the given `changes`.

    Of a refund or a reversal the seller keeps `keep_cents` (rule cancel-split).
    """
    row = MILESTONE_ROWS[action, milestone.state]
    entries = _MONEY[row.money](order, milestone, keep_cents)
    return _Change(_put(order, milestone._replace(state=row.target, **changes)), entries, milestone.position)


def _earned_cents(milestone: Milestone) -> int:
    """What of the milestone's price went to the seller, fees included."""
    return milestone.terms.price_cents if milestone.state is State.APPROVED else milestone.kept_cents


_MONEY: Mapping[Money, Callable[[Order, Milestone, int], list[Entry]]] = {
    Money.NONE: lambda order, m, keep: [],
    Money.CHARGE: lambda order, m, keep: ledger.charge(order.id, order.terms, m.position, m.terms),
    Money.RELEASE: lambda order, m, keep: ledger.release(order.id, order.terms, m.position, m.terms.price_cents),
    Money.CLEAR: lambda order, m, keep: ledger.clear(order.terms, m.position, _earned_cents(m)),
    Money.REFUND: lambda order, m, keep: ledger.refund(order.id, order.terms, m.position, m.terms, keep),
    Money.REVERSE: lambda order, m, keep: ledger.reverse(
        order.terms, m.position, m.terms, keep, cleared=m.clears_at is None
    ),
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
    status = Status.COMPLETED if order.stands else Status.CANCELLED
    ended_at = at if order.ended_at is None else order.ended_at
    return order._replace(milestones=tuple(milestones), status=status, reason=reason, ended_at=ended_at)


def _close(order: Order, request: Request, state: RequestState, at: int) -> Order:
    return order._replace(request=request._replace(state=state, closed_at=at))


def _close_moot(order: Order, at: int) -> Order:
    """The order without an open request about what is finished some other way (rule cancel-moot)."""
    request = order.open_request
    if request is None or (order.status is Status.ACTIVE and not _is_moot(order, request)):
        return order
    return _close(order, request, RequestState.MOOT, at)


def _is_moot(order: Order, request: Request) -> bool:
    """Whether what was asked for is no longer there: its milestone has finished, or nothing would be left to do."""
    if request.kind == RequestKind.CHANGE:
        return not request.proposal and order.running is None
    unfinished = (State.PLANNED, *RUNNING) if request.kind == RequestKind.CANCEL else RUNNING
    return request.position is not None and order.milestones[request.position - 1].state not in unfinished


def _overtake(order: Order, action: Action, at: int) -> Order:
    """The order without the open request that the client's word on it settles (rule cancel-moot)."""
    request = order.open_request
    if request is None or request.kind not in OVERTAKEN[action] or order.terms.policy.is_first_edition:
        return order
    role = Role.ASKER if request.asker is Actor.CLIENT else Role.OTHER
    return _close(order, request, OVERTAKING_ROWS[action, role].target, at)


def _clears_at(order: Order, at: int) -> int | None:
    """When money that is released at an instant becomes available; None at once (rule money-clearance)."""
    days = order.terms.policy.clearance_days
    return at + days * times.DAY if days else None


def _approved(order: Order, action: Action, actor: Actor, at: int) -> _Change:
    clears_at = _clears_at(order, at)
    change = _move(order, action, order.current, ended_at=at, approved_by=actor, clears_at=clears_at)
    return _follow(change, action, at)


def _cancelled(order: Order, action: Action, position: int | None, at: int, keep_cents: int) -> _Change:
    """Cancel one milestone, or the running one and the whole order with it (rules cancel-milestone, cancel-order)."""
    subject = order.milestones[position - 1] if position else order.running
    change = _Change(order, [], None)
    if subject is not None:
        clears_at = subject.clears_at if subject.state is State.APPROVED else _clears_at(order, at)
        change = _move(
            order,
            action,
            subject,
            keep_cents=keep_cents,
            ended_at=at,
            clears_at=clears_at if keep_cents else None,
            kept_cents=keep_cents,
        )
    if position is None:
        return _Change(_close_moot(_ended(change.order, Reason.CANCELLED, at), at), change.entries, None)
    return _follow(change, action, at)


def _changed(order: Order, proposal: tuple[MilestoneTerms, ...]) -> Order:
    """The order with `proposal` in the place of all that is planned (rule change-terms).

    What was dropped before it started comes next to what was started, so that positions have no gaps.
    """
    kept = [one for one in order.milestones if one.state is not State.PLANNED]
    standing = [one._replace(position=number) for number, one in enumerate(kept, start=1)]
    planned = [Milestone(number, agreed) for number, agreed in enumerate(proposal, start=len(kept) + 1)]
    milestones = (*standing, *planned)
    terms = order.terms._replace(milestones=tuple(one.terms for one in milestones))
    return order._replace(terms=terms, milestones=milestones)


# ── The parties' actions ────────────────────────────────────────────────────────────────────────────────────────────


def _deliver(
    order: Order,
    actor: Actor,
    at: int,
    *,
    message: str = "",
    files: Sequence[FileRecord] = (),
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
    return _approved(_overtake(order, Action.APPROVE, at), Action.APPROVE, actor, at)


def _continue(order: Order, actor: Actor, at: int) -> _Change:
    order = _overtake(order, Action.CONTINUE, at)
    following = order.upcoming
    assert following is not None  # the tables have no row without it
    return _move(order, Action.CONTINUE, following, started_at=at)


def _stop(order: Order, actor: Actor, at: int) -> _Change:
    if order.running:
        return _stop_after_current(order, actor, at)
    return _follow(_Change(order, [], None), Action.STOP, at)


def _stop_after_current(order: Order, actor: Actor, at: int) -> _Change:
    return _Change(order._replace(stopping=True), [], order.current.position)


def _undo_stop(order: Order, actor: Actor, at: int) -> _Change:
    return _Change(order._replace(stopping=False), [], order.current.position)


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


# ── The Resolution Center ───────────────────────────────────────────────────────────────────────────────────────────


def _opened(order: Order, request: Request) -> _Change:
    names.check_text("a note", request.note)
    return _Change(order._replace(request=request), [], request.position)


def _open_cancel(
    order: Order,
    actor: Actor,
    at: int,
    *,
    id: int,
    reason: str,
    position: int | None = None,
    note: str = "",
    keep_cents: int = 0,
) -> _Change:
    resolution.check_cancel(order, Action.CANCEL, position, reason)
    resolution.check_keep(order, position, keep_cents, RUNNING)
    return _opened(order, Request(id, actor, position, reason, note, at, keep_cents=keep_cents))


def _open_extend(order: Order, actor: Actor, at: int, *, id: int, days: int, note: str = "") -> _Change:
    resolution.check_extension(order, days)
    position = order.current.position
    return _opened(order, Request(id, actor, position, None, note, at, kind=RequestKind.EXTEND, days=days))


def _open_change(
    order: Order, actor: Actor, at: int, *, id: int, milestones: Sequence[Mapping[str, JsonValue]], note: str = ""
) -> _Change:
    proposal = tuple(agreed_of(plain) for plain in milestones)
    resolution.check_change(order, proposal)
    return _opened(order, Request(id, actor, None, None, note, at, kind=RequestKind.CHANGE, proposal=proposal))


def _answer(order: Order, action: Action, at: int, id: int | None = None) -> _Change:
    """Close the open request; `id`, if given, must be its id, so that nobody answers one and closes another."""
    row, request = REQUEST_ROWS[action], order.open_request
    assert request is not None  # the tables have no row without it
    if id not in (None, request.id):
        raise rules.CANCEL_CHANNEL.refuse(
            why=f"request {id} of order {order.id} is closed; the open one is {request.id}", order=order.id, request=id
        )
    answered = _close(order, request, row.target, at)
    return _GRANTS[request.kind](answered, request, at) if row.grants else _Change(answered, [], request.position)


def _grant_cancel(order: Order, request: Request, at: int) -> _Change:
    keep_cents = request.keep_cents if order.running else 0
    return _cancelled(order, Action.CANCEL, request.position, at, keep_cents)


def _grant_extension(order: Order, request: Request, at: int) -> _Change:
    current = order.current
    return _Change(
        _put(order, current._replace(extended_days=current.extended_days + request.days)), [], current.position
    )


def _grant_change(order: Order, request: Request, at: int) -> _Change:
    return _Change(_changed(order, request.proposal), [], None)


_GRANTS: Mapping[RequestKind, Callable[[Order, Request, int], _Change]] = {
    RequestKind.CANCEL: _grant_cancel,
    RequestKind.EXTEND: _grant_extension,
    RequestKind.CHANGE: _grant_change,
}


def _accept(order: Order, actor: Actor, at: int, *, id: int | None = None) -> _Change:
    return _answer(order, Action.ACCEPT_REQUEST, at, id)


def _decline(order: Order, actor: Actor, at: int, *, id: int | None = None) -> _Change:
    return _answer(order, Action.DECLINE_REQUEST, at, id)


def _withdraw(order: Order, actor: Actor, at: int, *, id: int | None = None) -> _Change:
    return _answer(order, Action.WITHDRAW_REQUEST, at, id)


def _support_cancel(
    order: Order,
    actor: Actor,
    at: int,
    *,
    reason: str,
    position: int | None = None,
    note: str = "",
    keep_cents: int = 0,
) -> _Change:
    resolution.check_cancel(order, Action.SUPPORT_CANCEL, position, reason)
    resolution.check_keep(order, position, keep_cents, (*RUNNING, State.APPROVED))
    names.check_text("a note", note)
    if order.status is not Status.ACTIVE:
        resolution.check_reversal_time(order, position, at)
    return _cancelled(order, Action.SUPPORT_CANCEL, position, at, keep_cents)


_Handler = Callable[..., _Change]  # type: ignore[explicit-any]  # each takes the arguments of its own action
_HANDLERS: Mapping[Action, _Handler] = {
    Action.DELIVER: _deliver,
    Action.APPROVE: _approve,
    Action.REVISE: _revise,
    Action.CONTINUE: _continue,
    Action.STOP: _stop,
    Action.STOP_AFTER_CURRENT: _stop_after_current,
    Action.UNDO_STOP: _undo_stop,
    Action.CHECK_SUBSTEP: _check_substep,
    Action.UNCHECK_SUBSTEP: _uncheck_substep,
    Action.REPORT_STAGE: _report_stage,
    Action.SET_CALL: _set_call,
    Action.OPEN_CANCEL: _open_cancel,
    Action.OPEN_EXTEND: _open_extend,
    Action.OPEN_CHANGE: _open_change,
    Action.ACCEPT_REQUEST: _accept,
    Action.DECLINE_REQUEST: _decline,
    Action.WITHDRAW_REQUEST: _withdraw,
    Action.SUPPORT_CANCEL: _support_cancel,
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
    return _answer(order, timer.action, timer.at)


def _on_clearance(order: Order, timer: Timer) -> _Change:
    assert timer.position is not None
    return _move(order, Action.CLEAR, order.milestones[timer.position - 1], clears_at=None)


_TIMER_HANDLERS: Mapping[Action, Callable[[Order, Timer], _Change]] = {
    Action.REVIEW_SILENCE: _on_review_silence,
    Action.CONTINUE_WINDOW: _on_continue_window,
    Action.RENEW: _on_renewal,
    Action.CANCEL_UNANSWERED: _on_unanswered,
    Action.REQUEST_LAPSES: _on_unanswered,
    Action.CLEAR: _on_clearance,
}
