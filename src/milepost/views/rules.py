"""Rules, policies, and the transition tables as rows and as a diagram."""

from collections.abc import Mapping
from typing import NamedTuple

from milepost.core import transitions
from milepost.core.transitions import Action, Phase, State


class PolicyView(NamedTuple):
    """A policy with its numbers."""

    name: str
    numbers: Mapping[str, int | str | None]
    wording: Mapping[str, str]


class TransitionView(NamedTuple):
    """A row of a transition table; `source` and `target` are states, `effect` the money or the reason of an end."""

    table: str
    action: str
    actor: str
    source: str
    target: str
    effect: str


class RuleView(NamedTuple):
    """A rule with the numbers of a policy."""

    id: str
    text: str
    source: str


def transition_views() -> list[TransitionView]:
    """Every row of the three transition tables."""
    rows: list[tuple[object, ...]] = [("milestone", *row[:5]) for row in transitions.MILESTONES]
    rows += [("order", *row[:4], row.reason or "-") for row in transitions.ORDERS]
    rows += [("request", *row[:4], "granted" if row.grants else "-") for row in transitions.REQUESTS]
    return [TransitionView(*map(str, row)) for row in rows]


def state_diagram() -> str:
    """The life of a milestone and of its order as a Mermaid state diagram, from the transition tables."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for row in transitions.MILESTONES:
        if row.source != row.target:
            source = _WAITING.get(row.action, str(row.source))
            arrows.setdefault((source, str(row.target)), []).append(str(row.action))
    arrows[str(State.PLANNED), str(State.SKIPPED)] = ["the order ends"]
    for end in transitions.ORDERS:
        if end.target is not Phase.WORKING and (
            end.reason or end.target is not Phase.ENDED
        ):  # else it stays, or goes on
            source, label = _finished(end)
            target = _node(str(end.reason or end.target))
            arrows.setdefault((source, target), []).append(label)
    lines = ["stateDiagram-v2", f"    [*] --> {State.PLANNED}"]
    lines += [
        f"    {source} --> {target}: {', '.join(dict.fromkeys(told))}" for (source, target), told in arrows.items()
    ]
    lines += [f"    {_node(name)}: order ended, {name}" for name in transitions.Reason]
    lines += [f"    {_node(name)}: order {name}" for name in (Phase.AWAITING_CONTINUE, Phase.AWAITING_RENEWAL)]
    lines += [f"    {_node(name)} --> [*]" for name in transitions.Reason]
    return "\n".join(lines)


_WAITING = {Action.CONTINUE: "awaiting_continue", Action.RENEW: "awaiting_renewal"}


_NEXT_WAITING = {transitions.Next.CLIENT: "awaiting_continue", transitions.Next.RENEWAL: "awaiting_renewal"}


def _finished(row: transitions.OrderTransition) -> tuple[str, str]:
    """Where an order's move begins in the diagram: at the milestone's new state, or at the wait that it ends."""
    states = {one.action: str(one.target) for one in transitions.MILESTONES if one.source != one.target}
    if row.action in states:
        return states[row.action], f"{row.action} ({row.source})"
    return _NEXT_WAITING[row.source], str(row.action)


def _node(name: str) -> str:
    return f"ended_{name}".replace("-", "_") if name in set(transitions.Reason) else name.replace("-", "_")
