"""Offers: sent, shown, and moved once. Accepting one places its order in the same transaction."""

from collections.abc import Sequence

from milepost import commands, data, rules
from milepost.core import lint
from milepost.core.forecast import courses
from milepost.core.gig import eligible_name
from milepost.core.lint import Finding
from milepost.core.offer import MOVERS, Draft, Offer, OfferStatus, agreed, move
from milepost.core.offer import check as check_offer
from milepost.core.terms import Terms
from milepost.market import inbox
from milepost.market.orders import party_of, place
from milepost.policy import Policy
from milepost.store import catalog, orders, settings
from milepost.store.db import Connection, Database
from milepost.store.orders import Origin
from milepost.views.base import Created, Listing
from milepost.views.offers import ForecastView, LintView, OfferView, PlacedView


def create(db: Database, draft: Draft, *, handle: str | None = None) -> Created[OfferView]:
    """Send an offer. Raises `NotFound` for its gig, and `RuleError` with all its faults."""
    with db.write() as connection:
        now = settings.clock(connection)
        gig = catalog.gig(connection, draft.gig_id).gig
        if handle is not None and handle != gig.seller:
            raise rules.OFFER_FROM_MESSAGE.refuse(
                why=f"gig {draft.gig_id} is {gig.seller}'s; {handle} cannot make an offer of it", gig=draft.gig_id
            )
        if gig.paused:
            raise rules.GIG_PAUSED.refuse(
                why=f"gig {draft.gig_id} is paused; no new offer is made of it", gig=draft.gig_id
            )
        title = draft.title.strip() if draft.title else gig.title
        terms = Terms(
            draft.type,
            gig.seller,
            draft.client,
            title,
            tuple(agreed(draft, title)),
            settings.read(connection).policy,
        )
        offer_id = orders.next_id(connection, "offers")
        expires_at = draft.expires_at(now) if draft.expires_at else None
        offer = Offer(offer_id, draft.gig_id, terms, now, expires_at, message_id=draft.message_id)
        check_offer(offer, gig.subcategory, data.subcategories())
        if draft.message_id is not None:
            inbox.check_answers(connection, draft.message_id, draft.client, gig.seller)
        catalog.add_offers(connection, [offer])
        return Created(offer_id, OfferView.of(offer, None))


def accept(db: Database, offer_id: int, *, handle: str | None = None) -> Created[PlacedView]:
    """Accept an offer and place its order, or neither (rules offer-lifecycle, order-first-charge)."""
    with db.write() as connection:
        now = settings.clock(connection)
        moved = _moved(connection, offer_id, OfferStatus.ACCEPTED, handle, now)
        order = place(connection, moved.terms, Origin(moved.gig_id, offer_id), now)
        placed = PlacedView(order, OfferView.of(moved, order.id))
        return Created(order.id, placed)


def decline(db: Database, offer_id: int, *, handle: str | None = None) -> OfferView:
    """Decline an offer, as its client (rule offer-lifecycle)."""
    with db.write() as connection:
        return OfferView.of(
            _moved(connection, offer_id, OfferStatus.DECLINED, handle, settings.clock(connection)), None
        )


def withdraw(db: Database, offer_id: int, *, handle: str | None = None) -> OfferView:
    """Withdraw an offer, as its seller (rule offer-lifecycle)."""
    with db.write() as connection:
        return OfferView.of(
            _moved(connection, offer_id, OfferStatus.WITHDRAWN, handle, settings.clock(connection)), None
        )


def show(db: Database, offer_id: int) -> OfferView:
    """An offer. Raises `NotFound`."""
    with db.read() as connection:
        return OfferView.of(catalog.offer(connection, offer_id), catalog.order_of_offer(connection, offer_id))


def listing(
    db: Database, *, seller: str | None, client: str | None, status: str | None, limit: int
) -> Listing[OfferView]:
    """Offers by id."""
    with db.read() as connection:
        found = catalog.offers(connection, seller=seller, client=client, status=status, limit=limit + 1)
        views = [OfferView.of(offer, catalog.order_of_offer(connection, offer.id)) for offer in found]
    return Listing.cut("offer", views, limit)


def plain(db: Database, offer_id: int) -> Offer:
    """An offer as plain values. Raises `NotFound`."""
    with db.read() as connection:
        return catalog.offer(connection, offer_id)


def check(db: Database, offer_id: int, others: Sequence[Policy]) -> LintView:
    """What is unwise in an offer, held against other policies too. Raises `NotFound`."""
    with db.read() as connection:
        offer = catalog.offer(connection, offer_id)
        subcategory = catalog.gig(connection, offer.gig_id).gig.subcategory
    listed = eligible_name(subcategory, data.subcategories()) is not None
    found = lint.findings(offer.terms, others, milestones_available=listed)
    return LintView.of(offer, [_with_command(finding) for finding in found])


def _with_command(finding: Finding) -> Finding:
    """The finding, its advice with the command that helps to follow it."""
    command = commands.OF_ADVICE.get(finding.name)
    return finding._replace(advice=f"{finding.advice} ({command.line({})})") if command else finding


def forecast(db: Database, offer_id: int) -> ForecastView:
    """What an offer comes to if it is accepted now, or was when it was closed. Raises `NotFound`."""
    with db.read() as connection:
        offer = catalog.offer(connection, offer_id)
        at = offer.closed_at or settings.clock(connection)
    return ForecastView.of(offer, at, courses(offer.terms, at, commands.arguments))


def _moved(connection: Connection, offer_id: int, wanted: OfferStatus, handle: str | None, now: int) -> Offer:
    offer = catalog.offer(connection, offer_id)
    actor = MOVERS[wanted] if handle is None else party_of(handle, offer.terms, "offer", offer_id)
    moved = move(offer, wanted, actor=actor, at=now)
    catalog.save_offers(connection, [moved])
    return moved
