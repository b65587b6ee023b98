"""What is wrong in a store, as people see it."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from milepost.render.base import rendered, table, words
from milepost.views.doctor import DiagnosisView, DoctorView


@rendered.register
def _(view: DoctorView) -> RenderableType:
    looked = ", ".join(f"{count:,} {what}" for what, count in view.checked.items())
    if view.sound:
        return Text(f"The store is sound ({looked}).", style="green")
    return Group(Text(f"The store is not sound ({looked}):", style="red"), "", _findings(view.findings))


def _findings(findings: Sequence[DiagnosisView]) -> Table:
    made = table("Check", "Order", "Fault", "What can be done", right=("Order",))
    for one in findings:
        made.add_row(one.check, "" if one.order is None else str(one.order), words(one.fault), words(one.remedy))
    return made
