"""The shop of a made-up marketplace: sellers with their gigs, clients, and the terms that they agree on.

Gigs and offers are made as the policy wants them, and then checked by the same functions as typed ones.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from milepost import data, money
from milepost.core import names, workflow
from milepost.core.gig import TIERS, Gig, Milestone, Package, check, missing
from milepost.core.offer import Draft, Offer, agreed
from milepost.core.offer import check as check_offer
from milepost.core.terms import MilestoneTerms, OrderType, Terms
from milepost.core.workflow import Template
from milepost.market.generating.dice import Dice
from milepost.market.generating.texts import Texts
from milepost.policy import Policy

ORDERS_PER_SELLER, ORDERS_PER_CLIENT = 50, 4
SELLERS_MIN, CLIENTS_MIN = 5, 5
WITHOUT_MILESTONES = ("Translation", "Proofreading", "Data Entry", "Photo Retouching")
USUAL_OFFERS = 3  # what a seller keeps at hand, of one gig and type
OFFER_SHARES = {OrderType.MILESTONES: 0.5, OrderType.SINGLE: 0.75, OrderType.SUBSCRIPTION: 1.0}  # added up


class Trade(NamedTuple):
    """What a seller does; a trade without a template has a workflow of its own making, or none."""

    subcategory: str
    template: Template | None


class Shelf:
    """A gig in the shop, under its id, with the terms that it was sold on before."""

    def __init__(self, id: int, gig: Gig) -> None:
        self.id, self.gig = id, gig
        self.packages: dict[tuple[str, bool], Terms] = {}
        self.offers: dict[OrderType, list[Terms]] = {type: [] for type in OrderType}


class Shop:
    """Sellers, their gigs, and clients: as many as go with a number of orders."""

    def __init__(self, dice: Dice, texts: Texts, *, policy: Policy, templates: Sequence[Template], orders: int) -> None:
        self._dice, self._texts, self._policy = dice, texts, policy
        self._eligible = data.subcategories()
        self._stages = texts.stages()
        trades = _trades(dice, self._eligible, templates)
        self.sellers = [texts.studio() for _ in range(max(SELLERS_MIN, orders // ORDERS_PER_SELLER))]
        self.clients = [texts.person() for _ in range(max(CLIENTS_MIN, orders // ORDERS_PER_CLIENT))]
        gigs = [gig for number, seller in enumerate(self.sellers) for gig in self._gigs(seller, trades, number)]
        self.shelves = [Shelf(id, gig) for id, gig in enumerate(gigs, start=1)]

    def shelf(self) -> Shelf:
        """What somebody asks for; some sellers are asked more often than others."""
        return self._dice.pick_early(self.shelves)

    def client(self) -> str:
        """Somebody who asks; some do so more often than others."""
        return self._dice.pick_early(self.clients)

    # ── Gigs ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _gigs(self, seller: str, trades: Sequence[Trade], number: int) -> list[Gig]:
        trade = trades[number] if number < len(trades) else self._dice.pick_early(trades)
        return [self._gig(seller, trade) for _ in range(self._dice.between(1, 2))]

    def _gig(self, seller: str, trade: Trade) -> Gig:
        dice, texts = self._dice, self._texts
        opening = trade.template.description if trade.template else ""
        faq = tuple(texts.faq() for _ in range(dice.between(0, 2)))
        gig = Gig(texts.title(trade.subcategory), seller, trade.subcategory, texts.gig(opening), (), faq=faq)
        gig = gig._replace(milestone_payments=not dice.chance(0.15))
        basic = max(5 * dice.between(20, 120) * 100, self._policy.gig_basic_price_min_cents)
        days = dice.between(3, 12)
        for level, tier in enumerate(TIERS[: dice.between(1, 3)]):
            price = min(int(basic * (1 + 0.9 * level)) // 500 * 500 or basic, money.MAX_CENTS)
            revisions = None if level == 2 and dice.chance(0.3) else level + dice.between(0, 2)
            package = Package(tier, price, days * (level + 1), revisions, texts.package())
            gig = workflow.set_package(gig, package)
        gig = self._with_workflow(gig, trade)
        check(gig, self._policy, self._eligible)
        return gig

    def _with_workflow(self, gig: Gig, trade: Trade) -> Gig:
        """The gig with its trade's workflow, and prices that it can be split over; without, where none is possible."""
        if trade.subcategory not in self._eligible:
            return gig
        template = trade.template or Template("", "", "", (), self._stages[: self._dice.between(3, 5)])
        made = workflow.use_template(gig, template)
        made = made._replace(milestones=made.milestones[: self._policy.gig_milestones_max])
        while True:
            basic = made.packages[0]
            priced = basic.price_cents >= self._policy.gig_basic_price_min_cents
            if priced and not any(missing(made, self._policy)):
                return made
            if made.packages[-1].price_cents * 2 > money.MAX_CENTS:
                return gig
            made = made._replace(packages=tuple(p._replace(price_cents=p.price_cents * 2) for p in made.packages))

    # ── Terms ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def package_terms(self, shelf: Shelf, client: str) -> Terms:
        """The terms of one of the gig's packages, by milestones where it has some and the client wants them."""
        key = self._dice.pick(shelf.gig.packages).tier, not self._dice.chance(0.1)
        if key not in shelf.packages:
            tier, milestones = key
            shelf.packages[key] = workflow.order_terms(shelf.gig, tier, client, self._policy, milestones=milestones)
        names.check_parties(shelf.gig.seller, client)
        return shelf.packages[key]._replace(client=client)

    def offer_terms(self, shelf: Shelf, client: str) -> Terms:
        """The terms of a custom offer: one that the seller has made before of this gig, or a new one."""
        luck = self._dice.random()
        type = next(type for type, share in OFFER_SHARES.items() if luck < share)
        if type is OrderType.MILESTONES and shelf.gig.subcategory not in self._eligible:
            type = OrderType.SINGLE
        usual = shelf.offers[type]
        names.check_parties(shelf.gig.seller, client)
        if len(usual) < USUAL_OFFERS:
            usual.append(self._new_terms(shelf, client, type))
            return usual[-1]
        return self._dice.pick(usual)._replace(client=client)

    def _new_terms(self, shelf: Shelf, client: str, type: OrderType) -> Terms:
        gig = shelf.gig
        draft = _DRAFTS[type](self, shelf, client)
        terms = Terms(type, gig.seller, client, gig.title, tuple(agreed(draft, gig.title)), self._policy)
        check_offer(Offer(0, shelf.id, terms, 0), gig.subcategory, self._eligible)
        return terms

    def _by_milestones(self, shelf: Shelf, client: str) -> Draft:
        dice, policy, gig = self._dice, self._policy, shelf.gig
        stages = gig.milestones or self._stages
        count = min(max(dice.between(2, 5), policy.offer_milestones_min), policy.offer_milestones_max)
        total = min(gig.packages[0].price_cents * dice.between(1, 4), money.MAX_CENTS)
        chosen = [stages[index % len(stages)] for index in range(count)]
        prices = money.split(total, [stage.weight for stage in chosen])
        parts = [
            self._part(stage, index, max(cents, policy.milestone_price_min_cents))
            for index, (stage, cents) in enumerate(zip(chosen, prices, strict=True))
        ]
        return Draft(shelf.id, client, OrderType.MILESTONES, parts)

    def _part(self, stage: Milestone, index: int, price_cents: int) -> MilestoneTerms:
        days = min(max(1, stage.days + self._dice.between(-1, 3)), self._policy.milestone_days_max)
        revisions = None if self._dice.chance(0.05) else self._dice.between(0, 3)
        described, substeps = self._texts.offer_part(stage.description), tuple(one.name for one in stage.substeps)
        return MilestoneTerms(stage.name, days, price_cents, revisions, described, stage.zoom, substeps)

    def _single(self, shelf: Shelf, client: str) -> Draft:
        price, days = self._price(shelf), self._dice.between(2, 14)
        return Draft(shelf.id, client, OrderType.SINGLE, (), price, days, self._dice.between(0, 3))

    def _subscription(self, shelf: Shelf, client: str) -> Draft:
        dice, policy = self._dice, self._policy
        cycles = min(dice.pick((2, 3, 3, 6, 6, 12)), policy.subscription_cycles_max)
        days = min(dice.between(7, 25), policy.milestone_days_max)
        return Draft(shelf.id, client, OrderType.SUBSCRIPTION, (), self._price(shelf), days, dice.between(0, 2), cycles)

    def _price(self, shelf: Shelf) -> int:
        return min(shelf.gig.packages[0].price_cents * self._dice.between(2, 9) // 4, money.MAX_CENTS)


_DRAFTS: Mapping[OrderType, Callable[[Shop, Shelf, str], Draft]] = {
    OrderType.MILESTONES: Shop._by_milestones,
    OrderType.SINGLE: Shop._single,
    OrderType.SUBSCRIPTION: Shop._subscription,
}


def _trades(dice: Dice, eligible: Sequence[str], templates: Sequence[Template]) -> list[Trade]:
    """Every trade, those with a template first: they are asked for most."""
    shipped = [Trade(name, template) for template in templates for name in template.subcategories]
    covered = {trade.subcategory for trade in shipped}
    others = [Trade(name, None) for name in (*WITHOUT_MILESTONES, *eligible) if name not in covered]
    return [*dice.shuffled(shipped), *dice.shuffled(others)]
