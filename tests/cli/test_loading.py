"""What a command loads: SQLModel and SQLAlchemy, a third of a second, are for those who need table objects."""

import json
import subprocess
import sys

import pytest

from cli.shell_helpers import Shell, environment

LOADS = (
    "import json, sys; from milepost.cli.app import run; code = run(sys.argv[1:]);"
    "print(json.dumps([code, [name for name in ('sqlalchemy', 'sqlmodel') if name in sys.modules]]), file=sys.stderr)"
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
        ("resolution open --order 1 --whole --by client --reason late", False),
        ("resolution list", False),
        ("gig show 1", True),
        ("offer show 1", True),
        ("inbox list", True),
    ],
)
def test_only_what_reads_gigs_offers_and_messages_loads_sqlmodel(working: Shell, line: str, loads: bool) -> None:
    words = [sys.executable, "-c", LOADS, "--db", str(working.db), *line.split()]
    told = subprocess.run(words, check=True, capture_output=True, text=True, env=environment())
    code, found = json.loads(told.stderr.splitlines()[-1])
    assert code == 0, told
    assert found == (["sqlalchemy", "sqlmodel"] if loads else [])
