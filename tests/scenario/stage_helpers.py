"""What tests of scenarios share: a store that is used again for the next story, and orders as rows without their ids.

A new store costs more than a story: its tables are made, and every statement is compiled anew. So stories are played
one after the other in one store in memory, which is put back to what it was when it was new.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any

from milepost.cli.scenario_steps import run_command
from milepost.market import orders
from milepost.policy import Policy
from milepost.scenario import file
from milepost.scenario.export import order_text
from milepost.scenario.file import Scenario
from milepost.scenario.play import play_in
from milepost.store import ledger, schema, settings
from milepost.store.db import Database, open_memory
from milepost.views.scenarios import PlayedView


class Stage:
    """A store in memory that can be new again."""

    def __init__(self) -> None:
        self.db = open_memory()
        schema.create(self.db)
        self._bare = sqlite3.connect(":memory:")
        self._driver.backup(self._bare)

    @property
    def _driver(self) -> sqlite3.Connection:
        with self.db.read() as connection:
            driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        return driver

    def new(self, start: int, policy: Policy) -> Database:
        """The store, new, with its clock and its policy."""
        self._bare.backup(self._driver)
        with self.db.write() as connection:
            settings.create(connection, start, "simulated", policy)
        return self.db

    def play(self, scenario: Scenario, *, strict: bool = True) -> PlayedView:
        """The story, played; the store stays as it left it."""
        return play_in(scenario, self.new(scenario.start, scenario.policy), run_command, strict=strict)

    def played(self, text: str) -> PlayedView:
        """The story of a text, played."""
        return self.play(file.parse(text, "story.toml"))

    def close(self) -> None:
        self._bare.close()
        self.db.close()


def exported(db: Database, order_id: int) -> str:
    """An order as a scenario."""
    return order_text(*orders.export(db, order_id))


def standing(db: Database, order_id: int) -> dict[str, Any]:
    """All that a store holds of an order, but for the ids that it happened to get."""
    order, entries = orders.plain(db, order_id)
    with db.read() as connection:
        asked = [one.id for one in orders.orders.requests_of(connection, order_id).values()]
        requests = [one._replace(id=0) for one in orders.orders.requests_of(connection, order_id).values()]
        lines = [_without_id(line) for line in orders.orders.history(connection, order_id)]
        posted = [
            (one.at, one.number, _renamed(one.entry, order_id)) for one in ledger.entries(connection, order_id=order_id)
        ]
    assert len(posted) == len(entries)
    assert len(set(asked)) == len(asked)
    request = order.request and order.request._replace(id=0)
    return {"order": replace_ids(order, request), "requests": requests, "history": lines, "entries": posted}


def replace_ids(order: Any, request: Any) -> Any:
    """The order with id 0 and this request; the name of its policy and its numbers stay."""
    return order._replace(id=0, request=request)


def _without_id(line: Any) -> Any:
    return line._replace(args={key: value for key, value in line.args.items() if key != "id"})


def _renamed(entry: Any, order_id: int) -> Any:
    own = f"escrow:{order_id}"
    return entry._replace(**{side: "escrow" for side in ("debit", "credit") if getattr(entry, side) == own})


def lost(view: PlayedView) -> Sequence[object]:
    """What went another way than written."""
    return [one for one in (*view.steps, *view.expectations) if not one.ok]
