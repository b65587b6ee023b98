"""Terms: what both sides agreed before the work began. They never change once an order stands on them.

Terms also say what follows each milestone, so that no code outside this file asks for the type of an order.
"""

from enum import StrEnum
from typing import NamedTuple

from milepost.policy import STANDARD, Policy


class OrderType(StrEnum):
    """How an order is paid and continued (rule offer-type)."""

    SINGLE = "single"
    SUBSCRIPTION = "subscription"
    MILESTONES = "milestones"


class Follow(StrEnum):
    """What starts the milestone after a finished one."""

    CLIENT = "client"
    RENEWAL = "renewal"
    NOTHING = "nothing"


FOLLOW_OF_TYPE = {
    OrderType.SINGLE: Follow.NOTHING,
    OrderType.SUBSCRIPTION: Follow.RENEWAL,
    OrderType.MILESTONES: Follow.CLIENT,
}


class MilestoneTerms(NamedTuple):
    """One agreed milestone: price in cents, days of work, revisions (None is unlimited).

    `stages` are what the seller reports complete, in order, before the one delivery (rule gig-milestone-payments).
    """

    name: str
    days: int
    price_cents: int
    revisions: int | None = 0
    description: str = ""
    zoom: bool = False
    substeps: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()


class Terms(NamedTuple):
    """What both sides agreed: type, parties, milestones in order, and the policy that the order keeps for life."""

    type: OrderType
    seller: str
    client: str
    title: str
    milestones: tuple[MilestoneTerms, ...]
    policy: Policy = STANDARD

    @property
    def follow(self) -> Follow:
        """What starts each next milestone."""
        return FOLLOW_OF_TYPE[self.type]

    @property
    def total_cents(self) -> int:
        """The price of all milestones, without fees."""
        return sum(milestone.price_cents for milestone in self.milestones)
