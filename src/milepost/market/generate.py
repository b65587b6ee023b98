"""Filling a new store with the orders of a made-up marketplace: made in memory, saved page by page.

`generating` decides what happens, by the same `act` as everywhere; here it is saved, by the same `save`.
"""

from collections.abc import Callable, Sequence

from milepost import rules, times
from milepost.core.ledger import available, withdrawal
from milepost.core.workflow import Template
from milepost.market.clock import collector_paused
from milepost.market.generating.calendar import Calendar
from milepost.market.generating.marketplace import Marketplace
from milepost.store import balances, catalog, inbox, ledger, orders, settings
from milepost.store.db import Connection, Database

PAGE = 40_000  # about so many actions are kept in memory until they are saved
MARGIN = 6 * 366 * times.DAY  # until the last instant: what is armed at the end of the generated time has its own end


def fill(
    db: Database,
    count: int,
    *,
    seed: int,
    templates: Sequence[Template],
    page: int = PAGE,
    on_progress: Callable[[int], None] = lambda placed: None,
) -> None:
    """Fill a new store with `count` orders and all that goes with them; its clock comes to stand months later.

    The same seed makes the same store, from the same clock and under the same policy. After each page, which is one
    transaction, `on_progress` is told how many orders are placed. Raises `time-format` if the store's clock is too near
    to the last instant.
    """
    with db.read() as connection:
        start, _, policy = settings.read(connection)
    calendar = Calendar(start, count)
    _check_end(calendar)
    with collector_paused():
        market = Marketplace(seed, calendar, policy, templates)
        for day in calendar.page_ends(page):
            _add_page(db, market, day)
            on_progress(market.courses.placed)


def _check_end(calendar: Calendar) -> None:
    """Refuse a time in which some orders would come too near to the last instant (rule time-format)."""
    if calendar.end > times.MAX_INSTANT - MARGIN:
        end = times.format_instant(calendar.end)
        why = f"the generated months would end {end}; they end before the year 2095"
        raise rules.TIME_FORMAT.refuse(given=times.format_instant(calendar.start), why=why)


def _add_page(db: Database, market: Marketplace, day: int) -> None:
    """Let the marketplace go on to a day's end."""
    gigs, dealt, changes = market.run(day)
    now = market.calendar.evening(day)
    with db.write() as connection:
        catalog.add_gigs(connection, gigs)
        inbox.add_all(connection, dealt.conversations, dealt.messages)
        catalog.add_offers(connection, dealt.sent)
        catalog.save_offers(connection, dealt.closed)
        orders.save(connection, changes)
        if market.calendar.pays_out(day):
            _pay_out(connection, market, now)
        settings.set_clock(connection, now)


def _pay_out(connection: Connection, market: Marketplace, at: int) -> None:
    """Let sellers withdraw what they want of what they have."""
    for seller in market.shop.sellers:
        held_cents = balances.of(connection, available(seller))
        wanted_cents = 0 if held_cents is None else market.parties.withdraw(held_cents)
        if wanted_cents:
            ledger.post_withdrawal(connection, withdrawal(seller, wanted_cents), at)
