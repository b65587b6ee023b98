"""What makes a custom offer valid, and the few moves it can make."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from milepost import money, rules
from milepost.core import names
from milepost.core.gig import SUBSTEPS_MAX, caught, count_faults, subcategory_fault
from milepost.core.tables import Actor
from milepost.core.terms import MilestoneTerms, OrderType, Terms
from milepost.rules import RuleError


class OfferStatus(StrEnum):
    """Where an offer is (rule offer-lifecycle)."""

    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


# Who moves a sent offer where.
MOVERS = {
    OfferStatus.ACCEPTED: Actor.CLIENT,
    OfferStatus.DECLINED: Actor.CLIENT,
    OfferStatus.WITHDRAWN: Actor.SELLER,
    OfferStatus.EXPIRED: Actor.CLOCK,
}


class Offer(NamedTuple):
    """A custom offer to one client. Instants are UTC seconds."""

    id: int
    gig_id: int
    terms: Terms
    sent_at: int
    expires_at: int | None = None
    status: OfferStatus = OfferStatus.SENT
    closed_at: int | None = None


def move(offer: Offer, wanted: OfferStatus, *, actor: Actor, at: int) -> Offer:
    """The offer after its one move. Raises `actor` and `offer-lifecycle`; at its expiry instant the clock wins."""
    if actor is not MOVERS[wanted]:
        raise rules.ACTOR.refuse(
            why=f"offer {offer.id} can be {wanted} by the {MOVERS[wanted]}, not by the {actor}",
            offer=offer.id,
            actor=str(actor),
            allowed=[str(MOVERS[wanted])],
        )
    expired = offer.expires_at is not None and offer.expires_at <= at
    if offer.status is not OfferStatus.SENT or (expired and wanted is not OfferStatus.EXPIRED):
        status = offer.status if offer.status is not OfferStatus.SENT else OfferStatus.EXPIRED
        raise rules.OFFER_LIFECYCLE.refuse(offer=offer.id, status=str(status), wanted=str(wanted))
    return offer._replace(status=wanted, closed_at=at)


def check(offer: Offer, subcategory: str, eligible: Sequence[str]) -> None:
    """Refuse an offer that must not be sent, with all its faults at once. Raises `RuleError`."""
    rules.refuse_all(faults(offer, subcategory, eligible))


def faults(offer: Offer, subcategory: str, eligible: Sequence[str]) -> Iterator[RuleError]:
    """Everything that an offer must not be."""
    terms = offer.terms
    yield from caught(names.check_parties, terms.seller, terms.client)
    yield from caught(names.check_name, "a title", terms.title)
    if offer.expires_at is not None and offer.expires_at <= offer.sent_at:
        yield rules.TIME_FORMAT.refuse(given="the expiry", why="an offer expires after it is sent")
    yield from _SHAPE_FAULTS[terms.type](offer, subcategory, eligible)
    for position, milestone in enumerate(terms.milestones, start=1):
        yield from _field_faults(position, milestone)


def _milestones_shape(offer: Offer, subcategory: str, eligible: Sequence[str]) -> Iterator[RuleError]:
    terms, policy = offer.terms, offer.terms.policy
    unlisted = subcategory_fault(rules.OFFER_SUBCATEGORY, subcategory, eligible, gig=offer.gig_id)
    if unlisted:
        yield unlisted
    count = len(terms.milestones)
    if count < policy.offer_milestones_min:
        yield rules.OFFER_MILESTONES_MIN.refuse(limit=policy.offer_milestones_min, given=count)
    if count > policy.offer_milestones_max:
        yield rules.OFFER_MILESTONES_MAX.refuse(limit=policy.offer_milestones_max, given=count)
    for position, milestone in enumerate(terms.milestones, start=1):
        if not 1 <= milestone.days <= policy.milestone_days_max:
            yield rules.OFFER_MILESTONE_DAYS.refuse(
                position=position, given=milestone.days, limit=policy.milestone_days_max
            )
        if milestone.price_cents < policy.milestone_price_min_cents:
            yield rules.OFFER_MILESTONE_PRICE.refuse(
                position=position,
                given=money.dollars(milestone.price_cents),
                limit=money.dollars(policy.milestone_price_min_cents),
            )


def _single_shape(offer: Offer, subcategory: str, eligible: Sequence[str]) -> Iterator[RuleError]:
    terms = offer.terms
    if len(terms.milestones) != 1:
        yield rules.OFFER_TYPE.refuse(why="a single offer has one price and one delivery, no milestones")
    for milestone in terms.milestones:
        for why in count_faults("a single offer", milestone.days, None):
            yield rules.OFFER_TYPE.refuse(why=why)


def _subscription_shape(offer: Offer, subcategory: str, eligible: Sequence[str]) -> Iterator[RuleError]:
    terms = offer.terms
    cycles, most = len(terms.milestones), terms.policy.subscription_cycles_max
    if not 1 <= cycles <= most:
        yield rules.OFFER_SUBSCRIPTION.refuse(why=f"a subscription has 1 to {most} cycles; {cycles} given")
    for milestone in terms.milestones[:1]:
        for why in count_faults("a cycle", milestone.days, None, days_max=terms.policy.milestone_days_max):
            yield rules.OFFER_SUBSCRIPTION.refuse(why=why)


_SHAPE_FAULTS = {
    OrderType.SINGLE: _single_shape,
    OrderType.SUBSCRIPTION: _subscription_shape,
    OrderType.MILESTONES: _milestones_shape,
}


def _field_faults(position: int, milestone: MilestoneTerms) -> Iterator[RuleError]:
    where = f"milestone {position}"
    yield from caught(names.check_name, f"the name of {where}", milestone.name)
    yield from caught(names.check_text, f"the description of {where}", milestone.description)
    yield from caught(money.check_cents, milestone.price_cents)
    whys = list(count_faults(where, days=1, revisions=milestone.revisions))
    if len(milestone.substeps) > SUBSTEPS_MAX:
        whys.append(f"{where} has {len(milestone.substeps)} substeps; {SUBSTEPS_MAX} at most")
    for why in whys:
        yield rules.OFFER_MILESTONE_FIELDS.refuse(why=why, position=position)
    for substep in milestone.substeps:
        yield from caught(names.check_name, f"a substep of {where}", substep)
