"""The ledger, read and checked. Entries are written by the actions that cause them."""

from collections.abc import Iterator
from itertools import groupby

from milepost import money, rules, times
from milepost.core import names
from milepost.core.ledger import available, totals, withdrawal
from milepost.market.orders import check_past
from milepost.store import audit, ledger, orders, settings
from milepost.store.audit import Check, Fault, Remedy
from milepost.store.db import Connection, Database
from milepost.views.base import Listing
from milepost.views.money import BalanceView, EntryView, FindingsView, WithdrawalView


def entries(db: Database, *, order_id: int | None, account: str | None, limit: int) -> Listing[EntryView]:
    """The entries of an order, of an account, or all, oldest first. Raises `NotFound`."""
    with db.read() as connection:
        _check_order(connection, order_id)
        found = list(ledger.entries(connection, order_id=order_id, account=account, limit=limit + 1))
    return Listing.cut("entry", [EntryView.of(posted) for posted in found], limit)


def written_after(db: Database, entry_id: int) -> list[EntryView]:
    """The entries that came after one, oldest first."""
    with db.peek() as connection:
        return [EntryView.of(posted) for posted in ledger.entries(connection, after=entry_id)]


def balances(
    db: Database, *, order_id: int | None, account: str | None, at: times.When | None = None
) -> Listing[BalanceView]:
    """What each account holds, or held at an instant: in all, or by the entries of one order.

    Raises `NotFound`, and `time-format` for an instant that is still to come.
    """
    with db.read() as connection:
        _check_order(connection, order_id)
        until = None
        if at is not None:
            clock = settings.clock(connection)
            until = check_past(at.at(clock), clock)
        summed = order_id is not None or at is not None
        if summed:
            found = ledger.summed(connection, order_id=order_id, until=until)
        else:
            found = ledger.balances(connection, None if account is None else [account])
    return Listing("account", [BalanceView(name, cents) for name, cents in found if account in (None, name)])


def withdraw(db: Database, seller: str, amount_cents: int | None, *, handle: str | None = None) -> WithdrawalView:
    """Pay a seller out, all that is available if no amount is said. Raises `money-withdrawal`, `actor`."""
    if handle not in (None, seller):
        raise rules.ACTOR.refuse(why=f"{handle} cannot withdraw what {seller} has", actor=handle, seller=seller)
    account = available(names.check_handle(seller))
    with db.write() as connection:
        held = dict(ledger.balances(connection, [account])).get(account, 0)
        wanted = held if amount_cents is None else money.check_cents(amount_cents)
        if wanted > held or wanted <= 0:
            why = f"{money.dollars(wanted)} is more than that" if wanted > 0 else "there is nothing to withdraw"
            raise rules.MONEY_WITHDRAWAL.refuse(seller=seller, available=money.dollars(held), why=why)
        now = settings.clock(connection)
        ledger.post_withdrawal(connection, withdrawal(seller, wanted), now)
        return WithdrawalView(seller, wanted, held - wanted, now)


def check(db: Database) -> FindingsView:
    """Whether the books balance (rule money-conserved), by every check of CHECKS."""
    with db.read() as connection:
        findings = [str(fault) for check in CHECKS for fault in check.look(connection)]
        counted = audit.counts(connection, ("orders", "ledger", "balances"))
    return FindingsView(not findings, findings, counted)


def _check_order(connection: Connection, order_id: int | None) -> None:
    if order_id is not None:
        orders.existing(connection, order_id)


def _running_balances(connection: Connection) -> Iterator[Fault]:
    """Each running balance is what its entries add up to."""
    summed, running = dict(ledger.summed(connection)), dict(ledger.balances(connection))
    for account in sorted(summed.keys() | running.keys()):
        kept, added_up = running.get(account, 0), summed.get(account, 0)
        if kept != added_up:
            text = f"{account}: the running balance is {kept} cents, its entries add up to {added_up}"
            yield Fault(text, remedy=Remedy.REBUILD)


def _zero_sum(connection: Connection) -> Iterator[Fault]:
    """All accounts together hold nothing that nobody paid in."""
    total = sum(cents for _, cents in ledger.balances(connection))
    if total:
        yield Fault(f"all accounts together hold {total} cents; it should be 0", remedy=Remedy.REBUILD)


def _conserved(connection: Connection) -> Iterator[Fault]:
    """Per order, charged = refunded + in escrow + released + fees, and escrow is never below zero."""
    posted = (one for one in ledger.entries(connection, by_order=True) if one.order_id is not None)
    for order_id, some in groupby(posted, key=lambda one: one.order_id):
        sums = totals(one.entry for one in some)
        if not sums.balanced or sums.escrow_cents < 0:
            yield Fault(f"{sums} does not balance", order_id, Remedy.REBUILD)


CHECKS = (
    Check("balances", _running_balances),
    Check("zero-sum", _zero_sum),
    Check("conserved", _conserved),
)
