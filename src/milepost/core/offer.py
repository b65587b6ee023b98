"""What makes a custom offer valid, and the few moves it can make."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from milepost import money, rules, times
from milepost.core import names
from milepost.core.gig import SUBSTEPS_MAX, caught, count_faults, subcategory_fault
from milepost.core.terms import MilestoneTerms, OrderType, Terms
from milepost.core.transitions import Actor
from milepost.policy import Policy
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
    message_id: int | None = None


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
    message_id: int | None = None


def _as_given(draft: Draft, title: str) -> list[MilestoneTerms]:
    given = {"price": draft.price_cents, "days": draft.days}
    whys = {key: f"a milestones offer has no {key} of its own; each milestone has" for key in given}
    own = [rules.OFFER_TYPE.refuse(why=whys[key], key=key) for key, value in given.items() if value is not None]
    rules.refuse_all([*own, *_no_cycles(draft)])
    return list(draft.milestones)


def _one_payment(draft: Draft, title: str) -> list[MilestoneTerms]:
    return [_whole(draft, title, _no_cycles(draft))]


def _monthly(draft: Draft, title: str) -> list[MilestoneTerms]:
    whole, most = _whole(draft, title, _unsaid_cycles(draft)), 1_000
    return [whole._replace(name=f"Month {number}") for number in range(1, min(draft.cycles or 0, most) + 1)]


def _unsaid_cycles(draft: Draft) -> Iterator[RuleError]:
    if draft.cycles is None:
        yield rules.OFFER_SUBSCRIPTION.refuse(why="a subscription says for how many monthly cycles it is", key="cycles")


def _no_cycles(draft: Draft) -> Iterator[RuleError]:
    if draft.cycles is not None:
        yield rules.OFFER_TYPE.refuse(why=f"a {draft.type} offer has no cycles; a subscription has", key="cycles")


def _whole(draft: Draft, title: str, faults: Iterable[RuleError] = ()) -> MilestoneTerms:
    """The one payment, or the cycle, that the draft's price and days describe, if there are no faults."""
    rules.refuse_all([*faults, *_not_whole(draft)])
    assert draft.price_cents is not None
    assert draft.days is not None
    return MilestoneTerms(title, draft.days, draft.price_cents, draft.revisions)


def _not_whole(draft: Draft) -> Iterator[RuleError]:
    if draft.milestones:
        why = f"a {draft.type} offer has a price and days, no milestones"
        yield rules.OFFER_TYPE.refuse(why=why, key="milestone")
    elif draft.price_cents is None or draft.days is None:
        yield rules.OFFER_TYPE.refuse(why=f"a {draft.type} offer needs a price and days", key="price")


_AGREED = {OrderType.MILESTONES: _as_given, OrderType.SINGLE: _one_payment, OrderType.SUBSCRIPTION: _monthly}


def agreed(draft: Draft, title: str) -> list[MilestoneTerms]:
    """The milestones, payment or cycles that a draft comes to. Raises `offer-type` where it is mixed up."""
    return _AGREED[draft.type](draft, title)


def move(offer: Offer, wanted: OfferStatus, *, actor: Actor, at: int) -> Offer:
    """The offer after its one move. Raises `actor` and `offer-lifecycle`; at its expiry instant the clock wins."""
    if actor is not MOVERS[wanted]:
        raise rules.ACTOR.refuse(
            why=f"offer {offer.id} can be {wanted} by the {MOVERS[wanted]}, not by the {actor}",
            offer=offer.id,
            actor=str(actor),
            allowed=[str(MOVERS[wanted])],
        )
    sent = offer.status is OfferStatus.SENT
    expired = offer.expires_at is not None and offer.expires_at <= at
    if not sent or expired is not (wanted is OfferStatus.EXPIRED):
        status = OfferStatus.EXPIRED if sent and expired else offer.status
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
        given = times.format_instant(offer.expires_at)
        yield rules.TIME_FORMAT.refuse(given=given, why="an offer expires after it is sent")
    yield from _SHAPE_FAULTS[terms.type](offer, subcategory, eligible)
    for position, milestone in enumerate(terms.milestones, start=1):
        yield from _field_faults(position, milestone)


def _milestones_shape(offer: Offer, subcategory: str, eligible: Sequence[str]) -> Iterator[RuleError]:
    terms, policy = offer.terms, offer.terms.policy
    unlisted = subcategory_fault(rules.OFFER_SUBCATEGORY, subcategory, eligible, gig=offer.gig_id)
    if unlisted:
        yield unlisted
    yield from _count_faults(len(terms.milestones), policy)
    yield from _limit_faults(terms.milestones, policy, first=1)


def planned_faults(proposal: Sequence[MilestoneTerms], policy: Policy, *, kept: int) -> Iterator[RuleError]:
    """Everything that milestones must not be which are to follow the `kept` ones of an order (rule change-terms)."""
    yield from _count_faults(kept + len(proposal), policy)
    yield from _limit_faults(proposal, policy, first=kept + 1)
    for position, milestone in enumerate(proposal, start=kept + 1):
        yield from _field_faults(position, milestone)


def _count_faults(count: int, policy: Policy) -> Iterator[RuleError]:
    if count < policy.offer_milestones_min:
        yield rules.OFFER_MILESTONES_MIN.refuse(limit=policy.offer_milestones_min, given=count)
    if count > policy.offer_milestones_max:
        yield rules.OFFER_MILESTONES_MAX.refuse(limit=policy.offer_milestones_max, given=count)


def _limit_faults(milestones: Sequence[MilestoneTerms], policy: Policy, *, first: int) -> Iterator[RuleError]:
    for position, milestone in enumerate(milestones, start=first):
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
    if len({(cycle.price_cents, cycle.days, cycle.revisions) for cycle in terms.milestones}) > 1:
        yield rules.OFFER_SUBSCRIPTION.refuse(why="all cycles have one price, one delivery time and the same revisions")
    for days in sorted({cycle.days for cycle in terms.milestones}):
        for why in count_faults("a cycle", days, None, days_max=terms.policy.milestone_days_max):
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
