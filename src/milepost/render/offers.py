"""Custom offers as people see them: what was sent, what is unwise in it, what it could come to."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from milepost.render.agreed import agreed
from milepost.render.base import amount, day, facts, listed, rendered, state, table, when, words
from milepost.render.plain import printable
from milepost.views.offers import CourseView, ForecastView, LintView, OfferView, PlacedView


@rendered.register
def _(view: PlacedView) -> RenderableType:
    return rendered(view.order)


@rendered.register
def _(view: OfferView) -> RenderableType:
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
    return Group(
        facts(rows), "", agreed(view.milestones, [one.price_cents for one in view.milestones], amount(view.total_cents))
    )


@listed("offer")
def _offers(offers: Sequence[OfferView]) -> Table:
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
def _(view: LintView) -> RenderableType:
    parts: list[RenderableType] = []
    for finding in view.findings:
        line = Text(finding.name, style="yellow").append(f": {printable(finding.message)}", "default")
        parts.extend((line, words(f"  {finding.advice}", "dim")))
    if not view.findings:
        parts.append(Text("Nothing unwise.", style="green"))
    made = table("#", "Milestone", "Work done", "Secured", "Open", right=("#", "Work done", "Secured", "Open"))
    for one in view.exposure:
        cents = (one.work_cents, one.secured_cents, one.open_cents)
        made.add_row(str(one.position), words(one.name), *map(amount, cents))
    return Group(*parts, "", Text("The seller's exposure at the end of each milestone, by its days:"), made)


@rendered.register
def _(view: ForecastView) -> RenderableType:
    made = table("Client", "Ends", "Reason", "Pays", "Seller gets", "Available", right=("Pays", "Seller gets"))
    most = max(course.released_cents for course in view.courses) or 1
    bars = table("Client", "What the seller gets")
    for course in view.courses:
        paid, got = amount(course.charged_cents), amount(course.released_cents)
        made.add_row(course.client, day(course.ends_at), course.reason, paid, got, day(course.last_available_at))
        length = course.released_cents * 40 // most
        bars.add_row(course.client, Text("█" * length, "green").append(f" {got}", "default"))
    courses = [part for course in view.courses for part in ("", Text(course.client, style="bold"), _events(course))]
    head = Text(f"Offer {view.offer}, accepted {when(view.accepted_at)}; the seller delivers when the work is due.")
    return Group(head, "", made, "", bars, *courses)


def _events(course: CourseView) -> Table:
    made = table("At", "#", "What", "Paid", "Released", "Available", right=("#", "Paid", "Released", "Available"))
    for event in course.events:
        cells = (event.paid_cents, event.released_cents, event.available_cents)
        told = (amount(cents) if cents else "" for cents in cells)
        what = event.kind if event.kind == event.action else f"{event.kind} ({event.action})"
        made.add_row(when(event.at), str(event.milestone), what, *told)
    return made
