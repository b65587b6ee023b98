"""`milepost gig …-milestone`, `…-substep`, `use-template`: a gig's workflow."""

from typing import Annotated, Any

import typer

from milepost.cli.options import GigId, read_prices, read_revisions, read_tier
from milepost.cli.session import answers, change, store

app = typer.Typer()

Position = Annotated[int, typer.Argument(metavar="MILESTONE", min=1, help="The milestone's position.")]
Packages = Annotated[
    list[str] | None, typer.Option("--package", metavar="PACKAGE", help="Available in this package; repeat. Else all.")
]
Prices = Annotated[
    list[str] | None, typer.Option("--price", metavar="PACKAGE=AMOUNT", help="Its exact price in a package; repeat.")
]


@app.command("add-milestone")
@answers
def add_milestone(
    gig: GigId,
    name: Annotated[str, typer.Option(metavar="TEXT", help="The milestone's name.")],
    days: Annotated[int, typer.Option(metavar="N", help="Days to complete it.")],
    description: Annotated[str, typer.Option(metavar="TEXT", help="What the client gets.")] = "",
    revisions: Annotated[str, typer.Option(metavar="N|unlimited", help="Revisions of this milestone.")] = "0",
    zoom: Annotated[bool, typer.Option("--zoom", help="Offer a Zoom call.")] = False,
    package: Packages = None,
    weight: Annotated[int, typer.Option(metavar="N", help="Its share of the price.")] = 1,
    price: Prices = None,
) -> Any:
    """Add a milestone at the end of a gig's workflow: at least 2, at most 5.

    \b
    Examples:
      milepost gig add-milestone 1 --name Sketches --days 3 --revisions 1
      milepost gig add-milestone 1 --name Files --days 2 \\
        --package premium --price premium=120.00
    """
    from milepost.core import workflow
    from milepost.core.gig import TIERS, Milestone

    milestone = Milestone(
        name.strip(),
        days,
        description.strip(),
        read_revisions(revisions),
        zoom,
        tuple(read_tier(one) for one in package or TIERS),
        weight,
        read_prices(price or []),
    )
    return change(gig, lambda one: workflow.add_milestone(one, milestone))


@app.command("edit-milestone")
@answers
def edit_milestone(
    gig: GigId,
    milestone: Position,
    name: Annotated[str | None, typer.Option(metavar="TEXT", help="Its new name.")] = None,
    days: Annotated[int | None, typer.Option(metavar="N", help="Its new days.")] = None,
    description: Annotated[str | None, typer.Option(metavar="TEXT", help="Its new description.")] = None,
    revisions: Annotated[str | None, typer.Option(metavar="N|unlimited", help="Its new revisions.")] = None,
    zoom: Annotated[bool | None, typer.Option("--zoom/--no-zoom", help="Offer a Zoom call, or not.")] = None,
    package: Packages = None,
    weight: Annotated[int | None, typer.Option(metavar="N", help="Its new share of the price.")] = None,
    price: Prices = None,
    no_prices: Annotated[bool, typer.Option("--no-prices", help="Share by weight again.")] = False,
) -> Any:
    """Change a milestone of a gig's workflow; what is not named stays. Orders already placed stay as they are.

    \b
    Example:
      milepost gig edit-milestone 1 2 --days 5 --revisions unlimited
    """
    from milepost.core import workflow

    texts = {"name": name, "description": description}
    changes: dict[str, Any] = {key: text.strip() for key, text in texts.items() if text is not None}
    changes |= {"days": days, "zoom": zoom, "weight": weight}
    changes |= {
        "revisions": read_revisions(revisions) if revisions is not None else None,
        "packages": tuple(read_tier(one) for one in package) if package else None,
        "prices": {} if no_prices else None,
        "set_prices": read_prices(price) if price else None,
    }
    kept = {key: value for key, value in changes.items() if value is not None}
    if revisions == "unlimited":
        kept["revisions"] = None
    if not kept:
        raise typer.BadParameter("say what to change, such as --days 5")
    return change(gig, lambda one: workflow.edit_milestone(one, milestone, **kept))


@app.command("move-milestone")
@answers
def move_milestone(
    gig: GigId,
    milestone: Position,
    to: Annotated[int, typer.Option("--to", metavar="N", min=1, help="Its new position.")],
) -> Any:
    """Move a milestone of a gig's workflow to another position.

    \b
    Example:
      milepost gig move-milestone 1 3 --to 1
    """
    from milepost.core import workflow

    return change(gig, lambda one: workflow.move_milestone(one, milestone, to))


@app.command("remove-milestone")
@answers
def remove_milestone(gig: GigId, milestone: Position) -> Any:
    """Remove a milestone from a gig's workflow.

    \b
    Example:
      milepost gig remove-milestone 1 3
    """
    from milepost.core import workflow

    return change(gig, lambda one: workflow.remove_milestone(one, milestone))


@app.command("add-substep")
@answers
def add_substep(
    gig: GigId,
    milestone: Position,
    name: Annotated[str, typer.Option(metavar="TEXT", help="The substep's name.")],
    package: Packages = None,
) -> Any:
    """Add a substep to a milestone of a gig.

    \b
    Example:
      milepost gig add-substep 1 2 --name "Colour studies" --package premium
    """
    from milepost.core import workflow
    from milepost.core.gig import TIERS, Substep

    substep = Substep(name.strip(), tuple(read_tier(one) for one in package or TIERS))
    return change(gig, lambda one: workflow.add_substep(one, milestone, substep))


@app.command("remove-substep")
@answers
def remove_substep(
    gig: GigId,
    milestone: Position,
    number: Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="The substep's number.")],
) -> Any:
    """Remove a substep from a milestone of a gig.

    \b
    Example:
      milepost gig remove-substep 1 2 1
    """
    from milepost.core import workflow

    return change(gig, lambda one: workflow.remove_substep(one, milestone, number))


@app.command("use-template")
@answers
def use_template(
    gig: GigId,
    template: Annotated[str, typer.Argument(metavar="TEMPLATE", help="One of `milepost template list`.")],
    replace: Annotated[bool, typer.Option("--replace", help="Put the present workflow aside.")] = False,
) -> Any:
    """Start a gig's workflow from a template; it is checked against the gig like typed input.

    \b
    Example:
      milepost gig use-template 1 logo-design
    """
    from milepost.core import workflow
    from milepost.files import documents
    from milepost.market import templates

    chosen = templates.find(store(), template, documents.shipped_templates())
    return change(gig, lambda one: workflow.use_template(one, chosen, replace=replace))
