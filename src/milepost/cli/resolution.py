"""`milepost resolution …`: cancelling a milestone or an order."""

from typing import Annotated, Any, Literal

import typer

from milepost import money
from milepost.cli.options import Limit, OrderId, id_argument, id_option
from milepost.cli.session import answers, current, note, store
from milepost.commands import template_of
from milepost.core.transitions import Action, Actor

app = typer.Typer(no_args_is_help=True, help="Cancelling a milestone or an order: ask, answer, or call support.")

State = Literal["open", "accepted", "declined", "withdrawn", "unanswered", "lapsed", "moot"]
RequestId = Annotated[int, id_argument("RESOLUTION", "The request's id.")]
Milestone = Annotated[int | None, typer.Option("--milestone", metavar="N", min=1, help="Cancel this milestone.")]
Whole = Annotated[bool, typer.Option("--whole", help="Cancel the whole order.")]
Reason = Annotated[str, typer.Option("--reason", metavar="REASON", help="One of `milepost resolution reasons`.")]
Note = Annotated[str, typer.Option("--note", metavar="TEXT", help="What to say with it.")]


@app.command("open")
@answers
def open_(
    order: Annotated[int, id_option("--order", "ORDER", "The order.")],
    by: Annotated[Literal[Actor.CLIENT, Actor.SELLER], typer.Option("--by", help="Who asks.")],
    reason: Reason,
    milestone: Milestone = None,
    whole: Whole = False,
    text: Note = "",
) -> Any:
    """Ask the other party to cancel a milestone or the whole order; prints the request's id.

    Unanswered for 48 hours it counts as accepted.

    \b
    Examples:
      milepost resolution open --order 1 --milestone 2 --by client --reason late
      milepost resolution open --order 1 --whole --by seller \\
        --reason cannot-deliver --note "I am ill"
    """
    from milepost.market import resolutions

    position = _object(milestone, whole)
    view = resolutions.open_request(store(), order, position, by=by, reason=reason, note=text, handle=current().handle)
    next_step = template_of(Action.ACCEPT_REQUEST).line({"request": view.id})
    note(f"Request {view.id} is open. Next: {next_step}   (or decline, or withdraw)")
    return view


@app.command()
@answers
def accept(resolution: RequestId) -> Any:
    """Accept a request to cancel, as the other party: the running milestone is refunded.

    \b
    Example:
      milepost resolution accept 1
    """
    return _answer(resolution, "accept")


@app.command()
@answers
def decline(resolution: RequestId) -> Any:
    """Decline a request to cancel, as the other party.

    \b
    Example:
      milepost resolution decline 1
    """
    return _answer(resolution, "decline")


@app.command()
@answers
def withdraw(resolution: RequestId) -> Any:
    """Withdraw a request to cancel, as the party that asked.

    \b
    Example:
      milepost resolution withdraw 1
    """
    return _answer(resolution, "withdraw")


@app.command("list")
@answers
def list_(
    state: Annotated[State | None, typer.Option(help="Only these.")] = None,
    limit: Limit = 50,
) -> Any:
    """List requests to cancel.

    \b
    Example:
      milepost resolution list --state open
    """
    from milepost.market import resolutions

    return resolutions.listing(store(), state=state, limit=limit)


@app.command()
@answers
def reasons() -> Any:
    """List the reasons to cancel.

    \b
    Example:
      milepost resolution reasons
    """
    from milepost.market import resolutions

    return resolutions.reasons()


@app.command()
@answers
def support(order: OrderId, reason: Reason, milestone: Milestone = None, whole: Whole = False, text: Note = "") -> Any:
    """Cancel a milestone or the whole order at once, as customer support; an approved one is reversed.

    \b
    Examples:
      milepost resolution support 1 --milestone 1 --reason terms-broken
      milepost resolution support 1 --whole --reason ordered-by-mistake
    """
    from milepost.market import ledger, resolutions

    position = _object(milestone, whole)
    view = resolutions.support(store(), order, position, reason=reason, note=text, handle=current().handle)
    account = f"seller:{view.seller}:available"
    for balance in ledger.balances(store(), order_id=None, account=account).items:
        if balance.balance_cents < 0:
            note(f"{account} is below zero now: {money.dollars(balance.balance_cents)}")
    return view


def _answer(resolution: int, wanted: str) -> Any:
    from milepost.market import resolutions

    return resolutions.answer(store(), resolution, wanted, handle=current().handle)


def _object(milestone: int | None, whole: bool) -> int | None:
    """The milestone to cancel, None for the whole order."""
    if (milestone is None) is not whole:
        raise typer.BadParameter("give either --milestone N or --whole")
    return milestone
