"""What every command really answers to `--json`, over a story that uses them all: each answer fits its schema."""

import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
from cli.shell_helpers import START, Shell, Told
from cli.test_help import examples
from cli.tree_helpers import VERBS
from shop.shop_helpers import GIG
from story_helpers import offer_story, step

from milepost.views.doctor import DiagnosisView
from views.schema_helpers import VIEWS, faults, schemas, shown

SAMPLE = Path(__file__).parents[2] / "sample_data" / "the-client-goes-quiet.toml"
ODD = (  # somebody is mistaken
    offer_story('{ name = "A", days = 1, price = "1.00" }, { name = "B", days = 1, price = "1.00" }')
    + step("offer accept deal as job", more='expect = { phase = "review" }')
    + step("order approve job", "+1d")
)

PLAN = """\
[[milestone]]
name = "All the rest"
days = 3
price = "100.00"
substeps = ["Ink"]
"""
OFFER = (
    f'gig = 1\nclient = "bob"\ntype = "milestones"\n{PLAN}\n[[milestone]]\nname = "Files"\ndays = 1\nprice = "5.00"\n'
)
LINES_ALONE = "order list\nledger balances\n"
BROKEN = ODD.replace("[[step]]", '[[expect]]\nat = "soon"\nstatus = "active"\n\n[[step]]', 1)
FILES = {"STORY": ODD, "PLAN": PLAN, "OFFER": OFFER, "LINES": LINES_ALONE, "BROKEN": BROKEN}

MADE = ("REBUILT", "BACKUP", "FULL")

# A story in one store, a line each: later lines rely on the earlier ones. A word of `FILES` is that file, one of `MADE`
# a new one.
STORY = f"""\
init --start {START} --policy escrow-14d
gig create --from -
gig create --title "A poem" --seller rosa --subcategory "Poetry" --basic 5:2
gig set-package 1 premium 480:20:3 --description "All of it"
gig edit 1 --description "A logo for a shop"
gig add-milestone 1 --name Files --days 4 --price basic=50.00
gig check 1
gig edit-milestone 1 4 --no-prices
gig move-milestone 1 4 --to 3
gig add-substep 1 4 --name Colours
gig remove-substep 1 4 1
gig remove-milestone 1 4
gig add-faq 1 --question "How fast?" --answer "A week"
gig remove-faq 1 2
gig milestone-payments 1 off
gig milestone-payments 1 on
gig pause 1
gig resume 1
gig list
gig show 1
gig show 1 --client
gig export 1
gig subcategories
template save 1 --name mine
template show mine
template list
gig create --title "A mark" --seller maria --subcategory "Logo Design" --basic 100:5
gig use-template 3 mine
gig milestone-payments 3 off
gig delete 2 --yes
template delete mine --yes
inbox send --from ana --to maria --gig 1 "Can you draw a fox?"
offer create --gig 1 --client ana --milestone A:5:60:1 --milestone B:3:40:1 --milestone C:2:20 --message 1 --expires +2d
inbox show 1
inbox list
offer check 1
offer forecast 1
offer show 1
offer export 1
offer create --gig 1 --client bob --price 10 --days 3 --expires +2d
offer decline 2
offer create --gig 1 --client bob --price 10 --days 3 --expires +2d
offer withdraw 3
offer create --gig 1 --client bob --price 10 --days 3 --expires +2d
offer create --from OFFER
offer list
offer accept 1
order place --gig 1 --client ana --package premium
order place --gig 3 --client ben
order report-stage 3
order check-substep 3 1
order show 3
order set-call 2 --at +1d --link https://example.com/call
order check-substep 2 1
order history 2
resolution extend 2 --days 3 --by seller --note "It rains"
order show 2
resolution show 1
resolution accept 1
resolution change 2 --by client --from PLAN
resolution withdraw 2
resolution open 1 --milestone 1 --by client --reason late --keep 5.00 --note slow
resolution list
order explain 1
resolution decline 3
order deliver 1 --message "Three foxes" --link https://example.com/fox --recorded a.zip:7:{"5e" * 32}
order revise 1 --message "Redder"
order timers
order tick --by +6d
order deliver 1 --message "Redder foxes"
order show 1
order what-if 1 approve continue
order list
order timeline
order approve 1 --continue
order stop 1 --after-current
order stop 1 --undo
order timeline 1
order tick --by +6d
ledger withdraw --seller maria --amount 5.00
order deliver 1 --link https://example.com/2
order approve 1
order continue 1
resolution support 1 --milestone 3 --reason late --keep 5.00
order show 1
order export 1
order list
resolution reasons
ledger show
ledger balances
ledger check
batch LINES
status
todo
doctor
doctor --rebuild REBUILT
backup BACKUP
generate --orders 3 --db FULL
policy list
policy show escrow-14d
rules
rules --transitions
rules --diagram
demo
scenario run STORY
scenario run BROKEN STORY --fail-fast
scenario check STORY
scenario new
scenario compare STORY --policy standard --policy terms-2024
scenario compare {SAMPLE} --policy standard --policy terms-2024
scenario explore {SAMPLE} --limit 300
""".splitlines()


def command_of(line: str) -> str:
    """The words of a line's command."""
    return next(words for words in VERBS if f"{line} ".startswith(f"{words} "))


# A command that the story does not use is asked as the examples of its help do, wherever it first gets an answer.
USED = {command_of(line) for line in STORY}
SHOWN = [line.removeprefix("milepost ") for words in VERBS if words not in USED for line in examples(VERBS[words])]
LINES = [*STORY, *SHOWN]

# What only a store or a program that is broken tells.
NEVER = {
    "FindingsView.findings",
    "ExploredView.broken",
    "DoctorView.findings",
    "RebuiltView.findings",
    *(f"DiagnosisView.{key}" for key in DiagnosisView._fields),
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Any]:
    """What each of the lines is answered with."""
    folder = tmp_path_factory.mktemp("answers")
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    shell, told, shown = Shell(folder / "store.db"), [], {}
    for line in STORY:
        words = [str(folder / word) if word in (*FILES, *MADE) else word for word in shlex.split(line)]
        answer = shell("", *words, "--json", stdin=GIG.encode())
        assert answer.code in (0, 7), (line, answer)
        told.append(json.loads(answer.out.splitlines()[-1] if words[0] == "batch" else answer.out))
        for example in SHOWN:
            if example not in shown and (tried := in_a_copy(shell, example)).code in (0, 7):
                shown[example] = json.loads(tried.out)
    assert shown.keys() == {*SHOWN}, "the story never comes to where the others are answered"
    return [*told, *(shown[line] for line in SHOWN)]


def in_a_copy(shell: Shell, line: str) -> Told:
    """What a line is answered with now; the story goes on as if nobody had asked."""
    copy = copyfile(shell.db, shell.db.with_name("copy.db"))
    return Shell(copy)(line, "--json")


@pytest.mark.parametrize(("number", "line"), [*enumerate(LINES)], ids=LINES)
def test_an_answer_fits_the_schema_of_its_command(answers: Sequence[Any], number: int, line: str) -> None:
    assert list(faults(answers[number], schemas()["commands.json"]["$defs"][command_of(line)])) == []


def test_the_story_uses_every_command_that_there_is() -> None:
    assert {command_of(line) for line in LINES} == set(VERBS)


def test_the_story_tells_something_under_every_key_of_every_view(answers: Sequence[Any]) -> None:
    commands = schemas()["commands.json"]["$defs"]
    told = {
        key for line, answer in zip(LINES, answers, strict=True) for key in shown(answer, commands[command_of(line)])
    }
    keys = {
        f"{name}.{key}"
        for home, schema in schemas().items()
        for name in schema["$defs"]
        if home != "commands.json"
        for key in VIEWS[name]._fields  # type: ignore[attr-defined]
    }
    assert sorted(keys - told) == sorted(NEVER)
