"""Rules, policies and transitions as people see them."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from milepost.render.base import listed, rendered, table
from milepost.views.rules import PolicyView, RuleView, TransitionView


@listed("rule")
def _rules(rules: Sequence[RuleView]) -> Table:
    made = table("Rule", "What holds", "Source")
    for rule in rules:
        made.add_row(Text(rule.id, style="bold"), rule.text, Text(rule.source, style="dim"))
    return made


@listed("policy")
def _policies(policies: Sequence[PolicyView]) -> Table:
    made = table("Number", *(policy.name for policy in policies), right=tuple(policy.name for policy in policies))
    for name in policies[0].numbers:
        values = [policy.numbers[name] for policy in policies]
        differs = "bold" if len(set(map(str, values))) > 1 else ""
        made.add_row(Text(name, style=differs), *(_number(value) for value in values))
    return made


@rendered.register
def _(view: PolicyView) -> RenderableType:
    return _policies([view])


def _number(value: object) -> str:
    return "unlimited" if value is None else str(value)


@listed("transition")
def _transitions(rows: Sequence[TransitionView]) -> RenderableType:
    parts: list[RenderableType] = []
    for name, last in (("milestone", "Money"), ("order", "Reason"), ("request", "Effect")):
        made = table("Action", "Actor", "From", "To", last, title=f"{name.capitalize()}s")
        for row in rows:
            if row.table == name:
                made.add_row(row.action, row.actor, row.source, row.target, row.effect)
        parts.append(made)
    return Group(*parts)
