"""The store's own row: its clock, how the clock moves, and its policies."""

import json
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import Connection

from milepost.policy import STANDARD, Policy


class Settings(NamedTuple):
    """What a store is set to: `clock` in UTC seconds, `clock_mode` simulated or system."""

    clock: int
    clock_mode: str
    policy: Policy


def create(connection: Connection, clock: int, clock_mode: str, policy: Policy) -> None:
    """Set up a new store."""
    connection.exec_driver_sql("INSERT INTO policies (id, name, numbers) VALUES (1, ?, ?)", _policy_columns(policy))
    connection.exec_driver_sql(
        "INSERT INTO store (id, clock, clock_mode, policy_id) VALUES (1, ?, ?, 1)", (clock, clock_mode)
    )


def read(connection: Connection) -> Settings:
    """The store's settings."""
    clock, clock_mode, policy_id = connection.exec_driver_sql(
        "SELECT clock, clock_mode, policy_id FROM store WHERE id = 1"
    ).one()
    return Settings(clock, clock_mode, policies(connection)[policy_id])


def clock(connection: Connection) -> int:
    """The store's clock, in UTC seconds."""
    return int(connection.exec_driver_sql("SELECT clock FROM store WHERE id = 1").scalar_one())


def set_clock(connection: Connection, instant: int) -> None:
    """Move the store's clock."""
    connection.exec_driver_sql("UPDATE store SET clock = ? WHERE id = 1", (instant,))


def policies(connection: Connection) -> dict[int, Policy]:
    """Every policy of the store, by its id."""
    rows = connection.exec_driver_sql("SELECT id, name, numbers FROM policies")
    return {id: replace(STANDARD, name=name, **json.loads(numbers)) for id, name, numbers in rows}


def policy_id(connection: Connection, policy: Policy) -> int:
    """The id of a policy that the store holds."""
    columns = _policy_columns(policy)
    found = connection.exec_driver_sql("SELECT id FROM policies WHERE name = ? AND numbers = ?", columns)
    return int(found.scalar_one())


def _policy_columns(policy: Policy) -> tuple[str, str]:
    return policy.name, json.dumps(policy.numbers(), sort_keys=True)
