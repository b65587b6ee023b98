"""What is unwise in an offer, though no rule forbids it: named findings, each a function."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from milepost import money
from milepost.core.names import ends_in_number
from milepost.core.terms import Follow, Terms
from milepost.policy import Policy

LONG_DAYS = 30
EXPOSURE_PERCENT = 10


class Finding(NamedTuple):
    """One finding: its name, what it says, and what to do."""

    name: str
    message: str
    advice: str


class Exposure(NamedTuple):
    """A seller's standing at the end of a milestone's work, in cents.

    `work_cents` is what the work done so far is worth, by days; `secured_cents` what is paid or in escrow for it.
    """

    position: int
    name: str
    work_cents: int
    secured_cents: int

    @property
    def open_cents(self) -> int:
        """Work that nothing secures."""
        return max(0, self.work_cents - self.secured_cents)


def findings(terms: Terms, others: Sequence[Policy], *, milestones_available: bool = True) -> list[Finding]:
    """Everything unwise in the terms of an offer.

    `others` are the policies it is also held against; `milestones_available` is so for the gig's subcategory.
    """
    found = [finding for check in _CHECKS for finding in check(terms)]
    found += [finding for policy in others for finding in _other_policy(terms, policy)]
    return found if milestones_available else [*found, _NO_MILESTONES]


def exposures(terms: Terms) -> list[Exposure]:
    """The seller's standing at the end of each milestone, if days are worth alike."""
    days, total = sum(one.days for one in terms.milestones), terms.total_cents
    done = secured = 0
    table = []
    for position, one in enumerate(terms.milestones, start=1):
        done += one.days
        secured += one.price_cents
        table.append(Exposure(position, one.name, total * done // days, secured))
    return table


_NO_MILESTONES = Finding(
    "no-milestones-here",
    "the gig's subcategory has no milestones: the work can only be paid in one piece, or by the month",
    "offer it with a gig of an eligible subcategory",
)


def _no_revisions(terms: Terms) -> Iterator[Finding]:
    """A milestone without revisions."""
    for position, one in enumerate(terms.milestones, start=1):
        if one.revisions == 0:
            yield Finding(
                "no-revisions",
                f"milestone {position}, {one.name!r}, has no revisions: the client can only approve it or cancel",
                "give it a number of revisions, such as NAME:DAYS:PRICE:1",
            )


def _heavy_last(terms: Terms) -> Iterator[Finding]:
    """A last milestone that holds more than half of the money."""
    last, total = terms.milestones[-1], terms.total_cents
    if len(terms.milestones) > 1 and last.price_cents * 2 > total:
        yield Finding(
            "heavy-last",
            f"the last milestone holds {money.dollars(last.price_cents)} of {money.dollars(total)}, more than half",
            "move part of its price to earlier milestones, or split it",
        )


def _long_work(terms: Terms) -> Iterator[Finding]:
    """More days in one go than a milestone may last, or a long order in few steps; with a split that would do."""
    days = sum(one.days for one in terms.milestones)
    if days <= LONG_DAYS or terms.follow is Follow.RENEWAL:
        return
    parts = [part for one in terms.milestones for part in _parts(one.name, one.days, one.price_cents)]
    too_many = len(parts) > terms.policy.offer_milestones_max
    if too_many or len(parts) == len(terms.milestones) or any(ends_in_number(name) for name, _, _ in parts):
        parts = _even(terms, days)
    told = ", ".join(f'"{name}:{length}:{money.plain(cents)}"' for name, length, cents in parts)
    yield Finding("long-work", f"the work lasts {days} days in all", f"split it, for example {told}")


def _parts(name: str, days: int, cents: int) -> list[tuple[str, int, int]]:
    """A long milestone in two parts or more, by days; a short one as it is."""
    if days <= LONG_DAYS // 2:
        return [(name, days, cents)]
    lengths = money.split(days, [1] * max(2, -(-days // LONG_DAYS)))
    shares = money.split(cents, lengths)
    return [(f"{name}, part {number + 1}", lengths[number], shares[number]) for number in range(len(lengths))]


def _even(terms: Terms, days: int) -> list[tuple[str, int, int]]:
    """The whole work in as many even steps as it needs, of at most half of LONG_DAYS where that is possible."""
    steps = min(terms.policy.offer_milestones_max, max(2, -(-days // (LONG_DAYS // 2))))
    lengths = money.split(days, [1] * steps)
    shares = money.split(terms.total_cents, lengths)
    return [(f"Step {number + 1}", lengths[number], shares[number]) for number in range(steps)]


def _exposed(terms: Terms) -> Iterator[Finding]:
    """Work that is done before its money is secured."""
    for one in exposures(terms)[:-1]:
        if one.open_cents * 100 > terms.total_cents * EXPOSURE_PERCENT:
            yield Finding(
                "exposure",
                f"at the end of milestone {one.position}, {one.name!r}, work worth {money.dollars(one.work_cents)} by "
                f"its days is done, {money.dollars(one.secured_cents)} secured: {money.dollars(one.open_cents)} open",
                "raise the price of the milestones up to it, or make them shorter",
            )


def _other_policy(terms: Terms, policy: Policy) -> Iterator[Finding]:
    """What another policy would refuse or change."""
    low = [one for one in terms.milestones if one.price_cents < policy.milestone_price_min_cents]
    if low and policy.name != terms.policy.name:
        least = money.dollars(policy.milestone_price_min_cents)
        names = ", ".join(repr(one.name) for one in low)
        yield Finding(
            "under-minimum",
            f"{names} would be under the least price of {policy.name}, {least}",
            "put milestones together",
        )


_CHECKS: tuple[Callable[[Terms], Iterator[Finding]], ...] = (_no_revisions, _heavy_last, _long_work, _exposed)
