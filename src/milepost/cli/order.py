"""`milepost order …`: what happens to an order, and the clock."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from milepost import times
from milepost.cli.options import ClientFilter, Limit, Message, OrderId, SellerFilter, check_choice
from milepost.cli.session import answers, current, machine_now, note, store
from milepost.core.tables import Action, Status
from milepost.errors import BadFile, Fault

if TYPE_CHECKING:
    from milepost.views import OrderView

app = typer.Typer(no_args_is_help=True, help="Orders: deliver, approve, continue, revise, stop, and the clock's tick.")


def act(order: int, *actions: Action, **args: Any) -> "OrderView":
    """Take some actions on an order, all or none; the last one takes the arguments."""
    from milepost.market import orders

    *first, last = actions
    steps = [*(orders.Step(action) for action in first), orders.Step(last, args)]
    return orders.perform(store(), order, steps, handle=current().handle)


@app.command("list")
@answers
def list_(
    status: Annotated[str | None, typer.Option(metavar="STATUS", help="active, completed or cancelled.")] = None,
    seller: SellerFilter = None,
    client: ClientFilter = None,
    limit: Limit = 50,
) -> Any:
    """List orders.

    \b
    Example:
      milepost order list --status active
    """
    from milepost.market import orders

    check_choice("status", status, Status)
    filters = {"status": status, "seller": seller, "client": client}
    return orders.listing(store(), filters, limit=limit)


@app.command()
@answers
def show(order: OrderId) -> Any:
    """Show an order: its milestones, deadlines and money.

    \b
    Example:
      milepost order show 1
    """
    from milepost.market import orders

    return orders.show(store(), order)


@app.command()
@answers
def deliver(
    order: OrderId,
    message: Message = "",
    file: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="A file to hand over, recorded by name, size, SHA-256.")
    ] = None,
    link: Annotated[list[str] | None, typer.Option(metavar="URL", help="A link to hand over; repeat.")] = None,
) -> Any:
    """Deliver the running milestone, as the seller: it opens the client's review of 8 days.

    The last milestone's delivery is the final one and needs a file or a link.

    \b
    Examples:
      milepost order deliver 1 --message "Three sketches"
      milepost order deliver 1 --file logo.svg --link https://example.com/brand
    """
    files = [_recorded(path) for path in file or []]
    return act(order, Action.DELIVER, message=message, files=files, links=link or [])


@app.command()
@answers
def approve(
    order: OrderId,
    go_on: Annotated[bool, typer.Option("--continue", help="Start and pay the next milestone at once.")] = False,
) -> Any:
    """Approve the delivered milestone, as the client: the seller is paid.

    \b
    Examples:
      milepost order approve 1
      milepost order approve 1 --continue
    """
    actions = (Action.APPROVE, Action.CONTINUE) if go_on else (Action.APPROVE,)
    return act(order, *actions)


@app.command("continue")
@answers
def continue_(order: OrderId) -> Any:
    """Start the next milestone, as the client: it is charged now.

    \b
    Example:
      milepost order continue 1
    """
    return act(order, Action.CONTINUE)


@app.command()
@answers
def revise(order: OrderId, message: Message = "") -> Any:
    """Ask for a revision of the delivered milestone, as the client.

    \b
    Example:
      milepost order revise 1 --message "Bluer, please"
    """
    return act(order, Action.REVISE, message=message)


@app.command()
@answers
def stop(
    order: OrderId,
    after_current: Annotated[
        bool, typer.Option("--after-current", help="End it once the running one is done.")
    ] = False,
) -> Any:
    """Stop an order after an approved milestone, as the client; what was paid stands.

    \b
    Examples:
      milepost order stop 1
      milepost order stop 1 --after-current
    """
    return act(order, Action.STOP_AFTER_CURRENT if after_current else Action.STOP)


@app.command()
@answers
def tick(
    now: Annotated[str | None, typer.Option(metavar="TIME", help="Move the clock to this time.")] = None,
    by: Annotated[str | None, typer.Option(metavar="DURATION", help="Move the clock on by this, such as +8d.")] = None,
    next_one: Annotated[bool, typer.Option("--next", help="Move the clock to the next timer.")] = False,
    until_done: Annotated[int | None, typer.Option(metavar="ORDER", min=1, help="Until this order has ended.")] = None,
    limit: Limit = 100,
) -> Any:
    """Move the store's clock on and fire what is due, each timer at its own instant.

    Without options the clock moves to the machine's time. It never moves back.

    \b
    Examples:
      milepost order tick --now 2026-03-01
      milepost order tick --by +8d
      milepost order tick --next
    """
    from milepost.market import clock, stores

    given = [option for option in (now, by, until_done) if option is not None]
    if len(given) + next_one > 1:
        raise typer.BadParameter("give one of --now, --by, --next, --until-done")
    db = store()
    if until_done is not None:
        return clock.tick_until_done(db, until_done, keep=limit)
    present = stores.settings_of(db).clock
    if now is not None:
        target = times.parse_instant(now, clock=present)
    elif by is not None:
        target = times.parse_instant("+" + by.removeprefix("+"), clock=present)
    elif next_one:
        target = clock.next_instant(db) or present
        if target == present:
            note("No timer is armed.")
    else:
        target = machine_now()
    return _tick_with_progress(db, target, limit)


@app.command()
@answers
def timers(
    order: Annotated[
        int | None, typer.Argument(metavar="[ORDER]", min=1, help="One order's; else the store's.")
    ] = None,
    limit: Limit = 50,
) -> Any:
    """Show what fires when, why, and which command prevents it.

    \b
    Examples:
      milepost order timers
      milepost order timers 1
    """
    from milepost.market import orders

    return orders.armed(store(), order, limit=limit)


@app.command()
@answers
def history(order: OrderId) -> Any:
    """Show everything that happened to an order.

    \b
    Example:
      milepost order history 1
    """
    from milepost.market import orders

    return orders.history(store(), order)


def _tick_with_progress(db: Any, target: int, limit: int) -> Any:
    from milepost.cli.render import progress
    from milepost.market import clock

    with progress("orders moved on") as advance:
        return clock.tick(db, target, keep=limit, on_progress=advance)


def _recorded(path: Path) -> dict[str, Any]:
    """What an order keeps of a file: name, size and SHA-256 (rule deliver-final)."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
            return {"name": path.name, "size": file.tell(), "sha256": digest.hexdigest()}
    except OSError as error:
        raise BadFile(str(path), [Fault(f"cannot be read: {error.strerror}")]) from None
