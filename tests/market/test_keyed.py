"""A command under a key and the key itself are kept together, or not at all (rule idempotency-key)."""

import pytest
import store_helpers
from store_helpers import DELIVERY

from milepost.market import keys, orders
from milepost.store.db import Database
from milepost.views.orders import OrderView


def no_words(answer: OrderView) -> str:
    """What fails when the command is done, and its answer is to be kept."""
    raise KeyError(answer.id)


def test_a_command_whose_answer_cannot_be_kept_is_not_done_and_leaves_its_key_free(memory_store: Database) -> None:
    order_id = store_helpers.place(memory_store)
    stored = store_helpers.digest(memory_store)

    def deliver(db: Database) -> OrderView:
        return orders.perform(db, order_id, [DELIVERY])

    with pytest.raises(KeyError):
        keys.once(memory_store, "once", b"deliver", deliver, no_words)
    assert store_helpers.digest(memory_store) == stored

    keys.once(memory_store, "once", b"deliver", deliver, lambda answer: "done")
    assert store_helpers.order_of(memory_store, order_id).phase == "review"
