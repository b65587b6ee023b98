"""The ledger's entries: who pays whom, to the cent, and sums that show where an order's money is."""

import pytest

from core.order_helpers import FEES, terms
from milepost.core import ledger
from milepost.core.ledger import FEES as FEE_ACCOUNT
from milepost.core.ledger import Entry, Kind, Totals, totals
from milepost.core.terms import MilestoneTerms
from milepost.policy import STANDARD, Policy

PLAIN, WITH_FEES = terms(), terms(policy=FEES, price_cents=9_000)
SMALL = MilestoneTerms("Part", 7, 9_000)
CENT = MilestoneTerms("Part", 7, 1)
CLIENT, ESCROW, PENDING, AVAILABLE = "client:ana", "escrow:7", "seller:maria:pending", "seller:maria:available"


def test_a_charge_moves_the_price_from_the_client_to_the_orders_escrow() -> None:
    assert ledger.charge(7, PLAIN, 2, PLAIN.milestones[1]) == [Entry(Kind.CHARGE, 2, CLIENT, ESCROW, 10_000)]


def test_a_charge_under_fees_takes_the_client_fee_on_top() -> None:
    assert ledger.charge(7, WITH_FEES, 1, SMALL) == [
        Entry(Kind.CHARGE, 1, CLIENT, ESCROW, 9_000),
        Entry(Kind.CLIENT_FEE, 1, CLIENT, FEE_ACCOUNT, 795),
    ]


def test_a_release_without_clearance_is_available_at_once() -> None:
    assert ledger.release(7, PLAIN, 1, 10_000) == [Entry(Kind.RELEASE, 1, ESCROW, AVAILABLE, 10_000)]


def test_a_release_under_fees_leaves_the_seller_fee_and_waits_for_clearance() -> None:
    assert ledger.release(7, WITH_FEES, 1, 9_000) == [
        Entry(Kind.RELEASE, 1, ESCROW, PENDING, 7_200),
        Entry(Kind.SELLER_FEE, 1, ESCROW, FEE_ACCOUNT, 1_800),
    ]


def test_clearance_makes_available_what_was_released() -> None:
    assert ledger.clear(WITH_FEES, 1, 9_000) == [Entry(Kind.CLEAR, 1, PENDING, AVAILABLE, 7_200)]


def test_a_refund_gives_back_the_charge_with_its_fee() -> None:
    assert ledger.refund(7, WITH_FEES, 1, SMALL, 0) == [
        Entry(Kind.REFUND, 1, ESCROW, CLIENT, 9_000, Kind.CHARGE),
        Entry(Kind.CLIENT_FEE_REFUND, 1, FEE_ACCOUNT, CLIENT, 795, Kind.CLIENT_FEE),
    ]


def test_a_split_releases_what_is_kept_with_the_fees_on_it_and_refunds_the_rest() -> None:
    assert ledger.refund(7, WITH_FEES, 1, SMALL, 4_000) == [
        Entry(Kind.RELEASE, 1, ESCROW, PENDING, 3_200),
        Entry(Kind.SELLER_FEE, 1, ESCROW, FEE_ACCOUNT, 800),
        Entry(Kind.REFUND, 1, ESCROW, CLIENT, 5_000, Kind.CHARGE),
        Entry(Kind.CLIENT_FEE_REFUND, 1, FEE_ACCOUNT, CLIENT, 795 - (220 + 300), Kind.CLIENT_FEE),
    ]


@pytest.mark.parametrize("policy", [STANDARD, FEES])
@pytest.mark.parametrize(("price", "keep"), [(2, 1), (9_999, 1), (9_999, 9_998), (10_000, 3_333), (100_000_000, 1)])
def test_a_reversal_in_part_leaves_what_a_split_of_that_part_leaves(policy: Policy, price: int, keep: int) -> None:
    agreed, milestone = terms(policy=policy), MilestoneTerms("Part", 7, price)
    charged = ledger.charge(7, agreed, 1, milestone)
    split = totals([*charged, *ledger.refund(7, agreed, 1, milestone, keep)])
    released = [*charged, *ledger.release(7, agreed, 1, price)]
    reversed_ = totals([*released, *ledger.reverse(agreed, 1, milestone, keep, cleared=True)])

    assert split == reversed_
    assert split.balanced
    assert split.refunded_cents >= price - keep


@pytest.mark.parametrize(("cleared", "holder"), [(False, PENDING), (True, AVAILABLE)])
def test_a_reversal_takes_the_money_back_from_where_it_is(cleared: bool, holder: str) -> None:
    assert ledger.reverse(WITH_FEES, 1, SMALL, 0, cleared=cleared) == [
        Entry(Kind.REVERSAL, 1, holder, CLIENT, 7_200, Kind.RELEASE),
        Entry(Kind.SELLER_FEE_REVERSAL, 1, FEE_ACCOUNT, CLIENT, 1_800, Kind.SELLER_FEE),
        Entry(Kind.CLIENT_FEE_REFUND, 1, FEE_ACCOUNT, CLIENT, 795, Kind.CLIENT_FEE),
    ]


def test_what_comes_to_nothing_is_no_entry() -> None:
    everything = terms(policy=Policy(seller_fee_bp=10_000))

    assert [entry.kind for entry in ledger.release(7, everything, 1, 1)] == [Kind.SELLER_FEE]
    assert ledger.clear(everything, 1, 1) == []
    assert [entry.kind for entry in ledger.charge(7, PLAIN, 1, CENT)] == [Kind.CHARGE]


@pytest.mark.parametrize("policy", [STANDARD, FEES])
@pytest.mark.parametrize("price", [1, 9_999, 10_000, 100_000_000])
@pytest.mark.parametrize("cleared", [False, True])
def test_a_reversal_leaves_nothing_of_a_charge_and_its_release(policy: Policy, price: int, cleared: bool) -> None:
    agreed, milestone = terms(policy=policy), MilestoneTerms("Part", 7, price)
    entries = [*ledger.charge(7, agreed, 1, milestone), *ledger.release(7, agreed, 1, price)]
    entries += ledger.clear(agreed, 1, price) if cleared and policy.clearance_days else []
    entries += ledger.reverse(agreed, 1, milestone, 0, cleared=cleared or not policy.clearance_days)

    balances: dict[str, int] = {}
    for entry in entries:
        balances[entry.debit] = balances.get(entry.debit, 0) - entry.amount_cents
        balances[entry.credit] = balances.get(entry.credit, 0) + entry.amount_cents
    assert set(balances.values()) == {0}
    paid = price + policy.client_fee_cents(price)
    assert totals(entries) == Totals(charged_cents=paid, refunded_cents=paid)


def test_totals_say_where_the_money_is() -> None:
    entries = [*ledger.charge(7, WITH_FEES, 1, SMALL), *ledger.charge(7, WITH_FEES, 2, SMALL)]
    entries += ledger.release(7, WITH_FEES, 1, 9_000)

    found = totals(entries)

    assert found == Totals(19_590, 9_000, 7_200, 0, 3_390)
    assert found.balanced


def test_clearing_and_withdrawing_keep_the_money_the_sellers() -> None:
    entries = [*ledger.charge(7, WITH_FEES, 1, SMALL), *ledger.release(7, WITH_FEES, 1, 9_000)]
    released = totals(entries)

    assert totals([*entries, *ledger.clear(WITH_FEES, 1, 9_000)]) == released
    assert totals([*entries, *ledger.clear(WITH_FEES, 1, 9_000), ledger.withdrawal("maria", 7_200)]) == released


def test_nothing_moved_is_balanced() -> None:
    assert totals([]) == Totals()
    assert Totals().balanced


def test_money_that_is_nowhere_is_not_balanced() -> None:
    assert not Totals(charged_cents=2, escrow_cents=1).balanced


def test_a_withdrawal_goes_to_the_sellers_bank_and_belongs_to_no_milestone() -> None:
    assert ledger.withdrawal("maria", 500) == Entry(Kind.WITHDRAWAL, 0, AVAILABLE, "bank:maria", 500)


@pytest.mark.parametrize(
    ("account", "kind"),
    [
        (ledger.client("ana"), "client"),
        (ledger.escrow(7), "escrow"),
        (ledger.pending("maria"), "seller:pending"),
        (ledger.available("maria"), "seller:available"),
        (ledger.bank("maria"), "bank"),
        (ledger.FEES, ledger.FEES),
    ],
)
def test_every_account_has_a_kind_that_is_told_of(account: str, kind: str) -> None:
    assert ledger.kind_of(account) == kind
    assert kind in ledger.KINDS
