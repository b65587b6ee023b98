"""Views on a terminal: a table each, readable at 80 columns and without colour; or their JSON.

Whatever comes from a user is put in a `Text`, never in markup.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import singledispatch
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from milepost import money, times, views
from milepost.cli.plain import printable

_STYLES = {
    "active": "cyan", "delivered": "yellow", "revising": "magenta", "approved": "green", "completed": "green",
    "cancelled": "red", "skipped": "dim", "planned": "dim", "late": "red",
    "sent": "cyan", "accepted": "green", "declined": "red", "withdrawn": "dim", "expired": "dim",
}  # fmt: skip


def show(view: Any, *, as_json: bool) -> None:
    """Print a view on stdout; that a list has more goes to stderr."""
    if as_json:
        narrow = (sys.stdout.encoding or "utf-8").lower() not in ("utf-8", "utf8")
        print(json.dumps(views.as_plain(view), allow_nan=False, ensure_ascii=narrow, indent=2))  # noqa: T201
    elif isinstance(view, views.DiagramView):
        print(view.mermaid)  # noqa: T201 - for another program, so never wrapped
    else:
        console().print(rendered(view))
    if isinstance(view, views.Listing) and view.more:
        Console(stderr=True).print("There are more; see them with --limit.", highlight=False)


def console(**options: Any) -> Console:
    """A console that shows text as text."""
    return Console(highlight=False, markup=False, emoji=False, **options)


@contextmanager
def progress(what: str) -> Iterator[Callable[[int], None]]:
    """A count that shows on a terminal, on stderr, once the work has taken more than a second."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.completed:,.0f} {task.description}"), TimeElapsedColumn())
    bar = Progress(*columns, console=console(stderr=True), transient=True)
    task = bar.add_task(what, total=None)
    begun = time.monotonic()

    def advance(count: int) -> None:
        bar.update(task, completed=count)
        if time.monotonic() - begun > 1 and not bar.live.is_started:
            bar.start()

    try:
        yield advance
    finally:
        if bar.live.is_started:
            bar.stop()


def words(value: object, style: str = "") -> Text:
    """A user's text as a cell."""
    return Text(printable(str(value)), style=style)


def state(value: str) -> Text:
    """A state or status in its colour."""
    return Text(value, style=_STYLES.get(value, ""))


def when(instant: str | None) -> str:
    """An instant for people: to the minute, and to the second where that says more."""
    if instant is None:
        return ""
    text = instant.replace("T", " ").removesuffix("Z")
    return text.removesuffix(":00")


def amount(cents: int | None) -> str:
    """Money for people."""
    return "" if cents is None else money.dollars(cents)


def revisions(allowed: int | None) -> str:
    """How many revisions there are."""
    return "unlimited" if allowed is None else str(allowed)


def table(*columns: str, title: str | None = None, right: tuple[str, ...] = ()) -> Table:
    """A table in the house's manner: a header, no frame, numbers to the right."""
    made = Table(
        box=SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        title=f"\n{title}" if title else None,
        title_justify="left",
        title_style="bold",
    )
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return made


def facts(rows: list[tuple[str, RenderableType]]) -> Table:
    """Names and values, one a line."""
    made = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    made.add_column(style="bold", no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in rows:
        made.add_row(name, value)
    return made


@singledispatch
def rendered(view: Any) -> RenderableType:
    """What a view looks like."""
    raise TypeError(f"there is no picture of {type(view).__name__}")


@rendered.register
def _(view: views.Created) -> RenderableType:  # type: ignore[type-arg]
    return str(view.id)


@rendered.register
def _(view: views.StoreView) -> RenderableType:
    return facts(
        [
            ("Store", words(view.path)),
            ("Clock", f"{when(view.clock)} UTC, {view.clock_mode}"),
            ("Policy", words(view.policy)),
        ]
    )


@rendered.register
def _(view: views.Listing) -> RenderableType:  # type: ignore[type-arg]
    if not view.items:
        return Text(f"No {_PLURALS[view.noun]}.")
    return _LISTS[view.noun](view.items)


_PLURALS = {
    "gig": "gigs", "offer": "offers", "order": "orders", "timer": "timers are armed", "line": "history",
    "entry": "entries", "account": "accounts", "rule": "rules", "subcategory": "subcategories",
    "resolution": "requests to cancel", "reason": "reasons", "policy": "policies", "transition": "transitions",
}  # fmt: skip


# ── Gigs and offers ─────────────────────────────────────────────────────────────────────────────────────────────────


@rendered.register
def _(view: views.GigView) -> RenderableType:
    head = facts(
        [
            ("Gig", words(f"{view.id}  {view.title}", "bold")),
            ("Seller", words(view.seller)),
            ("Subcategory", words(view.subcategory)),
            ("Payments", "by milestone" if view.milestone_payments else "the whole package when ordering"),
        ]
    )
    parts: list[RenderableType] = [head]
    if view.description:
        parts.append(words(f"\n{view.description}"))
    packages = table("Package", "Price", "Days", "Revisions", "Milestones", right=("Price", "Days"))
    for package in view.packages:
        count = str(len(package.milestones)) if package.milestones else "none: a single payment"
        packages.add_row(
            package.tier, amount(package.price_cents), str(package.days), revisions(package.revisions), count
        )
    parts.extend(("", packages, ""))
    if view.milestones:
        parts.extend((_workflow(view), ""))
    parts.append(_missing(view.missing))
    return Group(*parts)


def _workflow(view: views.GigView) -> Table:
    tiers = [package.tier for package in view.packages]
    made = table("#", "Milestone", "Days", "Revisions", *(f"{tier} $" for tier in tiers), right=("#", "Days"))
    for milestone in view.milestones:
        name = words(milestone["name"])
        if milestone["zoom"]:
            name.append("  Zoom", "cyan")
        for substep in milestone["substeps"]:
            name.append(f"\n· {printable(substep['name'])}", "dim")
        shares = [_share(view, tier, milestone) for tier in tiers]
        made.add_row(
            str(milestone["position"]), name, str(milestone["days"]), revisions(milestone["revisions"]), *shares
        )
    return made


def _share(view: views.GigView, tier: str, milestone: dict[str, Any]) -> str:
    if tier not in milestone["packages"]:
        return "-"
    before = [one for one in view.milestones if tier in one["packages"] and one["position"] < milestone["position"]]
    package = next(package for package in view.packages if package.tier == tier)
    cents = package.milestones[len(before)]["amount_cents"]
    return "yes" if cents is None else money.plain(cents)


def _missing(missing: list[dict[str, str]]) -> RenderableType:
    if not missing:
        return Text("Clients see it.", style="green")
    lines = [words(f"- {one['message']} [{one['rule']}]") for one in missing]
    return Group(Text("Clients do not see its milestones yet:", style="yellow"), *lines)


@rendered.register
def _(view: views.CheckView) -> RenderableType:
    return _missing(view.missing)


def _gigs(gigs: list[views.GigView]) -> Table:
    made = table("Id", "Gig", "Seller", "Subcategory", "From", "Milestones", right=("Id", "From", "Milestones"))
    for gig in gigs:
        price = amount(min(package.price_cents for package in gig.packages))
        count = f"{len(gig.milestones)}{' draft' if gig.missing else ''}"
        made.add_row(str(gig.id), words(gig.title), words(gig.seller), words(gig.subcategory), price, count)
    return made


def _subcategories(names: list[str]) -> RenderableType:
    return Text("\n".join(names))


@rendered.register
def _(view: views.OfferView) -> RenderableType:
    rows: list[tuple[str, RenderableType]] = [
        ("Offer", words(f"{view.id}  {view.title}", "bold")),
        ("Status", state(view.status)),
        ("Type", view.type),
        ("From, to", words(f"{view.seller} → {view.client} (gig {view.gig})")),
        ("Sent", when(view.sent_at)),
    ]
    if view.expires_at:
        rows.append(("Expires", when(view.expires_at)))
    if view.closed_at:
        rows.append(("Closed", when(view.closed_at)))
    if view.order:
        rows.append(("Order", str(view.order)))
    made = table("#", "Milestone", "Days", "Price", "Revisions", right=("#", "Days", "Price"))
    for one in view.milestones:
        made.add_row(
            str(one["position"]),
            words(one["name"]),
            str(one["days"]),
            amount(one["price_cents"]),
            revisions(one["revisions"]),
        )
    made.add_section()
    made.add_row("", "Total", str(sum(one["days"] for one in view.milestones)), amount(view.total_cents), "")
    return Group(facts(rows), "", made)


def _offers(offers: list[views.OfferView]) -> Table:
    made = table("Id", "Offer", "Seller", "Client", "Type", "Total", "Status", right=("Id", "Total"))
    for offer in offers:
        made.add_row(
            str(offer.id),
            words(offer.title),
            words(offer.seller),
            words(offer.client),
            offer.type,
            amount(offer.total_cents),
            state(offer.status),
        )
    return made


@rendered.register
def _(view: views.PlacedView) -> RenderableType:
    return rendered(view.order)


# ── Orders ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@rendered.register
def _(view: views.OrderView) -> RenderableType:
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
        rows.append(("Deadline", f"{when(view.deadline_at)}  (in {_until(view.now, view.deadline_at)})"))
    if view.stopping:
        rows.append(("Stop", "asked for: it ends after the running milestone"))
    sums = table("Charged", "In escrow", "Released", "Refunded", "Fees", right=_MONEY_COLUMNS)
    sums.add_row(
        *map(amount, (view.charged_cents, view.escrow_cents, view.released_cents, view.refunded_cents, view.fees_cents))
    )
    return Group(facts(rows), "", _milestones(view), "", sums)


_MONEY_COLUMNS = ("Charged", "In escrow", "Released", "Refunded", "Fees")


def _milestones(view: views.OrderView) -> Table:
    made = table("#", "Milestone", "State", "Price", "Due", "Delivered", "Revisions", right=("#", "Price"))
    for one in view.milestones:
        name = words(one["name"])
        if one["zoom"]:
            name.append("  Zoom", "cyan")
        for substep in one["substeps"]:
            name.append(f"\n{'x' if substep['done'] else '·'} {printable(substep['name'])}", "dim")
        due = Text(when(one["due_at"]))
        if one["late"]:
            due.append(f"\nlate by {times.format_duration(one['late_seconds'])}", "red")
        made.add_row(
            str(one["position"]),
            name,
            state(one["state"]),
            amount(one["price_cents"]),
            due,
            when(one["delivered_at"]),
            f"{one['revisions_used']} of {revisions(one['revisions_allowed'])}",
        )
    return made


def _until(now: str, instant: str) -> str:
    return times.format_duration(times.parse_instant(instant, clock=0) - times.parse_instant(now, clock=0))


def _orders(orders: list[views.OrderLineView]) -> Table:
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


def _timers(timers: list[views.TimerView]) -> Table:
    made = table("At", "Order", "Timer", "What happens", "Prevent it with", right=("Order",))
    for timer in timers:
        name = Text(timer.timer)
        if timer.rule != timer.timer:
            name.append(f"\n{timer.rule}", "dim")
        made.add_row(when(timer.at), str(timer.order), name, timer.effect, "\n".join(timer.prevent))
    return made


def _history(lines: list[views.HistoryLineView]) -> Table:
    made = table("#", "At", "Who", "What", "Milestone", "With", right=("#", "Milestone"))
    for line in lines:
        made.add_row(
            str(line.number),
            when(line.at),
            line.actor,
            line.action,
            str(line.milestone or ""),
            words(", ".join(f"{name}: {_told(value)}" for name, value in line.args.items() if value not in ("", []))),
        )
    return made


def _told(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_told(one) for one in value)
    return str(value["name"]) if isinstance(value, dict) and "name" in value else str(value)


@rendered.register
def _(view: views.TickView) -> RenderableType:
    clock = Text(f"The clock is at {when(view.clock)} UTC.")
    if not view.count:
        return Group(clock, Text("Nothing was due."))
    made = table("At", "Order", "Timer", "Rule", right=("Order",))
    for fired in view.fired:
        subject = str(fired["order"]) if "order" in fired else f"offer {fired['offer']}"
        made.add_row(when(fired["at"]), subject, fired["timer"], fired["rule"])
    rest = view.count - len(view.fired)
    more = [Text(f"and {rest:,} more; {view.count:,} timers fired in all")] if rest else []
    return Group(clock, "", made, *more)


@rendered.register
def _(view: views.ExplainView) -> RenderableType:
    parts: list[RenderableType] = [words(f"Order {view.order}: {view.title}", "bold"), ""]
    parts.extend(words(sentence) for sentence in view.sentences)
    if view.choices:
        made = table("Who", "Can", "Leads to", "Money")
        for choice in view.choices:
            can = Text(choice.action)
            can.append(f"\n{choice.command}", "dim")
            made.add_row(choice.by, can, choice.leads_to, "\n".join(choice.money))
        parts.extend(("", made))
    return Group(*parts)


@rendered.register
def _(view: views.TrialView) -> RenderableType:
    ledger: list[RenderableType] = [_entries(view.ledger)] if view.ledger else [Text("No money would move.")]
    armed = _timers(view.order.timers) if view.order.timers else Text("No timers would be armed.")
    return Group(
        Text("Nothing of this is saved.\n", "bold"), _steps(view.steps), "", rendered(view.order), "", armed, *ledger
    )


@rendered.register
def _(view: views.TimelineView) -> RenderableType:
    from milepost.cli.chart import chart

    return chart(view)


# ── Money and rules ─────────────────────────────────────────────────────────────────────────────────────────────────


def _entries(entries: list[views.EntryView]) -> Table:
    made = table("#", "At", "Order", "What", "From", "To", "Amount", title="Payment ledger", right=("#", "Amount"))
    for entry in entries:
        order = f"{entry.order}.{entry.milestone}" if entry.order else ""
        made.add_row(
            str(entry.id),
            when(entry.at),
            order,
            entry.kind,
            words(entry.debit),
            words(entry.credit),
            amount(entry.amount_cents),
        )
    return made


def _balances(balances: list[views.BalanceView]) -> Table:
    made = table("Account", "Balance", right=("Balance",))
    for balance in balances:
        below = balance.account.startswith("seller:") and balance.balance_cents < 0
        cell = Text(amount(balance.balance_cents), style="red" if below else "")
        if below:
            cell.append(" (below zero)")
        made.add_row(words(balance.account), cell)
    return made


@rendered.register
def _(view: views.FindingsView) -> RenderableType:
    looked = ", ".join(f"{count:,} {what}" for what, count in view.checked.items())
    if view.balanced:
        return Text(f"The books balance ({looked}).", style="green")
    return Group(Text(f"The books do not balance ({looked}):", style="red"), *(words(f"- {f}") for f in view.findings))


def _rules(rules: list[views.RuleView]) -> Table:
    made = table("Rule", "What holds", "Source")
    for rule in rules:
        made.add_row(Text(rule.id, style="bold"), rule.text, Text(rule.source, style="dim"))
    return made


def _requests(requests: list[views.RequestView]) -> Table:
    made = table("Id", "Order", "Cancel", "By", "Reason", "Opened", "State", right=("Id", "Order"))
    for one in requests:
        told = state(one.state)
        if one.answer_by:
            told.append(f"\nanswer by {when(one.answer_by)}", "dim")
        what = f"milestone {one.milestone}" if one.milestone else "the whole order"
        reason = Text(one.reason)
        if one.note:
            reason.append(f"\n{printable(one.note)}", "dim")
        made.add_row(str(one.id), str(one.order), what, one.by, reason, when(one.opened_at), told)
    return made


def _reasons(reasons: list[views.ReasonView]) -> Table:
    made = table("Reason", "Meaning")
    for one in reasons:
        made.add_row(one.reason, one.text)
    return made


def _policies(policies: list[views.PolicyView]) -> Table:
    made = table("Number", *(policy.name for policy in policies), right=tuple(policy.name for policy in policies))
    for name in policies[0].numbers:
        values = [policy.numbers[name] for policy in policies]
        differs = "bold" if len(set(map(str, values))) > 1 else ""
        made.add_row(Text(name, style=differs), *(_number(value) for value in values))
    return made


@rendered.register
def _(view: views.PolicyView) -> RenderableType:
    return _policies([view])


def _number(value: object) -> str:
    return "unlimited" if value is None else str(value)


def _transitions(rows: list[views.TransitionView]) -> RenderableType:
    parts: list[RenderableType] = []
    for name, last in (("milestone", "Money"), ("order", "Reason"), ("request", "Effect")):
        made = table("Action", "Actor", "From", "To", last, title=f"{name.capitalize()}s")
        for row in rows:
            if row.table == name:
                made.add_row(row.action, row.actor, row.source, row.target, row.effect)
        parts.append(made)
    return Group(*parts)


@rendered.register
def _(view: views.WithdrawalView) -> RenderableType:
    return words(f"{view.seller} is paid {amount(view.withdrawn_cents)}; {amount(view.available_cents)} is left.")


_LISTS: dict[str, Callable[[list[Any]], RenderableType]] = {
    "gig": _gigs,
    "offer": _offers,
    "order": _orders,
    "timer": _timers,
    "line": _history,
    "entry": _entries,
    "account": _balances,
    "rule": _rules,
    "subcategory": _subcategories,
    "resolution": _requests,
    "reason": _reasons,
    "policy": _policies,
    "transition": _transitions,
}


# ── Scenarios ───────────────────────────────────────────────────────────────────────────────────────────────────────


@rendered.register
def _(view: views.PlayedView) -> RenderableType:
    parts: list[RenderableType] = [words(f"{view.title}  ({view.policy} policy)\n", "bold"), _steps(view.steps), ""]
    for order in view.orders:
        armed = _timers(order.timers) if order.timers else Text("No timers are armed.")
        parts.extend((rendered(order), "", armed))
    if view.ledger:
        parts.append(_entries(view.ledger))
    if view.expectations:
        parts.extend((_expectations(view.expectations), ""))
    missed = sum(not one.ok for one in view.expectations)
    lost = [step for step in view.steps if not step.ok]
    if view.passed:
        count = len(view.expectations)
        parts.append(Text(f"The story went as written; {count} of {count} expectations hold.", style="green"))
    for step in lost:
        parts.append(words(f"{view.name}:{step.line or 1}: {step.step}: {step.effect}", "red"))
    if missed:
        parts.append(Text(f"{missed} of {len(view.expectations)} expectations do not hold.", style="red"))
    return Group(*parts)


def _steps(steps: list[views.StepView]) -> Table:
    made = table("At", "Step", "Effect")
    for step in steps:
        by_clock = "dim" if step.line is None else ""
        made.add_row(when(step.at), words(step.step, by_clock), words(step.effect, "" if step.ok else "red"))
    return made


def _expectations(expectations: list[views.ExpectationView]) -> Table:
    made = table("Line", "At", "Expected of", "Expected", "Found", "", title="Expectations", right=("Line",))
    for one in expectations:
        mark = Text("ok", style="green") if one.ok else Text("no", style="red")
        made.add_row(str(one.line), when(one.at), words(one.what), words(one.expected), words(one.found), mark)
    return made
