"""What a step of a story is about, and what makes it go another way than written."""

import pytest

from scenario.test_play import HEAD, played, step

TWO = HEAD + step("offer accept deal as first") + step("order place --gig site --client ben as second")
ASK = "resolution open --order first --whole --by client --reason late as ask"


@pytest.mark.parametrize(
    ("words", "refused"),
    [(ASK, None), ("order approve first", "review-window"), ("order continue first", "order-next-charge")],
)
def test_what_must_be_true_after_a_step_is_said_of_the_order_that_it_names(words: str, refused: str | None) -> None:
    more = 'expect = { balances = { escrow = "60.00" } }' + (f'\nrefused = "{refused}"' if refused else "")
    view = played(TWO + step(words, more=more))
    assert view.passed, view.expectations


def test_a_refused_answer_to_a_request_is_about_the_order_of_the_request() -> None:
    more = 'refused = "actor"\nexpect = { timers = ["cancel-unanswered"], balances = { escrow = "60.00" } }'
    assert played(TWO + step(ASK) + step("--as ana resolution accept ask", more=more)).passed


@pytest.mark.parametrize("what", [step("order deliver job"), '\n[[expect]]\nat = "+0d"\norder = "job"\n'])
def test_a_story_whose_own_tick_went_past_the_next_instant_fails_there(what: str) -> None:
    text = HEAD + step("offer accept deal as job") + step("order tick --by 1d") + what
    view = played(text)
    assert not view.passed
    assert view.steps[-1].line == text[: text.rindex("[[")].count("\n") + 1
    assert "clock-forward" in view.steps[-1].effect


@pytest.mark.parametrize(("milestones", "passed"), [(1, False), (2, True)])
def test_a_check_that_finds_something_wrong_fails_the_story(milestones: int, passed: bool) -> None:
    text = HEAD + step("gig add-milestone site --name A --days 1") * milestones + step("gig check site")
    view = played(text)
    assert view.passed is passed
    assert view.steps[-1].ok is passed


def test_a_template_is_saved_from_a_gig_of_the_story() -> None:
    text = HEAD + step("gig use-template site website-design")
    text += step("--as maria template save site --name mine") + step("template show mine")
    assert played(text).passed
