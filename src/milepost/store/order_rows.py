"""The columns of an order's tables, and the one mapping between their rows and the core's `Order`.

What is read here is what is written here. Rows are tuples, because a bulk tick reads and writes ten times as fast that
way as with table objects; a test holds these columns against `tables.py`. Words go in as `str(word)`: the driver asks
every adapter about an enum, which takes longer than to write it.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from milepost.core.act import HistoryEntry
from milepost.core.order import Call, Milestone, Order, Request, Timer
from milepost.core.terms import MilestoneTerms, OrderType, Stage, Terms, agreed_of, plain_of
from milepost.core.transitions import CANCEL_REASONS, RUNNING, Actor, Reason, RequestKind, RequestState, State, Status
from milepost.policy import Policy
from milepost.store.damage import held_to, read_json

ORDER_TERMS = ("id", "type", "seller", "client", "title", "policy_id", "placed_at")
ORDER_STATE = ("status", "reason", "ended_at", "stopping", "request_id", "version")
ORDER_SOUGHT = ("due_at", "phase", "work_due_at")  # what the clock and lists look for, worked out of the order
ORDER_HEAD = ("hash",)
ORDER_ORIGIN = ("gig_id", "offer_id")
ORDER = ORDER_TERMS + ORDER_ORIGIN + ORDER_STATE + ORDER_SOUGHT + ORDER_HEAD
AGREED = ("name", "days", "price_cents", "revisions", "description", "zoom", "substeps", "stages")
AGREED_KEY = ("order_id", "number", "edition")
MILESTONE_KEY = ("order_id", "position")
MILESTONE_STATE = (
    "state", "started_at", "first_delivered_at", "delivered_at", "ended_at", "approved_by", "revisions_used",
    "substeps_done", "stages_done", "call_at", "call_link", "clears_at", "extended_days", "kept_cents",
)  # fmt: skip
REQUEST = (
    "id", "order_id", "asker", "position", "reason", "note", "opened_at", "state", "closed_at", "kind", "keep_cents",
    "days", "proposal",
)  # fmt: skip
HISTORY = ("order_id", "number", "at", "actor", "action", "position", "args")
HISTORY_LINK = ("hash",)
LEDGER = ("order_id", "number", "position", "kind", "debit", "credit", "amount_cents", "at", "undoes")

POLICY_ID = ORDER_TERMS.index("policy_id")
REQUEST_ID = len(ORDER_TERMS) + ORDER_STATE.index("request_id")

_encode = json.JSONEncoder(ensure_ascii=False).encode  # `json.dumps` with an option makes an encoder each time
_STATES = {str(state): state for state in State}
_STATUSES = {str(status): status for status in Status}
_REASONS: Mapping[str | None, Reason | None] = {None: None} | {str(reason): reason for reason in Reason}
_ACTORS: Mapping[str | None, Actor | None] = {None: None} | {str(actor): actor for actor in Actor}
_TYPES = {str(type): type for type in OrderType}


# ── Out of the store ────────────────────────────────────────────────────────────────────────────────────────────────


def milestone_from(row: Sequence[Any]) -> Milestone:
    """A milestone from its order's id, its position, AGREED and MILESTONE_STATE."""
    (
        _, position, name, days, price_cents, revisions, description, zoom, substeps, stages,
        state, started_at, first_delivered_at, delivered_at, ended_at, approved_by, revisions_used,
        substeps_done, stages_done, call_at, call_link, clears_at, extended_days, kept_cents,
    ) = row  # fmt: skip
    return Milestone(
        position,
        MilestoneTerms(name, days, price_cents, revisions, description, zoom == 1, _names(substeps), _stages(stages)),
        _STATES[state],
        started_at,
        first_delivered_at,
        delivered_at,
        ended_at,
        _ACTORS[approved_by],
        revisions_used,
        _numbers(substeps_done),
        stages_done,
        None if call_at is None else Call(call_at, call_link),
        clears_at,
        extended_days,
        kept_cents,
    )


def terms_from(row: Sequence[Any]) -> MilestoneTerms:
    """What was agreed of a milestone, from AGREED."""
    name, days, price_cents, revisions, description, zoom, substeps, stages = row
    return MilestoneTerms(name, days, price_cents, revisions, description, zoom == 1, _names(substeps), _stages(stages))


def order_from(row: Sequence[Any], milestones: list[Milestone], policy: Policy, request: Request | None) -> Order:
    """An order from ORDER_TERMS, ORDER_STATE and ORDER_HEAD, and what its row names."""
    (
        order_id, _, _, _, _, _, placed_at,
        status, reason, ended_at, stopping, _, version, _,
    ) = row  # fmt: skip
    return Order(
        order_id,
        order_terms(row, [milestone.terms for milestone in milestones], policy),
        placed_at,
        tuple(milestones),
        _STATUSES[status],
        _REASONS[reason],
        ended_at,
        stopping == 1,
        request,
        version,
    )


def order_terms(row: Sequence[Any], agreed: Sequence[MilestoneTerms], policy: Policy) -> Terms:
    """The terms of an order from ORDER_TERMS, and what was agreed of its milestones."""
    _, type, seller, client, title, *_ = row
    return Terms(_TYPES[type], seller, client, title, tuple(agreed), policy)


def request_from(row: Sequence[Any]) -> Request:
    """A request from REQUEST."""
    id, _, asker, position, reason, note, opened_at, state, closed_at, kind, keep_cents, days, proposal = row
    if reason is not None and reason not in CANCEL_REASONS:
        raise KeyError(reason)
    return Request(
        id, Actor(asker), position, reason, note, opened_at, RequestState(state), closed_at, RequestKind(kind),
        keep_cents, days, _proposal(proposal),
    )  # fmt: skip


# Most lists are empty, and a bulk tick reads many; the others are held to what they must be.


def _names(text: str) -> tuple[str, ...]:
    return () if text == "[]" else held_to(tuple(read_json(text, list)), tuple[str, ...])


def _numbers(text: str) -> tuple[int, ...]:
    return () if text == "[]" else held_to(tuple(read_json(text, list)), tuple[int, ...])


def _stages(text: str) -> tuple[Stage, ...]:
    stages = tuple(Stage(*one) for one in read_json(text, list)) if text != "[]" else ()
    return stages and held_to(stages, tuple[Stage, ...])


def _proposal(text: str) -> tuple[MilestoneTerms, ...]:
    proposed = tuple(agreed_of(plain) for plain in read_json(text, list)) if text != "[]" else ()
    return proposed and held_to(proposed, tuple[MilestoneTerms, ...])


# ── Into the store ──────────────────────────────────────────────────────────────────────────────────────────────────


def request_columns(request: Request, order_id: int) -> tuple[Any, ...]:
    """The columns of REQUEST."""
    id, asker, *told, state, closed_at, kind, keep_cents, days, proposal = request
    proposed = _json([plain_of(terms) for terms in proposal])
    return id, order_id, str(asker), *told, str(state), closed_at, str(kind), keep_cents, days, proposed


def order_state(order: Order) -> tuple[Any, ...]:
    """The columns of ORDER_STATE."""
    return (
        str(order.status),
        None if order.reason is None else str(order.reason),
        order.ended_at,
        int(order.stopping),
        order.request.id if order.request else None,
        order.version,
    )


def order_sought(order: Order, timer: Timer | None) -> tuple[Any, ...]:
    """The columns of ORDER_SOUGHT of an order whose next timer is known."""
    work = order.current
    late = work.first_delivered_at is None or work.first_delivered_at > (work.due_at or 0)
    waited_for = order.status is Status.ACTIVE and late and (work.first_delivered_at or work.state in RUNNING)
    return timer.at if timer else None, str(order.phase), work.due_at if waited_for else None


def history_columns(entry: HistoryEntry, order_id: int) -> tuple[Any, ...]:
    """The columns of HISTORY."""
    number, at, actor, action, position, args = entry
    return order_id, number, at, str(actor), str(action), position, json.dumps(args) if args else None


def milestone_state(milestone: Milestone) -> tuple[Any, ...]:
    """The columns of MILESTONE_STATE."""
    call = milestone.call
    return (
        str(milestone.state),
        milestone.started_at,
        milestone.first_delivered_at,
        milestone.delivered_at,
        milestone.ended_at,
        None if milestone.approved_by is None else str(milestone.approved_by),
        milestone.revisions_used,
        _json(milestone.substeps_done),
        milestone.stages_done,
        call.at if call else None,
        call.link if call else None,
        milestone.clears_at,
        milestone.extended_days,
        milestone.kept_cents,
    )


def agreed_columns(terms: MilestoneTerms) -> tuple[Any, ...]:
    """The columns of AGREED."""
    name, days, price_cents, revisions, description, zoom, substeps, stages = terms
    return name, days, price_cents, revisions, description, int(zoom), _json(substeps), _json(stages)


def _json(values: Sequence[Any]) -> str:
    return _encode(values) if values else "[]"
