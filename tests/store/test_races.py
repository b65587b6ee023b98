"""Several processes at once on one store: each action counts once, and what is stored is what was answered."""

from collections import Counter
from contextlib import ExitStack, nullcontext
from pathlib import Path
from random import Random
from threading import Timer
from time import monotonic
from typing import Any

import pytest
import store_helpers
from store_helpers import DELIVERY

from milepost.core.terms import OrderType
from milepost.core.transitions import Action
from milepost.errors import StoreBusy
from milepost.market import clock, orders, stores
from milepost.market.orders import Step
from milepost.policy import Policy
from milepost.rules import RuleError
from milepost.store import settings
from milepost.store.db import Database
from store.process_helpers import together

MANY = 8
EACH = 25
ENDING = (Action.STOP, Action.STOP_AFTER_CURRENT, Action.SUPPORT_CANCEL, Action.ACCEPT_REQUEST)
PATIENT = Policy(name="patient", review_hours=8_000, continue_hours=None, resolution_hours=8_000, clearance_days=1)


def approve(db: Database, order_id: int) -> str:
    """Approve as the client; what came of it."""
    try:
        orders.perform(db, order_id, [Step(Action.APPROVE)])
    except RuleError as refusal:
        return refusal.rule.id
    return "approved"


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_of_eight_approvals_at_once_one_counts_and_pays_and_the_others_are_refused(tmp_path: Path, turn: int) -> None:
    path = tmp_path / "store.db"
    with store_helpers.file_store(path, store_helpers.FEES) as db:
        order_id = store_helpers.place(db)
        orders.perform(db, order_id, [DELIVERY])
        db.close()

        answers = together(path, approve, [(order_id,)] * MANY)

        assert Counter(answers) == {"approved": 1, "review-window": MANY - 1}
        kinds = Counter(kind for (kind,) in store_helpers.rows(db, "SELECT kind FROM ledger"))
        assert kinds == {"charge": 1, "client-fee": 1, "release": 1, "seller-fee": 1}
        assert [line.action for line in orders.history(db, order_id).items] == ["place", "deliver", "approve"]


def place_order(db: Database) -> int:
    """Place an order; its id."""
    return store_helpers.place(db)


def test_of_eight_orders_placed_at_once_each_has_an_id_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with store_helpers.file_store(path) as db:
        db.close()
        assert sorted(together(path, place_order, [()] * MANY)) == [*range(1, MANY + 1)]


def test_of_eight_ticks_at_once_every_timer_fires_once(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with store_helpers.file_store(path) as db:
        until = store_helpers.fill_with_reviews(db, 60, due=60)
        with db.trial() as trial:
            clock.tick(trial, until)
            expected = store_helpers.digest(trial)
        db.close()
        counts = together(path, tick, [(until,)] * MANY)
        assert sum(counts) == 60
        assert store_helpers.digest(db) == expected


def tick(db: Database, until: int) -> int:
    """A tick in small batches, between which others can come; how many timers fired."""
    return clock.tick(db, until, page=5).count


def busy_party(db: Database, name: str, ids: list[int]) -> list[tuple[int, str, str]]:
    """Random actions; those that were accepted, each with a mark of its own where it can carry one."""
    random, accepted = Random(name), list[tuple[int, str, str]]()
    while len(accepted) < EACH:
        order_id, mark = random.choice(ids), f"{name}-{len(accepted)}"
        step = store_helpers.random_step(
            random, store_helpers.order_of(db, order_id), store_helpers.clock_of(db), request_id=0
        )
        if step is None or step.action in ENDING:
            continue
        try:
            orders.perform(db, order_id, [marked(step, mark)])
        except RuleError:
            continue  # somebody was faster, or it was not sensible
        accepted.append((order_id, str(step.action), mark if step.action in MARKS else ""))
    return accepted


MARKS = {Action.DELIVER: "message", Action.REVISE: "message", **dict.fromkeys(store_helpers.OPENING, "note")}


def marked(step: Step, mark: str) -> Step:
    """The step with a text that only it has; a request takes the next free id."""
    args: dict[str, Any] = {name: value for name, value in step.args.items() if name != "id"}
    if step.action in MARKS:
        args[MARKS[step.action]] = mark
    return Step(step.action, args, step.actor, "requests" if step.action in store_helpers.OPENING else None)


def test_the_histories_of_orders_that_four_processes_work_on_hold_what_each_was_told(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    many = store_helpers.terms(OrderType.MILESTONES, 60, revisions=None, substeps=("Sketch", "Ink"), zoom=True)
    with store_helpers.file_store(path, PATIENT) as db:
        ids = [store_helpers.place(db, many) for _ in range(3)]
        db.close()

        told = [line for answer in together(path, busy_party, [(name, ids) for name in "abcd"]) for line in answer]

        stored = []
        for order_id in ids:
            for line in orders.history(db, order_id).items[1:]:
                mark = line.args.get(MARKS.get(Action(line.action), ""), "")
                stored.append((order_id, line.action, mark))
        assert Counter(told) == Counter(stored)
        assert len(stored) == 4 * EACH
        assert {order_id for order_id, _, _ in told} == set(ids)


@pytest.mark.parametrize("kind", ["write", "whole", "trial", "rebuild"])
def test_from_its_beginning_what_may_write_keeps_others_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr("milepost.store.db.BUSY_SECONDS", 0.05)
    with store_helpers.file_store(tmp_path / "store.db") as db:
        other = stores.open_store(tmp_path / "store.db")
        with getattr(db, kind)(), pytest.raises(StoreBusy):
            store_helpers.place(other)
        assert store_helpers.place(other) == 1
        other.close()


@pytest.mark.parametrize("held", ["read", "write"])
@pytest.mark.parametrize("kind", ["write", "whole", "rebuild"])
def test_what_is_to_be_written_waits_for_those_who_read_and_write(tmp_path: Path, kind: str, held: str) -> None:
    with store_helpers.file_store(tmp_path / "store.db") as db:
        other = stores.open_store(tmp_path / "store.db")
        with ExitStack() as stack:
            settings.read(stack.enter_context(getattr(other, held)()))
            leaves = Timer(0.1, stack.close)
            leaves.start()
            with (
                getattr(db, kind)() as inside,
                inside.write() if kind == "whole" else nullcontext(inside) as connection,
            ):
                settings.set_clock(connection, store_helpers.START + 9)
            leaves.join()
        assert store_helpers.clock_of(other) == store_helpers.START + 9
        other.close()


def write_on(db: Database, order_id: int, seconds: float) -> int:
    """Write as often as it goes for some seconds, one transaction after the other; how often it went."""
    until, count = monotonic() + seconds, 0
    while monotonic() < until:
        orders.perform(db, order_id, [Step(Action.STOP_AFTER_CURRENT)])
        orders.perform(db, order_id, [Step(Action.UNDO_STOP)])
        count += 1
    return count


@pytest.mark.slow
def test_of_four_that_write_without_a_pause_each_comes_to_it(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with store_helpers.file_store(path) as db:
        ids = [store_helpers.place(db) for _ in range(4)]
        db.close()
        counts = together(path, write_on, [(order_id, 5.0) for order_id in ids])
        assert min(counts) * 4 >= max(counts), counts
