"""The ledger as people see it."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from milepost.render.base import amount, listed, rendered, table, when, words
from milepost.views.money import BalanceView, EntryView, FindingsView, WithdrawalView


@listed("entry")
def entries(entries: Sequence[EntryView]) -> Table:
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


@listed("sum")
def _sums(sums: Sequence[BalanceView]) -> Table:
    made = table("In all", "Balance", right=("Balance",))
    for one in sums:
        made.add_row(one.account, amount(one.balance_cents))
    return made


@listed("account")
def _balances(balances: Sequence[BalanceView]) -> Table:
    made = table("Account", "Balance", right=("Balance",))
    for balance in balances:
        below = balance.account.startswith("seller:") and balance.balance_cents < 0
        cell = Text(amount(balance.balance_cents), style="red" if below else "")
        if below:
            cell.append(" (below zero)")
        made.add_row(words(balance.account), cell)
    return made


@rendered.register
def _(view: FindingsView) -> RenderableType:
    looked = ", ".join(f"{count:,} {what}" for what, count in view.checked.items())
    if view.balanced:
        return Text(f"The books balance ({looked}).", style="green")
    return Group(Text(f"The books do not balance ({looked}):", style="red"), *(words(f"- {f}") for f in view.findings))


@rendered.register
def _(view: WithdrawalView) -> RenderableType:
    return words(f"{view.seller} is paid {amount(view.withdrawn_cents)}; {amount(view.available_cents)} is left.")
