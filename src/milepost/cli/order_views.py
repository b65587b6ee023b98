"""`milepost order …`, what only looks: list, show, history, timers, explain, timeline, what-if."""

from typing import TYPE_CHECKING, Annotated

import typer

from milepost import times
from milepost.cli.options import ClientFilter, Limit, MaybeOrder, OrderId, SellerFilter, moment
from milepost.cli.session import answers, current, store
from milepost.core.transitions import Phase, Status

if TYPE_CHECKING:
    from milepost.views.base import Listing, TextView
    from milepost.views.explain import ExplainView
    from milepost.views.orders import HistoryEntryView, OrderLineView, OrderView, TimerView
    from milepost.views.scenarios import TrialView
    from milepost.views.timeline import TimelineView

app = typer.Typer()


@app.command("list")
@answers
def list_(
    status: Annotated[Status | None, typer.Option(help="Only these.")] = None,
    phase: Annotated[Phase | None, typer.Option(help="Only these.")] = None,
    seller: SellerFilter = None,
    client: ClientFilter = None,
    late: Annotated[bool, typer.Option("--late", help="Only those whose running work is late.")] = False,
    due_before: Annotated[
        times.When | None,
        typer.Option(metavar="TIME", parser=moment, help="Only those with a timer before this time, such as +3d."),
    ] = None,
    limit: Limit = 50,
) -> "Listing[OrderLineView]":
    """List orders.

    \b
    Examples:
      milepost order list --status active --seller maria
      milepost order list --phase review --due-before +2d
    """
    from milepost.market import orders

    filters = orders.Filters(status, seller, client, phase, late, due_before)
    return orders.listing(store(), filters, limit=limit)


@app.command()
@answers
def show(
    order: OrderId,
    at: Annotated[
        times.When | None, typer.Option("--at", metavar="TIME", parser=moment, help="As it stood at this time.")
    ] = None,
) -> "OrderView":
    """Show an order: its milestones, deadlines and money; now, or as they stood at a time.

    \b
    Examples:
      milepost order show 1
      milepost order show 1 --at 2026-01-08
    """
    from milepost.market import orders

    return orders.show(store(), order, at=at)


@app.command()
@answers
def history(order: OrderId) -> "Listing[HistoryEntryView]":
    """Show everything that happened to an order.

    \b
    Example:
      milepost order history 1
    """
    from milepost.market import orders

    return orders.history(store(), order)


@app.command()
@answers
def timers(order: MaybeOrder = None, limit: Limit = 50) -> "Listing[TimerView]":
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
def explain(order: OrderId) -> "ExplainView":
    """Say in plain words what happened, whose turn it is, what the clock will do, and what each choice means.

    \b
    Example:
      milepost order explain 1
    """
    from milepost.market.explain import explain as explained

    return explained(store(), order)


@app.command("timeline")
@answers
def timeline_(order: MaybeOrder = None, limit: Limit = 20) -> "TimelineView":
    """Draw an order's milestones as bars on a time scale; without an id, the open orders of the store.

    \b
    Examples:
      milepost order timeline 1
      milepost order timeline
    """
    from milepost.market import timeline

    return timeline.of_store(store(), limit=limit) if order is None else timeline.of_order(store(), order)


@app.command()
@answers
def export(order: OrderId) -> "TextView":
    """Print a scenario that reproduces an order: running it gives the same rows and ledger.

    \b
    Example:
      milepost order export 1
    """
    from milepost.market import orders
    from milepost.scenario.export import order_text
    from milepost.views.base import TextView

    return TextView(order_text(orders.export(store(), order)))


@app.command("what-if")
@answers
def what_if(
    order: OrderId,
    action: Annotated[
        list[str],
        typer.Argument(metavar="ACTION", help="The words of a command, without the order's id; quoted if several."),
    ],
) -> "TrialView":
    """Show what would follow from some actions: the order, its timers and the ledger. Nothing is saved.

    A word alone is a verb of `order`. The ids of the order and of its open request, and its seller, are filled in.

    \b
    Examples:
      milepost order what-if 1 approve continue deliver "tick +9d"
      milepost order what-if 1 "deliver --link https://example.com" "tick --next"
      milepost order what-if 1 \\
        "resolution open --whole --by client --reason late" \\
        "resolution accept" "ledger withdraw --all"
    """
    from milepost.cli.trial import trial

    return trial(store(), order, action, handle=current().handle)
