"""What tests of scenarios share: a stage on which one story is played after the other, and orders without their ids."""

from collections.abc import Sequence
from typing import Any

from milepost import times
from milepost.cli import grammar
from milepost.cli.scenario_steps import run_command
from milepost.market import orders, stores
from milepost.policy import STANDARD, Policy
from milepost.scenario import file
from milepost.scenario.export import order_text
from milepost.scenario.file import Scenario
from milepost.scenario.play import play_in
from milepost.store import ledger
from milepost.store.db import Database
from milepost.views.scenarios import PlayedView


class Stage:
    """Where a story is played: each in a new store, which stays open until the next one."""

    def __init__(self) -> None:
        self.db = stores.create_memory(start=times.MIN_INSTANT, policy=STANDARD)

    def new(self, start: int, policy: Policy) -> Database:
        """A new store, with its clock and its policy."""
        self.db.close()
        self.db = stores.create_memory(start=start, policy=policy)
        return self.db

    def play(self, scenario: Scenario, *, strict: bool = True) -> PlayedView:
        """The story, played; the store stays as it left it."""
        return play_in(scenario, self.new(scenario.start, scenario.policy), run_command, strict=strict)

    def played(self, text: str) -> PlayedView:
        """The story of a text, played."""
        return self.play(file.parse(text, "story.toml", grammar.read))

    def close(self) -> None:
        self.db.close()


def exported(db: Database, order_id: int) -> str:
    """An order as a scenario."""
    return order_text(orders.export(db, order_id))


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
