"""What the parties have to do, and how a store stands, as people see it."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from milepost.render.base import facts, listed, rendered, table, when, words
from milepost.views.todo import StatusView, TaskView


@listed("task")
def tasks(tasks: Sequence[TaskView]) -> Table:
    made = table("By", "Who", "Of", "What")
    for task in tasks:
        by = Text(when(task.at) if task.at is not None else "")
        if task.late:
            by.append(" late", "red")
        of = f"order {task.order}" if task.order else f"offer {task.offer}"
        made.add_row(by, words(task.handle), of, words(task.what).append(f"\n{task.command}", "dim"))
    return made


@rendered.register
def _(view: StatusView) -> RenderableType:
    rows = [
        ("Store", words(view.path)),
        ("Clock", Text(f"{when(view.clock)} UTC, {view.clock_mode}")),
        ("Policy", words(view.policy)),
        ("Gigs", Text(f"{view.gigs:,}")),
        ("Offers", Text(f"{view.offers_sent:,} sent and not answered")),
        ("Orders", Text(f"{view.orders_active:,} open of {view.orders:,}")),
        ("Requests", Text(f"{view.requests_open:,} open")),
    ]
    if view.next_timer is not None:
        of = f"order {view.next_timer.order}" if view.next_timer.order else f"offer {view.next_timer.offer}"
        rows.append(("Next timer", words(f"{when(view.next_timer.at)}, {of}: {view.next_timer.effect}")))
    parts: list[RenderableType] = [facts(rows)]
    if view.next_task is not None:
        parts += ["", tasks([view.next_task])]
    return Group(*parts)
