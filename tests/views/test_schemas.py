"""The JSON of every command is held by a schema, made from the types of its views and kept in `schemas/`.

A key that changes fails here with a diff. If it is meant to change: `pytest tests/views --renew-schemas`.
"""

import json
from collections.abc import Sequence
from difflib import unified_diff
from typing import Any

import pytest
from cli.tree_helpers import VERBS

from milepost.views.clock import TickView
from milepost.views.orders import CallView
from views.schema_helpers import FOLDER, VIEWS, answer_of, faults, schema_of, schemas, shown, view_schema, written


@pytest.fixture
def renews(request: pytest.FixtureRequest) -> bool:
    """Whether the schemas are to be written anew."""
    return bool(request.config.getoption("--renew-schemas", default=False))


@pytest.mark.parametrize("name", sorted(schemas()))
def test_the_json_of_views_and_commands_is_what_the_kept_schemas_say(name: str, renews: bool) -> None:
    kept, told = FOLDER / name, written(schemas()[name]) + "\n"
    if renews:
        kept.write_text(told, "utf-8")
    before = kept.read_text("utf-8") if kept.exists() else ""
    changed = unified_diff(before.splitlines(), told.splitlines(), "kept", "of the views", n=1, lineterm="")
    assert told == before, "\n".join(["if it is meant: pytest tests/views --renew-schemas", *changed])


def test_no_schema_is_kept_of_what_is_not_there_any_more(renews: bool) -> None:
    left = {path.name for path in FOLDER.iterdir()} - schemas().keys()
    if renews:
        for name in left:
            (FOLDER / name).unlink()
    assert not left or renews, f"these have no views: {left}"


@pytest.mark.parametrize("words", VERBS)
def test_every_command_says_which_view_it_answers_with(words: str) -> None:
    assert schema_of(answer_of(words)) == schemas()["commands.json"]["$defs"][words]


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_is_a_named_tuple_of_typed_parts_and_of_no_other_dictionaries(name: str) -> None:
    assert issubclass(VIEWS[name], tuple)
    assert "typing.Any" not in str(VIEWS[name].__annotations__)
    assert "dict[" not in str(VIEWS[name].__annotations__)


# ── The checker ─────────────────────────────────────────────────────────────────────────────────────────────────────

FIRED = {"at": "2026-01-13T09:00:00Z", "order": 1, "offer": None, "timer": "clear", "rule": "money-clearance"}
TICK = {
    "clock": "2026-01-14T09:00:00Z",
    "fired": [FIRED | {"moved": [{"kind": "clear", "amount_cents": 5}]}],
    "count": 1,
}


def test_the_checker_finds_no_fault_with_an_answer_that_fits_and_sees_what_it_tells() -> None:
    assert list(faults(TICK, view_schema(TickView))) == []
    assert set(shown(TICK, schema_of(TickView))) == {
        "TickView.clock", "TickView.fired", "TickView.count", "FiredView.at", "FiredView.order", "FiredView.timer",
        "FiredView.rule", "FiredView.moved", "MovedView.kind", "MovedView.amount_cents",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"count": "1"}, "$.count: '1' is not of type integer"),
        ({"count": True}, "$.count: True is not of type integer"),
        ({"count": None}, "$.count: None is not of type integer"),
        ({"clock": 1_768_381_200}, "$.clock: 1768381200 is not of type string"),
        ({"clock": "2026-01-14 09:00"}, "$.clock: '2026-01-14 09:00' is no instant with Z"),
        ({"fired": {}}, "$.fired: {} is not of type array"),
        ({"fired": [FIRED]}, "$.fired[0]: has no moved"),
        ({"fired": [FIRED | {"moved": [], "why": ""}]}, "$.fired[0]: has why, which no schema knows"),
        ({"fired": [FIRED | {"moved": [], "order": "1"}]}, "$.fired[0].order: '1' is not of type integer, null"),
    ],
)
def test_the_checker_finds_what_does_not_fit(change: dict[str, Any], fault: str) -> None:
    assert list(faults(TICK | change, view_schema(TickView))) == [fault]


@pytest.mark.parametrize(
    ("value", "fits"), [(None, True), ({"at": "2026-01-14T09:00:00Z", "link": "x:y"}, True), ({}, False)]
)
def test_the_checker_takes_one_of_several(value: Any, fits: bool) -> None:
    assert bool(list(faults(value, schema_of(CallView | None)))) is not fits


@pytest.mark.parametrize("hint", [Any, object, float, dict[str, str], list[Any], Sequence[Any]])
def test_there_is_no_schema_of_what_says_too_little(hint: Any) -> None:
    with pytest.raises(TypeError, match="has no schema"):
        schema_of(hint)


def test_a_kept_schema_has_a_line_for_what_fits_on_it() -> None:
    wide = {"a": ["x" * 60, "y" * 60], "b": {"c": 1}}
    assert json.loads(written(wide)) == wide
    assert written(wide).splitlines() == [
        "{",
        '  "a": [',
        '    "' + "x" * 60 + '",',
        '    "' + "y" * 60 + '"',
        "  ],",
        '  "b": {"c": 1}',
        "}",
    ]
