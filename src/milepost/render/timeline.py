"""A timeline as a Gantt chart in the terminal: readable at 80 columns, and without colour."""

from collections.abc import Callable, Iterator

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.text import Text

from milepost import times
from milepost.render.base import rendered
from milepost.render.plain import printable
from milepost.views.timeline import TimelineRowView, TimelineView

# Each kind has a sign of its own, so that the chart needs no colour.
_SIGNS = {
    "work": ("█", "cyan"),
    "review": ("▒", "yellow"),
    "revision": ("▓", "magenta"),
    "waiting": ("─", "dim"),
    "planned": ("░", "dim"),
}
_NOW, _DEADLINE = "│", "◆"
_LABEL_MAX = 28


@rendered.register
def _(view: TimelineView) -> RenderableType:
    if not view.rows:
        return Text("No open orders.")
    more = [Text("There are more; see them with --limit.")] if view.more else []
    return Group(Text(printable(view.title), style="bold"), "", _Chart(view), *more, "", _legend())


def _legend() -> Text:
    text = Text()
    for kind, (sign, style) in _SIGNS.items():
        text.append(sign * 2, style).append(f" {kind}   ")
    return text.append(f"{_DEADLINE} deadline   {_NOW} now")


class _Chart:
    """Lays the bars out when it is known how wide the terminal is."""

    def __init__(self, view: TimelineView) -> None:
        self._view = view

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from _lines(self._view, options.max_width)


def _lines(view: TimelineView, width: int) -> Iterator[Text]:
    labels = [printable(_label(row)) for row in view.rows]
    label_width = min(_LABEL_MAX, max(map(cell_len, labels)))
    room = max(20, width - label_width - 2)
    instants = [instant for row in view.rows for instant in _instants(row)] or [view.now]
    first, last = min(*instants, view.now), max(instants)  # what has ended before now ends the scale
    seconds = max(1, last - first)

    def column(instant: int) -> int:
        return room if instant > last else min(room - 1, (instant - first) * room // seconds)

    pad = " " * (label_width + 2)
    yield Text(pad + _scale(first, last, room), style="dim")
    for row, label in zip(view.rows, labels, strict=True):
        text = Text(set_cell_size(label, label_width) + "  ")
        for sign, style in _bar(row, view.now, room, column):
            text.append(sign, style)
        yield text


def _label(row: TimelineRowView) -> str:
    return f"{row.milestone} {row.label}" if row.milestone else row.label


def _bar(row: TimelineRowView, now: int, room: int, column: Callable[[int], int]) -> list[tuple[str, str]]:
    cells = [(" ", "")] * room
    for segment in row.segments:
        begin, end = column(segment.begins_at), column(segment.ends_at)
        for index in range(begin, max(end, begin + 1)):
            cells[index] = _SIGNS[segment.kind]
    if 0 <= column(now) < room:
        cells[column(now)] = (_NOW, "bold")
    for deadline in row.deadlines:
        cells[column(deadline)] = (_DEADLINE, "bold red")
    return cells


def _scale(first: int, last: int, room: int) -> str:
    begin, end = times.format_instant(first)[:10], times.format_instant(last)[:10]
    middle = times.format_instant((first + last) // 2)[:10]
    if room < 3 * len(begin) + 4:
        return begin.ljust(room - len(end)) + end
    left = (room - len(middle)) // 2
    return (begin.ljust(left) + middle).ljust(room - len(end)) + end


def _instants(row: TimelineRowView) -> Iterator[int]:
    for segment in row.segments:
        yield segment.begins_at
        yield segment.ends_at
    yield from row.deadlines
