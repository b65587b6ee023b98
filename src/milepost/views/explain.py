"""An order in plain words."""

from collections.abc import Sequence
from typing import NamedTuple

from milepost.views.orders import TimerView


class ChoiceView(NamedTuple):
    """What a party can do now, what it leads to, what it costs or pays, and the command for it."""

    by: str
    action: str
    leads_to: str
    money: Sequence[str]
    command: str


class ExplainView(NamedTuple):
    """An order in plain words: what happened, whose turn it is, what the clock will do, and what each choice means."""

    order: int
    title: str
    sentences: Sequence[str]
    turn: str | None
    rule: str | None
    timer: TimerView | None
    choices: Sequence[ChoiceView]
