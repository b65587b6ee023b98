"""What an offer could come to: with a prompt client, a silent one, and one who stops."""

from dataclasses import replace

from core.order_helpers import DAY, FEES, PATIENT, START, milestone, single, subscription, terms
from milepost.commands import arguments
from milepost.core.act import replay
from milepost.core.forecast import Course, courses
from milepost.core.ledger import totals
from milepost.core.terms import Terms
from milepost.core.transitions import Reason, State


def course(agreed: Terms, name: str) -> Course:
    return next(one for one in courses(agreed, START, arguments) if one.name == name)


def released(one: Course) -> int:
    return totals(entry for outcome in one.outcomes for entry in outcome.entries).released_cents


def test_there_is_a_prompt_a_silent_and_for_each_but_the_last_milestone_a_stopping_client() -> None:
    names = [one.name for one in courses(terms(3), START, arguments)]
    assert names == ["prompt", "silent", "stops after 1", "stops after 2"]


def test_a_prompt_client_takes_as_long_as_the_work_and_pays_it_all() -> None:
    best = course(terms(3, days=7), "prompt")

    assert (best.end.reason, best.end.ended_at, released(best)) == (Reason.ALL_APPROVED, START + 21 * DAY, 30_000)


def test_a_silent_client_ends_the_order_eight_days_after_the_first_delivery() -> None:
    worst = course(terms(3, days=7), "silent")

    assert (worst.end.reason, worst.end.ended_at, released(worst)) == (
        Reason.REVIEW_EXPIRED,
        START + 15 * DAY,
        10_000,
    )


def test_a_client_who_stops_after_the_second_pays_two() -> None:
    early = course(terms(3, days=7), "stops after 2")

    assert (early.end.reason, released(early)) == (Reason.CLIENT_STOPPED, 20_000)
    assert [one.state for one in early.end.milestones] == [State.APPROVED, State.APPROVED, State.SKIPPED]


def test_a_silent_client_of_a_subscription_pays_every_cycle() -> None:
    silent = course(subscription(3, days=10), "silent")

    assert (silent.end.reason, released(silent)) == (Reason.REVIEW_EXPIRED, 30_000)


def test_a_client_stops_a_subscription_between_two_cycles() -> None:
    early = course(subscription(3, days=10), "stops after 1")

    assert (early.end.reason, released(early)) == (Reason.CLIENT_STOPPED, 10_000)


def test_stages_are_reported_before_a_single_delivery() -> None:
    best = course(single(days=9, stages=("Draft", "Final")), "prompt")

    assert [outcome.history_entry.action for outcome in best.outcomes] == [
        "place", "report-stage", "report-stage", "deliver", "approve",
    ]  # fmt: skip


def test_the_last_thing_that_happens_is_the_clearance_of_the_last_release() -> None:
    best = course(terms(2, policy=FEES, days=7), "prompt")

    assert (best.outcomes[-1].history_entry.action, best.outcomes[-1].history_entry.at) == ("clear", START + 28 * DAY)


def test_money_that_clears_while_work_goes_on_clears_at_its_own_instant() -> None:
    best = course(terms(2, policy=replace(PATIENT, clearance_days=3), days=7), "prompt")

    assert [
        (o.history_entry.action, (o.history_entry.at - START) // DAY)
        for o in best.outcomes
        if o.history_entry.action == "clear"
    ] == [
        ("clear", 10),
        ("clear", 17),
    ]


def test_where_nobody_has_to_go_on_a_silent_client_still_ends_it_by_silence() -> None:
    assert course(terms(2, policy=PATIENT), "silent").end.reason is Reason.REVIEW_EXPIRED


def test_every_course_is_a_history_that_replays() -> None:
    agreed = terms(3)._replace(milestones=(milestone(1, 1), milestone(999, 30), milestone(50_000, 5)))
    for one in courses(agreed, START, arguments):
        assert [again.order for again in replay(1, agreed, [outcome.history_entry for outcome in one.outcomes])] == [
            outcome.order for outcome in one.outcomes
        ]
