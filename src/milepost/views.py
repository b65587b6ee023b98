"""Views: what a command answers, for the table and for `--json` alike.

A view's fields are the JSON's keys: amounts in integer cents under `*_cents`, instants as ISO 8601 with Z. Nothing
here reads the store; `of` functions take core objects and the instant that "now" is.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Generic, TypeVar

from milepost import times
from milepost.core import gig as gigs
from milepost.core import tables
from milepost.core.act import Line
from milepost.core.gig import Gig, Package
from milepost.core.ledger import Posted, Totals
from milepost.core.offer import Offer
from milepost.core.order import Milestone, Order, Request, Timer, deadline, is_legal, review_ends_at, timers
from milepost.core.tables import Action, Phase, State
from milepost.core.terms import MilestoneTerms

Item = TypeVar("Item")


def iso(instant: int | None) -> str | None:
    """An instant as a view holds it."""
    return None if instant is None else times.format_instant(instant)


def iso_at(instant: int) -> str:
    """A known instant as a view holds it."""
    return times.format_instant(instant)


@dataclass(frozen=True, slots=True)
class Listing(Generic[Item]):
    """Some views of one kind; `more` says that there are others. Its JSON is the plain list."""

    noun: str
    items: list[Item]
    more: bool = False

    @staticmethod
    def cut(noun: str, items: list[Item], limit: int) -> "Listing[Item]":
        """The first `limit` of the items, of which one more was asked for."""
        return Listing(noun, items[:limit], len(items) > limit)


@dataclass(frozen=True, slots=True)
class Created(Generic[Item]):
    """Something new: its id is what scripts want, and its JSON is the whole."""

    id: int
    whole: Item


@dataclass(frozen=True, slots=True)
class StoreView:
    """A store, as `init` made it."""

    path: str
    clock: str
    clock_mode: str
    policy: str


# ── Gigs and offers ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class PackageView:
    """A gig's package, and what a client gets with it."""

    tier: str
    price_cents: int
    days: int
    revisions: int | None
    description: str
    milestones: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class GigView:
    """A gig; `missing` is what it lacks before clients see its milestones."""

    id: int
    title: str
    seller: str
    subcategory: str
    description: str
    milestone_payments: bool
    packages: list[PackageView]
    milestones: list[dict[str, Any]]
    missing: list[dict[str, str]]
    created_at: str

    @staticmethod
    def of(gig_id: int, gig: Gig, created_at: int, missing: Sequence[tuple[str, str]]) -> "GigView":
        """The view of a stored gig; `missing` are rule ids with their sentences."""
        return GigView(
            gig_id,
            gig.title,
            gig.seller,
            gig.subcategory,
            gig.description,
            gig.milestone_payments,
            [_package_view(gig, package, complete=not missing) for package in gig.packages],
            [_gig_milestone(position, milestone) for position, milestone in enumerate(gig.milestones, start=1)],
            [{"rule": rule, "message": message} for rule, message in missing],
            iso_at(created_at),
        )


def _gig_milestone(position: int, milestone: gigs.Milestone) -> dict[str, Any]:
    return {
        "position": position,
        "name": milestone.name,
        "description": milestone.description,
        "days": milestone.days,
        "revisions": milestone.revisions,
        "zoom": milestone.zoom,
        "packages": list(milestone.packages),
        "weight": milestone.weight,
        "prices_cents": dict(milestone.prices),
        "substeps": [{"name": substep.name, "packages": list(substep.packages)} for substep in milestone.substeps],
    }


def _package_view(gig: Gig, package: Package, *, complete: bool) -> PackageView:
    shares = gigs.amounts(gig, package) if complete and gig.milestone_payments else ()
    milestones = [
        {
            "name": milestone.name,
            "days": milestone.days,
            "revisions": milestone.revisions,
            "zoom": milestone.zoom,
            "amount_cents": shares[index] if shares else None,
            "substeps": [substep.name for substep in milestone.substeps if package.tier in substep.packages],
        }
        for index, milestone in enumerate(gig.available(package.tier))
    ]
    return PackageView(*package, milestones)


@dataclass(frozen=True, slots=True)
class CheckView:
    """What `gig check` found."""

    gig: int
    complete: bool
    missing: list[dict[str, str]]

    @property
    def failed(self) -> bool:
        """Whether the exit code says so too."""
        return not self.complete


@dataclass(frozen=True, slots=True)
class OfferView:
    """A custom offer; `order` is what it was placed as."""

    id: int
    gig: int
    type: str
    seller: str
    client: str
    title: str
    status: str
    sent_at: str
    expires_at: str | None
    closed_at: str | None
    policy: str
    milestones: list[dict[str, Any]]
    total_cents: int
    order: int | None

    @staticmethod
    def of(offer: Offer, order_id: int | None) -> "OfferView":
        """The view of an offer."""
        terms = offer.terms
        return OfferView(
            offer.id,
            offer.gig_id,
            str(terms.type),
            terms.seller,
            terms.client,
            terms.title,
            str(offer.status),
            iso_at(offer.sent_at),
            iso(offer.expires_at),
            iso(offer.closed_at),
            terms.policy.name,
            [_agreed(position, milestone) for position, milestone in enumerate(terms.milestones, start=1)],
            terms.total_cents,
            order_id,
        )


def _agreed(position: int, terms: MilestoneTerms) -> dict[str, Any]:
    return {
        "position": position,
        "name": terms.name,
        "description": terms.description,
        "days": terms.days,
        "price_cents": terms.price_cents,
        "revisions": terms.revisions,
        "zoom": terms.zoom,
        "substeps": list(terms.substeps),
    }


# ── Orders ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class TimerView:
    """A timer that is armed: when, of which order, what it does, by which rule, and what prevents it."""

    at: str
    order: int
    timer: str
    rule: str
    milestone: int | None
    effect: str
    prevent: list[str]

    @staticmethod
    def of(order: Order, timer: Timer) -> "TimerView":
        """The view of an order's timer."""
        effect, prevents = _TIMER_WORDS[timer.action]
        request = order.open_request.id if order.open_request else None
        silence = tables.ORDER_ROWS.get((timer.action, order.next))
        ends = f"; the order ends ({silence.reason})" if silence and silence.reason else ""
        return TimerView(
            iso_at(timer.at),
            order.id,
            str(timer.action),
            timer.rule.id,
            timer.position,
            effect.format(position=timer.position) + ends,
            [command.format(id=order.id, request=request) for action, command in prevents if is_legal(order, action)],
        )


_TIMER_WORDS: dict[Action, tuple[str, tuple[tuple[Action, str], ...]]] = {
    Action.REVIEW_SILENCE: (
        "milestone {position} counts as approved and is paid",
        ((Action.APPROVE, "milepost order approve {id}"), (Action.REVISE, "milepost order revise {id}")),
    ),
    Action.CONTINUE_WINDOW: (
        "nothing follows milestone {position}; the rest is skipped",
        ((Action.CONTINUE, "milepost order continue {id}"), (Action.STOP, "milepost order stop {id}")),
    ),
    Action.RENEW: ("cycle {position} starts and is charged", ((Action.STOP, "milepost order stop {id}"),)),
    Action.CANCEL_UNANSWERED: (
        "the request to cancel counts as accepted",
        (
            (Action.DECLINE_CANCEL, "milepost resolution decline {request}"),
            (Action.WITHDRAW_CANCEL, "milepost resolution withdraw {request}"),
        ),
    ),
    Action.CLEAR: ("the money of milestone {position} becomes available", ()),
}


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order as it stands."""

    id: int
    status: str
    reason: str | None
    type: str
    seller: str
    client: str
    title: str
    placed_at: str
    completed_at: str | None
    phase: str
    deadline_at: str | None
    milestones: list[dict[str, Any]]
    charged_cents: int
    escrow_cents: int
    released_cents: int
    refunded_cents: int
    fees_cents: int
    policy: str
    stopping: bool
    now: str
    timers: list[TimerView]

    @staticmethod
    def of(order: Order, totals: Totals, now: int) -> "OrderView":
        """The view of an order at an instant; `totals` are the sums of its entries."""
        ends = deadline(order)
        return OrderView(
            order.id,
            str(order.status),
            str(order.reason) if order.reason else None,
            str(order.terms.type),
            order.terms.seller,
            order.terms.client,
            order.terms.title,
            iso_at(order.placed_at),
            iso(order.ended_at),
            str(order.phase),
            iso(ends.at) if ends else None,
            [_milestone(order, milestone, now) for milestone in order.milestones],
            totals.charged_cents,
            totals.escrow_cents,
            totals.released_cents,
            totals.refunded_cents,
            totals.fees_cents,
            order.terms.policy.name,
            order.stopping,
            iso_at(now),
            [TimerView.of(order, timer) for timer in timers(order)],
        )


def _milestone(order: Order, milestone: Milestone, now: int) -> dict[str, Any]:
    approved, done = milestone.state is State.APPROVED, set(milestone.substeps_done)
    return {
        "position": milestone.position,
        "name": milestone.terms.name,
        "state": str(milestone.state),
        "price_cents": milestone.terms.price_cents,
        "days": milestone.terms.days,
        "started_at": iso(milestone.started_at),
        "due_at": iso(milestone.due_at),
        "late": milestone.late_seconds(now) > 0,
        "late_seconds": milestone.late_seconds(now),
        "delivered_at": iso(milestone.delivered_at),
        "review_ends_at": iso(review_ends_at(order, milestone)),
        "approved_at": iso(milestone.ended_at) if approved else None,
        "approved_by": str(milestone.approved_by) if approved else None,
        "revisions_used": milestone.revisions_used,
        "revisions_allowed": milestone.terms.revisions,
        "zoom": milestone.terms.zoom,
        "substeps": [
            {"name": name, "done": number in done} for number, name in enumerate(milestone.terms.substeps, start=1)
        ],
        "stages": [
            {"name": name, "done": number <= milestone.stages_done}
            for number, name in enumerate(milestone.terms.stages, start=1)
        ],
        "call": {"at": iso_at(milestone.call.at), "link": milestone.call.link} if milestone.call else None,
    }


@dataclass(frozen=True, slots=True)
class OrderLineView:
    """An order in a list."""

    id: int
    title: str
    seller: str
    client: str
    type: str
    status: str
    reason: str | None
    phase: str
    milestone: int
    milestones: int
    late: bool
    deadline_at: str | None

    @staticmethod
    def of(order: Order, now: int) -> "OrderLineView":
        """The line of an order at an instant."""
        ends = deadline(order)
        return OrderLineView(
            order.id,
            order.terms.title,
            order.terms.seller,
            order.terms.client,
            str(order.terms.type),
            str(order.status),
            str(order.reason) if order.reason else None,
            str(order.phase),
            order.current.position,
            len(order.milestones),
            order.phase is not Phase.ENDED and order.current.late_seconds(now) > 0,
            iso(ends.at) if ends else None,
        )


@dataclass(frozen=True, slots=True)
class PlacedView:
    """An order that was placed, with the offer it answers."""

    order: OrderView
    offer: OfferView


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request to cancel a milestone, or the whole order (None); it counts as accepted at `answer_by`."""

    id: int
    order: int
    milestone: int | None
    by: str
    reason: str
    note: str
    opened_at: str
    answer_by: str | None
    state: str
    closed_at: str | None

    @staticmethod
    def of(order_id: int, request: Request, answer_by: int | None) -> "RequestView":
        """The view of a request."""
        return RequestView(
            request.id,
            order_id,
            request.position,
            str(request.asker),
            request.reason,
            request.note,
            iso_at(request.opened_at),
            iso(answer_by),
            request.state,
            iso(request.closed_at),
        )


@dataclass(frozen=True, slots=True)
class ReasonView:
    """A reason to cancel."""

    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """What a party can do now, what it leads to, what it costs or pays, and the command for it."""

    by: str
    action: str
    leads_to: str
    money: list[str]
    command: str


@dataclass(frozen=True, slots=True)
class ExplainView:
    """An order in plain words: what happened, whose turn it is, what the clock will do, and what each choice means."""

    order: int
    title: str
    sentences: list[str]
    turn: str | None
    rule: str | None
    timer: TimerView | None
    choices: list[ChoiceView]


@dataclass(frozen=True, slots=True)
class SegmentView:
    """A stretch of time in which a milestone was in one kind of state: planned, work, review, revision, waiting."""

    kind: str
    begins_at: str
    ends_at: str


@dataclass(frozen=True, slots=True)
class TimelineRowView:
    """A bar of a timeline: a milestone's, or a whole order's; `deadlines` are the instants that matter on it."""

    order: int
    milestone: int | None
    label: str
    state: str
    segments: list[SegmentView]
    deadlines: list[str]


@dataclass(frozen=True, slots=True)
class TimelineView:
    """Bars on one scale."""

    title: str
    now: str
    rows: list[TimelineRowView]
    more: bool = False


@dataclass(frozen=True, slots=True)
class StepView:
    """Something that happened in a story: a step or a timer, at its instant, and what it led to.

    `line` is the step's in the file, None for a timer; `ok` is False where the story went another way than written.
    """

    at: str
    line: int | None
    step: str
    effect: str
    ok: bool = True


@dataclass(frozen=True, slots=True)
class EntryView:
    """A movement of money from one account to another."""

    id: int
    at: str
    kind: str
    order: int | None
    milestone: int | None
    debit: str
    credit: str
    amount_cents: int
    undoes: str | None

    @staticmethod
    def of(posted: Posted) -> "EntryView":
        """The view of an entry in the books."""
        entry = posted.entry
        return EntryView(
            posted.id,
            iso_at(posted.at),
            str(entry.kind),
            posted.order_id,
            entry.position or None,
            entry.debit,
            entry.credit,
            entry.amount_cents,
            str(entry.undoes) if entry.undoes else None,
        )


@dataclass(frozen=True, slots=True)
class TrialView:
    """What would follow from some actions; nothing of it was saved."""

    steps: list[StepView]
    order: OrderView
    ledger: list[EntryView]


@dataclass(frozen=True, slots=True)
class HistoryLineView:
    """One accepted action."""

    number: int
    at: str
    actor: str
    action: str
    milestone: int | None
    args: dict[str, Any]

    @staticmethod
    def of(line: Line) -> "HistoryLineView":
        """The view of a history line."""
        return HistoryLineView(
            line.number, iso_at(line.at), str(line.actor), str(line.action), line.position, dict(line.args)
        )


@dataclass(frozen=True, slots=True)
class TickView:
    """A tick: where the clock is now, and what fired; `count` counts what `fired` has no room for too."""

    clock: str
    fired: list[dict[str, Any]] = field(default_factory=list)
    count: int = 0


# ── Money ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class BalanceView:
    """What an account holds."""

    account: str
    balance_cents: int


@dataclass(frozen=True, slots=True)
class WithdrawalView:
    """What a seller was paid out, and what is left available."""

    seller: str
    withdrawn_cents: int
    available_cents: int
    at: str


@dataclass(frozen=True, slots=True)
class FindingsView:
    """What a check of the books found; `checked` says what was looked at."""

    balanced: bool
    findings: list[str]
    checked: dict[str, int]

    @property
    def failed(self) -> bool:
        """Whether the exit code says so too."""
        return not self.balanced


# ── Scenarios ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class ExpectationView:
    """One thing that had to be true, and what was found."""

    at: str
    line: int
    what: str
    expected: str
    found: str

    @property
    def ok(self) -> bool:
        """Whether it was true."""
        return self.expected == self.found


@dataclass(frozen=True, slots=True)
class PlayedView:
    """A story that was played: its steps, its expectations, and how its orders and the money stand at its end."""

    name: str
    title: str
    policy: str
    passed: bool
    steps: list[StepView]
    expectations: list[ExpectationView]
    orders: list[OrderView]
    ledger: list[EntryView]

    @property
    def failed(self) -> bool:
        """Whether the exit code says so too."""
        return not self.passed


@dataclass(frozen=True, slots=True)
class PolicyView:
    """A policy with its numbers."""

    name: str
    numbers: dict[str, Any]
    wording: dict[str, str]


@dataclass(frozen=True, slots=True)
class TransitionView:
    """A row of a transition table; `source` and `target` are states, `effect` the money or the reason of an end."""

    table: str
    action: str
    actor: str
    source: str
    target: str
    effect: str


# ── Rules ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule with the numbers of a policy."""

    id: str
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class DiagramView:
    """A state diagram, as Mermaid text."""

    mermaid: str


def transitions() -> list[TransitionView]:
    """Every row of the three transition tables."""
    rows: list[tuple[object, ...]] = [("milestone", *row) for row in tables.MILESTONES]
    rows += [("order", *row[:4], row.reason or "-") for row in tables.ORDERS]
    rows += [("request", *row[:4], "cancels" if row.cancels else "-") for row in tables.REQUESTS]
    return [TransitionView(*map(str, row)) for row in rows]


def state_diagram() -> str:
    """The life of a milestone and of its order as a Mermaid state diagram, from the transition tables."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for row in tables.MILESTONES:
        if row.source != row.target:
            source = _WAITING.get(row.action, str(row.source))
            arrows.setdefault((source, str(row.target)), []).append(str(row.action))
    arrows[str(State.PLANNED), str(State.SKIPPED)] = ["the order ends"]
    for end in tables.ORDERS:
        source, label = _finished(end)
        target = _node(str(end.reason or end.target))
        arrows.setdefault((source, target), []).append(label)
    lines = ["stateDiagram-v2", f"    [*] --> {State.PLANNED}"]
    lines += [
        f"    {source} --> {target}: {', '.join(dict.fromkeys(told))}" for (source, target), told in arrows.items()
    ]
    lines += [f"    {_node(name)}: order ended, {name}" for name in tables.Reason]
    lines += [f"    {_node(name)}: order {name}" for name in (Phase.AWAITING_CONTINUE, Phase.AWAITING_RENEWAL)]
    lines += [f"    {_node(name)} --> [*]" for name in tables.Reason]
    return "\n".join(lines)


_WAITING = {Action.CONTINUE: "awaiting_continue", Action.RENEW: "awaiting_renewal"}
_NEXT_WAITING = {tables.Next.CLIENT: "awaiting_continue", tables.Next.RENEWAL: "awaiting_renewal"}


def _finished(row: tables.OrderRow) -> tuple[str, str]:
    """Where an order's move begins in the diagram: at the milestone's new state, or at the wait that it ends."""
    states = {one.action: str(one.target) for one in tables.MILESTONES}
    if row.action in states:
        return states[row.action], f"{row.action} ({row.source})"
    return _NEXT_WAITING[row.source], str(row.action)


def _node(name: str) -> str:
    return f"ended_{name}".replace("-", "_") if name in set(tables.Reason) else name.replace("-", "_")


def as_plain(view: Any) -> Any:
    """What `--json` prints of a view: dicts, lists, text, integers."""
    if isinstance(view, Listing):
        return [item if isinstance(item, str) else asdict(item) for item in view.items]
    return asdict(view.whole if isinstance(view, Created) else view)
