"""The ledger, out of the store; entries go in with the action that causes them (`orders.save`)."""

from collections.abc import Iterator, Mapping

from milepost.core.ledger import FEES, Entry, Kind, Posted, available
from milepost.store.damage import Row, check_instant, each
from milepost.store.db import Connection
from milepost.store.order_rows import LEDGER
from milepost.store.orders import UPSERT_BALANCE, insert_sql

_SELECT = "SELECT id, at, order_id, number, kind, position, debit, credit, amount_cents, undoes FROM ledger"


def entries(
    connection: Connection,
    *,
    order_id: int | None = None,
    account: str | None = None,
    until: int | None = None,
    after: int | None = None,
    limit: int = -1,
    by_order: bool = False,
) -> Iterator[Posted]:
    """The entries of an order, or that touch an account, up to and with an instant, oldest first.

    Those that come after the entry with the id `after`; `by_order` keeps those of an order together.
    """
    where, values = _where(order_id=order_id, account=account, until=until, after=after)
    by_id = "id" if account in (None, FEES) else "+id"  # an account's are searched for, and then sorted
    sorting = "order_id, id" if by_order else by_id
    rows = connection.execute(f"{_SELECT} WHERE {where} ORDER BY {sorting} LIMIT ?", (*values, limit))
    return each("ledger", _posted, rows)


def _posted(row: Row) -> Posted:
    id, at, order, number, kind, position, debit, credit, amount_cents, undoes = row
    entry = Entry(Kind(kind), position, debit, credit, amount_cents, Kind(undoes) if undoes else None)
    return Posted(id, check_instant(at), order, number, entry)


def balances(connection: Connection, accounts: list[str] | None = None, limit: int = -1) -> list[tuple[str, int]]:
    """The running balances in cents, by account; of all accounts or of the given ones."""
    where = f"WHERE account IN ({', '.join('?' * len(accounts))})" if accounts is not None else ""
    rows = connection.rows(
        f"SELECT account, balance_cents FROM balances {where} ORDER BY account LIMIT ?", (*(accounts or ()), limit)
    )
    return [(account, cents) for account, cents in rows]


def summed(connection: Connection, *, order_id: int | None = None, until: int | None = None) -> list[tuple[str, int]]:
    """Balances in cents added up anew from the entries, by account: of one order's entries, up to an instant."""
    where, values = _where(order_id=order_id, until=until)
    return connection.rows(
        "SELECT account, sum(cents) FROM ("
        f" SELECT debit AS account, -amount_cents AS cents FROM ledger WHERE {where}"
        f" UNION ALL SELECT credit, amount_cents FROM ledger WHERE {where}"
        ") GROUP BY account ORDER BY account",
        (*values, *values),
    )


def _where(
    *, order_id: int | None = None, account: str | None = None, until: int | None = None, after: int | None = None
) -> tuple[str, tuple[object, ...]]:
    """The condition on entries, and its values; what is not asked for is not in it, so that an index can be used."""
    wanted: list[tuple[str, tuple[object, ...]]] = []
    if order_id is not None:
        wanted.append(("order_id = ?", (order_id,)))
    if account is not None:
        wanted += _touching(account)
    if until is not None:
        wanted.append(("at <= ?", (until,)))
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
    moved = [(entry.debit, -entry.amount_cents), (entry.credit, entry.amount_cents)]
    connection.executemany(UPSERT_BALANCE, moved)
