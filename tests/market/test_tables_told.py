"""What the program says of its own tables: `rules --transitions`, and the diagram that the README shows."""

from pathlib import Path

import pytest

from market.desk_helpers import Desk
from milepost.core import transitions
from milepost.rules import RULES

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.parametrize(
    ("name", "rows"),
    [("milestone", transitions.MILESTONES), ("order", transitions.ORDERS), ("request", transitions.REQUESTS)],
)
def test_the_transitions_have_a_row_for_each_row_of_the_tables(
    desk: Desk, name: str, rows: tuple[tuple[object, ...], ...]
) -> None:
    told = [one for one in desk.json("rules --transitions") if one["table"] == name]
    fields = [(one["action"], one["actor"], one["source"], one["target"]) for one in told]
    assert fields == [tuple(map(str, row[:4])) for row in rows]


def test_the_transitions_say_what_money_moves_what_ends_and_what_cancels(desk: Desk) -> None:
    told = desk.json("rules --transitions")
    effects = {
        name: [one["effect"] for one in told if one["table"] == name] for name in ("milestone", "order", "request")
    }
    assert effects["milestone"] == [str(row.money) for row in transitions.MILESTONES]
    assert effects["order"] == [str(row.reason or "-") for row in transitions.ORDERS]
    assert effects["request"] == ["granted" if row.grants else "-" for row in transitions.REQUESTS]
    assert len(told) == len(transitions.MILESTONES) + len(transitions.ORDERS) + len(transitions.REQUESTS)


def test_the_transitions_fit_in_eighty_columns(desk: Desk) -> None:
    out = desk.ok("rules --transitions").out
    assert max(map(len, out.splitlines())) <= 80
    for title in ("Milestones", "Orders", "Requests"):
        assert title in out


def test_every_rule_is_told_with_its_text_and_source_and_no_number_is_left_in_braces(desk: Desk) -> None:
    told = desk.json("rules")
    assert [one["id"] for one in told] == list(RULES)
    for one in told:
        assert one["text"]
        assert one["source"] == RULES[one["id"]].source
        assert not {"{", "}"} & set(one["text"])


def test_the_readme_s_diagram_is_the_one_that_the_tables_give(desk: Desk) -> None:
    told = desk.ok("rules --diagram").out.rstrip("\n")
    assert told.startswith("stateDiagram-v2\n")
    (block,) = [part.partition("```")[0] for part in README.read_text("utf-8").split("```mermaid\n")[1:]]
    assert block.rstrip("\n") == told, f"paste this between README.md's ```mermaid fences:\n{told}"


def test_the_diagram_has_every_state_and_every_action_that_moves_one(desk: Desk) -> None:
    told = desk.ok("rules --diagram").out
    moves = [row for row in transitions.MILESTONES if row.source != row.target]
    for state in {row.source for row in moves} | {row.target for row in moves} | {transitions.State.SKIPPED}:
        assert f" {state}" in told
    for action in {row.action for row in moves} | {row.action for row in transitions.ORDERS}:
        assert str(action) in told
    for reason in transitions.Reason:
        assert f"order ended, {reason}" in told
