"""Every view that a command answers with has a table, in the module of `render` that is named as its own."""

from collections.abc import Iterator
from importlib import import_module
from types import UnionType
from typing import Any, Union, get_args, get_origin

import pytest
from cli.tree_helpers import VERBS

from milepost.render import base
from milepost.render.base import LISTS, rendered
from milepost.views.base import Created, Listing, Summed, TextView
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
