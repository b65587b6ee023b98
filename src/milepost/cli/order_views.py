"""`milepost order …`, what only looks: list, show, history, timers, explain, timeline, what-if."""

from typing import Annotated, Any

import typer

from milepost import times
from milepost.cli.options import ClientFilter, Limit, OrderId, SellerFilter
from milepost.cli.session import answers, current, store
from milepost.core.transitions import Phase, Status
from milepost.files.words import split_words, unreadable

app = typer.Typer()

MaybeOrder = Annotated[int | None, typer.Argument(metavar="[ORDER]", min=1, help="One order's; else the store's.")]
_VERBS = ("approve", "check-substep", "continue", "deliver", "report-stage", "revise", "set-call", "stop", "tick")


@app.command("list")
@answers
def list_(
    status: Annotated[str | None, typer.Option(metavar="STATUS", help=f"{', '.join(Status)}.")] = None,
    phase: Annotated[str | None, typer.Option(metavar="PHASE", help=f"{', '.join(Phase)}.")] = None,
    seller: SellerFilter = None,
    client: ClientFilter = None,
    late: Annotated[bool, typer.Option("--late", help="Only those whose running work is late.")] = False,
    due_before: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only those with a timer before this time, such as +3d.")
    ] = None,
    limit: Limit = 50,
) -> Any:
    """List orders.

    \b
    Examples:
      milepost order list --status active --seller maria
      milepost order list --phase review --due-before +2d
    """
    from milepost.market import orders

    _check_word("status", status, Status)
    _check_word("phase", phase, Phase)
    due_until = _read_time(due_before) - 1 if due_before is not None else None
    filters = orders.Filters(status, seller, client, phase, late, due_until)
    return orders.listing(store(), filters, limit=limit)


@app.command()
@answers
def show(
    order: OrderId,
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="As it stood at this time.")] = None,
) -> Any:
    """Show an order: its milestones, deadlines and money; now, or as they stood at a time.

    \b
    Examples:
      milepost order show 1
      milepost order show 1 --at 2026-01-08
    """
    from milepost.market import orders

    return orders.show(store(), order, at=_read_time(at) if at is not None else None)


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


@app.command()
@answers
def timers(order: MaybeOrder = None, limit: Limit = 50) -> Any:
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
def explain(order: OrderId) -> Any:
    """Say in plain words what happened, whose turn it is, what the clock will do, and what each choice means.

    \b
    Example:
      milepost order explain 1
    """
    from milepost.market.explain import explain as explained

    return explained(store(), order)


@app.command("timeline")
@answers
def timeline_(order: MaybeOrder = None, limit: Limit = 20) -> Any:
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
def export(order: OrderId) -> Any:
    """Print a scenario that reproduces an order: running it gives the same rows and ledger.

    \b
    Example:
      milepost order export 1
    """
    from milepost.market import orders
    from milepost.scenario.export import order_text
    from milepost.views import TextView

    return TextView(order_text(*orders.export(store(), order)))


@app.command("what-if")
@answers
def what_if(
    order: OrderId,
    action: Annotated[
        list[str], typer.Argument(metavar="ACTION...", help="Words of `order`, without the id; quoted if several.")
    ],
) -> Any:
    """Show what would follow from some actions: the order, its timers and the ledger. Nothing is saved.

    \b
    Examples:
      milepost order what-if 1 approve continue deliver "tick +9d"
      milepost order what-if 1 "deliver --link https://example.com" "tick --next"
    """
    from milepost.cli.scenario_steps import trial

    return trial(store(), order, [_words(text, order) for text in action], handle=current().handle)


def _words(text: str, order: int) -> list[str]:
    """The words of an action on the order: `approve`, `deliver --link URL`, `tick +9d`."""
    try:
        verb, *rest = split_words(text)
    except ValueError:
        raise typer.BadParameter(f"{text[:60]!r}: {unreadable(text)}") from None
    if verb not in _VERBS:
        raise typer.BadParameter(f"{verb!r} is not an action: {', '.join(_VERBS)}")
    if "--dry-run" in rest:
        raise typer.BadParameter("nothing of it is saved anyway; leave out --dry-run")
    if verb == "tick":
        bare = bool(rest) and not rest[0].startswith("-")
        return ["order", verb, *(["--by" if rest[0].startswith("+") else "--now"] if bare else []), *rest]
    return ["order", verb, str(order), *rest]


def _check_word(what: str, given: str | None, known: Any) -> None:
    if given is not None and given not in set(known):
        raise typer.BadParameter(f"{given!r} is not a {what}: {', '.join(known)}")


def _read_time(text: str) -> int:
    from milepost.market import stores

    return times.parse_instant(text, clock=stores.settings_of(store()).clock)
