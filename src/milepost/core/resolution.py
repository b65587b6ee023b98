"""What a request in the Resolution Center, and customer support, may ask of an order.

Nothing here changes an order; that is `core/act.py`.
"""

from collections.abc import Sequence

from milepost import money, rules, times
from milepost.core.offer import planned_faults
from milepost.core.order import Order, reversal_ends_at
from milepost.core.terms import MilestoneTerms
from milepost.core.transitions import CANCEL_REASONS, MILESTONE_ROWS, Action, State


def check_extension(order: Order, days: int) -> None:
    """Refuse an extension of so many days (rule change-extend)."""
    most = order.terms.policy.extension_days_max
    if not 1 <= days <= most:
        raise rules.CHANGE_EXTEND.refuse(why=f"an extension is 1 to {most} days; {days} given", order=order.id)


def check_cancel(order: Order, action: Action, position: int | None, reason: str) -> None:
    """Refuse a reason that is not of the list, and a milestone that `action` cannot cancel."""
    if reason not in CANCEL_REASONS:
        raise rules.CANCEL_CHANNEL.refuse(
            why=f"{reason!r} is not a reason to cancel; the reasons are {', '.join(CANCEL_REASONS)}",
            order=order.id,
            reasons=list(CANCEL_REASONS),
        )
    if position is None:
        return
    state = order.milestones[position - 1].state
    if (action, state) not in MILESTONE_ROWS:
        only = "; support alone can cancel it" if (Action.SUPPORT_CANCEL, state) in MILESTONE_ROWS else ""
        raise rules.CANCEL_MILESTONE.refuse(
            why=f"milestone {position} of order {order.id} is {state}{only}",
            order=order.id,
            position=position,
            state=str(state),
        )


def check_keep(order: Order, position: int | None, keep_cents: int, states: Sequence[State]) -> None:
    """A part is kept of work that was done (rule cancel-split)."""
    if not keep_cents:
        return
    subject = order.milestones[position - 1] if position else order.running
    if subject is None or subject.state not in states:
        what = f"milestone {position} is {subject.state}" if subject else "no milestone runs"
        raise rules.CANCEL_SPLIT.refuse(why=f"{what}: there is no work of which a part could be kept", order=order.id)
    most = subject.terms.price_cents - 1
    if not 0 <= keep_cents <= most:
        why = f"the seller keeps $0.00 to {money.dollars(most)} of it; {money.dollars(keep_cents)} given"
        raise rules.CANCEL_SPLIT.refuse(why=why, order=order.id)


def check_change(order: Order, proposal: Sequence[MilestoneTerms]) -> None:
    """What would follow what was started must keep the limits of an offer, and go on (rule change-terms)."""
    if not proposal and order.running is None:
        why = f"order {order.id}: nothing runs, and nothing would follow; the client can stop it instead"
        raise rules.CHANGE_TERMS.refuse(why=why, order=order.id)
    started = sum(one.started_at is not None for one in order.milestones)
    rules.refuse_all(planned_faults(proposal, order.terms.policy, kept=started))


def check_reversal_time(order: Order, position: int | None, at: int) -> None:
    """Approved work of an ended order can be reversed for some days from its approval (rule money-reversal)."""
    assert position is not None  # the guard of an ended order saw to it
    ends_at = reversal_ends_at(order, order.milestones[position - 1])
    if at >= ends_at:
        raise rules.MONEY_REVERSAL.refuse(
            why=f"milestone {position} of order {order.id} could be reversed until {times.format_instant(ends_at)}, "
            f"{order.terms.policy.reversal_days} days from its approval",
            order=order.id,
            position=position,
        )
