"""What the command line tells a scenario of its own words: which are ids, and what is wrong with them."""

from typing import Annotated, Any

import pytest
import typer
from story_helpers import GIG_STORY

from cli.shell_helpers import Shell
from cli.tree_helpers import VERBS
from milepost.cli import grammar, resolution
from milepost.cli.app import NOUNS, Noun
from milepost.cli.options import OrderId, id_option, possible_id
from milepost.core.transitions import RequestState

# What a parameter that takes an id is called in the help.
NOUNS_OF_IDS = {"GIG", "OFFER", "ORDER", "[ORDER]", "RESOLUTION", "MESSAGE", "CONVERSATION"}


def story(*steps: tuple[str, str | None]) -> str:
    """A story of a gig, and of steps with the rules that refuse them."""
    told = GIG_STORY
    for words, refused in steps:
        told += f'\n[[step]]\nat = "+0d"\ndo = {words!r}\n' + (f'refused = "{refused}"\n' if refused else "")
    return told


def fault(words: str, *more: str) -> tuple[str | None, str | None]:
    """What is wrong with some words, and the rule that the faulty part was read for."""
    reading = grammar.read([*words.split(), *more])
    return reading.fault, reading.rule


# ── Ids ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


PARAMETERS = {f"{words} {one.name}": one for words, command in VERBS.items() for one in command.params}


@pytest.mark.parametrize("name", PARAMETERS)
def test_whatever_is_called_after_a_noun_is_declared_as_an_id_and_nothing_else_is(name: str) -> None:
    declared = PARAMETERS[name].type_descriptor.parameter_info.callback is possible_id
    assert declared is (PARAMETERS[name].metavar in NOUNS_OF_IDS)


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("gig show job", {2: 0}),
        ("--as ana gig show --client job", {5: 0}),
        ("ledger show --order=job --limit 5", {2: 8}),
        ("offer create --message=a=b --gig job --client=job", {2: 10, 4: 0}),
        ("order timers", {}),
        ("order deliver -m job -- job", {5: 0}),
        ("order deliver job job", {2: 0}),
        ("order place --gig a --gig job", {5: 0}),
        ("inbox send --from job --to job --gig=job job", {6: 6}),
        ("template save job --name job", {2: 0}),
        ("order tick --until-done job", {3: 0}),
        ("order what-if job job", {2: 0}),
    ],
)
def test_an_id_is_found_where_it_is_and_nowhere_else(words: str, ids: dict[int, int]) -> None:
    assert grammar.read(words.split()).ids == ids


def test_a_command_that_is_new_needs_nothing_more_than_its_own_declarations(monkeypatch: pytest.MonkeyPatch) -> None:
    noun = typer.Typer()

    @noun.command()
    def stay(one: OrderId, other: Annotated[int, id_option("--beside", "ORDER", "x")], note: str = "") -> None: ...

    @noun.command()
    def go() -> None: ...

    root = _root_with(monkeypatch, noun)
    for module in ("app", "grammar"):
        monkeypatch.setattr(f"milepost.cli.{module}.COMMAND", root)
    grammar._read.cache_clear()
    try:
        assert grammar.read(["extra", "stay", "--note", "job", "a", "--beside=b"]) == ({4: 0, 5: 9}, None, None)
        assert fault("extra stay a")[0] == "missing option '--beside'."
        assert grammar.completed(["extra", "stay"], {"one": 7, "other": 8}) == ["extra", "stay", "7", "--beside", "8"]
    finally:
        grammar._read.cache_clear()


def _root_with(monkeypatch: pytest.MonkeyPatch, noun: typer.Typer) -> Any:
    """A root that has this noun beside the others."""
    import sys
    from types import ModuleType

    from milepost.cli.app import app

    module = ModuleType("extra_noun")
    module.app = noun  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "extra_noun", module)
    monkeypatch.setitem(NOUNS, "extra", Noun("extra_noun", "Something new."))
    return typer.main.get_command(app)


# ── Words that the command line would not understand ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("order delivr 1", "no such command 'delivr'. Did you mean 'deliver'?"),
        ("ordr deliver 1", "no such command 'ordr'. Did you mean 'order'?"),
        ("order", "missing command."),
        ("--as ana", "missing command."),
        ("order deliver", "missing argument 'ORDER'."),
        ("order deliver 1 2", "got unexpected extra argument(s) (2)"),
        ("order deliver 1 --lnk x", "no such option: --lnk (Possible options: --key, --link)"),
        ("order deliver 1 --link", "option '--link' requires an argument."),
        ("order place --client ana", "missing option '--gig'."),
        ("resolution open --order 1 --whole --reason late", "missing option '--by'. Choose from: client, seller"),
        ("order list --status actve", "'actve' is not one of active, completed, cancelled; did you mean active?"),
        ("order list --limit 0", "0 is too small: it is 1 or more"),
        ("order list --limit 1000001", "1000001 is too large: it is 1000000 or less"),
        ("gig milestone-payments 1 maybe", "'maybe' is not one of on, off"),
        ("order list --limit few", "'few' is not a whole number"),
        ("init", "'init' has no place in a story"),
        ("scenario run x", "'scenario' has no place in a story"),
        ("--db x.db order list", "'--db' has no place in a story"),
        ("order deliver 1 --help", "'--help' has no place in a story"),
        ("order --help", "'--help' has no place in a story"),
        ("--version", "'--version' has no place in a story"),
    ],
)
def test_words_that_are_no_command_are_told_as_the_command_line_tells_them(words: str, told: str) -> None:
    message, rule = fault(words)
    assert message is not None
    assert told in message
    assert "\n" not in message
    assert rule is None


@pytest.mark.parametrize(
    ("words", "part", "rule"),
    [
        ("offer create --gig site --client ana --days 1 --price 1e3", "'1e3' is not an amount", "money-bounds"),
        ("offer create --gig site --client ana --milestone A:1:5$", "milestone 1: '5$' is not", "money-bounds"),
        ("order tick --by eight", "'eight' is not possible", "time-format"),
        ("order show job --at tomorrow", "'tomorrow' is not possible", "time-format"),
    ],
)
def test_text_that_cannot_be_read_keeps_the_rule_that_it_was_read_for(words: str, part: str, rule: str) -> None:
    message, named = fault(words)
    assert part in str(message)
    assert named == rule


@pytest.mark.parametrize(
    "words",
    [
        "order approve job", "order deliver 77777777777777777777", "policy list",
        "resolution open --order x --whole --by client --reason y",
        "offer create --gig site --client ana --price 0 --days 1", "order tick --now 2101-01-01",
        "ledger withdraw --seller maria --amount 1000000.01", "order set-call job --at +1d --link https://a",
    ],
)  # fmt: skip
def test_what_a_rule_or_the_store_would_refuse_is_no_fault_of_the_words(words: str) -> None:
    assert fault(words) == (None, None)


# ── Stories ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_check_tells_each_step_that_the_command_line_would_not_understand_at_its_line(shell: Shell) -> None:
    text = story(("gig shw site", None), ("gig show site --clint", None), ("gig show", None), ("gig show site", None))
    told = shell("scenario check -", stdin=text.encode())
    assert (told.code, told.out) == (6, "")
    lines = [line.removeprefix("error: stdin:").split(": ", 2) for line in told.err.splitlines()]
    first = GIG_STORY.count("\n") + 2
    assert [line[:2] for line in lines] == [[f"{first + 4 * n}:1", f"step {n + 1}"] for n in range(3)]
    for line, part in zip(lines, ("'shw'", "--client", "missing argument 'GIG'"), strict=True):
        assert part in line[2]


@pytest.mark.parametrize(
    ("refused", "code"), [("money-bounds", 0), ("time-format", 6), ("offer-milestones-min", 6), (None, 6)]
)
def test_a_text_that_cannot_be_read_is_a_fault_unless_its_rule_is_to_refuse_it(
    shell: Shell, refused: str | None, code: int
) -> None:
    text = story(("offer create --gig site --client ana --days 2 --price '60 USD'", refused))
    assert shell("scenario check -", stdin=text.encode()).code == code
    assert shell("scenario run -", stdin=text.encode()).code == code


def test_what_a_list_can_be_filtered_by_is_what_the_tables_say() -> None:
    states = [state for state in RequestState if state is not RequestState.NONE]
    assert sorted(resolution.State.__args__) == sorted(states)
