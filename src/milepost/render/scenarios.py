"""Stories as people see them: played, compared and explored; and trials."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from milepost.render.base import amount, day, listed, rendered, state, table, when, words
from milepost.render.money import entries
from milepost.render.orders import timers
from milepost.views.scenarios import (
    ComparedView,
    ExpectationView,
    ExploredView,
    FileFaultView,
    PlayedView,
    StepView,
    SuiteView,
    TrialView,
)


@rendered.register
def _(view: TrialView) -> RenderableType:
    ledger: list[RenderableType] = [entries(view.ledger)] if view.ledger else [Text("No money would move.")]
    armed = timers(view.order.timers) if view.order.timers else Text("No timers would be armed.")
    return Group(
        Text("Nothing of this is saved.\n", "bold"), _steps(view.steps), "", rendered(view.order), "", armed, *ledger
    )


@rendered.register
def _(view: PlayedView) -> RenderableType:
    parts: list[RenderableType] = [words(f"{view.title}  ({view.policy} policy)\n", "bold"), _steps(view.steps), ""]
    for order in view.orders:
        armed = timers(order.timers) if order.timers else Text("No timers are armed.")
        parts.extend((rendered(order), "", armed))
    if view.ledger:
        parts.append(entries(view.ledger))
    if view.expectations:
        parts.extend((_expectations(view.expectations), ""))
    missed = sum(not one.ok for one in view.expectations)
    lost = [step for step in view.steps if not step.ok]
    if view.passed:
        count = len(view.expectations)
        parts.append(Text(f"The story went as written; {count} of {count} expectations hold.", style="green"))
    for step in lost:
        parts.append(words(f"{view.name}:{step.line or 1}: {step.step}: {step.effect}", "red"))
    if missed:
        parts.append(Text(f"{missed} of {len(view.expectations)} expectations do not hold.", style="red"))
    return Group(*parts)


def _steps(steps: Sequence[StepView]) -> Table:
    made = table("At", "Step", "Effect")
    for step in steps:
        by_clock = "dim" if step.line is None else ""
        made.add_row(when(step.at), words(step.step, by_clock), words(step.effect, "" if step.ok else "red"))
    return made


def _expectations(expectations: Sequence[ExpectationView]) -> Table:
    made = table("Line", "At", "Expected of", "Expected", "Found", "", title="Expectations", right=("Line",))
    for one in expectations:
        mark = Text("ok", style="green") if one.ok else Text("no", style="red")
        made.add_row(str(one.line), when(one.at), words(one.what), words(one.expected), words(one.found), mark)
    return made


@rendered.register
def _(view: SuiteView) -> RenderableType:
    if not view.brief:
        return Group(*(rendered(played) for played in view.played))
    made = table("Story", "Steps", "Expectations", "", right=("Steps", "Expectations"))
    details: list[RenderableType] = []
    for played in (one for one in view.played if one.failed or not view.quiet):
        mark = Text("passed", style="green") if played.passed else Text("failed", style="red")
        made.add_row(words(played.name), str(len(played.steps)), str(len(played.expectations)), mark)
        details.extend(_lost(played))
    for broken in view.broken:
        made.add_row(words(broken.name), "", "", Text("broken", style="red"))
        details.extend(words(f"{_place(broken.name, fault)}: {fault.message}", "red") for fault in broken.faults)
    count = sum(not played.passed for played in view.played) + len(view.broken)
    files = len(view.played) + len(view.broken)
    total = f"{files - count} of {files} stories went as written."
    if view.left:
        total += f" {view.left} were not played."
    shown: list[RenderableType] = [made, ""] if made.row_count else []
    return Group(*shown, *details, Text(total, style="red" if count else "green"))


def _place(name: str, fault: FileFaultView) -> str:
    """`file:line:column`, as far as it is known."""
    return ":".join(str(part) for part in (name, fault.line, fault.column) if part is not None)


def _lost(played: PlayedView) -> list[RenderableType]:
    """What of a story went another way than written, by file and line."""
    steps = [f"{played.name}:{one.line or 1}: {one.step}: {one.effect}" for one in played.steps if not one.ok]
    missed = [
        f"{played.name}:{one.line}: {one.what} at {when(one.at)}: expected {one.expected}, found {one.found}"
        for one in played.expectations
        if not one.ok
    ]
    return [words(line, "red") for line in (*steps, *missed)]


@listed("file")
def _files(files: Sequence[str]) -> RenderableType:
    return words("\n".join(f"{name}: can be played" for name in files))


@listed("comparison")
def _compared(lines: Sequence[ComparedView]) -> RenderableType:
    made = table("Policy", "Status", "Ended", "Paid", "Refunded", "Seller", "Fees", right=_AMOUNTS)
    refused: list[RenderableType] = []
    for line in lines:
        status = state(line.status)
        if line.reason:
            status.append(f"\n{line.reason}", "dim")
        cents = (line.charged_cents, line.refunded_cents, line.released_cents, line.fees_cents)
        made.add_row(words(line.policy), status, day(line.ended_at), *map(amount, cents))
        refused.extend(words(f"{line.policy}: {one}", "yellow") for one in line.refused)
    return Group(made, *(["", *refused] if refused else []))


_AMOUNTS = ("Paid", "Refunded", "Seller", "Fees")


@listed("exploration")
def _explored(explored: Sequence[ExploredView]) -> RenderableType:
    return Group(*(rendered(view) for view in explored))


@rendered.register
def _(view: ExploredView) -> RenderableType:
    bound = f"; cut at {view.cut_at:,} states" if view.cut_at else ", all of them"
    parts: list[RenderableType] = [
        Text(f"Order {view.order}: {view.states:,} states, {view.transitions:,} transitions{bound}", style="bold"),
        Text(f"{view.ends:,} ends; {view.paths:,} paths of at most {view.steps_max} steps lead to one"),
        Text("Money is conserved in every state.", style="green")
        if not view.broken
        else Text(f"Money is not conserved in {len(view.broken):,} states.", style="red"),
        "",
    ]
    made = table("For", "End", "Seller", "Client paid", "Path", right=("Seller", "Client paid"))
    for one in view.outcomes:
        end = state(one.status).append(f"\n{one.reason}", "dim")
        made.add_row(
            f"{one.side}, {one.which}", end, amount(one.seller_cents), amount(one.client_cents), "\n".join(one.path)
        )
    return Group(*parts, made)
