"""`milepost offer …`: custom offers."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from milepost import money
from milepost.cli.options import (
    ClientFilter,
    FromFile,
    Limit,
    OfferId,
    SellerFilter,
    alone,
    check_choice,
    possible_id,
    read_milestone,
    read_revisions,
    require,
)
from milepost.cli.session import answers, current, note, store
from milepost.core.terms import OrderType

if TYPE_CHECKING:
    from milepost.core.offer import Draft

app = typer.Typer(no_args_is_help=True, help="Custom offers: sent to one client, accepted into an order.")

Types = "single|subscription|milestones"


@app.command()
@answers
def create(
    from_file: FromFile = None,
    gig: Annotated[
        int | None, typer.Option(metavar="GIG", callback=possible_id, help="The seller's gig that it is for.")
    ] = None,
    client: Annotated[str | None, typer.Option(metavar="HANDLE", help="Who it is for.")] = None,
    type: Annotated[str | None, typer.Option(metavar=Types, help="How it is paid; milestones if any is given.")] = None,
    milestone: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME:DAYS:PRICE[:REVISIONS]", help="A milestone; repeat, 2 to 6 of up to 30 days."),
    ] = None,
    price: Annotated[str | None, typer.Option(metavar="AMOUNT", help="The price, or the price of a cycle.")] = None,
    days: Annotated[int | None, typer.Option(metavar="N", help="Days of work, or of each cycle.")] = None,
    revisions: Annotated[str | None, typer.Option(metavar="N|unlimited", help="Revisions, or of each cycle.")] = None,
    cycles: Annotated[int | None, typer.Option(metavar="N", help="Months of a subscription, 1 to 12.")] = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Its title; else the gig's.")] = None,
    expires: Annotated[
        str | None, typer.Option(metavar="TIME", help="When it expires, such as +7d; else never.")
    ] = None,
    message: Annotated[int | None, typer.Option(metavar="MESSAGE", min=1, help="The message that it answers.")] = None,
) -> Any:
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
    from milepost.files import documents
    from milepost.market import offers

    flags = {"--gig": gig, "--client": client}
    if from_file is not None:
        others = {"--type": type, "--milestone": milestone, "--price": price, "--days": days, "--cycles": cycles}
        texts = {"--revisions": revisions, "--title": title, "--expires": expires, "--message": message}
        alone({**flags, **others, **texts})
        draft = _draft_of(from_file)
    else:
        require(flags)
        if milestone and revisions is not None:
            raise typer.BadParameter("revisions belong to each milestone: NAME:DAYS:PRICE:REVISIONS")
        assert gig is not None
        assert client is not None
        draft = Draft(
            gig,
            client,
            _read_type(type, milestone),
            [read_milestone(text) for text in milestone or []],
            money.parse_cents(price) if price is not None else None,
            days,
            read_revisions(revisions),
            cycles,
            title,
            documents.expiry(expires),
            message,
        )
    view = offers.create(store(), draft, handle=current().handle)
    note(f'Offer {view.id} "{view.whole.title}" is sent to {view.whole.client}. Next: milepost offer accept {view.id}')
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
    status: Annotated[
        str | None, typer.Option(metavar="STATUS", help="sent, accepted, declined, withdrawn or expired.")
    ] = None,
    limit: Limit = 50,
) -> Any:
    """List offers.

    \b
    Example:
      milepost offer list --client ana --status sent
    """
    from milepost.core.offer import OfferStatus
    from milepost.market import offers

    check_choice("status", status, OfferStatus)
    return offers.listing(store(), seller=seller, client=client, status=status, limit=limit)


@app.command()
@answers
def show(offer: OfferId) -> Any:
    """Show an offer.

    \b
    Example:
      milepost offer show 1
    """
    from milepost.market import offers

    return offers.show(store(), offer)


@app.command()
@answers
def check(offer: OfferId) -> Any:
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
def forecast(offer: OfferId) -> Any:
    """Show what an offer could come to: dates and amounts with a prompt client, a silent one, and one who stops.

    \b
    Example:
      milepost offer forecast 1
    """
    from milepost.market import offers

    return offers.forecast(store(), offer)


@app.command()
@answers
def export(offer: OfferId) -> Any:
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
@answers
def accept(offer: OfferId) -> Any:
    """Accept an offer as its client: the order is placed and its first milestone charged.

    \b
    Example:
      milepost --as ana offer accept 1
    """
    from milepost.market import offers

    view = offers.accept(store(), offer, handle=current().handle)
    note(f"Order {view.id} is placed. Next: milepost order deliver {view.id}")
    return view


@app.command()
@answers
def decline(offer: OfferId) -> Any:
    """Decline an offer as its client.

    \b
    Example:
      milepost offer decline 1
    """
    from milepost.market import offers

    return offers.decline(store(), offer, handle=current().handle)


@app.command()
@answers
def withdraw(offer: OfferId) -> Any:
    """Withdraw an offer as its seller.

    \b
    Example:
      milepost offer withdraw 1
    """
    from milepost.market import offers

    return offers.withdraw(store(), offer, handle=current().handle)


def _read_type(text: str | None, milestones: list[str] | None) -> OrderType:
    if text is None:
        return OrderType.MILESTONES if milestones else OrderType.SINGLE
    if text not in set(OrderType):
        raise typer.BadParameter(f"{text!r} is not a type of offer: {', '.join(OrderType)}")
    return OrderType(text)
