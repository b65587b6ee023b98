"""`milepost gig …`: what a seller offers."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from milepost.cli import workflow as milestones
from milepost.cli.keyed import changes
from milepost.cli.options import (
    PACKAGE_FORM,
    FromFile,
    GigId,
    Limit,
    SellerFilter,
    Tier,
    alone,
    package_option,
    read_package,
    require,
)
from milepost.cli.session import answers, confirm, current, note, store
from milepost.core.gig import Gig, Package

if TYPE_CHECKING:
    from milepost.views.base import Created, Listing, TextView
    from milepost.views.gigs import CheckView, ClientGigView, GigView

app = typer.Typer(no_args_is_help=True, help="What a seller offers: packages and a milestone workflow.")

app.add_typer(milestones.app)


@app.command()
@changes
def create(
    from_file: FromFile = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="The gig's title, 1-80 characters.")] = None,
    seller: Annotated[str | None, typer.Option(metavar="HANDLE", help="Whose gig it is.")] = None,
    subcategory: Annotated[
        str | None, typer.Option(metavar="NAME", help="Where it is listed; see `milepost gig subcategories`.")
    ] = None,
    description: Annotated[str, typer.Option(metavar="TEXT", help="What it is.")] = "",
    basic: Annotated[Package | None, package_option(Tier.BASIC)] = None,
    standard: Annotated[Package | None, package_option(Tier.STANDARD)] = None,
    premium: Annotated[Package | None, package_option(Tier.PREMIUM)] = None,
) -> "Created[GigView]":
    """Create a gig; prints its id.

    A milestone workflow needs a basic package of $100.00 or more and an eligible subcategory.

    \b
    Examples:
      milepost gig create --title "Logo design" --seller maria \\
        --subcategory "Logo Design" --basic 150:7:2
      milepost gig create --from gig.toml
    """
    from milepost.files import documents
    from milepost.market import gigs

    flags = {"--title": title, "--seller": seller, "--subcategory": subcategory, "--basic": basic}
    if from_file is not None:
        alone({**flags, "--standard": standard, "--premium": premium, "--description": description or None})
        gig = documents.load(documents.GigDocument, from_file).plain()
    else:
        require(flags)
        packages = tuple(package for package in (basic, standard, premium) if package is not None)
        gig = Gig(title or "", seller or "", subcategory or "", description, packages)
    view = gigs.create(store(), gig, handle=current().handle)
    note(f'Gig {view.id} "{gig.title}" is created. {_next_step(view.id, gig)}')
    return view


def _next_step(gig_id: int, gig: Gig) -> str:
    """What a seller would do next with a new gig."""
    from milepost import data
    from milepost.core.gig import eligible_name, nearest_names

    eligible = data.subcategories()
    if gig.milestones:
        return f"Next: milepost gig check {gig_id}"
    if eligible_name(gig.subcategory, eligible):
        return f"Next: milepost gig add-milestone {gig_id} --name NAME --days DAYS   (or gig use-template)"
    nearest = nearest_names(gig.subcategory, eligible)
    meant = f" Did you mean {' or '.join(nearest)}?" if nearest else ""
    return f"Milestones are not available in {gig.subcategory}.{meant}"


@app.command("list")
@answers
def list_(seller: SellerFilter = None, limit: Limit = 50) -> "Listing[GigView]":
    """List gigs.

    \b
    Example:
      milepost gig list --seller maria
    """
    from milepost.market import gigs

    return gigs.listing(store(), seller=seller, limit=limit)


@app.command()
@answers
def show(
    gig: GigId,
    client: Annotated[bool, typer.Option("--client", help="As a client sees it before ordering.")] = False,
) -> "GigView | ClientGigView":
    """Show a gig: its packages, its workflow, and what is missing; or what a client sees of it.

    \b
    Examples:
      milepost gig show 1
      milepost gig show 1 --client
    """
    from milepost.market import gigs
    from milepost.views.gigs import ClientGigView

    view = gigs.show(store(), gig)
    return ClientGigView.of(view) if client else view


@app.command()
@changes
def edit(
    gig: GigId,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Its new title.")] = None,
    subcategory: Annotated[str | None, typer.Option(metavar="NAME", help="Its new subcategory.")] = None,
    description: Annotated[str | None, typer.Option(metavar="TEXT", help="Its new description.")] = None,
) -> "GigView":
    """Change a gig's title, subcategory or description.

    \b
    Example:
      milepost gig edit 1 --title "Logo design, from brief to files"
    """
    from milepost.market import gigs

    if title is None and subcategory is None and description is None:
        raise typer.BadParameter("give at least one of --title, --subcategory, --description")
    return gigs.edit_texts(
        store(), gig, title=title, subcategory=subcategory, description=description, handle=current().handle
    )


@app.command("set-package")
@changes
def set_package(
    gig: GigId,
    tier: Annotated[Tier, typer.Argument(metavar="PACKAGE", help="The package.")],
    terms: Annotated[str, typer.Argument(metavar=PACKAGE_FORM, help="Its price, days and revisions.")],
    description: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What the client gets; else as it was.")
    ] = None,
) -> "GigView":
    """Add a package to a gig, or change it.

    \b
    Example:
      milepost gig set-package 1 premium 480:20:unlimited
    """
    from milepost.market import gigs

    package = read_package(tier.value, terms)
    unsaid = {"revisions": terms.count(":") < 2, "description": description is None}
    kept = [name for name, is_unsaid in unsaid.items() if is_unsaid]
    told = package._replace(description=description or "")
    return gigs.set_package(store(), gig, told, kept=kept, handle=current().handle)


@app.command()
@changes
def pause(gig: GigId) -> "GigView":
    """Take no new orders from a gig, and make no new offers of it; offers already sent stand.

    \b
    Example:
      milepost gig pause 1
    """
    from milepost.market import gigs

    return gigs.set_paused(store(), gig, paused=True, handle=current().handle)


@app.command()
@changes
def resume(gig: GigId) -> "GigView":
    """Take orders from a paused gig again.

    \b
    Example:
      milepost gig resume 1
    """
    from milepost.market import gigs

    return gigs.set_paused(store(), gig, paused=False, handle=current().handle)


@app.command()
@changes
def delete(gig: GigId, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> "GigView":
    """Delete a gig that no offer, order or message refers to.

    \b
    Example:
      milepost gig delete 1 --yes
    """
    from milepost.market import gigs

    if not yes:
        confirm(f"Delete gig {gig}?")
    return gigs.delete(store(), gig, handle=current().handle)


@app.command("add-faq")
@changes
def add_faq(
    gig: GigId,
    question: Annotated[str, typer.Option(metavar="TEXT", help="The question.")],
    answer: Annotated[str, typer.Option(metavar="TEXT", help="Its answer.")],
) -> "GigView":
    """Add a question and its answer to a gig.

    \b
    Example:
      milepost gig add-faq 1 --question "Which files?" --answer "SVG, PDF, PNG"
    """
    from milepost.core.gig import Faq
    from milepost.market import gigs

    return gigs.add_faq(store(), gig, Faq(question, answer), handle=current().handle)


@app.command("remove-faq")
@changes
def remove_faq(
    gig: GigId, number: Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="Which one.")]
) -> "GigView":
    """Remove a question from a gig.

    \b
    Example:
      milepost gig remove-faq 1 1
    """
    from milepost.market import gigs

    return gigs.remove_faq(store(), gig, number, handle=current().handle)


@app.command()
@answers
def export(gig: GigId) -> "TextView":
    """Print a gig as TOML, on stdout, for `gig create --from`.

    \b
    Example:
      milepost gig export 1
    """
    from milepost.files import writer
    from milepost.market import gigs
    from milepost.views.base import TextView

    return TextView(writer.gig_text(gigs.plain(store(), gig)))


@app.command("milestone-payments")
@changes
def milestone_payments(
    gig: GigId,
    state: Annotated[Literal["on", "off"], typer.Argument(metavar="STATE", help="Pay by milestone, or all at once.")],
) -> "GigView":
    """Turn milestone payments on or off: off, the client pays the whole package when ordering.

    \b
    Example:
      milepost gig milestone-payments 1 off
    """
    from milepost.market import gigs

    return gigs.set_milestone_payments(store(), gig, on=state == "on", handle=current().handle)


@app.command()
@answers
def check(gig: GigId) -> "CheckView":
    """Say what a gig lacks before clients see its milestones; exit code 7 if it lacks something.

    \b
    Example:
      milepost gig check 1
    """
    from milepost.market import gigs

    return gigs.check(store(), gig)


@app.command()
@answers
def subcategories() -> "Listing[str]":
    """List the subcategories that milestones are available in.

    \b
    Example:
      milepost gig subcategories
    """
    from milepost import data
    from milepost.views.base import Listing

    return Listing("subcategory", list(data.subcategories()))
