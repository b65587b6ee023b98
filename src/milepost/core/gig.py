"""What makes a gig and its workflow valid, what is missing before clients see it, and how a price is split.

Plain values come in, faults come out; nothing here is stored as it is.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple, ParamSpec

from milepost import money, rules
from milepost.core import names
from milepost.policy import Policy
from milepost.rules import RuleError

_Given = ParamSpec("_Given")

TIERS = ("basic", "standard", "premium")
DAYS_MAX = 365
REVISIONS_MAX = 1_000
WEIGHT_MAX = 10_000
SUBSTEPS_MAX = 50
FAQ_MAX = 50


class Package(NamedTuple):
    """What a client can buy: a price in cents, days until delivery, revisions (None is unlimited)."""

    tier: str
    price_cents: int
    days: int
    revisions: int | None = 0
    description: str = ""


class Substep(NamedTuple):
    """A step inside a milestone, in some of the milestone's packages."""

    name: str
    packages: tuple[str, ...] = TIERS


class Milestone(NamedTuple):
    """A milestone of a workflow. `prices` are explicit cents by package; where there are none, `weight` shares."""

    name: str
    days: int
    description: str = ""
    revisions: int | None = 0
    zoom: bool = False
    packages: tuple[str, ...] = TIERS
    weight: int = 1
    prices: Mapping[str, int] = {}
    substeps: tuple[Substep, ...] = ()


class Faq(NamedTuple):
    """A question that clients ask, and its answer."""

    question: str
    answer: str


class Gig(NamedTuple):
    """What a seller offers to everybody."""

    title: str
    seller: str
    subcategory: str
    description: str
    packages: tuple[Package, ...]
    milestones: tuple[Milestone, ...] = ()
    milestone_payments: bool = True
    faq: tuple[Faq, ...] = ()
    paused: bool = False

    def package(self, tier: str) -> Package | None:
        """The package of a tier, if the gig has it."""
        return next((package for package in self.packages if package.tier == tier), None)

    def available(self, tier: str) -> tuple[Milestone, ...]:
        """The milestones that a package comes with (rule gig-package-count)."""
        return tuple(milestone for milestone in self.milestones if tier in milestone.packages)


def eligible_name(given: str, eligible: Sequence[str]) -> str | None:
    """The subcategory as it is listed, if milestones are available in it (rule gig-subcategory)."""
    wanted = given.strip().casefold()
    return next((name for name in eligible if name.casefold() == wanted), None)


def nearest_names(given: str, eligible: Sequence[str]) -> list[str]:
    """The listed subcategories that look most like `given`."""
    by_fold = {name.casefold(): name for name in eligible}
    return [by_fold[fold] for fold in get_close_matches(given.strip().casefold(), by_fold, n=3)]


def subcategory_fault(rule: rules.Rule, given: str, eligible: Sequence[str], **values: object) -> RuleError | None:
    """The refusal of a subcategory that has no milestones, with the nearest names."""
    if eligible_name(given, eligible):
        return None
    nearest = nearest_names(given, eligible)
    return rule.refuse(given=given, nearest=nearest, nearest_text=names.meant(nearest), **values)


def check(gig: Gig, policy: Policy, eligible: Sequence[str]) -> None:
    """Refuse a gig that must not be stored, with all its faults at once. Raises `RuleError`."""
    rules.refuse_all(faults(gig, policy, eligible))


def faults(gig: Gig, policy: Policy, eligible: Sequence[str]) -> Iterator[RuleError]:
    """Everything that a gig must not be, even as a draft."""
    yield from caught(names.check_handle, gig.seller)
    yield from caught(names.check_name, "a title", gig.title)
    yield from caught(names.check_name, "a subcategory", gig.subcategory)
    yield from caught(names.check_text, "a description", gig.description)
    yield from _faq_faults(gig)
    yield from _package_faults(gig)
    if not gig.milestones:
        return
    unlisted = subcategory_fault(rules.GIG_SUBCATEGORY, gig.subcategory, eligible)
    if unlisted:
        yield unlisted
    basic = gig.package("basic")
    if basic and basic.price_cents < policy.gig_basic_price_min_cents:
        limit = money.dollars(policy.gig_basic_price_min_cents)
        yield rules.GIG_BASIC_PRICE.refuse(limit=limit, given=money.dollars(basic.price_cents))
    if len(gig.milestones) > policy.gig_milestones_max:
        yield rules.GIG_MILESTONES_MAX.refuse(limit=policy.gig_milestones_max, given=len(gig.milestones))
    for position, milestone in enumerate(gig.milestones, start=1):
        yield from _milestone_faults(gig, position, milestone)


def missing(gig: Gig, policy: Policy) -> Iterator[RuleError]:
    """What a gig with a workflow still lacks before clients see its milestones (rule gig-milestones-min).

    With any of it the workflow is a draft, and every package is sold as a single payment.
    """
    if not gig.milestones:
        return
    if len(gig.milestones) < policy.gig_milestones_min:
        yield rules.GIG_MILESTONES_MIN.refuse(limit=policy.gig_milestones_min, given=len(gig.milestones))
        return
    for package in gig.packages:
        count = len(gig.available(package.tier))
        if 0 < count < policy.gig_milestones_min:
            yield rules.GIG_PACKAGE_COUNT.refuse(package=package.tier, given=count, limit=policy.gig_milestones_min)
        elif count and gig.milestone_payments:
            yield from _split_faults(gig, package, policy)


class ShortPackage(NamedTuple):
    """A package that says fewer days than its milestones take together."""

    package: str
    days: int
    milestone_days: int


def short_packages(gig: Gig) -> Iterator[ShortPackage]:
    """The packages whose days are fewer than their milestones' (rule gig-client-view)."""
    for package in gig.packages:
        days = sum(milestone.days for milestone in gig.available(package.tier))
        if package.days < days:
            yield ShortPackage(package.tier, package.days, days)


def amounts(gig: Gig, package: Package) -> tuple[int, ...]:
    """The price in cents of each milestone that the package comes with, adding up to its price (gig-price-split)."""
    available = gig.available(package.tier)
    explicit = [milestone.prices[package.tier] for milestone in available if package.tier in milestone.prices]
    if len(explicit) == len(available):
        return tuple(explicit)
    return money.split(package.price_cents, [milestone.weight for milestone in available])


def _split_faults(gig: Gig, package: Package, policy: Policy) -> Iterator[RuleError]:
    available, tier = gig.available(package.tier), package.tier
    without = [milestone.name for milestone in available if tier not in milestone.prices]
    if without and len(without) < len(available):
        yield rules.GIG_PRICE_SPLIT.refuse(
            why=f"the {tier} package has prices for some milestones but none for {', '.join(without)}; "
            "give all of them a price, or none",
            package=tier,
        )
        return
    shares = amounts(gig, package)
    if sum(shares) != package.price_cents:
        yield rules.GIG_PRICE_SPLIT.refuse(
            why=f"the milestones of the {tier} package add up to {money.dollars(sum(shares))}, "
            f"its price is {money.dollars(package.price_cents)}",
            package=tier,
            sum_cents=sum(shares),
            price_cents=package.price_cents,
        )
    for milestone, cents in zip(available, shares, strict=True):
        if cents < policy.milestone_price_min_cents:
            yield rules.GIG_PRICE_SPLIT.refuse(
                why=f"milestone {milestone.name!r} would cost {money.dollars(cents)} in the {tier} package; "
                f"{money.dollars(policy.milestone_price_min_cents)} is the least",
                package=tier,
            )


def _faq_faults(gig: Gig) -> Iterator[RuleError]:
    if len(gig.faq) > FAQ_MAX:
        yield rules.GIG_CLIENT_VIEW.refuse(why=f"the gig has {len(gig.faq)} questions; {FAQ_MAX} at most")
    for faq in gig.faq:
        if not faq.question.strip() or not faq.answer.strip():
            yield rules.GIG_CLIENT_VIEW.refuse(why="a question and its answer are not blank")
        yield from caught(names.check_text, "a question", faq.question)
        yield from caught(names.check_text, "an answer", faq.answer)


def _package_faults(gig: Gig) -> Iterator[RuleError]:
    if gig.package("basic") is None:
        yield rules.GIG_PACKAGES.refuse(why="a gig needs a basic package")
    if len({package.tier for package in gig.packages}) < len(gig.packages):
        yield rules.GIG_PACKAGES.refuse(why="a gig has each package once")
    for package in gig.packages:
        where = f"the {package.tier} package"
        if package.tier not in TIERS:
            yield rules.GIG_PACKAGES.refuse(why=f"there is no package {package.tier!r}, only {', '.join(TIERS)}")
        yield from caught(money.check_cents, package.price_cents)
        yield from caught(names.check_text, f"{where}'s description", package.description)
        for why in count_faults(where, package.days, package.revisions):
            yield rules.GIG_PACKAGES.refuse(why=why, package=package.tier)


def count_faults(where: str, days: int, revisions: int | None, days_max: int = DAYS_MAX) -> Iterator[str]:
    """What is wrong with days of work and with revisions (None is unlimited), in words."""
    if not 1 <= days <= days_max:
        yield f"{where} has {days} days; 1 to {days_max} are possible"
    if revisions is not None and not 0 <= revisions <= REVISIONS_MAX:
        yield f"{where} has {revisions} revisions; 0 to {REVISIONS_MAX}, or unlimited, are possible"


def _milestone_faults(gig: Gig, position: int, milestone: Milestone) -> Iterator[RuleError]:
    where = f"milestone {position}"
    yield from caught(names.check_name, f"the name of {where}", milestone.name)
    yield from caught(names.check_text, f"the description of {where}", milestone.description)
    whys = list(count_faults(where, milestone.days, milestone.revisions))
    if not milestone.packages:
        whys.append(f"{where} is in no package")
    if len(set(milestone.packages)) < len(milestone.packages):
        whys.append(f"{where} names a package twice")
    unknown = [tier for tier in (*_named(milestone.packages), *milestone.prices) if gig.package(tier) is None]
    outside = [tier for tier in milestone.prices if tier not in milestone.packages]
    if unknown:
        offered = ", ".join(package.tier for package in gig.packages)
        whys.append(f"{where} names the package {unknown[0]!r}; this gig has {offered}")
    elif outside:
        whys.append(f"{where} has a price in the package {outside[0]!r}, which it is not in")
    for why in whys:
        yield rules.GIG_MILESTONE_FIELDS.refuse(why=why, position=position)
    if not 1 <= milestone.weight <= WEIGHT_MAX:
        yield rules.GIG_PRICE_SPLIT.refuse(why=f"{where} has the weight {milestone.weight}; 1 to {WEIGHT_MAX}")
    for cents in milestone.prices.values():
        yield from caught(money.check_cents, cents)
    yield from _substep_faults(gig, where, milestone)


def _named(packages: Sequence[str]) -> Sequence[str]:
    """The packages that were named one by one; all of them together means every one that the gig has."""
    return () if set(packages) == set(TIERS) else packages


def _substep_faults(gig: Gig, where: str, milestone: Milestone) -> Iterator[RuleError]:
    if len(milestone.substeps) > SUBSTEPS_MAX:
        yield rules.GIG_SUBSTEPS.refuse(why=f"{where} has {len(milestone.substeps)} substeps; {SUBSTEPS_MAX} at most")
    for substep in milestone.substeps:
        yield from caught(names.check_name, f"a substep of {where}", substep.name)
        if not substep.packages:
            yield rules.GIG_SUBSTEPS.refuse(why=f"substep {substep.name!r} is in no package")
        if len(set(substep.packages)) < len(substep.packages):
            yield rules.GIG_SUBSTEPS.refuse(why=f"substep {substep.name!r} names a package twice")
        held = [tier for tier in milestone.packages if gig.package(tier)]
        outside = [tier for tier in _named(substep.packages) if tier not in held]
        if outside:
            yield rules.GIG_SUBSTEPS.refuse(
                why=f"substep {substep.name!r} names the package {outside[0]!r}; "
                f"{where} is in {', '.join(held) or 'none'}"
            )


def prices_by_package(given: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Explicit prices in cents by package. Raises `gig-milestone-fields` for a package that has two."""
    prices: dict[str, int] = {}
    for tier, cents in given:
        if tier in prices:
            raise rules.GIG_MILESTONE_FIELDS.refuse(why=f"the milestone has two prices in the {tier} package")
        prices[tier] = cents
    return prices


def caught(check: Callable[_Given, object], *given: _Given.args, **named: _Given.kwargs) -> Iterator[RuleError]:
    """The fault that a check raises, as a value."""
    try:
        check(*given, **named)
    except RuleError as fault:
        yield fault
