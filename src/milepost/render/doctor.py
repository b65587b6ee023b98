"""What is wrong in a store, as people see it."""

from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from milepost.render.base import rendered, table, words
from milepost.views.doctor import BackupView, DiagnosisView, DoctorView, RebuiltView


@rendered.register
def _(view: DoctorView) -> RenderableType:
    if view.sound:
        return Text(f"The store is sound ({_told(view.checked)}).", style="green")
    return Group(Text(f"The store is not sound ({_told(view.checked)}):", style="red"), "", _findings(view.findings))


@rendered.register
def _(view: RebuiltView) -> RenderableType:
    if view.path is None:
        refused = Text("Nothing was written; this could not be made anew:", style="red")
        return Group(refused, "", _findings(view.findings))
    made = words(f"{view.path} is made anew ({_told(view.checked)}).", "green")
    if not view.findings:
        return made
    return Group(made, Text("What no history tells is as it was, and this is wrong:", style="red"), "",
                 _findings(view.findings))  # fmt: skip


@rendered.register
def _(view: BackupView) -> RenderableType:
    return words(f"{view.path} is a copy of {view.bytes:,} bytes ({_told(view.checked)}).", "green")


def _told(checked: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {what}" for what, count in checked.items())


def _findings(findings: Sequence[DiagnosisView]) -> Table:
    made = table("Check", "Order", "Fault", "What can be done", right=("Order",))
    for one in findings:
        made.add_row(one.check, "" if one.order is None else str(one.order), words(one.fault), words(one.remedy))
    return made
