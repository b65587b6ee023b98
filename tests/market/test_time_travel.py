"""`--at`: an order, and the books, as they stood at an instant, are what was told at that instant."""

from random import Random

import pytest
import store_helpers

from market.conftest import Opens
from market.desk_helpers import LINK, Desk, memory, said, wander
from milepost import times
from milepost.policy import STANDARD, Policy

STORY = [
    "order deliver 1", "order tick --by +2d", "order revise 1 --message again", "order tick --by +9d",
    "order deliver 1", "order approve 1", "order tick --by +1d", "order continue 1", "order tick --by +1s",
    "order check-substep 1 2", "order set-call 1 --at +1d --link https://zoom.us/j/1", "order check-substep 1 2 --undo",
    "order tick --by +6d", "resolution open --order 1 --milestone 2 --by client --reason late",
    "order tick --by +47h59m59s", "resolution decline 1", "order tick --by +1s", "order deliver 1",
    "order tick --by +7d23h59m59s", "order approve 1 --continue", "order tick --by +1s",
    "resolution support 1 --milestone 1 --reason terms-broken", "order tick --by +30d",
    f"order deliver 1 --link {LINK}", "order tick --by +8d", "order tick --by +40d",
]  # fmt: skip
OFFER = """\
gig = 1
client = "ana"
type = "milestones"
[[milestone]]
name = "Sketches"
days = 5
price = 99.99
revisions = 1
[[milestone]]
name = "Refinement"
days = 4
price = 100
zoom = true
substeps = ["Ink", "Colour"]
[[milestone]]
name = "Files"
days = 3
price = 50
"""


@pytest.mark.parametrize("policy", ["standard", "terms-2024"])
def test_at_every_instant_of_a_long_story_an_order_is_what_was_told_then(opens: Opens, policy: str) -> None:
    desk = opens("--policy", policy)
    offer = desk("offer create --from -", stdin=OFFER.encode()).id
    desk.ok(f"offer accept {offer}")
    told = {desk.now: (desk.show(), desk.json("ledger balances"))}
    for step in STORY:
        if desk.show()["status"] != "active" and "tick" not in step:
            continue
        desk.json(step)
        told[desk.now] = (desk.show(), desk.json("ledger balances"))
    assert len(told) >= 10
    for instant, (order, balances) in told.items():
        assert desk.json(f"order show 1 --at {instant}") == order
        assert desk.json(f"ledger balances --at {instant}") == balances
        assert order["now"] == instant


def test_between_two_instants_nothing_differs_but_what_depends_on_now(desk: Desk) -> None:
    desk.place()
    desk.do("tick +4d")
    before = desk.show()
    desk.do("tick +3d", "deliver")
    for instant, late in (
        ("2026-01-09T09:00:00Z", 0),
        ("2026-01-10T09:00:00Z", 0),
        ("2026-01-10T09:00:01Z", 1),
        ("2026-01-12T08:59:59Z", 2 * times.DAY - 1),
    ):
        told = desk.json(f"order show 1 --at {instant}")
        assert told["now"] == instant
        first = told["milestones"][0]
        assert (first["late"], first["late_seconds"]) == (late > 0, late)
        told["now"] = before["now"]
        told["milestones"][0] |= {"late": False, "late_seconds": 0}
        assert told == before


def test_at_the_instant_of_several_actions_all_of_them_have_happened(desk: Desk) -> None:
    desk.place()
    placed = desk.now
    desk.do("deliver", "approve", "continue")
    now = desk.show()
    desk.do("tick +1d", "deliver")
    assert desk.json(f"order show 1 --at {placed}") == now


def test_before_it_was_placed_an_order_is_not_found(desk: Desk) -> None:
    desk.do("tick +1d")
    desk.place()
    told = desk("order show 1 --at 2026-01-06T08:59:59Z")
    assert (told.code, told.out) == (3, "")
    assert "placed later" in told.err
    assert desk.json("order show 1 --at 2026-01-06T09:00:00Z") == desk.show()
    assert desk.json("ledger balances --at 2026-01-06T08:59:59Z") == []


@pytest.mark.parametrize("command", ["order show 1", "ledger balances", "ledger balances --order 1"])
@pytest.mark.parametrize("instant", ["2026-01-05T09:00:01Z", "+1s", "2100-01-01"])
def test_the_future_is_refused(desk: Desk, command: str, instant: str) -> None:
    desk.place()
    assert desk.refused(f"{command} --at {instant}") == "time-format"
    desk.ok(f"{command} --at +0s")


@pytest.mark.parametrize("instant", ["yesterday", "''", "2026-01-05T09:00:00", "2026-13-01"])
def test_a_time_that_cannot_be_read_is_a_usage_error_by_its_rule(desk: Desk, instant: str) -> None:
    desk.place()
    for command in ("order show 1", "ledger balances"):
        assert desk.unreadable(f"{command} --at {instant}") == "time-format"


def test_an_order_that_never_was_is_not_found_at_any_time(desk: Desk) -> None:
    for line in ("order show 7 --at 2026-01-05T09:00:00Z", "ledger balances --order 7 --at 2026-01-05T09:00:00Z"):
        assert desk(line).code == 3


def test_the_balances_of_one_order_at_a_time_are_its_entries_until_then(desk: Desk) -> None:
    for order in (1, 2):
        desk.place()
        desk.do("deliver", "tick +1d", "approve", order=order)
    desk.do("tick +1d")
    assert desk.balances("--order", "1", "--at", "2026-01-05T09:00:00Z") == {"client:ana": -6_000, "escrow:1": 6_000}
    assert desk.balances("--order", "2", "--at", "2026-01-05T09:00:00Z") == {}
    assert desk.balances("--order", "2", "--at", "2026-01-07T09:00:00Z") == {
        "client:ana": -6_000, "escrow:2": 0, "seller:maria:available": 6_000,
    }  # fmt: skip
    assert desk.balances("--account", "escrow:2", "--at", "2026-01-06T09:00:00Z") == {"escrow:2": 6_000}


def test_looking_back_changes_nothing(desk: Desk) -> None:
    desk.place()
    desk.do("deliver", "tick +9d")
    before = desk.digest()
    for line in ("order show 1 --at 2026-01-06", "ledger balances --at 2026-01-06", "order timeline 1", "order list"):
        desk.ok(line)
    assert desk.digest() == before


# ── Generated walks ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "policy", [STANDARD, store_helpers.FEES, store_helpers.WAITING], ids=lambda policy: policy.name
)
def test_on_any_walk_every_instant_is_what_was_told_then(policy: Policy) -> None:
    for seed in range(5):
        with memory(policy) as db:
            told = {
                now: (said(db, ["order", "show", "1"]), said(db, ["ledger", "balances"]))
                for now in wander(db, Random(seed), policy, steps=30)
            }
            assert len(told) > 15
            for instant, (order, balances) in told.items():
                at = times.format_instant(instant)
                assert said(db, ["order", "show", "1", "--at", at]) == order, (seed, at)
                assert said(db, ["ledger", "balances", "--at", at]) == balances, (seed, at)
