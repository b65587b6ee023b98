"""The policies of a store: known by their ids, and read with what was added to policies since they were written."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import store_helpers

from milepost import policy as policies
from milepost.core import act
from milepost.core.offer import Offer
from milepost.errors import StoreError
from milepost.market import stores
from milepost.policy import STANDARD, Policy
from milepost.store import catalog, orders, settings
from milepost.store.db import Database
from milepost.store.orders import Change
from store import kept_helpers
from store.kept_helpers import FIRST
from store.test_roundtrip import A_GIG

OLDER = policies.completed({}, 1).keys()  # which schema 1 had not


def write_policy(db: Database, policy_id: int, schema: int, numbers: dict[str, object], name: str = "doctored") -> None:
    """Write a policy's row as some other program might have."""
    with db.write() as connection:
        connection.execute(
            "INSERT INTO policies (id, name, schema, numbers) VALUES (?, ?, ?, ?)",
            (policy_id, name, schema, json.dumps(numbers)),
        )


def policy_at(db: Database, policy_id: int) -> Policy:
    """What is read of a policy."""
    with db.read() as connection:
        return settings.policy(connection, policy_id)


# ── Schemas ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_number_is_of_schema_1_or_says_what_older_policies_get() -> None:
    ((text,),) = kept_helpers.rows(FIRST[0], "SELECT numbers FROM policies")
    first = set(json.loads(text))
    added = [name for numbers in policies.ADDED.values() for name in numbers]
    assert sorted([*first, *added]) == sorted(STANDARD.numbers())
    assert sorted(policies.ADDED) == [*range(2, policies.newest_schema() + 1)]


def test_a_new_policy_is_written_under_the_newest_schema_with_all_its_numbers(memory_store: Database) -> None:
    ((schema, text),) = store_helpers.rows(memory_store, "SELECT schema, numbers FROM policies")
    assert schema == policies.newest_schema()
    assert json.loads(text) == STANDARD.numbers()


def test_a_policy_of_an_older_schema_has_for_each_later_number_what_that_schema_says(
    memory_store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policies, "ADDED", {2: {"review_hours": 5, "clearance_days": 6}, 3: {"continue_hours": None}})
    numbers = STANDARD.numbers() | {"resolution_hours": 7}
    for schema in (1, 2, 3):
        lacks = {1: {"review_hours", "clearance_days", "continue_hours"}, 2: {"continue_hours"}, 3: set[str]()}[schema]
        kept = {name: value for name, value in numbers.items() if name not in lacks}
        write_policy(memory_store, schema + 1, schema, kept)
    first, second, third = (policy_at(memory_store, schema + 1) for schema in (1, 2, 3))
    assert (first.review_hours, first.clearance_days, first.continue_hours, first.resolution_hours) == (5, 6, None, 7)
    assert (second.review_hours, second.clearance_days, second.continue_hours) == (192, 0, None)
    assert third == Policy(name="doctored", resolution_hours=7)


@pytest.fixture
def doctored() -> Iterator[Database]:
    """A new store whose policies need not be sound at the end."""
    with store_helpers.memory_store(unheld=("policies",)) as db:
        yield db


def test_a_policy_that_lacks_a_number_of_its_own_schema_is_told(
    doctored: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policies, "ADDED", {2: {"review_hours": 5}})
    numbers = {name: value for name, value in STANDARD.numbers().items() if name != "review_hours"}
    write_policy(doctored, 2, 2, numbers)
    with pytest.raises(StoreError) as caught:
        policy_at(doctored, 2)
    assert str(caught.value) == (
        "the store is damaged: row 2 of policies cannot be read: "
        "the number review_hours of the policy 'doctored' is missing"
    )


def test_a_number_that_is_not_known_is_told_by_its_name(doctored: Database) -> None:
    write_policy(doctored, 2, policies.newest_schema() + 1, STANDARD.numbers() | {"tip_bp": 1})
    with pytest.raises(StoreError, match="the number tip_bp of the policy 'doctored' is not known here"):
        policy_at(doctored, 2)


def test_a_store_that_is_opened_again_reads_its_policies_again(file_store: Database) -> None:
    assert policy_at(file_store, 1).name == "standard"
    ((trigger,),) = store_helpers.rows(file_store, "SELECT sql FROM sqlite_schema WHERE name = 'policies_no_update'")
    renamed = "DROP TRIGGER policies_no_update; UPDATE policies SET name = 'renamed'"
    store_helpers.edit_behind(file_store, f"{renamed}; {trigger}")
    assert policy_at(file_store, 1).name == "renamed"


def test_a_policy_that_is_not_there_is_told(memory_store: Database) -> None:
    with pytest.raises(StoreError, match="row 9 of policies is missing"):
        policy_at(memory_store, 9)


@pytest.mark.parametrize("kept", FIRST, ids=lambda kept: kept.stem)
def test_orders_of_the_first_version_keep_every_number_they_were_placed_under(kept: Path, tmp_path: Path) -> None:
    ((name, text),) = kept_helpers.rows(kept, "SELECT name, numbers FROM policies")
    db = stores.open_store(kept_helpers.copied(kept, tmp_path))
    for (order_id,) in store_helpers.rows(db, "SELECT id FROM orders"):
        policy = store_helpers.order_of(db, order_id).terms.policy
        assert policy.name == name
        assert {key: value for key, value in policy.numbers().items() if key not in OLDER} == json.loads(text)
        assert policy.is_first_edition
    db.close()


# ── Ids ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_of_two_policies_that_are_alike_an_order_and_an_offer_keep_the_one_they_stand_on(
    memory_store: Database,
) -> None:
    write_policy(memory_store, 2, policies.newest_schema(), STANDARD.numbers(), name=STANDARD.name)
    assert policy_at(memory_store, 1) == policy_at(memory_store, 2)
    with memory_store.write() as connection:
        catalog.add_gig(connection, A_GIG, store_helpers.START)
        for number, policy_id in enumerate((2, 1, 2), start=1):
            terms = store_helpers.terms(policy=settings.policy(connection, policy_id))
            orders.save(connection, [Change(None, [act.place(number, terms, at=store_helpers.START)])])
            catalog.add_offers(connection, [Offer(number, 1, terms, store_helpers.START)])
            assert catalog.offer(connection, number).terms.policy is terms.policy
            assert orders.existing(connection, number).terms.policy is terms.policy
    for table in ("orders", "offers"):
        assert store_helpers.rows(memory_store, f"SELECT policy_id FROM {table} ORDER BY id") == [(2,), (1,), (2,)]


def test_an_order_under_a_policy_that_was_not_read_from_the_store_is_a_fault_of_the_program(
    memory_store: Database,
) -> None:
    assert policy_at(memory_store, 1) == STANDARD
    outcome = act.place(1, store_helpers.terms(policy=STANDARD), at=store_helpers.START)
    with pytest.raises(LookupError, match="'standard' was not read from this store"), memory_store.write() as writing:
        orders.save(writing, [Change(None, [outcome])])
    assert store_helpers.rows(memory_store, "SELECT id FROM orders") == []
