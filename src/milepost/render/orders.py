"""Orders as people see them: as they stand, their timers, history and requests to cancel."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from milepost import times
from milepost.render.base import amount, facts, listed, milestone_name, rendered, revisions, state, table, when, words
from milepost.render.plain import printable
from milepost.views.orders import (
    DeliveryView,
    HistoryEntryView,
    OrderLineView,
    OrderMilestoneView,
    OrderView,
    ReasonView,
    RequestView,
    StageView,
    SubstepView,
    TimerView,
)


@rendered.register
def _(view: OrderView) -> RenderableType:
    status = state(view.status)
    if view.reason:
        status.append(f" ({view.reason})")
    rows: list[tuple[str, RenderableType]] = [
        ("Order", words(f"{view.id}  {view.title}", "bold")),
        ("Status", status),
        ("Phase", view.phase),
        ("Parties", words(f"{view.seller} works for {view.client}")),
        ("Placed", f"{when(view.placed_at)} under {printable(view.policy)}"),
    ]
    if view.completed_at:
        rows.append(("Ended", when(view.completed_at)))
    if view.deadline_at:
        left = times.format_duration(view.deadline_at - view.now)
        rule = next(timer.rule for timer in view.timers if timer.at == view.deadline_at)
        rows.append(("Deadline", f"{when(view.deadline_at)}, in {left}  ({rule})"))
    if view.request:
        rows.append(("Request", words(f"{view.request.id}: the {view.request.by} asks {_asked(view.request)}")))
    if view.stopping:
        rows.append(("Stop", "asked for: it ends after the running milestone"))
    sums = table("Charged", "In escrow", "Released", "Refunded", "Fees", right=_MONEY_COLUMNS)
    sums.add_row(
        *map(amount, (view.charged_cents, view.escrow_cents, view.released_cents, view.refunded_cents, view.fees_cents))
    )
    return Group(facts(rows), "", _milestones(view), "", *_handed_over(view), sums)


def _handed_over(view: OrderView) -> Iterator[RenderableType]:
    """What was delivered and asked for, oldest first, under the milestones."""
    told: list[tuple[int, int, str, Text]] = []
    for part in view.milestones:
        told += [(one.at, part.position, "delivered", _delivered(one)) for one in part.deliveries]
        told += [(one.at, part.position, "revision asked", words(one.message)) for one in part.revision_requests]
    if not told:
        return
    made = table("At", "#", "What", "With", right=("#",))
    for at, position, what, said in sorted(told, key=lambda row: row[:2]):
        made.add_row(when(at), str(position), what, said)
    yield from (made, "")


def _delivered(delivery: DeliveryView) -> Text:
    """The message of a delivery, with its files and links below."""
    handed = [*(f"{file.name}, {file.size:,} bytes, {file.sha256}" for file in delivery.files), *delivery.links]
    return words("\n".join([*([delivery.message] if delivery.message else []), *handed]))


_MONEY_COLUMNS = ("Charged", "In escrow", "Released", "Refunded", "Fees")


def _milestones(view: OrderView) -> Table:
    made = table("#", "Milestone", "State", "Price", "Due", "Delivered", "Revisions", right=("#", "Price"))
    for one in view.milestones:
        name = milestone_name(one.name, zoom=one.zoom, below=[one.description, *_progress(one)])
        if one.call:
            name.append(f"\ncall {when(one.call.at)}", "cyan")
        due = Text(when(one.due_at))
        if one.late:
            due.append(f"\nlate by {times.format_duration(one.late_seconds)}", "red")
        made.add_row(
            str(one.position),
            name,
            state(one.state),
            amount(one.price_cents),
            due,
            when(one.delivered_at),
            f"{one.revisions_used} of {revisions(one.revisions_allowed)}",
        )
    return made


def _progress(milestone: OrderMilestoneView) -> Iterator[str]:
    """The lines of its substeps, or of its stages with their own substeps; of what is planned their number."""
    if milestone.state == "planned" and milestone.substeps:
        yield f"{len(milestone.substeps)} substeps"
        return
    if not milestone.stages:
        yield from map(_ticked, milestone.substeps)
    for stage in milestone.stages:
        yield _ticked(stage)
        yield from (f"  {_ticked(one)}" for one in stage.substeps)


def _ticked(substep: SubstepView | StageView) -> str:
    return f"{'x' if substep.done else '·'} {substep.name}"


@listed("order")
def _orders(orders: Sequence[OrderLineView]) -> Table:
    made = table("Id", "Order", "Seller", "Client", "Status", "Phase", "Step", "Deadline", right=("Id",))
    for order in orders:
        status = state(order.status)
        if order.reason:
            status.append(f"\n{order.reason}", "dim")
        if order.late:
            status.append(" late", "red")
        made.add_row(
            str(order.id),
            words(order.title),
            words(order.seller),
            words(order.client),
            status,
            order.phase,
            f"{order.milestone}/{order.milestones}",
            when(order.deadline_at),
        )
    return made


@listed("timer")
def timers(timers: Sequence[TimerView]) -> Table:
    made = table("At", "Order", "Timer", "What happens, and what prevents it", right=("Order",))
    for timer in timers:
        name = Text(timer.timer)
        if timer.rule != timer.timer:
            name.append(f"\n{timer.rule}", "dim")
        effect = Text(timer.effect).append("".join(f"\n{command}" for command in timer.prevent), "dim")
        subject = str(timer.order) if timer.order else f"offer {timer.offer}"
        made.add_row(when(timer.at), subject, name, effect)
    return made


@listed("line")
def _history(lines: Sequence[HistoryEntryView]) -> Table:
    made = table("#", "At", "Who", "What", "Milestone", "With", right=("#", "Milestone"))
    for line in lines:
        made.add_row(
            str(line.number),
            when(line.at),
            line.actor,
            line.action,
            str(line.milestone or ""),
            words(", ".join(_arguments(line))),
        )
    return made


def _arguments(line: HistoryEntryView) -> Iterator[str]:
    for name, value in line.args.items():
        if value not in ("", []):
            yield f"{name}: {_argument(name, value)}"


def _argument(name: str, value: object) -> str:
    if isinstance(value, int) and name.endswith("_at"):
        return when(value)
    if isinstance(value, list):
        return ", ".join(_argument(name, one) for one in value)
    return str(value["name"]) if isinstance(value, dict) and "name" in value else str(value)


@listed("resolution")
def _requests(requests: Sequence[RequestView]) -> Table:
    made = table("Id", "Order", "Asked", "By", "Opened", "State", right=("Id", "Order"))
    for one in requests:
        told = state(one.state)
        if one.answer_by:
            told.append(f"\nanswer by {when(one.answer_by)}", "dim")
        asked = words(_asked(one))
        if one.note:
            asked.append(f"\n{printable(one.note)}", "dim")
        made.add_row(str(one.id), str(one.order), asked, one.by, when(one.opened_at), told)
    return made


def _asked(request: RequestView) -> str:
    """What a request asks for, in words."""
    if request.kind == "extend":
        return f"for {request.days} more days for milestone {request.milestone}"
    if request.kind == "change":
        plan = ", ".join(f"{one.name} ({one.days} days, {amount(one.price_cents)})" for one in request.proposed)
        return f"to replace what is planned by {plan}" if plan else "to drop what is planned"
    what = f"milestone {request.milestone}" if request.milestone else "the whole order"
    kept = f", the seller to keep {amount(request.keep_cents)}" if request.keep_cents else ""
    return f"to cancel {what}{kept} ({request.reason})"


@rendered.register
def _(view: RequestView) -> RenderableType:
    rows: list[tuple[str, RenderableType]] = [
        ("Request", f"{view.id} of order {view.order}"),
        ("Asked", words(f"the {view.by} asks {_asked(view)}")),
        ("State", state(view.state)),
        ("Opened", when(view.opened_at)),
    ]
    if view.note:
        rows.append(("Note", words(view.note)))
    if view.answer_by:
        rows.append(("Answer by", when(view.answer_by)))
    if view.closed_at:
        rows.append(("Closed", when(view.closed_at)))
    return facts(rows)


@listed("reason")
def _reasons(reasons: Sequence[ReasonView]) -> Table:
    made = table("Reason", "Meaning")
    for one in reasons:
        made.add_row(one.reason, one.text)
    return made
