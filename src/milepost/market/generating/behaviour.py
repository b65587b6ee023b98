"""What the parties of an order do next. It only proposes: `core/act.py` alone says what an action does.

A plan is what happens if the clock does not come before it. It is made anew whenever the order has moved.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from milepost.core.offer import planned_faults
from milepost.core.order import Milestone, Order, Timer, actors, deadline, is_legal
from milepost.core.terms import plain_of
from milepost.core.transitions import CANCEL_REASONS, Action, Actor, Next, Phase, State, Status
from milepost.core.values import JsonValue
from milepost.market.generating.dice import Dice
from milepost.market.generating.texts import Texts
from milepost.money import MAX_CENTS
from milepost.times import DAY, HOUR

# How often, in the order in which luck is asked; the rest is the ordinary case.
TROUBLE, SELLER_IS_LATE, LATE_SELLER_ASKS = 0.075, 0.08, 0.4
SELLER_VANISHES, PLAN_IS_IN_DOUBT, SUPPORT_STEPS_IN = 0.35, 0.2, 0.1  # of the trouble; the rest is a cancellation
SELLER_TICKS_SUBSTEPS, SELLER_UNTICKS_ONE, SELLER_SETS_CALL = 0.12, 0.1, 0.6
CLIENT_NOTES_STOP, CLIENT_UNDOES_IT, CLIENT_COMPLAINS = 0.03, 0.2, 0.5
CLIENT_IS_SILENT, CLIENT_CANCELS_REVIEW, CLIENT_REVISES = 0.06, 0.025, 0.2
CONTINUES_AT_ONCE, CONTINUES_LATER, STOPS, APPROVED_IS_REVERSED = 0.5, 0.36, 0.06, 0.01
RENEWAL_IS_STOPPED, ENDED_IS_REVERSED = 0.04, 0.004
REQUEST_IS_ACCEPTED, REQUEST_IS_DECLINED, REQUEST_IS_WITHDRAWN, SUPPORT_DECIDES = 0.42, 0.22, 0.14, 0.07
WHOLE_ORDER, PLANNED_MILESTONE, SOMETHING_IS_KEPT = 0.3, 0.1, 0.3
SELLER_LEAVES_IT, SELLER_TAKES_HALF = 0.3, 0.2

_REASONS = {
    Actor.CLIENT: ("not-as-agreed", "late", "no-longer-needed", "no-answer", "agreed-together", "ordered-by-mistake"),
    Actor.SELLER: ("cannot-deliver", "no-answer", "agreed-together"),
    Actor.SUPPORT: tuple(CANCEL_REASONS),
}
OPENINGS = frozenset((Action.OPEN_CANCEL, Action.OPEN_EXTEND, Action.OPEN_CHANGE))  # what is given an id
KEEPING_PLAN = frozenset(
    (
        Action.CHECK_SUBSTEP,
        Action.UNCHECK_SUBSTEP,
        Action.REPORT_STAGE,
        Action.SET_CALL,
        Action.STOP_AFTER_CURRENT,
        Action.UNDO_STOP,
        Action.CLEAR,
    )
)


Args = Mapping[str, JsonValue]


class Intent(NamedTuple):
    """What a party wants to do at an instant, as `act` takes it."""

    at: int
    action: Action
    actor: Actor
    args: Mapping[str, JsonValue] = {}


_Deed = tuple[Action, Actor, Args]


def awake(at: int) -> int:
    """An instant of the day: what would be done in the night is done in the morning."""
    return at + 6 * HOUR if at % DAY < 6 * HOUR else at


class Parties:
    """The sellers, clients and support of a made-up marketplace at work."""

    def __init__(self, dice: Dice, texts: Texts) -> None:
        self._dice, self._texts = dice, texts

    def plan(self, order: Order, timer: Timer | None, now: int) -> list[Intent]:
        """What the parties intend from now on, the first of it last; nothing where they wait for the clock.

        `timer` is the one that is due first.
        """
        if order.status is not Status.ACTIVE:
            return self._regret(order, now)
        if timer is not None and timer.action is Action.CLEAR:
            timer = deadline(order)
        ends_at = timer.at if timer else now + 10 * DAY
        if order.open_request:
            return self._answer(order, now, ends_at)
        return _PLANS[order.phase](self, order, now, ends_at)

    # ── While a milestone runs ──────────────────────────────────────────────────────────────────────────────────────

    def _work(self, order: Order, now: int, ends_at: int) -> list[Intent]:
        dice, current = self._dice, order.current
        assert current.due_at is not None
        left, luck = max(current.due_at - now, DAY // 2), dice.random()
        if luck < TROUBLE:
            return self._stumble(order, now, left)
        if luck < TROUBLE + SELLER_IS_LATE:
            if dice.chance(LATE_SELLER_ASKS):
                return [self._ask_for_days(order, now + int(left * (0.6 + 0.39 * dice.random())))]
            return self._finish(order, current, now, awake(now + int(left * (1.01 + dice.random()))))
        return self._finish(order, current, now, awake(now + int(left * (0.2 + 0.79 * dice.random()))))

    def _stumble(self, order: Order, now: int, left: int) -> list[Intent]:
        """What comes instead of a delivery: nothing at all, a request, or customer support."""
        dice = self._dice
        luck, at = dice.random(), awake(now + int(left * dice.random()))
        if luck < SELLER_VANISHES:
            complains = dice.chance(CLIENT_COMPLAINS)
            return [self._ask(order, Actor.CLIENT, now + left + dice.between(1, 9 * DAY))] if complains else []
        luck -= SELLER_VANISHES
        if luck < PLAN_IS_IN_DOUBT and order.next is Next.CLIENT:
            return self._ask_for_change(order, at)
        if luck < PLAN_IS_IN_DOUBT + SUPPORT_STEPS_IN:
            return [self._support(order, at)]
        return [self._ask(order, dice.pick((Actor.CLIENT, Actor.SELLER)), at)]

    def _finish(self, order: Order, current: Milestone, now: int, until: int) -> list[Intent]:
        """What is noted on the way to a delivery, at even distances, and the delivery."""
        terms = current.terms
        plan, noted = [self._deliver(order, current, until)], list[_Deed]()
        if terms.zoom or terms.substeps:
            noted = self._progress(current, order.id, until)
        if order.next in (Next.CLIENT, Next.RENEWAL) and self._dice.chance(CLIENT_NOTES_STOP):
            noted.append((Action.STOP_AFTER_CURRENT, Actor.CLIENT, {}))
            if self._dice.chance(CLIENT_UNDOES_IT):
                noted.append((Action.UNDO_STOP, Actor.CLIENT, {}))
        if terms.stages:
            noted += [(Action.REPORT_STAGE, Actor.SELLER, {})] * (len(terms.stages) - current.stages_done)
        if noted:
            apart = (until - now) // (len(noted) + 1)
            plan += [Intent(now + apart * place, *noted[place - 1]) for place in range(len(noted), 0, -1)]
        return plan

    def _progress(self, current: Milestone, order_id: int, until: int) -> list[_Deed]:
        dice, noted = self._dice, list[_Deed]()
        if current.terms.zoom and dice.chance(SELLER_SETS_CALL):
            call_at = (until // HOUR + 1) * HOUR  # the result is shown in it
            link = self._texts.link("call", order_id, current.position)
            noted.append((Action.SET_CALL, Actor.SELLER, {"call_at": call_at, "link": link}))
        if dice.chance(SELLER_TICKS_SUBSTEPS):
            numbers = range(1, len(current.terms.substeps) + 1)
            left = [number for number in numbers if number not in current.substeps_done]
            noted += [(Action.CHECK_SUBSTEP, Actor.SELLER, {"number": number}) for number in left]
            if left and dice.chance(SELLER_UNTICKS_ONE):
                noted.append((Action.UNCHECK_SUBSTEP, Actor.SELLER, {"number": left[-1]}))
        return noted

    def _deliver(self, order: Order, current: Milestone, at: int) -> Intent:
        dice, texts, position = self._dice, self._texts, current.position
        with_file = order.upcoming is None or dice.chance(0.6)  # the final delivery hands something over
        files = [texts.file(order.id, position)] if with_file else []
        links = [texts.link("files", order.id, position)] if dice.chance(0.4) else []
        args: Args = {"message": texts.delivery(), "files": files, "links": links}
        return Intent(at, Action.DELIVER, Actor.SELLER, args)

    def _revise(self, order: Order, now: int, ends_at: int) -> list[Intent]:
        dice = self._dice
        if dice.chance(TROUBLE):
            return self._stumble(order, now, 3 * DAY)
        return [self._deliver(order, order.current, awake(now + dice.between(2 * HOUR, 3 * DAY)))]

    def _review(self, order: Order, now: int, ends_at: int) -> list[Intent]:
        dice = self._dice
        luck, at = dice.random(), awake(now + int((ends_at - now) * 0.9 * dice.random() ** 2))
        if luck < CLIENT_IS_SILENT:
            return []
        luck -= CLIENT_IS_SILENT
        if luck < CLIENT_CANCELS_REVIEW:
            return [self._ask(order, Actor.CLIENT, at)]
        if luck < CLIENT_CANCELS_REVIEW + CLIENT_REVISES and is_legal(order, Action.REVISE):
            return [Intent(at, Action.REVISE, Actor.CLIENT, {"message": self._texts.revision()})]
        return [Intent(at, Action.APPROVE, Actor.CLIENT)]

    # ── Between milestones, and after the end ───────────────────────────────────────────────────────────────────────

    def _decide(self, order: Order, now: int, ends_at: int) -> list[Intent]:
        dice, current = self._dice, order.current
        luck, later = dice.random(), awake(now + int((ends_at - now) * 0.8 * dice.random() ** 2))
        approved = current.state is State.APPROVED
        if luck < CONTINUES_AT_ONCE:
            at_once = approved and current.ended_at == now  # as `approve --continue` does
            return [Intent(now if at_once else later, Action.CONTINUE, Actor.CLIENT)]
        luck -= CONTINUES_AT_ONCE
        if luck < CONTINUES_LATER:
            return [Intent(later, Action.CONTINUE, Actor.CLIENT)]
        luck -= CONTINUES_LATER
        if luck < STOPS:
            return [Intent(later, Action.STOP, Actor.CLIENT)]
        if luck < STOPS + APPROVED_IS_REVERSED and approved:
            return [self._support(order, later, current.position)]
        return []

    def _await_renewal(self, order: Order, now: int, ends_at: int) -> list[Intent]:
        if self._dice.chance(RENEWAL_IS_STOPPED):
            return [Intent(awake(now + int((ends_at - now) * self._dice.random())), Action.STOP, Actor.CLIENT)]
        return []

    def _regret(self, order: Order, now: int) -> list[Intent]:
        """A complaint after the end: support reverses what was approved last."""
        current = order.current
        if current.state is not State.APPROVED or not self._dice.chance(ENDED_IS_REVERSED):
            return []
        days = order.terms.policy.reversal_days
        return [self._support(order, now + int(days * DAY * self._dice.random() / 2), current.position)]

    # ── What is asked of the other party ────────────────────────────────────────────────────────────────────────────

    def _ask(self, order: Order, asker: Actor, at: int) -> Intent:
        """A request to cancel the running milestone, the whole order, or what is planned next."""
        dice, current, upcoming, luck = self._dice, order.current, order.upcoming, self._dice.random()
        position: int | None = current.position
        if luck < WHOLE_ORDER:
            position = None
        elif luck < WHOLE_ORDER + PLANNED_MILESTONE and upcoming:
            position = upcoming.position
        args = self._cancel(position, asker)
        if position in (None, current.position) and dice.chance(SOMETHING_IS_KEPT):
            kept_cents = int(current.terms.price_cents * (0.2 + 0.5 * dice.random()))
            args |= {"keep_cents": kept_cents} if kept_cents else {}
        return Intent(awake(at), Action.OPEN_CANCEL, asker, args)

    def _ask_for_days(self, order: Order, at: int) -> Intent:
        days = self._dice.between(1, min(7, order.terms.policy.extension_days_max))
        return Intent(at, Action.OPEN_EXTEND, Actor.SELLER, {"days": days, "note": self._texts.extension()})

    def _ask_for_change(self, order: Order, at: int) -> list[Intent]:
        """Other prices and days for what is planned, and at times one milestone less; nothing if that cannot be."""
        dice, policy = self._dice, order.terms.policy
        planned = [one.terms for one in order.milestones if one.state is State.PLANNED]
        kept = planned[:-1] if len(planned) > 1 and dice.chance(0.4) else planned
        proposal = [
            terms._replace(
                price_cents=terms.price_cents * dice.between(80, 120) // 100,
                days=max(1, terms.days + dice.between(-1, 3)),
            )
            for terms in kept
        ]
        if any(planned_faults(proposal, policy, kept=len(order.milestones) - len(planned))):
            return []
        args: Args = {"milestones": [plain_of(terms) for terms in proposal], "note": self._texts.change()}
        return [Intent(at, Action.OPEN_CHANGE, dice.pick((Actor.CLIENT, Actor.SELLER)), args)]

    def _answer(self, order: Order, now: int, ends_at: int) -> list[Intent]:
        dice, request = self._dice, order.open_request
        assert request is not None
        luck, at = dice.random(), now + int((ends_at - now) * (0.4 + 0.55 * dice.random()))
        for action, share in _ANSWERS:
            if luck < share:
                return [Intent(at, action, actors(order, action)[0], {"id": request.id})]
            luck -= share
        return [self._support(order, at)] if luck < SUPPORT_DECIDES else []

    def _support(self, order: Order, at: int, position: int | None = None) -> Intent:
        return Intent(at, Action.SUPPORT_CANCEL, Actor.SUPPORT, self._cancel(position, Actor.SUPPORT))

    def _cancel(self, position: int | None, by: Actor) -> dict[str, JsonValue]:
        reason = self._dice.pick(_REASONS[by])
        return {"position": position, "reason": reason, "note": self._texts.note(reason)}

    # ── What a seller does with the money ───────────────────────────────────────────────────────────────────────────

    def withdraw(self, held_cents: int) -> int:
        """What a seller withdraws of what is available, in cents; 0 for nothing."""
        if held_cents <= 0 or self._dice.chance(SELLER_LEAVES_IT):
            return 0
        wanted_cents = held_cents // 2 // 100 * 100 if self._dice.chance(SELLER_TAKES_HALF) else held_cents
        return min(wanted_cents, MAX_CENTS)  # of one amount (rule money-bounds)


_ANSWERS = (
    (Action.ACCEPT_REQUEST, REQUEST_IS_ACCEPTED),
    (Action.DECLINE_REQUEST, REQUEST_IS_DECLINED),
    (Action.WITHDRAW_REQUEST, REQUEST_IS_WITHDRAWN),
)
_PLANS: Mapping[Phase, Callable[[Parties, Order, int, int], list[Intent]]] = {
    Phase.WORKING: Parties._work,
    Phase.REVIEW: Parties._review,
    Phase.REVISING: Parties._revise,
    Phase.AWAITING_CONTINUE: Parties._decide,
    Phase.AWAITING_RENEWAL: Parties._await_renewal,
}
