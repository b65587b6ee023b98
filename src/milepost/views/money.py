"""The ledger: entries, balances, withdrawals, and what a check found."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from milepost.core.ledger import Posted
from milepost.views.base import Instant


class EntryView(NamedTuple):
    """A movement of money from one account to another."""

    id: int
    at: Instant
    kind: str
    order: int | None
    milestone: int | None
    debit: str
    credit: str
    amount_cents: int
    undoes: str | None

    @staticmethod
    def of(posted: Posted) -> "EntryView":
        """The view of an entry in the books."""
        entry = posted.entry
        return EntryView(
            posted.id,
            posted.at,
            str(entry.kind),
            posted.order_id,
            entry.position or None,
            entry.debit,
            entry.credit,
            entry.amount_cents,
            str(entry.undoes) if entry.undoes else None,
        )


class BalanceView(NamedTuple):
    """What an account holds."""

    account: str
    balance_cents: int


class WithdrawalView(NamedTuple):
    """What a seller was paid out, and what is left available."""

    seller: str
    withdrawn_cents: int
    available_cents: int
    at: Instant


class FindingsView(NamedTuple):
    """What a check of the books found; `checked` says what was looked at."""

    balanced: bool
    findings: Sequence[str]
    checked: Mapping[str, int]

    @property
    def failed(self) -> bool:
        """Whether the exit code says so too."""
        return not self.balanced
