"""Playing a scenario: its gigs and offers, its steps at their instants, and what must be true.

A step is done by `RunCommand`, which runs the words of the command line on the scenario's store; so a scenario has no
vocabulary and no way into the market of its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from milepost import money, times
from milepost.errors import MilepostError
from milepost.files.documents import GigDocument, OfferDocument
from milepost.market import clock, gigs, ledger, offers, orders, stores
from milepost.rules import RuleError
from milepost.scenario.expectations import compare
from milepost.scenario.file import Event, Scenario
from milepost.store.db import Database
from milepost.views.base import Created, Repeated, View
from milepost.views.gigs import GigView
from milepost.views.offers import OfferView, PlacedView
from milepost.views.orders import OrderedView, OrderView, RequestView
from milepost.views.scenarios import ExpectationView, PlayedView, StepView

RunCommand = Callable[[Database, Sequence[str]], View | int]  # a view, or the code of an early exit
MANY = 1_000_000


class BadStep(MilepostError):
    """Words that the command line does not understand."""


@dataclass(slots=True)
class _Play:
    """One run: what refs stand for, which orders there are, and what was told so far."""

    scenario: Scenario
    db: Database
    run_command: RunCommand
    refs: dict[str, int] = field(default_factory=dict)
    subjects: dict[str, int] = field(default_factory=dict)  # the order of each ref to an order or a request
    orders: list[int] = field(default_factory=list)
    steps: list[StepView] = field(default_factory=list)
    expectations: list[ExpectationView] = field(default_factory=list)
    last_entry: int = 0
    reached: int | None = None  # the instant that the clock is known to show


def play(scenario: Scenario, run_command: RunCommand, *, strict: bool = True) -> PlayedView:
    """Play a scenario in memory. The first step that goes another way than written ends it, as failed.

    Where that is not `strict`, the story goes on after such a step.
    """
    db = stores.create_memory(start=scenario.start, policy=scenario.policy)
    try:
        return play_in(scenario, db, run_command, strict=strict)
    finally:
        db.close()


def play_in(scenario: Scenario, db: Database, run_command: RunCommand, *, strict: bool = True) -> PlayedView:
    """Play a scenario in a new store."""
    run = _Play(scenario, db, run_command, reached=stores.clock_of(db)[0])
    whole = _set_up(run) and all(_happen(run, event) or not strict for event in scenario.events)
    passed = whole and all(step.ok for step in run.steps) and all(one.ok for one in run.expectations)
    return PlayedView(
        scenario.name,
        scenario.title,
        scenario.policy.name,
        passed,
        run.steps,
        run.expectations,
        [orders.show(db, order_id) for order_id in run.orders],
        ledger.entries(db, order_id=None, account=None, limit=MANY).items,
    )


def _set_up(run: _Play) -> bool:
    """Make the file's gigs and offers, at its start."""
    made = (_made(run, f"gig {gig.ref}", gig.ref, partial(_create, run, gig)) for gig in run.scenario.gigs)
    sent = (_made(run, f"offer {offer.ref}", offer.ref, partial(_send, run, offer)) for offer in run.scenario.offers)
    return all(made) and all(sent)


def _create(run: _Play, gig: GigDocument) -> Created[GigView]:
    return gigs.create(run.db, gig.plain())


def _send(run: _Play, offer: OfferDocument) -> Created[OfferView]:
    return offers.create(run.db, offer.plain(run.refs[str(offer.gig)]))


def _made(run: _Play, told: str, ref: str | None, make: Callable[[], Created[GigView] | Created[OfferView]]) -> bool:
    assert ref is not None  # the file was refused otherwise
    at = run.scenario.start
    try:
        run.refs[ref] = make().id
    except RuleError as fault:
        run.steps.append(StepView(at, None, told, f"refused: {fault}", ok=False))
        return False
    run.steps.append(StepView(at, None, told, f"is {told.split(maxsplit=1)[0]} {run.refs[ref]}"))
    return True


def _happen(run: _Play, event: Event) -> bool:
    """A step or an expectation, after the clock has ticked to its instant."""
    try:
        _tick(run, event.at)
    except RuleError as fault:  # a step before this one has sent the clock further
        return _tell(run, event, f"refused: {fault}", ok=False)
    if event.words:
        return _done(run, event)
    assert event.expect is not None
    order_id = run.refs.get(event.order) if event.order else None
    _compare(run, event, order_id if event.order else _latest(run))
    return True


def _done(run: _Play, event: Event) -> bool:
    """A step, and what must be true after it."""
    try:
        words = event.spoken(run.refs)
        run.reached = None if "tick" in words else run.reached
        view = run.run_command(run.db, words)
    except RuleError as fault:
        expected = fault.rule.id == event.refused
        effect = f"refused as expected [{fault.rule.id}]" if expected else f"refused: {fault}"
        _tell(run, event, effect, ok=expected)
        if expected and event.expect:
            _compare(run, event, _subject(run, event))
        return expected
    except MilepostError as error:
        return _tell(run, event, f"failed: {error}", ok=False)
    order = _bind(run, event, view)
    if event.binds and event.binds not in run.refs:
        return _tell(run, event, f"done, but it makes nothing that could be called {event.binds}", ok=False)
    if event.refused:
        return _tell(run, event, f"done, but {event.refused} should have refused it", ok=False)
    if getattr(view, "failed", False):  # as on the command line, whose exit code says so
        return _tell(run, event, "done, but it found something wrong", ok=False)
    _tell(run, event, "done before, under its key" if isinstance(view, Repeated) else _effect(run, order), ok=True)
    if event.expect:
        _compare(run, event, order.id if order else _subject(run, event))
    return True


def _tell(run: _Play, event: Event, effect: str, *, ok: bool) -> bool:
    """Note how a step went; the answer is `ok`."""
    told = " ".join(event.words) + (f" as {event.binds}" if event.binds else "")
    run.steps.append(StepView(event.at, event.line, told or "what must be true", effect, ok=ok))
    return ok


def _subject(run: _Play, event: Event) -> int | None:
    """The order that a step names, itself or by a request to cancel; else the one that came last."""
    return next((run.subjects[ref] for ref in event.refs if ref in run.subjects), _latest(run))


def _tick(run: _Play, at: int) -> None:
    if at == run.reached:
        return
    fired = clock.tick(run.db, at, keep=MANY).fired
    run.reached = at
    for timer in fired:
        subject = f"order {timer.order}" if timer.order else f"offer {timer.offer}"
        run.steps.append(StepView(timer.at, None, f"the clock: {timer.timer}", f"{subject} [{timer.rule}]"))
    if fired:
        run.steps[-1] = _with_money(run, run.steps[-1])


def _with_money(run: _Play, step: StepView) -> StepView:
    return step._replace(effect="; ".join([step.effect, *_moved(run)]))


def _bind(run: _Play, event: Event, view: View | int) -> OrderView | None:
    """Remember what the step made, and find the order that it was about."""
    whole = view.whole if isinstance(view, Created) else view
    made = view.id if isinstance(view, Created | Repeated) else None
    if made is not None and event.binds:
        run.refs[event.binds] = made
    order = whole.order if isinstance(whole, PlacedView | OrderedView) else whole
    if event.binds and isinstance(order, OrderView):
        run.subjects[event.binds] = order.id
    if event.binds and isinstance(whole, RequestView):
        run.subjects[event.binds] = whole.order
    if not isinstance(order, OrderView):
        return None
    if order.id not in run.orders:
        run.orders.append(order.id)
    return order


def _effect(run: _Play, order: OrderView | None) -> str:
    return "; ".join([*([effect_of(order)] if order else []), *_moved(run)])


def effect_of(order: OrderView) -> str:
    """Where an order stands after a step, and which timer is next."""
    ended = f" ({order.reason})" if order.reason else ""
    timer = "".join(f"; {timer.timer} at {_minute(timer.at)}" for timer in order.timers[:1])
    return f"{order.phase}{ended}{timer}"


def _minute(instant: int) -> str:
    return times.format_instant(instant)[:16].replace("T", " ")


def _moved(run: _Play) -> list[str]:
    """The entries that the ledger has now and had not when it was asked last."""
    entries = ledger.written_after(run.db, run.last_entry)
    run.last_entry = entries[-1].id if entries else run.last_entry
    return [f"{entry.kind} {money.dollars(entry.amount_cents)}" for entry in entries]


def _compare(run: _Play, event: Event, order_id: int | None) -> None:
    assert event.expect is not None
    for one in compare(run.db, run.refs, event.expect, order_id):
        run.expectations.append(ExpectationView(event.at, event.line, *one))


def _latest(run: _Play) -> int | None:
    """The order that came last."""
    return run.orders[-1] if run.orders else None
