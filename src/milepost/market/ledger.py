"""The ledger, read and checked. Entries are written by the actions that cause them."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from types import MappingProxyType

from milepost import money, rules, times
from milepost.core import names
from milepost.core.ledger import KINDS, available, totals, withdrawal
from milepost.market.orders import check_past
from milepost.store import audit, ledger, orders, settings
from milepost.store import balances as running
from milepost.store.audit import Check, Fault, Remedy
from milepost.store.db import Connection, Database
from milepost.views.base import Listing, Summed
from milepost.views.money import BalanceView, EntryView, FindingsView, WithdrawalView

MANY_EMPTY = 100  # accounts that hold nothing are counted that far, so that a look takes as long in any store


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
    db: Database,
    *,
    order_id: int | None,
    account: str | None,
    at: times.When | None = None,
    empty: bool = False,
    limit: int,
) -> Summed[BalanceView]:
    """What accounts hold, or held at an instant, by name: in all, or by the entries of one order.

    Those that hold nothing come only with `empty`, or by name. The sums by kind are those of the whole store. Raises
    `NotFound`, and `time-format` for an instant that is still to come.
    """
    with db.read() as connection:
        _check_order(connection, order_id)
        until = None
        if at is not None:
            clock = settings.clock(connection)
            until = check_past(at.at(clock), clock)
        if account is not None:
            return _of_account(connection, account, order_id, until)
        if order_id is not None:
            return _listed(ledger.summed(connection, order_id=order_id, until=until), empty, limit)
        if until is not None and empty:
            summed = ledger.summed(connection, until=until)
            told = [one for one in summed if one[1] or not running.is_closed_when_empty(one[0])]
            return _listed(told, empty, limit, running.by_kind(summed))
        if until is not None:
            held = ledger.held_at(connection, until, limit + 1)
            return _listed(held.accounts, empty, limit, held.sums, left_out=None)
        sums = running.sums(connection)
        if empty:
            return _listed(list(islice(running.all_of_them(connection, limit + 1), limit + 1)), empty, limit, sums)
        empty_ones = running.count_empty(connection, MANY_EMPTY + 1)
        left_out = empty_ones if empty_ones <= MANY_EMPTY else None
        return _listed(running.held(connection, limit + 1), empty, limit, sums, left_out=left_out)


def balance_cents(db: Database, account: str) -> int:
    """What an account holds; nothing, if it was never opened."""
    with db.peek() as connection:
        return running.of(connection, account) or 0


def _of_account(connection: Connection, account: str, order_id: int | None, until: int | None) -> Summed[BalanceView]:
    """What one account holds, if it has ever had an entry."""
    cents = running.of(connection, account) if order_id is None and until is None else None
    if cents is None:
        cents = ledger.moved(connection, account, order_id=order_id, until=until)
    found = [] if cents is None else [BalanceView(account, cents)]
    return Summed(Listing("sum", []), Listing("account", found), 0)


def _listed(
    found: Sequence[tuple[str, int]],
    empty: bool,
    limit: int,
    sums: Mapping[str, int] = MappingProxyType({}),
    *,
    left_out: int | None = 0,
) -> Summed[BalanceView]:
    """Some accounts with what all of their kinds hold; `left_out` are those that hold nothing and were not found."""
    told = [BalanceView(*one) for one in found if one[1] or empty]
    by_kind = [BalanceView(KINDS[kind], sums[kind]) for kind in KINDS if kind in sums]
    if left_out is not None:
        left_out += len(found) - len(told)
    return Summed(Listing("sum", by_kind), Listing.cut("account", told, limit), left_out)


def withdraw(db: Database, seller: str, amount_cents: int | None, *, handle: str | None = None) -> WithdrawalView:
    """Pay a seller out, all that is available if no amount is said. Raises `money-withdrawal`, `actor`."""
    if handle not in (None, seller):
        raise rules.ACTOR.refuse(why=f"{handle} cannot withdraw what {seller} has", actor=handle, seller=seller)
    account = available(names.check_handle(seller))
    with db.write() as connection:
        held = running.of(connection, account) or 0
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
    """Each running balance is what its entries add up to, and what is kept by kind what those of the kind add up to."""
    for account, kept, added_up in ledger.differences(connection):
        text = f"{account}: the running balance is {kept} cents, its entries add up to {added_up}"
        yield Fault(text, remedy=Remedy.REBUILD)
    sums, by_kind = running.sums(connection), running.by_kind(running.all_of_them(connection))
    for kind in sorted(sums.keys() | by_kind.keys()):
        if sums.get(kind, 0) != by_kind.get(kind, 0):
            text = (
                f"{kind}: all accounts hold {by_kind.get(kind, 0)} cents, and {sums.get(kind, 0)} are kept as their sum"
            )
            yield Fault(text, remedy=Remedy.REBUILD)


def _zero_sum(connection: Connection) -> Iterator[Fault]:
    """All accounts together hold nothing that nobody paid in."""
    total = running.total(connection)
    if total:
        yield Fault(f"all accounts together hold {total} cents; it should be 0", remedy=Remedy.REBUILD)


def _conserved(connection: Connection) -> Iterator[Fault]:
    """Per order, charged = refunded + in escrow + released + fees, and escrow is never below zero."""
    for order_id in ledger.unbalanced(connection):
        sums = totals(posted.entry for posted in ledger.entries(connection, order_id=order_id))
        yield Fault(f"{sums} does not balance", order_id, Remedy.REBUILD)


CHECKS = (
    Check("balances", _running_balances),
    Check("zero-sum", _zero_sum),
    Check("conserved", _conserved),
)
