"""What scripts rely on: ids on stdout, notes on stderr, the keys of `--json` and their types."""

import json
import re
from typing import Any

import pytest

from cli.shell_helpers import Shell

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
ORDER_KEYS: dict[str, tuple[type, ...]] = {
    "id": (int,), "status": (str,), "reason": (str, type(None)), "type": (str,), "seller": (str,), "client": (str,),
    "title": (str,), "placed_at": (str,), "completed_at": (str, type(None)), "phase": (str,),
    "deadline_at": (str, type(None)), "milestones": (list,), "charged_cents": (int,), "escrow_cents": (int,),
    "released_cents": (int,), "refunded_cents": (int,), "fees_cents": (int,),
}  # fmt: skip
MILESTONE_KEYS: dict[str, tuple[type, ...]] = {
    "position": (int,), "name": (str,), "state": (str,), "price_cents": (int,), "days": (int,),
    "started_at": (str, type(None)), "due_at": (str, type(None)), "late": (bool,),
    "delivered_at": (str, type(None)), "review_ends_at": (str, type(None)), "approved_at": (str, type(None)),
    "approved_by": (str, type(None)), "revisions_used": (int,), "revisions_allowed": (int, type(None)),
    "zoom": (bool,), "substeps": (list,),
}  # fmt: skip


def assert_typed(told: dict[str, Any], keys: dict[str, tuple[type, ...]]) -> None:
    """Each key is there, of exactly one of its types; instants have their form."""
    for key, types in keys.items():
        assert type(told[key]) in types, key
        if key.endswith("_at") and told[key] is not None:
            assert INSTANT.fullmatch(told[key]), key


def assert_order(told: dict[str, Any]) -> None:
    """An order has the contract's keys, its milestones too."""
    assert_typed(told, ORDER_KEYS)
    for milestone in told["milestones"]:
        assert_typed(milestone, MILESTONE_KEYS)
        for substep in milestone["substeps"]:
            assert_typed(substep, {"name": (str,), "done": (bool,)})


def test_an_order_has_the_contract_s_keys_and_types_in_every_phase(shell: Shell) -> None:
    order = shell.order("A:5:60:unlimited", "B:4:50", "C:3:40")
    phases = []
    for words in ("show", "deliver", "revise", "deliver", "approve", "continue", "deliver", "approve", "stop"):
        told = shell.json(f"order {words} {order}")
        assert_order(told)
        phases.append(told["phase"])
    assert phases == [
        "working", "review", "revising", "review", "awaiting-continue", "working", "review", "awaiting-continue",
        "ended",
    ]  # fmt: skip
    assert told["milestones"][0]["revisions_allowed"] is None


def test_substeps_of_an_order_are_names_and_whether_they_are_done(shell: Shell) -> None:
    gig = shell.gig()
    offer = f'gig = {gig}\nclient = "ana"\ntype = "milestones"\n'
    offer += '[[milestone]]\nname = "A"\ndays = 1\nprice = 5\nzoom = true\nsubsteps = ["Moodboard", "Ink"]\n'
    offer += '[[milestone]]\nname = "B"\ndays = 1\nprice = 5\n'
    shell.ok(f"offer accept {shell('offer create --from -', stdin=offer.encode()).id}")
    told = shell.json("order show 1")
    assert_order(told)
    assert told["milestones"][0]["zoom"] is True
    assert told["milestones"][0]["substeps"] == [{"name": "Moodboard", "done": False}, {"name": "Ink", "done": False}]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("gig create --title Logo --seller maria --subcategory 'Logo Design' --basic 150:7:2", "Gig 2"),
        ("offer create --gig 1 --client ana --price 200 --days 3", "Offer 2"),
        ("offer accept 1", "Order 1"),
    ],
)
def test_a_creating_verb_prints_the_id_alone_and_its_note_goes_to_stderr(shell: Shell, line: str, told: str) -> None:
    shell.offer(gig=shell.gig())
    answer = shell(line)
    assert answer.out == f"{told.rsplit(maxsplit=1)[-1]}\n"
    assert answer.err.startswith(told)


@pytest.mark.parametrize(
    ("line", "id"),
    [
        ("gig create --title Logo --seller maria --subcategory 'Logo Design' --basic 150:7:2", 2),
        ("offer create --gig 1 --client ana --price 200 --days 3", 2),
    ],
)
def test_a_creating_verb_with_json_answers_with_the_whole_object(shell: Shell, line: str, id: int) -> None:
    shell.offer(gig=shell.gig())
    whole = json.loads(shell(line, "--json").out)
    assert whole["id"] == id
    assert {"title", "seller"} <= whole.keys()


def test_accepting_an_offer_answers_with_the_order_and_the_offer(shell: Shell) -> None:
    offer = shell.offer(gig=shell.gig())
    told = json.loads(shell(f"offer accept {offer} --json").out)
    assert told.keys() == {"order", "offer"}
    assert_order(told["order"])
    assert (told["offer"]["id"], told["offer"]["status"], told["offer"]["order"]) == (offer, "accepted", 1)


@pytest.mark.parametrize("verb", ["deliver", "revise", "approve", "continue", "stop"])
def test_a_moving_verb_answers_with_the_order(working: Shell, verb: str) -> None:
    order = 1
    before = {"deliver": [], "continue": ["deliver", "approve"], "stop": ["deliver", "approve"]}
    for word in before.get(verb, ["deliver"]):
        working.ok(f"order {word} {order}")
    told = working.json(f"order {verb} {order}")
    assert_order(told)
    assert told["id"] == order


@pytest.mark.parametrize(
    ("line", "keys"),
    [
        ("gig list", {"id", "title", "seller", "subcategory"}),
        ("offer list", {"id", "title", "seller", "client", "status"}),
        ("order list", {"id", "title", "status", "phase", "deadline_at"}),
        ("order timers", {"at", "order", "timer", "rule"}),
        ("order history 1", {"number", "at", "actor", "action"}),
        ("ledger show", {"id", "at", "kind", "debit", "credit", "amount_cents"}),
        ("rules", {"id", "text", "source"}),
    ],
)
def test_a_list_is_a_json_list_of_objects(working: Shell, line: str, keys: set[str]) -> None:
    working.ok("order deliver 1")
    told = working.json(line)
    assert told
    assert all(keys <= one.keys() for one in told)


def test_balances_are_a_list_of_accounts_and_cents(working: Shell) -> None:
    assert working.json("ledger balances") == [
        {"account": "client:ana", "balance_cents": -6_000},
        {"account": "escrow:1", "balance_cents": 6_000},
    ]
    assert working.json("ledger balances --account escrow:1") == [{"account": "escrow:1", "balance_cents": 6_000}]


@pytest.mark.parametrize("line", ["gig list", "offer list", "order list", "order timers", "ledger show"])
def test_an_empty_list_is_an_empty_json_list(shell: Shell, line: str) -> None:
    assert shell.json(line) == []
    assert shell.ok(line).out.startswith("No ")


def test_the_eligible_subcategories_are_a_list_of_names(shell: Shell) -> None:
    names = shell.json("gig subcategories")
    assert len(names) == 57
    assert "Logo Design" in names


@pytest.mark.parametrize("line", ["gig list", "offer list"])
def test_a_list_that_is_cut_says_so_on_stderr_and_one_that_is_whole_does_not(shell: Shell, line: str) -> None:
    for _ in range(3):
        shell.offer(gig=shell.gig())
    cut = shell(f"{line} --limit 2 --json")
    assert [one["id"] for one in json.loads(cut.out)] == [1, 2]
    assert "--limit" in cut.err
    assert shell(f"{line} --limit 3 --json").err == ""


def test_a_tick_answers_with_the_clock_and_what_fired(working: Shell) -> None:
    working.ok("order deliver 1")
    told = working.json("order tick --by +9d")
    assert {"clock", "fired"} <= told.keys()
    assert told["clock"] == "2026-01-14T09:00:00Z"
    assert told["fired"] == [
        {
            "at": "2026-01-13T09:00:00Z", "order": 1, "offer": None, "timer": "review-silence",
            "rule": "review-silence", "moved": [{"kind": "release", "amount_cents": 6_000}],
        }
    ]  # fmt: skip
    assert working.json("order tick --by +1d")["fired"] == []


def test_a_tick_tells_of_an_offer_that_expired_in_the_same_keys_and_that_no_money_moved(shell: Shell) -> None:
    shell.ok(f"offer create --gig {shell.gig()} --client ana --price 10 --days 3 --expires +2d")
    assert shell.json("order tick --by +9d")["fired"] == [
        {
            "at": "2026-01-07T09:00:00Z", "order": None, "offer": 1, "timer": "expiry",
            "rule": "offer-lifecycle", "moved": [],
        }
    ]  # fmt: skip


def test_instants_in_the_arguments_of_a_history_are_iso_with_z(shell: Shell) -> None:
    offer = f'gig = {shell.gig()}\nclient = "ana"\ntype = "milestones"\n'
    for name in "AB":
        offer += f'[[milestone]]\nname = "{name}"\ndays = 1\nprice = 5\nzoom = true\n'
    shell.ok(f"offer accept {shell('offer create --from -', stdin=offer.encode()).id}")
    shell.ok("order set-call 1 --at 2026-01-06T10:30:00+01:00 --link https://zoom.us/j/1")
    assert shell.json("order history 1")[-1]["args"] == {
        "call_at": "2026-01-06T09:30:00Z",
        "link": "https://zoom.us/j/1",
    }
    assert "call_at: 2026-01-06 09:30" in shell.ok("order history 1").out


def test_a_bulk_tick_stops_at_its_limit_and_then_counts(shell: Shell) -> None:
    gig = shell.gig()
    for _ in range(3):
        shell.ok(f"order deliver {shell.ok(f'offer accept {shell.offer(gig=gig)}').id}")
    told = shell.json("order tick --by +9d --limit 2")
    assert [one["order"] for one in told["fired"]] == [1, 2]
    assert told["count"] == 3


def test_a_tick_to_the_next_timer_stops_at_its_instant(working: Shell) -> None:
    working.ok("order deliver 1")
    assert working.json("order tick --next")["clock"] == "2026-01-13T09:00:00Z"
    told = working("order tick --next --json")
    assert (json.loads(told.out)["clock"], json.loads(told.out)["fired"]) == ("2026-01-13T09:00:00Z", [])


def test_a_tick_until_an_order_is_done_ends_with_its_end(working: Shell) -> None:
    working.ok("order deliver 1")
    told = working.json("order tick --until-done 1")
    assert (told["clock"], len(told["fired"])) == ("2026-01-13T09:00:00Z", 1)
    assert working.json("order show 1")["status"] == "completed"


def test_the_global_options_may_come_with_any_command_and_the_store_is_named_by_the_environment(
    working: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from milepost.cli.app import run

    monkeypatch.setenv("MILEPOST_DB", str(working.db))
    assert run(["order", "show", "1", "--json"]) == 0
    assert_order(json.loads(capsys.readouterr().out))


def test_without_any_setting_the_store_is_in_the_user_s_data_folder(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from milepost.cli.app import run

    monkeypatch.delenv("MILEPOST_DB", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert run(["init", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["path"] == str(tmp_path / "milepost" / "milepost.db")
    assert run(["gig", "list"]) == 0
