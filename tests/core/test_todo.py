"""What an order waits for: the party whose turn it is, the deadline if there is one, requests and calls beside it."""

import pytest

from core.order_helpers import DAY, HOUR, LINK, PATIENT, REVIEW, START, Walk, single, subscription, terms
from milepost.core.todo import Task, tasks
from milepost.core.transitions import Action, Actor, Phase

CLIENT, SELLER = Actor.CLIENT, Actor.SELLER


def test_in_each_phase_one_party_brings_the_order_on() -> None:
    walk = Walk(terms(2, revisions=1))
    assert [*tasks(walk.order)] == [Task(START + 7 * DAY, SELLER, Action.DELIVER, 1)]
    walk.wait(DAY).deliver()
    assert [*tasks(walk.order)] == [Task(START + DAY + REVIEW, CLIENT, Action.APPROVE, 1)]
    walk.do(Action.REVISE)
    assert [*tasks(walk.order)] == [Task(None, SELLER, Action.DELIVER, 1)]
    walk.deliver().do(Action.APPROVE)
    assert [*tasks(walk.order)] == [Task(START + DAY + REVIEW, CLIENT, Action.CONTINUE, 2)]
    walk.do(Action.CONTINUE)
    assert [*tasks(walk.order)] == [Task(START + 8 * DAY, SELLER, Action.DELIVER, 2)]


def test_where_nothing_hurries_a_client_there_is_no_instant() -> None:
    walk = Walk(terms(2, policy=PATIENT)).deliver().do(Action.APPROVE)
    assert [*tasks(walk.order)] == [Task(None, CLIENT, Action.CONTINUE, 2)]


def test_a_renewal_and_an_end_are_nobody_s_task() -> None:
    between, ended = Walk(subscription()).deliver().do(Action.APPROVE), Walk(single()).deliver().do(Action.APPROVE)
    assert (between.order.phase, ended.order.phase) == (Phase.AWAITING_RENEWAL, Phase.ENDED)
    assert [*tasks(between.order), *tasks(ended.order)] == []


@pytest.mark.parametrize(("asker", "other"), [(CLIENT, SELLER), (SELLER, CLIENT)])
def test_a_request_is_answered_by_the_other_party_within_its_time(asker: Actor, other: Actor) -> None:
    walk = Walk().wait(DAY).ask_days(3, by=asker)
    assert [*tasks(walk.order)] == [
        Task(START + 7 * DAY, SELLER, Action.DELIVER, 1),
        Task(START + DAY + 48 * HOUR, other, Action.ACCEPT_REQUEST, 1),
    ]
    assert [*tasks(walk.accepted().order)] == [Task(START + 10 * DAY, SELLER, Action.DELIVER, 1)]


def test_a_call_is_for_both_parties_while_its_milestone_runs() -> None:
    walk = Walk(terms(2, zoom=True)).do(Action.SET_CALL, call_at=START + DAY, link=LINK)
    calls = [Task(START + DAY, party, Action.SET_CALL, 1) for party in (SELLER, CLIENT)]
    assert [*tasks(walk.order)] == [Task(START + 7 * DAY, SELLER, Action.DELIVER, 1), *calls]
    assert [*tasks(walk.deliver().do(Action.APPROVE).order)] == [Task(START + REVIEW, CLIENT, Action.CONTINUE, 2)]
