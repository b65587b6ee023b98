"""Any terms, any policy, any actions in any order: what must hold after each of them."""

from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core.order_helpers import LINK, START, file_record
from core.walk_helpers import check_state
from milepost import money, times
from milepost.core import act as core
from milepost.core.act import Outcome
from milepost.core.ledger import Kind, totals
from milepost.core.order import deadline, due, possible, timers
from milepost.core.terms import MilestoneTerms, OrderType, Stage, Terms, plain_of
from milepost.core.transitions import ACTORS, CANCEL_REASONS, TIMER_RULES, TIMERS_BESIDE, Action, Actor, Status
from milepost.policy import Policy
from milepost.rules import RuleError

cents = st.integers(money.MIN_CENTS, 20_000) | st.integers(money.MIN_CENTS, money.MAX_CENTS)
policies = st.builds(
    Policy,
    review_hours=st.integers(1, 400),
    continue_hours=st.none() | st.integers(1, 400),
    continue_from=st.sampled_from(["delivery", "approval"]),
    resolution_hours=st.integers(1, 100),
    clearance_days=st.integers(0, 30),
    seller_fee_bp=st.integers(0, 10_000),
    client_fee_bp=st.integers(0, 10_000),
    small_charge_fee_cents=st.integers(0, 500),
    small_charge_under_cents=st.integers(0, 20_000),
)
words = st.lists(st.sampled_from(["Sketch", "Ink", "Colour"]), max_size=2).map(tuple)
milestones = st.builds(
    MilestoneTerms,
    name=st.just("Part"),
    days=st.integers(1, 30),
    price_cents=cents,
    revisions=st.none() | st.integers(0, 2),
    zoom=st.booleans(),
    substeps=words,
    stages=st.just(()) | words.map(lambda some: tuple(Stage(name) for name in some)),
)


@st.composite
def agreed_terms(draw: st.DrawFn) -> Terms:
    type = draw(st.sampled_from(OrderType))
    if type is OrderType.SINGLE:
        parts: Sequence[MilestoneTerms] = [draw(milestones)]
    elif type is OrderType.SUBSCRIPTION:
        parts = [draw(milestones)] * draw(st.integers(1, 12))
    else:
        parts = draw(st.lists(milestones, min_size=2, max_size=6))
    return Terms(type, "maria", "ana", "A website", tuple(parts), draw(policies))


@st.composite
def arguments(draw: st.DrawFn, action: Action, count: int, at: int) -> dict[str, Any]:
    """Arguments that are good, or nearly so."""
    position = draw(st.none() | st.integers(1, count))
    keep_cents = draw(st.just(0) | st.integers(0, 20_000))
    cancel = {"reason": draw(st.sampled_from([*CANCEL_REASONS])), "position": position, "keep_cents": keep_cents}
    chosen: dict[Action, dict[str, Any]] = {
        Action.DELIVER: {"files": [file_record()] * draw(st.integers(0, 1)), "links": [LINK] * draw(st.integers(0, 1))},
        Action.REVISE: {"message": draw(st.sampled_from(["", "bluer", "\x00"]))},
        Action.CHECK_SUBSTEP: {"number": draw(st.integers(0, 3))},
        Action.UNCHECK_SUBSTEP: {"number": draw(st.integers(0, 3))},
        Action.SET_CALL: {"call_at": at + draw(st.integers(-1, 9)), "link": LINK},
        Action.OPEN_CANCEL: cancel | {"id": 1},
        Action.OPEN_EXTEND: {"id": 1, "days": draw(st.integers(0, 31))},
        Action.OPEN_CHANGE: {"id": 1, "milestones": [plain_of(one) for one in draw(st.lists(milestones, max_size=4))]},
        Action.SUPPORT_CANCEL: cancel,
    }
    return chosen.get(action, {})


class OrderMachine(RuleBasedStateMachine):
    """An order, the time, and everybody who can do something about it."""

    outcomes: list[Outcome]
    now: int

    @initialize(agreed=agreed_terms(), at=st.integers(START, START + 366 * times.DAY))
    def place(self, agreed: Terms, at: int) -> None:
        self.now = at
        self.outcomes = [core.place(7, agreed, at=at)]

    def attempt(self, action: Action, actor: Actor, args: dict[str, Any]) -> None:
        """An action that is taken if it is accepted; a refusal must leave everything as it was."""
        order, timer = self.outcomes[-1].order, due(self.outcomes[-1].order)
        as_told, legal = repr(order), (action, actor) in possible(order, self.now)
        try:
            self.outcomes.append(core.act(order, action, actor=actor, at=self.now, **args))
        except RuleError as fault:
            event(f"refused by {fault.rule.id}")
        else:
            assert legal
            assert timer is None or timer.at > self.now
        assert repr(order) == as_told

    @rule(data=st.data())
    def take_what_is_possible(self, data: st.DataObject) -> None:
        order = self.outcomes[-1].order
        choices = possible(order, self.now)
        if choices:
            action, actor = data.draw(st.sampled_from(choices))
            self.attempt(action, actor, data.draw(arguments(action, len(order.milestones), self.now)))

    @rule(data=st.data(), action=st.sampled_from([*ACTORS]), actor=st.sampled_from(Actor))
    def try_anything(self, data: st.DataObject, action: Action, actor: Actor) -> None:
        count = len(self.outcomes[-1].order.milestones)
        self.attempt(action, actor, data.draw(arguments(action, count, self.now)))

    @rule(seconds=st.sampled_from([1, times.HOUR, times.DAY]) | st.integers(0, 40 * times.DAY))
    def wait_and_fire_what_is_due(self, seconds: int) -> None:
        self.now += seconds
        while (timer := due(self.outcomes[-1].order)) is not None and timer.at <= self.now:
            self.outcomes.append(core.fire(self.outcomes[-1].order))

    @precondition(lambda self: due(self.outcomes[-1].order) is not None)
    @rule()
    def wait_until_the_first_timer_and_fire_it(self) -> None:
        timer = due(self.outcomes[-1].order)
        assert timer is not None
        self.now = max(self.now, timer.at)
        self.outcomes.append(core.fire(self.outcomes[-1].order))
        assert self.outcomes[-1].history_entry[1:4] == (timer.at, Actor.CLOCK, timer.action)

    @invariant()
    def money_is_conserved(self) -> None:
        entries = tuple(entry for outcome in self.outcomes for entry in outcome.entries)
        last = self.outcomes[-1].order
        check_state(last, entries)
        assert totals(entries).fees_cents >= 0
        cleared = {entry.position for entry in entries if entry.kind is Kind.CLEAR}
        assert not cleared & {one.position for one in last.milestones if one.clears_at is not None}

    @invariant()
    def the_history_replays_to_the_same_orders_and_entries(self) -> None:
        lines = [outcome.history_entry for outcome in self.outcomes]
        assert list(core.replay(7, self.outcomes[0].order.terms, lines)) == self.outcomes
        assert [line.number for line in lines] == list(range(1, len(lines) + 1))
        assert self.outcomes[-1].order.version == len(lines)

    @invariant()
    def the_first_timer_is_the_one_that_is_due(self) -> None:
        order = self.outcomes[-1].order
        armed = timers(order)
        assert due(order) == (armed[0] if armed else None)
        assert [timer.at for timer in armed] == sorted(timer.at for timer in armed)
        assert {timer.action for timer in armed} <= set(TIMER_RULES)
        moving = [timer for timer in armed if timer.action not in TIMERS_BESIDE]
        assert deadline(order) == (moving[0] if moving else None)
        assert len(moving) <= 2  # what the order waits for, and the answer to a request to cancel
        assert all(timer.at >= self.outcomes[-1].history_entry.at for timer in armed)

    @invariant()
    def an_order_that_has_ended_stays_as_it_ended(self) -> None:
        ended = [one.order for one in self.outcomes if one.order.status is not Status.ACTIVE]
        if not ended:
            return
        ends = list(dict.fromkeys((one.status, one.reason, one.ended_at) for one in ended))
        states = list(dict.fromkeys(tuple(milestone.state for milestone in one.milestones) for one in ended))
        reversals = [
            one
            for one in self.outcomes[len(self.outcomes) - len(ended) + 1 :]
            if one.history_entry.actor is Actor.SUPPORT
        ]
        assert len(ends) == 1 or (ends[-1][:2] == ("cancelled", "cancelled") and ends[0][2] == ends[-1][2])
        assert len(states) == 1 + len(reversals)


TestOrder = OrderMachine.TestCase
TestOrder.settings = settings(
    max_examples=80, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
