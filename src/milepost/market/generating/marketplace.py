"""A made-up marketplace as a whole, day by day. What happens comes in the order in which the command line would do it,
so that the same commands, one by one, would leave the same store; entries of one second may be numbered otherwise.
"""

from collections.abc import Sequence
from typing import NamedTuple

from milepost.core.workflow import Template
from milepost.market.generating.behaviour import Parties
from milepost.market.generating.calendar import PLACING_SECONDS, Calendar
from milepost.market.generating.courses import Courses
from milepost.market.generating.deals import LEAD_DAYS, Deals, Dealt
from milepost.market.generating.dice import Dice
from milepost.market.generating.shop import Shop
from milepost.market.generating.texts import Texts
from milepost.policy import Policy
from milepost.store.catalog import StoredGig
from milepost.store.orders import Change


class Happened(NamedTuple):
    """What happened in some days, to be saved in this order."""

    gigs: list[StoredGig]
    dealt: Dealt
    changes: list[Change]


class Marketplace:
    """Sellers, clients and their dealings, from a seed."""

    def __init__(self, seed: int, calendar: Calendar, policy: Policy, templates: Sequence[Template]) -> None:
        self._dice, self.calendar = Dice(seed), calendar
        texts = Texts(self._dice)
        self.parties = Parties(self._dice, texts)
        self.shop = Shop(self._dice, texts, policy=policy, templates=templates, orders=calendar.orders)
        self.courses = Courses(self.parties, calendar.end)
        self.deals = Deals(self._dice, texts, self.shop, self.courses)
        self._gigs = self._opened_gigs()
        self._to_place = calendar.orders_by_day()
        self._foreseen_day = -1

    def run(self, day: int) -> Happened:
        """What happens until the end of a day, since the last one that was asked for."""
        last = min(day + LEAD_DAYS, self.calendar.last_day)
        for placing_day in range(self._foreseen_day + 1, last + 1):
            evening = self.calendar.evening(placing_day)
            for _ in range(self._to_place[placing_day]):
                self.deals.foresee(evening - self._dice.between(0, PLACING_SECONDS))
        self._foreseen_day = last
        until, gigs = self.calendar.evening(day), self._gigs
        self._gigs = []
        return Happened(gigs, self.deals.run(until), self.courses.run(until))

    def _opened_gigs(self) -> list[StoredGig]:
        shelves = self.shop.shelves
        instants = sorted(self._dice.between(self.calendar.start, self.calendar.evening(0)) for _ in shelves)
        return [StoredGig(shelf.id, shelf.gig, at) for shelf, at in zip(shelves, instants, strict=True)]
