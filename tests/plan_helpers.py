"""What SQLite is sent, and what it does for it; and a shop among so many strangers' orders that only they are many."""

import re
import shlex
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from unittest.mock import patch

from proof import program_helpers as program
from proof import shop_helpers

from milepost.store.db import Connection, Database

# What there is the more of, the longer a store is used.
GROWING = (
    "orders", "agreed", "milestones", "history", "ledger", "offers", "offer_milestones", "requests", "conversations",
    "messages", "balances", "keys",
)  # fmt: skip


@dataclass
class Sent:
    """The statements that were sent, their values in place, and how many steps SQLite took for all of them."""

    statements: list[str] = field(default_factory=list)
    steps: int = 0

    def step(self) -> None:
        """Count a step."""
        self.steps += 1


@contextmanager
def watched() -> Iterator[Sent]:
    """What is sent meanwhile, through whichever connection that is opened meanwhile."""
    sent, connect = Sent(), Database._connect

    def opened(db: Database, *args: object, **options: object) -> Connection:
        connection: Connection = connect(db, *args, **options)  # type: ignore[arg-type]
        connection.set_trace_callback(sent.statements.append)
        connection.set_progress_handler(sent.step, 1)
        return connection

    with patch.object(Database, "_connect", opened):
        yield sent


def run(path: Path, line: str) -> Sent:
    """What a command of `milepost` sends to the store at `path`."""
    with watched() as sent:
        program.done("--db", str(path), *shlex.split(line))
    return sent


# ── Walks ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def plan(connection: sqlite3.Connection, statement: str) -> list[str]:
    """What SQLite does for a statement, line by line."""
    return [detail for *_, detail in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]


def walks(path: Path, sent: Sent) -> list[tuple[str, list[str]]]:
    """The statements that walk over all of a table that grows, each with what SQLite does for it."""
    connection = sqlite3.connect(path)
    told = [one for one in dict.fromkeys(sent.statements) if re.match("SELECT|WITH|UPDATE|DELETE", one)]
    plans = [(one, plan(connection, one)) for one in told]
    some = {
        f"USING INDEX {name}": statement.rpartition(" WHERE ")[2]
        for name, statement in connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql LIKE '% WHERE %'")
    }
    connection.close()
    return [(statement, lines) for statement, lines in plans if is_walk(statement, lines, some)]


def is_walk(statement: str, lines: list[str], some: Mapping[str, str] = MappingProxyType({})) -> bool:
    """Whether a statement reads the whole of a table that grows, or of an index of it.

    The beginning of one, in the order in which it is kept, is none: with a limit, and with no condition that rows
    could fail, as many rows are read as are wanted. `some` are the conditions of the indexes that have some rows only.
    """
    scanned = [line for line in lines if re.match(rf"SCAN ({'|'.join(GROWING)})\b", line)]
    for used, condition in some.items():
        if any(line.endswith(used) for line in scanned):
            statement = re.sub(rf" WHERE \({re.escape(condition)}\)(?= ORDER| LIMIT|$)", "", statement)
    is_beginning = (
        len(lines) == 1
        and re.search(r" LIMIT \d+", statement) is not None
        and re.search(r" WHERE (?!true\b)", statement) is None
    )
    return bool(scanned) and not is_beginning


# ── A shop among strangers ──────────────────────────────────────────────────────────────────────────────────────────

# Each state that is asked for below is rare: one order of the shop is in it, and none of the strangers'.
_RARE = """
order tick --by +6d
order revise 3 --message 'And redder'
resolution support 8 --whole --reason terms-broken
ledger withdraw --seller maria --amount 10
order set-call 7 --at +1d --link https://zoom.us/j/1
resolution open --order 2 --whole --by client --reason late
""".strip().splitlines()
_APART = 1_000  # between the ids of two strangers
_LIKE = (1, 4, 6)  # the orders that strangers have too: one that has ended, one to continue, a subscription in review
_NUMBERED = {"id", "order_id", "offer_id", "request_id", "conversation_id", "message_id"}
_NAMED = {"seller", "client", "debit", "credit", "account"}
_LATER = {"due_at", "expires_at"}  # so that no timer of a stranger fires here
_STRANGERS = "WITH RECURSIVE strangers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM strangers WHERE n < {count})"
_ORDERS = f"IN {_LIKE}"
_COPIED = {
    "conversations": "true",
    "messages": "true",
    "offers": f"id {_ORDERS} OR status = 'sent'",
    "offer_milestones": f"offer_id {_ORDERS} OR offer_id > 6",
    "orders": f"id {_ORDERS}",
    "agreed": f"order_id {_ORDERS}",
    "milestones": f"order_id {_ORDERS}",
    "history": f"order_id {_ORDERS}",
    "ledger": f"order_id {_ORDERS} OR order_id IS NULL",
    "balances": "account <> 'marketplace:fees' AND balance_cents <> 0",  # of the others a hundred are counted
}


def shop_among(path: Path, strangers: int) -> Path:
    """Make a shop with something of everything at `path`, and beside it as many others that nobody asks for."""
    shop_helpers.build_shop(path)
    for line in _RARE:
        program.done("--db", str(path), *shlex.split(line))
    connection = sqlite3.connect(path)
    for table, chosen in _COPIED.items():
        columns = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]
        made = ", ".join(map(_made, columns))
        connection.execute(
            f"{_STRANGERS.format(count=strangers)} INSERT INTO {table} ({', '.join(columns)})"
            f" SELECT {made} FROM strangers, {table} WHERE {chosen} ORDER BY n"
        )
    columns = [name for _, name, *_ in connection.execute("PRAGMA table_info(requests)")]
    closed = {"order_id": f"4 + n * {_APART}", "state": "'withdrawn'", "closed_at": "opened_at"}
    connection.execute(
        f"{_STRANGERS.format(count=strangers)} INSERT INTO requests ({', '.join(columns)})"
        f" SELECT {', '.join(closed.get(one, _made(one)) for one in columns)} FROM strangers, requests"
    )
    connection.commit()
    connection.close()
    return path


def _made(column: str) -> str:
    """What stands in a column of a stranger's row."""
    if column in _NUMBERED:
        return f"{column} + n * {_APART}"
    if column in _LATER:
        return f"{column} + 30000000"
    if column not in _NAMED:
        return column
    named = column
    for handle in ("ana", "ben", "maria", "ines"):
        named = f"replace({named}, '{handle}', 'stranger-{handle[0]}' || n)"
    return f"iif({column} LIKE 'escrow:%', 'escrow:' || (substr({column}, 8) + n * {_APART}), {named})"
