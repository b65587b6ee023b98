"""The clock as people see it: what a tick fired."""

from rich.console import Group, RenderableType
from rich.text import Text

from milepost.render.base import rendered, table, when
from milepost.views.clock import TickView


@rendered.register
def _(view: TickView) -> RenderableType:
    clock = Text(f"The clock is at {when(view.clock)} UTC.")
    if not view.count:
        return Group(clock, Text("Nothing was due."))
    made = table("At", "Order", "Timer", "Rule", right=("Order",))
    for fired in view.fired:
        subject = str(fired.order) if fired.order else f"offer {fired.offer}"
        made.add_row(when(fired.at), subject, fired.timer, fired.rule)
    rest = view.count - len(view.fired)
    more = [Text(f"and {rest:,} more; {view.count:,} timers fired in all")] if rest else []
    return Group(clock, "", made, *more)
