"""What is noted while a milestone runs: substeps, calls, stages, and how late the work is."""

import pytest
import store_helpers

from market.conftest import Opens
from market.desk_helpers import LINK, Desk
from milepost.core.terms import OrderType, Stage

ZOOM = "https://zoom.us/j/123"


@pytest.fixture
def rich(opens: Opens) -> Desk:
    """A desk with an order of two milestones, each with two substeps and the Zoom option."""
    desk = opens()
    with desk.opened() as db:
        store_helpers.place(db, store_helpers.terms(count=2, substeps=("Ink", "Colour"), zoom=True, revisions=1))
    return desk


@pytest.fixture
def staged(opens: Opens) -> Desk:
    """A desk with an order of one payment and three stages."""
    desk = opens()
    with desk.opened() as db:
        store_helpers.place(
            db, store_helpers.terms(OrderType.SINGLE, 1, stages=(Stage("Plan"), Stage("Build"), Stage("Test")))
        )
    return desk


# ── Substeps ────────────────────────────────────────────────────────────────────────────────────────────────────────


def done(desk: Desk, milestone: int = 1) -> list[bool]:
    """Which substeps of a milestone are done."""
    return [one["done"] for one in desk.show()["milestones"][milestone - 1]["substeps"]]


def test_substeps_are_ticked_in_any_order_and_unticked(rich: Desk) -> None:
    assert done(rich) == [False, False]
    rich.do("check-substep 2")
    assert done(rich) == [False, True]
    rich.do("check-substep 1", "check-substep 2 --undo")
    assert done(rich) == [True, False]


def test_a_substep_moves_no_money_no_timer_and_no_state(rich: Desk) -> None:
    before = rich.show()
    rich.do("check-substep 1")
    after = rich.show()
    after["milestones"][0]["substeps"][0]["done"] = False
    assert after == before


@pytest.mark.parametrize(
    ("words", "code"),
    [("1", 4), ("2 --undo", 4), ("3", 4), ("3 --undo", 4), ("0", 2), ("-- -1", 2), ("one", 2), ("", 2)],
)
def test_a_substep_that_is_done_not_done_or_not_there_is_refused(rich: Desk, words: str, code: int) -> None:
    rich.do("check-substep 1")
    told = rich(f"order check-substep 1 {words}")
    assert (told.code, told.out) == (code, "")
    assert "[substep-progress]" in told.err or code == 2
    assert done(rich) == [True, False]


def test_substeps_are_the_running_milestone_s(rich: Desk) -> None:
    rich.do("deliver", "check-substep 1", "revise", "check-substep 2", "deliver", "approve")
    for words in ("1", "1 --undo"):
        assert rich.refused(f"order check-substep 1 {words}") == "substep-progress"
    rich.do("continue")
    assert (done(rich, 1), done(rich, 2)) == ([True, True], [False, False])
    rich.do("check-substep 2")
    assert (done(rich, 1), done(rich, 2)) == ([True, True], [False, True])


def test_a_milestone_without_substeps_has_none_to_tick(desk: Desk) -> None:
    desk.place()
    assert desk.refused("order check-substep 1 1") == "substep-progress"


def test_substeps_calls_stages_and_deliveries_are_the_seller_s(rich: Desk) -> None:
    call = f"set-call 1 --at +1d --link {ZOOM}"
    for handle in ("ana", "support", "nobody"):
        for words in ("check-substep 1 1", call, "report-stage 1", "deliver 1"):
            assert rich.refused(f"--as {handle} order {words}") == "actor"
    rich.ok("--as maria order check-substep 1 1")
    rich.ok(f"--as maria order {call}")


def test_the_client_sees_substeps_in_the_order_s_screen(rich: Desk) -> None:
    rich.do("check-substep 1")
    lines = [line.strip() for line in rich.ok("order show 1").out.splitlines()]
    assert any(line.startswith("x Ink") for line in lines)
    assert any(line.startswith("· Colour") for line in lines)


# ── Calls ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_call_is_set_and_set_anew(rich: Desk) -> None:
    assert rich.show()["milestones"][0]["call"] is None
    rich.do(f"set-call --at +1d --link {ZOOM}")
    rich.do(f"set-call --at 2026-01-09T15:00:00+02:00 --link {ZOOM}4")
    first, second = rich.show()["milestones"]
    assert first["call"] == {"at": "2026-01-09T13:00:00Z", "link": f"{ZOOM}4"}
    assert second["call"] is None


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        (f"--at 2026-01-05T08:59:59Z --link {ZOOM}", "zoom-call"),
        ("--at +1d --link ''", "names"),
        ("--at +1d --link '  '", "names"),
    ],
)
def test_a_call_is_in_the_future_and_has_a_link(rich: Desk, words: str, rule: str) -> None:
    told = rich(f"order set-call 1 {words}")
    assert (told.code, told.rules) == (4, [rule])
    assert rich.show()["milestones"][0]["call"] is None


def test_a_call_at_no_time_is_a_usage_error_by_its_rule(rich: Desk) -> None:
    assert rich.unreadable(f"order set-call 1 --at tomorrow --link {ZOOM}") == "time-format"
    assert rich.show()["milestones"][0]["call"] is None


def test_a_call_needs_the_zoom_option_and_a_milestone_that_runs(desk: Desk, opens: Opens, rich: Desk) -> None:
    desk.place()
    words = f"order set-call 1 --at +1d --link {ZOOM}"
    assert desk.refused(words) == "zoom-call"
    rich.do("deliver", f"set-call --at +1d --link {ZOOM}", "approve")
    assert rich.refused(words) == "zoom-call"


# ── Late ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def lateness(desk: Desk, milestone: int = 1) -> tuple[bool, int]:
    """Whether a milestone is late, and by how many seconds."""
    told = desk.show()["milestones"][milestone - 1]
    return told["late"], told["late_seconds"]


def test_work_is_late_from_the_second_after_it_was_due(desk: Desk) -> None:
    desk.place("A:5:60", "B:4:50")
    for step, late in (("tick 5d", 0), ("tick 1s", 1), ("tick 2d", 2 * 86_400 + 1)):
        desk.do(step)
        assert lateness(desk) == (late > 0, late)


def test_a_delivery_stops_the_count_and_a_revision_does_not_start_it_again(desk: Desk) -> None:
    desk.place()
    desk.do("tick 6d", "deliver", "tick 3d")
    assert lateness(desk) == (True, 86_400)
    desk.do("revise", "tick 9d", "deliver", "approve")
    assert lateness(desk) == (True, 86_400)


def test_a_delivery_in_time_is_never_late(desk: Desk) -> None:
    desk.place()
    desk.do("tick 5d", "deliver", "tick 7d", "revise", "tick 30d")
    assert lateness(desk) == (False, 0)


def test_a_later_milestone_s_days_count_from_its_own_start(desk: Desk) -> None:
    desk.place("A:5:60", "B:4:50")
    desk.do("tick 20d", "deliver", "approve", "tick 1d", "continue", "tick 4d")
    assert (lateness(desk, 1), lateness(desk, 2)) == ((True, 15 * 86_400), (False, 0))
    desk.do("tick 1h")
    assert lateness(desk, 2) == (True, 3_600)


def test_late_work_can_still_be_delivered_and_the_screen_says_how_late_it_is(desk: Desk) -> None:
    desk.place()
    desk.do("tick 6d12h")
    assert "late by 1d 12h" in desk.ok("order show 1").out
    assert " late" in desk.ok("order list").out
    desk.do("deliver")
    assert desk.show()["phase"] == "review"


def test_a_cancelled_milestone_is_late_no_longer(desk: Desk) -> None:
    desk.place()
    desk.do("tick 6d")
    desk.ok("resolution support 1 --milestone 1 --reason late")
    desk.do("tick 1d")
    assert lateness(desk) == (False, 0)


BAD_LINKS = ["files.example/work.zip", "zoom", "https:", "https:///work.zip", "mailto:ana@example.com", "-x"]


@pytest.mark.parametrize("link", BAD_LINKS)
def test_a_call_and_a_delivery_take_no_link_without_a_scheme_and_a_host(rich: Desk, link: str) -> None:
    before = rich.digest()
    for line in ("order set-call 1 --at +1d", "order deliver 1"):
        told = rich(line, f"--link={link}")
        assert (told.code, told.out, told.rules) == (4, "", ["names"])
        assert f"{link!r} has not" in told.err
    told = rich("order deliver 1 --link https://files.example", f"--link={link}")
    assert told.rules == ["names"]
    assert rich.digest() == before


def test_a_call_and_a_delivery_take_a_link_with_both_as_it_was_typed(rich: Desk) -> None:
    link = "sftp://maria@files.example:22/work.zip"
    assert rich.json(f"order set-call 1 --at +1d --link {link}")["milestones"][0]["call"]["link"] == link
    rich.ok(f"order deliver 1 --link {link} --link https://files.example")
    (delivered,) = (one for one in rich.json("order history 1") if one["action"] == "deliver")
    assert delivered["args"]["links"] == [link, "https://files.example"]


# ── Stages ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_stages_are_reported_in_order_and_the_delivery_comes_after_the_last(staged: Desk) -> None:
    for number, name in enumerate(("Plan", "Build", "Test")):
        told = staged(f"order deliver 1 --link {LINK}")
        assert told.rules == ["gig-milestone-payments"]
        assert name in told.err
        staged.do("report-stage")
        stages = staged.show()["milestones"][0]["stages"]
        assert [one["name"] for one in stages] == ["Plan", "Build", "Test"]
        assert [one["done"] for one in stages] == [index <= number for index in range(3)]
    assert staged.refused("order report-stage 1") == "gig-milestone-payments"
    staged.do("deliver", "approve")
    assert staged.end() == ("completed", "all-approved")


def test_a_stage_moves_no_money_and_arms_no_timer(staged: Desk) -> None:
    before = (staged.balances(), staged.show()["timers"])
    staged.do("report-stage", "tick 30d")
    assert (staged.balances(), staged.show()["timers"], staged.show()["phase"]) == (*before, "working")


def test_an_order_paid_by_milestone_has_no_stages_to_report(desk: Desk) -> None:
    desk.place()
    assert desk.refused("order report-stage 1") == "gig-milestone-payments"


def test_after_a_revision_no_stage_is_reported_again(staged: Desk) -> None:
    with staged.opened() as db:
        store_helpers.place(
            db, store_helpers.terms(OrderType.SINGLE, 1, stages=(Stage("Plan"), Stage("Build")), revisions=1)
        )
    staged.do("report-stage", "report-stage", "deliver", "revise", order=2)
    assert staged.refused("order report-stage 2") == "gig-milestone-payments"
    staged.do("deliver", order=2)
    assert staged.show(2)["phase"] == "review"
