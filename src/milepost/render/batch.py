"""How a batch of commands went, in a line."""

from rich.console import RenderableType
from rich.text import Text

from milepost.render.base import rendered
from milepost.views.batch import BatchView


@rendered.register
def _(view: BatchView) -> RenderableType:
    return Text(f"{view.done:,} done" + (f", {view.failed:,} failed" if view.failed else "") + ".")
