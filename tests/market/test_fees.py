"""Fees and clearance, cent by cent: terms-2024 with its fees and 14 days, escrow-14d with its five (money-*)."""

import pytest

from market.conftest import Opens
from market.desk_helpers import Desk

AVAILABLE, PENDING, BANK, FEES = "seller:maria:available", "seller:maria:pending", "bank:maria", "marketplace:fees"


@pytest.fixture
def desk(opens: Opens) -> Desk:
    """A desk under terms-2024."""
    return opens("--policy", "terms-2024")


# ── What a charge costs ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("price", "cents", "fee"),
    [
        ("50.00", 5_000, 275 + 300),
        ("99.99", 9_999, 550 + 300),  # 5.4995 dollars, rounded, and the small charge's fee
        ("100.00", 10_000, 550),  # not under 100 dollars any more
        ("100.09", 10_009, 550),  # 5.50495
        ("100.10", 10_010, 551),  # 5.5055
        ("1000000.00", 100_000_000, 5_500_000),
    ],
)
def test_a_charge_takes_the_client_fee_on_top_and_three_dollars_under_a_hundred(
    desk: Desk, price: str, cents: int, fee: int
) -> None:
    desk.place(f"A:5:{price}", "B:5:50")
    assert desk.moved() == [("charge", 1, cents), ("client-fee", 1, fee)]
    assert desk.balances() == {"client:ana": -cents - fee, "escrow:1": cents, FEES: fee}
    told = desk.show()
    assert (told["charged_cents"], told["escrow_cents"], told["fees_cents"]) == (cents + fee, cents, fee)


@pytest.mark.parametrize(
    ("price", "net", "fee"),
    [("50.00", 4_000, 1_000), ("99.99", 7_999, 2_000), ("100.02", 8_002, 2_000), ("100.03", 8_002, 2_001)],
)
def test_a_release_pays_the_seller_less_twenty_percent_to_the_cent(desk: Desk, price: str, net: int, fee: int) -> None:
    desk.place(f"A:5:{price}", "B:5:50")
    desk.do("deliver", "approve")
    assert desk.moved(since=2) == [("release", 1, net), ("seller-fee", 1, fee)]
    assert desk.balances()[PENDING] == net
    assert "escrow:1" not in desk.balances()


def test_the_clock_s_approval_pays_as_the_client_s_does(desk: Desk) -> None:
    for order in (1, 2):
        desk.place("A:5:60", "B:5:50")
        desk.do("deliver", order=order)
    desk.do("approve", order=1)
    desk.do("tick +8d")
    assert desk.show(2)["milestones"][0]["approved_by"] == "clock"
    assert desk.moved(1) == desk.moved(2)


# ── Clearance ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("policy", "days", "net"), [("terms-2024", 14, 8_000), ("escrow-14d", 5, 10_000)])
def test_released_money_is_pending_a_second_before_the_clearance_ends_and_available_at_its_end(
    opens: Opens, policy: str, days: int, net: int
) -> None:
    desk = opens("--policy", policy)
    desk.place("A:5:100", "B:5:100")
    desk.do("deliver", "approve", "continue")
    assert desk.json(f"order tick --by {days - 1}d23h59m59s")["fired"] == []
    assert desk.balances()[PENDING] == net
    assert AVAILABLE not in desk.balances()
    assert desk.refused("ledger withdraw --seller maria --amount 0.01") == "money-withdrawal"
    (fired,) = desk.json("order tick --by 1s")["fired"]
    assert (fired["timer"], fired["rule"]) == ("clear", "money-clearance")
    assert (desk.balances()[PENDING], desk.balances()[AVAILABLE]) == (0, net)
    assert desk.json("ledger withdraw --seller maria --all")["withdrawn_cents"] == net


def test_under_the_standard_policy_money_is_available_at_once(opens: Opens) -> None:
    desk = opens()
    desk.place()
    desk.do("deliver", "approve")
    assert desk.balances() == {"client:ana": -6_000, AVAILABLE: 6_000}


def test_money_clears_after_its_order_has_ended(desk: Desk) -> None:
    desk.single()
    desk.do("deliver", "approve")
    assert desk.show()["status"] == "completed"
    assert [one["timer"] for one in desk.json("order timers 1")] == ["clear"]
    desk.do("tick +14d")
    assert desk.balances()[AVAILABLE] == 8_000
    assert desk.json("order timers 1") == []


# ── Refunds and reversals ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("price", "charged"), [("99.99", 10_849), ("100.00", 10_550)])
def test_a_refund_gives_back_the_fee_too(desk: Desk, price: str, charged: int) -> None:
    desk.place(f"A:5:{price}", "B:5:50")
    desk.do("deliver")
    told = desk.json("resolution support 1 --milestone 1 --reason late")
    assert (told["charged_cents"], told["refunded_cents"], told["fees_cents"]) == (charged, charged, 0)
    assert set(desk.balances().values()) == {0}


def approved(desk: Desk) -> None:
    """An order whose first milestone is approved and whose second one runs."""
    desk.place("A:5:100", "B:5:50")
    desk.do("deliver", "approve", "continue")


REVERSED = [("reversal", 1, 8_000), ("seller-fee-reversal", 1, 2_000), ("client-fee-refund", 1, 550)]


def test_a_reversal_before_clearance_takes_what_is_pending_and_nothing_clears_later(desk: Desk) -> None:
    approved(desk)
    told = desk("resolution support 1 --milestone 1 --reason terms-broken")
    assert (told.code, told.err) == (0, "")
    assert desk.moved(since=6) == REVERSED
    assert desk.balances() == {"client:ana": -5_575, "escrow:1": 5_000, FEES: 575, PENDING: 0}
    assert desk.json("order tick --by +20d")["fired"] == []


def test_a_reversal_after_clearance_takes_what_is_available(desk: Desk) -> None:
    approved(desk)
    desk.do("tick +14d")
    told = desk("resolution support 1 --milestone 1 --reason terms-broken")
    assert (told.code, told.err) == (0, "")
    assert desk.moved(since=7) == REVERSED
    assert desk.balances() == {"client:ana": -5_575, "escrow:1": 5_000, FEES: 575, AVAILABLE: 0, PENDING: 0}


def overdrawn(desk: Desk) -> str:
    """A reversal of withdrawn money: what it says on stderr."""
    approved(desk)
    desk.do("tick +14d")
    assert desk.json("ledger withdraw --seller maria --amount 79.99")["available_cents"] == 1
    told = desk("resolution support 1 --milestone 1 --reason terms-broken")
    assert told.code == 0
    return told.err


def test_a_reversal_after_a_withdrawal_takes_the_balance_below_zero_and_says_so(desk: Desk) -> None:
    said = overdrawn(desk)
    assert "seller:maria:available is below zero now: -$79.99" in said
    assert desk.balances()[AVAILABLE] == -7_999
    assert desk.balances()[BANK] == 7_999
    (line,) = [line for line in desk.ok("ledger balances").out.splitlines() if AVAILABLE in line]
    assert "-$79.99" in line
    assert "below zero" in line
    assert sum(desk.balances().values()) == 0


def test_below_zero_nothing_can_be_withdrawn_until_later_pay_has_made_up_for_it(desk: Desk) -> None:
    overdrawn(desk)
    for amount in ("--all", "--amount 0.01"):
        assert desk.refused(f"ledger withdraw --seller maria {amount}") == "money-withdrawal"
    desk.do("deliver", "approve", "tick +14d")
    assert desk.balances()[AVAILABLE] == -7_999 + 4_000
    assert desk.refused("ledger withdraw --seller maria --all") == "money-withdrawal"
    desk.single(price="100")
    desk.do("deliver", "approve", "tick +14d", order=2)
    assert desk.json("ledger withdraw --seller maria --all")["withdrawn_cents"] == 4_001
    assert desk.balances()[AVAILABLE] == 0


def test_an_order_s_own_sums_count_withdrawn_money_as_released(desk: Desk) -> None:
    approved(desk)
    desk.do("tick +14d")
    desk.ok("ledger withdraw --seller maria --all")
    told = desk.show()
    assert (told["released_cents"], told["escrow_cents"], told["fees_cents"]) == (8_000, 5_000, 2_000 + 550 + 575)


# ── Withdrawing ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_withdrawal_of_more_than_is_available_is_refused_and_of_all_of_it_is_not(opens: Opens) -> None:
    desk = opens()
    desk.place()
    desk.do("deliver", "approve")
    told = desk("ledger withdraw --seller maria --amount 60.01")
    assert (told.code, told.rules) == (4, ["money-withdrawal"])
    assert "maria has $60.00 available; $60.01 is more than that" in told.err
    assert desk.json("ledger withdraw --seller maria --amount 60.00") == {
        "seller": "maria", "withdrawn_cents": 6_000, "available_cents": 0, "at": "2026-01-05T09:00:00Z",
    }  # fmt: skip
    assert desk.refused("ledger withdraw --seller maria --all") == "money-withdrawal"


@pytest.mark.parametrize("words", ["", "--amount 5 --all"])
def test_a_withdrawal_is_of_an_amount_or_of_all(desk: Desk, words: str) -> None:
    assert desk(f"ledger withdraw --seller maria {words}").code == 2


@pytest.mark.parametrize("amount", ["0", "0.001", "-5", "1000000.01"])
def test_a_withdrawal_is_of_an_amount_that_can_move(desk: Desk, amount: str) -> None:
    assert desk.refused("ledger withdraw --seller maria", f"--amount={amount}") == "money-bounds"


def test_a_withdrawal_of_what_is_no_amount_is_a_usage_error_by_its_rule(desk: Desk) -> None:
    assert desk.unreadable("ledger withdraw --seller maria --amount much") == "money-bounds"


def test_with_as_a_seller_withdraws_for_itself_alone(opens: Opens) -> None:
    desk = opens()
    desk.place()
    desk.do("deliver", "approve")
    for handle in ("ana", "support", "nobody"):
        assert desk.refused(f"--as {handle} ledger withdraw --seller maria --all") == "actor"
    desk.ok("--as maria ledger withdraw --seller maria --all")


# ── The whole story ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("policy", ["standard", "terms-2024", "escrow-14d"])
def test_after_every_step_of_a_story_the_books_balance(opens: Opens, policy: str) -> None:
    desk = opens("--policy", policy)
    desk.place("A:5:99.99:1", "B:4:100:1", "C:3:50.01:1")
    steps = [
        "order deliver 1", "order revise 1", "order deliver 1", "order approve 1 --continue", "order tick --by +5d",
        "resolution support 1 --milestone 1 --reason late", "order deliver 1", "order approve 1",
        "order tick --by +3d", "order continue 1", "resolution open --order 1 --whole --by seller --reason late",
        "order tick --by +2d", "order tick --by +20d", "ledger withdraw --seller maria --all",
    ]  # fmt: skip
    for step in steps:
        desk.json(step)
        assert sum(desk.balances().values()) == 0
        told = desk.show()
        rest = told["refunded_cents"] + told["escrow_cents"] + told["released_cents"] + told["fees_cents"]
        assert told["charged_cents"] == rest
        assert desk.json("ledger check")["balanced"] is True
    assert desk.end() == ("completed", "cancelled")
    fee = {"terms-2024": 2_000}.get(policy, 0)
    assert desk.balances()[BANK] == 10_000 - fee
    assert "The books balance" in desk.ok("ledger check").out


def test_escrow_14d_reviews_for_14_days_and_waits_to_continue_without_limit(opens: Opens) -> None:
    desk = opens("--policy", "escrow-14d")
    desk.place("A:5:60", "B:5:50")
    desk.do("deliver")
    assert desk.show()["deadline_at"] == "2026-01-19T09:00:00Z"
    desk.do("tick 13d23h59m59s", "approve", "tick 300d")
    assert (desk.end(), desk.show()["phase"]) == (("active", None), "awaiting-continue")
    assert (desk.show()["deadline_at"], desk.json("order timers")) == (None, [])
    assert desk.refused("order tick --until-done 1") == "order-work-clock"
    desk.do("continue")
    assert desk.states() == ["approved", "active"]


def test_terms_2024_counts_ten_days_to_continue_from_the_approval(desk: Desk) -> None:
    desk.place("A:5:60", "B:5:50")
    desk.do("deliver", "tick +5d", "approve")
    assert desk.show()["deadline_at"] == "2026-01-20T09:00:00Z"
    desk.do("tick 9d23h59m59s")
    assert desk.end() == ("active", None)
    desk.do("tick 1s")
    assert desk.end() == ("completed", "continue-expired")
