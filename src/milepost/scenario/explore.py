"""From where a story has led, every way that its orders can still go."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from milepost import commands
from milepost.core import ledger
from milepost.core.explore import Explored, Reached, count_paths, explore
from milepost.core.order import Order
from milepost.core.transitions import Action, State
from milepost.errors import BadFile, Fault
from milepost.market import orders, stores
from milepost.scenario.file import Scenario
from milepost.scenario.play import RunCommand, play_in
from milepost.views.scenarios import ExploredView, OutcomeView

STATES_MAX = 50_000
STEPS_MAX = 20


def explore_story(
    scenario: Scenario,
    run_command: RunCommand,
    *,
    steps: int | None = None,
    limit: int = STATES_MAX,
    on_progress: Callable[[int], None] = lambda count: None,
) -> list[ExploredView]:
    """Play the story's first steps, all if none are said, and walk every state that each of its orders can reach.

    `on_progress` is told how many states of the order at hand were found.
    Raises `BadFile` if the story goes another way than written before that.
    """
    opening = [event for event in scenario.events if event.words][:steps]
    scenario = replace(scenario, events=tuple(opening))
    db = stores.create_memory(start=scenario.start, policy=scenario.policy)
    try:
        played = play_in(scenario, db, run_command)
        lost = [step for step in played.steps if not step.ok]
        if lost:
            faults = [Fault(f"{step.step}: {step.effect}", step.line) for step in lost]
            raise BadFile(scenario.name, faults)
        now = stores.settings_of(db).clock
        return [_explored(*orders.plain(db, view.id), now, limit, on_progress) for view in played.orders]
    finally:
        db.close()


def _arguments(order: Order, action: Action, now: int) -> Iterator[commands.Args]:
    """What an action is tried with, but for more milestones than are planned: what could be added has no end."""
    planned = sum(one.state is State.PLANNED for one in order.milestones)
    for args in commands.arguments(order, action, now):
        added = args.get("milestones", ())
        if not isinstance(added, Sequence) or len(added) <= planned:
            yield args


def _explored(
    order: Order, entries: tuple[ledger.Entry, ...], now: int, limit: int, on_progress: Callable[[int], None]
) -> ExploredView:
    found = explore(order, entries, now, _arguments, limit=limit, on_progress=on_progress)
    ends = [number for number, reached in enumerate(found.states) if reached.is_end]
    broken = [" → ".join(found.path(number)) for number, reached in enumerate(found.states) if not _holds(reached)]
    paths = count_paths(found, STEPS_MAX)
    return ExploredView(
        order.id,
        len(found.states),
        found.transitions,
        len(ends),
        paths,
        STEPS_MAX,
        limit if found.cut else None,
        broken,
        _extremes(found, ends),
    )


def _extremes(found: Explored, ends: list[int]) -> list[OutcomeView]:
    """The best and the worst end for each side: by what the seller has, and by what the client gets for the money."""
    if not ends:
        return []

    def released(end: int) -> int:
        return _released(found.states[end])

    def worth(end: int) -> tuple[int, int]:
        """What the client has: more approved milestones, and less paid for them."""
        return _approved(found.states[end]), -_spent(found.states[end])

    return [  # of ends that are alike, the first one found has the shortest path
        _outcome(found, "seller", "best", max(ends, key=released)),
        _outcome(found, "seller", "worst", min(ends, key=released)),
        _outcome(found, "client", "best", max(ends, key=worth)),
        _outcome(found, "client", "worst", min(ends, key=worth)),
    ]


def _outcome(found: Explored, side: str, which: str, number: int) -> OutcomeView:
    end = found.states[number]
    status, reason = str(end.order.status), str(end.order.reason)
    return OutcomeView(side, which, status, reason, _released(end), _spent(end), _approved(end), found.path(number))


def _holds(reached: Reached) -> bool:
    """Rule money-conserved, in one state."""
    totals = ledger.totals(reached.entries)
    running = reached.order.running
    held = running.terms.price_cents if running else 0
    once = [(entry.position, entry.kind) for entry in reached.entries]
    return totals.balanced and totals.escrow_cents == held and len(set(once)) == len(once)


def _released(end: Reached) -> int:
    return ledger.totals(end.entries).released_cents


def _spent(end: Reached) -> int:
    totals = ledger.totals(end.entries)
    return totals.charged_cents - totals.refunded_cents


def _approved(end: Reached) -> int:
    return sum(milestone.state is State.APPROVED for milestone in end.order.milestones)
