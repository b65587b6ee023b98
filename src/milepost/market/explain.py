"""An order in plain words: what happened, whose turn it is, what the clock will do, and what each choice means.

Nothing is decided here: each choice is tried with `act` on the order at hand, and what it leads to is told.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from milepost import commands, money, times
from milepost.commands import Command
from milepost.core import act
from milepost.core.act import HistoryEntry, Outcome, settle
from milepost.core.ledger import Entry, Totals, totals
from milepost.core.order import Order, Request, actors, answer_by, deadline, held_deadline, is_legal, timers
from milepost.core.transitions import CANCEL_REASONS, Action, Actor, Phase, RequestKind
from milepost.rules import RuleError
from milepost.store import ledger, orders, settings
from milepost.store.db import Database
from milepost.views.explain import ChoiceView, ExplainView
from milepost.views.orders import TimerView, deliveries, revision_requests

_TURNS = {
    Phase.WORKING: Actor.SELLER,
    Phase.REVISING: Actor.SELLER,
    Phase.REVIEW: Actor.CLIENT,
    Phase.AWAITING_CONTINUE: Actor.CLIENT,
}

_PHASE_WORDS = {
    Phase.WORKING: "the seller works on it",
    Phase.REVIEW: "the client reviews it",
    Phase.REVISING: "the seller revises it",
    Phase.AWAITING_CONTINUE: "the next milestone waits for the client to start it",
    Phase.AWAITING_RENEWAL: "the next cycle starts by itself at its renewal",
}


def explain(db: Database, order_id: int) -> ExplainView:
    """The state of an order in a few sentences. Raises `NotFound`."""
    with db.read() as connection:
        order = orders.existing(connection, order_id)
        now = settings.clock(connection)
        lines = list(orders.history(connection, order_id))
        sums = totals(posted.entry for posted in ledger.entries(connection, order_id=order_id))
    timer = deadline(order)
    turn = _turn(order)
    sentences = [_standing(order), _last(lines[-1].at, lines[-1].actor, lines[-1].action, now)]
    if turn:
        sentences.append(f"It is the turn of the {turn}, {_handle(order, turn)}.")
    sentences.extend(_exchanged(lines, order.current.position))
    sentences.extend(_notes(order, now))
    sentences.extend(_sums(order, sums))
    if timer:
        after = _silent(order)
        paid = _told_money(after)
        money_text = f" ({', '.join(paid)})" if paid else ""
        until = times.format_instant(timer.at)
        sentences.append(
            f"If nobody acts before {until}, in {times.format_duration(timer.at - now)}, {timer.rule.id} applies: "
            f"{_leads_to(order, after[-1].order)}{money_text}."
        )
    return ExplainView(
        order.id,
        order.terms.title,
        sentences,
        str(turn) if turn else None,
        timer.rule.id if timer else None,
        TimerView.of(order, timer) if timer else None,
        list(_choices(order, now)),
    )


def _turn(order: Order) -> Actor | None:
    request = order.open_request
    if request:
        return Actor.SELLER if request.asker is Actor.CLIENT else Actor.CLIENT
    return _TURNS.get(order.phase)


def _handle(order: Order, actor: Actor) -> str:
    return order.terms.client if actor is Actor.CLIENT else order.terms.seller


def _standing(order: Order) -> str:
    terms, current, count = order.terms, order.current, len(order.milestones)
    parties = f"{terms.seller} works for {terms.client} under the {terms.policy.name} policy"
    if order.phase is Phase.ENDED:
        return f"{parties}. The order is {order.status} ({order.reason}); an ended order never resumes."
    name = f"milestone {current.position} of {count}, {current.terms.name!r},"
    return f"{parties}. {name[0].upper() + name[1:]} is {current.state}: {_PHASE_WORDS[order.phase]}."


def _last(at: int, actor: Actor, action: Action, now: int) -> str:
    ago = f"{times.format_duration(now - at)} ago" if now > at else "just now"
    return f"Last, {ago} ({times.format_instant(at)}): {action}, by the {actor}."


def _exchanged(history: Sequence[HistoryEntry], position: int) -> Iterator[str]:
    """What was last handed over for a milestone, and what the client last asked to be revised."""
    for delivered in deliveries(history, position)[-1:]:
        what = ", ".join([*(file.name for file in delivered.files), *delivered.links]) or "no file or link"
        said = f", saying {delivered.message!r}" if delivered.message else ""
        yield f"Last delivered {times.format_instant(delivered.at)}: {what}{said}."
    for asked in revision_requests(history, position)[-1:]:
        said = f": {asked.message!r}" if asked.message else ""
        yield f"Last asked to revise {times.format_instant(asked.at)}{said}."


def _notes(order: Order, now: int) -> Iterator[str]:
    current = order.current
    if order.stopping:
        yield "The client has asked to stop: the order ends after the running milestone."
    if order.running and current.first_delivered_at is None and current.due_at is not None:
        late = current.late_seconds(now)
        due = times.format_instant(current.due_at)
        yield (
            f"The work was due {due}; it is late by {times.format_duration(late)}."
            if late
            else f"The work is due {due}."
        )
    request = order.open_request
    if request:
        yield f"The {request.asker} asks {_ASKED[request.kind](request)}."
        held = held_deadline(order)
        if held and held.at > now:
            yield f"Until that is answered, {held.rule.id} does not apply; the time until it would does not grow."
        elif held:
            passed = times.format_instant(held.at)
            yield f"{held.rule.id} was due {passed} and waits for the answer; nothing else can be done."


def _cancelling(request: Request) -> str:
    what = f"milestone {request.position}" if request.position else "the whole order"
    kept = f", and to keep {money.dollars(request.keep_cents)} for work done" if request.keep_cents else ""
    assert request.reason is not None
    return f"to cancel {what}{kept}: {CANCEL_REASONS[request.reason]}"


def _extending(request: Request) -> str:
    return f"for {request.days} more day{'' if request.days == 1 else 's'} for milestone {request.position}"


def _changing(request: Request) -> str:
    told = ", ".join(f"{one.name!r} ({one.days} days, {money.dollars(one.price_cents)})" for one in request.proposal)
    return f"to replace what is planned by {told}" if told else "to drop what is planned"


_ASKED: Mapping[RequestKind, Callable[[Request], str]] = {
    RequestKind.CANCEL: _cancelling,
    RequestKind.EXTEND: _extending,
    RequestKind.CHANGE: _changing,
}


def _sums(order: Order, sums: Totals) -> Iterator[str]:
    parts = (
        (sums.escrow_cents, "is in escrow"),
        (sums.released_cents, "went to the seller"),
        (sums.refunded_cents, "went back to the client"),
        (sums.fees_cents, "went to the marketplace"),
    )
    told = ", ".join(f"{money.dollars(cents)} {where}" for cents, where in parts if cents)
    yield f"Of {money.dollars(sums.charged_cents)} charged, {told}."
    for timer in timers(order):
        if timer.action is Action.CLEAR:
            yield f"The money of milestone {timer.position} becomes available {times.format_instant(timer.at)}."


def _silent(order: Order) -> list[Outcome]:
    """What the clock does next, up to and with the instant of the order's own deadline."""
    timer = deadline(order)
    assert timer is not None
    return settle(order, timer.at)


def _choices(order: Order, now: int) -> Iterator[ChoiceView]:
    for command in commands.COMMANDS:
        first = command.actions[0]
        if not command.told or not is_legal(order, first):
            continue
        for actor in actors(order, first):
            outcomes = _try(order, command.actions, actor, now)
            if outcomes:
                yield ChoiceView(
                    str(actor),
                    " and ".join(command.actions),
                    _leads_to(order, outcomes[-1].order),
                    _told_money(outcomes),
                    _line(order, command, actor, now),
                )


def _try(order: Order, actions: Sequence[Action], actor: Actor, now: int) -> list[Outcome]:
    """The outcomes of some actions in a row, and of what the clock does at once; none, if one is refused."""
    outcomes: list[Outcome] = []
    for action in actions:
        standing = outcomes[-1].order if outcomes else order
        args = next(commands.arguments(standing, action, now))
        try:
            outcomes.append(act.act(standing, action, actor=actor, at=now, **args))
        except RuleError:
            return []
        outcomes.extend(settle(outcomes[-1].order, now))
    return outcomes


def _line(order: Order, command: Command, actor: Actor, now: int) -> str:
    """The command for a choice that was tried: what it was tried with is for the party to say, but for its object."""
    tried = next(iter(command.samples(order, now)))
    subject = commands.written(tried)["subject"]
    asked = tried if command.asks is None else command.asks
    return command.template.asking(asked).line(commands.facts(order, actor) | {"subject": subject})


def _leads_to(before: Order, after: Order) -> str:
    if after.phase is Phase.ENDED:
        skipped = sum(milestone.state == "skipped" for milestone in after.milestones)
        rest = f", {skipped} milestone{'s' if skipped > 1 else ''} skipped" if skipped else ""
        return f"the order is {after.status} ({after.reason}){rest}"
    request = after.open_request
    if request and not before.open_request:
        hours = (answer_by(after, request) - request.opened_at) // times.HOUR
        return f"the other party has {hours} hours to answer"
    if after.stopping and not before.stopping:
        return "the order ends once the running milestone is approved"
    if after.phase is before.phase and after.current.position == before.current.position:
        return f"stays {after.phase}"
    return f"{after.phase}, milestone {after.current.position}"


def _told_money(outcomes: Sequence[Outcome]) -> list[str]:
    entries: list[Entry] = [entry for outcome in outcomes for entry in outcome.entries]
    return [f"{entry.kind} {money.dollars(entry.amount_cents)}" for entry in entries]
