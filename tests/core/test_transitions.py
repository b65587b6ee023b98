"""The tables against the code: every reachable state is walked, and the rows taken are the rows there are."""

from collections.abc import Callable
from functools import cache

import pytest

from core.order_helpers import FEES, START, single, subscription, terms
from core.walk_helpers import Row, Walked, explore
from milepost.core.terms import Terms
from milepost.core.transitions import MILESTONES, ORDERS, REQUESTS
from milepost.policy import STANDARD, Policy

KINDS: dict[str, Callable[[Policy], Terms]] = {
    "milestones": lambda policy: terms(3, policy=policy, revisions=1),
    "subscription": lambda policy: subscription(3, policy),
    "single": lambda policy: single(
        policy, revisions=1, zoom=True, substeps=("Sketch", "Ink"), stages=("Plan", "Build")
    ),
}
POLICIES = {"standard": STANDARD, "fees": FEES}
# States and transitions of each walk. A change of the tables changes them; look whether it is the one you meant.
COUNTED = {
    ("milestones", "standard"): (1_738, 22_996),
    ("milestones", "fees"): (4_040, 46_718),
    ("subscription", "standard"): (393, 5_565),
    ("subscription", "fees"): (488, 6_240),
    ("single", "standard"): (608, 9_216),
    ("single", "fees"): (672, 9_280),
}


@cache
def walked(kind: str, policy: str) -> Walked:
    return explore(KINDS[kind](POLICIES[policy]), START)


@pytest.mark.parametrize(("kind", "policy"), COUNTED)
def test_every_reachable_state_conserves_money_and_does_only_what_is_possible(
    kind: str, policy: str, record_property: Callable[[str, object], None]
) -> None:
    found = walked(kind, policy)
    record_property(
        f"{kind} order, {policy} policy",
        f"{found.states} states, {found.transitions} transitions, {found.refusals} refusals",
    )

    assert (found.states, found.transitions) == COUNTED[kind, policy]


def test_every_row_of_the_tables_is_taken_and_nothing_but_their_rows() -> None:
    taken: set[Row] = set().union(*(walked(*which).rows for which in COUNTED))

    assert taken == {*MILESTONES, *ORDERS, *REQUESTS}
