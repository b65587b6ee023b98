"""The months in which a made-up marketplace lives: how many orders are placed on each day, and when pages end."""

from itertools import accumulate

from milepost.times import DAY, HOUR

DAYS_MIN, ORDERS_A_DAY_MAX = 180, 1_000
FIRST_ORDERS = 5  # the day; before it there are only talks and offers
EVENING = 18 * HOUR  # when a day ends, in seconds of the UTC day
PLACING_SECONDS = 12 * HOUR  # the part of a day, up to its end, in which orders are placed
WEEKEND, GROWTH = 0.6, 1.0  # orders on such a day beside others; what comes on top of a day's orders until the end
PAYOUT_DAYS = 30
ACTIONS_AN_ORDER = 8  # about


class Calendar:
    """The days of `orders` orders, from the one in which `start` lies."""

    def __init__(self, start: int, orders: int) -> None:
        self.start, self.orders = start, orders
        self._first_evening = start - start % DAY + EVENING + (DAY if start % DAY >= EVENING else 0)
        self.last_day = max(DAYS_MIN, orders // ORDERS_A_DAY_MAX)
        self.end = self.evening(self.last_day)

    def evening(self, day: int) -> int:
        """The instant at which a day ends."""
        return self._first_evening + day * DAY

    def orders_by_day(self) -> list[int]:
        """How many orders are placed on each day: fewer at weekends, more towards the end."""
        weights = [0.0] * FIRST_ORDERS
        for day in range(FIRST_ORDERS, self.last_day + 1):
            weekday = (self.evening(day) // DAY + 3) % 7  # 1970 began on a Thursday
            weights.append((1 + GROWTH * day / self.last_day) * (WEEKEND if weekday >= 5 else 1))
        total = sum(weights)
        upto = [int(self.orders * (one / total) + 0.5) for one in accumulate(weights)]
        return [upper - lower for lower, upper in zip([0, *upto], upto, strict=False)]

    def page_ends(self, actions: int) -> list[int]:
        """The days with which pages end that hold some so many actions of all orders; a payout ends one, too."""
        a_day = ACTIONS_AN_ORDER * self.orders / self.last_day
        days = max(1, int(actions / a_day))
        return [
            day
            for day in range(self.last_day + 1)
            if day % days == days - 1 or self.pays_out(day) or day == self.last_day
        ]

    def pays_out(self, day: int) -> bool:
        """Whether sellers withdraw at the day's end."""
        return day % PAYOUT_DAYS == PAYOUT_DAYS - 1
