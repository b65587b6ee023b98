"""`milepost gig …-milestone`, `…-substep`, `use-template`: a gig's workflow."""

from typing import TYPE_CHECKING, Annotated

import typer

from milepost.cli.keyed import changes
from milepost.cli.options import GigId, Price, Tier, count_of, price, revisions
from milepost.cli.session import current, store
from milepost.core.gig import TIERS, prices_by_package

if TYPE_CHECKING:
    from milepost.views.gigs import GigView

app = typer.Typer()

Position = Annotated[int, typer.Argument(metavar="MILESTONE", min=1, help="The milestone's position.")]
Packages = Annotated[list[Tier] | None, typer.Option("--package", help="Available in this package; repeat. Else all.")]
Prices = Annotated[
    list[Price] | None,
    typer.Option("--price", metavar="PACKAGE=AMOUNT", parser=price, help="Its exact price in a package; repeat."),
]


def _tiers(chosen: list[Tier] | None) -> tuple[str, ...]:
    """The packages that were chosen; all, if none."""
    return tuple(tier.value for tier in chosen) if chosen else TIERS


@app.command("add-milestone")
@changes
def add_milestone(
    gig: GigId,
    name: Annotated[str, typer.Option(metavar="TEXT", help="The milestone's name.")],
    days: Annotated[int, typer.Option(metavar="N", help="Days to complete it.")],
    description: Annotated[str, typer.Option(metavar="TEXT", help="What the client gets.")] = "",
    allowed: Annotated[
        str, typer.Option("--revisions", metavar="N|unlimited", parser=revisions, help="Revisions of this milestone.")
    ] = "0",
    zoom: Annotated[bool, typer.Option("--zoom", help="Offer a Zoom call.")] = False,
    package: Packages = None,
    weight: Annotated[int, typer.Option(metavar="N", help="Its share of the price.")] = 1,
    prices: Prices = None,
) -> "GigView":
    """Add a milestone at the end of a gig's workflow: at least 2, at most 5.

    \b
    Examples:
      milepost gig add-milestone 1 --name Sketches --days 3 --revisions 1
      milepost gig add-milestone 1 --name Files --days 2 \\
        --package premium --price premium=120.00
    """
    from milepost.core.gig import Milestone
    from milepost.market import gigs

    milestone = Milestone(
        name.strip(),
        days,
        description.strip(),
        count_of(allowed),
        zoom,
        _tiers(package),
        weight,
        prices_by_package(prices or ()),
    )
    return gigs.add_milestone(store(), gig, milestone, handle=current().handle)


@app.command("edit-milestone")
@changes
def edit_milestone(
    gig: GigId,
    milestone: Position,
    name: Annotated[str | None, typer.Option(metavar="TEXT", help="Its new name.")] = None,
    days: Annotated[int | None, typer.Option(metavar="N", help="Its new days.")] = None,
    description: Annotated[str | None, typer.Option(metavar="TEXT", help="Its new description.")] = None,
    allowed: Annotated[
        str | None, typer.Option("--revisions", metavar="N|unlimited", parser=revisions, help="Its new revisions.")
    ] = None,
    zoom: Annotated[bool | None, typer.Option("--zoom/--no-zoom", help="Offer a Zoom call, or not.")] = None,
    package: Packages = None,
    weight: Annotated[int | None, typer.Option(metavar="N", help="Its new share of the price.")] = None,
    prices: Prices = None,
    no_prices: Annotated[bool, typer.Option("--no-prices", help="Share by weight again.")] = False,
) -> "GigView":
    """Change a milestone of a gig's workflow; what is not named stays. Orders already placed stay as they are.

    \b
    Example:
      milepost gig edit-milestone 1 2 --days 5 --revisions unlimited
    """
    from milepost.core.workflow import MilestoneChanges
    from milepost.market import gigs

    changes = MilestoneChanges()
    if name is not None:
        changes["name"] = name.strip()
    if days is not None:
        changes["days"] = days
    if description is not None:
        changes["description"] = description.strip()
    if allowed is not None:
        changes["revisions"] = count_of(allowed)
    if zoom is not None:
        changes["zoom"] = zoom
    if package:
        changes["packages"] = _tiers(package)
    if weight is not None:
        changes["weight"] = weight
    if no_prices:
        changes["prices"] = {}
    if not changes and not prices:
        raise typer.BadParameter("say what to change, such as --days 5")
    return gigs.edit_milestone(
        store(), gig, milestone, set_prices=prices_by_package(prices or ()), handle=current().handle, **changes
    )


@app.command("move-milestone")
@changes
def move_milestone(
    gig: GigId,
    milestone: Position,
    to: Annotated[int, typer.Option("--to", metavar="N", min=1, help="Its new position.")],
) -> "GigView":
    """Move a milestone of a gig's workflow to another position.

    \b
    Example:
      milepost gig move-milestone 1 3 --to 1
    """
    from milepost.market import gigs

    return gigs.move_milestone(store(), gig, milestone, to, handle=current().handle)


@app.command("remove-milestone")
@changes
def remove_milestone(gig: GigId, milestone: Position) -> "GigView":
    """Remove a milestone from a gig's workflow.

    \b
    Example:
      milepost gig remove-milestone 1 3
    """
    from milepost.market import gigs

    return gigs.remove_milestone(store(), gig, milestone, handle=current().handle)


@app.command("add-substep")
@changes
def add_substep(
    gig: GigId,
    milestone: Position,
    name: Annotated[str, typer.Option(metavar="TEXT", help="The substep's name.")],
    package: Packages = None,
) -> "GigView":
    """Add a substep to a milestone of a gig.

    \b
    Example:
      milepost gig add-substep 1 2 --name "Colour studies" --package premium
    """
    from milepost.core.gig import Substep
    from milepost.market import gigs

    return gigs.add_substep(store(), gig, milestone, Substep(name.strip(), _tiers(package)), handle=current().handle)


@app.command("remove-substep")
@changes
def remove_substep(
    gig: GigId,
    milestone: Position,
    number: Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="The substep's number.")],
) -> "GigView":
    """Remove a substep from a milestone of a gig.

    \b
    Example:
      milepost gig remove-substep 1 2 1
    """
    from milepost.market import gigs

    return gigs.remove_substep(store(), gig, milestone, number, handle=current().handle)


@app.command("use-template")
@changes
def use_template(
    gig: GigId,
    template: Annotated[str, typer.Argument(metavar="TEMPLATE", help="One of `milepost template list`.")],
    replace: Annotated[bool, typer.Option("--replace", help="Put the present workflow aside.")] = False,
) -> "GigView":
    """Start a gig's workflow from a template; it is checked against the gig like typed input.

    \b
    Example:
      milepost gig use-template 1 logo-design
    """
    from milepost.files import documents
    from milepost.market import gigs, templates

    chosen = templates.find(store(), template, documents.shipped_templates())
    return gigs.use_template(store(), gig, chosen, replace=replace, handle=current().handle)
