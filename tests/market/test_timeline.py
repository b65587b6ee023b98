"""`order timeline`: bars that cover an order's life once, and a chart that is read without colour."""

from random import Random
from typing import Any

import pytest
import store_helpers
from rich.cells import cell_len

from market.desk_helpers import Desk, memory, said, shown, wander
from milepost import times
from milepost.market import timeline
from milepost.policy import STANDARD, Policy
from milepost.store.db import Database

SIGNS = {"work": "█", "review": "▒", "revision": "▓", "waiting": "─", "planned": "░"}
KINDS = {"active": "work", "delivered": "review", "revising": "revision"}
STORY = ("tick 4d", "deliver", "tick 2d", "revise", "tick 2d", "deliver", "tick 1d", "approve", "tick 1d", "continue")


def at(instant: str) -> int:
    return times.parse_instant(instant, clock=0)


def segments(told: Any) -> list[tuple[str, int, int, int | None]]:
    """Kind, begin, end and milestone of every segment, in the order of time."""
    found = [
        (one["kind"], at(one["begins_at"]), at(one["ends_at"]), row["milestone"])
        for row in told["rows"]
        for one in row["segments"]
    ]
    return sorted(found, key=lambda one: one[1:3])


# ── What the bars cover ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("policy", [STANDARD, store_helpers.FEES], ids=lambda policy: policy.name)
def test_on_any_walk_the_bars_cover_placement_to_now_or_end_once_and_say_what_was_so(policy: Policy) -> None:
    kinds = set()
    for seed in range(8):
        with memory(policy) as db:
            for _ in wander(db, Random(seed), policy, steps=14):
                pass
            kinds |= check_bars(db, said(db, ["order", "timeline", "1"]))
    assert kinds >= {"work", "review", "waiting"}


def check_bars(db: Database, told: Any) -> set[str]:
    """The history's segments follow each other from the placement on, and each says what the order was at."""
    order = store_helpers.order_of(db, 1)
    lived = [one for one in segments(told) if one[0] != "planned"]
    end = order.ended_at if order.ended_at is not None else at(told["now"])
    ends = [order.placed_at, *(stop for _, _, stop, _ in lived)]
    assert [begin for _, begin, _, _ in lived] == ends[:-1]
    assert ends[-1] == end
    for kind, begin, stop, milestone in lived:
        assert begin < stop
        for instant in (begin, (begin + stop) // 2, stop - 1):
            standing = said(db, ["order", "show", "1", "--at", times.format_instant(instant)])
            running = [one for one in standing["milestones"] if one["state"] in KINDS]
            assert kind == (KINDS[running[0]["state"]] if running else "waiting")
            assert not running or running[0]["position"] == milestone
    return {kind for kind, *_ in lived}


def test_planned_bars_begin_now_and_last_their_days_one_after_the_other(desk: Desk) -> None:
    desk.place()
    desk.do("tick 2d")
    planned = [one for one in segments(desk.json("order timeline 1")) if one[0] == "planned"]
    now, day = at(desk.now), times.DAY
    assert planned == [
        ("planned", now, now + 3 * day, 1),
        ("planned", now + 3 * day, now + 7 * day, 2),
        ("planned", now + 7 * day, now + 10 * day, 3),
    ]


def test_planned_cycles_begin_at_their_renewals(desk: Desk) -> None:
    desk.subscription(3)
    desk.do("deliver")
    planned = [one[1] for one in segments(desk.json("order timeline 1")) if one[0] == "planned"]
    assert [times.format_instant(begin)[:10] for begin in planned] == ["2026-02-05", "2026-03-05"]


@pytest.mark.parametrize("verbs", [("stop --after-current",), ("deliver", "approve", "stop")])
def test_after_a_stop_nothing_more_is_planned(desk: Desk, verbs: tuple[str, ...]) -> None:
    desk.place()
    desk.do(*verbs)
    assert {one[3] for one in segments(desk.json("order timeline 1")) if one[0] == "planned"} <= {1}


def test_deadlines_are_on_the_bar_of_the_milestone_that_they_are_about(desk: Desk) -> None:
    desk.place()
    marks = {
        "": [["2026-01-10T09:00:00Z"], [], []],
        "deliver": [["2026-01-13T09:00:00Z"], [], []],
        "revise": [["2026-01-10T09:00:00Z"], [], []],
        "deliver ": [["2026-01-13T09:00:00Z"], [], []],
        "approve": [["2026-01-13T09:00:00Z"], [], []],
        "continue": [[], ["2026-01-09T09:00:00Z"], []],
        "stop --after-current": [[], ["2026-01-09T09:00:00Z"], []],
        "deliver  ": [[], ["2026-01-13T09:00:00Z"], []],
        "approve ": [[], [], []],
    }
    for verb, deadlines in marks.items():
        desk.do(*([verb] if verb else []))
        assert [row["deadlines"] for row in desk.json("order timeline 1")["rows"]] == deadlines, verb


def test_an_ended_order_s_bars_end_with_it_whatever_clears_later(desk: Desk) -> None:
    with memory(store_helpers.FEES) as db:
        store_helpers.place(db, store_helpers.terms(count=2))
        for words in ("deliver 1", "tick --by +2d", "approve 1", "stop 1", "tick --by +60d"):
            said(db, ["order", *words.split()])
        told = said(db, ["order", "timeline", "1"])
        assert [(kind, stop - begin) for kind, begin, stop, _ in segments(told)] == [("review", 2 * times.DAY)]
        assert all(row["deadlines"] == [] for row in told["rows"])
        chart = shown(timeline.of_order(db, 1), 80)
        assert bars(chart)["1 Part 1"].strip("▒ ") == ""
        assert bars(chart)["1 Part 1"].count("▒") > 50


# ── The chart ───────────────────────────────────────────────────────────────────────────────────────────────────────


def bars(chart: str) -> dict[str, str]:
    """The bars of a chart by their labels."""
    lines = chart.splitlines()[3:-2]
    scale = chart.splitlines()[2]
    width = len(scale) - len(scale.lstrip())
    return {line[:width].rstrip(): line[width:] for line in lines}


def test_the_chart_of_a_story(desk: Desk) -> None:
    desk.place("Sketches:5:60:1", "Refinement:4:50", "Files:3:40")
    desk.do(*STORY, "tick 2d")
    assert [line.rstrip() for line in desk.ok("order timeline 1").out.splitlines()] == [
        "Order 1: A logo",
        "",
        "              2026-01-05                  2026-01-13                  2026-01-22",
        "1 Sketches    ███████████████▒▒▒▒▒▒▒▒▓▓▓▓▓▓▓▓▒▒▒            │",
        "2 Refinement                                    ────████████│░░░░░░░◆",
        "3 Files                                                     │       ░░░░░░░░░░░",
        "",
        "██ work   ▒▒ review   ▓▓ revision   ── waiting   ░░ planned   ◆ deadline   │ now",
    ]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_wider_than_the_terminal_and_none_has_a_control_character(width: int) -> None:
    for seed in range(5):
        with memory() as db:
            agreed = store_helpers.random_terms(Random(seed), STANDARD)._replace(title="A very long title " * 4)
            store_helpers.place(db, agreed)
            store_helpers.place(db, agreed._replace(title="网站设计" * 20))
            said(db, ["order", "tick", "--by", "+3d"])
            for view in (timeline.of_order(db, 1), timeline.of_order(db, 2), timeline.of_store(db, limit=9)):
                chart = shown(view, width)
                assert max(map(cell_len, chart.splitlines())) <= width
                assert chart.replace("\n", "").isprintable()


def test_an_order_whose_bar_is_still_empty_shows_the_way_from_now_to_its_deadline(desk: Desk) -> None:
    desk.place()
    desk.do("deliver", "approve")
    chart = desk.ok("order timeline").out
    assert chart.splitlines()[2].split() == ["2026-01-05", "2026-01-09", "2026-01-13"]
    (bar,) = bars(chart).values()
    assert (bar[0], bar.rstrip()[-1], bar.strip("│◆ ")) == ("│", "◆", "")


def test_each_kind_has_a_sign_of_its_own_and_the_legend_names_them_all(desk: Desk) -> None:
    desk.place()
    desk.do(*STORY, "tick 2d")
    chart = desk.ok("order timeline 1").out
    legend = chart.splitlines()[-1]
    for kind, sign in (*SIGNS.items(), ("deadline", "◆"), ("now", "│")):
        assert f"{sign} {kind}" in legend
        assert sign in "".join(bars(chart).values())
    assert len({*SIGNS.values(), "◆", "│"}) == 7


@pytest.mark.parametrize("width", [80, 120])
def test_bars_are_as_long_as_what_they_stand_for(width: int) -> None:
    with memory() as db:
        store_helpers.place(db, store_helpers.terms(count=2, days=30, revisions=1))
        for words in ("tick --by +10d", "deliver 1", "tick --by +5d", "revise 1", "tick --by +5d"):
            said(db, ["order", *words.split()])
        bar = bars(shown(timeline.of_order(db, 1), width))["1 Part 1"]
        work, review, revision = (bar.count(SIGNS[kind]) for kind in ("work", "review", "revision"))
        assert abs(work - 2 * review) <= 2
        assert abs(review - revision) <= 1
        assert bar.index("│") == work + review + revision


# ── The store's chart ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_store_s_chart_has_a_bar_for_each_open_order(desk: Desk) -> None:
    assert desk.ok("order timeline").out == "No open orders.\n"
    for order in (1, 2, 3):
        desk.place()
        desk.do("tick 1d", order=order)
    desk.do("deliver", order=1)
    desk.json("resolution support 2 --whole --reason late")
    desk.do("tick 1d")
    told = desk.json("order timeline")
    assert [(row["order"], row["milestone"], row["state"]) for row in told["rows"]] == [
        (1, None, "review"), (3, None, "working"),
    ]  # fmt: skip
    for row in told["rows"]:
        own = desk.json(f"order timeline {row['order']}")
        lived = [one for one in segments(own) if one[0] != "planned"]
        assert [one[:3] for one in segments({"rows": [row]})] == [one[:3] for one in lived]
        assert row["deadlines"] == [mark for other in own["rows"] for mark in other["deadlines"]]
    assert list(bars(desk.ok("order timeline").out)) == ["1 A logo", "3 A logo"]


def test_the_store_s_chart_says_when_there_are_more(desk: Desk) -> None:
    for _ in range(3):
        desk.place()
    assert "There are more; see them with --limit." in desk.ok("order timeline --limit 2").out
    assert "There are more" not in desk.ok("order timeline --limit 3").out
    assert [row["order"] for row in desk.json("order timeline --limit 2")["rows"]] == [1, 2]
    assert desk.json("order timeline --limit 2")["more"] is True


def test_an_order_that_is_not_there_has_no_timeline(desk: Desk) -> None:
    assert desk("order timeline 1").code == 3
