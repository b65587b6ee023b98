"""Pictures of orders told in other ways: in words, as a trial, as a story that was played."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from milepost import views
from milepost.cli.render_base import rendered, table, when, words
from milepost.cli.render_money import entries
from milepost.cli.render_orders import timers


@rendered.register
def _(view: views.ExplainView) -> RenderableType:
    parts: list[RenderableType] = [words(f"Order {view.order}: {view.title}", "bold"), ""]
    parts.extend(words(sentence) for sentence in view.sentences)
    if view.choices:
        made = table("Who", "Can", "Leads to", "Money")
        for choice in view.choices:
            can = Text(choice.action)
            can.append(f"\n{choice.command}", "dim")
            made.add_row(choice.by, can, choice.leads_to, "\n".join(choice.money))
        parts.extend(("", made))
    return Group(*parts)


@rendered.register
def _(view: views.TrialView) -> RenderableType:
    ledger: list[RenderableType] = [entries(view.ledger)] if view.ledger else [Text("No money would move.")]
    armed = timers(view.order.timers) if view.order.timers else Text("No timers would be armed.")
    return Group(
        Text("Nothing of this is saved.\n", "bold"), _steps(view.steps), "", rendered(view.order), "", armed, *ledger
    )


@rendered.register
def _(view: views.TimelineView) -> RenderableType:
    from milepost.cli.chart import chart

    return chart(view)


@rendered.register
def _(view: views.PlayedView) -> RenderableType:
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


def _steps(steps: list[views.StepView]) -> Table:
    made = table("At", "Step", "Effect")
    for step in steps:
        by_clock = "dim" if step.line is None else ""
        made.add_row(when(step.at), words(step.step, by_clock), words(step.effect, "" if step.ok else "red"))
    return made


def _expectations(expectations: list[views.ExpectationView]) -> Table:
    made = table("Line", "At", "Expected of", "Expected", "Found", "", title="Expectations", right=("Line",))
    for one in expectations:
        mark = Text("ok", style="green") if one.ok else Text("no", style="red")
        made.add_row(str(one.line), when(one.at), words(one.what), words(one.expected), words(one.found), mark)
    return made
