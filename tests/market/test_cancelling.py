"""Cancelling on the command line: asked for and answered, left unanswered, or done by support (cancel-channel)."""

import pytest

from market.conftest import Opens
from market.desk_helpers import Desk

OPENED, ANSWER_BY = "2026-01-05T09:00:00Z", "2026-01-07T09:00:00Z"
OTHER = {"client": "seller", "seller": "client"}
HANDLES = {"client": "ana", "seller": "maria"}
REASONS = {
    "not-as-agreed", "late", "cannot-deliver", "no-longer-needed", "no-answer", "agreed-together",
    "ordered-by-mistake", "terms-broken",
}  # fmt: skip
BEFORE = {"active": (), "delivered": ("deliver",), "revising": ("deliver", "revise")}

parties = pytest.mark.parametrize("asker", ["client", "seller"])


def asked(desk: Desk, what: str = "--milestone 1", *, by: str = "client", order: int = 1) -> int:
    """An open request: its id."""
    return desk.ok(f"resolution open --order {order} {what} --by {by} --reason late --note 'so it is'").id


def request(desk: Desk, id: int = 1) -> dict[str, object]:
    """A request as the list tells it."""
    (found,) = [one for one in desk.json("resolution list") if one["id"] == id]
    return dict(found)


# ── Asking ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@parties
def test_asking_prints_the_request_s_id_and_moves_nothing(desk: Desk, asker: str) -> None:
    desk.place()
    before, money = desk.states(), desk.balances()
    told = desk(f"resolution open --order 1 --milestone 1 --by {asker} --reason late")
    assert (told.code, told.out) == (0, "1\n")
    assert "milepost resolution accept 1" in told.err
    assert (desk.states(), desk.balances()) == (before, money)


@parties
def test_a_request_is_told_whole(desk: Desk, asker: str) -> None:
    desk.place()
    words = f"resolution open --order 1 --milestone 1 --by {asker} --reason cannot-deliver --note"
    whole = {
        "id": 1, "order": 1, "milestone": 1, "by": asker, "reason": "cannot-deliver", "note": "I am ill",
        "opened_at": OPENED, "answer_by": ANSWER_BY, "state": "open", "closed_at": None,
        "kind": "cancel", "keep_cents": 0, "days": 0, "proposed": [],
    }  # fmt: skip
    assert desk(words, "I am ill", "--json").out.startswith("{")
    assert desk.json("resolution list --state open") == [whole]


def test_the_answer_s_deadline_is_the_request_s_even_where_money_clears_before(opens: Opens) -> None:
    desk = opens("--policy", "escrow-14d")
    desk.place()
    desk.do("deliver", "approve", "continue", "tick +4d")
    told = desk.json("resolution open --order 1 --milestone 2 --by client --reason late")
    assert (told["answer_by"], request(desk)["answer_by"]) == ("2026-01-11T09:00:00Z", "2026-01-11T09:00:00Z")
    assert [one["timer"] for one in desk.json("order timers 1")] == ["clear", "cancel-unanswered"]


@pytest.mark.parametrize("verb", ["open --order 1 --by client", "support 1"])
@pytest.mark.parametrize("object_", ["", "--milestone 1 --whole"])
def test_it_is_one_milestone_or_the_whole_order(desk: Desk, verb: str, object_: str) -> None:
    desk.place()
    told = desk(f"resolution {verb} --reason late {object_}")
    assert (told.code, told.out) == (2, "")
    assert "either --milestone N or --whole" in told.err
    assert desk.json("resolution list") == []


@pytest.mark.parametrize("verb", ["open --order 1 --whole --by client", "support 1 --whole"])
def test_a_reason_must_be_of_the_list_and_the_refusal_shows_the_list(desk: Desk, verb: str) -> None:
    desk.place()
    listed = desk.json("resolution reasons")
    assert {one["reason"] for one in listed} == REASONS
    assert all(one["text"] for one in listed)
    told = desk(f"resolution {verb} --reason because")
    assert (told.code, told.rules) == (4, ["cancel-channel"])
    assert all(reason in told.err for reason in (*REASONS, "because"))
    assert desk(f"resolution {verb}").code == 2
    assert desk.end() == ("active", None)


def test_a_request_is_asked_by_client_or_seller_only(desk: Desk) -> None:
    desk.place()
    assert desk("resolution open --order 1 --whole --by support --reason late").code == 2
    assert desk.json("resolution list") == []


@pytest.mark.parametrize("what", ["--milestone 4", "--milestone 999999999999999999999"])
def test_a_milestone_that_is_not_there_is_refused(desk: Desk, what: str) -> None:
    desk.place()
    for verb in ("open --order 1 --by client", "support 1"):
        assert desk.refused(f"resolution {verb} {what} --reason late") == "cancel-milestone"


def test_one_request_waits_at_a_time(desk: Desk) -> None:
    desk.place()
    asked(desk)
    assert desk.refused("resolution open --order 1 --whole --by seller --reason late") == "cancel-channel"
    desk.ok("resolution decline 1")
    assert asked(desk, "--whole", by="seller") == 2


# ── Answering ───────────────────────────────────────────────────────────────────────────────────────────────────────


@parties
def test_accepting_refunds_the_milestone_and_the_client_may_go_on(desk: Desk, asker: str) -> None:
    desk.place()
    asked(desk, by=asker)
    told = desk.json("resolution accept 1")
    assert (told["phase"], told["refunded_cents"], told["escrow_cents"]) == ("awaiting-continue", 6_000, 0)
    assert desk.states() == ["cancelled", "planned", "planned"]
    assert desk.moved() == [("charge", 1, 6_000), ("refund", 1, 6_000)]
    assert request(desk)["state"] == "accepted"
    desk.ok("order continue 1")
    assert desk.states() == ["cancelled", "active", "planned"]


@parties
@pytest.mark.parametrize("answer", ["decline", "withdraw"])
def test_declining_and_withdrawing_leave_all_as_it_was(desk: Desk, asker: str, answer: str) -> None:
    desk.place()
    before = desk.show()
    asked(desk, by=asker)
    after = desk.json(f"resolution {answer} 1")
    assert after == before
    closed = request(desk)
    assert (closed["state"], closed["closed_at"], closed["answer_by"]) == (
        {"decline": "declined", "withdraw": "withdrawn"}[answer], OPENED, None,
    )  # fmt: skip


@parties
@pytest.mark.parametrize(("answer", "answers"), [("accept", False), ("decline", False), ("withdraw", True)])
def test_with_as_only_the_right_party_answers(desk: Desk, asker: str, answer: str, answers: bool) -> None:
    desk.place()
    asked(desk, by=asker)
    right = HANDLES[asker if answers else OTHER[asker]]
    wrong = {"ana", "maria", "support", "nobody"} - {right}
    before = desk.digest()
    for handle in sorted(wrong):
        assert desk.refused(f"--as {handle} resolution {answer} 1") == "actor"
    assert desk.digest() == before
    desk.ok(f"--as {right} resolution {answer} 1")


@parties
def test_with_as_a_party_asks_for_itself_only(desk: Desk, asker: str) -> None:
    desk.place()
    words = f"resolution open --order 1 --milestone 1 --by {asker} --reason late"
    for handle in {"ana", "maria", "support", "nobody"} - {HANDLES[asker]}:
        assert desk.refused(f"--as {handle} {words}") == "actor"
    assert desk.json("resolution list") == []
    desk.ok(f"--as {HANDLES[asker]} {words}")
    assert request(desk)["by"] == asker


def test_with_as_only_support_cancels_at_once(desk: Desk) -> None:
    desk.place()
    for handle in ("ana", "maria", "nobody"):
        assert desk.refused(f"--as {handle} resolution support 1 --whole --reason late") == "actor"
    desk.ok("--as support resolution support 1 --whole --reason late")
    assert desk.end() == ("cancelled", "cancelled")


@pytest.mark.parametrize("closed", ["accepted", "declined", "withdrawn", "unanswered", "moot"])
@pytest.mark.parametrize("answer", ["accept", "decline", "withdraw"])
def test_a_closed_request_takes_no_answer_and_the_refusal_names_it(desk: Desk, closed: str, answer: str) -> None:
    desk.place()
    asked(desk)
    ways = {
        "accepted": "resolution accept 1",
        "declined": "resolution decline 1",
        "withdrawn": "resolution withdraw 1",
        "unanswered": "order tick --by 48h",
        "moot": "resolution support 1 --milestone 1 --reason late",
    }
    desk.ok(ways[closed])
    assert request(desk)["state"] == closed
    told = desk(f"resolution {answer} 1")
    assert (told.code, told.rules) == (4, ["cancel-channel"])
    assert f"request 1 of order 1 is closed ({closed})" in told.err


def test_answering_a_closed_request_leaves_the_open_one_alone(desk: Desk) -> None:
    desk.place()
    asked(desk)
    desk.ok("resolution decline 1")
    asked(desk)
    assert desk.refused("resolution accept 1") == "cancel-channel"
    assert [one["state"] for one in desk.json("resolution list")] == ["declined", "open"]
    assert desk.states()[0] == "active"


@pytest.mark.parametrize("id", ["1", "99", "99999999999999999999999999"])
@pytest.mark.parametrize("answer", ["accept", "decline", "withdraw"])
def test_a_request_that_is_not_there_is_not_found(desk: Desk, id: str, answer: str) -> None:
    told = desk(f"resolution {answer} {id}")
    assert (told.code, told.out) == (3, "")
    assert f"there is no resolution {id}" in told.err


def test_the_list_is_filtered_by_state_and_an_unknown_state_is_a_usage_error(desk: Desk) -> None:
    desk.place()
    for _ in range(2):
        asked(desk)
        desk.ok(f"resolution decline {len(desk.json('resolution list'))}")
    asked(desk)
    assert [one["id"] for one in desk.json("resolution list --state declined")] == [1, 2]
    assert [one["id"] for one in desk.json("resolution list --state open")] == [3]
    assert [one["id"] for one in desk.json("resolution list")] == [1, 2, 3]
    told = desk("resolution list --state closed")
    assert told.code == 2
    assert "open, accepted, declined, withdrawn, unanswered, lapsed, moot" in told.err


# ── No answer ───────────────────────────────────────────────────────────────────────────────────────────────────────


@parties
def test_a_second_before_48_hours_a_request_is_open_and_at_them_it_counts_as_accepted(desk: Desk, asker: str) -> None:
    desk.place()
    asked(desk, by=asker)
    assert desk.json("order tick --by 47h59m59s")["fired"] == []
    assert (desk.states()[0], request(desk)["state"]) == ("active", "open")
    told = desk.json("order tick --by 1s")
    assert told["fired"] == [
        {
            "at": ANSWER_BY, "order": 1, "offer": None, "timer": "cancel-unanswered", "rule": "cancel-channel",
            "moved": [{"kind": "refund", "amount_cents": 6_000}],
        }
    ]  # fmt: skip
    assert (desk.states()[0], desk.show()["refunded_cents"]) == ("cancelled", 6_000)
    assert (request(desk)["state"], request(desk)["closed_at"]) == ("unanswered", ANSWER_BY)


@pytest.mark.parametrize("answer", ["accept", "decline", "withdraw"])
def test_an_answer_counts_a_second_before_and_at_48_hours_it_is_too_late(desk: Desk, answer: str) -> None:
    for order in (1, 2):
        desk.place()
        asked(desk, order=order)
    desk.do("tick 47h59m59s")
    desk.ok(f"resolution {answer} 1")
    desk.do("tick 1s")
    assert desk.refused(f"resolution {answer} 2") == "cancel-channel"
    assert [one["state"] for one in desk.json("resolution list")][1] == "unanswered"


# ── What is cancelled, and what it does ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("by", ["request", "support"])
@pytest.mark.parametrize("state", list(BEFORE))
def test_a_running_milestone_is_refunded_whatever_its_state(desk: Desk, state: str, by: str) -> None:
    desk.place()
    desk.do(*BEFORE[state])
    assert desk.states()[0] == state
    cancel(desk, "--milestone 1", by)
    assert desk.show()["phase"] == "awaiting-continue"
    assert desk.balances() == {"client:ana": 0}


@pytest.mark.parametrize("by", ["request", "support"])
def test_a_planned_milestone_is_dropped_and_nothing_moves(desk: Desk, by: str) -> None:
    desk.place()
    cancel(desk, "--milestone 2", by)
    assert desk.states() == ["active", "cancelled", "planned"]
    assert desk.moved() == [("charge", 1, 6_000)]
    desk.do("deliver", "approve", "continue")
    assert desk.states() == ["approved", "cancelled", "active"]
    assert desk.moved(since=2) == [("charge", 3, 4_000)]


def test_an_approved_milestone_is_support_s_alone_and_is_reversed(desk: Desk) -> None:
    desk.place()
    desk.do("deliver", "approve", "continue")
    for asker in HANDLES:
        told = desk(f"resolution open --order 1 --milestone 1 --by {asker} --reason late")
        assert told.rules == ["cancel-milestone"]
        assert "support alone" in told.err
    desk.ok("resolution support 1 --milestone 1 --reason terms-broken")
    assert desk.states() == ["cancelled", "active", "planned"]
    assert desk.moved(since=3) == [("reversal", 1, 6_000)]
    assert desk.balances()["client:ana"] == -5_000


@pytest.mark.parametrize("by", ["request", "support"])
def test_a_whole_order_with_nothing_approved_is_cancelled_and_refunded(desk: Desk, by: str) -> None:
    desk.place()
    cancel(desk, "--whole", by)
    assert desk.end() == ("cancelled", "cancelled")
    assert desk.states() == ["cancelled", "skipped", "skipped"]
    assert desk.balances() == {"client:ana": 0}


@pytest.mark.parametrize("by", ["request", "support"])
def test_a_whole_order_with_an_approved_milestone_is_completed_and_that_money_stands(desk: Desk, by: str) -> None:
    desk.place()
    desk.do("deliver", "approve", "continue", "deliver")
    cancel(desk, "--whole", by)
    assert desk.end() == ("completed", "cancelled")
    assert desk.states() == ["approved", "cancelled", "skipped"]
    assert desk.balances() == {"client:ana": -6_000, "seller:maria:available": 6_000}


@pytest.mark.parametrize("by", ["request", "support"])
def test_a_whole_order_that_waits_to_continue_ends_without_any_money(desk: Desk, by: str) -> None:
    desk.place()
    desk.do("deliver", "approve")
    before = desk.moved()
    cancel(desk, "--whole", by)
    assert desk.end() == ("completed", "cancelled")
    assert (desk.states(), desk.moved()) == (["approved", "skipped", "skipped"], before)


def test_an_order_whose_only_approved_milestone_was_reversed_ends_as_cancelled(desk: Desk) -> None:
    desk.place()
    desk.do("deliver", "approve", "continue")
    for what in ("--milestone 1", "--whole"):
        desk.ok(f"resolution support 1 {what} --reason terms-broken")
    assert desk.end() == ("cancelled", "cancelled")
    assert desk.states() == ["cancelled", "cancelled", "skipped"]
    assert desk.balances()["client:ana"] == 0


@pytest.mark.parametrize("by", ["request", "support"])
def test_a_cancelled_single_order_is_over(desk: Desk, by: str) -> None:
    desk.single()
    cancel(desk, "--milestone 1", by)
    assert desk.end() == ("cancelled", "cancelled")
    assert desk.balances() == {"client:ana": 0}


def test_after_a_cancelled_cycle_the_next_one_still_starts_at_its_renewal(desk: Desk) -> None:
    desk.subscription()
    cancel(desk, "--milestone 1", "support")
    assert (desk.show()["phase"], desk.show()["deadline_at"]) == ("awaiting-renewal", "2026-02-05T09:00:00Z")
    desk.do("tick 31d")
    assert desk.states() == ["cancelled", "active", "planned"]


def test_cancelling_the_running_milestone_of_an_order_that_stops_after_it_ends_it(desk: Desk) -> None:
    desk.place()
    desk.do("stop --after-current")
    cancel(desk, "--milestone 1", "support")
    assert desk.end() == ("cancelled", "cancelled")
    assert desk.states() == ["cancelled", "skipped", "skipped"]


def test_an_ended_order_is_not_cancelled_any_more(desk: Desk) -> None:
    desk.place()
    desk.do("deliver", "approve", "stop")
    for what in ("--milestone 2", "--whole"):
        assert desk.refused(f"resolution support 1 {what} --reason late") == "stop-final"
        assert desk.refused(f"resolution open --order 1 {what} --by client --reason late") == "stop-final"


# ── The window to continue, counted from the cancellation ───────────────────────────────────────────────────────────


@pytest.mark.parametrize("before", list(BEFORE))
@pytest.mark.parametrize("by", ["request", "support"])
def test_the_window_to_continue_counts_from_the_cancellation(desk: Desk, before: str, by: str) -> None:
    desk.place()
    desk.do(*BEFORE[before], "tick +3d")
    cancel(desk, "--milestone 1", by)
    assert desk.show()["deadline_at"] == "2026-01-16T09:00:00Z"
    desk.do("tick 7d23h59m59s")
    assert desk.end() == ("active", None)
    desk.do("tick 1s")
    assert desk.end() == ("cancelled", "continue-expired")
    assert desk.states() == ["cancelled", "skipped", "skipped"]


def test_the_window_of_an_unanswered_request_counts_from_the_48_hours_end(desk: Desk) -> None:
    desk.place()
    asked(desk)
    desk.do("tick +9d")
    assert (desk.states()[0], desk.show()["deadline_at"]) == ("cancelled", "2026-01-15T09:00:00Z")
    desk.do("tick +1d")
    assert desk.show()["completed_at"] == "2026-01-15T09:00:00Z"


def test_with_something_approved_an_expired_window_after_a_cancellation_completes_the_order(desk: Desk) -> None:
    desk.place()
    desk.do("deliver", "approve", "continue")
    cancel(desk, "--milestone 2", "support")
    desk.do("tick +8d")
    assert desk.end() == ("completed", "continue-expired")
    assert desk.states() == ["approved", "cancelled", "skipped"]


def test_under_terms_2024_the_window_after_a_cancellation_is_ten_days(opens: Opens) -> None:
    desk = opens("--policy", "terms-2024")
    desk.place("A:5:60", "B:4:50")
    cancel(desk, "--milestone 1", "support")
    assert desk.show()["deadline_at"] == "2026-01-15T09:00:00Z"


# ── While a request is open ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("answer", ["decline", "withdraw"])
def test_a_review_that_passes_meanwhile_takes_effect_with_the_answer(desk: Desk, answer: str) -> None:
    desk.place()
    desk.do("deliver", "tick 7d")
    asked(desk)
    desk.do("tick 36h")
    assert desk.end() == ("active", None)
    told = desk.json(f"resolution {answer} 1")
    assert (told["status"], told["reason"]) == ("completed", "review-expired")
    assert told["completed_at"] == "2026-01-13T21:00:00Z"


@pytest.mark.parametrize(("asker", "state"), [("client", "withdrawn"), ("seller", "declined")])
def test_an_approval_closes_a_request_to_cancel_by_who_asked(desk: Desk, asker: str, state: str) -> None:
    desk.place()
    desk.do("deliver")
    asked(desk, by=asker)
    desk.do("approve")
    assert (request(desk)["state"], desk.show()["deadline_at"]) == (state, "2026-01-13T09:00:00Z")


def test_its_timer_names_the_commands_that_prevent_it(desk: Desk) -> None:
    desk.place()
    asked(desk)
    (timer,) = desk.json("order timers 1")
    assert timer["prevent"] == ["milepost resolution decline 1", "milepost resolution withdraw 1"]


def cancel(desk: Desk, what: str, by: str) -> None:
    """Cancel something of order 1 at once: by an accepted request, or by support."""
    if by == "support":
        desk.ok(f"resolution support 1 {what} --reason late")
    else:
        desk.ok(f"resolution accept {asked(desk, what)}")
