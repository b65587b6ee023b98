"""The hashes beside a stored history, worked out anew from the rows that they stand for."""

import json
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import store_helpers
from store_helpers import DELIVERY

from milepost.core import act
from milepost.core.terms import plain_of
from milepost.core.transitions import Action, Actor
from milepost.market import orders, stores
from milepost.market.orders import Step
from milepost.store import orders as rows
from milepost.store.db import Database
from milepost.store.orders import Change

PLACED = "SELECT id, type, seller, client, title, policy_id, placed_at, gig_id, offer_id FROM orders WHERE id = ?"
POLICY = "SELECT name, schema, numbers FROM policies WHERE id = (SELECT policy_id FROM orders WHERE id = ?)"
AGREED = (
    "SELECT number, edition, name, days, price_cents, revisions, description, zoom, substeps, stages FROM agreed"
    " WHERE order_id = ? AND edition = 1 ORDER BY number"
)
LINES = "SELECT order_id, number, at, actor, action, position, args FROM history WHERE order_id = ? ORDER BY number"


def hashed(before: bytes, row: Sequence[Any]) -> bytes:
    """The hash of a row that follows another."""
    text = json.dumps(row, separators=(",", ":"))
    return blake2b(before + text.encode(), digest_size=16).digest()


def assert_chained(db: Database, order_id: int) -> None:
    """Each hash of an order's history, and the one in its row, cover all that came before them."""
    (placed,), (policy,) = store_helpers.rows(db, PLACED, order_id), store_helpers.rows(db, POLICY, order_id)
    before = hashed(b"", [*placed, *policy, *store_helpers.rows(db, AGREED, order_id)])
    chain = [before := hashed(before, line) for line in store_helpers.rows(db, LINES, order_id)]
    stored = store_helpers.rows(db, "SELECT hash FROM history WHERE order_id = ? ORDER BY number", order_id)
    assert [hash for (hash,) in stored] == chain
    assert store_helpers.rows(db, "SELECT hash FROM orders WHERE id = ?", order_id) == [(chain[-1],)]


def test_each_hash_covers_its_line_all_before_it_and_what_the_order_was_placed_on(memory_store: Database) -> None:
    ids = [store_helpers.place(memory_store) for _ in range(2)]
    plan = {"id": 1, "milestones": [plain_of(store_helpers.ADDED)]}
    for steps in (
        [DELIVERY, Step(Action.APPROVE), Step(Action.CONTINUE)],
        [Step(Action.OPEN_CHANGE, plan, Actor.CLIENT), Step(Action.ACCEPT_REQUEST)],
        [DELIVERY],
    ):
        orders.perform(memory_store, ids[0], steps)
        for order_id in ids:
            assert_chained(memory_store, order_id)
    assert store_helpers.rows(memory_store, "SELECT max(edition) FROM agreed WHERE order_id = 1") == [(2,)]


def test_a_line_follows_the_last_one_that_is_stored_whoever_wrote_it(tmp_path: Path) -> None:
    with store_helpers.file_store(tmp_path / "store.db") as db:
        order_id = store_helpers.place(db, store_helpers.terms(revisions=1))
        orders.perform(db, order_id, [DELIVERY])
        other = stores.open_store(tmp_path / "store.db")
        orders.perform(other, order_id, [Step(Action.REVISE)])
        other.close()
        order = store_helpers.order_of(db, order_id)

        delivered = act.act(
            order, Action.DELIVER, actor=Actor.SELLER, at=store_helpers.START, links=["https://example.com/again"]
        )
        with db.write() as connection:
            rows.save(connection, [Change(order, [delivered])])

        assert_chained(db, order_id)
