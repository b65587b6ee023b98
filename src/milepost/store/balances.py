"""The running balances: what each account holds, and what all accounts of a kind hold together.

They are moved in the transaction that writes the entries, so that nobody has to add up entries to know them. What
accounts held at an earlier instant is worked out in `ledger`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from milepost.core.ledger import Entry, kind_of
from milepost.store.db import Connection

_MOVE = (
    "INSERT INTO {table} ({key}, balance_cents) VALUES (?, ?)"
    " ON CONFLICT ({key}) DO UPDATE SET balance_cents = balance_cents + excluded.balance_cents"
)
_MOVE_ACCOUNT = _MOVE.format(table="balances", key="account")
_MOVE_SUM = _MOVE.format(table="sums", key="kind")
_CLOSE = "DELETE FROM balances WHERE account = ?"
_OF = "SELECT balance_cents FROM balances WHERE account = ?"
_ALL = "SELECT account, balance_cents FROM balances WHERE account > ? ORDER BY account LIMIT ?"
_HELD = "SELECT account, balance_cents FROM balances WHERE (balance_cents <> 0) ORDER BY account LIMIT ?"
_EMPTY = "SELECT account FROM balances WHERE (balance_cents = 0) ORDER BY account LIMIT ?"
_PAGE = 1_000


def move(connection: Connection, entries: Iterable[Entry], closed: Collection[str] = ()) -> None:
    """Move the balances by what was entered. `closed` are accounts that hold nothing after that, and are closed."""
    moved = defaultdict[str, int](int)
    for _, _, debit, credit, amount_cents, _ in entries:
        moved[debit] -= amount_cents
        moved[credit] += amount_cents
    connection.executemany(_CLOSE, [(account,) for account in moved.keys() & closed])
    connection.executemany(_MOVE_ACCOUNT, [one for one in moved.items() if one[0] not in closed])
    connection.executemany(_MOVE_SUM, by_kind(moved.items()).items())


def of(connection: Connection, account: str) -> int | None:
    """What an account holds, in cents; None for one that is closed, or was never opened."""
    cents: int | None = connection.value(_OF, (account,))
    return cents


def held(connection: Connection, limit: int) -> list[tuple[str, int]]:
    """The first accounts by name that hold something or owe it, with the cents."""
    return connection.rows(_HELD, (limit,))


def all_of_them(connection: Connection, at_once: int = _PAGE) -> Iterator[tuple[str, int]]:
    """Every account that is open, by name, with the cents that it holds; so many are read as they are taken."""
    at_once, last = min(at_once, _PAGE), ""
    while page := connection.rows(_ALL, (last, at_once)):
        yield from page
        last = page[-1][0]


def count_empty(connection: Connection, limit: int) -> int:
    """How many accounts are open and hold nothing; no more than `limit` are counted."""
    return len(connection.rows(_EMPTY, (limit,)))


def sums(connection: Connection) -> dict[str, int]:
    """What all accounts of a kind hold together, in cents, by the kind."""
    return dict(connection.rows("SELECT kind, balance_cents FROM sums"))


def total(connection: Connection) -> int:
    """What all accounts hold together, in cents."""
    return int(connection.value("SELECT coalesce(sum(balance_cents), 0) FROM balances"))


def write(connection: Connection, summed: Collection[tuple[str, int]]) -> None:
    """Fill an empty store's balances with what entries add up to, by account."""
    for account, cents in summed:
        if cents or not is_closed_when_empty(account):
            connection.execute(_MOVE_ACCOUNT, (account, cents))
    connection.executemany(_MOVE_SUM, by_kind(summed).items())


def by_kind(held: Iterable[tuple[str, int]]) -> dict[str, int]:
    """What accounts hold together, in cents, by their kind."""
    sums = defaultdict[str, int](int)
    for account, cents in held:
        sums[kind_of(account)] += cents
    return sums


def is_closed_when_empty(account: str) -> bool:
    """Whether an account has no row while it holds nothing: that of an order's escrow, of which there are so many."""
    return kind_of(account) == "escrow"
