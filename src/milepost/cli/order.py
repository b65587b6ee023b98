"""`milepost order …`: what happens to an order, and the clock."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from milepost import times
from milepost.cli import order_clock, order_views
from milepost.cli.keyed import changes
from milepost.cli.options import Meant, Message, OrderId, Record, Tier, id_option, moment, record
from milepost.cli.session import current, note, store
from milepost.commands import template_of
from milepost.core import names
from milepost.core.transitions import Action
from milepost.files import input

if TYPE_CHECKING:
    from milepost.views.base import Created
    from milepost.views.orders import OrderedView, OrderView

app = typer.Typer(no_args_is_help=True, help="Orders: deliver, approve, continue, revise, stop, and the clock's tick.")


app.add_typer(order_views.app)
app.add_typer(order_clock.app)


def act(order: int, action: Action, *, meant: int | None = None, goes_on: bool = False, **args: Any) -> "OrderView":
    """Take an action on an order, if it concerns the milestone that is meant; and continue at once, all or none."""
    from milepost.market import orders

    steps = [orders.Step(action, args, meant=meant), *([orders.Step(Action.CONTINUE)] if goes_on else [])]
    return orders.perform(store(), order, steps, handle=current().handle)


@app.command()
@changes
def place(
    gig: Annotated[int, id_option("--gig", "GIG", "The gig to order from.")],
    client: Annotated[str, typer.Option("--client", metavar="HANDLE", help="Who orders.")],
    package: Annotated[Tier, typer.Option("--package", help="Which package.")] = Tier.BASIC,
    no_milestones: Annotated[bool, typer.Option("--no-milestones", help="Pay it in one piece.")] = False,
) -> "Created[OrderedView]":
    """Order a gig's package, as a client; prints the order's id.

    By milestones where the package has some, else as one payment. The first charge is made at once.

    \b
    Examples:
      milepost order place --gig 1 --package premium --client ana
      milepost order place --gig 1 --client ana --no-milestones
    """
    from milepost.market import orders

    handle = current().handle
    view = orders.place_package(store(), gig, package.value, client, milestones=not no_milestones, handle=handle)
    action = Action.REPORT_STAGE if view.whole.order.milestones[0].stages else Action.DELIVER
    note(f"Order {view.id} is placed. Next: {template_of(action).line({'order': view.id})}")
    return view


@app.command()
@changes
def deliver(
    order: OrderId,
    message: Message = "",
    file: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="A file to hand over, recorded by name, size, SHA-256.")
    ] = None,
    link: Annotated[list[str] | None, typer.Option(metavar="URL", help="A link to hand over; repeat.")] = None,
    recorded: Annotated[
        list[Record] | None,
        typer.Option(metavar="NAME:SIZE:SHA256", parser=record, help="A file by its record, without the file."),
    ] = None,
    milestone: Meant = None,
) -> "OrderView":
    """Deliver the running milestone, as the seller: it opens the client's review.

    If the client says nothing until the review ends (8 days in the standard policy), the order is complete; `milepost
    order timers` shows when. The last milestone's delivery is the final one and needs a file or a link.

    \b
    Examples:
      milepost order deliver 1 --message "Three sketches"
      milepost order deliver 1 --file logo.svg --link https://example.com/brand
    """
    files = [*(one._asdict() for one in recorded or ()), *(input.record(path) for path in file or ())]
    links = [names.check_new_link("a link", one) for one in link or ()]
    return act(order, Action.DELIVER, meant=milestone, message=message, files=files, links=links)


@app.command()
@changes
def approve(
    order: OrderId,
    go_on: Annotated[bool, typer.Option("--continue", help="Start and pay the next milestone at once.")] = False,
    milestone: Meant = None,
) -> "OrderView":
    """Approve the delivered milestone, as the client: the seller is paid.

    \b
    Examples:
      milepost order approve 1
      milepost order approve 1 --continue
      milepost order approve 1 --milestone 1 --key approve-1-1
    """
    return act(order, Action.APPROVE, meant=milestone, goes_on=go_on)


@app.command("continue")
@changes
def continue_(order: OrderId, milestone: Meant = None) -> "OrderView":
    """Start the next milestone, as the client: it is charged now.

    \b
    Example:
      milepost order continue 1
    """
    return act(order, Action.CONTINUE, meant=milestone)


@app.command()
@changes
def revise(order: OrderId, message: Message = "", milestone: Meant = None) -> "OrderView":
    """Ask for a revision of the delivered milestone, as the client.

    \b
    Example:
      milepost order revise 1 --message "Bluer, please"
    """
    return act(order, Action.REVISE, meant=milestone, message=message)


@app.command()
@changes
def stop(
    order: OrderId,
    after_current: Annotated[
        bool, typer.Option("--after-current", help="End it once the running one is done.")
    ] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take back the wish to stop after the running one.")] = False,
) -> "OrderView":
    """Stop an order after an approved milestone, as the client; what was paid stands.

    \b
    Examples:
      milepost order stop 1
      milepost order stop 1 --after-current
      milepost order stop 1 --undo
    """
    if undo and after_current:
        raise typer.BadParameter("give one of --after-current, --undo")
    if undo:
        return act(order, Action.UNDO_STOP)
    return act(order, Action.STOP_AFTER_CURRENT if after_current else Action.STOP)


@app.command("check-substep")
@changes
def check_substep(
    order: OrderId,
    number: Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="The substep's number.")],
    undo: Annotated[bool, typer.Option("--undo", help="Untick it.")] = False,
) -> "OrderView":
    """Tick off a substep of the running milestone, as the seller; or untick it.

    \b
    Examples:
      milepost order check-substep 1 2
      milepost order check-substep 1 2 --undo
    """
    return act(order, Action.UNCHECK_SUBSTEP if undo else Action.CHECK_SUBSTEP, number=number)


@app.command("report-stage")
@changes
def report_stage(order: OrderId) -> "OrderView":
    """Report the next stage complete, as the seller, where the client paid the whole package when ordering.

    \b
    Example:
      milepost order report-stage 1
    """
    return act(order, Action.REPORT_STAGE)


@app.command("set-call")
@changes
def set_call(
    order: OrderId,
    at: Annotated[times.When, typer.Option("--at", metavar="TIME", parser=moment, help="When the call is.")],
    link: Annotated[str, typer.Option("--link", metavar="URL", help="Where the call is.")],
) -> "OrderView":
    """Set a call for the running milestone, as the seller, if it has the Zoom option.

    \b
    Example:
      milepost order set-call 1 --at 2026-01-07T15:00Z --link https://zoom.us/j/1
    """
    return act(order, Action.SET_CALL, call_at=at, link=names.check_new_link("a call's link", link))
