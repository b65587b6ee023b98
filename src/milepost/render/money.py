"""Pictures of the ledger, of rules and of policies."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from milepost import views
from milepost.render.base import amount, listed, rendered, table, when, words


@listed("entry", "entries")
def entries(entries: list[views.EntryView]) -> Table:
    made = table("#", "At", "Order", "What", "From", "To", "Amount", title="Payment ledger", right=("#", "Amount"))
    for entry in entries:
        order = f"{entry.order}.{entry.milestone}" if entry.order else ""
        made.add_row(
            str(entry.id),
            when(entry.at),
            order,
            entry.kind,
            words(entry.debit),
            words(entry.credit),
            amount(entry.amount_cents),
        )
    return made


@listed("account", "accounts")
def _balances(balances: list[views.BalanceView]) -> Table:
    made = table("Account", "Balance", right=("Balance",))
    for balance in balances:
        below = balance.account.startswith("seller:") and balance.balance_cents < 0
        cell = Text(amount(balance.balance_cents), style="red" if below else "")
        if below:
            cell.append(" (below zero)")
        made.add_row(words(balance.account), cell)
    return made


@rendered.register
def _(view: views.FindingsView) -> RenderableType:
    looked = ", ".join(f"{count:,} {what}" for what, count in view.checked.items())
    if view.balanced:
        return Text(f"The books balance ({looked}).", style="green")
    return Group(Text(f"The books do not balance ({looked}):", style="red"), *(words(f"- {f}") for f in view.findings))


@listed("rule", "rules")
def _rules(rules: list[views.RuleView]) -> Table:
    made = table("Rule", "What holds", "Source")
    for rule in rules:
        made.add_row(Text(rule.id, style="bold"), rule.text, Text(rule.source, style="dim"))
    return made


@listed("policy", "policies")
def _policies(policies: list[views.PolicyView]) -> Table:
    made = table("Number", *(policy.name for policy in policies), right=tuple(policy.name for policy in policies))
    for name in policies[0].numbers:
        values = [policy.numbers[name] for policy in policies]
        differs = "bold" if len(set(map(str, values))) > 1 else ""
        made.add_row(Text(name, style=differs), *(_number(value) for value in values))
    return made


@rendered.register
def _(view: views.PolicyView) -> RenderableType:
    return _policies([view])


def _number(value: object) -> str:
    return "unlimited" if value is None else str(value)


@listed("transition", "transitions")
def _transitions(rows: list[views.TransitionView]) -> RenderableType:
    parts: list[RenderableType] = []
    for name, last in (("milestone", "Money"), ("order", "Reason"), ("request", "Effect")):
        made = table("Action", "Actor", "From", "To", last, title=f"{name.capitalize()}s")
        for row in rows:
            if row.table == name:
                made.add_row(row.action, row.actor, row.source, row.target, row.effect)
        parts.append(made)
    return Group(*parts)


@rendered.register
def _(view: views.WithdrawalView) -> RenderableType:
    return words(f"{view.seller} is paid {amount(view.withdrawn_cents)}; {amount(view.available_cents)} is left.")
