"""`milepost ledger …`: where each cent is."""

from typing import Annotated, Any

import typer

from milepost.cli.options import Limit
from milepost.cli.session import answers, store

app = typer.Typer(no_args_is_help=True, help="Where each cent is: entries, balances, and whether the books balance.")

OfOrder = Annotated[int | None, typer.Option("--order", metavar="ORDER", min=1, help="Only this order's.")]
OfAccount = Annotated[
    str | None, typer.Option("--account", metavar="ACCOUNT", help="Only this account, such as seller:maria:available.")
]


@app.command()
@answers
def show(order: OfOrder = None, account: OfAccount = None, limit: Limit = 100) -> Any:
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
def balances(order: OfOrder = None, account: OfAccount = None) -> Any:
    """Show what each account holds.

    A client's account goes below zero by what the client has paid.

    \b
    Examples:
      milepost ledger balances
      milepost ledger balances --order 1
    """
    from milepost.market import ledger

    return ledger.balances(store(), order_id=order, account=account)


@app.command()
@answers
def check() -> Any:
    """Add the books up anew; exit code 7 if they do not balance.

    \b
    Example:
      milepost ledger check
    """
    from milepost.market import ledger

    return ledger.check(store())
