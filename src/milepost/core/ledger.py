"""The ledger's words: account names, and one named function per entry.

An entry moves an amount from one account to another, so that the books balance by construction. Entries are never
changed: a correction is a new entry that names the kind of entry it undoes. Each kind happens at most once for a
milestone, which is how nothing is charged, released or refunded twice (rule money-conserved).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from milepost.core.terms import MilestoneTerms, Terms

FEES = "marketplace:fees"
_SELLERS = ("seller", "bank")  # withdrawn money stays the seller's (rule money-conserved)


class Kind(StrEnum):
    """What an entry is for."""

    CHARGE = "charge"
    CLIENT_FEE = "client-fee"
    RELEASE = "release"
    SELLER_FEE = "seller-fee"
    CLEAR = "clear"
    REFUND = "refund"
    CLIENT_FEE_REFUND = "client-fee-refund"
    REVERSAL = "reversal"
    SELLER_FEE_REVERSAL = "seller-fee-reversal"
    WITHDRAWAL = "withdrawal"


class Entry(NamedTuple):
    """A balanced movement of `amount_cents` out of the `debit` account into the `credit` account.

    `position` is the milestone's; `undoes` is the kind of the same milestone's entry that this one takes back.
    """

    kind: Kind
    position: int
    debit: str
    credit: str
    amount_cents: int
    undoes: Kind | None = None


class Posted(NamedTuple):
    """An entry as it stands in the books: its number, its instant, its order and the line of its history."""

    id: int
    at: int
    order_id: int | None
    number: int | None
    entry: Entry


def client(handle: str) -> str:
    """The client's account; it goes below zero by what the client has paid."""
    return f"client:{handle}"


def escrow(order: int) -> str:
    """The money that the marketplace holds for an order."""
    return f"escrow:{order}"


def pending(handle: str) -> str:
    """Released to the seller, not yet cleared."""
    return f"seller:{handle}:pending"


def available(handle: str) -> str:
    """What the seller can withdraw."""
    return f"seller:{handle}:available"


def bank(handle: str) -> str:
    """What the seller has withdrawn."""
    return f"bank:{handle}"


# The kinds of accounts, each with what all of its kind hold together.
KINDS: Mapping[str, str] = {
    "escrow": "in escrow",
    "client": "clients",
    "seller:pending": "sellers, pending",
    "seller:available": "sellers, available",
    "bank": "sellers, withdrawn",
    FEES: "marketplace, fees",
}


def kind_of(account: str) -> str:
    """The kind of an account, of `KINDS`: its name without whose it is."""
    holder, _, whose = account.partition(":")
    if holder == "seller":
        return f"seller:{whose.rpartition(':')[2]}"
    return account if holder == "marketplace" else holder


def charge(order: int, terms: Terms, position: int, milestone: MilestoneTerms) -> list[Entry]:
    """client → escrow, and the client fee → fees (rule money-charge)."""
    payer, price = client(terms.client), milestone.price_cents
    return _moved(
        Entry(Kind.CHARGE, position, payer, escrow(order), price),
        Entry(Kind.CLIENT_FEE, position, payer, FEES, terms.policy.client_fee_cents(price)),
    )


def release(order: int, terms: Terms, position: int, cents: int) -> list[Entry]:
    """escrow → seller, less the seller fee → fees (rule money-release).

    With a clearance of 0 days the money is available at once and passes `pending` by (rule money-clearance).
    """
    source = escrow(order)
    receiver = pending(terms.seller) if terms.policy.clearance_days else available(terms.seller)
    return _moved(
        Entry(Kind.RELEASE, position, source, receiver, _net_cents(terms, cents)),
        Entry(Kind.SELLER_FEE, position, source, FEES, terms.policy.seller_fee_cents(cents)),
    )


def clear(terms: Terms, position: int, cents: int) -> list[Entry]:
    """pending → available, at the end of the clearance of a release of `cents` (rule money-clearance)."""
    return _moved(Entry(Kind.CLEAR, position, pending(terms.seller), available(terms.seller), _net_cents(terms, cents)))


def refund(order: int, terms: Terms, position: int, milestone: MilestoneTerms, keep_cents: int) -> list[Entry]:
    """escrow → client, the fee of that charge included (rule money-refund).

    What the seller keeps is released, with the fees on it, and the rest refunded (rule cancel-split).
    """
    rest = milestone.price_cents - keep_cents
    return [
        *release(order, terms, position, keep_cents),
        *_moved(
            Entry(Kind.REFUND, position, escrow(order), client(terms.client), rest, Kind.CHARGE),
            _client_fee_back(terms, position, milestone, keep_cents),
        ),
    ]


def reverse(terms: Terms, position: int, milestone: MilestoneTerms, keep_cents: int, *, cleared: bool) -> list[Entry]:
    """seller → client and fees → client: a release and its charge are undone, but for what the seller keeps.

    It takes the money where it is, pending or available; the seller's account may go below zero (rule money-reversal).
    """
    payer, price = client(terms.client), milestone.price_cents
    holder = available(terms.seller) if cleared else pending(terms.seller)
    net = _net_cents(terms, price) - _net_cents(terms, keep_cents)
    fee = terms.policy.seller_fee_cents(price) - terms.policy.seller_fee_cents(keep_cents)
    return _moved(
        Entry(Kind.REVERSAL, position, holder, payer, net, Kind.RELEASE),
        Entry(Kind.SELLER_FEE_REVERSAL, position, FEES, payer, fee, Kind.SELLER_FEE),
        _client_fee_back(terms, position, milestone, keep_cents),
    )


def _client_fee_back(terms: Terms, position: int, milestone: MilestoneTerms, keep_cents: int) -> Entry:
    policy, price = terms.policy, milestone.price_cents
    kept = policy.client_fee_cents(price, kept_cents=keep_cents) if keep_cents else 0
    fee = policy.client_fee_cents(price) - kept
    return Entry(Kind.CLIENT_FEE_REFUND, position, FEES, client(terms.client), fee, Kind.CLIENT_FEE)


def _net_cents(terms: Terms, cents: int) -> int:
    return cents - terms.policy.seller_fee_cents(cents)


def _moved(*entries: Entry) -> list[Entry]:
    return [entry for entry in entries if entry.amount_cents]


@dataclass(frozen=True, slots=True)
class Totals:
    """Where an order's money is, in cents: charged = refunded + escrow + released + fees."""

    charged_cents: int = 0
    escrow_cents: int = 0
    released_cents: int = 0
    refunded_cents: int = 0
    fees_cents: int = 0

    @property
    def balanced(self) -> bool:
        """Whether every cent that came in is somewhere (rule money-conserved)."""
        return self.charged_cents == self.refunded_cents + self.escrow_cents + self.released_cents + self.fees_cents


def totals(entries: Iterable[Entry]) -> Totals:
    """The sums of an order's entries, by where the money went."""
    charged = escrowed = released = refunded = fees = 0
    for entry in entries:
        amount, source, target = entry.amount_cents, _holder(entry.debit), _holder(entry.credit)
        charged += amount * (source == "client")
        refunded += amount * (target == "client")
        escrowed += amount * ((target == "escrow") - (source == "escrow"))
        released += amount * ((target in _SELLERS) - (source in _SELLERS))
        fees += amount * ((target == "marketplace") - (source == "marketplace"))
    return Totals(charged, escrowed, released, refunded, fees)


def _holder(account: str) -> str:
    return account.partition(":")[0]


def withdrawal(seller: str, amount_cents: int) -> Entry:
    """available → bank (rule money-withdrawal); it belongs to no order."""
    return Entry(Kind.WITHDRAWAL, 0, available(seller), bank(seller), amount_cents)
