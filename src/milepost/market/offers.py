"""Offers: sent, shown, and moved once. Accepting one places its order in the same transaction."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from milepost import data, rules
from milepost.core import offer as core
from milepost.core.offer import Offer, OfferStatus
from milepost.core.tables import Actor
from milepost.core.terms import MilestoneTerms, OrderType, Terms
from milepost.market import orders as market
from milepost.store import catalog, orders, settings
from milepost.store.db import Database
from milepost.store.orders import Origin
from milepost.views import OffersView, OfferView, PlacedView


class Draft(NamedTuple):
    """An offer as somebody writes it: milestones, or a price and days for a single payment or for each cycle.

    `title` is the gig's unless given; `expires_at` reads an instant against the clock.
    """

    gig_id: int
    client: str
    type: OrderType
    milestones: Sequence[MilestoneTerms] = ()
    price_cents: int | None = None
    days: int | None = None
    revisions: int | None = 0
    cycles: int | None = None
    title: str | None = None
    expires_at: Callable[[int], int] | None = None


def _as_given(draft: Draft, title: str) -> list[MilestoneTerms]:
    for name in ("price_cents", "days", "cycles"):
        if getattr(draft, name) is not None:
            what = name.removesuffix("_cents")
            raise rules.OFFER_TYPE.refuse(
                why=f"a milestones offer has no {what} of its own; each milestone has", key=what
            )
    return list(draft.milestones)


def _one_payment(draft: Draft, title: str) -> list[MilestoneTerms]:
    if draft.cycles is not None:
        raise rules.OFFER_TYPE.refuse(why="a single offer has no cycles; a subscription has", key="cycles")
    return [_whole(draft, title)]


def _monthly(draft: Draft, title: str) -> list[MilestoneTerms]:
    cycles, most = draft.cycles if draft.cycles is not None else 1, 1_000
    whole = _whole(draft, title)
    return [whole._replace(name=f"Month {number}") for number in range(1, min(cycles, most) + 1)]


def _whole(draft: Draft, title: str) -> MilestoneTerms:
    """The one payment, or the cycle, that the draft's price and days describe."""
    if draft.milestones:
        raise rules.OFFER_TYPE.refuse(why=f"a {draft.type} offer has a price and days, no milestones", key="milestone")
    if draft.price_cents is None or draft.days is None:
        raise rules.OFFER_TYPE.refuse(why=f"a {draft.type} offer needs a price and days", key="price")
    return MilestoneTerms(title, draft.days, draft.price_cents, draft.revisions)


_AGREED = {OrderType.MILESTONES: _as_given, OrderType.SINGLE: _one_payment, OrderType.SUBSCRIPTION: _monthly}


def create(db: Database, draft: Draft, *, handle: str | None = None) -> OfferView:
    """Send an offer. Raises `NotFound` for its gig, and `RuleError` with all its faults."""
    with db.write() as connection:
        now = settings.clock(connection)
        gig = catalog.gig(connection, draft.gig_id).gig
        if handle is not None and handle != gig.seller:
            raise rules.OFFER_FROM_MESSAGE.refuse(
                why=f"gig {draft.gig_id} is {gig.seller}'s; {handle} cannot make an offer of it", gig=draft.gig_id
            )
        title = draft.title.strip() if draft.title else gig.title
        terms = Terms(
            draft.type,
            gig.seller,
            draft.client,
            title,
            tuple(_AGREED[draft.type](draft, title)),
            settings.read(connection).policy,
        )
        offer_id = orders.next_id(connection, "offers")
        expires_at = draft.expires_at(now) if draft.expires_at else None
        offer = Offer(offer_id, draft.gig_id, terms, now, expires_at)
        core.check(offer, gig.subcategory, data.subcategories())
        catalog.add_offer(connection, offer)
        return OfferView.of(offer, None)


def accept(db: Database, offer_id: int, *, handle: str | None = None) -> PlacedView:
    """Accept an offer and place its order, or neither (rules offer-lifecycle, order-first-charge)."""
    with db.write() as connection:
        moved = _moved(connection, offer_id, OfferStatus.ACCEPTED, handle)
        now = settings.clock(connection)
        order = market.place(connection, moved.terms, Origin(moved.gig_id, offer_id), now)
        return PlacedView(market.view(connection, order, now), OfferView.of(moved, order.id))


def decline(db: Database, offer_id: int, *, handle: str | None = None) -> OfferView:
    """Decline an offer, as its client (rule offer-lifecycle)."""
    with db.write() as connection:
        return OfferView.of(_moved(connection, offer_id, OfferStatus.DECLINED, handle), None)


def withdraw(db: Database, offer_id: int, *, handle: str | None = None) -> OfferView:
    """Withdraw an offer, as its seller (rule offer-lifecycle)."""
    with db.write() as connection:
        return OfferView.of(_moved(connection, offer_id, OfferStatus.WITHDRAWN, handle), None)


def show(db: Database, offer_id: int) -> OfferView:
    """An offer. Raises `NotFound`."""
    with db.read() as connection:
        return OfferView.of(catalog.offer(connection, offer_id), catalog.order_of_offer(connection, offer_id))


def listing(db: Database, *, seller: str | None, client: str | None, status: str | None, limit: int) -> OffersView:
    """Offers by id."""
    with db.read() as connection:
        found = catalog.offers(connection, seller=seller, client=client, status=status, limit=limit + 1)
        views = [OfferView.of(offer, catalog.order_of_offer(connection, offer.id)) for offer in found[:limit]]
    return OffersView(views, len(found) > limit)


def _moved(connection: Connection, offer_id: int, wanted: OfferStatus, handle: str | None) -> Offer:
    offer = catalog.offer(connection, offer_id)
    actor = core.MOVERS[wanted]
    if handle is not None:
        party = market.party_of(handle, seller=offer.terms.seller, client=offer.terms.client)
        actor = party or Actor.SUPPORT
    moved = core.move(offer, wanted, actor=actor, at=settings.clock(connection))
    catalog.save_offer(connection, moved)
    return moved
