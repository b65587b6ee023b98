"""The tables against the code: every reachable state is walked, and the rows taken are the rows there are."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
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
WALKS = (("milestones", "standard"), ("subscription", "standard"), ("subscription", "fees"), ("single", "fees"))
# The states and the transitions of each walk are kept, a line each.
COUNTS = Path(__file__).with_name("counts.json")
RENEWS = "tests/core/test_transitions.py --renew-counts"
Check = Callable[[str, Walked], None]


@cache
def walked(kind: str, policy: str) -> Walked:
    return walk(KINDS[kind](POLICIES[policy]), START, most=2)


@pytest.fixture
def counted(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> Check:
    """A walk has as many states and transitions as are kept. A change of the tables changes them."""

    def check(name: str, found: Walked) -> None:
        kept, here = json.loads(COUNTS.read_text("utf-8")), [found.states, found.transitions]
        record_property(name, "{:,} states, {:,} transitions, {:,} refusals".format(*here, found.refusals))
        if request.config.getoption("--renew-counts", default=False):
            kept[name] = here
            lines = ",\n".join(f"  {json.dumps(one)}: {json.dumps(counts)}" for one, counts in kept.items())
            COUNTS.write_text(f"{{\n{lines}\n}}\n", "utf-8")
        assert here == kept.get(name), f"{name}: if these states and transitions are meant: pytest {RENEWS}"

    return check


@pytest.mark.parametrize(("kind", "policy"), WALKS)
def test_every_reachable_state_conserves_money_and_takes_just_the_rows_of_the_tables(
    kind: str, policy: str, counted: Check
) -> None:
    found = walked(kind, policy)

    assert found.rows == rows_of(KINDS[kind](POLICIES[policy]))
    counted(f"{kind} order, {policy} policy", found)


@pytest.mark.slow
@pytest.mark.parametrize("name", documents.policy_names())
def test_so_does_every_state_of_three_milestones_under_each_shipped_policy(name: str, counted: Check) -> None:
    agreed = terms(3, policy=documents.policy(name), revisions=1, price_cents=20_001)
    found = walk(agreed, START, most=3)

    assert found.rows == rows_of(agreed)
    counted(f"three milestones, {name} policy", found)


def test_no_row_of_the_tables_is_left_out_by_every_kind_of_order() -> None:
    walks: list[set[Row]] = [rows_of(KINDS[kind](POLICIES[policy])) for kind, policy in WALKS]

    assert set().union(*walks) == {bare(row) for row in (*MILESTONES, *ORDERS, *REQUESTS)}
