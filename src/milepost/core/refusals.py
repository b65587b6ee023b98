"""How an action on an order is refused, in words: by which rule, why, and what is possible instead.

Nothing is decided here. `core/act.py` decides that an action is refused; this file says what to tell.
"""

from collections.abc import Callable, Mapping, Sequence

from milepost import rules, times
from milepost.core.order import Order, Timer, possible
from milepost.core.transitions import REQUEST_ROWS, Action, Actor, RequestKind, State
from milepost.rules import Rule, RuleError

Refuse = Callable[[Order], RuleError]


def unknown_milestone(order: Order, position: int) -> RuleError:
    """There is no such milestone."""
    return rules.CANCEL_MILESTONE.refuse(
        why=f"order {order.id} has no milestone {position}; it has {len(order.milestones)}",
        order=order.id,
        position=position,
    )


def wrong_actor(order: Order, action: Action, actor: Actor, allowed: Sequence[Actor]) -> RuleError:
    """The action belongs to somebody else."""
    return rules.ACTOR.refuse(
        why=f"{_deed(order, action)} order {order.id} is for {_parties(allowed)}, not for {_parties((actor,))}",
        order=order.id,
        action=str(action),
        actor=str(actor),
        allowed=[str(one) for one in allowed],
    )


def not_the_clock(order: Order, action: Action, actor: Actor) -> RuleError:
    """A timer is the clock's."""
    return rules.ACTOR.refuse(
        why=f"{action} is for the clock, not for the {actor}",
        order=order.id,
        action=str(action),
        actor=str(actor),
        allowed=[str(Actor.CLOCK)],
    )


def off_schedule(order: Order, timer: Timer | None, at: int) -> RuleError:
    """A party comes after `timer`, which is due first, or the clock does not come at its instant."""
    return rules.DEADLINE_INSTANT.refuse(
        order=order.id,
        timer=str(timer.action) if timer else "nothing",
        due_at=times.format_instant(timer.at) if timer else "no time",
        at=times.format_instant(at),
    )


def held(order: Order, timer: Timer) -> RuleError:
    """The deadline has passed, held by an open request: only answers are left."""
    request = order.open_request
    assert request is not None
    return rules.CANCEL_HOLD.refuse(
        order=order.id, timer=str(timer.action), due_at=times.format_instant(timer.at), request=request.id
    )


def ended(order: Order) -> RuleError:
    """The order has ended."""
    return rules.STOP_FINAL.refuse(order=order.id, status=str(order.status), reason=str(order.reason))


def beyond_time(order: Order, action: Action, instant: int) -> RuleError:
    """What would follow lies beyond the last instant."""
    return rules.TIME_FORMAT.refuse(
        given=times.format_instant(instant),
        why=f"{action} on order {order.id} would lead to it, and years 2000 to 2100 are possible",
        order=order.id,
    )


def wrong_state(order: Order, action: Action) -> RuleError:
    """The tables have no row for a party's action in the order's state, or it has no object left."""
    return _WRONG_STATE[action](order)


def other_milestone(order: Order, action: Action, position: int) -> RuleError:
    """The action would concern another milestone than the one that was meant."""
    meant = order.milestones[position - 1]
    return _OF_ONE_MILESTONE[action].refuse(
        order=order.id,
        phase=str(order.phase),
        why=f"milestone {position} is {meant.state}, and milestone {order.current.position} {order.current.state}",
        possible=possible_text(order),
    )


def possible_text(order: Order) -> str:
    """What the parties can do in the ordinary run of things, in words; the Resolution Center is told apart."""
    routine = [action for action, _ in possible(order) if action not in REQUEST_ROWS]
    return ", ".join(action for action in routine if action is not Action.SUPPORT_CANCEL)


# ── Words ───────────────────────────────────────────────────────────────────────────────────────────────────────────

_OBJECTS = {RequestKind.CANCEL: "to cancel", RequestKind.EXTEND: "for more days", RequestKind.CHANGE: "for a change"}
_DEEDS = {
    Action.OPEN_CANCEL: "asking to cancel",
    Action.OPEN_EXTEND: "asking for more days on",
    Action.OPEN_CHANGE: "asking for a change of",
    Action.ACCEPT_REQUEST: "accepting a request {what} of",
    Action.DECLINE_REQUEST: "declining a request {what} of",
    Action.WITHDRAW_REQUEST: "withdrawing a request {what} of",
    Action.SUPPORT_CANCEL: "cancelling at once",
}


def _deed(order: Order, action: Action) -> str:
    request = order.open_request
    words = _DEEDS.get(action, f"{action} on")
    return words.format(what=_OBJECTS[request.kind] if request else "").replace("  ", " ")


def _parties(who: Sequence[Actor]) -> str:
    return " or ".join(one if one is Actor.SUPPORT else f"the {one}" for one in who)


def _situation(order: Order) -> str:
    wish = " and a stop after it is noted" if order.stopping else ""
    return f"milestone {order.current.position} is {order.current.state}{wish}"


# ── What a wrong state is refused with ──────────────────────────────────────────────────────────────────────────────


def _by(rule: Rule) -> Refuse:
    """With the state, and what is possible instead."""
    return lambda order: rule.refuse(
        order=order.id, phase=str(order.phase), why=_situation(order), possible=possible_text(order)
    )


def _without(rule: Rule, what: str) -> Refuse:
    """With what the milestone has not."""
    return lambda order: rule.refuse(
        why=f"order {order.id}: {_situation(order)} and has {what}", order=order.id, position=order.current.position
    )


def _delivery(order: Order) -> RuleError:
    current = order.current
    missing = current.terms.stages[current.stages_done :]
    if current.state is State.ACTIVE and missing:
        return rules.GIG_MILESTONE_PAYMENTS.refuse(
            why=f"the delivery comes after the last stage; {len(missing)} not reported yet, first {missing[0].name!r}",
            order=order.id,
            stage=missing[0].name,
        )
    return _by(rules.DELIVER_STATE)(order)


def _revision(order: Order) -> RuleError:
    current = order.current
    if current.state is State.DELIVERED:
        return rules.REVISION_ALLOWANCE.refuse(
            order=order.id, position=current.position, used=current.revisions_used, allowed=current.terms.revisions
        )
    return _by(rules.REVIEW_WINDOW)(order)


def _stop_later(order: Order) -> RuleError:
    if order.running and not order.stopping and order.upcoming is None:
        return rules.STOP_WHEN.refuse(
            order=order.id,
            phase=str(order.phase),
            why=f"nothing follows milestone {order.current.position}",
            possible=possible_text(order),
        )
    return _by(rules.STOP_WHEN)(order)


def _undo_stop(order: Order) -> RuleError:
    return rules.STOP_WHEN.refuse(
        order=order.id, phase=str(order.phase), why="no stop is noted", possible=possible_text(order)
    )


def _request(order: Order) -> RuleError:
    request = order.open_request
    waits = f"a request {_OBJECTS[request.kind]} is already open" if request else "there is no open request"
    return rules.CANCEL_CHANNEL.refuse(why=f"order {order.id}: {waits}", order=order.id)


def _extension(order: Order) -> RuleError:
    if order.open_request:
        return _request(order)
    return rules.CHANGE_EXTEND.refuse(
        why=f"order {order.id}: no milestone runs that could have more days", order=order.id
    )


def _change(order: Order) -> RuleError:
    if order.open_request:
        return _request(order)
    why = f"order {order.id} is a {order.terms.type} order; only one by milestones has a plan to change"
    return rules.CHANGE_TERMS.refuse(why=why, order=order.id)


# What concerns the current milestone, or the next, and can be said to be meant for one.
_OF_ONE_MILESTONE = {
    Action.DELIVER: rules.DELIVER_STATE,
    Action.APPROVE: rules.REVIEW_WINDOW,
    Action.REVISE: rules.REVIEW_WINDOW,
    Action.CONTINUE: rules.ORDER_NEXT_CHARGE,
}

# Support always finds something to cancel in an active order, and `ended` refuses it one that has ended.
_WRONG_STATE: Mapping[Action, Refuse] = {
    Action.DELIVER: _delivery,
    Action.APPROVE: _by(rules.REVIEW_WINDOW),
    Action.REVISE: _revision,
    Action.CONTINUE: _by(rules.ORDER_NEXT_CHARGE),
    Action.STOP: _by(rules.STOP_WHEN),
    Action.STOP_AFTER_CURRENT: _stop_later,
    Action.UNDO_STOP: _undo_stop,
    Action.CHECK_SUBSTEP: _without(rules.SUBSTEP_PROGRESS, "no substeps that could be ticked"),
    Action.UNCHECK_SUBSTEP: _without(rules.SUBSTEP_PROGRESS, "no substeps that could be unticked"),
    Action.REPORT_STAGE: _without(rules.GIG_MILESTONE_PAYMENTS, "no stage left to report"),
    Action.SET_CALL: _without(rules.ZOOM_CALL, "no Zoom call that could be set"),
    Action.OPEN_CANCEL: _request,
    Action.OPEN_EXTEND: _extension,
    Action.OPEN_CHANGE: _change,
    Action.ACCEPT_REQUEST: _request,
    Action.DECLINE_REQUEST: _request,
    Action.WITHDRAW_REQUEST: _request,
}
