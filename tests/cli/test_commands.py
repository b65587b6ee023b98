"""The program's own grammar: each action has its command, each command line that is told is one that there is."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from core.order_helpers import START, Walk, single, subscription, terms

import milepost
from cli.shell_helpers import Shell
from cli.tree_helpers import FILLED, VERBS, fault, filled
from milepost import commands
from milepost.cli import error_text
from milepost.commands import COMMANDS, Template
from milepost.core.act import act
from milepost.core.explore import explore
from milepost.core.order import Order, actors
from milepost.core.terms import Stage
from milepost.core.transitions import ACTORS, Action, Actor
from milepost.rules import RuleError

ROOT = Path(milepost.__file__).parent
# What an order and its history say of a template's values, and what else one can hold.
VALUES: dict[str, Any] = {
    "order": 1, "request": 1, "offer": 1, "gig": 1, "by": "client", "subject": ("--milestone", "2"), "package": "basic",
    "client": "ana", "seller": "maria", "duration": "+1d", "template": "logo-design", "message": "so it is",
    "files": [FILLED["RECORD"]] * 2, "links": ["https://example.com"] * 2, "number": 1, "call_at": "+1d",
    "link": "https://example.com", "reason": "late", "note": "so it is", "amount": "5.00",
    "keep": "5.00", "days": 3, "milestones": "[]", "plan": "Build:3:60.00", "until": "+1d", "file": "new.db",
}  # fmt: skip
BARE = {"by": "seller", "subject": ("--whole",), "message": "", "files": [], "links": [], "note": ""}
BESIDE = {name: one for name, one in vars(commands).items() if isinstance(one, Template)}
HINTS = {
    f"{rule} {number}": hint.command
    for rule, hints in error_text.BY_RULE.items()
    for number, hint in enumerate(hints)
    if isinstance(hint, error_text.Hint)
}
LISTS = {f"a missing {noun}": template for noun, template in error_text.LISTS.items()}
TEMPLATES = {" and ".join(command.actions): command.template for command in COMMANDS} | BESIDE | HINTS | LISTS


# ── Each action has its command ─────────────────────────────────────────────────────────────────────────────────────


def test_every_action_of_a_party_has_one_command_and_no_other_action_has() -> None:
    alone = [command.actions[0] for command in COMMANDS if len(command.actions) == 1]
    assert sorted(alone) == sorted(ACTORS)
    assert len(set(alone)) == len(alone)
    assert all(set(command.actions) <= ACTORS.keys() for command in COMMANDS)


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_is_a_command_that_there_is_with_all_its_values_and_with_as_few_as_it_needs(name: str) -> None:
    template = TEMPLATES[name]
    for values in (VALUES, VALUES | BARE):
        assert fault(filled(template.line(values))) is None
        assert "{" not in template.line(values)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " and ".join(command.actions))
def test_a_template_whose_values_nobody_has_chosen_yet_shows_words_for_them(command: commands.Command) -> None:
    known = {name: VALUES[name] for name in ("order", "request", "by", "subject")}
    asking = command.template.asking(["message", "files", "links", "note", "keep", "milestones", "plan"])
    for template in (command.template, asking):
        line = template.line(known)
        assert fault(filled(line)) is None, line
    for name, word in re.findall(r"\{(\w+):([A-Z:]+)\}", command.template.text):
        assert name in VALUES
        assert word in asking.words(known)


def test_a_template_leaves_out_an_option_without_a_value_and_repeats_one_with_several() -> None:
    template = Template("order deliver {order} [--message {message:TEXT}] [--link {links:URL}]")
    assert template.words({"order": 7}) == ["order", "deliver", "7"]
    assert template.words({"order": 7, "message": "", "links": []}) == ["order", "deliver", "7"]
    told = template.words({"order": "job", "message": "it's {done}", "links": ["a", "b"]})
    assert told == ["order", "deliver", "job", "--message", "it's {done}", "--link", "a", "--link", "b"]
    assert template.asking(["links"]).line({"order": 7}) == "milepost order deliver 7 --link URL"
    assert template.asking(["links", "message"]).line({"order": 7}).endswith(" 7 --message TEXT --link URL")
    typed = template.line({"order": 7, "message": "so {it} is"})
    assert typed == "milepost order deliver 7 --message 'so {it} is'"


def test_a_template_without_a_value_that_it_needs_says_which() -> None:
    with pytest.raises(KeyError, match="order"):
        Template("order approve {order}").words({"request": 1})
    with pytest.raises(KeyError, match="seller"):
        Template("ledger balances --account seller:{seller}:available").line({})


# ── Arguments to try an action with ─────────────────────────────────────────────────────────────────────────────────


def accepted(order: Order, action: Action, actor: Actor, at: int, args: commands.Args) -> bool:
    """Whether an order lets somebody take an action with these arguments."""
    try:
        act(order, action, actor=actor, at=at, **args)
    except RuleError:
        return False
    return True


def test_in_every_state_the_likeliest_arguments_of_each_possible_action_are_accepted() -> None:
    tried: set[Action] = set()

    def watched(order: Order, action: Action, at: int) -> list[commands.Args]:
        samples = list(commands.arguments(order, action, at))
        assert all(accepted(order, action, actor, at, samples[0]) for actor in actors(order, action)), action
        tried.add(action)
        return samples

    whole = {"revisions": 1, "zoom": True, "substeps": ("Sketch", "Ink")}
    for agreed in (
        terms(2, revisions=1),
        subscription(2),
        single(stages=(Stage("Plan", 1), Stage("Build", 1)), **whole),
    ):
        placed = Walk(agreed)
        explore(placed.order, tuple(placed.entries), START, watched, limit=50_000)
    assert tried == ACTORS.keys()


def test_samples_are_all_that_make_a_difference_and_the_likeliest_comes_first() -> None:
    order = Walk(terms(3)).deliver().order
    asked = [one["position"] for one in commands.arguments(order, Action.OPEN_CANCEL, START)]
    assert asked == [1, None, 2, 3]
    ticked = Walk(single(substeps=("Sketch", "Ink", "Colour"))).do(Action.CHECK_SUBSTEP, number=2).order
    assert [one["number"] for one in commands.arguments(ticked, Action.CHECK_SUBSTEP, START)] == [1, 3]
    assert [one["number"] for one in commands.arguments(ticked, Action.UNCHECK_SUBSTEP, START)] == [2]


# ── Whatever the program says ───────────────────────────────────────────────────────────────────────────────────────


LINE = re.compile(r"(?:`|Next: |Start with: )milepost ([^`]+?)(?=`|   \(|\. |$)")


def said() -> Iterator[tuple[str, str]]:
    """Each command line in the texts and the help of the sources, with the place of the text."""
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            text = ""
            if isinstance(node, ast.JoinedStr):
                text = "".join(str(one.value) if isinstance(one, ast.Constant) else "1" for one in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
            yield from ((f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}", one) for one in LINE.findall(text))


# Of the modules' first lines: "`milepost gig …`: what a seller offers."
@pytest.mark.parametrize(("place", "line"), [one for one in said() if not re.match("[a-z]+ …", one[1])])
def test_every_command_that_a_text_names_is_one_that_there_is(place: str, line: str) -> None:
    words = line.split()
    command = VERBS.get(" ".join(words[:2])) or VERBS.get(words[0])
    assert command is not None, place
    for option in (word for word in words if word.startswith("--")):
        assert option in {name for param in command.params for name in param.opts}, place


def test_a_note_names_a_next_command_that_works(shell: Shell) -> None:
    shell.gig()
    offer = shell("offer create --gig 1 --client ana --milestone A:1:5 --milestone B:1:5")
    order = shell("--as ana offer accept 1")
    placed = shell("order place --gig 1 --client ben")
    request = shell("resolution open --order 1 --whole --by client --reason late")
    notes = [one.err.split("Next: ")[1].split("   (")[0].strip() for one in (offer, order, placed, request)]
    told = ["offer accept 1", "order deliver 1", "order deliver 2", "resolution accept 1"]
    assert notes == [f"milepost {line}" for line in told]
