"""`milepost resolution …`: what one party asks of the other, and what customer support does."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from milepost import money
from milepost.cli.keyed import changes
from milepost.cli.options import (
    FromFile,
    Limit,
    OfferMilestones,
    OrderId,
    amount,
    id_argument,
    id_option,
    read_plan,
)
from milepost.cli.session import answers, current, note, store
from milepost.commands import template_of
from milepost.core.terms import MilestoneTerms
from milepost.core.transitions import Action, Actor

if TYPE_CHECKING:
    from milepost.views.base import Created, Listing
    from milepost.views.orders import OrderView, ReasonView, RequestView

app = typer.Typer(no_args_is_help=True, help="Cancelling, extending, changing an order: ask or answer.")

State = Literal["open", "accepted", "declined", "withdrawn", "unanswered", "lapsed", "moot"]
RequestId = Annotated[int, id_argument("RESOLUTION", "The request's id.")]
Milestone = Annotated[int | None, typer.Option("--milestone", metavar="N", min=1, help="Cancel this milestone.")]
Whole = Annotated[bool, typer.Option("--whole", help="Cancel the whole order.")]
Reason = Annotated[str, typer.Option("--reason", metavar="REASON", help="One of `milepost resolution reasons`.")]
By = Annotated[Literal[Actor.CLIENT, Actor.SELLER], typer.Option("--by", help="Who asks.")]
Keep = Annotated[
    int | None, typer.Option(metavar="AMOUNT", parser=amount, help="What the seller keeps for work done; else nothing.")
]
Note = Annotated[str, typer.Option("--note", metavar="TEXT", help="What to say with it.")]


@app.command("open")
@changes
def open_(
    by: By,
    reason: Reason,
    order: Annotated[int | None, id_argument("ORDER", "The order's id.")] = None,
    order_option: Annotated[int | None, id_option("--order", "ORDER", "The order's id, as an option.")] = None,
    milestone: Milestone = None,
    whole: Whole = False,
    keep: Keep = None,
    text: Note = "",
) -> "Created[RequestView]":
    """Ask the other party to cancel a milestone or the whole order; prints the request's id.

    Unanswered for as long as the policy says (48 hours in the standard one) it counts as accepted. With --keep the
    seller keeps a part of the running milestone's price for work done, and the rest is refunded.

    \b
    Examples:
      milepost resolution open 1 --milestone 2 --by client --reason late
      milepost resolution open 1 --whole --by seller \\
        --reason cannot-deliver --keep 20.00 --note "I am ill"
    """
    from milepost.market import resolutions

    if (order is None) is (order_option is None):
        raise typer.BadParameter("name the order once: milepost resolution open ORDER")
    view = resolutions.open_request(
        store(),
        order or order_option or 0,
        _object(milestone, whole),
        by=by,
        reason=reason,
        note=text,
        keep_cents=keep or 0,
        handle=current().handle,
    )
    return _asked(view)


@app.command()
@changes
def extend(
    order: OrderId,
    days: Annotated[int, typer.Option("--days", metavar="N", help="How many more days.")],
    by: By,
    text: Note = "",
) -> "Created[RequestView]":
    """Ask the other party for more days for the running milestone; prints the request's id.

    Unanswered for as long as the policy says (48 hours in the standard one) it lapses, and nothing changes.

    \b
    Example:
      milepost resolution extend 1 --days 3 --by seller --note "The flu"
    """
    from milepost.market import resolutions

    return _asked(resolutions.extend(store(), order, days, by=by, note=text, handle=current().handle))


@app.command()
@changes
def change(
    order: OrderId,
    by: By,
    milestone: OfferMilestones = None,
    from_file: FromFile = None,
    plan: Annotated[
        str | None, typer.Option(metavar="JSON", help="The milestones as an order's history holds them.")
    ] = None,
    text: Note = "",
) -> "Created[RequestView]":
    """Ask the other party to replace all milestones that are planned; prints the request's id.

    What runs, is approved or was cancelled stays. Unanswered for as long as the policy says (48 hours in the standard
    one) it lapses, and nothing changes.

    \b
    Examples:
      milepost resolution change 1 --by client \\
        --milestone "Launch:2:25.00" --milestone "Training:3:35.00:1"
      milepost resolution change 1 --by seller --from plan.toml
    """
    from milepost.market import resolutions

    if sum(given not in (None, []) for given in (milestone, from_file, plan)) > 1:
        raise typer.BadParameter("give one of --milestone, --from, --plan")
    planned = _planned(milestone or [], from_file, plan)
    return _asked(resolutions.change(store(), order, planned, by=by, note=text, handle=current().handle))


def _planned(milestones: list[MilestoneTerms], from_file: str | None, plan: str | None) -> list[MilestoneTerms]:
    """The milestones that are asked for: as typed, as a file or as a history holds them; none drops what is planned."""
    if from_file is not None:
        from milepost.files import documents

        return documents.load(documents.PlanDocument, from_file).plain()
    return milestones if plan is None else read_plan(plan)


def _asked(view: "Created[RequestView]") -> "Created[RequestView]":
    next_step = template_of(Action.ACCEPT_REQUEST).line({"request": view.id})
    note(f"Request {view.id} is open. Next: {next_step}   (or decline, or withdraw)")
    return view


@app.command()
@changes
def accept(resolution: RequestId) -> "OrderView":
    """Accept a request, as the other party: what was asked for happens.

    \b
    Example:
      milepost resolution accept 1
    """
    return _answer(resolution, "accept")


@app.command()
@changes
def decline(resolution: RequestId) -> "OrderView":
    """Decline a request, as the other party.

    \b
    Example:
      milepost resolution decline 1
    """
    return _answer(resolution, "decline")


@app.command()
@changes
def withdraw(resolution: RequestId) -> "OrderView":
    """Withdraw a request, as the party that asked.

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
) -> "Listing[RequestView]":
    """List requests: to cancel, for more days, for another plan.

    \b
    Example:
      milepost resolution list --state open
    """
    from milepost.market import resolutions

    return resolutions.listing(store(), state=state, limit=limit)


@app.command()
@answers
def show(resolution: RequestId) -> "RequestView":
    """Show a request: what is asked for, by whom, until when, and how it was closed.

    \b
    Example:
      milepost resolution show 1
    """
    from milepost.market import resolutions

    return resolutions.show(store(), resolution)


@app.command()
@answers
def reasons() -> "Listing[ReasonView]":
    """List the reasons to cancel.

    \b
    Example:
      milepost resolution reasons
    """
    from milepost.market import resolutions

    return resolutions.reasons()


@app.command()
@changes
def support(
    order: OrderId,
    reason: Reason,
    milestone: Milestone = None,
    whole: Whole = False,
    keep: Keep = None,
    text: Note = "",
) -> "OrderView":
    """Cancel a milestone or the whole order at once, as customer support; an approved one is reversed.

    An approved milestone can be reversed for 180 days, also after the order has ended; with --keep the seller keeps a
    part of its price.

    \b
    Examples:
      milepost resolution support 1 --milestone 1 --reason terms-broken
      milepost resolution support 1 --milestone 2 --reason not-as-agreed \\
        --keep 25.00
      milepost resolution support 1 --whole --reason ordered-by-mistake
    """
    from milepost.market import ledger, resolutions

    view = resolutions.support(
        store(),
        order,
        _object(milestone, whole),
        reason=reason,
        note=text,
        keep_cents=keep or 0,
        handle=current().handle,
    )
    account = f"seller:{view.seller}:available"
    held_cents = ledger.balance_cents(store(), account)
    if held_cents < 0:
        note(f"{account} is below zero now: {money.dollars(held_cents)}")
    return view


def _answer(resolution: int, wanted: str) -> "OrderView":
    from milepost.market import resolutions

    return resolutions.answer(store(), resolution, wanted, handle=current().handle)


def _object(milestone: int | None, whole: bool) -> int | None:
    """The milestone to cancel, None for the whole order."""
    if (milestone is None) is not whole:
        raise typer.BadParameter("give either --milestone N or --whole")
    return milestone
