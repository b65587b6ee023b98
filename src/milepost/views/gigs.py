"""Gigs, templates and what a client sees before ordering."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from milepost.core import gig as gigs
from milepost.core.gig import Gig, Package
from milepost.core.workflow import Template
from milepost.views.base import iso_at


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
    faq: list[dict[str, str]]
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
            [faq._asdict() for faq in gig.faq],
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
    milestones: int
    missing: list[dict[str, str]]

    @property
    def failed(self) -> bool:
        """Whether the exit code says so too."""
        return not self.complete


@dataclass(frozen=True, slots=True)
class ClientGigView:
    """A gig as a client sees it before ordering (rule gig-client-view): a draft workflow does not show."""

    id: int
    title: str
    seller: str
    subcategory: str
    description: str
    milestone_payments: bool
    packages: list[PackageView]
    faq: list[dict[str, str]]

    @staticmethod
    def of(gig: GigView) -> "ClientGigView":
        """What of a gig's view is for clients."""
        packages = [replace(package, milestones=[]) for package in gig.packages] if gig.missing else gig.packages
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


@dataclass(frozen=True, slots=True)
class TemplateView:
    """A workflow template; `origin` is shipped or saved."""

    name: str
    title: str
    description: str
    subcategories: list[str]
    milestones: list[dict[str, Any]]
    origin: str

    @staticmethod
    def of(template: Template, origin: str) -> "TemplateView":
        """The view of a template."""
        return TemplateView(
            template.name,
            template.title,
            template.description,
            list(template.subcategories),
            [_gig_milestone(position, milestone) for position, milestone in enumerate(template.milestones, start=1)],
            origin,
        )
