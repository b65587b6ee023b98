"""What a command loads: SQLModel, a third of a second, is for who needs table objects, rich for who sees tables."""

import json
import subprocess
import sys

import pytest

from cli.shell_helpers import Shell, environment

LOADS = (
    "import json, sys; from milepost.cli.app import run; code = run(sys.argv[1:]);"
    "slow = ('pydantic', 'rich', 'sqlalchemy', 'sqlmodel');"
    "print(json.dumps([code, [name for name in slow if name in sys.modules]]), file=sys.stderr)"
)


@pytest.mark.parametrize(
    ("line", "loads"),
    [
        ("order show 1", False),
        ("order list --seller maria --late", False),
        ("order deliver 1 --message Here", False),
        ("order timers", False),
        ("order explain 1", False),
        ("order tick --by +40d", False),
        ("ledger show", False),
        ("ledger balances --order 1", False),
        ("ledger check", False),
        ("resolution list", False),
        ("gig show 1", True),
        ("offer show 1", True),
        ("inbox list", True),
    ],
)
def test_only_what_reads_gigs_offers_and_messages_loads_sqlmodel(working: Shell, line: str, loads: bool) -> None:
    code, found = loaded(working, line)
    assert code == 0
    assert found == (["pydantic", "rich", "sqlalchemy", "sqlmodel"] if loads else ["rich"])


@pytest.mark.parametrize(
    "line",
    [
        "order show 1 --json",
        "order approve 1 --json",
        "order tick --by +1d --json",
        "ledger balances --json",
        "resolution open --order 1 --whole --by client --reason late",
    ],
)
def test_an_answer_in_json_or_an_id_alone_loads_nothing_that_draws(working: Shell, line: str) -> None:
    working("order deliver 1")
    assert loaded(working, line) == (0, [])


def test_an_option_that_cannot_be_read_loads_nothing_either(working: Shell) -> None:
    assert loaded(working, "order list --status actve") == (2, [])


def loaded(shell: Shell, line: str) -> tuple[int, list[str]]:
    """How a command of a process of its own ends, and which of the slow modules it has loaded."""
    words = [sys.executable, "-c", LOADS, "--db", str(shell.db), *line.split()]
    told = subprocess.run(words, check=True, capture_output=True, text=True, env=environment())
    code, found = json.loads(told.stderr.splitlines()[-1])
    return code, found
