"""`order explain`: whose turn it is, what the clock will do and until when, and what each choice means.

Every command it prints is run, on a store in which nothing is kept, and must lead to what was said.
"""

import re
import shlex
from random import Random
from typing import Any

import pytest
import store_helpers

from market.conftest import Opens
from market.desk_helpers import LINK, Desk, memory, said, wander
from milepost import money, times
from milepost.core.order import possible
from milepost.core.terms import OrderType, Stage
from milepost.core.transitions import PHASE_OF_STATE, TIMER_OF_REQUEST, Action, Phase
from milepost.market import ledger, orders
from milepost.policy import STANDARD, Policy
from milepost.rules import RuleError
from milepost.store.db import Database
from milepost.views.base import as_plain

TURNS = {
    "working": "seller", "revising": "seller", "review": "client", "awaiting-continue": "client",
    "awaiting-renewal": None, "ended": None,
}  # fmt: skip
SILENCE = re.compile(
    r"If nobody acts before (?P<until>\S+), in [^,]+, (?P<rule>\S+) applies: "
    r"(?P<leads_to>.*?)(?: \((?P<money>[^()]*\$[^()]*)\))?\."
)


# ── Every phase and every open request ──────────────────────────────────────────────────────────────────────────────

PHASES = {
    "working": ((), "The work is due 2026-01-10T09:00:00Z."),
    "late": (("tick 5d1h",), "The work was due 2026-01-10T09:00:00Z; it is late by 1h."),
    "review": (("deliver",), "is delivered: the client reviews it."),
    "revising": (("deliver", "revise"), "is revising: the seller revises it."),
    "awaiting-continue": (("deliver", "approve"), "the next milestone waits for the client to start it."),
    "stopping": (("stop --after-current",), "The client has asked to stop: the order ends after the running"),
    "ended": (("deliver", "approve", "stop"), "The order is completed (client-stopped); an ended order never resumes."),
}
WAITS = {
    "review": ("review-silence", "2026-01-13T09:00:00Z"),
    "awaiting-continue": ("continue-window", "2026-01-13T09:00:00Z"),
}


@pytest.mark.parametrize("phase", list(PHASES))
def test_each_phase_is_told_with_its_turn_rule_and_deadline(desk: Desk, phase: str) -> None:
    verbs, sentence = PHASES[phase]
    desk.place()
    desk.do(*verbs)
    told = desk.json("order explain 1")
    assert any(sentence in one for one in told["sentences"]), told["sentences"]
    assert told["turn"] == TURNS[desk.show()["phase"]]
    rule, until = WAITS.get(phase, (None, None))
    assert (told["rule"], told["timer"] and told["timer"]["at"]) == (rule, until)
    assert bool(until) == any(SILENCE.fullmatch(one) for one in told["sentences"])
    offered = {one["action"] for one in told["choices"]}
    assert (offered == {"support-cancel"}) == (phase == "ended")  # support alone can reverse what was approved


@pytest.mark.parametrize("kind", ["milestones", "single", "subscription"])
@pytest.mark.parametrize("asker", ["client", "seller"])
def test_an_open_request_is_told_and_it_is_the_other_s_turn(desk: Desk, kind: str, asker: str) -> None:
    {"milestones": desk.place, "single": desk.single, "subscription": desk.subscription}[kind]()
    desk.do("deliver")
    desk.json(f"resolution open --order 1 --whole --by {asker} --reason no-longer-needed")
    told = desk.json("order explain 1")
    other = {"client": "seller", "seller": "client"}[asker]
    text = " ".join(told["sentences"])
    assert (told["turn"], told["rule"], told["timer"]["at"]) == (other, "cancel-channel", "2026-01-07T09:00:00Z")
    assert f"The {asker} asks to cancel the whole order: the client no longer needs the work." in text
    answers = {(one["by"], one["action"]) for one in told["choices"] if one["action"].endswith(("-cancel", "-request"))}
    assert answers == {
        (other, "accept-request"),
        (other, "decline-request"),
        (asker, "withdraw-request"),
        ("support", "support-cancel"),
    }


def test_a_subscription_that_waits_for_its_renewal_is_nobody_s_turn(desk: Desk) -> None:
    desk.subscription()
    desk.do("deliver", "approve")
    told = desk.json("order explain 1")
    assert (told["turn"], told["rule"], told["timer"]["at"]) == (None, "order-renewal", "2026-02-05T09:00:00Z")
    assert "the next cycle starts by itself at its renewal" in told["sentences"][0]


def test_money_is_told_to_the_cent_and_when_it_becomes_available(opens: Opens) -> None:
    desk = opens("--policy", "terms-2024")
    desk.place("A:5:99.99", "B:5:100")
    desk.do("deliver", "approve --continue")
    sentences = desk.json("order explain 1")["sentences"]
    assert (
        "Of $213.99 charged, $100.00 is in escrow, $79.99 went to the seller, $34.00 went to the marketplace."
        in sentences
    )
    assert "The money of milestone 1 becomes available 2026-01-19T09:00:00Z." in sentences


def test_what_the_clock_does_at_once_is_part_of_what_a_choice_means(desk: Desk) -> None:
    desk.subscription()
    desk.do("tick +40d", "deliver")
    (choice,) = [one for one in desk.json("order explain 1")["choices"] if one["action"] == "approve"]
    assert (choice["leads_to"], choice["money"]) == ("working, milestone 2", ["release $100.00", "charge $100.00"])


def test_a_choice_that_its_rule_would_refuse_is_not_offered(desk: Desk) -> None:
    desk.place("A:5:60", "B:5:50")
    desk.do("deliver")
    assert "revise" not in {one["action"] for one in desk.json("order explain 1")["choices"]}


def test_an_order_that_is_not_there_is_not_found(desk: Desk) -> None:
    assert desk("order explain 1").code == 3


def test_the_screen_shows_sentences_and_commands_within_its_width(desk: Desk) -> None:
    desk.place()
    desk.do("deliver")
    out = desk.ok("order explain 1").out
    for told in ("It is the turn of the client, ana.", "review-silence", "release $60.00", "awaiting-continue"):
        assert told in out
    assert max(map(len, out.splitlines())) <= 80


# ── Every choice does what it says ──────────────────────────────────────────────────────────────────────────────────


FULL = {"revisions": 1, "substeps": ("Ink", "Colour"), "zoom": True}
WAYS = {
    OrderType.MILESTONES: (
        "", "tick+8", "deliver", "deliver revise", "deliver revise deliver", "deliver approve", "stop deliver",
        "check check", "deliver approve tick+7 cancel-whole",
        "deliver approve continue deliver approve continue deliver",
        "deliver cancel continue", "drop deliver approve", "deliver approve stop-now",
    ),
    OrderType.SINGLE: ("", "report", "report report", "report report deliver", "report report deliver revise"),
    OrderType.SUBSCRIPTION: (
        "", "deliver", "tick+40 deliver", "deliver approve", "stop deliver", "cancel", "tick+40 deliver revise",
    ),
}  # fmt: skip
ASKED = ("", "ask-client", "tick+7 ask-seller tick+1h47")
WORDS = {
    "deliver": f"order deliver 1 --link {LINK}",
    "revise": "order revise 1",
    "approve": "order approve 1",
    "continue": "order continue 1",
    "stop": "order stop 1 --after-current",
    "stop-now": "order stop 1",
    "check": "order check-substep 1 {undone}",
    "report": "order report-stage 1",
    "cancel": "resolution support 1 --milestone {current} --reason late",
    "cancel-whole": "resolution support 1 --whole --reason late",
    "drop": "resolution support 1 --milestone 2 --reason late",
    "ask-client": "resolution open --order 1 --milestone {current} --by client --reason late",
    "ask-seller": "resolution open --order 1 --whole --by seller --reason late",
    "tick+7": "order tick --by +7d",
    "tick+8": "order tick --by +8d",
    "tick+40": "order tick --by +40d",
    "tick+1h47": "order tick --by +1d23h",
}


@pytest.mark.parametrize("type", list(OrderType))
@pytest.mark.parametrize("asked", ASKED)
def test_in_every_state_each_printed_command_is_accepted_and_does_what_was_said(type: OrderType, asked: str) -> None:
    policy = store_helpers.FEES if asked in ASKED[:2] else STANDARD
    phases, actions = set(), set()
    for way in WAYS[type]:
        with memory(policy) as db:
            store_helpers.place(db, store_helpers.terms(type, 1 if type is OrderType.SINGLE else 3, **STAGED[type]))
            if went(db, f"{way} {asked}"):
                actions |= checked(db)
                phases.add(store_helpers.order_of(db, 1).phase)
    assert phases >= {*PHASE_OF_STATE.values()} | (set() if asked else ENDS[type])
    answers = {"accept-request", "decline-request", "withdraw-request"} if asked else {"open-cancel", *BETWEEN[type]}
    timely = set() if "1h47" in asked else {"revise", "approve"}  # once a held deadline has passed, answers are left
    assert actions >= answers | {"deliver", "support-cancel"} | timely | OWN[type]


STAGED: dict[OrderType, Any] = {
    OrderType.SINGLE: {**FULL, "stages": (Stage("Plan", 1), Stage("Build", 1))},
    OrderType.MILESTONES: FULL,
    OrderType.SUBSCRIPTION: FULL,
}
ENDS = {
    OrderType.SINGLE: {Phase.REVISING},
    OrderType.MILESTONES: {Phase.AWAITING_CONTINUE, Phase.ENDED},
    OrderType.SUBSCRIPTION: {Phase.AWAITING_RENEWAL},
}
BETWEEN: dict[OrderType, tuple[str, ...]] = {
    OrderType.SINGLE: (),
    OrderType.MILESTONES: ("continue", "stop"),
    OrderType.SUBSCRIPTION: ("stop",),
}
OWN = {
    OrderType.SINGLE: {"report-stage"},
    OrderType.SUBSCRIPTION: {"stop", "stop-after-current"},
    OrderType.MILESTONES: {"stop-after-current", "check-substep", "set-call"},
}


def went(db: Database, way: str) -> bool:
    """Go a way; whether all of its steps were possible, which a request that nobody can open is not."""
    for step in way.split():
        order = said(db, ["order", "show", "1"])
        started = [one for one in order["milestones"] if one["started_at"]]
        undone = [number for number, sub in enumerate(started[-1]["substeps"], 1) if not sub["done"]]
        words = WORDS[step].format(current=started[-1]["position"], undone=next(iter(undone), 0))
        try:
            said(db, words.split())
        except RuleError:
            assert step.startswith("ask"), (way, step)
            return False
    return True


@pytest.mark.parametrize(
    "policy", [STANDARD, store_helpers.FEES, store_helpers.WAITING], ids=lambda policy: policy.name
)
def test_on_any_walk_each_printed_command_is_accepted_and_does_what_was_said(policy: Policy) -> None:
    actions = set()
    for seed in range(3):
        with memory(policy) as db:
            for _ in wander(db, Random(seed), policy, steps=8):
                actions |= checked(db)
    assert len(actions) > 5


def checked(db: Database) -> set[str]:
    """What explain says of order 1, held against what happens: the actions that it offers."""
    told = said(db, ["order", "explain", "1"])
    check_turn_and_timer(db, told)
    check_offered(db, told)
    before = standing(db)
    check_silence(db, told, before)
    for choice in told["choices"]:
        check_choice(db, choice, before)
    return {choice["action"] for choice in told["choices"]}


def check_turn_and_timer(db: Database, told: Any) -> None:
    """The turn follows from phase and request; the timer is the first one that moves the order."""
    order = store_helpers.order_of(db, 1)
    asker = order.open_request.asker if order.open_request else None
    assert told["turn"] == ({"client": "seller", "seller": "client"}[asker] if asker else TURNS[order.phase])
    armed = [one for one in said(db, ["order", "timers", "1"]) if one["timer"] != "clear"]
    assert told["timer"] == (armed[0] if armed else None)
    assert told["rule"] == (armed[0]["rule"] if armed else None)
    if told["turn"]:
        handle = {"client": order.terms.client, "seller": order.terms.seller}[told["turn"]]
        assert f"It is the turn of the {told['turn']}, {handle}." in told["sentences"]


def check_offered(db: Database, told: Any) -> None:
    """Each party's possible action is offered to it, but for unticking; and nothing else is."""
    wanted = {
        (str(action), str(actor))
        for action, actor in possible(store_helpers.order_of(db, 1), store_helpers.clock_of(db))
    }
    offered = {(one["action"].split(" and ")[0], one["by"]) for one in told["choices"]}
    assert offered == {one for one in wanted if one[0] != Action.UNCHECK_SUBSTEP}


def check_silence(db: Database, told: Any, before: Any) -> None:
    """What is said to happen without an answer happens, at that instant, by that rule."""
    sentences = [match for one in told["sentences"] if (match := SILENCE.fullmatch(one))]
    assert len(sentences) == bool(told["timer"])
    for match in sentences:
        assert (match["until"], match["rule"]) == (told["timer"]["at"], told["rule"])
        with db.trial() as trial:
            until = times.parse_instant(match["until"], clock=0)
            said(trial, ["order", "tick", "--now", times.format_instant(max(until - 1, store_helpers.clock_of(trial)))])
            assert standing(trial)["status"] == "active"
            said(trial, ["order", "tick", "--now", match["until"]])
            check_outcome(
                trial, before, match["leads_to"], (match["money"] or "").split(", ") if match["money"] else []
            )


def check_choice(db: Database, choice: Any, before: Any) -> None:
    """The printed command, its placeholders filled, is accepted from its party and leads to what was said."""
    with db.trial() as trial:
        handle = {"client": before["client"], "seller": "maria", "support": "support"}[choice["by"]]
        said(trial, ["--as", handle, *filled(before, choice["command"])])
        check_outcome(trial, before, choice["leads_to"], choice["money"])


def filled(order: Any, command: str) -> list[str]:
    """The words of a printed command as somebody would type them."""
    running = [one for one in order["milestones"] if one["state"] in ("active", "delivered", "revising")]
    undone = [number for one in running for number, sub in enumerate(one["substeps"], 1) if not sub["done"]]
    words = {"NUMBER": str(next(iter(undone), 1)), "TEXT": "so it is", "TIME": "+1d", "URL": LINK, "REASON": "late"}
    words |= {"DAYS": "1", "AMOUNT": "1.00", "NAME:DAYS:PRICE": "More:1:60.00"}
    program, *rest = [words.get(word, word) for word in shlex.split(command)]
    assert program == "milepost"
    return rest


def standing(db: Database) -> Any:
    """Order 1 as it stands, with the entries of its ledger."""
    entries = ledger.entries(db, order_id=1, account=None, limit=1_000).items
    return as_plain(orders.show(db, 1)) | {"entries": entries}


ANSWERS = {row.action for row in TIMER_OF_REQUEST.values()}


def check_outcome(db: Database, before: Any, leads_to: str, moved: list[str]) -> None:
    """The order is as was said, and the money that was said has moved, entry by entry."""
    after = standing(db)
    entries = after["entries"][len(before["entries"]) :]
    assert [f"{one.kind} {money.dollars(one.amount_cents)}" for one in entries] == moved
    skipped = sum(one["state"] == "skipped" for one in after["milestones"])
    started = [one["position"] for one in after["milestones"] if one["started_at"]]
    rest = f", {skipped} milestone{'s' if skipped > 1 else ''} skipped" if skipped else ""
    answer = [one for one in after["timers"] if one["timer"] in ANSWERS]
    if after["status"] != "active":
        assert leads_to == f"the order is {after['status']} ({after['reason']}){rest}"
    elif leads_to == "the order ends once the running milestone is approved":
        assert after["stopping"]
    elif "hours to answer" in leads_to:
        hours = times.parse_instant(answer[0]["at"], clock=0) - times.parse_instant(after["now"], clock=0)
        assert leads_to == f"the other party has {hours // times.HOUR} hours to answer"
    elif leads_to.startswith("stays "):
        assert leads_to == f"stays {after['phase']}"
        assert after["phase"] == before["phase"]
    else:
        assert leads_to == f"{after['phase']}, milestone {started[-1]}"


def test_what_was_delivered_and_asked_for_is_told(desk: Desk) -> None:
    desk.place()
    desk.ok("order deliver 1 --link https://example.com/draft --message", "Three of them")
    desk.ok("order revise 1 --message", "Bluer, please")
    told = " ".join(desk.json("order explain 1")["sentences"])
    assert "Last delivered 2026-01-05T09:00:00Z: https://example.com/draft, saying 'Three of them'." in told
    assert "Last asked to revise 2026-01-05T09:00:00Z: 'Bluer, please'." in told
