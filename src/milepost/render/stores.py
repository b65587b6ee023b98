"""Stores as people see them."""

from rich.console import RenderableType

from milepost.render.base import facts, rendered, when, words
from milepost.views.stores import StoreView


@rendered.register
def _(view: StoreView) -> RenderableType:
    return facts(
        [
            ("Store", words(view.path)),
            ("Clock", f"{when(view.clock)} UTC, {view.clock_mode}"),
            ("Policy", words(view.policy)),
        ]
    )
