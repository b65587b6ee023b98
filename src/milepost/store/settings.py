"""The store's own row: its clock, how the clock moves, and its policies.

A policy is known by its id alone. What is read of one id is one object as long as the store is open, so that terms
that were read say by their policy's identity which row it is.
"""

import json
from dataclasses import replace
from typing import Any, NamedTuple

from milepost.policy import STANDARD, Policy, completed, newest_schema
from milepost.store.damage import check_instant, missing, read_json, row_of
from milepost.store.db import Connection


class Settings(NamedTuple):
    """What a store is set to: `clock` in UTC seconds, `clock_mode` simulated or system."""

    clock: int
    clock_mode: str
    policy: Policy


def create(connection: Connection, clock: int, clock_mode: str, policy: Policy) -> None:
    """Set up a new store."""
    connection.execute(
        "INSERT INTO policies (id, name, schema, numbers) VALUES (1, ?, ?, ?)",
        (policy.name, newest_schema(), json.dumps(policy.numbers(), sort_keys=True)),
    )
    connection.execute("INSERT INTO store (id, clock, clock_mode, policy_id) VALUES (1, ?, ?, 1)", (clock, clock_mode))


def read(connection: Connection) -> Settings:
    """The store's settings. Raises `StoreDamaged`."""
    clock, clock_mode, policy_id, *columns = _own_row(connection, *_WITH_POLICY)
    if policy_id not in connection.policies and None not in columns:
        _remember(connection, policy_id, *columns)
    return Settings(clock, clock_mode, policy(connection, policy_id))


def clock_mode(connection: Connection) -> tuple[int, str]:
    """The store's clock, and who moves it. Raises `StoreDamaged`."""
    return checked_clock(*_own_row(connection, "clock, clock_mode"))


def checked_clock(clock: Any, mode: Any) -> tuple[int, str]:
    """The store's clock and who moves it, as they were read of its row. Raises `StoreDamaged`."""
    if clock is None:
        raise missing("store", 1)
    with row_of("store", 1):
        if mode not in ("simulated", "system"):
            raise KeyError(mode)
    return int(clock), mode


def clock(connection: Connection) -> int:
    """The store's clock, in UTC seconds. Raises `StoreDamaged`.

    Who asks for it first in a store asks for a policy next, which is most often the store's own: it comes along.
    """
    return int(_own_row(connection, "clock")[0]) if connection.policies else read(connection).clock


_WITH_POLICY = (
    "clock, clock_mode, policy_id, name, schema, numbers",
    "store LEFT JOIN policies ON policies.id = store.policy_id",
)


def _own_row(connection: Connection, columns: str, source: str = "store") -> tuple[Any, ...]:
    """The one row that tells of the store itself; its first column is the clock."""
    rows = connection.rows(f"SELECT {columns} FROM {source} WHERE store.id = 1")
    if not rows:
        raise missing("store", 1)
    with row_of("store", 1):
        check_instant(rows[0][0])
    return rows[0]


def set_clock(connection: Connection, instant: int) -> None:
    """Move the store's clock."""
    connection.execute("UPDATE store SET clock = ? WHERE id = 1", (instant,))


def policy(connection: Connection, policy_id: int) -> Policy:
    """The policy of an id, always the same object. Raises `StoreDamaged` if there is none, or it cannot be read."""
    held = connection.policies.get(policy_id)
    return held or _remember(connection, policy_id, *policy_columns(connection, policy_id))


def _remember(connection: Connection, policy_id: int, name: str, schema: int, numbers: str) -> Policy:
    with row_of("policies", policy_id):
        held = connection.policies[policy_id] = _policy(name, schema, numbers)
    return held


def policy_columns(connection: Connection, policy_id: int) -> tuple[str, int, str]:
    """A policy as it is stored: its name, its schema, its numbers. Raises `StoreDamaged` if there is none."""
    rows = connection.rows("SELECT name, schema, numbers FROM policies WHERE id = ?", (policy_id,))
    if not rows:
        raise missing("policies", policy_id)
    name, schema, numbers = rows[0]
    return name, schema, numbers


def policy_id(connection: Connection, policy: Policy) -> int:
    """The id of a policy that was read from this store. Raises `LookupError` for any other, however alike."""
    for held_id, held in connection.policies.items():
        if held is policy:
            return held_id
    raise LookupError(f"the policy {policy.name!r} was not read from this store")


def _policy(name: str, schema: int, text: str) -> Policy:
    """A policy as it was written under a schema: what was added since is as that schema has it."""
    numbers, known = completed(read_json(text, dict), schema), STANDARD.numbers()
    for number in sorted(numbers.keys() ^ known.keys()):
        what = "is not known here" if number in numbers else "is missing"
        raise ValueError(f"the number {number} of the policy {name!r} {what}")
    for number, value in numbers.items():
        if type(value) is not type(known[number]) and (number, value) != ("continue_hours", None):
            raise ValueError(f"the number {number} of the policy {name!r} cannot be {value!r}")
    return replace(STANDARD, name=name, **numbers)
