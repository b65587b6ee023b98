"""From where a story has led, every way that its orders can still go."""

from dataclasses import replace

from milepost import commands
from milepost.core import ledger
from milepost.core.explore import Explored, Reached, count_paths, explore, state_of
from milepost.core.order import Order
from milepost.core.transitions import State
from milepost.errors import BadFile, Fault
from milepost.market import orders, stores
from milepost.scenario.file import Scenario
from milepost.scenario.play import RunCommand, play_in
from milepost.views.scenarios import ExploredView, OutcomeView

STATES_MAX = 50_000
STEPS_MAX = 20


def explore_story(
    scenario: Scenario, run_command: RunCommand, *, steps: int | None = None, limit: int = STATES_MAX
) -> list[ExploredView]:
    """Play the story's first steps, all if none are said, and walk every state that each of its orders can reach.

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
        return [_explored(*orders.plain(db, view.id), now, limit) for view in played.orders]
    finally:
        db.close()


def _explored(order: Order, entries: tuple[ledger.Entry, ...], now: int, limit: int) -> ExploredView:
    found = explore(order, entries, now, commands.arguments, limit=limit)
    ends = [reached for reached in found.states.values() if reached.is_end]
    broken = [" → ".join(reached.path) for reached in found.states.values() if not _holds(reached)]
    paths = count_paths(found, state_of(order), STEPS_MAX)
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


def _extremes(found: Explored, ends: list[Reached]) -> list[OutcomeView]:
    """The best and the worst end for each side: by what the seller has, and by what the client gets for the money."""
    if not ends:
        return []
    return [  # of ends that are alike, the first one found has the shortest path
        _outcome("seller", "best", max(ends, key=_released)),
        _outcome("seller", "worst", min(ends, key=_released)),
        _outcome("client", "best", max(ends, key=_worth)),
        _outcome("client", "worst", min(ends, key=_worth)),
    ]


def _worth(end: Reached) -> tuple[int, int]:
    """What the client has: more approved milestones, and less paid for them."""
    return _approved(end), -_spent(end)


def _outcome(side: str, which: str, end: Reached) -> OutcomeView:
    order = end.order
    return OutcomeView(
        side, which, str(order.status), str(order.reason), _released(end), _spent(end), _approved(end), list(end.path)
    )


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
