"""What changes a gig, and how one of its packages becomes the terms of an order. Pure: a gig in, a gig or terms out.

What a changed gig must not be is for `core/gig.py` to say.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import NamedTuple, TypedDict, Unpack

from milepost import rules
from milepost.core import names
from milepost.core.gig import TIERS, WEIGHT_MAX, Faq, Gig, Milestone, Package, Substep, amounts, missing
from milepost.core.terms import MilestoneTerms, OrderType, Stage, Terms
from milepost.policy import Policy
from milepost.rules import Rule


class Template(NamedTuple):
    """A workflow to start from; it proposes milestones, and the gig decides (rule gig-template).

    `seller` is whose it is; None for one that ships with the program, or was saved before sellers were noted.
    """

    name: str
    title: str
    description: str
    subcategories: tuple[str, ...]
    milestones: tuple[Milestone, ...]
    seller: str | None = None


class MilestoneChanges(TypedDict, total=False):
    """What can be changed of a milestone; what is not named stays."""

    name: str
    days: int
    description: str
    revisions: int | None
    zoom: bool
    packages: tuple[str, ...]
    weight: int
    prices: Mapping[str, int]


# ── Changing a gig ──────────────────────────────────────────────────────────────────────────────────────────────────


def set_package(gig: Gig, package: Package, kept: Iterable[str] = ()) -> Gig:
    """The gig with this package in the place of the one of its tier, of which the `kept` fields stay."""
    before = gig.package(package.tier) or package
    told = package._replace(**{name: getattr(before, name) for name in kept})
    others = [one for one in gig.packages if one.tier != package.tier]
    return gig._replace(packages=tuple(sorted([*others, told], key=lambda one: TIERS.index(one.tier))))


def add_milestone(gig: Gig, milestone: Milestone) -> Gig:
    """The gig with one more milestone at the end."""
    return gig._replace(milestones=(*gig.milestones, milestone))


def edit_milestone(
    gig: Gig, position: int, *, set_prices: Mapping[str, int] = {}, **changes: Unpack[MilestoneChanges]
) -> Gig:
    """The gig with one milestone changed; its substeps, and the prices that it had, stay within its packages.

    `set_prices` come beside the prices that it has. Raises `gig-milestone-fields` if it is not there.
    """
    edited = _milestone(gig, position, rules.GIG_MILESTONE_FIELDS)._replace(**changes)
    kept = {tier: cents for tier, cents in edited.prices.items() if tier in edited.packages}
    edited = edited._replace(prices={**kept, **set_prices})
    held = [tier for tier in edited.packages if gig.package(tier)]
    substeps = tuple(one._replace(packages=_within(one.packages, held)) for one in edited.substeps)
    return _put(gig, position, edited._replace(substeps=substeps))


def move_milestone(gig: Gig, position: int, to: int) -> Gig:
    """The gig with one milestone at another position. Raises `gig-milestone-fields` if there is no such place."""
    moved = _milestone(gig, position, rules.GIG_MILESTONE_FIELDS)
    _milestone(gig, to, rules.GIG_MILESTONE_FIELDS)
    others = [*gig.milestones[: position - 1], *gig.milestones[position:]]
    return gig._replace(milestones=(*others[: to - 1], moved, *others[to - 1 :]))


def remove_milestone(gig: Gig, position: int) -> Gig:
    """The gig without one milestone. Raises `gig-milestone-fields` if it is not there."""
    _milestone(gig, position, rules.GIG_MILESTONE_FIELDS)
    return gig._replace(milestones=(*gig.milestones[: position - 1], *gig.milestones[position:]))


def add_substep(gig: Gig, position: int, substep: Substep) -> Gig:
    """The gig with one more substep at the end of a milestone. Raises `gig-substeps` if it is not there."""
    milestone = _milestone(gig, position, rules.GIG_SUBSTEPS)
    return _put(gig, position, milestone._replace(substeps=(*milestone.substeps, substep)))


def remove_substep(gig: Gig, position: int, number: int) -> Gig:
    """The gig without one substep of a milestone. Raises `gig-substeps` if it is not there."""
    milestone = _milestone(gig, position, rules.GIG_SUBSTEPS)
    substeps = milestone.substeps
    if not 1 <= number <= len(substeps):
        why = f"milestone {position} has no substep {number}; it has {len(substeps)}"
        raise rules.GIG_SUBSTEPS.refuse(why=why, position=position, number=number)
    return _put(gig, position, milestone._replace(substeps=(*substeps[: number - 1], *substeps[number:])))


def add_faq(gig: Gig, faq: Faq) -> Gig:
    """The gig with one more question and its answer."""
    return gig._replace(faq=(*gig.faq, faq))


def remove_faq(gig: Gig, number: int) -> Gig:
    """The gig without one question. Raises `gig-client-view` if it is not there."""
    if not 1 <= number <= len(gig.faq):
        why = f"there is no question {number}; there are {len(gig.faq)}"
        raise rules.GIG_CLIENT_VIEW.refuse(why=why, number=number)
    return gig._replace(faq=(*gig.faq[: number - 1], *gig.faq[number:]))


def use_template(gig: Gig, template: Template, *, replace: bool = False) -> Gig:
    """The gig with a template's milestones, those and that of them that its packages hold.

    Raises `gig-template` if the gig has a workflow that is not to be replaced.
    """
    if gig.milestones and not replace:
        raise rules.GIG_TEMPLATE.refuse(
            why=f"the gig has a workflow of {len(gig.milestones)} milestones already, and it was not to be replaced",
            template=template.name,
            present=len(gig.milestones),
        )
    tiers = [package.tier for package in gig.packages]
    fitted = (_fitted(milestone, tiers) for milestone in template.milestones)
    return gig._replace(milestones=tuple(milestone for milestone in fitted if milestone.packages))


def template_of(gig: Gig, name: str) -> Template:
    """The gig's workflow as a template of this name, explicit amounts as weights.

    Raises `names`, and `gig-template` if there is no workflow.
    """
    if not gig.milestones:
        raise rules.GIG_TEMPLATE.refuse(why="the gig has no workflow to save", template=name)
    names.check_handle(name)
    weighed = zip(gig.milestones, _weights(gig.milestones), strict=True)
    bare = tuple(milestone._replace(prices={}, weight=weight) for milestone, weight in weighed)
    return Template(name, gig.title, "", (gig.subcategory,), bare, gig.seller)


def _weights(milestones: Sequence[Milestone]) -> list[int]:
    """The milestones' weights; where each has an explicit price, the prices in their smallest whole proportion.

    What would weigh too much is rounded, and nothing weighs nothing.
    """
    if not all(milestone.prices for milestone in milestones):
        return [milestone.weight for milestone in milestones]
    shares = _proportion(milestones)
    whole = lcm(*(share.denominator for share in shares))
    heaviest = max(shares)
    scale = min(Fraction(whole, gcd(*(int(share * whole) for share in shares))), WEIGHT_MAX / heaviest)
    return [max(1, int(share * scale + Fraction(1, 2))) for share in shares]


def _proportion(milestones: Sequence[Milestone]) -> list[Fraction]:
    """What the milestones are worth beside each other: their prices in the package that has most of them.

    The prices of those that only other packages have are scaled by what the milestones of both cost there and here.
    """
    worth: dict[int, Fraction] = {}
    priced = [{at: one.prices[tier] for at, one in enumerate(milestones) if tier in one.prices} for tier in TIERS]
    for prices in sorted(priced, key=len, reverse=True):
        both = worth.keys() & prices.keys()
        scale = Fraction(sum(worth[at] for at in both), sum(prices[at] for at in both)) if both else Fraction(1)
        worth = {at: cents * scale for at, cents in prices.items()} | worth
    return [worth[at] for at in range(len(milestones))]


def _fitted(milestone: Milestone, tiers: Sequence[str]) -> Milestone:
    """What of a template's milestone is in a gig's packages."""
    packages = _within(milestone.packages, tiers)
    held = [tier for tier in packages if tier in tiers]
    substeps = (substep._replace(packages=_within(substep.packages, held)) for substep in milestone.substeps)
    return milestone._replace(
        packages=packages, prices={}, substeps=tuple(substep for substep in substeps if substep.packages)
    )


def _within(packages: Sequence[str], tiers: Sequence[str]) -> tuple[str, ...]:
    """Those of the packages that there are; all stays all, also for packages that are added later."""
    return TIERS if set(packages) == set(TIERS) else tuple(tier for tier in packages if tier in tiers)


def _milestone(gig: Gig, position: int, rule: Rule) -> Milestone:
    if not 1 <= position <= len(gig.milestones):
        why = f"there is no milestone {position}; the workflow has {len(gig.milestones)}"
        raise rule.refuse(why=why, position=position)
    return gig.milestones[position - 1]


def _put(gig: Gig, position: int, milestone: Milestone) -> Gig:
    return gig._replace(milestones=(*gig.milestones[: position - 1], milestone, *gig.milestones[position:]))


# ── From a package to an order ──────────────────────────────────────────────────────────────────────────────────────


def order_terms(gig: Gig, tier: str, client: str, policy: Policy, *, milestones: bool = True) -> Terms:
    """The terms on which a client orders a package.

    By milestones, if the package has some, the workflow is no draft, and the client wants them; as one payment with
    stages to report where milestone payments are off (rule gig-milestone-payments); else as one payment. Raises
    `gig-paused`, `gig-packages` for a package that the gig has not, and `names`.
    """
    if gig.paused:
        raise rules.GIG_PAUSED.refuse(why=f"the gig is paused; {gig.seller} takes no new orders from it")
    package = gig.package(tier)
    if package is None:
        offered = ", ".join(one.tier for one in gig.packages)
        raise rules.GIG_PACKAGES.refuse(why=f"there is no {tier} package; this gig has {offered}", package=tier)
    names.check_parties(gig.seller, client)
    is_draft = next(missing(gig, policy), None) is not None
    available = gig.available(tier) if milestones and not is_draft else ()
    paid_apart = bool(available) and gig.milestone_payments
    agreed = _by_milestone(gig, package) if paid_apart else (_as_one(gig, package, available),)
    type = OrderType.MILESTONES if paid_apart else OrderType.SINGLE
    return Terms(type, gig.seller, client, gig.title, agreed, policy)


def _by_milestone(gig: Gig, package: Package) -> tuple[MilestoneTerms, ...]:
    shares = amounts(gig, package)
    return tuple(
        MilestoneTerms(
            milestone.name,
            milestone.days,
            cents,
            milestone.revisions,
            milestone.description,
            milestone.zoom,
            _substeps(milestone, package.tier),
        )
        for milestone, cents in zip(gig.available(package.tier), shares, strict=True)
    )


def _as_one(gig: Gig, package: Package, stages: Sequence[Milestone]) -> MilestoneTerms:
    return MilestoneTerms(
        gig.title,
        package.days,
        package.price_cents,
        package.revisions,
        package.description,
        any(stage.zoom for stage in stages),
        tuple(name for stage in stages for name in _substeps(stage, package.tier)),
        tuple(Stage(stage.name, len(_substeps(stage, package.tier))) for stage in stages),
    )


def _substeps(milestone: Milestone, tier: str) -> tuple[str, ...]:
    return tuple(substep.name for substep in milestone.substeps if tier in substep.packages)
