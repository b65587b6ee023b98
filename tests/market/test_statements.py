"""How much is sent to SQLite for one command, and for a story: what is read once is not read again."""

import re
import sqlite3
from itertools import groupby
from typing import Any

import pytest
from story_helpers import offer_story, step

from market.conftest import Opens
from milepost.cli import grammar
from milepost.cli.scenario_steps import run_command
from milepost.scenario import file
from milepost.scenario.play import play
from milepost.store import db

STORY = (
    offer_story('{ name = "Design", days = 5, price = "60.00" }, { name = "Build", days = 4, price = "40.00" }')
    + step("offer accept deal as job")
    + step("order deliver job", "+1d")
    + step("order approve job --continue", "+2d")
)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that SQLite is sent, in their order, once a connection is set up."""
    told: list[str] = []
    connect = db.Database._connect

    def traced(self: db.Database, *args: Any, **options: Any) -> db.Connection:
        connection = connect(self, *args, **options)
        connection.set_trace_callback(told.append)
        return connection

    monkeypatch.setattr(db.Database, "_connect", traced)
    return told


def count(sent: list[str]) -> int:
    """How many statements were sent; the rows that one of them was sent with are one, a virtual table's own none."""
    heads = [re.split(r" VALUES | SET ", one)[0] for one in sent if not one.startswith(("--", "PRAGMA query_only"))]
    writes = ("INSERT ", "UPDATE ")
    return sum(1 if head.startswith(writes) else len(list(same)) for head, same in groupby(heads))


def test_an_approval_that_goes_on_is_fourteen_statements_at_most(opens: Opens, sent: list[str]) -> None:
    desk = opens()
    desk.place()
    desk.do("deliver")
    sent.clear()
    desk.ok("order approve 1 --continue")
    assert 10 <= count(sent) <= 14, "\n".join(sent)


def test_a_story_of_three_steps_is_ninety_statements_at_most(sent: list[str]) -> None:
    scenario = file.parse(STORY, "story.toml", grammar.read)
    play(scenario, run_command)
    sent.clear()
    assert play(scenario, run_command).passed
    assert 30 <= count(sent) <= 90, "\n".join(sent)


def test_the_counter_counts_each_statement_and_not_its_rows() -> None:
    told: list[str] = []
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("CREATE TABLE t (a, b)")
    connection.set_trace_callback(told.append)
    connection.executemany("INSERT INTO t VALUES (?, ?)", [(1, "x"), (22, "it's"), (3, "")])
    connection.execute("SELECT a FROM t").fetchall()
    assert (len(told), count(told)) == (4, 2)
