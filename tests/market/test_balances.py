"""`ledger balances`: what all of a kind hold, then what each account does, and what is kept of that."""

from random import Random

import pytest
import store_helpers

from market.desk_helpers import Desk, said
from milepost.core.ledger import KINDS, Entry, Kind, kind_of, totals
from milepost.core.transitions import Action
from milepost.market import clock, doctor, orders
from milepost.market import ledger as ledger_of
from milepost.market.ledger import MANY_EMPTY
from milepost.market.orders import Step
from milepost.render import screen
from milepost.store import balances, ledger
from milepost.store.db import Database
from milepost.store.order_rows import LEDGER
from milepost.store.orders import insert_sql

EVERY = [check.name for check in doctor.CHECKS]


def held(db: Database, *words: str) -> dict[str, int]:
    """What accounts hold."""
    return {one["account"]: one["balance_cents"] for one in said(db, ["ledger", "balances", *words])}


def ended(db: Database) -> None:
    """Three orders: one is paid, of one all is refunded, one runs."""
    for number, client in enumerate(("ana", "ben", "cleo"), start=1):
        assert store_helpers.place(db, store_helpers.terms(count=2, client=client)) == number
    orders.perform(db, 1, [store_helpers.DELIVERY, Step(Action.APPROVE), Step(Action.STOP)])
    orders.perform(db, 2, [Step(Action.SUPPORT_CANCEL, {"position": None, "reason": "late", "note": ""})])


def test_what_holds_nothing_is_left_out_but_with_all_and_an_escrow_account_is_closed_then(
    memory_store: Database,
) -> None:
    ended(memory_store)
    wanted = {"client:ana": -5_000, "client:cleo": -5_000, "escrow:3": 5_000, "seller:maria:available": 5_000}
    assert held(memory_store) == wanted
    assert held(memory_store, "--all") == wanted | {"client:ben": 0}
    assert held(memory_store, "--order", "1") == {"client:ana": -5_000, "seller:maria:available": 5_000}
    assert held(memory_store, "--order", "1", "--all")["escrow:1"] == 0
    assert held(memory_store, "--at", "+0s") == wanted
    assert held(memory_store, "--at", "+0s", "--all") == wanted | {"client:ben": 0}


def test_an_account_that_is_named_is_told_whatever_it_holds_unless_it_never_had_an_entry(
    memory_store: Database,
) -> None:
    ended(memory_store)
    for account, cents in (("client:ben", 0), ("escrow:1", 0), ("escrow:3", 5_000), ("seller:maria:available", 5_000)):
        assert held(memory_store, "--account", account) == {account: cents}
        assert held(memory_store, "--account", account, "--at", "+0s") == {account: cents}
    assert held(memory_store, "--account", "escrow:1", "--order", "1") == {"escrow:1": 0}
    for account in (
        "client:dora",
        "escrow:4",
        "escrow:x",
        "seller:maria:pending",
        "bank:maria",
        "marketplace:fees",
        "x",
    ):
        assert held(memory_store, "--account", account) == {}
        assert held(memory_store, "--account", account, "--at", "+0s") == {}
    assert held(memory_store, "--account", "escrow:1", "--order", "2") == {}


def test_people_see_the_sums_first_how_many_are_left_out_and_that_there_are_more(desk: Desk) -> None:
    desk.place()
    desk.do("deliver", "approve")
    desk.ok("ledger withdraw --seller maria --all")
    told = desk.ok("ledger balances --limit 1")
    lines = [line.split() for line in told.out.splitlines() if line.strip(" ─")]
    assert lines == [
        ["In", "all", "Balance"],
        ["in", "escrow", "$0.00"],
        ["clients", "-$60.00"],
        ["sellers,", "available", "$0.00"],
        ["sellers,", "withdrawn", "$60.00"],
        ["Account", "Balance"],
        ["bank:maria", "$60.00"],
        *[line.split() for line in ["Accounts that hold nothing, left out: 1; see them with --all."]],
    ]
    assert told.err == "There are more; see them with --limit.\n"
    assert "left out" not in desk.ok("ledger balances --all").out
    assert desk.json("ledger balances --limit 1") == [{"account": "bank:maria", "balance_cents": 6_000}]


def test_the_sums_of_an_instant_are_those_that_were_told_then(memory_store: Database) -> None:
    told = {}
    for step in range(6):
        if step % 2 == 0:
            store_helpers.place(memory_store, store_helpers.terms(count=2, client=f"client-{step}"))
        elif step < 5:
            orders.perform(memory_store, step // 2 + 1, [store_helpers.DELIVERY])
        now = store_helpers.clock_of(memory_store)
        with memory_store.read() as connection:
            told[now] = balances.sums(connection)
        clock.tick(memory_store, now + 5 * 86_400)
    with memory_store.read() as connection:
        for instant, sums in told.items():
            then = ledger.held_at(connection, instant, 100).sums
            assert {kind: cents for kind, cents in then.items() if cents} == {k: c for k, c in sums.items() if c}


@pytest.mark.parametrize(
    ("account", "kind"),
    [
        ("client:ana", "client"),
        ("escrow:7", "escrow"),
        ("seller:maria:pending", "seller:pending"),
        ("seller:available:available", "seller:available"),
        ("bank:maria", "bank"),
        ("marketplace:fees", "marketplace:fees"),
    ],
)
def test_an_account_is_of_a_kind_that_is_told_in_words(account: str, kind: str) -> None:
    assert kind_of(account) == kind
    assert kind in KINDS


def test_a_store_that_climbs_knows_what_all_of_a_kind_hold() -> None:
    """What `migrations` says in SQL is what `kind_of` does."""
    from milepost.store import migrations

    db = migrations.new_memory()
    accounts = [
        "client:escrow",
        "escrow:7",
        "seller:bank:pending",
        "seller:pending:available",
        "bank:client",
        "marketplace:fees",
    ]
    with db.read() as connection:
        for account in accounts:
            told = connection.value(f"SELECT {migrations._KIND_3} FROM (SELECT ? AS account)", (account,))
            assert told == kind_of(account)
    db.close()


@pytest.mark.parametrize("seed", range(5))
def test_the_orders_that_do_not_balance_are_those_whose_totals_do_not(seed: int) -> None:
    random = Random(seed)
    accounts = [
        "client:ana",
        "escrow:1",
        "seller:maria:available",
        "bank:maria",
        "marketplace:fees",
        "nobody",
        "escrows:1",
    ]
    with store_helpers.memory_store(unheld=EVERY) as db:
        wrong = set()
        with db.rebuild() as connection:
            for order_id in range(1, 60):
                entries = []
                for position, kind in enumerate(random.sample(list(Kind)[:9], 3)):
                    debit, credit = random.sample(accounts[: random.choice([5, 5, 7])], 2)
                    entries.append(Entry(kind, position, debit, credit, random.randint(1, 3)))
                    values = (
                        order_id,
                        1,
                        position,
                        str(kind),
                        debit,
                        credit,
                        entries[-1].amount_cents,
                        store_helpers.START,
                        None,
                    )
                    connection.execute(insert_sql("ledger", LEDGER), values)
                sums = totals(entries)
                if not sums.balanced or sums.escrow_cents < 0:
                    wrong.add(order_id)
            found = ledger.unbalanced(connection)
        assert set(found) == wrong
        assert 0 < len(wrong) < 59


def test_of_very_many_accounts_that_hold_nothing_it_is_not_told_how_many_are_left_out(memory_store: Database) -> None:
    for count in (MANY_EMPTY, MANY_EMPTY + 1):
        with memory_store.trial() as db:
            with db.write() as connection:
                balances.write(connection, [(f"client:c{number}", 0) for number in range(count)])
            told = ledger_of.balances(db, order_id=None, account=None, limit=5)
            assert told.left_out == (count if count == MANY_EMPTY else None)
            shown = screen.text(told)
            assert "--all" in shown
            assert (f"left out: {count}" in shown) == (count == MANY_EMPTY)
