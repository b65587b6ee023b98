"""`milepost offer …`: custom offers."""

from typing import TYPE_CHECKING, Annotated

import typer

from milepost import times
from milepost.cli.keyed import changes
from milepost.cli.options import (
    ClientFilter,
    FromFile,
    Limit,
    OfferId,
    OfferMilestones,
    SellerFilter,
    alone,
    amount,
    count_of,
    id_option,
    moment,
    require,
    revisions,
)
from milepost.cli.session import answers, current, note, store
from milepost.commands import ACCEPT_OFFER, template_of
from milepost.core.offer import OfferStatus
from milepost.core.terms import OrderType
from milepost.core.transitions import Action

if TYPE_CHECKING:
    from milepost.core.offer import Draft
    from milepost.views.base import Created, Listing, TextView
    from milepost.views.offers import ForecastView, LintView, OfferView, PlacedView

app = typer.Typer(no_args_is_help=True, help="Custom offers: sent to one client, accepted into an order.")


@app.command()
@changes
def create(
    from_file: FromFile = None,
    gig: Annotated[int | None, id_option("--gig", "GIG", "The seller's gig that it is for.")] = None,
    client: Annotated[str | None, typer.Option(metavar="HANDLE", help="Who it is for.")] = None,
    type: Annotated[OrderType | None, typer.Option(help="How it is paid; milestones if any is given.")] = None,
    milestones: OfferMilestones = None,
    price: Annotated[
        int | None, typer.Option(metavar="AMOUNT", parser=amount, help="The price, or the price of a cycle.")
    ] = None,
    days: Annotated[int | None, typer.Option(metavar="N", help="Days of work, or of each cycle.")] = None,
    allowed: Annotated[
        str | None,
        typer.Option("--revisions", metavar="N|unlimited", parser=revisions, help="Revisions, or of each cycle."),
    ] = None,
    cycles: Annotated[int | None, typer.Option(metavar="N", help="Months of a subscription, 1 to 12.")] = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Its title; else the gig's.")] = None,
    expires: Annotated[
        times.When | None, typer.Option(metavar="TIME", parser=moment, help="When it expires, such as +7d; else never.")
    ] = None,
    message: Annotated[int | None, id_option("--message", "MESSAGE", "The message that it answers.")] = None,
) -> "Created[OfferView]":
    """Send a custom offer to a client; prints its id.

    \b
    Examples:
      milepost offer create --gig 1 --client ana \\
        --milestone Sketches:5:60.00:1 --milestone "Final files:3:90.00"
      milepost offer create --gig 1 --client ana --type subscription \\
        --price 200 --days 10 --cycles 3
      milepost offer create --from offer.toml
    """
    from milepost.core.offer import Draft
    from milepost.market import offers

    flags = {"--gig": gig, "--client": client}
    if from_file is not None:
        others = {"--type": type, "--milestone": milestones, "--price": price, "--days": days, "--cycles": cycles}
        texts = {"--revisions": allowed, "--title": title, "--expires": expires, "--message": message}
        alone({**flags, **others, **texts})
        draft = _draft_of(from_file)
    else:
        require(flags)
        if milestones and allowed is not None:
            raise typer.BadParameter("revisions belong to each milestone: NAME:DAYS:PRICE:REVISIONS")
        assert gig is not None
        assert client is not None
        draft = Draft(
            gig,
            client,
            type or (OrderType.MILESTONES if milestones else OrderType.SINGLE),
            milestones or [],
            price,
            days,
            count_of(allowed),
            cycles,
            title,
            expires and expires.at,
            message,
        )
    view = offers.create(store(), draft, handle=current().handle)
    next_step = ACCEPT_OFFER.line({"offer": view.id})
    note(f'Offer {view.id} "{view.whole.title}" is sent to {view.whole.client}. Next: {next_step}')
    return view


def _draft_of(name: str) -> "Draft":
    """The draft in an offer file, whose gig must be a gig's id."""
    from milepost.files import documents

    document = documents.load(documents.OfferDocument, name)
    if not isinstance(document.gig, int):
        raise typer.BadParameter(f"gig = {document.gig!r} is not a gig's id")
    return document.plain(document.gig)


@app.command("list")
@answers
def list_(
    seller: SellerFilter = None,
    client: ClientFilter = None,
    status: Annotated[OfferStatus | None, typer.Option(help="Only these.")] = None,
    limit: Limit = 50,
) -> "Listing[OfferView]":
    """List offers.

    \b
    Example:
      milepost offer list --client ana --status sent
    """
    from milepost.market import offers

    return offers.listing(store(), seller=seller, client=client, status=status, limit=limit)


@app.command()
@answers
def show(offer: OfferId) -> "OfferView":
    """Show an offer.

    \b
    Example:
      milepost offer show 1
    """
    from milepost.market import offers

    return offers.show(store(), offer)


@app.command()
@answers
def check(offer: OfferId) -> "LintView":
    """Say what is unwise in an offer, though no rule forbids it, and how far the seller works ahead of the money.

    \b
    Example:
      milepost offer check 1
    """
    from milepost.files import documents
    from milepost.market import offers

    others = [documents.policy(name) for name in documents.policy_names()]
    return offers.check(store(), offer, others)


@app.command()
@answers
def forecast(offer: OfferId) -> "ForecastView":
    """Show what an offer could come to: dates and amounts with a prompt client, a silent one, and one who stops.

    \b
    Example:
      milepost offer forecast 1
    """
    from milepost.market import offers

    return offers.forecast(store(), offer)


@app.command()
@answers
def export(offer: OfferId) -> "TextView":
    """Print an offer as TOML, on stdout, for `offer create --from`.

    \b
    Example:
      milepost offer export 1
    """
    from milepost.files import writer
    from milepost.market import offers
    from milepost.views.base import TextView

    return TextView(writer.offer_text(offers.plain(store(), offer)))


@app.command()
@changes
def accept(offer: OfferId) -> "Created[PlacedView]":
    """Accept an offer as its client: the order is placed and its first milestone charged.

    \b
    Example:
      milepost --as ana offer accept 1
    """
    from milepost.market import offers

    view = offers.accept(store(), offer, handle=current().handle)
    note(f"Order {view.id} is placed. Next: {template_of(Action.DELIVER).line({'order': view.id})}")
    return view


@app.command()
@changes
def decline(offer: OfferId) -> "OfferView":
    """Decline an offer as its client.

    \b
    Example:
      milepost offer decline 1
    """
    from milepost.market import offers

    return offers.decline(store(), offer, handle=current().handle)


@app.command()
@changes
def withdraw(offer: OfferId) -> "OfferView":
    """Withdraw an offer as its seller.

    \b
    Example:
      milepost offer withdraw 1
    """
    from milepost.market import offers

    return offers.withdraw(store(), offer, handle=current().handle)
