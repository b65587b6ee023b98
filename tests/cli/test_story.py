"""The article's story by hand: three milestones, one revision, and a client who goes quiet."""

from cli.shell_helpers import Shell

PAID_BY_MILESTONE = [6_000, 5_000]


def test_a_client_who_goes_quiet_pays_two_milestones_and_the_third_is_skipped(shell: Shell) -> None:
    gig = shell.gig(basic="150:12:2", subcategory="logo design")
    for name, days in (("Sketches", 5), ("Refinement", 4), ("Final files", 3)):
        shell.ok(f"gig add-milestone {gig} --days {days} --name", name)
    assert shell.json(f"gig check {gig}")["complete"] is True
    (basic,) = shell.json(f"gig show {gig}")["packages"]
    assert [one["amount_cents"] for one in basic["milestones"]] == [5_000, 5_000, 5_000]

    order = shell.ok(f"offer accept {shell.offer(gig=gig)}").id
    shell.ok(f"order deliver {order} --message 'Three directions'")
    shell.ok("order tick --by +1d")
    shell.ok(f"order revise {order} --message 'Rounder, please'")
    shell.ok(f"order deliver {order} --message Rounder")
    shell.ok(f"order approve {order} --continue")
    shell.ok(f"order deliver {order} --message 'In colour'")
    ticked = shell.json("order tick --by +9d")

    deadline = "2026-01-14T09:00:00Z"
    assert ticked["fired"] == [
        {
            "at": deadline, "order": order, "offer": None, "timer": "review-silence", "rule": "review-silence",
            "moved": [{"kind": "release", "amount_cents": 5_000}],
        }
    ]  # fmt: skip
    ended = shell.json(f"order show {order}")
    assert (ended["status"], ended["reason"], ended["phase"]) == ("completed", "review-expired", "ended")
    assert ended["completed_at"] == deadline
    states = [(one["state"], one["approved_by"], one["revisions_used"]) for one in ended["milestones"]]
    assert states == [("approved", "client", 1), ("approved", "clock", 0), ("skipped", None, 0)]
    assert ended["milestones"][1]["approved_at"] == deadline
    assert ended["milestones"][2]["started_at"] is None
    sums = {key: value for key, value in ended.items() if key.endswith("_cents")}
    assert sums == {
        "charged_cents": 11_000, "escrow_cents": 0, "released_cents": 11_000, "refunded_cents": 0, "fees_cents": 0,
    }  # fmt: skip

    entries = shell.json(f"ledger show --order {order}")
    charges = [(one["milestone"], one["amount_cents"]) for one in entries if one["kind"] == "charge"]
    releases = [(one["milestone"], one["amount_cents"]) for one in entries if one["kind"] == "release"]
    assert charges == releases == list(enumerate(PAID_BY_MILESTONE, start=1))
    assert len(entries) == 4
    balances = {one["account"]: one["balance_cents"] for one in shell.json("ledger balances")}
    assert balances == {"client:ana": -11_000, "seller:maria:available": 11_000}
    assert sum(balances.values()) == 0
    assert shell.json("ledger check")["balanced"] is True


def test_a_client_who_approves_all_pays_all_and_the_order_ends_at_the_last_approval(shell: Shell) -> None:
    order = shell.order()
    for _ in range(2):
        shell.ok(f"order deliver {order}")
        shell.ok(f"order approve {order}")
        shell.ok(f"order continue {order}")
    shell.ok(f"order deliver {order} --link https://example.com/logo")
    ended = shell.json(f"order approve {order}")
    assert (ended["status"], ended["reason"]) == ("completed", "all-approved")
    assert (ended["charged_cents"], ended["released_cents"], ended["escrow_cents"]) == (15_000, 15_000, 0)
    assert [one["approved_by"] for one in ended["milestones"]] == ["client"] * 3
    assert shell.json("ledger check")["balanced"] is True


def test_a_client_who_stops_after_the_first_milestone_pays_for_it_alone(shell: Shell) -> None:
    order = shell.order()
    shell.ok(f"order deliver {order}")
    shell.ok(f"order approve {order}")
    ended = shell.json(f"order stop {order}")
    assert (ended["status"], ended["reason"]) == ("completed", "client-stopped")
    assert [one["state"] for one in ended["milestones"]] == ["approved", "skipped", "skipped"]
    assert (ended["charged_cents"], ended["released_cents"]) == (6_000, 6_000)


def test_a_client_who_approves_and_then_waits_ends_the_order_at_the_delivery_s_deadline(shell: Shell) -> None:
    order = shell.order()
    shell.ok(f"order deliver {order}")
    shell.ok("order tick --by +3d")
    waiting = shell.json(f"order approve {order}")
    assert (waiting["phase"], waiting["deadline_at"]) == ("awaiting-continue", "2026-01-13T09:00:00Z")
    fired = shell.json("order tick --by +30d")["fired"]
    assert [(one["at"], one["timer"]) for one in fired] == [("2026-01-13T09:00:00Z", "continue-window")]
    ended = shell.json(f"order show {order}")
    assert (ended["status"], ended["reason"], ended["charged_cents"]) == ("completed", "continue-expired", 6_000)
