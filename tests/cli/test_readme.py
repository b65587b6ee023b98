"""The README cannot rot: its table is all commands that there are, and each command line in it can be read."""

import re
import shlex
from pathlib import Path

import pytest

from cli.tree_helpers import VERBS, fault

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
TABLE = README.partition("## The commands")[2].partition("\n\n`milepost --as")[0]
ROWS = [line.split(" | ")[0] for line in TABLE.splitlines() if line.startswith("| `")]
NAMED = [name for row in ROWS for name in re.findall(r"`([a-z -]+?)(?: \[?[A-Z]+\]?)?`", row)]
BLOCKS = re.findall(r"^```sh\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def lines() -> list[str]:
    """Each command line of the program in a block of shell, without its comment and what the shell does with it."""
    told = [line for block in BLOCKS for line in block.splitlines() if line.startswith("milepost ")]
    return [re.split(r"\s+# | > ", line)[0].strip() for line in told]


def test_the_table_of_commands_holds_every_command_once_and_no_other() -> None:
    assert VERBS.keys() - {*NAMED} == set(), "README.md's table lacks these"
    assert sorted(NAMED) == sorted(VERBS)


def test_there_are_command_lines_to_read() -> None:
    assert len(lines()) > 20
    assert {shlex.split(line)[1] for line in lines()} >= {"init", "gig", "offer", "order", "scenario"}


@pytest.mark.parametrize("line", lines())
def test_every_command_line_of_the_readme_can_be_read(line: str) -> None:
    assert fault(shlex.split(line)[1:]) is None
