"""What must be true in a story, held against what is: each expectation as text beside the text of what was found.

Nothing here plays a step.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from milepost import money
from milepost.market import inbox, ledger, offers, orders, resolutions
from milepost.scenario.file import Expectation
from milepost.store.db import Database
from milepost.views.orders import DeliveryView, OrderView


class Comparison(NamedTuple):
    """One thing that had to be true, and what was found."""

    what: str
    expected: str
    found: str


def compare(db: Database, refs: Mapping[str, int], expect: Expectation, order_id: int | None) -> Iterator[Comparison]:
    """All that is expected, of an order and beside it; `refs` are the ids that the story's names stand for."""
    order = orders.show(db, order_id) if order_id is not None else None
    for what, found in _OF_ORDER.items():
        expected = getattr(expect, what)
        if expected is not None:
            yield Comparison(what, _text(expected), _text(found(order)) if order else "no order")
    if expect.messages is not None:
        texts = inbox.texts(db, order.client, order.seller) if order else []
        yield Comparison("messages", " | ".join(expect.messages), " | ".join(texts))
    if expect.request is not None:
        yield Comparison("request", expect.request, resolutions.last_state(db, order_id) if order_id else "no order")
    for ref, status in expect.offers.items():
        yield Comparison(f"offer {ref}", status, offers.show(db, refs[ref]).status if ref in refs else "no such offer")
    for account, amount in expect.balances.items():
        name = f"escrow:{order_id}" if account == "escrow" else account
        yield Comparison(account, amount, money.plain(ledger.balance_cents(db, name)))


def _text(value: object) -> str:
    """A value as it is compared and told."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_late(order: OrderView) -> bool:
    """Whether the milestone that was started last is late, in an order that goes on."""
    started = [one for one in order.milestones if one.started_at is not None]
    return order.phase != "ended" and started[-1].late


def _handed_over(order: OrderView) -> list[str]:
    """The names of the files and the links of the last delivery."""
    given: list[DeliveryView] = [one for part in order.milestones for one in part.deliveries]
    last = max(given, key=lambda one: one.at, default=None)
    return [*(file.name for file in last.files), *last.links] if last else []


_OF_ORDER: Mapping[str, Callable[[OrderView], object]] = {
    "status": lambda order: order.status,
    "reason": lambda order: order.reason,
    "phase": lambda order: order.phase,
    "milestones": lambda order: [one.state for one in order.milestones],
    "timers": lambda order: [one.timer for one in order.timers],
    "revisions_used": lambda order: [one.revisions_used for one in order.milestones],
    "delivered": _handed_over,
    "revision_requests": lambda order: [one.message for part in order.milestones for one in part.revision_requests],
    "late": _is_late,
    "charged": lambda order: money.plain(order.charged_cents),
    "released": lambda order: money.plain(order.released_cents),
    "refunded": lambda order: money.plain(order.refunded_cents),
    "fees": lambda order: money.plain(order.fees_cents),
}
