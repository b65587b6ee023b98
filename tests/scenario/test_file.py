"""What is wrong with a scenario file is told before anything happens, all of it, by line."""

import pytest
from cli.shell_helpers import Shell

from milepost.cli import grammar
from milepost.errors import BadFile, Fault
from milepost.scenario import file
from scenario.test_play import FIRST, HEAD, step

ACCEPT = step("offer accept deal as job")


def faults(text: str) -> list[Fault]:
    """The faults of a scenario."""
    with pytest.raises(BadFile) as told:
        file.parse(text, "story.toml", grammar.read)
    assert told.value.name == "story.toml"
    return list(told.value.faults)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (step("offer accept deel as job"), "there is no 'deel' before this step"),
        (step("order deliver job"), "there is no 'job' before this step"),
        (step("--as ana offer accept deel"), "there is no 'deel' before this step"),
        (step("ledger show --order job"), "there is no 'job' before this step"),
        (step("offer create --gig=sight --client ben"), "there is no 'sight' before this step"),
        (step("offer accept deal", more='refused = "no-such-rule"'), "there is no rule 'no-such-rule'"),
        (step("offer accept deal as Job!"), "'Job!' cannot be a name"),
        (step("offer accept deal as site"), "'site' is the name of something else already"),
        (step("offer accept deal", at="-1d"), "'-1d' is not possible"),
        (step("offer accept deal", at="+99999d"), "years 2000 to 2100"),
        (step("offer accept deal", at="2026-01-05T08:59:59Z"), "goes back in time"),
        (step("offer accept 'deal"), "is a quote open?"),
        (step(""), "has no words"),
        (step("init"), "'init' has no place in a story or a batch"),
        (step("demo"), "'demo' has no place in a story"),
        (step("--as ana init"), "'init' has no place in a story or a batch"),
        (step("--db other.db offer accept deal"), "'--db' has no place in a story"),
        (step("--as ana --db other.db offer accept deal"), "'--db' has no place in a story"),
        (step("--version"), "has no place in a story"),
        (step("--as"), "option '--as' requires an argument"),
        ('\n[[expect]]\nat = "+1d"\norder = "job"\nstatus = "active"\n', "no step makes an order 'job'"),
        ('\n[[expect]]\nat = "+1d"\norder = "deal"\nstatus = "active"\n', "no step makes an order 'deal'"),
        ('\n[[expect]]\nat = "+40000d"\nstatus = "active"\n', "years 2000 to 2100"),
        ('\n[[expect]]\nat = "+1d"\nbalances = { escrow = "a lot" }\n', "a balance is written"),
        ('\n[[expect]]\nat = "+1d"\nbalances = { escrow = "-" }\n', "a balance is written"),
        ('\n[[expect]]\nat = "+1d"\nbalances = { escrow = nan }\n', "a balance is written"),
        ('\n[[expect]]\nat = "+1d"\nstate = "active"\n', "this key is not known"),
        ('\n[[steps]]\nat = "+1d"\n', "this key is not known"),
        ('\n[[step]]\ndo = "offer accept deal"\n', "this key is missing"),
    ],
)
def test_a_fault_after_the_head_is_told_with_a_line_of_its_item(text: str, words: str) -> None:
    (fault,) = faults(HEAD + text)
    assert words in fault.message
    assert fault.line is not None
    assert FIRST <= fault.line <= FIRST + text.count("\n")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('ref = "deal"', 'ref = "site"', "needs a ref of its own"),
        ('ref = "deal"', 'ref = "Deal"', "needs a ref of its own"),
        ('ref = "deal"\n', "", "needs a ref of its own"),
        ('gig = "site"', 'gig = "sight"', "there is no gig 'sight' in this file"),
        ('gig = "site"', "gig = 1", "there is no gig 1 in this file"),
        ("start = 2026-01-05T09:00:00Z", 'start = "+3d"', "a story starts at an instant"),
        ("start = 2026-01-05T09:00:00Z", "start = 2026-01-05T09:00:00", "needs Z or an offset"),
        ("start = 2026-01-05T09:00:00Z\n", "", "this key is missing"),
        ('title = "A story"', 'titel = "A story"', "this key is"),
        ('title = "A story"', 'title = "A story"\npolicy = { review_hour = 1 }', "review_hour"),
        ('title = "A story"', 'title = "A story"\npolicy = 7', "policy"),
    ],
)
def test_a_fault_in_the_head_is_told_with_a_line_of_the_head(old: str, new: str, words: str) -> None:
    assert old in HEAD
    told = faults(HEAD.replace(old, new))
    assert any(words in fault.message for fault in told)
    assert all(fault.line is not None and 1 <= fault.line < FIRST for fault in told)


def test_all_faults_of_a_story_are_told_at_once_in_the_order_of_their_lines(shell: Shell) -> None:
    text = HEAD + step("offer accept deel", "+2d") + step("init", "+1d")
    text += step("order approve job", more='refused = "x"')
    told = shell("demo -", stdin=text.encode())
    assert (told.code, told.out) == (6, "")
    lines = [line.removeprefix("error: stdin:").split(": ", 2) for line in told.err.splitlines()]
    assert [(line[1], line[2]) for line in lines] == [
        ("step 1", "there is no 'deel' before this step"),
        ("step 2", "'init' has no place in a story or a batch"),
        ("step 2", "goes back in time, to 2026-01-06T09:00:00Z"),
        ("step 3", "there is no rule 'x'"),
        ("step 3", "there is no 'job' before this step"),
        ("step 3", "goes back in time, to 2026-01-05T09:00:00Z"),
    ]
    places = [tuple(map(int, line[0].split(":"))) for line in lines]
    assert places == sorted(places)


def test_a_policy_that_does_not_exist_is_told(shell: Shell) -> None:
    text = HEAD.replace('title = "A story"', 'title = "A story"\npolicy = "lenient"')
    told = shell("demo -", stdin=text.encode())
    assert told.code == 6
    assert "lenient" in told.err
    assert "standard" in told.err


@pytest.mark.parametrize("given", ['"60.00"', '"60"', "60", "60.0", "60.00"])
def test_a_balance_may_be_written_as_text_or_as_a_number(given: str) -> None:
    scenario = file.parse(
        HEAD + ACCEPT + f'\n[[expect]]\nat = "+1d"\nbalances = {{ escrow = {given} }}\n', "story", grammar.read
    )
    assert scenario.events[-1].expect is not None
    assert scenario.events[-1].expect.balances == {"escrow": "60.00"}


def test_steps_come_before_expectations_of_the_same_instant() -> None:
    text = HEAD + '\n[[expect]]\nat = "+0d"\norder = "job"\nphase = "working"\n' + ACCEPT
    first, second = file.parse(text, "story", grammar.read).events
    assert (first.words, second.order) == (("offer", "accept", "deal"), "job")


@pytest.mark.parametrize("text", ["", "x = 1", "[scenario]", "scenario = 1", "[[scenario]]", "gig = 1", "[[step]]"])
def test_what_is_no_scenario_is_told_by_line(text: str) -> None:
    assert all(fault.line for fault in faults(text))
