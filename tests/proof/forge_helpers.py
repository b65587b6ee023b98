"""Records of a history that are forged, each in one way, so that they no longer fit with the store."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from proof import checker_helpers, history_helpers, shop_helpers
from proof.history_helpers import Op, Plan
from proof.pool_helpers import own_folder

_ALONE = (1, 1)
_ACTIONS = 80


def faults_of_forged(start: Path, seed: int, how: str | None) -> list[str]:
    """What the checker finds in the record of one process alone, after it was forged; None leaves it as it is."""
    store = shop_helpers.copied(start, own_folder() / "forged")
    ops = history_helpers.play(Plan(start, seed, _ACTIONS, processes=_ALONE), store)
    return checker_helpers.check(start, store, FORGERIES[how](ops) if how else ops)


def _last(ops: list[Op], *words: str) -> int:
    """The last acknowledged action of this kind."""
    return max(place for place, op in enumerate(ops) if op.acknowledged and op.args[: len(words)] == words)


def _without(*words: str) -> Callable[[list[Op]], list[Op]]:
    return lambda ops: [op for place, op in enumerate(ops) if place != _last(ops, *words)]


def _twice(*words: str) -> Callable[[list[Op]], list[Op]]:
    return lambda ops: [*ops, ops[_last(ops, *words)]]


def _refused(ops: list[Op]) -> list[Op]:
    place = _last(ops, "order", "deliver")
    refused = ops[place]._replace(answer=ops[place].answer._replace(code=4))
    return [*ops[:place], refused, *ops[place + 1 :]]


def _other_cents(ops: list[Op]) -> list[Op]:
    place = _last(ops, "ledger", "withdraw")
    told = ops[place].answer.json
    other = json.dumps({**told, "withdrawn_cents": told["withdrawn_cents"] + 1})
    return [*ops[:place], ops[place]._replace(answer=ops[place].answer._replace(out=other)), *ops[place + 1 :]]


def _other_time(ops: list[Op]) -> list[Op]:
    """Two deliveries change the places that they have in time."""
    places = [place for place, op in enumerate(ops) if op.acknowledged and op.args[:3] == ("order", "deliver", "2")]
    first, last = ops[places[0]], ops[places[-1]]
    swapped = list(ops)
    swapped[places[0]] = last._replace(begin=first.begin, end=first.end)
    swapped[places[-1]] = first._replace(begin=last.begin, end=last.end)
    return swapped


FORGERIES: Mapping[str, Callable[[list[Op]], list[Op]]] = {
    "a delivery that nobody acknowledged": _without("order", "deliver"),
    "a tick that nobody acknowledged": _without("order", "tick"),
    "a withdrawal that nobody acknowledged": _without("ledger", "withdraw"),
    "a message that nobody acknowledged": _without("inbox", "send"),
    "an approval that was acknowledged twice": _twice("order", "approve"),
    "a withdrawal that was acknowledged twice": _twice("ledger", "withdraw"),
    "a relative tick that was acknowledged twice": _twice("order", "tick", "--by"),
    "a delivery that was refused and is stored": _refused,
    "a withdrawal of another amount": _other_cents,
    "deliveries in another order than in time": _other_time,
}
