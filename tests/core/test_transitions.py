"""The tables against the code: every reachable state is walked, and the rows taken are the rows there are."""

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from core.order_helpers import FEES, PATIENT, START, single, subscription, terms
from core.walk_helpers import Row, Walked, bare, rows_of, walk
from milepost.core.terms import Stage, Terms
from milepost.core.transitions import MILESTONES, ORDERS, REQUESTS
from milepost.files import documents
from milepost.policy import STANDARD, Policy

WORK: dict[str, Any] = {
    "revisions": 1,
    "zoom": True,
    "substeps": ("Sketch", "Ink"),
    "stages": (Stage("Plan", 1), Stage("Build", 1)),
}
KINDS: dict[str, Callable[[Policy], Terms]] = {
    "milestones": lambda policy: terms(2, policy=policy, revisions=1, price_cents=9_999),
    "subscription": lambda policy: subscription(2, policy, price_cents=9_999, revisions=1),
    "single": lambda policy: single(policy, price_cents=9_999, **WORK),
}
POLICIES = {"standard": STANDARD, "fees": FEES, "patient": PATIENT}
# States and transitions of each walk. A change of the tables changes them; look whether it is the one you meant.
COUNTED = {
    ("milestones", "standard"): (1_953, 35_602),
    ("subscription", "standard"): (622, 11_510),
    ("subscription", "fees"): (664, 11_828),
    ("single", "fees"): (711, 16_207),
}
# The same for three milestones.
LARGE = {
    "standard": (0, 0),
    "terms-2024": (0, 0),
    "escrow-14d": (0, 0),
}


@cache
def walked(kind: str, policy: str) -> Walked:
    return walk(KINDS[kind](POLICIES[policy]), START, most=2)


@pytest.mark.parametrize(("kind", "policy"), COUNTED)
def test_every_reachable_state_conserves_money_and_takes_just_the_rows_of_the_tables(
    kind: str, policy: str, record_property: Callable[[str, object], None]
) -> None:
    found = walked(kind, policy)
    record_property(f"{kind} order, {policy} policy", told(found))

    assert found.rows == rows_of(KINDS[kind](POLICIES[policy]))
    assert (found.states, found.transitions) == COUNTED[kind, policy]


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGE)
def test_so_does_every_state_of_three_milestones_under_each_shipped_policy(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    agreed = terms(3, policy=documents.policy(name), revisions=1, price_cents=20_001)
    found = walk(agreed, START, most=3)
    record_property(f"three milestones, {name} policy", told(found))

    assert found.rows == rows_of(agreed)
    assert (found.states, found.transitions) == LARGE[name]


def told(found: Walked) -> str:
    return f"{found.states:,} states, {found.transitions:,} transitions, {found.refusals:,} refusals"


def test_each_shipped_policy_is_walked() -> None:
    assert {*LARGE} == {*documents.policy_names()}


def test_no_row_of_the_tables_is_left_out_by_every_kind_of_order() -> None:
    walks: list[set[Row]] = [rows_of(KINDS[kind](POLICIES[policy])) for kind, policy in COUNTED]

    assert set().union(*walks) == {bare(row) for row in (*MILESTONES, *ORDERS, *REQUESTS)}
