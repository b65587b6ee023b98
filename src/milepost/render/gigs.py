"""Gigs and templates as people see them."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from milepost import money
from milepost.render.agreed import agreed, as_read
from milepost.render.base import (
    amount,
    facts,
    listed,
    milestone_name,
    rendered,
    revisions,
    substep_lines,
    table,
    words,
)
from milepost.render.plain import printable
from milepost.views.gigs import (
    CheckView,
    ClientGigView,
    FaqView,
    FaultView,
    GigMilestoneView,
    GigSubstepView,
    GigView,
    PackageMilestoneView,
    PackageView,
    TemplateView,
)


@rendered.register
def _(view: GigView) -> RenderableType:
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


def _workflow(view: GigView) -> Table:
    tiers = [package.tier for package in view.packages]
    prices = tuple(f"{tier} $" for tier in tiers)
    made = table("#", "Milestone", "Days", "Revisions", *prices, right=("#", "Days", *prices))
    for milestone in view.milestones:
        substeps = substep_lines(f"{one.name}{_only(one, milestone)}" for one in milestone.substeps)
        name = milestone_name(milestone.name, zoom=milestone.zoom, below=substeps)
        shares = [_share(view, tier, milestone) for tier in tiers]
        made.add_row(str(milestone.position), name, str(milestone.days), revisions(milestone.revisions), *shares)
    return made


def _only(substep: GigSubstepView, milestone: GigMilestoneView) -> str:
    """In which packages a substep is, where that is not all of its milestone's."""
    fewer = set(milestone.packages) - set(substep.packages)
    return f"  ({', '.join(substep.packages)})" if fewer else ""


def _share(view: GigView, tier: str, milestone: GigMilestoneView) -> str:
    if tier not in milestone.packages:
        return "-"
    before = [one for one in view.milestones if tier in one.packages and one.position < milestone.position]
    package = next(package for package in view.packages if package.tier == tier)
    cents = package.milestones[len(before)].amount_cents
    return "yes" if cents is None else money.plain(cents)


def _missing(missing: Sequence[FaultView], *, has_workflow: bool) -> RenderableType:
    if not missing:
        without = "" if has_workflow else " There are no milestones: each package is a single payment."
        return Text(f"Clients see it.{without}", style="green")
    lines = [words(f"- {one.message} [{one.rule}]") for one in missing]
    return Group(Text("Clients do not see its milestones yet:", style="yellow"), *lines)


@rendered.register
def _(view: CheckView) -> RenderableType:
    told = _missing(view.missing, has_workflow=view.milestones > 0)
    return Group(told, *(words(f"warning: {warning}", "yellow") for warning in view.warnings))


@listed("gig")
def _gigs(gigs: Sequence[GigView]) -> Table:
    made = table("Id", "Gig", "Seller", "Subcategory", "From", "Milestones", right=("Id", "From", "Milestones"))
    for gig in gigs:
        price = amount(min(package.price_cents for package in gig.packages))
        count = f"{len(gig.milestones)}{' draft' if gig.missing else ''}"
        made.add_row(str(gig.id), words(gig.title), words(gig.seller), words(gig.subcategory), price, count)
    return made


@listed("subcategory")
def _subcategories(names: Sequence[str]) -> RenderableType:
    return Text("\n".join(names))


@rendered.register
def _(view: ClientGigView) -> RenderableType:
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


def _offered(package: PackageView, *, by_milestone: bool) -> list[RenderableType]:
    """A package as a client reads it: what it costs, and what happens when."""
    total, by_parts = amount(package.price_cents), by_milestone and package.milestones
    count = sum(one.days for one in package.milestones) if by_parts else package.days
    days = f"{count} day{'' if count == 1 else 's'}"
    paid = "by milestone" if by_parts else "when ordering"
    parts: list[RenderableType] = [
        Text(f"{package.tier.capitalize()}: {total}, {days}, paid {paid}", style="bold"),
    ]
    if package.description:
        parts.append(words(package.description))
    if package.milestones and by_milestone:
        parts.append(agreed(package.milestones, [one.amount_cents for one in package.milestones], total))
    elif package.milestones:
        parts.append(_stages(package.milestones))
        parts.append(Text(f"One delivery after the last stage; revisions: {revisions(package.revisions)}"))
    else:
        parts.append(Text(f"One delivery; revisions: {revisions(package.revisions)}"))
    return parts


def _stages(stages: Sequence[PackageMilestoneView]) -> Table:
    """The milestones of a package that is paid when ordering: they have no money and no revisions of their own."""
    made = table("#", "Stage", "Days", right=("#", "Days"))
    for position, one in enumerate(stages, start=1):
        made.add_row(str(position), as_read(one), str(one.days))
    return made


def _questions(faq: Sequence[FaqView]) -> list[RenderableType]:
    parts: list[RenderableType] = []
    for number, one in enumerate(faq, start=1):
        parts.extend(("", words(f"{number}. {one.question}", "bold"), words(one.answer)))
    return parts


@listed("template")
def _templates(templates: Sequence[TemplateView]) -> Table:
    made = table("Template", "What", "Milestones", "From", right=("Milestones",))
    for one in templates:
        what = words(one.title)
        what.append(f"\n{printable(', '.join(one.subcategories))}", "dim")
        made.add_row(words(one.name), what, str(len(one.milestones)), one.origin)
    return made


@rendered.register
def _(view: TemplateView) -> RenderableType:
    if view.origin == "deleted":
        return words(f"The template {view.name} is deleted.")
    made = table("#", "Milestone", "Days", "Revisions", "Weight", "Packages", right=("#", "Days", "Weight"))
    for one in view.milestones:
        below = [one.description, *substep_lines(substep.name for substep in one.substeps)]
        name = milestone_name(one.name, zoom=one.zoom, below=below)
        packages = "all" if len(one.packages) == 3 else ", ".join(one.packages)
        made.add_row(str(one.position), name, str(one.days), revisions(one.revisions), str(one.weight), packages)
    head = facts(
        [
            ("Template", words(f"{view.name}  {view.title}", "bold")),
            ("For", words(", ".join(view.subcategories))),
            ("Fits", words(view.description)),
            ("Origin", view.origin),
        ]
    )
    return Group(head, "", made)
