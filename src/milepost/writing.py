"""Writing gigs and offers as TOML: what `documents.py` reads, in an order that people would write it in.

What is as it would be anyway is left out, so that reading a written file gives the same thing again.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import tomli_w

from milepost import money, times
from milepost.core.gig import TIERS, Gig, Milestone, Package
from milepost.core.offer import Offer
from milepost.core.terms import Follow, MilestoneTerms


def gig_text(gig: Gig) -> str:
    """A gig as a gig file."""
    head: dict[str, Any] = {"title": gig.title, "seller": gig.seller, "subcategory": gig.subcategory}
    told = {"description": gig.description, "milestone_payments": gig.milestone_payments}
    head |= _unless(told, {"description": "", "milestone_payments": True})
    parts = [_lines(head)]
    parts += [_section(f"[package.{package.tier}]", _package(package)) for package in gig.packages]
    parts += [part for milestone in gig.milestones for part in _gig_milestone(milestone)]
    parts += [_section("[[faq]]", faq._asdict()) for faq in gig.faq]
    return "\n".join(parts)


def offer_text(offer: Offer) -> str:
    """An offer as an offer file; an expiry is written as the instant that it is."""
    terms = offer.terms
    head: dict[str, Any] = {
        "gig": offer.gig_id,
        "client": terms.client,
        "type": str(terms.type),
        "title": terms.title,
    }
    if offer.message_id is not None:
        head["message"] = offer.message_id
    if offer.expires_at is not None:
        head["expires"] = times.format_instant(offer.expires_at)
    if terms.follow is Follow.CLIENT:
        sections = [_section("[[milestone]]", _offer_milestone(milestone)) for milestone in terms.milestones]
        return "\n".join([_lines(head), *sections])
    first = terms.milestones[0]
    head |= {"price": money.plain(first.price_cents), "days": first.days, "revisions": _revisions(first.revisions)}
    if terms.follow is Follow.RENEWAL:
        head["cycles"] = len(terms.milestones)
    return _lines(head)


def _package(package: Package) -> dict[str, Any]:
    told = {
        "price": money.plain(package.price_cents),
        "days": package.days,
        "revisions": _revisions(package.revisions),
        "description": package.description,
    }
    return _unless(told, {"revisions": 0, "description": ""})


def _gig_milestone(milestone: Milestone) -> Iterator[str]:
    """A milestone's section, and one for each substep if they are not all alike."""
    told = {
        "name": milestone.name,
        "description": milestone.description,
        "days": milestone.days,
        "revisions": _revisions(milestone.revisions),
        "weight": milestone.weight,
        "zoom": milestone.zoom,
        "packages": list(milestone.packages),
    }
    alike = all(substep.packages == milestone.packages for substep in milestone.substeps)
    if alike and milestone.substeps:
        told["substeps"] = [substep.name for substep in milestone.substeps]
    defaults = {"description": "", "revisions": 0, "weight": 1, "zoom": False, "packages": list(TIERS)}
    prices = {tier: money.plain(milestone.prices[tier]) for tier in TIERS if tier in milestone.prices}
    yield _section("[[milestone]]", _unless(told, defaults)) + _lines(prices, prefix="prices.")
    if not alike:
        for substep in milestone.substeps:
            packages = {} if substep.packages == milestone.packages else {"packages": list(substep.packages)}
            yield _section("[[milestone.substeps]]", {"name": substep.name} | packages)


def _offer_milestone(milestone: MilestoneTerms) -> dict[str, Any]:
    told = {
        "name": milestone.name,
        "description": milestone.description,
        "days": milestone.days,
        "price": money.plain(milestone.price_cents),
        "revisions": _revisions(milestone.revisions),
        "zoom": milestone.zoom,
        "substeps": list(milestone.substeps),
    }
    return _unless(told, {"description": "", "revisions": 0, "zoom": False, "substeps": []})


def _revisions(revisions: int | None) -> int | str:
    return "unlimited" if revisions is None else revisions


def _unless(told: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """What is told, without what is as it would be anyway."""
    return {key: value for key, value in told.items() if key not in defaults or value != defaults[key]}


def _section(header: str, told: Mapping[str, Any]) -> str:
    return f"{header}\n{_lines(told)}"


def _lines(told: Mapping[str, Any], prefix: str = "") -> str:
    return "".join(prefix + tomli_w.dumps({key: value}) for key, value in told.items())
