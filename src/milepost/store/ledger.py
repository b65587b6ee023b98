"""The ledger, out of the store, and what its entries add up to; they go in with what causes them (`orders.save`)."""

from collections.abc import Iterable, Iterator, Mapping
from heapq import merge
from itertools import groupby, islice
from operator import itemgetter
from typing import NamedTuple

from milepost.core.ledger import FEES, Entry, Kind, Posted, available
from milepost.store import balances
from milepost.store.damage import Row, check_instant, each
from milepost.store.db import Connection
from milepost.store.order_rows import LEDGER
from milepost.store.orders import insert_sql

_SELECT = "SELECT id, at, order_id, number, kind, position, debit, credit, amount_cents, undoes FROM ledger"


def entries(
    connection: Connection,
    *,
    order_id: int | None = None,
    account: str | None = None,
    after: int | None = None,
    limit: int = -1,
) -> Iterator[Posted]:
    """The entries of an order, or that touch an account, oldest first; those after the entry with the id `after`."""
    where, values = _where(order_id=order_id, account=account, after=after)
    sorting = "id" if account in (None, FEES) else "+id"  # an account's are searched for, and then sorted
    rows = connection.execute(f"{_SELECT} WHERE {where} ORDER BY {sorting} LIMIT ?", (*values, limit))
    return each("ledger", _posted, rows)


def _posted(row: Row) -> Posted:
    id, at, order, number, kind, position, debit, credit, amount_cents, undoes = row
    entry = Entry(Kind(kind), position, debit, credit, amount_cents, Kind(undoes) if undoes else None)
    return Posted(id, check_instant(at), order, number, entry)


def summed(
    connection: Connection, *, order_id: int | None = None, until: int | None = None, since: int | None = None
) -> list[tuple[str, int]]:
    """What entries add up to in cents, by account: those of one order, up to an instant, and those after one."""
    where, values = _where(order_id=order_id, until=until, since=since)
    return connection.rows(
        "SELECT account, sum(cents) FROM ("
        f" SELECT debit AS account, -amount_cents AS cents FROM ledger WHERE {where}"
        f" UNION ALL SELECT credit, amount_cents FROM ledger WHERE {where}"
        ") GROUP BY account ORDER BY account",
        (*values, *values),
    )


def moved(connection: Connection, account: str, *, order_id: int | None = None, until: int | None = None) -> int | None:
    """What the entries of an account add up to in cents, those of one order, up to an instant; None if it has none."""
    where, values = _where(order_id=order_id, account=account, until=until)
    statement = f"SELECT sum(iif(credit = ?, amount_cents, -amount_cents)) FROM ledger WHERE {where}"
    cents: int | None = connection.value(statement, (account, *values))
    return cents


class Held(NamedTuple):
    """What accounts held at an instant: the first of them by name, and what all of a kind held together."""

    accounts: list[tuple[str, int]]
    sums: dict[str, int]


def held_at(connection: Connection, until: int, limit: int) -> Held:
    """What accounts held at an instant, but for those that held nothing.

    By the entries up to it, or by those that came after it and what accounts hold now, whichever are fewer.
    """
    first = connection.value("SELECT id FROM ledger WHERE at > ? ORDER BY at LIMIT 1", (until,))
    last = connection.value("SELECT coalesce(max(id), 0) FROM ledger")
    if first is not None and first <= last - first:
        then = summed(connection, until=until)
        return Held([one for one in then if one[1]][:limit], balances.by_kind(then))
    later = dict(summed(connection, since=until))
    sums, moved_since = balances.sums(connection), balances.by_kind(later.items())
    held = (one for one in _before(balances.all_of_them(connection, limit), later) if one[1])
    return Held(list(islice(held, limit)), {kind: sums[kind] - moved_since.get(kind, 0) for kind in sums})


def _before(running: Iterable[tuple[str, int]], later: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """What accounts held before they were moved by this much each, by name; some are closed by now."""
    both = merge(running, ((account, 0) for account in sorted(later)))
    for account, some in groupby(both, key=itemgetter(0)):
        yield account, sum(cents for _, cents in some) - later.get(account, 0)


_DIFFERENCES = (
    "SELECT account, sum(kept), sum(cents) FROM ("
    " SELECT account, balance_cents AS kept, 0 AS cents FROM balances"
    " UNION ALL SELECT debit, 0, -amount_cents FROM ledger UNION ALL SELECT credit, 0, amount_cents FROM ledger"
    ") GROUP BY account HAVING sum(kept) <> sum(cents) ORDER BY account"
)
_IN_ESCROW = "({account} || ':' GLOB 'escrow:*')"
_WITH_SOMEBODY = (
    "("
    + " OR ".join(
        f"{{account}} || ':' GLOB '{holder}:*'" for holder in ("client", "escrow", "seller", "bank", "marketplace")
    )
    + ")"
)


def _moved(condition: str) -> str:
    """What came to the accounts that a condition holds of, less what they gave."""
    return f"sum(amount_cents * ({condition.format(account='credit')} - {condition.format(account='debit')}))"


_UNBALANCED = (
    "SELECT order_id FROM ledger WHERE order_id IS NOT NULL GROUP BY order_id"
    f" HAVING {_moved(_IN_ESCROW)} < 0 OR {_moved(_WITH_SOMEBODY)} <> 0 ORDER BY order_id"
)


def differences(connection: Connection) -> Iterator[tuple[str, int, int]]:
    """The accounts whose running balance is not what their entries add up to, with both; one that is closed has 0."""
    return connection.execute(_DIFFERENCES)


def unbalanced(connection: Connection) -> list[int]:
    """The orders whose `core.ledger.totals` do not balance, or have less than nothing in escrow.

    An entry moves money from one account to another: it balances unless one of the two is nobody's.
    """
    return [order_id for (order_id,) in connection.rows(_UNBALANCED)]


def _where(
    *,
    order_id: int | None = None,
    account: str | None = None,
    until: int | None = None,
    since: int | None = None,
    after: int | None = None,
) -> tuple[str, tuple[object, ...]]:
    """The condition on entries, and its values; what is not asked for is not in it, so that an index can be used."""
    wanted: list[tuple[str, tuple[object, ...]]] = []
    if order_id is not None:
        wanted.append(("order_id = ?", (order_id,)))
    if account is not None:
        wanted += _touching(account)
    known = order_id is not None or account is not None
    # A plus keeps SQLite from the index of instants, where another one finds fewer.
    if until is not None:
        wanted.append((f"{'+' * known}at <= ?", (until,)))
    if since is not None:
        wanted.append((f"{'+' * known}at > ?", (since,)))
    if after is not None:
        wanted.append(("id > ?", (after,)))
    return " AND ".join(condition for condition, _ in wanted) or "true", tuple(
        value for _, some in wanted for value in some
    )


_OF_FEES = f"(debit = '{FEES}' OR credit = '{FEES}')"  # to the letter as the index of them has it
_OF_PARTY = "order_id IN (SELECT id FROM orders WHERE {party} = ?)"
_WITHDRAWN = "order_id IS NULL AND debit = ?"


def _touching(account: str) -> Iterator[tuple[str, tuple[object, ...]]]:
    """The conditions that entries meet which touch an account: that they do, and where they can be.

    An index of all accounts would cost each entry of a bulk tick two searches; but orders know their parties.
    """
    if account == FEES:
        yield _OF_FEES, ()
        return
    yield "(debit = ? OR credit = ?)", (account, account)
    kind, _, rest = account.partition(":")
    handle = rest.partition(":")[0]
    places: Mapping[str, tuple[str, tuple[object, ...]]] = {
        "client": (_OF_PARTY.format(party="client"), (handle,)),
        "escrow": ("order_id = ?", (rest,)),
        "seller": (f"({_OF_PARTY.format(party='seller')} OR {_WITHDRAWN})", (handle, account)),
        "bank": (_WITHDRAWN, (available(handle),)),
    }
    yield places.get(kind, ("id = 0", ()))  # no entry has that one


def post_withdrawal(connection: Connection, entry: Entry, at: int) -> None:
    """Write an entry that belongs to no order, and move its two balances."""
    values = (None, None, entry.position, str(entry.kind), entry.debit, entry.credit, entry.amount_cents, at, None)
    connection.execute(insert_sql("ledger", LEDGER), values)
    balances.move(connection, [entry])
