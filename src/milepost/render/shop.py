"""Pictures of what is on offer: gigs, templates, offers and the inbox."""

from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from milepost import money, views
from milepost.render.base import amount, facts, listed, rendered, revisions, state, table, when, words
from milepost.render.plain import printable


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
    parts.append(_missing(view.missing, has_workflow=bool(view.milestones)))
    parts.extend(_questions(view.faq))
    return Group(*parts)


def _workflow(view: views.GigView) -> Table:
    tiers = [package.tier for package in view.packages]
    prices = tuple(f"{tier} $" for tier in tiers)
    made = table("#", "Milestone", "Days", "Revisions", *prices, right=("#", "Days", *prices))
    for milestone in view.milestones:
        name = words(milestone["name"])
        if milestone["zoom"]:
            name.append("  Zoom", "cyan")
        for substep in milestone["substeps"]:
            name.append(f"\n· {printable(substep['name'])}{_only(substep, milestone)}", "dim")
        shares = [_share(view, tier, milestone) for tier in tiers]
        made.add_row(
            str(milestone["position"]), name, str(milestone["days"]), revisions(milestone["revisions"]), *shares
        )
    return made


def _only(substep: dict[str, Any], milestone: dict[str, Any]) -> str:
    """In which packages a substep is, where that is not all of its milestone's."""
    fewer = set(milestone["packages"]) - set(substep["packages"])
    return f"  ({', '.join(substep['packages'])})" if fewer else ""


def _share(view: views.GigView, tier: str, milestone: dict[str, Any]) -> str:
    if tier not in milestone["packages"]:
        return "-"
    before = [one for one in view.milestones if tier in one["packages"] and one["position"] < milestone["position"]]
    package = next(package for package in view.packages if package.tier == tier)
    cents = package.milestones[len(before)]["amount_cents"]
    return "yes" if cents is None else money.plain(cents)


def _missing(missing: list[dict[str, str]], *, has_workflow: bool) -> RenderableType:
    if not missing:
        without = "" if has_workflow else " There are no milestones: each package is a single payment."
        return Text(f"Clients see it.{without}", style="green")
    lines = [words(f"- {one['message']} [{one['rule']}]") for one in missing]
    return Group(Text("Clients do not see its milestones yet:", style="yellow"), *lines)


@rendered.register
def _(view: views.CheckView) -> RenderableType:
    return _missing(view.missing, has_workflow=view.milestones > 0)


@listed("gig", "gigs")
def _gigs(gigs: list[views.GigView]) -> Table:
    made = table("Id", "Gig", "Seller", "Subcategory", "From", "Milestones", right=("Id", "From", "Milestones"))
    for gig in gigs:
        price = amount(min(package.price_cents for package in gig.packages))
        count = f"{len(gig.milestones)}{' draft' if gig.missing else ''}"
        made.add_row(str(gig.id), words(gig.title), words(gig.seller), words(gig.subcategory), price, count)
    return made


@listed("subcategory", "subcategories")
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
    return Group(facts(rows), "", _agreed_milestones(view.milestones, "price_cents", amount(view.total_cents)))


@listed("offer", "offers")
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
def _(view: views.ClientGigView) -> RenderableType:
    parts: list[RenderableType] = [
        words(view.title, "bold"),
        words(f"by {view.seller}, in {view.subcategory}"),
    ]
    if view.description:
        parts.append(words(f"\n{view.description}"))
    for package in view.packages:
        parts.extend(("", *_offered(package, by_milestone=view.milestone_payments)))
    parts.extend(_questions(view.faq))
    return Group(*parts)


def _offered(package: views.PackageView, *, by_milestone: bool) -> list[RenderableType]:
    """A package as a client reads it: what it costs, and what happens when."""
    total, days = amount(package.price_cents), f"{package.days} day{'' if package.days == 1 else 's'}"
    paid = "by milestone" if by_milestone and package.milestones else "when ordering"
    parts: list[RenderableType] = [
        Text(f"{package.tier.capitalize()}: {total}, {days}, paid {paid}", style="bold"),
    ]
    if package.description:
        parts.append(words(package.description))
    if package.milestones and by_milestone:
        parts.append(_agreed_milestones(package.milestones, "amount_cents", total))
    elif package.milestones:
        parts.append(_stages(package.milestones))
        parts.append(Text(f"One delivery after the last stage; revisions: {revisions(package.revisions)}"))
    else:
        parts.append(Text(f"One delivery; revisions: {revisions(package.revisions)}"))
    return parts


def _agreed_milestones(milestones: list[dict[str, Any]], price: str, total: str) -> Table:
    made = table("#", "Milestone", "Days", "Amount", "Revisions", right=("#", "Days", "Amount"))
    for position, one in enumerate(milestones, start=1):
        days, allowed = str(one["days"]), revisions(one["revisions"])
        made.add_row(str(position), _with_substeps(one), days, amount(one[price]), allowed)
    made.add_section()
    made.add_row("", "Total", str(sum(one["days"] for one in milestones)), total, "")
    return made


def _stages(stages: list[dict[str, Any]]) -> Table:
    """The milestones of a package that is paid when ordering: they have no money and no revisions of their own."""
    made = table("#", "Stage", "Days", right=("#", "Days"))
    for position, one in enumerate(stages, start=1):
        made.add_row(str(position), _with_substeps(one), str(one["days"]))
    return made


def _with_substeps(milestone: dict[str, Any]) -> Text:
    """A milestone's name as a client reads it, its Zoom option beside it, its substeps below."""
    name = words(milestone["name"])
    if milestone["zoom"]:
        name.append("  Zoom", "cyan")
    for substep in milestone["substeps"]:
        name.append(f"\n· {printable(substep)}", "dim")
    return name


def _questions(faq: list[dict[str, str]]) -> list[RenderableType]:
    parts: list[RenderableType] = []
    for number, one in enumerate(faq, start=1):
        parts.extend(("", words(f"{number}. {one['question']}", "bold"), words(one["answer"])))
    return parts


@listed("template", "templates")
def _templates(templates: list[views.TemplateView]) -> Table:
    made = table("Template", "What", "Milestones", "From", right=("Milestones",))
    for one in templates:
        what = words(one.title)
        what.append(f"\n{printable(', '.join(one.subcategories))}", "dim")
        made.add_row(words(one.name), what, str(len(one.milestones)), one.origin)
    return made


@rendered.register
def _(view: views.TemplateView) -> RenderableType:
    if view.origin == "deleted":
        return words(f"The template {view.name} is deleted.")
    made = table("#", "Milestone", "Days", "Revisions", "Weight", "Packages", right=("#", "Days", "Weight"))
    for one in view.milestones:
        name = words(one["name"])
        if one["zoom"]:
            name.append("  Zoom", "cyan")
        if one["description"]:
            name.append(f"\n{printable(one['description'])}", "dim")
        for substep in one["substeps"]:
            name.append(f"\n· {printable(substep['name'])}", "dim")
        packages = "all" if len(one["packages"]) == 3 else ", ".join(one["packages"])
        made.add_row(
            str(one["position"]), name, str(one["days"]), revisions(one["revisions"]), str(one["weight"]), packages
        )
    head = facts(
        [
            ("Template", words(f"{view.name}  {view.title}", "bold")),
            ("For", words(", ".join(view.subcategories))),
            ("Fits", words(view.description)),
            ("Origin", view.origin),
        ]
    )
    return Group(head, "", made)


@rendered.register
def _(view: views.ConversationView) -> RenderableType:
    parts: list[RenderableType] = [words(f"{view.client} and {view.seller}", "bold")]
    for message in view.messages:
        gig = f", about gig {message.gig}" if message.gig else ""
        parts.extend(("", words(f"{message.sender}, {when(message.sent_at)}{gig}  (message {message.id})", "dim")))
        parts.append(words(message.text))
        for offer in message.offers:
            line = words(f"→ offer {offer.id}: {offer.title}, {amount(offer.total_cents)}, ")
            parts.append(line.append_text(state(offer.status)))
    return Group(*parts)


@listed("conversation", "conversations")
def _conversations(conversations: list[views.ConversationLineView]) -> Table:
    made = table("Id", "Client", "Seller", "Messages", "Last", "", right=("Id", "Messages"))
    for one in conversations:
        text = one.last_text if len(one.last_text) <= 40 else one.last_text[:39] + "…"
        made.add_row(
            str(one.id), words(one.client), words(one.seller), str(one.messages), when(one.last_at), words(text)
        )
    return made


@rendered.register
def _(view: views.LintView) -> RenderableType:
    parts: list[RenderableType] = []
    for finding in view.findings:
        line = Text(finding["name"], style="yellow").append(f": {printable(finding['message'])}", "default")
        parts.extend((line, words(f"  {finding['advice']}", "dim")))
    if not view.findings:
        parts.append(Text("Nothing unwise.", style="green"))
    made = table("#", "Milestone", "Work done", "Secured", "Open", right=("#", "Work done", "Secured", "Open"))
    for one in view.exposure:
        cents = (one["work_cents"], one["secured_cents"], one["open_cents"])
        made.add_row(str(one["position"]), words(one["name"]), *map(amount, cents))
    return Group(*parts, "", Text("The seller's exposure at the end of each milestone, by its days:"), made)


@rendered.register
def _(view: views.ForecastView) -> RenderableType:
    made = table("Client", "Ends", "Reason", "Pays", "Seller gets", "Available", right=("Pays", "Seller gets"))
    most = max(course.released_cents for course in view.courses) or 1
    bars = table("Client", "What the seller gets")
    for course in view.courses:
        paid, got = amount(course.charged_cents), amount(course.released_cents)
        made.add_row(
            course.client, course.ends_at[:10], course.reason, paid, got, (course.last_available_at or "")[:10]
        )
        length = course.released_cents * 40 // most
        bars.add_row(course.client, Text("█" * length, "green").append(f" {got}", "default"))
    courses = [part for course in view.courses for part in ("", Text(course.client, style="bold"), _events(course))]
    head = Text(f"Offer {view.offer}, accepted {when(view.accepted_at)}; the seller delivers when the work is due.")
    return Group(head, "", made, "", bars, *courses)


def _events(course: views.CourseView) -> Table:
    made = table("At", "#", "What", "Paid", "Released", "Available", right=("#", "Paid", "Released", "Available"))
    for event in course.events:
        cells = (event["paid_cents"], event["released_cents"], event["available_cents"])
        told = (amount(cents) if cents else "" for cents in cells)
        what = event["kind"] if event["kind"] == event["action"] else f"{event['kind']} ({event['action']})"
        made.add_row(when(event["at"]), str(event["milestone"]), what, *told)
    return made
