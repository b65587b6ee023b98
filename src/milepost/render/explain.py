"""Orders in plain words."""

from rich.console import Group, RenderableType
from rich.text import Text

from milepost.render.base import rendered, words
from milepost.views.explain import ExplainView


@rendered.register
def _(view: ExplainView) -> RenderableType:
    parts: list[RenderableType] = [words(f"Order {view.order}: {view.title}", "bold"), ""]
    parts.extend(words(sentence) for sentence in view.sentences)
    for choice in view.choices:
        line = Text(f"\n{choice.by}: ", "bold").append(f"{choice.action}", "default").append(f" → {choice.leads_to}")
        if choice.money:
            line.append(f" ({', '.join(choice.money)})", "green")
        parts.extend((line, Text(f"  {choice.command}", "dim")))
    return Group(*parts)
