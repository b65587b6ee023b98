"""The ledger: entries, balances, withdrawals, and what a check found."""

from dataclasses import dataclass

from milepost.core.ledger import Posted
from milepost.views.base import iso_at


@dataclass(frozen=True, slots=True)
class EntryView:
    """A movement of money from one account to another."""

    id: int
    at: str
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
            iso_at(posted.at),
            str(entry.kind),
            posted.order_id,
            entry.position or None,
            entry.debit,
            entry.credit,
            entry.amount_cents,
            str(entry.undoes) if entry.undoes else None,
        )


@dataclass(frozen=True, slots=True)
class BalanceView:
    """What an account holds."""

    account: str
    balance_cents: int


@dataclass(frozen=True, slots=True)
class WithdrawalView:
    """What a seller was paid out, and what is left available."""

    seller: str
    withdrawn_cents: int
    available_cents: int
    at: str


@dataclass(frozen=True, slots=True)
class FindingsView:
    """What a check of the books found; `checked` says what was looked at."""

    balanced: bool
    findings: list[str]
    checked: dict[str, int]

    @property
    def failed(self) -> bool:
        """Whether the exit code says so too."""
        return not self.balanced
