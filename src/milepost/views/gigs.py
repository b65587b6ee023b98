"""Gigs, templates and what a client sees before ordering."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from milepost.core import gig as gigs
from milepost.core.gig import Gig, Package
from milepost.core.workflow import Template
from milepost.views.base import Instant


class PackageMilestoneView(NamedTuple):
    """A milestone as it is in a package; no amount where there is no price of its own."""

    name: str
    description: str
    days: int
    revisions: int | None
    zoom: bool
    amount_cents: int | None
    substeps: Sequence[str]


class PackageView(NamedTuple):
    """A gig's package, and what a client gets with it."""

    tier: str
    price_cents: int
    days: int
    revisions: int | None
    description: str
    milestones: Sequence[PackageMilestoneView]

    @staticmethod
    def of(gig: Gig, package: Package, *, complete: bool) -> "PackageView":
        """The view of a package; the price is split where the workflow is complete (rule gig-price-split)."""
        shares = gigs.amounts(gig, package) if complete and gig.milestone_payments else ()
        milestones = [
            PackageMilestoneView(
                milestone.name,
                milestone.description,
                milestone.days,
                milestone.revisions,
                milestone.zoom,
                shares[index] if shares else None,
                [substep.name for substep in milestone.substeps if package.tier in substep.packages],
            )
            for index, milestone in enumerate(gig.available(package.tier))
        ]
        return PackageView(*package, milestones)


class GigSubstepView(NamedTuple):
    """A step inside a milestone, with the packages that it is in."""

    name: str
    packages: Sequence[str]


class GigMilestoneView(NamedTuple):
    """A milestone of a workflow; `prices_cents` are explicit, by package, and `weight` shares where there are none."""

    position: int
    name: str
    description: str
    days: int
    revisions: int | None
    zoom: bool
    packages: Sequence[str]
    weight: int
    prices_cents: Mapping[str, int]
    substeps: Sequence[GigSubstepView]

    @staticmethod
    def of(position: int, milestone: gigs.Milestone) -> "GigMilestoneView":
        """The view of a workflow's milestone."""
        return GigMilestoneView(
            position,
            milestone.name,
            milestone.description,
            milestone.days,
            milestone.revisions,
            milestone.zoom,
            milestone.packages,
            milestone.weight,
            milestone.prices,
            [GigSubstepView(*substep) for substep in milestone.substeps],
        )


class FaqView(NamedTuple):
    """A question that clients ask, and its answer."""

    question: str
    answer: str


class FaultView(NamedTuple):
    """What keeps clients from seeing a workflow, by rule."""

    rule: str
    message: str


class GigView(NamedTuple):
    """A gig; `missing` is what it lacks before clients see its milestones, `warnings` what they could misread.

    `state` is live, paused or deleted.
    """

    id: int
    title: str
    seller: str
    subcategory: str
    description: str
    milestone_payments: bool
    packages: Sequence[PackageView]
    milestones: Sequence[GigMilestoneView]
    faq: Sequence[FaqView]
    missing: Sequence[FaultView]
    created_at: Instant
    state: str
    warnings: Sequence[str]

    @staticmethod
    def of(gig_id: int, gig: Gig, created_at: int, missing: Sequence[FaultView]) -> "GigView":
        """The view of a stored gig."""
        return GigView(
            gig_id,
            gig.title,
            gig.seller,
            gig.subcategory,
            gig.description,
            gig.milestone_payments,
            [PackageView.of(gig, package, complete=not missing) for package in gig.packages],
            [GigMilestoneView.of(position, milestone) for position, milestone in enumerate(gig.milestones, start=1)],
            [FaqView(*faq) for faq in gig.faq],
            missing,
            created_at,
            "paused" if gig.paused else "live",
            [
                f"the {one.package} package says {one.days} days, its milestones take {one.milestone_days}"
                for one in gigs.short_packages(gig)
            ],
        )


class CheckView(NamedTuple):
    """What `gig check` found."""

    gig: int
    complete: bool
    milestones: int
    missing: Sequence[FaultView]
    warnings: Sequence[str]

    @property
    def failed(self) -> bool:
        """Whether the exit code says so too."""
        return not self.complete


class ClientGigView(NamedTuple):
    """A gig as a client sees it before ordering (rule gig-client-view): a draft workflow does not show."""

    id: int
    title: str
    seller: str
    subcategory: str
    description: str
    milestone_payments: bool
    packages: Sequence[PackageView]
    faq: Sequence[FaqView]

    @staticmethod
    def of(gig: GigView) -> "ClientGigView":
        """What of a gig's view is for clients."""
        packages = [package._replace(milestones=()) for package in gig.packages] if gig.missing else gig.packages
        return ClientGigView(
            gig.id,
            gig.title,
            gig.seller,
            gig.subcategory,
            gig.description,
            gig.milestone_payments,
            packages,
            gig.faq,
        )


class TemplateView(NamedTuple):
    """A workflow template; `origin` is shipped or saved."""

    name: str
    title: str
    description: str
    subcategories: Sequence[str]
    milestones: Sequence[GigMilestoneView]
    origin: str

    @staticmethod
    def of(template: Template, origin: str) -> "TemplateView":
        """The view of a template."""
        return TemplateView(
            template.name,
            template.title,
            template.description,
            template.subcategories,
            [
                GigMilestoneView.of(position, milestone)
                for position, milestone in enumerate(template.milestones, start=1)
            ],
            origin,
        )
