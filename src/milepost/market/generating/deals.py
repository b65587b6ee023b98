"""What made-up clients and sellers have with each other before an order is placed: messages and offers."""

from collections.abc import Callable
from heapq import heappop, heappush
from typing import NamedTuple

from milepost.core.inbox import Conversation, Message
from milepost.core.offer import MOVERS, Offer, OfferStatus, move
from milepost.core.transitions import Actor
from milepost.market.generating.behaviour import awake
from milepost.market.generating.courses import Courses
from milepost.market.generating.dice import Dice
from milepost.market.generating.shop import Shelf, Shop
from milepost.market.generating.texts import Texts
from milepost.store.orders import Origin
from milepost.times import DAY, HOUR

LED_BY_OFFER, LOST_OFFERS, MERE_TALKS = 0.5, 0.25, 0.1  # of, and beside, each order
ASKED_BEFORE = 0.3  # of the orders without an offer
DECLINED, WITHDRAWN = 0.45, 0.25  # of the lost offers; the others are left to time
EXPIRES, REPLIES, GOES_ON, TALK_MAX = 0.6, 0.8, 0.5, 8
LEAD_DAYS = 4  # a client's first word comes less than that before the order


class Dealt(NamedTuple):
    """What was written and offered; `closed` are offers that were sent on an earlier page."""

    conversations: list[Conversation]
    messages: list[Message]
    sent: list[Offer]
    closed: list[Offer]


class _Deal:
    """A client and a seller's gig, and what comes next of it, the first of it last."""

    __slots__ = ("client", "message_id", "offer", "shelf", "steps")

    def __init__(self, client: str, shelf: Shelf, steps: list["_Step"]) -> None:
        self.client, self.shelf, self.steps = client, shelf, steps
        self.message_id: int | None = None
        self.offer: Offer | None = None


_Deed = Callable[["Deals", _Deal, int], None]
_Step = tuple[int, _Deed]


class Deals:
    """All deals of a made-up marketplace. What is agreed is placed as an order in `courses`."""

    def __init__(self, dice: Dice, texts: Texts, shop: Shop, courses: Courses) -> None:
        self._dice, self._texts, self._shop, self._courses = dice, texts, shop, courses
        self._queue: list[tuple[int, int, _Deal]] = []
        self._talks: dict[tuple[str, str], int] = {}
        self._begun = self._written = self._offered = self._foreseen = 0  # how many, which is also the last one's id
        self._begin_page()

    def foresee(self, placed_at: int) -> None:
        """Prepare what leads to an order at this instant, and what comes to nothing about that time."""
        dice = self._dice
        if dice.chance(LED_BY_OFFER):
            sent_at = placed_at - dice.between(HOUR, 5 * DAY // 2)
            self._begin([(placed_at, Deals._accept), (sent_at, Deals._send), *self._talk(sent_at)])
        else:
            self._begin([(placed_at, Deals._order), *(self._talk(placed_at) if dice.chance(ASKED_BEFORE) else [])])
        if dice.chance(LOST_OFFERS):
            sent_at, luck = placed_at - dice.between(0, 2 * DAY), dice.random()
            steps: list[_Step] = [(sent_at, Deals._send), *self._talk(sent_at)]
            if luck < DECLINED + WITHDRAWN:
                closed_at = awake(sent_at + dice.between(HOUR, 5 * DAY // 2))
                steps.insert(0, (closed_at, Deals._decline if luck < DECLINED else Deals._withdraw))
            self._begin(steps)
        if dice.chance(MERE_TALKS):
            self._begin(self._talk(placed_at))

    def run(self, until: int) -> Dealt:
        """What happens up to and with an instant."""
        queue = self._queue
        while queue and queue[0][0] <= until:
            _, number, deal = heappop(queue)
            at, step = deal.steps.pop()
            step(self, deal, at)
            if deal.steps:
                heappush(queue, (deal.steps[-1][0], number, deal))
        dealt = Dealt(self._conversations, self._messages, [*self._sent.values()], [*self._closed.values()])
        self._begin_page()
        return dealt

    def _begin_page(self) -> None:
        self._conversations: list[Conversation] = []
        self._messages: list[Message] = []
        self._sent: dict[int, Offer] = {}
        self._closed: dict[int, Offer] = {}

    def _begin(self, steps: list[_Step]) -> None:
        self._foreseen += 1
        deal = _Deal(self._shop.client(), self._shop.shelf(), steps)
        heappush(self._queue, (steps[-1][0], self._foreseen, deal))

    # ── Messages ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _talk(self, until: int) -> list[_Step]:
        """What is written until an instant: a question, perhaps its answer, and perhaps more of both."""
        dice = self._dice
        asked_at = until - dice.between(HOUR, DAY)
        deeds: list[_Deed] = [Deals._ask]
        if dice.chance(REPLIES):
            deeds.append(Deals._reply)
            while len(deeds) < TALK_MAX and dice.chance(GOES_ON):
                deeds += (Deals._ask_more, Deals._answer)
        apart = (until - asked_at) // len(deeds)
        return [(asked_at + apart * place, deed) for place, deed in enumerate(deeds)][::-1]

    def _ask(self, deal: _Deal, at: int) -> None:
        deal.message_id = self._write(deal, Actor.CLIENT, deal.shelf.id, self._texts.enquiry(), at)

    def _reply(self, deal: _Deal, at: int) -> None:
        self._write(deal, Actor.SELLER, None, self._texts.reply(), at)

    def _ask_more(self, deal: _Deal, at: int) -> None:
        self._write(deal, Actor.CLIENT, None, self._texts.question(), at)

    def _answer(self, deal: _Deal, at: int) -> None:
        self._write(deal, Actor.SELLER, None, self._texts.answer(), at)

    def _write(self, deal: _Deal, sender: Actor, gig_id: int | None, text: str, at: int) -> int:
        parties = deal.client, deal.shelf.gig.seller
        talk_id = self._talks.get(parties)
        if talk_id is None:
            self._begun += 1
            talk_id = self._talks[parties] = self._begun
            self._conversations.append(Conversation(talk_id, *parties, ()))
        self._written += 1
        self._messages.append(Message(self._written, talk_id, sender, gig_id, text, at))
        return self._written

    # ── Offers and orders ───────────────────────────────────────────────────────────────────────────────────────────

    def _send(self, deal: _Deal, at: int) -> None:
        terms = self._shop.offer_terms(deal.shelf, deal.client)
        expires_at = at + self._dice.between(3, 14) * DAY if self._dice.chance(EXPIRES) else None
        self._offered += 1
        offer = Offer(self._offered, deal.shelf.id, terms, at, expires_at, message_id=deal.message_id)
        deal.offer = self._sent[offer.id] = offer
        if not deal.steps and expires_at is not None:
            deal.steps.append((expires_at, Deals._expire))

    def _accept(self, deal: _Deal, at: int) -> None:
        offer = self._close(deal, OfferStatus.ACCEPTED, at)
        self._courses.place(offer.terms, Origin(offer.gig_id, offer.id), at)

    def _decline(self, deal: _Deal, at: int) -> None:
        self._close(deal, OfferStatus.DECLINED, at)

    def _withdraw(self, deal: _Deal, at: int) -> None:
        self._close(deal, OfferStatus.WITHDRAWN, at)

    def _expire(self, deal: _Deal, at: int) -> None:
        self._close(deal, OfferStatus.EXPIRED, at)

    def _close(self, deal: _Deal, status: OfferStatus, at: int) -> Offer:
        assert deal.offer is not None
        offer = move(deal.offer, status, actor=MOVERS[status], at=at)
        (self._sent if offer.id in self._sent else self._closed)[offer.id] = offer
        return offer

    def _order(self, deal: _Deal, at: int) -> None:
        self._courses.place(self._shop.package_terms(deal.shelf, deal.client), Origin(deal.shelf.id), at)
