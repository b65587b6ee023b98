"""What the file itself refuses, whoever writes to it, and what a transaction keeps or forgets."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
import store_helpers
from sqlalchemy import CheckConstraint
from store_helpers import DELIVERY

from milepost import times
from milepost.core import act
from milepost.core.gig import Package
from milepost.core.inbox import Message
from milepost.core.offer import Offer
from milepost.core.transitions import Action, Actor
from milepost.core.workflow import Template
from milepost.errors import StoreError
from milepost.market import clock, offers, orders
from milepost.market.orders import Step
from milepost.rules import RuleError
from milepost.store import catalog, inbox, settings
from milepost.store import orders as rows
from milepost.store.db import Connection, Database
from milepost.store.orders import Change
from milepost.store.tables import METADATA
from store.test_roundtrip import A_GIG

TABLES = METADATA.tables
CANCEL = Step(Action.OPEN_CANCEL, {"id": 1, "reason": "late", "position": None, "note": ""})


@pytest.fixture
def full() -> Iterator[Database]:
    """A store with a row in every table: order 1 has a second milestone in review and a request; order 2 runs."""
    with full_store() as db:
        yield db


@pytest.fixture(scope="module")
def fixed() -> Iterator[Database]:
    """The same store for all tests that change nothing in it."""
    with full_store() as db:
        yield db


@contextmanager
def full_store() -> Iterator[Database]:
    """See `full`."""
    with store_helpers.memory_store(store_helpers.FEES) as db:
        terms = store_helpers.terms(policy=store_helpers.policy_of(db))
        with db.write() as connection:
            gig = A_GIG._replace(milestones=(stories_milestone(),))
            gig_id = catalog.add_gig(connection, gig, store_helpers.START)
            catalog.save_template(connection, Template("mine", "Mine", "", (), gig.milestones))
            conversation_id = inbox.begin(connection, "ana", "maria")
            inbox.add(connection, Message(0, conversation_id, Actor.CLIENT, gig_id, "Hello", store_helpers.START))
            catalog.add_offers(connection, [Offer(1, gig_id, terms, store_helpers.START)])
        store_helpers.place(db)
        store_helpers.place(db)
        orders.perform(db, 1, [DELIVERY, Step(Action.APPROVE), Step(Action.CONTINUE), DELIVERY])
        clock.tick(db, store_helpers.START + times.DAY)
        orders.perform(db, 1, [CANCEL])
        write(db, f"INSERT INTO keys VALUES ('once', x'00', {store_helpers.START}, NULL, '{{}}', '')")
        yield db


def stories_milestone() -> catalog.Milestone:
    """A milestone of a gig's workflow."""
    return catalog.Milestone("Draft", 7, substeps=(catalog.Substep("Sketch"),))


def refused(db: Database, statement: str) -> str:
    """What SQLite says to a statement; nothing of it is kept."""
    before = store_helpers.digest(db)
    with pytest.raises(StoreError) as caught:
        write(db, "UPDATE store SET clock = clock + 1", statement)
    assert store_helpers.digest(db) == before
    told = str(caught.value.__cause__)
    assert str(caught.value) == f"{db.name} refuses what was to be written: {told}; nothing was changed"
    return told


def write(db: Database, *statements: str) -> None:
    """Some statements in one transaction."""
    with db.write() as connection:
        for statement in statements:
            connection.execute(statement)


def copy_of_row(table: str, **changed: str) -> str:
    """A statement that inserts a table's last row once more, with other values in some columns."""
    columns = [column.name for column in TABLES[table].columns]
    values = [changed.get(name, name) for name in columns]
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {table} ORDER BY 1 DESC LIMIT 1"


def test_the_store_of_these_tests_has_a_row_in_every_table(full: Database) -> None:
    assert [table for table in TABLES if not store_helpers.rows(full, f"SELECT 1 FROM {table}")] == []


# ── Types ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_table_of_the_file_is_strict(full: Database) -> None:
    strict = store_helpers.rows(full, "SELECT name, strict FROM pragma_table_list WHERE name NOT LIKE 'sqlite%'")
    assert sorted(strict) == sorted((table, 1) for table in TABLES)


@pytest.mark.parametrize(
    ("table", "column"), [(table.name, column.name) for table in TABLES.values() for column in table.columns]
)
def test_no_column_takes_a_value_of_another_type(fixed: Database, table: str, column: str) -> None:
    kind = str(TABLES[table].columns[column].type)
    wrong = {"INTEGER": ("1.5", "'soon'"), "TEXT": ("x'00'",), "BLOB": ("1", "'soon'")}[kind]
    free = {"id": "NULL"} if table == "policies" else {}
    for value in wrong:
        told = refused(fixed, copy_of_row(table, **(free | {column: value})))
        assert told.startswith(("cannot store", "datatype mismatch"))


@pytest.mark.parametrize(
    ("table", "column"),
    [
        (table.name, column.name)
        for table in TABLES.values()
        for column in table.columns
        if not column.nullable
        and not (column.primary_key and str(column.type) == "INTEGER" and len(table.primary_key) == 1)
    ],
)
def test_a_column_that_must_be_told_is_not_null(fixed: Database, table: str, column: str) -> None:
    told = refused(fixed, copy_of_row(table, **{column: "NULL"}))
    assert told == f"NOT NULL constraint failed: {table}.{column}"


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**30])
def test_a_number_beyond_64_bits_is_refused_in_a_sentence_and_nothing_is_kept(full: Database, number: int) -> None:
    before = store_helpers.digest(full)
    with pytest.raises(StoreError, match="too large for the store"), full.write() as connection:
        catalog.replace_gig(connection, 1, A_GIG._replace(packages=(Package("basic", 10_000, number),)))
    with pytest.raises(StoreError, match="too large for the store"), full.read() as connection:
        catalog.gig(connection, number)
    assert store_helpers.digest(full) == before


def test_the_largest_number_of_64_bits_is_stored(full: Database) -> None:
    with full.trial() as trial, trial.write() as connection:
        connection.execute("UPDATE packages SET days = ?", (2**63 - 1,))
        assert connection.value("SELECT max(days) FROM packages") == 2**63 - 1


# ── Checks ──────────────────────────────────────────────────────────────────────────────────────────────────────────

EARLY, LATE = str(times.MIN_INSTANT - 1), str(times.MAX_INSTANT + 1)
BAD_VALUES: dict[tuple[str, str], list[dict[str, str]]] = {
    ("store", "one_row"): [{"id": "2"}],
    ("store", "clock_bounds"): [{"clock": EARLY}, {"clock": LATE}],
    ("store", "clock_mode_known"): [{"clock_mode": "'wall'"}, {"clock_mode": "'System'"}],
    ("gigs", "milestone_payments_flag"): [{"milestone_payments": "2"}, {"milestone_payments": "-1"}],
    ("gigs", "paused_flag"): [{"paused": "2"}],
    ("gigs", "created_at_bounds"): [{"created_at": EARLY}, {"created_at": LATE}],
    ("packages", "tier_known"): [{"tier": "'gold'"}],
    ("packages", "price_cents_bounds"): [{"price_cents": "0"}, {"price_cents": "100000001"}],
    ("gig_milestones", "zoom_flag"): [{"zoom": "2"}],
    ("conversations", "parties_differ"): [{"client": "'maria'"}],
    ("messages", "sender_known"): [{"sender": "'support'"}, {"sender": "'clock'"}],
    ("messages", "sent_at_bounds"): [{"sent_at": EARLY}, {"sent_at": LATE}],
    ("keys", "at_bounds"): [{"at": EARLY}, {"at": LATE}],
    ("offers", "type_known"): [{"type": "'gift'"}],
    ("offers", "status_known"): [{"status": "'lost'", "closed_at": "sent_at"}],
    ("offers", "closed_when_moved"): [{"closed_at": "sent_at"}, {"status": "'accepted'"}],
    ("offers", "sent_at_bounds"): [{"sent_at": EARLY}, {"sent_at": LATE}],
    ("offer_milestones", "price_cents_bounds"): [{"price_cents": "0"}, {"price_cents": "100000001"}],
    ("offer_milestones", "zoom_flag"): [{"zoom": "2"}],
    ("orders", "type_known"): [{"type": "'gift'"}],
    ("orders", "status_known"): [{"status": "'late'", "ended_at": "placed_at", "reason": "'cancelled'"}],
    ("orders", "reason_known"): [{"status": "'cancelled'", "ended_at": "placed_at", "reason": "'bored'"}],
    ("orders", "ended_when_over"): [{"ended_at": "placed_at"}, {"status": "'completed'", "reason": "'all-approved'"}],
    ("orders", "reason_when_over"): [{"reason": "'cancelled'"}, {"status": "'completed'", "ended_at": "placed_at"}],
    ("orders", "parties_differ"): [{"client": "seller"}],
    ("orders", "stopping_flag"): [{"stopping": "2"}],
    ("orders", "placed_at_bounds"): [{"placed_at": EARLY}, {"placed_at": LATE}],
    ("agreed", "price_cents_bounds"): [{"price_cents": "0"}, {"price_cents": "100000001"}],
    ("agreed", "zoom_flag"): [{"zoom": "2"}],
    ("milestones", "extended_days_bounds"): [{"extended_days": "-1"}],
    ("milestones", "kept_cents_bounds"): [{"kept_cents": "-1"}, {"kept_cents": "100000001"}],
    ("milestones", "state_known"): [{"state": "'lost'"}],
    ("milestones", "approved_by_known"): [{"approved_by": "'nobody'"}],
    ("requests", "kind_known"): [{"kind": "'wish'"}],
    ("requests", "reason_to_cancel"): [{"reason": "NULL"}, {"kind": "'change'"}],
    ("requests", "keep_cents_bounds"): [{"keep_cents": "-1"}, {"keep_cents": "100000001"}],
    ("requests", "days_to_extend"): [
        {"days": "1"},
        {"days": "-1"},
        {"kind": "'extend'", "reason": "NULL"},
        {"kind": "'extend'", "reason": "NULL", "days": "-1"},
    ],
    ("requests", "proposal_to_change"): [{"proposal": "'[[]]'"}],
    ("requests", "asker_known"): [{"asker": "'support'"}],
    ("requests", "state_known"): [{"state": "'lost'", "closed_at": "opened_at"}],
    ("requests", "closed_when_answered"): [{"closed_at": "opened_at"}, {"state": "'declined'"}],
    ("history", "actor_known"): [{"actor": "'nobody'"}],
    ("history", "at_bounds"): [{"at": EARLY}, {"at": LATE}],
    ("ledger", "kind_known"): [{"kind": "'gift'"}],
    ("ledger", "amount_cents_bounds"): [{"amount_cents": "0"}, {"amount_cents": "-1"}, {"amount_cents": "100000001"}],
    ("ledger", "at_bounds"): [{"at": EARLY}, {"at": LATE}],
    ("ledger", "accounts_differ"): [{"debit": "credit"}],
    ("ledger", "order_unless_withdrawal"): [{"kind": "'withdrawal'"}, {"order_id": "NULL", "number": "NULL"}],
}


def test_every_check_of_the_tables_is_named_and_tried_here() -> None:
    checks = [(table.name, one) for table in TABLES.values() for one in table.constraints]
    assert {(table, str(one.name)) for table, one in checks if isinstance(one, CheckConstraint)} == set(BAD_VALUES)


@pytest.mark.parametrize(
    ("table", "check", "bad"), [(*key, bad) for key, several in BAD_VALUES.items() for bad in several]
)
def test_a_check_refuses_by_its_name(fixed: Database, table: str, check: str, bad: dict[str, str]) -> None:
    assert refused(fixed, copy_of_row(table, **bad)) == f"CHECK constraint failed: {check}"


# ── What is only added to ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("table", "column"), [("agreed", "edition"), ("history", "at"), ("ledger", "at")])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET {column} = {column} + 1",
        "UPDATE {table} SET {column} = {column}",
        "UPDATE OR IGNORE {table} SET order_id = 2",
        "DELETE FROM {table}",
        "DELETE FROM {table} WHERE number = 1",
        "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
        "REPLACE INTO {table} SELECT * FROM {table} LIMIT 1",
        "INSERT INTO {table} SELECT * FROM {table} WHERE true ON CONFLICT DO UPDATE SET {column} = {column} + 1",
    ],
)
def test_agreements_history_and_ledger_are_only_added_to(
    fixed: Database, table: str, column: str, statement: str
) -> None:
    assert refused(fixed, statement.format(table=table, column=column)) == f"{table} is append-only"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE policies SET numbers = '{}'",
        "UPDATE policies SET name = name",
        "DELETE FROM policies WHERE id = 2",
        "INSERT OR REPLACE INTO policies SELECT * FROM policies WHERE id = 2",
    ],
)
def test_policies_are_only_added_to_even_where_nothing_stands_on_them(full: Database, statement: str) -> None:
    write(full, "INSERT INTO policies (id, name, schema, numbers) SELECT 2, name, schema, numbers FROM policies")
    assert refused(full, statement) == "policies is append-only"


def test_what_has_a_line_in_the_history_cannot_be_deleted(fixed: Database) -> None:
    assert refused(fixed, "DELETE FROM orders WHERE id = 2") == "FOREIGN KEY constraint failed"


# ── Once only ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_entry_of_a_milestone_is_posted_twice(fixed: Database) -> None:
    posted = store_helpers.rows(fixed, "SELECT order_id, position, kind FROM ledger")
    assert {kind for _, _, kind in posted} == {"charge", "client-fee", "release", "seller-fee"}
    for order_id, position, kind in posted:
        again = copy_of_row("ledger", id="NULL", order_id=str(order_id), position=str(position), kind=f"'{kind}'")
        assert refused(fixed, again).startswith("UNIQUE constraint failed: ledger.order_id, ledger.position")


def test_no_refund_of_a_milestone_is_posted_twice(full: Database) -> None:
    orders.perform(full, 2, [Step(Action.SUPPORT_CANCEL, {"reason": "late"})])
    for kind in ("refund", "client-fee-refund"):
        again = copy_of_row("ledger", id="NULL", order_id="2", position="1", kind=f"'{kind}'")
        assert refused(full, again).startswith("UNIQUE constraint failed: ledger.order_id, ledger.position")


@pytest.mark.parametrize("state", ["active", "delivered", "revising"])
def test_a_second_milestone_of_an_order_cannot_run(fixed: Database, state: str) -> None:
    run = f"UPDATE milestones SET state = '{state}' WHERE order_id = 1 AND position = 3"
    assert refused(fixed, run) == "UNIQUE constraint failed: milestones.order_id"


def test_a_second_request_of_an_order_cannot_be_open(fixed: Database) -> None:
    assert refused(fixed, copy_of_row("requests", id="2")) == "UNIQUE constraint failed: requests.order_id"


@pytest.mark.parametrize(("table", "free"), [("orders", {}), ("ledger", {"kind": "'clear'"})])
def test_the_id_of_a_row_that_is_gone_is_not_given_again(full: Database, table: str, free: dict[str, str]) -> None:
    with full.trial() as trial, trial.write() as connection:
        connection.execute("DROP TRIGGER ledger_no_delete")
        given = [int(connection.value(f"SELECT max(id) FROM {table}"))]
        for _ in range(2):
            given.append(connection.execute(copy_of_row(table, id="NULL", **free)).lastrowid or 0)
            connection.execute(f"DELETE FROM {table} WHERE id = ?", given[-1:])
    assert given == [given[0], given[0] + 1, given[0] + 2]


def test_a_second_order_cannot_be_placed_from_one_offer(fixed: Database) -> None:
    assert refused(fixed, "UPDATE orders SET offer_id = 1") == "UNIQUE constraint failed: orders.offer_id"


def test_a_second_conversation_of_one_client_and_one_seller_cannot_begin(fixed: Database) -> None:
    told = refused(fixed, copy_of_row("conversations", id="NULL"))
    assert told == "UNIQUE constraint failed: conversations.client, conversations.seller"


# ── Parents ─────────────────────────────────────────────────────────────────────────────────────────────────────────

FREE_KEYS = {
    "packages": {"tier": "'premium'"},
    "gig_milestones": {"position": "9"},
    "offer_milestones": {"position": "9"},
    "agreed": {"number": "99"},
    "milestones": {"position": "9", "state": "'planned'"},
    "history": {"number": "99"},
    "ledger": {"id": "NULL", "kind": "'clear'"},
    "conversations": {"id": "NULL", "client": "'ben'"},
    "orders": {"id": "9"},
    "store": {},
}


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        (table.name, tuple(column.name for column in key.columns))
        for table in TABLES.values()
        for key in sorted(table.foreign_key_constraints, key=lambda one: [column.name for column in one.columns])
    ],
)
def test_a_row_cannot_name_a_row_that_is_not_there(fixed: Database, table: str, columns: tuple[str, ...]) -> None:
    free = {column: "999" for column in columns if column not in ("position", "undoes")}
    free |= {"undoes": "'reversal'"} if "undoes" in columns else {}
    if table == "store":
        told = refused(fixed, "UPDATE store SET policy_id = 999")
    elif "undoes" in columns:
        told = refused(fixed, copy_of_row(table, **FREE_KEYS[table], undoes="'reversal'"))
    else:
        told = refused(fixed, copy_of_row(table, **({"id": "NULL"} | FREE_KEYS.get(table, {}) | free)))
    assert told == "FOREIGN KEY constraint failed"


# ── Somebody else was faster ────────────────────────────────────────────────────────────────────────────────────────


def approved(connection: Connection, order_id: int) -> Change:
    """The approval of an order as it is stored now."""
    order = rows.existing(connection, order_id)
    at = settings.clock(connection)
    return Change(order, [act.act(order, Action.APPROVE, actor=Actor.CLIENT, at=at)])


def test_a_change_of_an_order_that_was_changed_meanwhile_is_refused(memory_store: Database) -> None:
    order_id = store_helpers.place(memory_store)
    orders.perform(memory_store, order_id, [DELIVERY])
    with memory_store.read() as connection:
        first, second = approved(connection, order_id), approved(connection, order_id)
    with memory_store.write() as connection:
        rows.save(connection, [first])
    stored = store_helpers.digest(memory_store)

    with pytest.raises(StoreError, match="changed by somebody else"), memory_store.write() as connection:
        rows.save(connection, [second])

    assert store_helpers.digest(memory_store) == stored


def test_of_changes_saved_together_none_is_kept_if_one_is_stale(memory_store: Database) -> None:
    ids = [store_helpers.place(memory_store) for _ in range(3)]
    for order_id in ids:
        orders.perform(memory_store, order_id, [DELIVERY])
    with memory_store.read() as connection:
        changes = [approved(connection, order_id) for order_id in ids]
    orders.perform(memory_store, ids[1], [Step(Action.APPROVE)])
    stored = store_helpers.digest(memory_store)

    with pytest.raises(StoreError, match="changed by somebody else"), memory_store.write() as connection:
        rows.save(connection, changes)

    assert store_helpers.digest(memory_store) == stored


def test_a_request_with_the_id_of_another_orders_is_refused(full: Database) -> None:
    stored = store_helpers.digest(full)
    with pytest.raises(StoreError, match="the id of another order's"):
        orders.perform(full, 2, [CANCEL])
    assert store_helpers.digest(full) == stored


# ── Transactions ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["memory_store", "file_store"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE store SET clock = clock + 1",
        "INSERT INTO policies (name, numbers) VALUES ('mine', '{}')",
        "DELETE FROM orders",
        "CREATE TABLE mine (id INTEGER)",
        "DROP TRIGGER history_no_delete",
        "PRAGMA user_version = 9",
    ],
)
def test_a_reading_transaction_cannot_write(kind: str, statement: str, request: pytest.FixtureRequest) -> None:
    db: Database = request.getfixturevalue(kind)
    store_helpers.place(db)
    stored = store_helpers.digest(db)

    with pytest.raises(StoreError, match="may not be written to"), db.read() as connection:
        connection.execute(statement)

    assert store_helpers.digest(db) == stored
    clock.tick(db, store_helpers.START + 1)  # and a writing one, after it, can
    assert store_helpers.clock_of(db) == store_helpers.START + 1


def test_an_exception_inside_a_write_undoes_all_of_it(full: Database) -> None:
    stored = store_helpers.digest(full)
    with suppress(KeyError), full.write() as connection:
        settings.set_clock(connection, store_helpers.START + 9 * times.DAY)
        catalog.add_gig(connection, A_GIG, store_helpers.START)
        assert catalog.gig(connection, 2).gig == A_GIG
        raise KeyError("whatever it is")
    assert store_helpers.digest(full) == stored


def test_of_several_steps_none_is_kept_if_the_last_is_refused(full: Database) -> None:
    stored = store_helpers.digest(full)
    with pytest.raises(RuleError, match="order 2 takes no delivery"):
        orders.perform(full, 2, [DELIVERY, Step(Action.APPROVE), Step(Action.CONTINUE), DELIVERY, DELIVERY])
    assert store_helpers.digest(full) == stored


@pytest.mark.parametrize("kind", ["memory_store", "file_store"])
def test_a_trial_shows_everything_and_keeps_nothing(kind: str, request: pytest.FixtureRequest) -> None:
    db: Database = request.getfixturevalue(kind)
    order_id = store_helpers.place(db)
    stored = store_helpers.digest(db)

    with db.trial() as trial:
        orders.perform(trial, order_id, [DELIVERY])
        with pytest.raises(RuleError, match="order 1 takes no delivery"):
            orders.perform(trial, order_id, [Step(Action.APPROVE), DELIVERY, Step(Action.APPROVE)])
        clock.tick(trial, store_helpers.START + 9 * times.DAY, page=1)
        assert store_helpers.clock_of(trial) == store_helpers.START + 9 * times.DAY
        assert store_helpers.order_of(trial, order_id).reason == "review-expired"
        store_helpers.assert_sound(trial)
        tried = store_helpers.digest(trial)

    assert store_helpers.digest(db) == stored
    orders.perform(db, order_id, [DELIVERY])
    clock.tick(db, store_helpers.START + 9 * times.DAY)
    assert store_helpers.digest(db) == tried


def fail_after_a_tick(db: Database) -> None:
    """Do something, then raise."""
    clock.tick(db, store_helpers.START + 300 * times.DAY)
    assert store_helpers.clock_of(db) == store_helpers.START + 300 * times.DAY
    raise KeyError("whatever it is")


def test_what_one_write_of_a_trial_did_the_next_ones_find(full: Database) -> None:
    stored = store_helpers.digest(full)
    with full.trial() as trial:
        with trial.write() as connection:
            connection.execute("UPDATE offers SET expires_at = ?", (store_helpers.START + 5 * times.DAY,))
            gig_id = catalog.add_gig(connection, A_GIG, store_helpers.START)
        with suppress(KeyError), trial.write() as connection:
            catalog.add_gig(connection, A_GIG, store_helpers.START)
            raise KeyError("this write alone is undone")
        clock.tick(trial, store_helpers.START + 9 * times.DAY)
        with trial.read() as connection:
            assert [one.id for one in catalog.gigs(connection, seller=None, limit=9)] == [1, gig_id]
            assert catalog.offer(connection, 1).status == "expired"
        with pytest.raises(RuleError, match="expired"):
            offers.accept(trial, 1)
    assert store_helpers.digest(full) == stored


@pytest.mark.parametrize("kind", ["trial", "snapshot"])
def test_a_trial_within_another_keeps_nothing_in_it(full: Database, kind: str) -> None:
    with full.trial() as outer:
        orders.perform(outer, 2, [DELIVERY])
        stood = store_helpers.digest(outer)
        with getattr(outer, kind)() as inner:
            clock.tick(inner, store_helpers.START + 9 * times.DAY)
            assert store_helpers.digest(inner) != stood
        assert store_helpers.digest(outer) == stood


def test_an_exception_inside_a_trial_comes_out_and_keeps_nothing(full: Database) -> None:
    stored = store_helpers.digest(full)
    with pytest.raises(KeyError, match="whatever it is"), full.trial() as trial:
        fail_after_a_tick(trial)
    assert store_helpers.digest(full) == stored
