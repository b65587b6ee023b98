"""`milepost ledger …`: where each cent is."""

from typing import TYPE_CHECKING, Annotated

import typer

from milepost import times
from milepost.cli.keyed import changes
from milepost.cli.options import Limit, OfOrder, amount, moment
from milepost.cli.session import answers, current, store

if TYPE_CHECKING:
    from milepost.views.base import Listing, Summed
    from milepost.views.money import BalanceView, EntryView, FindingsView, WithdrawalView

app = typer.Typer(no_args_is_help=True, help="Where each cent is: entries, balances, and whether the books balance.")

OfAccount = Annotated[
    str | None, typer.Option("--account", metavar="ACCOUNT", help="Only this account, such as seller:maria:available.")
]


@app.command()
@answers
def show(order: OfOrder = None, account: OfAccount = None, limit: Limit = 100) -> "Listing[EntryView]":
    """Show the payment ledger: every movement of money, oldest first.

    \b
    Examples:
      milepost ledger show --order 1
      milepost ledger show --account escrow:1
    """
    from milepost.market import ledger

    return ledger.entries(store(), order_id=order, account=account, limit=limit)


@app.command()
@answers
def balances(
    order: OfOrder = None,
    account: OfAccount = None,
    at: Annotated[
        times.When | None, typer.Option("--at", metavar="TIME", parser=moment, help="As it was at this time.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Those that hold nothing, too.")] = False,
    limit: Limit = 50,
) -> "Summed[BalanceView]":
    """Show what all accounts of a kind hold, and what each one does; now, or as it was at a time.

    A client's account goes below zero by what the client has paid. An order's escrow account is closed while nothing
    of the order runs.

    \b
    Examples:
      milepost ledger balances
      milepost ledger balances --order 1 --at 2026-01-12
    """
    from milepost.market import ledger

    return ledger.balances(store(), order_id=order, account=account, at=at, empty=everything, limit=limit)


@app.command()
@changes
def withdraw(
    seller: Annotated[str, typer.Option("--seller", metavar="HANDLE", help="Who is paid out.")],
    cents: Annotated[int | None, typer.Option("--amount", metavar="AMOUNT", parser=amount, help="How much.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that is available.")] = False,
) -> "WithdrawalView":
    """Pay a seller out: from what is available to the seller's bank.

    \b
    Examples:
      milepost ledger withdraw --seller maria --amount 50.00
      milepost ledger withdraw --seller maria --all
    """
    from milepost.market import ledger

    if (cents is None) is not everything:
        raise typer.BadParameter("give either --amount AMOUNT or --all")
    return ledger.withdraw(store(), seller, cents, handle=current().handle)


@app.command()
@answers
def check() -> "FindingsView":
    """Add the books up anew; exit code 7 if they do not balance.

    \b
    Example:
      milepost ledger check
    """
    from milepost.market import ledger

    return ledger.check(store())
