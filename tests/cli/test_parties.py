"""`--as`: each action belongs to a party, and the program refuses the others."""

import pytest

from cli.shell_helpers import Shell

DELIVERED = ["deliver"]
ACTIONS = [
    ("deliver", [], "maria"),
    ("revise", DELIVERED, "ana"),
    ("approve", DELIVERED, "ana"),
    ("approve --continue", DELIVERED, "ana"),
    ("continue", ["deliver", "approve"], "ana"),
    ("stop", ["deliver", "approve"], "ana"),
    ("stop --after-current", [], "ana"),
]


@pytest.mark.parametrize(("action", "before", "party"), ACTIONS)
def test_an_action_is_its_party_s_alone(working: Shell, action: str, before: list[str], party: str) -> None:
    for verb in before:
        working.ok(f"order {verb} 1")
    verb, *options = action.split()
    words = " ".join([verb, "1", *options])
    standing = working.json("order show 1")
    for other in {"maria", "ana", "support", "eve"} - {party}:
        assert working.refused(f"--as {other} order {words}") == "actor"
    assert working.json("order show 1") == standing
    working.ok(f"--as {party} order {words}")


def test_without_as_an_action_is_its_party_s(working: Shell) -> None:
    working.ok("order deliver 1")
    working.ok("order approve 1")
    assert [one["actor"] for one in working.json("order history 1")] == ["client", "seller", "client"]


def test_a_stranger_is_told_who_the_parties_are(working: Shell) -> None:
    told = working("--as eve order deliver 1")
    assert "eve" in told.err
    assert "maria" in told.err
    assert "ana" in told.err


@pytest.mark.parametrize(("verb", "party"), [("accept", "ana"), ("decline", "ana"), ("withdraw", "maria")])
def test_an_offer_is_moved_by_its_party_alone(shell: Shell, verb: str, party: str) -> None:
    shell.offer(gig=shell.gig())
    for other in {"maria", "ana", "support", "eve"} - {party}:
        assert shell.refused(f"--as {other} offer {verb} 1") == "actor"
    assert shell.json("offer show 1")["status"] == "sent"
    shell.ok(f"--as {party} offer {verb} 1")
    assert shell.refused(f"--as {party} offer {verb} 1") == "offer-lifecycle"


def test_an_offer_is_made_of_the_seller_s_own_gig(shell: Shell) -> None:
    shell.gig(seller="maria")
    line = "offer create --gig 1 --client ana --price 5 --days 1"
    assert shell.refused(f"--as eve {line}") == "offer-from-message"
    shell.ok(f"--as maria {line}")


def test_a_gig_is_made_by_its_seller(shell: Shell) -> None:
    line = "gig create --title Logo --seller maria --subcategory 'Logo Design' --basic 150:7"
    assert shell.refused(f"--as eve {line}") == "actor"
    shell.ok(f"--as maria {line}")


@pytest.mark.parametrize(
    "line",
    [
        "add-milestone 1 --name C --days 2", "add-substep 1 1 --name Ink", "milestone-payments 1 off",
        "edit 1 --title Logos", "set-package 1 premium 300:9", "edit-milestone 1 1 --days 9",
        "move-milestone 1 2 --to 1",
        "add-faq 1 --question Why? --answer Because.",
    ],
)  # fmt: skip
def test_a_gig_is_changed_by_its_seller_alone(shell: Shell, line: str) -> None:
    shell.gig()
    for name in ("A", "B"):
        shell.ok(f"gig add-milestone 1 --days 2 --name {name}")
    before = shell.json("gig show 1")
    assert shell.refused(f"--as eve gig {line}") == "actor"
    assert shell.json("gig show 1") == before
    shell.ok(f"--as maria gig {line}")
    assert shell.json("gig show 1") != before
