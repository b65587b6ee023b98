"""The clock: what a tick fired."""

from collections.abc import Sequence
from typing import NamedTuple

from milepost import rules
from milepost.core.act import Outcome
from milepost.core.ledger import Entry
from milepost.core.offer import Offer
from milepost.core.transitions import TIMER_RULES
from milepost.views.base import Instant


class MovedView(NamedTuple):
    """Money that moved: an entry's kind and amount."""

    kind: str
    amount_cents: int

    @staticmethod
    def of(entry: Entry) -> "MovedView":
        """The view of what an entry moved."""
        return MovedView(str(entry.kind), entry.amount_cents)


class FiredView(NamedTuple):
    """A timer that fired, of an order or of an offer, by which rule, and the money that it moved."""

    at: Instant
    order: int | None
    offer: int | None
    timer: str
    rule: str
    moved: Sequence[MovedView]

    @staticmethod
    def of(order_id: int, outcome: Outcome) -> "FiredView":
        """The view of what the clock did to an order."""
        line = outcome.history_entry
        moved = [MovedView.of(entry) for entry in outcome.entries]
        return FiredView(line.at, order_id, None, str(line.action), TIMER_RULES[line.action].id, moved)

    @staticmethod
    def of_expiry(offer: Offer) -> "FiredView":
        """The view of an offer that has expired."""
        assert offer.closed_at is not None
        return FiredView(offer.closed_at, None, offer.id, "expiry", rules.OFFER_LIFECYCLE.id, ())


class TickView(NamedTuple):
    """A tick: where the clock is now, and what fired; `count` counts what `fired` has no room for too."""

    clock: Instant
    fired: Sequence[FiredView] = ()
    count: int = 0  # type: ignore[assignment]  # the JSON's key, which hides a tuple's method that nobody calls
