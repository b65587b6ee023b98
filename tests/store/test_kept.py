"""The stores that earlier versions left: they are as they were written, and hold something of everything."""

from pathlib import Path

import pytest

from store import kept_helpers
from store.kept_helpers import KEPT, POLICIES, ROWS

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
    assert sorted(POLICIES.values()) == ["escrow-14d", "standard", "terms-2024"]
    names = [kept_helpers.rows(kept, "SELECT user_version, name FROM pragma_user_version, policies") for kept in KEPT]
    assert names == [[(1, POLICIES[kept])] for kept in KEPT]


@BY_POLICY
def test_a_kept_store_is_as_it_was_written(kept: Path) -> None:
    assert kept_helpers.digests(kept, ROWS[1]) == kept_helpers.taken(kept)


@pytest.mark.parametrize("query", EVERYTHING)
def test_the_kept_stores_hold_together_everything_that_version_1_could_hold(query: str) -> None:
    found = {str(told) for kept in KEPT for (told,) in kept_helpers.rows(kept, query)}

    expected = EVERYTHING[query]
    assert found == set(expected.split("|" if "|" in expected else " "))
