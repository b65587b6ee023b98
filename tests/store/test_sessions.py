"""What SQLModel's objects write and what the driver writes stand in one transaction, and fall in one."""

import gc
import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest
import store_helpers

from milepost.core.inbox import Message
from milepost.core.offer import Offer
from milepost.core.transitions import Actor
from milepost.core.workflow import Template
from milepost.errors import StoreError
from milepost.market import offers, orders, stores
from milepost.policy import STANDARD
from milepost.rules import RuleError
from milepost.store import catalog, inbox, settings
from milepost.store.db import Connection, Database
from milepost.store.orders import Origin
from milepost.store.session import session_in
from milepost.store.tables import PackageRow
from store.process_helpers import Child
from store.test_roundtrip import A_GIG


def write_both_ways(connection: Connection) -> None:
    """What is edited of a gig, and a template, as objects; the gig, an order and the clock by the driver."""
    terms = store_helpers.terms(policy=settings.read(connection).policy)
    gig_id = catalog.add_gig(connection, A_GIG, store_helpers.START)
    message = Message(0, inbox.begin(connection, "ana", "maria"), Actor.CLIENT, gig_id, "Hi", store_helpers.START)
    inbox.add(connection, message)
    catalog.replace_gig(connection, gig_id, A_GIG._replace(title="Edited"))
    catalog.save_template(connection, Template("mine", "Mine", "", (), A_GIG.milestones))
    orders.place(connection, terms, Origin(gig_id), store_helpers.START)
    catalog.add_offers(connection, [Offer(1, gig_id, terms, store_helpers.START)])
    settings.set_clock(connection, store_helpers.START + 9)


def test_each_way_finds_what_the_other_wrote_before_anything_is_committed(memory_store: Database) -> None:
    with memory_store.write() as connection:
        write_both_ways(connection)
        assert connection.value("SELECT count(*) FROM gigs") == 1
        connection.execute("UPDATE gigs SET title = 'By the driver'")
        assert catalog.gig(connection, 1).gig.title == "By the driver"
    with memory_store.read() as connection:
        assert catalog.gig(connection, 1).gig.title == "By the driver"
        assert orders.orders.existing(connection, 1).terms.seller == "maria"


@pytest.mark.parametrize("kind", ["memory_store", "file_store"])
def test_what_both_ways_wrote_is_undone_together(kind: str, request: pytest.FixtureRequest) -> None:
    db: Database = request.getfixturevalue(kind)
    stored = store_helpers.digest(db)
    with suppress(KeyError), db.write() as connection:
        write_both_ways(connection)
        raise KeyError("whatever it is")
    assert store_helpers.digest(db) == stored
    with db.trial() as trial, trial.write() as connection:
        write_both_ways(connection)
    assert store_helpers.digest(db) == stored
    with db.write() as connection:
        write_both_ways(connection)
    assert store_helpers.digest(db) != stored


def test_an_offer_that_cannot_be_placed_as_an_order_stays_sent(memory_store: Database) -> None:
    with memory_store.write() as connection:
        write_both_ways(connection)
        connection.execute("CREATE TEMP TRIGGER no BEFORE INSERT ON orders BEGIN SELECT RAISE(ABORT, 'not now'); END")
    stored = store_helpers.digest(memory_store)
    with pytest.raises(StoreError, match="not now"):
        offers.accept(memory_store, 1)
    assert store_helpers.digest(memory_store) == stored
    with memory_store.write() as connection:
        connection.execute("DROP TRIGGER no")
    assert offers.accept(memory_store, 1).id == 2
    with pytest.raises(RuleError, match="accepted"):
        offers.accept(memory_store, 1)


def is_killed_in_the_middle(db: Database) -> None:
    """Write in both ways, and be killed before the commit."""
    with db.write() as connection:
        connection.execute("PRAGMA cache_size = 1")  # what is written goes to the file at once
        write_both_ways(connection)
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_kill_in_the_middle_leaves_nothing_of_either_way(tmp_path: Path) -> None:
    with store_helpers.file_store(tmp_path / "store.db") as db:
        stored = store_helpers.digest(db)
        db.close()
        assert Child(tmp_path / "store.db", is_killed_in_the_middle).ended() < 0
        assert (tmp_path / "store.db-journal").stat().st_size > 0
        assert store_helpers.digest(db) == stored


def test_a_session_that_fails_says_what_sqlite_said(memory_store: Database) -> None:
    with pytest.raises(StoreError, match="FOREIGN KEY constraint failed"), memory_store.write() as connection:
        add_package_of_no_gig(connection)


def add_package_of_no_gig(connection: Connection) -> None:
    """An object that SQLite refuses."""
    with session_in(connection) as session:
        session.add(PackageRow(gig_id=9, tier="basic", price_cents=1, days=1, revisions=0, description=""))


def test_a_store_that_is_closed_leaves_nothing_behind() -> None:
    """SQLAlchemy keeps what it works on for ever, if nobody says that it is given back."""
    kept = len(_lent())
    for _ in range(5):
        db = stores.create_memory(start=store_helpers.START, policy=STANDARD)
        with db.write() as connection:
            catalog.add_gig(connection, A_GIG, store_helpers.START)
            catalog.gig(connection, 1)
        assert len(_lent()) == kept + 1
        db.close()
    assert len(_lent()) == kept


def _lent() -> list[object]:
    gc.collect()
    return [one for one in gc.get_objects() if type(one).__name__ == "_Lent"]
