"""The audit finds what the rows, the ledger or the timers say against the history."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import store_helpers
from store_helpers import DELIVERY

from milepost.core.transitions import Action
from milepost.errors import StoreError
from milepost.market import orders, stores
from milepost.market.orders import Step
from milepost.store import audit
from milepost.store.db import Database

REQUEST = {"id": 1, "reason": "late", "position": None, "note": ""}
UNGUARDED = " ".join(
    f"DROP TRIGGER {table}_no_{verb};" for table in ("history", "ledger") for verb in ("update", "delete")
)


@pytest.fixture
def worked(tmp_path: Path) -> Iterator[Database]:
    """A store with an order that has seen deliveries, approvals and a request to cancel; the tests spoil it."""
    stores.create_file(
        tmp_path / "store.db", start=store_helpers.START, clock_mode="simulated", policy=store_helpers.FEES
    )
    db = stores.open_store(tmp_path / "store.db")
    order_id = store_helpers.place(db)
    orders.perform(db, order_id, [DELIVERY, Step(Action.APPROVE), Step(Action.CONTINUE)])
    orders.perform(db, order_id, [Step(Action.OPEN_CANCEL, REQUEST), Step(Action.DECLINE_REQUEST), DELIVERY])
    yield db
    db.close()


def test_a_store_is_sound_as_its_actions_left_it(worked: Database) -> None:
    assert audit.findings(worked) == []


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        ("UPDATE orders SET stopping = 1", "order 1: its order is not what its history leads to"),
        ("UPDATE orders SET version = version + 1", "order 1: its order is not what its history leads to"),
        ("UPDATE orders SET due_at = due_at + 1", "order 1: its next timer is not what its history leads to"),
        ("UPDATE orders SET due_at = NULL", "order 1: its next timer is not what its history leads to"),
        ("UPDATE milestones SET revisions_used = 1 WHERE position = 2", "order 1: its order is not"),
        ("UPDATE milestones SET state = 'skipped' WHERE position = 3", "order 1: its order is not"),
        ("UPDATE requests SET note = 'changed'", "order 1: its requests are not what its history leads to"),
        ("UPDATE history SET at = at + 1 WHERE number = 4", "order 1: its order is not"),
        ("UPDATE history SET position = 3 WHERE number = 4", "order 1: its history is not"),
        ("UPDATE history SET action = 'stop' WHERE number = 2", "order 1: its history cannot be replayed: "),
        ("DELETE FROM history WHERE number = 7", "order 1: its order is not"),
        ("DELETE FROM history", "order 1: it has no history"),
        ("UPDATE history SET action = 'sleep'", "order 1: the store is damaged: row 1, 1 of history cannot be read"),
        ("UPDATE ledger SET amount_cents = 1 WHERE kind = 'release'", "order 1: its entries are not"),
        ("DELETE FROM ledger WHERE kind = 'client-fee'", "order 1: its entries are not"),
        ("UPDATE orders SET gig_id = 9", "orders: row 1 names a row of gigs that is not there"),
    ],
)
def test_what_is_changed_behind_the_history_is_found(worked: Database, spoil: str, found: str) -> None:
    store_helpers.edit_behind(worked, UNGUARDED + spoil)

    assert any(finding.startswith(found) for finding in audit.findings(worked)), audit.findings(worked)


def test_a_damaged_index_is_found(worked: Database) -> None:
    store_helpers.edit_behind(
        worked,
        "PRAGMA writable_schema = ON;"
        "UPDATE sqlite_schema SET sql = replace(sql, 'due_at IS NOT NULL', 'due_at IS NULL') WHERE name = 'orders_due'",
    )

    assert any(finding.startswith("the file is damaged: ") for finding in audit.findings(worked))


def test_an_action_that_is_not_known_is_told_where_an_order_is_looked_at(worked: Database) -> None:
    store_helpers.edit_behind(worked, UNGUARDED + "UPDATE history SET action = 'sleep' WHERE number = 2")

    with pytest.raises(StoreError, match="row 1, 2 of history cannot be read: 'sleep' is not known here"):
        orders.history(worked, 1)
