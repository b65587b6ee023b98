"""What the tests of the core are built from: terms, orders and the walk along their actions."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from milepost import times
from milepost.core import act as core
from milepost.core.act import Outcome
from milepost.core.ledger import Entry, Kind, Totals, totals
from milepost.core.order import Order, due
from milepost.core.terms import MilestoneTerms, OrderType, Terms, plain_of
from milepost.core.transitions import Action, Actor, State
from milepost.policy import STANDARD, Policy
from milepost.rules import Rule, RuleError

START = times.parse_instant("2026-01-05T09:00:00Z", clock=0)
HOUR, DAY = times.HOUR, times.DAY
REVIEW = 8 * DAY
REASON = "no-longer-needed"
LINK = "https://files.example/work.zip"
DIGEST = "0" * 64
FEES = Policy(
    name="fees",
    continue_from="approval",
    continue_hours=240,
    clearance_days=14,
    seller_fee_bp=2_000,
    client_fee_bp=550,
    small_charge_fee_cents=300,
    small_charge_under_cents=10_000,
)
PATIENT = replace(STANDARD, name="patient", review_hours=14 * 24, continue_hours=None, clearance_days=5)

# Who acts, where only one party can.
PARTY = {
    Action.DELIVER: Actor.SELLER,
    Action.APPROVE: Actor.CLIENT,
    Action.REVISE: Actor.CLIENT,
    Action.CONTINUE: Actor.CLIENT,
    Action.STOP: Actor.CLIENT,
    Action.STOP_AFTER_CURRENT: Actor.CLIENT,
    Action.UNDO_STOP: Actor.CLIENT,
    Action.CHECK_SUBSTEP: Actor.SELLER,
    Action.UNCHECK_SUBSTEP: Actor.SELLER,
    Action.REPORT_STAGE: Actor.SELLER,
    Action.SET_CALL: Actor.SELLER,
    Action.SUPPORT_CANCEL: Actor.SUPPORT,
}


def milestone(price_cents: int = 10_000, days: int = 7, **changes: Any) -> MilestoneTerms:
    """An agreed milestone."""
    return MilestoneTerms(changes.pop("name", "Part"), days, price_cents, **changes)


def terms(count: int = 3, type: OrderType = OrderType.MILESTONES, policy: Policy = STANDARD, **changes: Any) -> Terms:
    """Agreed terms of `count` equal milestones, $100.00 and 7 days each unless said otherwise."""
    return Terms(type, "maria", "ana", "A website", (milestone(**changes),) * count, policy)


def subscription(cycles: int = 3, policy: Policy = STANDARD, **changes: Any) -> Terms:
    """A subscription of equal monthly cycles."""
    return terms(cycles, OrderType.SUBSCRIPTION, policy, **changes)


def single(policy: Policy = STANDARD, **changes: Any) -> Terms:
    """A single order."""
    return terms(1, OrderType.SINGLE, policy, **changes)


class Walk:
    """An order on its way: each call acts at the walk's instant, and keeps what came of it."""

    def __init__(self, agreed: Terms | None = None, *, at: int = START) -> None:
        self.at = at
        self.outcomes = [core.place(7, agreed or terms(), at=at)]

    @property
    def order(self) -> Order:
        return self.outcomes[-1].order

    @property
    def entries(self) -> list[Entry]:
        return [entry for outcome in self.outcomes for entry in outcome.entries]

    @property
    def last(self) -> Outcome:
        return self.outcomes[-1]

    @property
    def totals(self) -> Totals:
        return totals(self.entries)

    @property
    def states(self) -> str:
        """The milestones' states, by their first letters: `a` is approved, `A` active."""
        letters = {State.ACTIVE: "A", State.CANCELLED: "x", State.SKIPPED: "-"}
        return "".join(letters.get(one.state, one.state[0]) for one in self.order.milestones)

    def moved(self) -> dict[Kind, int]:
        """The cents that the last action moved, by kind."""
        return {entry.kind: entry.amount_cents for entry in self.last.entries}

    def wait(self, seconds: int) -> "Walk":
        """Let time pass, and fire nothing."""
        self.at += seconds
        return self

    def until(self, instant: int) -> "Walk":
        """Go to an instant, and fire nothing."""
        self.at = instant
        return self

    def do(self, action: Action, *, by: Actor | None = None, **args: Any) -> "Walk":
        """Take an action that must be accepted."""
        if action is Action.DELIVER and not args:
            args = {"links": [LINK]}
        self.outcomes.append(core.act(self.order, action, actor=by or PARTY[action], at=self.at, **args))
        return self

    def deliver(self, **args: Any) -> "Walk":
        return self.do(Action.DELIVER, **args)

    def approve(self) -> "Walk":
        return self.do(Action.APPROVE)

    def go_on(self) -> "Walk":
        return self.do(Action.CONTINUE)

    def ask_cancel(self, position: int | None = None, *, by: Actor = Actor.CLIENT, **more: Any) -> "Walk":
        """Ask to cancel a milestone, or the whole order."""
        return self.do(Action.OPEN_CANCEL, by=by, id=1, reason=REASON, position=position, **more)

    def ask_days(self, days: int, *, by: Actor = Actor.SELLER) -> "Walk":
        """Ask for more days for the running milestone."""
        return self.do(Action.OPEN_EXTEND, by=by, id=1, days=days)

    def ask_plan(self, *planned: MilestoneTerms, by: Actor = Actor.CLIENT) -> "Walk":
        """Ask to replace all that is planned."""
        return self.do(Action.OPEN_CHANGE, by=by, id=1, milestones=[plain_of(one) for one in planned])

    def accept(self) -> "Walk":
        """Accept the open request, as the party that did not ask."""
        request = self.order.open_request
        assert request is not None
        other = Actor.SELLER if request.asker is Actor.CLIENT else Actor.CLIENT
        return self.do(Action.ACCEPT_REQUEST, by=other)

    def support_cancels(self, position: int | None = None, **more: Any) -> "Walk":
        return self.do(Action.SUPPORT_CANCEL, reason=REASON, position=position, **more)

    def fire(self) -> "Walk":
        """Go to the instant of the timer that is due first, and fire it."""
        timer = due(self.order)
        assert timer is not None, "nothing is due"
        self.at = max(self.at, timer.at)
        self.outcomes.append(core.fire(self.order))
        return self

    def settle(self) -> "Walk":
        """Fire everything that is due up to and with the walk's instant."""
        self.outcomes.extend(core.settle(self.order, self.at))
        return self

    def refuses(self, rule: Rule, action: Action, *, by: Actor | None = None, **args: Any) -> RuleError:
        """An action must be refused by this rule, and leave the order as it was."""
        before, as_told = self.order, repr(self.order)
        fault = refused(rule, core.act, before, action, actor=by or PARTY[action], at=self.at, **args)
        assert self.order is before
        assert repr(before) == as_told
        return fault


def refused(rule: Rule, call: Callable[..., object], *args: object, **kwargs: object) -> RuleError:
    """The refusal of a call, which must be by this rule; its sentence must come out."""
    with pytest.raises(RuleError) as caught:
        call(*args, **kwargs)
    assert caught.value.rule is rule, str(caught.value)
    assert caught.value.message
    return caught.value


def table(text: str) -> list[list[str]]:
    """The cells of a table written as text, a row a line, `|` between cells."""
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


def file_record(name: str = "work.zip") -> Mapping[str, Any]:
    """A delivered file as it is recorded."""
    return {"name": name, "size": 7, "sha256": DIGEST}
