"""The stores that earlier versions left: they are as they were written, hold something of everything, and go on."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
import store_helpers
from cli.shell_helpers import Shell
from cli.test_help import VERBS, examples

from milepost.core.order import Order, possible
from milepost.core.transitions import Action, Actor
from milepost.market import orders, stores
from milepost.market.orders import Step
from milepost.rules import RuleError
from milepost.store import migrations, settings
from milepost.store.db import Database
from store import kept_helpers
from store.kept_helpers import FIRST, KEPT, POLICIES

BY_POLICY = pytest.mark.parametrize("kept", KEPT, ids=POLICIES.get)

# What a store of version 1 can hold, by the query that tells it.
EVERYTHING = {
    "SELECT type FROM orders": "milestones single subscription",
    "SELECT status || ' ' || coalesce(reason, '') FROM orders": "active |cancelled cancelled|completed all-approved|"
    "completed cancelled|completed client-stopped|completed continue-expired|completed review-expired",
    "SELECT state FROM milestones": "active approved cancelled delivered planned revising skipped",
    "SELECT action FROM history": "accept-cancel approve cancel-unanswered check-substep clear continue "
    "continue-window decline-cancel deliver open-cancel place renew report-stage review-silence revise set-call stop "
    "stop-after-current support-cancel uncheck-substep withdraw-cancel",
    "SELECT state FROM requests": "accepted declined moot open unanswered withdrawn",
    "SELECT status FROM offers": "accepted declined expired sent withdrawn",
    "SELECT kind FROM ledger": "charge clear client-fee client-fee-refund refund release reversal seller-fee "
    "seller-fee-reversal withdrawal",
    # an open order whose current milestone is finished waits for its client or for its renewal
    "SELECT type || ' ' || EXISTS (SELECT 1 FROM milestones WHERE order_id = id AND state IN ('active', 'delivered',"
    " 'revising')) FROM orders WHERE status = 'active'": "milestones 0|milestones 1|single 1|subscription 0|"
    "subscription 1",
    "SELECT status FROM orders JOIN milestones ON order_id = id WHERE clears_at IS NOT NULL": "active completed",
    "SELECT 'stopping' FROM orders WHERE stopping AND status = 'active'": "stopping",
    "SELECT iif(position, 'milestone', 'whole') FROM requests WHERE state = 'open'": "milestone whole",
    "SELECT sender FROM messages": "client seller",
    "SELECT milestone_payments FROM gigs": "0 1",
}


def test_a_store_of_version_1_is_kept_for_each_policy_that_ships() -> None:
    assert sorted(POLICIES[kept] for kept in FIRST) == ["escrow-14d", "standard", "terms-2024"]
    names = [kept_helpers.rows(kept, "SELECT user_version, name FROM pragma_user_version, policies") for kept in FIRST]
    assert names == [[(1, POLICIES[kept])] for kept in FIRST]


@BY_POLICY
def test_a_kept_store_is_as_it_was_written(kept: Path) -> None:
    assert kept_helpers.digests(kept, kept_helpers.queries(kept, kept_helpers.born(kept))) == kept_helpers.taken(kept)


@pytest.mark.parametrize("query", EVERYTHING)
def test_the_kept_stores_hold_together_everything_that_version_1_could_hold(query: str) -> None:
    found = {str(told) for kept in FIRST for (told,) in kept_helpers.rows(kept, query)}

    expected = EVERYTHING[query]
    assert found == set(expected.split("|" if "|" in expected else " "))


# What version 2 brought, by the query that tells it.
BROUGHT_BY_2 = {
    "SELECT kind FROM requests": "cancel change extend",
    "SELECT kind FROM requests WHERE state = 'open'": "cancel change extend",
    "SELECT kind || ' ' || state FROM requests WHERE kind <> 'cancel' AND closed_at IS NOT NULL": "change accepted|"
    "change declined|change lapsed|change moot|change withdrawn|extend accepted|extend declined|extend lapsed|"
    "extend moot|extend withdrawn",
    "SELECT edition FROM agreed": "1 2",
    "SELECT DISTINCT 'more days' FROM milestones WHERE extended_days > 0": "more days|",
    "SELECT DISTINCT 'a part kept' FROM milestones WHERE kept_cents > 0": "a part kept|",
    "SELECT paused FROM gigs": "0 1",
    "SELECT seller FROM templates": "maria",
}


@pytest.mark.parametrize("query", BROUGHT_BY_2)
def test_the_kept_store_of_version_2_holds_what_version_2_brought(query: str) -> None:
    (kept,) = [path for path in KEPT if kept_helpers.born(path) == 2]
    found = {str(told) for (told,) in kept_helpers.rows(kept, query)}

    expected = BROUGHT_BY_2[query]
    assert found == set(filter(None, expected.split("|" if "|" in expected else " ")))


# ── Brought up to date ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def climbed(kept: Path, tmp_path: Path) -> Path:
    """A kept store of the newest version."""
    path = kept_helpers.copied(kept, tmp_path)
    stores.open_store(path).close()
    return path


@pytest.fixture
def opened(climbed: Path) -> Iterator[Database]:
    """A kept store of the newest version, open."""
    db = stores.open_store(climbed)
    yield db
    db.close()


@BY_POLICY
def test_an_older_store_says_what_it_said_and_is_what_a_new_one_is(climbed: Path, kept: Path) -> None:
    assert kept_helpers.digests(climbed, kept_helpers.queries(kept, migrations.newest())) == kept_helpers.taken(kept)
    connection = sqlite3.connect(climbed)
    assert sorted(migrations.schema_of(connection)) == sorted(migrations.schema_at(migrations.newest()))
    connection.close()


@pytest.mark.parametrize("kept", FIRST, ids=POLICIES.get)
def test_new_orders_of_an_older_store_stand_on_the_same_policy_in_today_s_reading(opened: Database) -> None:
    with opened.read() as connection:
        old, new = (settings.policy(connection, policy_id) for policy_id in (1, 2))
        assert settings.read(connection).policy is new
    assert old != new == replace(old, edition=2)


@BY_POLICY
def test_an_older_store_is_sound_and_its_histories_replay(opened: Database) -> None:
    store_helpers.assert_sound(opened)


@BY_POLICY
def test_an_older_store_ticks_on_for_a_year_and_stays_sound(climbed: Path) -> None:
    told = Shell(climbed).json("order tick --by +365d")
    db = stores.open_store(climbed)
    assert told["count"] > 5
    store_helpers.assert_sound(db)
    db.close()


LOOKS = (
    "gig list", "template list", "inbox list", "offer list", "offer list --status sent", "order list", "order list "
    "--status active", "order list --seller maria", "order list --late", "order timers", "order timeline",
    "resolution list", "resolution list --state open", "ledger show", "ledger balances", "ledger check",
    "ledger balances --at 2025-12-01", "template show my-logo", "policy show", "rules",
)  # fmt: skip
LOOKS_AT = {
    "orders": ("show", "history", "timers", "explain", "timeline", "export"),
    "offers": ("show", "check", "forecast", "export"),
    "gigs": ("show", "check", "export"),
    "conversations": ("show",),
}
NOUNS = {"orders": "order", "offers": "offer", "gigs": "gig", "conversations": "inbox"}


@BY_POLICY
def test_every_look_at_an_older_store_goes_well(climbed: Path) -> None:
    shell = Shell(climbed)
    lines = [*LOOKS]
    for table, verbs in LOOKS_AT.items():
        ids = [id for (id,) in kept_helpers.rows(climbed, f"SELECT id FROM {table}")]
        lines += [f"{NOUNS[table]} {verb} {id}" for id in ids for verb in verbs]
    for line in lines:
        assert shell.ok(line).out.strip(), line
        if not line.startswith(("order export", "offer export", "gig export")):
            shell.json(line)
    assert len(lines) > 200


@BY_POLICY
@pytest.mark.parametrize("words", VERBS)
def test_every_example_of_a_command_can_be_tried_on_an_older_store(
    climbed: Path, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shell = Shell(climbed)
    for line in examples(VERBS[words]):
        told = shell(line.removeprefix("milepost"))
        assert told.code in (0, 3, 4, 6, 7), (line, told)
        assert words == "init" or str(climbed) not in told.err, (line, told)


TRIES = 40


@BY_POLICY
def test_every_action_that_is_possible_in_an_older_store_is_taken(opened: Database) -> None:
    ids = [id for (id,) in store_helpers.rows(opened, "SELECT id FROM orders")]
    taken = set[Action]()
    for order_id in ids:
        order = store_helpers.order_of(opened, order_id)
        for action, actor in possible(order, store_helpers.clock_of(opened)):
            assert _is_taken(opened, order, action, actor), (order_id, action, actor)
            taken.add(action)
    assert len(taken) > 12, taken


def _is_taken(db: Database, order: Order, action: Action, actor: Actor) -> bool:
    """Whether some arguments are good enough, after which the order's history leads to what is stored of it."""
    now = store_helpers.clock_of(db)
    for seed in range(TRIES):
        args = store_helpers.random_args(Random(seed), order, action, now, request_id=1_000)
        with db.trial() as trial:
            try:
                orders.perform(trial, order.id, [Step(action, args, actor)])
            except RuleError:
                continue
            with trial.read() as connection:
                replayed = orders.replayed(connection, order.id, now)[-1].order
                assert replayed == orders.orders.existing(connection, order.id)
            return True
    return False
