"""What-if and dry runs: they answer as the commands would, and nothing of it is kept."""

import json
from typing import Any

import pytest

from market.conftest import Opens
from market.desk_helpers import LINK, Desk


def what_if(desk: Desk, *actions: str, order: int = 1) -> Any:
    """What would follow, from a store that must stay as it is."""
    before = desk.digest()
    told = desk.json(f"order what-if {order}", *actions)
    assert desk.digest() == before
    return told


def really(desk: Desk, *actions: str, order: int = 1) -> tuple[Any, list[Any]]:
    """What happens when the same words are run as commands: the order, and its new ledger entries."""
    before = len(desk.json(f"ledger show --order {order}"))
    for action in actions:
        verb, *rest = action.split()
        bare = "--by" if rest[:1] and rest[0].startswith("+") else "--now" if rest[:1] and rest[0][0] != "-" else ""
        desk.json(f"order {verb} {bare if verb == 'tick' else order} {' '.join(rest)}")
    return desk.show(order), desk.json(f"ledger show --order {order}")[before:]


WHAT_IFS = [
    (["deliver"], "working"),
    (["deliver", "approve"], "working"),
    (["deliver", "approve", "continue", "deliver", "tick +9d"], "working"),
    (["deliver", "approve --continue", "tick --next", "tick +30d"], "working"),
    (["deliver", "revise --message no", "deliver", "tick --until-done 1"], "working"),
    (["tick +20d"], "working"),
    (["stop --after-current", "deliver", "approve"], "working"),
    (["tick +8d"], "review"),
    (["tick +7d23h59m59s"], "review"),
    (["approve", "tick +8d"], "review"),
    (["approve", "stop"], "review"),
    (["approve --continue", f"deliver --link {LINK}", "tick 2026-03-01"], "review"),
    (["continue", "tick --by +3d", "tick --now 2026-02-01"], "awaiting-continue"),
    (["stop"], "awaiting-continue"),
]
BEFORE = {"working": (), "review": ("deliver",), "awaiting-continue": ("deliver", "approve")}


def test_the_answer_is_what_really_happens_and_the_store_stays_as_it_was(opens: Opens) -> None:
    for number, (actions, phase) in enumerate(WHAT_IFS):
        desk = opens("--policy", ("standard", "terms-2024")[number % 2])
        desk.place("A:5:60:1", "B:4:100:1", "C:3:50")
        desk.do(*BEFORE[phase])
        assert desk.show()["phase"] == phase
        trial = what_if(desk, *actions)
        order, entries = really(desk, *actions)
        assert (trial["order"], trial["ledger"]) == (order, entries), actions
        assert trial["steps"][-1]["at"] == order["now"]
        assert len(trial["steps"]) == len(actions)


def test_money_and_other_orders_that_the_clock_would_move_stay_too(desk: Desk) -> None:
    for order in (1, 2):
        desk.place()
        desk.do("deliver", order=order)
    trial = what_if(desk, "tick +9d")
    assert [one["order"] for one in trial["ledger"]] == [1]
    assert desk.end(2) == ("active", None)


@pytest.mark.parametrize(
    ("actions", "rule"),
    [
        (["approve"], "review-window"),
        (["deliver", "deliver"], "deliver-state"),
        (["deliver", "approve", "revise"], "review-window"),
        (["deliver", "tick +8d", "approve"], "stop-final"),
        (["deliver", "approve --continue", "deliver", "approve --continue", "deliver"], "deliver-final"),
        (["tick 2026-01-01"], "clock-forward"),
        (["check-substep 1"], "substep-progress"),
        (["deliver", "approve", "tick --until-done 1", "continue"], "stop-final"),
    ],
)
def test_a_refusal_on_the_way_is_told_by_its_rule_and_nothing_is_kept(
    desk: Desk, actions: list[str], rule: str
) -> None:
    desk.place()
    before = desk.digest()
    assert desk.refused("order what-if 1", *actions) == rule
    assert desk.digest() == before


@pytest.mark.parametrize(
    "action",
    [
        "show", "place", "history", "dance", "", "   ", "'", "deliver --nope", "deliver 2", "tick --dry-run",
        "tick --by +1d --next", "tick --by", "approve --continue=maybe", "check-substep", "check-substep one",
        "resolution support 1 --whole", "deliver --help",
    ],
)  # fmt: skip
def test_words_that_are_not_an_action_are_a_usage_error_and_nothing_is_kept(desk: Desk, action: str) -> None:
    desk.place()
    before = desk.digest()
    told = desk("order what-if 1", "deliver", action)
    assert (told.code, told.out) == (2, "")
    assert told.err.startswith("error: ")
    assert desk.digest() == before


def test_words_that_are_not_an_action_are_answered_with_the_list_of_what_is(desk: Desk) -> None:
    desk.place()
    told = desk("order what-if 1 dance").err
    assert told.startswith("error: 'dance' is not an action: deliver, approve, revise, continue, stop, check-substep, ")
    for verb in ("tick", "resolution open", "resolution accept", "resolution support", "ledger withdraw"):
        assert f", {verb}" in told


def test_without_an_action_or_an_order_it_is_a_usage_error_or_not_found(desk: Desk) -> None:
    assert desk("order what-if 1").code == 2
    assert desk("order what-if 1 approve").code == 3


# ── The Resolution Center and withdrawals, their ids filled in ──────────────────────────────────────────────────────

OPEN = "resolution open --milestone 2 --by client --reason late"
ANY = [
    ["approve", OPEN, "resolution accept", "ledger withdraw --all"],
    ["resolution open --whole --by seller --reason late --order 1", "resolution accept", "tick +1d"],
    [OPEN, "resolution decline", OPEN, "resolution withdraw", "order approve", "order continue"],
    [OPEN, "tick +48h"],
    ["resolution support --whole --reason late"],
    ["resolution support 1 --milestone 1 --reason late"],
    ["approve --continue", "ledger withdraw --amount 5", "ledger withdraw --seller maria --amount 6"],
]


@pytest.mark.parametrize("actions", ANY, ids=" then ".join)
def test_every_action_of_a_party_is_tried_as_it_would_really_go(desk: Desk, actions: list[str]) -> None:
    desk.place()
    desk.do("deliver")
    trial = what_if(desk, *actions)
    before = len(desk.json("ledger show"))
    for action, told in zip(actions, trial["steps"], strict=True):
        words = told["step"]
        desk.json(words if words.startswith(("resolution", "ledger")) else f"order {words}")
        assert set(action.split()) - {"+1d", "+48h", "order"} <= {*words.split(), "order"}
    assert trial["order"] == desk.show()
    assert trial["ledger"] == desk.json("ledger show")[before:]


def test_a_withdrawal_is_part_of_the_trial_s_ledger_and_others_are_not(desk: Desk) -> None:
    desk.place()
    desk.do("deliver", "approve")
    desk.json("ledger withdraw --seller maria --amount 1")
    (entry,) = what_if(desk, "ledger withdraw --all")["ledger"]
    assert (entry["kind"], entry["credit"], entry["amount_cents"]) == ("withdrawal", "bank:maria", 5_900)


@pytest.mark.parametrize(
    ("actions", "rule"),
    [
        ([OPEN, OPEN], "cancel-channel"),
        ([OPEN, "resolution accept", "resolution accept 1"], "cancel-channel"),
        (["ledger withdraw --all"], "money-withdrawal"),
        (["resolution support --milestone 9 --reason late"], "cancel-milestone"),
    ],
)
def test_a_refusal_of_any_action_is_told_by_its_rule(desk: Desk, actions: list[str], rule: str) -> None:
    desk.place()
    before = desk.digest()
    assert desk.refused("order what-if 1", *actions) == rule
    assert desk.digest() == before


@pytest.mark.parametrize(
    ("action", "told"),
    [
        ("resolution accept", "missing argument 'RESOLUTION'"),
        ("deliver 2", "'order deliver 2' is about another order than 1"),
        ("resolution open --order 2 --whole --by client --reason late", "is about another order than 1"),
        ("resolution open --whole --reason late", "missing option '--by'"),
        ("check-substep", "missing argument 'NUMBER'"),
        ("resolution show 1", "'resolution' is not an action"),
        ("resolution", "'resolution' is not an action"),
        ("ledger balances", "'ledger' is not an action"),
        ("offer accept 1", "'offer' is not an action"),
    ],
)
def test_what_cannot_be_tried_is_told(desk: Desk, action: str, told: str) -> None:
    desk.place()
    answer = desk("order what-if 1", action)
    assert (answer.code, answer.out) == (2, "")
    assert told in answer.err


def test_with_as_a_request_is_that_party_s_too(desk: Desk) -> None:
    desk.place()
    assert desk.refused("--as maria order what-if 1", OPEN) == "actor"
    assert desk.refused("--as ana order what-if 1", OPEN, "resolution accept") == "actor"
    assert desk.refused("--as ana order what-if 1 'ledger withdraw --all'") == "actor"
    desk.ok("--as ana order what-if 1", OPEN, "resolution withdraw")


def test_with_json_a_refusal_is_json_on_stderr(desk: Desk) -> None:
    desk.place()
    told = desk("order what-if 1 approve --json")
    assert (told.code, told.out) == (4, "")
    assert json.loads(told.err)["error"]["rule"] == "review-window"


def test_with_as_each_action_must_be_that_party_s(desk: Desk) -> None:
    desk.place()
    assert desk.refused("--as ana order what-if 1 deliver") == "actor"
    assert desk.refused("--as maria order what-if 1 deliver approve") == "actor"
    desk.ok("--as maria order what-if 1 deliver 'tick +9d'")


def test_the_screen_says_that_nothing_is_saved_and_shows_steps_timers_and_money(desk: Desk) -> None:
    desk.place()
    out = desk.ok("order what-if 1 deliver approve").out
    assert out.startswith("Nothing of this is saved.")
    for told in ("deliver 1", "approve 1", "awaiting-continue", "continue-window", "release", "$60.00"):
        assert told in out
    assert max(map(len, out.splitlines())) <= 80


# ── A dry run of a tick ─────────────────────────────────────────────────────────────────────────────────────────────


def stocked(desk: Desk) -> None:
    """Orders in several phases, a subscription and an open request."""
    for order, verbs in enumerate(([], ["deliver"], ["deliver", "approve"], ["deliver", "approve", "stop"]), start=1):
        desk.place("A:5:60:1", "B:4:100:1", "C:3:50")
        desk.do(*verbs, order=order)
    desk.subscription(3)
    desk.do("deliver", order=5)
    desk.json("resolution open --order 1 --whole --by seller --reason late")


@pytest.mark.parametrize("policy", ["standard", "terms-2024"])
@pytest.mark.parametrize(
    "options",
    ["--by +1s", "--by +2d", "--by +70d", "--now 2026-01-13T09:00:00Z", "--next", "--until-done 2", "--by 0s"],
)
def test_a_dry_run_answers_as_the_tick_does_and_the_store_stays_as_it_was(
    opens: Opens, policy: str, options: str
) -> None:
    desk = opens("--policy", policy)
    stocked(desk)
    before = desk.digest()
    told = desk.ok(f"order tick {options} --dry-run --json")
    assert told.err.startswith("A dry run: nothing of this is saved.\n")
    dry = json.loads(told.out)
    assert desk.digest() == before
    assert dry == desk.json(f"order tick {options}")


@pytest.mark.parametrize(
    ("options", "rule"), [("--now 2026-01-01", "clock-forward"), ("--until-done 1", "order-work-clock")]
)
def test_a_dry_run_that_is_refused_keeps_nothing_either(desk: Desk, options: str, rule: str) -> None:
    desk.place()
    desk.place()
    desk.do("deliver", order=2)
    before = desk.digest()
    assert desk.refused(f"order tick {options} --dry-run") == rule
    assert desk.digest() == before
