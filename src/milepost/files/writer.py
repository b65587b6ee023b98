"""Writing gigs and offers as TOML: what `documents.py` reads, in an order that people would write it in.

What is as it would be anyway is left out, so that reading a written file gives the same thing again.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import tomli_w

from milepost import money, times
from milepost.core.gig import TIERS, Gig, Milestone, Package
from milepost.core.offer import Offer
from milepost.core.terms import Follow, MilestoneTerms, Terms
from milepost.render.plain import toml_text


def gig_text(gig: Gig) -> str:
    """A gig as a gig file."""
    head: dict[str, Any] = {"title": gig.title, "seller": gig.seller, "subcategory": gig.subcategory}
    told = {"description": gig.description, "milestone_payments": gig.milestone_payments}
    head |= _unless(told, {"description": "", "milestone_payments": True})
    parts = [lines(head)]
    parts += [section(f"[package.{package.tier}]", _package(package)) for package in gig.packages]
    parts += [part for milestone in gig.milestones for part in _gig_milestone(milestone)]
    parts += [section("[[faq]]", faq._asdict()) for faq in gig.faq]
    return "\n".join(parts)


def offer_text(offer: Offer) -> str:
    """An offer as an offer file; an expiry is written as the instant that it is."""
    more: dict[str, Any] = {}
    if offer.message_id is not None:
        more["message"] = offer.message_id
    if offer.expires_at is not None:
        more["expires"] = times.format_instant(offer.expires_at)
    head, *sections = _offer_parts(offer.terms, {"gig": offer.gig_id}, more, "[[milestone]]")
    return "\n".join([lines(head), *sections])


def offer_sections(terms: Terms, *, ref: str, gig: str) -> list[str]:
    """The terms of an offer as `[[offer]]` of a scenario."""
    head, *sections = _offer_parts(terms, {"ref": ref, "gig": gig}, {}, "[[offer.milestone]]")
    return [section("[[offer]]", head), *sections]


def _offer_parts(terms: Terms, first: dict[str, Any], more: dict[str, Any], header: str) -> list[Any]:
    """The keys of an offer, and the sections of its milestones."""
    head = first | {"client": terms.client, "type": str(terms.type), "title": terms.title} | more
    if terms.follow is Follow.CLIENT:
        return [head, *(section(header, _offer_milestone(milestone)) for milestone in terms.milestones)]
    whole = terms.milestones[0]
    head |= {"price": money.plain(whole.price_cents), "days": whole.days, "revisions": revisions(whole.revisions)}
    if terms.follow is Follow.RENEWAL:
        head["cycles"] = len(terms.milestones)
    return [head]


def _package(package: Package) -> dict[str, Any]:
    told = {
        "price": money.plain(package.price_cents),
        "days": package.days,
        "revisions": revisions(package.revisions),
        "description": package.description,
    }
    return _unless(told, {"revisions": 0, "description": ""})


def _gig_milestone(milestone: Milestone) -> Iterator[str]:
    """A milestone's section, and one for each substep if they are not all alike."""
    told = {
        "name": milestone.name,
        "description": milestone.description,
        "days": milestone.days,
        "revisions": revisions(milestone.revisions),
        "weight": milestone.weight,
        "zoom": milestone.zoom,
        "packages": list(milestone.packages),
    }
    alike = all(substep.packages == milestone.packages for substep in milestone.substeps)
    if alike and milestone.substeps:
        told["substeps"] = [substep.name for substep in milestone.substeps]
    defaults = {"description": "", "revisions": 0, "weight": 1, "zoom": False, "packages": list(TIERS)}
    prices = {tier: money.plain(milestone.prices[tier]) for tier in TIERS if tier in milestone.prices}
    yield section("[[milestone]]", _unless(told, defaults)) + lines(prices, prefix="prices.")
    if not alike:
        for substep in milestone.substeps:
            packages = {} if substep.packages == milestone.packages else {"packages": list(substep.packages)}
            yield section("[[milestone.substeps]]", {"name": substep.name} | packages)


def _offer_milestone(milestone: MilestoneTerms) -> dict[str, Any]:
    told = {
        "name": milestone.name,
        "description": milestone.description,
        "days": milestone.days,
        "price": money.plain(milestone.price_cents),
        "revisions": revisions(milestone.revisions),
        "zoom": milestone.zoom,
        "substeps": list(milestone.substeps),
    }
    return _unless(told, {"description": "", "revisions": 0, "zoom": False, "substeps": []})


def revisions(allowed: int | None) -> int | str:
    """Revisions as a file says them."""
    return "unlimited" if allowed is None else allowed


def _unless(told: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """What is told, without what is as it would be anyway."""
    return {key: value for key, value in told.items() if key not in defaults or value != defaults[key]}


def section(header: str, told: Mapping[str, Any]) -> str:
    """A table of a file: its header and its keys, each on a line of its own."""
    return f"{header}\n{lines(told)}"


def lines(told: Mapping[str, Any], prefix: str = "") -> str:
    """Keys and their values, each on a line of its own; `prefix` goes before each key, as a table's name does."""
    parts = []
    for key, value in told.items():
        if isinstance(value, dict):
            parts.append(lines(value, prefix=f"{prefix}{key}."))
        else:
            parts.append(prefix + toml_text(tomli_w.dumps({key: value})))
    return "".join(parts)
