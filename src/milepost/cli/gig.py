"""`milepost gig …`: what a seller offers."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from milepost import rules
from milepost.cli.options import (
    FromFile,
    GigId,
    Limit,
    SellerFilter,
    alone,
    read_package,
    read_prices,
    read_revisions,
    read_tier,
    require,
)
from milepost.cli.session import answers, current, note, store

if TYPE_CHECKING:
    from milepost.store.db import Database

app = typer.Typer(no_args_is_help=True, help="What a seller offers: packages and a milestone workflow.")

Packages = Annotated[
    list[str] | None, typer.Option("--package", metavar="PACKAGE", help="Available in this package; repeat. Else all.")
]
PackageText = "PRICE:DAYS[:REVISIONS]"


@app.command()
@answers
def create(
    from_file: FromFile = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="The gig's title, 1-80 characters.")] = None,
    seller: Annotated[str | None, typer.Option(metavar="HANDLE", help="Whose gig it is.")] = None,
    subcategory: Annotated[
        str | None, typer.Option(metavar="NAME", help="Where it is listed; see `milepost gig subcategories`.")
    ] = None,
    description: Annotated[str, typer.Option(metavar="TEXT", help="What it is.")] = "",
    basic: Annotated[str | None, typer.Option(metavar=PackageText, help="The basic package.")] = None,
    standard: Annotated[str | None, typer.Option(metavar=PackageText, help="The standard package.")] = None,
    premium: Annotated[str | None, typer.Option(metavar=PackageText, help="The premium package.")] = None,
) -> Any:
    """Create a gig; prints its id.

    A milestone workflow needs a basic package of $100.00 or more and an eligible subcategory.

    \b
    Examples:
      milepost gig create --title "Logo design" --seller maria \\
        --subcategory "Logo Design" --basic 150:7:2
      milepost gig create --from gig.toml
    """
    from milepost import documents
    from milepost.core.gig import Gig
    from milepost.market import gigs

    flags = {"--title": title, "--seller": seller, "--subcategory": subcategory, "--basic": basic}
    if from_file is not None:
        alone({**flags, "--standard": standard, "--premium": premium, "--description": description or None})
        gig = documents.load(documents.GigDocument, from_file).plain()
    else:
        require(flags)
        tiers = {"basic": basic, "standard": standard, "premium": premium}
        packages = tuple(read_package(tier, text) for tier, text in tiers.items() if text is not None)
        gig = Gig(title or "", seller or "", subcategory or "", description, packages)
    _check_seller(gig.seller)
    view = gigs.create(store(), gig)
    note(f'Gig {view.id} "{gig.title}" is created. Next: milepost gig add-milestone {view.id} --name NAME --days DAYS')
    return view


@app.command("list")
@answers
def list_(seller: SellerFilter = None, limit: Limit = 50) -> Any:
    """List gigs.

    \b
    Example:
      milepost gig list --seller maria
    """
    from milepost.market import gigs

    return gigs.listing(store(), seller=seller, limit=limit)


@app.command()
@answers
def show(gig: GigId) -> Any:
    """Show a gig: its packages, its workflow, and what is missing.

    \b
    Example:
      milepost gig show 1
    """
    from milepost.market import gigs

    return gigs.show(store(), gig)


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
    price: Annotated[
        list[str] | None, typer.Option(metavar="PACKAGE=AMOUNT", help="Its exact price in a package; repeat.")
    ] = None,
) -> Any:
    """Add a milestone at the end of a gig's workflow: at least 2, at most 5.

    \b
    Examples:
      milepost gig add-milestone 1 --name Sketches --days 3 --revisions 1
      milepost gig add-milestone 1 --name Files --days 2 \\
        --package premium --price premium=120.00
    """
    from milepost.core.gig import TIERS, Milestone
    from milepost.market import gigs

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
    return gigs.add_milestone(_store_of_seller(gig), gig, milestone)


@app.command("add-substep")
@answers
def add_substep(
    gig: GigId,
    milestone: Annotated[int, typer.Argument(metavar="MILESTONE", min=1, help="The milestone's position.")],
    name: Annotated[str, typer.Option(metavar="TEXT", help="The substep's name.")],
    package: Packages = None,
) -> Any:
    """Add a substep to a milestone of a gig.

    \b
    Example:
      milepost gig add-substep 1 2 --name "Colour studies" --package premium
    """
    from milepost.core.gig import TIERS, Substep
    from milepost.market import gigs

    substep = Substep(name.strip(), tuple(read_tier(one) for one in package or TIERS))
    return gigs.add_substep(_store_of_seller(gig), gig, milestone, substep)


@app.command("milestone-payments")
@answers
def milestone_payments(
    gig: GigId, state: Annotated[str, typer.Argument(metavar="on|off", help="Pay by milestone, or all at once.")]
) -> Any:
    """Turn milestone payments on or off: off, the client pays the whole package when ordering.

    \b
    Example:
      milepost gig milestone-payments 1 off
    """
    from milepost.market import gigs

    if state not in ("on", "off"):
        raise typer.BadParameter(f"{state!r} is neither on nor off")
    return gigs.set_milestone_payments(_store_of_seller(gig), gig, on=state == "on")


@app.command()
@answers
def check(gig: GigId) -> Any:
    """Say what a gig lacks before clients see its milestones; exit code 7 if it lacks something.

    \b
    Example:
      milepost gig check 1
    """
    from milepost.market import gigs

    return gigs.check(store(), gig)


@app.command()
@answers
def subcategories() -> Any:
    """List the subcategories that milestones are available in.

    \b
    Example:
      milepost gig subcategories
    """
    from milepost import data
    from milepost.views import Listing

    return Listing("subcategory", list(data.subcategories()))


def _store_of_seller(gig: int) -> "Database":
    """The store, for a change of this gig: with `--as`, by its seller alone. Raises `NotFound`, and `actor`."""
    from milepost.market import gigs

    db = store()
    if current().handle is not None:
        _check_seller(gigs.show(db, gig).seller, gig=gig)
    return db


def _check_seller(seller: str, **values: int) -> None:
    """With `--as`, a gig is its seller's to make and to change (rule actor)."""
    handle = current().handle
    if handle not in (None, seller):
        raise rules.ACTOR.refuse(why=f"the gig is {seller}'s; {handle} cannot make or change it", **values)
