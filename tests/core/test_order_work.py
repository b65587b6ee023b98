"""What a seller notes while a milestone runs: substeps, stages, calls."""

import pytest

from core.order_helpers import DAY, LINK, START, Walk, single, terms
from milepost import rules, times
from milepost.core.ledger import Kind
from milepost.core.order import Call, possible
from milepost.core.terms import Stage
from milepost.core.transitions import Action, Actor

CHECK, UNCHECK, REPORT, SET_CALL = Action.CHECK_SUBSTEP, Action.UNCHECK_SUBSTEP, Action.REPORT_STAGE, Action.SET_CALL


def work(revisions: int = 1) -> Walk:
    return Walk(terms(substeps=("Sketch", "Ink", "Colour"), zoom=True, revisions=revisions))


def actions(walk: Walk) -> list[Action]:
    return [action for action, _ in possible(walk.order)]


# ── Substeps ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_substeps_are_ticked_in_any_order_and_unticked() -> None:
    walk = work().do(CHECK, number=3).do(CHECK, number=1)

    assert walk.order.current.substeps_done == (1, 3)
    assert walk.do(UNCHECK, number=3).order.current.substeps_done == (1,)
    assert walk.last.entries == ()


def test_substeps_are_ticked_in_every_state_of_a_running_milestone() -> None:
    walk = work().do(CHECK, number=1).deliver().do(CHECK, number=2).do(UNCHECK, number=1)
    walk.do(Action.REVISE).do(CHECK, number=3).do(UNCHECK, number=2)

    assert walk.order.current.substeps_done == (3,)


def test_ticking_moves_no_deadline() -> None:
    walk = work().deliver().wait(DAY).do(CHECK, number=1)

    assert walk.order.current.delivered_at == START


@pytest.mark.parametrize("number", [-1, 0, 4, 10**30])
@pytest.mark.parametrize("action", [CHECK, UNCHECK])
def test_a_substep_that_does_not_exist_is_refused(action: Action, number: int) -> None:
    work().do(CHECK, number=2).refuses(rules.SUBSTEP_PROGRESS, action, number=number)


def test_a_substep_is_ticked_once_and_unticked_once() -> None:
    walk = work().do(CHECK, number=1)

    assert "done already" in walk.refuses(rules.SUBSTEP_PROGRESS, CHECK, number=1).message
    assert "not done yet" in walk.refuses(rules.SUBSTEP_PROGRESS, UNCHECK, number=2).message


def test_with_all_or_none_ticked_only_the_other_way_is_possible() -> None:
    walk = work()

    assert (CHECK in actions(walk), UNCHECK in actions(walk)) == (True, False)
    walk.refuses(rules.SUBSTEP_PROGRESS, UNCHECK, number=1)
    for number in (1, 2, 3):
        walk.do(CHECK, number=number)
    assert (CHECK in actions(walk), UNCHECK in actions(walk)) == (False, True)
    walk.refuses(rules.SUBSTEP_PROGRESS, CHECK, number=1)


def test_a_milestone_without_substeps_has_nothing_to_tick() -> None:
    Walk().refuses(rules.SUBSTEP_PROGRESS, CHECK, number=1)
    Walk().refuses(rules.SUBSTEP_PROGRESS, UNCHECK, number=1)


def test_only_the_running_milestones_substeps_are_ticked() -> None:
    walk = work().do(CHECK, number=1).deliver().approve()

    walk.refuses(rules.SUBSTEP_PROGRESS, CHECK, number=2)
    assert walk.go_on().do(CHECK, number=2).order.milestones[0].substeps_done == (1,)
    assert walk.order.milestones[1].substeps_done == (2,)


# ── Stages of a package that is paid as a whole ─────────────────────────────────────────────────────────────────────


def staged() -> Walk:
    return Walk(single(stages=(Stage("Plan"), Stage("Build")), revisions=1))


def test_stages_are_reported_in_order_and_then_the_one_delivery_comes() -> None:
    walk = staged()

    assert walk.moved() == {Kind.CHARGE: 10_000}
    fault = walk.refuses(rules.GIG_MILESTONE_PAYMENTS, Action.DELIVER, links=[LINK])
    assert fault.values["stage"] == "Plan"
    assert walk.do(REPORT).last.entries == ()
    fault = walk.refuses(rules.GIG_MILESTONE_PAYMENTS, Action.DELIVER, links=[LINK])
    assert fault.message == "the delivery comes after the last stage; 1 not reported yet, first 'Build'"
    assert walk.do(REPORT).deliver().approve().moved() == {Kind.RELEASE: 10_000}


def test_a_delivery_is_possible_only_after_the_last_stage() -> None:
    walk = staged()

    assert Action.DELIVER not in actions(walk)
    walk.do(REPORT).do(REPORT)
    assert Action.DELIVER in actions(walk)


def test_there_is_no_stage_more_than_was_agreed() -> None:
    staged().do(REPORT).do(REPORT).refuses(rules.GIG_MILESTONE_PAYMENTS, REPORT)
    Walk().refuses(rules.GIG_MILESTONE_PAYMENTS, REPORT)


def test_after_the_delivery_no_stage_is_reported_and_a_second_delivery_is_refused_as_such() -> None:
    walk = staged().do(REPORT).do(REPORT).deliver()

    walk.refuses(rules.GIG_MILESTONE_PAYMENTS, REPORT)
    walk.refuses(rules.DELIVER_STATE, Action.DELIVER, links=[LINK])
    walk.do(Action.REVISE).refuses(rules.GIG_MILESTONE_PAYMENTS, REPORT)
    assert walk.deliver().states == "d"


# ── Calls ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_call_is_set_and_set_anew_while_the_milestone_runs() -> None:
    walk = work().do(SET_CALL, call_at=START + DAY, link="https://call.example/1")
    walk.deliver().do(SET_CALL, call_at=START + 2 * DAY, link="https://call.example/2")

    assert walk.order.current.call == Call(START + 2 * DAY, "https://call.example/2")
    assert walk.do(Action.REVISE).do(SET_CALL, call_at=walk.at, link="x").order.current.call == Call(START, "x")


@pytest.mark.parametrize("call_at", [START - 1, times.MAX_INSTANT + 1, 10**30, -(10**30)])
def test_a_call_is_neither_in_the_past_nor_after_2100(call_at: int) -> None:
    work().refuses(rules.ZOOM_CALL, SET_CALL, call_at=call_at, link=LINK)


@pytest.mark.parametrize("call_at", [START, times.MAX_INSTANT])
def test_a_call_may_be_now_or_at_the_end_of_time(call_at: int) -> None:
    assert work().do(SET_CALL, call_at=call_at, link="x" * 2_000).order.current.call == Call(call_at, "x" * 2_000)


@pytest.mark.parametrize("link", ["", "x" * 2_001, "a\nb"])
def test_a_call_has_a_good_link(link: str) -> None:
    work().refuses(rules.NAMES, SET_CALL, call_at=START, link=link)


def test_a_milestone_without_the_option_has_no_calls() -> None:
    Walk().refuses(rules.ZOOM_CALL, SET_CALL, call_at=START, link=LINK)


def test_no_call_is_set_when_nothing_runs() -> None:
    work().deliver().approve().refuses(rules.ZOOM_CALL, SET_CALL, call_at=START, link=LINK)


@pytest.mark.parametrize("action", [CHECK, UNCHECK, REPORT, SET_CALL])
def test_the_sellers_notes_are_the_sellers(action: Action) -> None:
    for actor in (Actor.CLIENT, Actor.SUPPORT, Actor.CLOCK):
        work().refuses(rules.ACTOR, action, by=actor)
