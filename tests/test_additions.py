"""What is added to one table is added to all that go with it: each test names the place that was forgotten."""

from collections.abc import Collection

import pytest

from milepost import commands
from milepost.core import act, refusals
from milepost.core.transitions import ACTORS, MILESTONES, ORDERS, REQUESTS, TIMER_RULES, Action
from milepost.views import orders

ROWS = (*MILESTONES, *ORDERS, *REQUESTS)

# By place: what stands there, and what must.
PLACES: dict[str, tuple[Collection[Action], Collection[Action]]] = {
    "the rows of core/transitions.py": ({row.action for row in ROWS}, [*Action]),
    "TIMER_RULES of core/transitions.py": (TIMER_RULES, {row.action for row in ROWS if row.at is not None}),
    "_HANDLERS of core/act.py": (act._HANDLERS, ACTORS),
    "_TIMER_HANDLERS of core/act.py": (act._TIMER_HANDLERS, TIMER_RULES),
    # Support always finds something to cancel.
    "_WRONG_STATE of core/refusals.py": (refusals._WRONG_STATE, ACTORS.keys() - {Action.SUPPORT_CANCEL}),
    "COMMANDS of commands.py": (commands._OF_ACTION, ACTORS),
    "_TIMER_WORDS of views/orders.py": (orders._TIMER_WORDS, TIMER_RULES),
}


@pytest.mark.parametrize("place", PLACES)
def test_every_action_stands_wherever_one_of_its_kind_must(place: str) -> None:
    found, wanted = PLACES[place]
    forgotten, spare = (sorted({*some} - {*others}) for some, others in ((wanted, found), (found, wanted)))
    assert not forgotten, f"{place}: there is nothing for {', '.join(forgotten)}"
    assert not spare, f"{place}: there is no such action of this kind: {', '.join(spare)}"
