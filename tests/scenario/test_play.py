"""Stories in files: what they say happens, and where it does not the line is told."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from cli.shell_helpers import Shell, Told
from story_helpers import offer_story, step

from milepost import data
from milepost.cli import grammar
from milepost.cli.scenario_steps import STORY, run_command
from milepost.files.toml_positions import place_of, places
from milepost.scenario import file
from milepost.scenario.play import play
from milepost.scenario.spoken import Spoken
from milepost.times import parse_instant
from milepost.views.scenarios import PlayedView

SAMPLES = sorted((Path(__file__).parents[2] / "sample_data").glob("*.toml"))
STORIES = {path.name: path.read_text() for path in SAMPLES} | {"shipped": data.text(*STORY)}
HEAD = offer_story('{ name = "A", days = 5, price = 60, revisions = 1 }, { name = "B", days = 4, price = 40 }')
FIRST = HEAD.count("\n") + 2  # the line of what follows HEAD


def played(text: str) -> PlayedView:
    """The story of a text, played."""
    return play(file.parse(text, "story.toml", grammar.read), run_command)


def shown(shell: Shell, text: str) -> Told:
    """What the command says of a story that is typed into stdin."""
    return shell("demo -", stdin=text.encode())


@pytest.mark.parametrize("name", STORIES)
def test_every_story_that_ships_goes_as_written(name: str) -> None:
    view = played(STORIES[name])
    assert view.passed, [one for one in (*view.steps, *view.expectations) if not one.ok]
    assert view.expectations


LIES = {
    "status": "cancelled-by-nobody", "reason": "boredom", "phase": "sleeping", "milestones": ["planned"] * 9,
    "timers": ["alarm"],
}  # fmt: skip


def lie(kind: str, expected: Any) -> Any:
    """Something else than what is expected."""
    return dict.fromkeys(expected, "123456.78") if kind == "balances" else LIES[kind]


def expects(document: dict[str, Any]) -> list[tuple[str, int, dict[str, Any]]]:
    """What must be true in a story: of which step, or in which list of its own, with its index."""
    steps = [("step", index, one["expect"]) for index, one in enumerate(document["step"]) if "expect" in one]
    return steps + [("expect", index, one) for index, one in enumerate(document.get("expect", []))]


EXPECTED = [
    (name, kind)
    for name, text in STORIES.items()
    for kind in [*LIES, "balances"]
    if any(kind in one for _, _, one in expects(tomllib.loads(text)))
]


@pytest.mark.parametrize(("name", "kind"), EXPECTED)
def test_a_story_with_one_expectation_made_false_fails_at_its_line(name: str, kind: str) -> None:
    document = tomllib.loads(STORIES[name])
    item, index, expect = next(one for one in expects(document) if kind in one[2])
    expect[kind] = lie(kind, expect[kind])
    text = tomli_w.dumps(document)
    view = played(text)
    failed = [one for one in view.expectations if not one.ok]
    assert view.failed
    assert failed
    assert {one.line for one in failed} == {place_of(places(text), (item, index))[0]}


@pytest.mark.parametrize(
    ("key", "truth", "falsehood"),
    [
        ("phase", '"review"', '"working"'),
        ("status", '"active"', '"completed"'),
        ("balances", '{ "escrow" = "60.00" }', '{ "escrow" = "60.01" }'),
        ("timers", '["review-silence"]', "[]"),
        ("milestones", '["delivered", "planned"]', '["delivered"]'),
    ],
)
def test_a_false_expectation_exits_7_and_its_line_is_shown(shell: Shell, key: str, truth: str, falsehood: str) -> None:
    text = HEAD + step("offer accept deal as job") + step("order deliver job", more="expect = { %s = %s }")
    assert shown(shell, text % (key, truth)).code == 0
    told = shown(shell, text % (key, falsehood))
    assert (told.code, told.err) == (7, "")
    (row,) = [row.split() for row in told.out.splitlines() if row.endswith(" no")]
    assert row[0] == str(FIRST + 5)
    assert row[3] == ("escrow" if key == "balances" else key)
    assert "1 of 1 expectations do not hold." in told.out


def test_what_a_failed_story_says_is_in_its_json_too(shell: Shell) -> None:
    text = HEAD + step("offer accept deal as job", more='expect = { phase = "review" }')
    told = shell("demo - --json", stdin=text.encode())
    assert told.code == 7
    assert told.json["passed"] is False
    (one,) = told.json["expectations"]
    assert (one["line"], one["expected"], one["found"]) == (FIRST, "review", "working")


def test_a_step_that_is_refused_unexpectedly_ends_the_story_at_its_line(shell: Shell) -> None:
    text = HEAD + step("offer accept deal as job") + step("order approve job") + step("order deliver job")
    told = shown(shell, text)
    assert told.code == 7
    line = text[: text.index("order approve")].count("\n") - 1
    assert f"stdin:{line}: order approve job: refused: order 1 has nothing to review" in told.out.replace("\n", " ")
    assert [one.step for one in played(text).steps if one.line] == ["offer accept deal as job", "order approve job"]


@pytest.mark.parametrize(("rule", "passed"), [("review-window", True), ("stop-when", False)])
def test_a_step_must_be_refused_by_the_rule_that_is_named(rule: str, passed: bool) -> None:
    view = played(HEAD + step("offer accept deal as job") + step("order approve job", more=f'refused = "{rule}"'))
    assert view.passed is passed
    assert "[review-window]" in view.steps[-1].effect


def test_a_step_that_should_be_refused_and_is_done_ends_the_story() -> None:
    view = played(HEAD + step("offer accept deal as job", more='refused = "offer-lifecycle"'))
    assert not view.passed
    assert "offer-lifecycle should have refused it" in view.steps[-1].effect


@pytest.mark.parametrize(("phase", "passed"), [("working", True), ("review", False)])
def test_a_refused_step_may_say_what_is_true_after_it(phase: str, passed: bool) -> None:
    more = f'refused = "review-window"\nexpect = {{ phase = "{phase}" }}'
    view = played(HEAD + step("offer accept deal as job") + step("order approve job", more=more))
    assert view.passed is passed
    assert len(view.expectations) == 1


@pytest.mark.parametrize(
    ("words", "effect"),
    [
        ("order approve 77", "there is no order 77"),
        ("gig show 12", "there is no gig 12"),
        ("order deliver job --file no.svg", "no.svg"),
    ],
)
def test_a_step_that_cannot_be_done_ends_the_story_and_says_why(words: str, effect: str) -> None:
    view = played(HEAD + step("offer accept deal as job") + step(words))
    assert not view.passed
    assert effect in view.steps[-1].effect
    assert view.steps[-1].line == FIRST + 5


def test_a_gig_that_is_refused_ends_the_story(shell: Shell) -> None:
    told = shown(shell, HEAD.replace('seller = "maria"', 'seller = "MARIA"') + step("offer accept deal"))
    assert told.code == 7
    assert "[names]" in told.out


def test_the_clock_ticks_to_each_step_and_to_each_expectation_and_each_timer_is_shown() -> None:
    text = HEAD + step("offer accept deal as job") + step("order deliver job", "+1d")
    text += '\n[[expect]]\nat = "+8d23h59m59s"\norder = "job"\nphase = "review"\n'
    text += '\n[[expect]]\nat = "+9d"\norder = "job"\nreason = "review-expired"\n'
    view = played(text)
    assert view.passed
    deadline = parse_instant("2026-01-14T09:00:00Z", clock=0)
    assert [(one.at, one.step) for one in view.steps][-1] == (deadline, "the clock: review-silence")
    assert [one.at for one in view.expectations] == [deadline - 1, deadline]


def test_as_binds_what_a_step_makes_and_several_orders_are_told_apart() -> None:
    text = HEAD + step("offer accept deal as first")
    text += step("offer create --gig site --client ben --price 20 --days 1 as other")
    text += step("offer accept other as second")
    text += step("order deliver second --link https://example.com", more='expect = { phase = "review" }')
    for order, phase in (("first", "working"), ("second", "review")):
        text += f'\n[[expect]]\nat = "+0d"\norder = "{order}"\nphase = "{phase}"\n'
    view = played(text)
    assert view.passed, view.expectations
    assert len(view.expectations) == 3
    assert [order.client for order in view.orders] == ["ana", "ben"]


def test_a_name_for_nothing_ends_the_story() -> None:
    view = played(HEAD + step("offer accept deal as job") + step("order deliver job as parcel"))
    assert not view.passed
    assert "parcel" in view.steps[-1].effect


def test_a_story_runs_in_memory_and_leaves_the_store_alone(shell: Shell) -> None:
    before = shell.db.read_bytes()
    assert shown(shell, HEAD + step("offer accept deal as job")).code == 0
    assert shell.db.read_bytes() == before
    assert shell.json("gig list") == []


def test_a_story_has_the_policy_that_it_names() -> None:
    text = HEAD.replace("[[gig]]", "[scenario.policy]\nreview_hours = 24\n\n[[gig]]", 1)
    text += step("offer accept deal as job") + step("order deliver job")
    text += '\n[[expect]]\nat = "+1d"\norder = "job"\nreason = "review-expired"\n'
    assert played(text).passed
    assert not played(text.replace("review_hours = 24", "review_hours = 25")).passed


def spoken(words: list[str], refs: dict[str, int]) -> list[str]:
    """The words of a step, with ids in the place of refs."""
    return Spoken(words=tuple(words), ids=grammar.read(words).ids).spoken(refs)


@pytest.mark.parametrize(
    "words",
    [
        "offer accept deal", "offer show deal", "gig show site", "order show job", "order approve --continue job",
        "order timers job", "ledger show --order job", "ledger show --order=job", "ledger balances --order job",
        "--as maria order show job", "order tick --until-done job",
        "offer create --gig site --client ben --price 5 --days 1", "offer create --gig=site --client=ben --price 5",
        "gig show --client site", "offer create --gig site --client ana --message=job", "order set-call job --at +1d",
        "resolution open --whole --order=job --by client", "resolution accept --json deal", "inbox show job",
    ],
)  # fmt: skip
def test_a_ref_stands_for_an_id_where_one_is_expected(words: str) -> None:
    refs = {"site": 41, "deal": 42, "job": 43, "ben": 44}
    told = " ".join(spoken(words.split(), refs))
    assert told == re.sub(r"\b(site|deal|job)\b", lambda match: str(refs[match[0]]), words)


@pytest.mark.parametrize(
    "words",
    [
        ["order", "deliver", "1", "--message", "job"], ["order", "deliver", "1", "-m", "job"],
        ["gig", "add-milestone", "1", "--name", "site", "--days", "1"], ["gig", "list", "--seller", "ben"],
        ["offer", "create", "--client", "ben"], ["offer", "list", "--client=ben"],
        ["gig", "create", "--title", "site"], ["order", "list", "--status", "job"], ["order", "what-if", "1", "job"],
        ["--as", "site", "order", "deliver", "1"], ["inbox", "send", "--from", "ben", "--to", "job", "site"],
        ["order", "deliver", "1", "--message", "--order=job"],
    ],
)  # fmt: skip
def test_a_ref_is_a_word_like_others_where_no_id_is_expected(words: list[str]) -> None:
    refs = {"site": 41, "deal": 42, "job": 43, "ben": 44, "order": 45, "deliver": 46, "show": 47}
    assert spoken(words, refs) == words


def test_an_option_that_takes_a_value_in_one_command_and_none_in_another_hides_no_id() -> None:
    text = HEAD.replace('"site"', '"voice"').replace('"deal"', '"ana"')
    text += step("gig show --client voice") + step("offer list --client ana") + step("offer show --json ana")
    assert played(text).passed


def test_names_of_gigs_and_offers_do_not_get_in_the_way_of_words() -> None:
    text = HEAD.replace('"deal"', '"order"').replace('"site"', '"show"')
    text += step("offer accept order as approve") + step("--as maria order deliver approve")
    text += step("order approve approve", more='expect = { phase = "awaiting-continue" }')
    assert played(text).passed
