"""Every view that a command answers with has a table, in the module of `render` that is named as its own."""

import io
from collections.abc import Iterator
from importlib import import_module
from types import UnionType
from typing import Any, Union, get_args, get_origin
from unittest.mock import Mock

import pytest
from cli.tree_helpers import VERBS
from rich.table import Table

from milepost.render import base, screen
from milepost.render.base import LISTS, rendered
from milepost.views.base import Created, Listing, Summed, TextView
from milepost.views.money import BalanceView
from views.schema_helpers import answer_of


def shown_kinds(hint: Any) -> Iterator[type]:
    """The kinds of views that an answer of this type shows as a whole."""
    if get_origin(hint) in (Union, UnionType):
        for one in get_args(hint):
            yield from shown_kinds(one)
    elif get_origin(hint) not in (Listing, Created, Summed) and hint is not TextView:  # printed as it is
        yield hint


SHOWN = {kind.__name__: kind for words in VERBS for kind in shown_kinds(answer_of(words))}


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_a_view_has_a_table_in_the_module_of_its_name(name: str) -> None:
    module = f"milepost.render.{SHOWN[name].__module__.rpartition('.')[2]}"
    import_module(module)
    assert rendered.dispatch(SHOWN[name]).__module__ == module


@pytest.mark.parametrize("noun", LISTS)
def test_a_list_has_a_table_in_the_module_that_is_said(noun: str) -> None:
    import_module(f"milepost.render.{LISTS[noun].module}")
    assert base._TABLES[noun].__module__ == f"milepost.render.{LISTS[noun].module}"


def test_a_view_without_a_table_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError, match="there is no table of SubstepView"):
        rendered(import_module("milepost.views.orders").SubstepView("Ink", True))


# ── Long tables ─────────────────────────────────────────────────────────────────────────────────────────────────────


def shown(made: Table, width: int = 100) -> list[str]:
    """The lines of a table on a console of this width, without spaces at their ends."""
    told = io.StringIO()
    base.console(file=told, width=width).print(base.Safe(made), crop=False)
    return [line.rstrip() for line in told.getvalue().splitlines()]


def of_rows(count: int) -> Table:
    """A table with cells of all kinds: to the right, of several lines, of wide signs, of signs that would hide."""
    made = base.table("#", "Name", "State", title="Names", right=("#",))
    names = ("plain", "[red]no markup", "绘图 🎨", "hidden \u202e\x1b[31m sign", "")
    for number in range(count):
        name = base.milestone_name(names[number % 5], zoom=number % 3 == 0, below=base.substep_lines(["ink", "wash"]))
        made.add_row(str(number), name, base.state("approved"))
    return made


def test_a_long_table_looks_as_a_short_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = shown(of_rows(150))
    monkeypatch.setattr(base, "LONG", 100)
    assert shown(of_rows(150)) == drawn
    assert len(drawn) > 450


def test_a_long_table_is_written_plainly_as_wide_as_what_stands_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = Mock(side_effect=AssertionError)
    monkeypatch.setattr(Table, "__rich_console__", drawn)
    made = base.table("Name")
    for _ in range(base.LONG + 1):
        made.add_row(base.words("x" * 300))
    assert shown(made, width=80) == ["Name", "─" * 300, *["x" * 300] * (base.LONG + 1)]
    with pytest.raises(AssertionError):
        shown(of_rows(base.LONG))


def test_a_long_list_of_a_command_is_not_cut_at_the_width_of_a_screen(capsys: pytest.CaptureFixture[str]) -> None:
    long = [BalanceView("client:" + "a" * 40 + f"-{number}" + "b" * 60, number) for number in range(base.LONG + 1)]
    screen.show(Listing("account", long), as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == base.LONG + 3
    assert all(one.account in line for one, line in zip(long, lines[2:], strict=True))
