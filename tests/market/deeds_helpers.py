"""What people did to make a store what it is, read off it, so that it can be done again one by one."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from store_helpers import OPENING, rows

from milepost.core.act import HistoryEntry
from milepost.core.ledger import Kind
from milepost.core.offer import Draft, Offer, OfferStatus
from milepost.core.terms import OrderType, Terms
from milepost.core.transitions import Action, Actor
from milepost.market import gigs, inbox, ledger, offers, orders
from milepost.market.orders import Step
from milepost.store import catalog, settings
from milepost.store import inbox as stored_inbox
from milepost.store import ledger as stored_ledger
from milepost.store import orders as stored_orders
from milepost.store.db import Database
from milepost.store.orders import Origin

ALL = 1_000_000
Do = Callable[[Database], object]
MOVES = {
    OfferStatus.ACCEPTED: offers.accept,
    OfferStatus.DECLINED: offers.decline,
    OfferStatus.WITHDRAWN: offers.withdraw,
}


class Deed(NamedTuple):
    """Something that somebody did: at one instant what was done to orders comes first, and each kind by id."""

    at: int
    rank: int
    id: int
    do: Do


def of(db: Database) -> list[tuple[int, Do]]:
    """Every deed, but for the clock's, with its instant, in the order in which they were done."""
    found = [*_of_gigs(db), *_of_messages(db), *_of_offers(db), *_of_orders(db), *_of_money(db)]
    return [(deed.at, deed.do) for deed in sorted(found, key=lambda deed: deed[:3])]


def _of_gigs(db: Database) -> Iterator[Deed]:
    with db.read() as connection:
        for id, gig, created_at in catalog.gigs(connection, seller=None, limit=ALL):
            yield Deed(created_at, 1, id, partial(gigs.create, gig=gig))


def _of_messages(db: Database) -> Iterator[Deed]:
    with db.read() as connection:
        for talk in stored_inbox.conversations(connection, handle=None, limit=ALL):
            for one in talk.messages:
                sides = (talk.client, talk.seller)
                sender, receiver = sides if one.sender is Actor.CLIENT else sides[::-1]
                words = {"sender": sender, "receiver": receiver, "text": one.text, "gig_id": one.gig_id}
                yield Deed(one.sent_at, 2, one.id, partial(inbox.send, **words))


def _of_offers(db: Database) -> Iterator[Deed]:
    with db.read() as connection:
        for offer in catalog.offers(connection, seller=None, client=None, status=None, limit=ALL):
            yield Deed(offer.sent_at, 3, offer.id, partial(offers.create, draft=_draft_of(offer)))
            if offer.status in MOVES:
                assert offer.closed_at is not None
                order_id = catalog.order_of_offer(connection, offer.id)
                yield Deed(offer.closed_at, 4, order_id or 0, partial(MOVES[offer.status], offer_id=offer.id))


def _draft_of(offer: Offer) -> Draft:
    """The offer as its seller wrote it."""
    terms, (first, *rest) = offer.terms, offer.terms.milestones
    draft = Draft(offer.gig_id, terms.client, terms.type, title=terms.title, message_id=offer.message_id)
    if offer.expires_at:
        draft = draft._replace(expires_at=lambda clock: offer.expires_at)
    if terms.type is OrderType.MILESTONES:
        return draft._replace(milestones=terms.milestones)
    whole = draft._replace(price_cents=first.price_cents, days=first.days, revisions=first.revisions)
    return whole._replace(cycles=1 + len(rest)) if terms.type is OrderType.SUBSCRIPTION else whole


def _of_orders(db: Database) -> Iterator[Deed]:
    direct = dict(rows(db, "SELECT id, gig_id FROM orders WHERE offer_id IS NULL"))
    with db.read() as connection:
        for order in stored_orders.chosen(connection, {}, limit=-1):
            if order.id in direct:
                terms = stored_orders.placed_on(connection, order.id)
                yield Deed(order.placed_at, 4, order.id, partial(_place, terms=terms, gig_id=direct[order.id]))
            for line in stored_orders.history(connection, order.id):
                if line.action is not Action.PLACE and line.actor is not Actor.CLOCK:
                    yield Deed(line.at, 0, order.id, partial(orders.perform, order_id=order.id, steps=[_step(line)]))


def _place(db: Database, terms: Terms, gig_id: int) -> object:
    with db.write() as connection:
        current = settings.read(connection)
        return orders.place(connection, terms._replace(policy=current.policy), Origin(gig_id), current.clock)


def _step(line: HistoryEntry) -> Step:
    if line.action not in OPENING:
        return Step(line.action, line.args, line.actor)
    given: Mapping[str, Any] = {name: value for name, value in line.args.items() if name != "id"}
    return Step(line.action, given, line.actor, numbers="requests")


def _of_money(db: Database) -> Iterator[Deed]:
    with db.read() as connection:
        for posted in stored_ledger.entries(connection):
            if posted.entry.kind is Kind.WITHDRAWAL:
                seller, cents = posted.entry.debit.split(":")[1], posted.entry.amount_cents
                yield Deed(posted.at, 5, posted.id, partial(ledger.withdraw, seller=seller, amount_cents=cents))
