"""What is refused of actions on an order that come together, or under a handle, and of an order that is not there."""

import pytest
import store_helpers
from store_helpers import DELIVERY

from milepost import rules
from milepost.core.transitions import Action, Actor
from milepost.errors import NotFound
from milepost.market import ledger, orders
from milepost.market.orders import Step
from milepost.rules import RuleError
from milepost.store.db import Database

CANCEL = {"reason": "late", "position": 1}


def test_after_an_action_that_ends_the_order_the_next_one_is_told_that_nothing_follows(memory_store: Database) -> None:
    order_id = store_helpers.place(memory_store, store_helpers.terms(count=1))
    orders.perform(memory_store, order_id, [DELIVERY])
    stored = store_helpers.digest(memory_store)

    with pytest.raises(RuleError, match="nothing follows milestone 1, so that there is nothing to continue") as caught:
        orders.perform(memory_store, order_id, [Step(Action.APPROVE), Step(Action.CONTINUE)])

    assert caught.value.rule is rules.ORDER_NEXT_CHARGE
    assert store_helpers.digest(memory_store) == stored


@pytest.mark.parametrize(("handle", "actor"), [("maria", Actor.CLIENT), ("ana", Actor.SELLER), ("ana", Actor.SUPPORT)])
def test_under_a_handle_nobody_acts_for_another_party(memory_store: Database, handle: str, actor: Actor) -> None:
    order_id = store_helpers.place(memory_store)
    with pytest.raises(RuleError, match=f"{handle} is not the {actor} of order {order_id}") as caught:
        orders.perform(memory_store, order_id, [Step(Action.OPEN_CANCEL, CANCEL, actor, "requests")], handle=handle)
    assert caught.value.rule is rules.ACTOR


def test_the_entries_of_an_order_that_is_not_there_are_not_found(memory_store: Database) -> None:
    with pytest.raises(NotFound, match="order 9"):
        ledger.entries(memory_store, order_id=9, account=None, limit=9)
