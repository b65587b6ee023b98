"""What tests with a store need: stores in a known state, orders one by one and by the thousand, and their digest."""

import hashlib
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from milepost import times
from milepost.core.order import Milestone, Order, possible
from milepost.core.terms import MilestoneTerms, OrderType, Stage, Terms, plain_of
from milepost.core.transitions import CANCEL_REASONS, Action
from milepost.market import doctor, orders, stores
from milepost.market.orders import Step
from milepost.policy import Policy
from milepost.store import chain, settings
from milepost.store.db import Database
from milepost.store.order_rows import MILESTONE_STATE, milestone_state
from milepost.store.orders import Origin

START = times.parse_instant("2026-01-05T09:00:00Z", clock=0)
OPENING = (Action.OPEN_CANCEL, Action.OPEN_EXTEND, Action.OPEN_CHANGE)
ADDED = MilestoneTerms("Added “later”", 3, 4_500, 1, "", True, ("Proof",))
DELIVERY = Step(Action.DELIVER, {"links": ["https://example.com/work"]})
FEES = Policy(
    name="fees",
    clearance_days=14,
    seller_fee_bp=2_000,
    client_fee_bp=550,
    small_charge_fee_cents=300,
    small_charge_under_cents=10_000,
    continue_from="approval",
)
WAITING = Policy(name="waiting", continue_hours=None, review_hours=48, clearance_days=1)


# ── Stores ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def memory_store(policy: Policy | None = None, *, unheld: Collection[str] = ()) -> Iterator[Database]:
    """A store in memory that is sound when the test is done with it, but for the checks that it is not held to."""
    db = stores.create_memory(start=START, policy=policy or Policy())
    try:
        yield db
        assert_sound(db, unheld)
    finally:
        db.close()


@contextmanager
def file_store(path: Path, policy: Policy | None = None) -> Iterator[Database]:
    """A new store in a file that is sound when the test is done with it."""
    stores.create_file(path, start=START, clock_mode="simulated", policy=policy or Policy())
    db = stores.open_store(path)
    try:
        yield db
        assert_sound(db)
    finally:
        db.close()


def assert_sound(db: Database, unheld: Collection[str] = ()) -> None:
    """The doctor finds nothing wrong, but for what these of its checks could."""
    findings = [one for one in doctor.check(db).findings if one.check not in unheld]
    assert not findings, "\n".join(f"{one.check}: {one.order}: {one.fault}" for one in findings)


def rows(db: Database, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """The rows that a query gives."""
    with db.read() as connection:
        return connection.rows(statement, values)


def edit_behind(db: Database, script: str) -> None:
    """Change a store's file as anybody could who has SQLite: foreign keys are off, and nothing is replayed."""
    db.close()
    connection = sqlite3.connect(db.name)
    connection.executescript(script)
    connection.close()


def digest(db: Database) -> str:
    """A hash of every row of every table: two stores with the same digest hold the same."""
    told = hashlib.sha256()
    for (table,) in rows(db, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"):
        lines = sorted(repr(row) for row in rows(db, f"SELECT * FROM {table}"))
        told.update("\n".join([table, *lines]).encode())
    return told.hexdigest()


def digest_at(path: Path) -> str:
    """The digest of the store in a file."""
    db = stores.open_store(path)
    try:
        return digest(db)
    finally:
        db.close()


def clock_of(db: Database) -> int:
    """The instant that the store's clock shows."""
    return stores.settings_of(db).clock


def policy_of(db: Database) -> Policy:
    """The store's policy: what is saved stands on it, and not on one that is merely like it."""
    return stores.settings_of(db).policy


# ── Orders, one by one ──────────────────────────────────────────────────────────────────────────────────────────────


def terms(
    type: OrderType = OrderType.MILESTONES,
    count: int = 3,
    *,
    seller: str = "maria",
    client: str = "ana",
    policy: Policy | None = None,
    **milestone: Any,
) -> Terms:
    """Agreed terms of `count` milestones of 7 days and $50 each, unless said otherwise."""
    fields = {"days": 7, "price_cents": 5_000} | milestone
    agreed = tuple(MilestoneTerms(f"Part {number}", **fields) for number in range(1, count + 1))
    return Terms(type, seller, client, "A website", agreed, policy or Policy())


def place(db: Database, agreed: Terms | None = None) -> int:
    """Place an order at the store's clock; its id."""
    with db.write() as connection:
        current = settings.read(connection)
        wanted = (agreed or terms())._replace(policy=current.policy)
        return orders.place(connection, wanted, Origin(), current.clock).id


def order_of(db: Database, order_id: int) -> Order:
    """The order as it is stored."""
    with db.read() as connection:
        return orders.orders.load(connection, [order_id])[order_id]


def random_terms(random: Random, policy: Policy) -> Terms:
    """Terms of any type, with everything that a milestone can have."""
    type = random.choice(list(OrderType))
    count = 1 if type is OrderType.SINGLE else random.randint(2, 5)
    milestones = tuple(
        MilestoneTerms(
            random.choice(["Draft", "Über: Entwurf", "绘图 🎨", 'it\'s "quoted"']),
            random.randint(1, 30),
            random.choice([1, 99, 5_000, 10_000, 99_999_999]),
            random.choice([None, 0, 2]),
            random.choice(["", "two\nlines"]),
            random.random() < 0.5,
            ("Sketch", "Ink, “colour”")[: random.randint(0, 2)],
        )
        for _ in range(count)
    )
    if type is OrderType.SINGLE:
        milestones = tuple(one._replace(stages=_random_stages(random, len(one.substeps))) for one in milestones)
    return Terms(type, "maria", random.choice(["ana", "ben"]), "A website", milestones, policy)


def _random_stages(random: Random, substeps: int) -> tuple[Stage, ...]:
    """Stages, if any, whose own substeps are all that there are."""
    first = random.randint(0, substeps)
    return random.choice([(), (Stage("Plan", substeps),), (Stage("Plan", first), Stage("Build", substeps - first))])


def random_step(random: Random, order: Order, at: int, request_id: int) -> Step | None:
    """Something that a party could try now, mostly with good arguments; None once the order has ended."""
    choices = possible(order)
    if not choices:
        return None
    action, actor = random.choice(choices)
    return Step(action, random_args(random, order, action, at, request_id), actor)


def random_args(random: Random, order: Order, action: Action, at: int, request_id: int) -> dict[str, Any]:
    """Arguments that a party could give to an action, mostly good ones."""
    some = random.choice([None, *range(1, len(order.milestones) + 1)])
    note = {"note": random.choice(["", "so it is"])}
    cancel = {"reason": random.choice([*CANCEL_REASONS]), "position": some, **note}
    planned = [milestone.terms for milestone in order.milestones if milestone.started_at is None]
    proposed = [*random.sample(planned, random.randint(0, len(planned))), *random.choice([(), (ADDED,)])]
    file = {"name": "a.zip", "size": 7, "sha256": "0" * 64}
    return {
        Action.DELIVER: {"message": random.choice(["", "here: “it”"]), "files": [file], "links": ["https://a.example"]},
        Action.REVISE: {"message": "again"},
        Action.CHECK_SUBSTEP: {"number": random.randint(1, 2)},
        Action.UNCHECK_SUBSTEP: {"number": random.randint(1, 2)},
        Action.SET_CALL: {"call_at": at + random.randint(0, 9), "link": "https://call.example"},
        Action.OPEN_CANCEL: {"id": request_id, **cancel, "keep_cents": random.choice([0, 0, 1])},
        Action.OPEN_EXTEND: {"id": request_id, "days": random.randint(1, 30), **note},
        Action.OPEN_CHANGE: {"id": request_id, "milestones": [plain_of(one) for one in proposed], **note},
        Action.SUPPORT_CANCEL: cancel,
    }.get(action, {})


# ── Orders by the thousand ──────────────────────────────────────────────────────────────────────────────────────────

_NUMBERED = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})"
_NEW = milestone_state(Milestone(1, ADDED))
# By column: the first milestone is delivered, the others are as all are that have not started.
_STANDING = {
    **{column: "NULL" if value is None else repr(value) for column, value in zip(MILESTONE_STATE, _NEW, strict=True)},
    "state": "iif(position = 1, 'delivered', 'planned')",
    "started_at": "iif(position = 1, {start}, NULL)",
    "first_delivered_at": "iif(position = 1, {delivered}, NULL)",
    "delivered_at": "iif(position = 1, {delivered}, NULL)",
}
_BULK = (
    """INSERT INTO orders (id, type, seller, client, title, policy_id, placed_at, status, stopping, version, due_at,
                           phase, hash)
       SELECT n, 'milestones', 'seller-' || (n % 100), 'client-' || (n % 1000), 'A website', 1, {start}, 'active', 0,
              2, {delivered} + {review}, 'review', x'' FROM numbers""",
    """INSERT INTO agreed (order_id, number, edition, name, days, price_cents, revisions, description, zoom, substeps,
                           stages)
       SELECT n, number, 1, 'Part ' || number, 7, 5000, 2, 'What is delivered in this part', 0, '[]', '[]'
       FROM numbers, (SELECT 1 AS number UNION ALL SELECT 2 UNION ALL SELECT 3)""",
    f"""INSERT INTO milestones (order_id, position, agreed, {", ".join(_STANDING)})
       SELECT n, position, position, {", ".join(_STANDING.values())}
       FROM numbers, (SELECT 1 AS position UNION ALL SELECT 2 UNION ALL SELECT 3)""",
    """INSERT INTO history (order_id, number, at, actor, action, position, args, hash)
       SELECT *, next_link(n, number, at, actor, action, 1, NULL) FROM (
           SELECT n, number, iif(number = 1, {start}, {delivered}) AS at, iif(number = 1, 'client', 'seller') AS actor,
                  iif(number = 1, 'place', 'deliver') AS action, 1, NULL
           FROM numbers, (SELECT 1 AS number UNION ALL SELECT 2) ORDER BY n, number)""",
    "UPDATE orders SET hash = (SELECT hash FROM history WHERE order_id = id AND number = 2)",
    """INSERT INTO ledger (order_id, number, position, kind, debit, credit, amount_cents, at)
       SELECT n, 1, 1, 'charge', 'client:client-' || (n % 1000), 'escrow:' || n, 5000, {start} FROM numbers""",
)
_BULK_BALANCES = """
    INSERT INTO balances (account, balance_cents)
    SELECT account, sum(cents) FROM (
        SELECT debit AS account, -amount_cents AS cents FROM ledger UNION ALL SELECT credit, amount_cents FROM ledger
    ) GROUP BY account ORDER BY account"""

_BULK_SUMS = """
    INSERT INTO sums (kind, balance_cents)
    SELECT substr(account, 1, instr(account, ':') - 1), sum(balance_cents) FROM balances GROUP BY 1"""


def _next_link(policy: tuple[str, int, str]) -> Callable[..., bytes]:
    """The hash of the next line of an order's history: lines come by order and number."""
    agreed = [(number, 1, f"Part {number}", 7, 5000, 2, "What is delivered in this part", 0, "[]", "[]")
              for number in (1, 2, 3)]  # fmt: skip
    before = b""

    def next_link(order_id: int, number: int, *line: int | str | None) -> bytes:
        nonlocal before
        if number == 1:
            parties = (f"seller-{order_id % 100}", f"client-{order_id % 1000}")
            placed = (order_id, "milestones", *parties, "A website", 1, START, None, None)
            before = chain.begun(placed, policy, agreed)
        before = chain.linked(before, (order_id, number, *line))
        return before

    return next_link


def fill_with_reviews(db: Database, count: int, *, due: int, apart_seconds: int = 60, each: int = 7) -> int:
    """Fill an empty store with orders whose first of three milestones is in review; the instant by which `due` fire.

    The deadlines of `each` orders fall on one instant, the next ones come `apart_seconds` later. Set-based SQL, so
    that a million orders take seconds; what it writes is what the same actions would have written.
    """
    words = {
        "start": START,
        "delivered": f"({START} + {apart_seconds} * ((n - 1) / {each}))",
        "review": Policy().review_hours * times.HOUR,
    }
    with db.write() as connection:
        connection.create_function("next_link", 7, _next_link(settings.policy_columns(connection, 1)))
        for statement in _BULK:
            connection.execute(f"{_NUMBERED.format(count=count)} {statement.format(**words)}")
        connection.execute(_BULK_BALANCES)
        connection.execute(_BULK_SUMS)
        # It has come to all of them, or, of very many, as far as it can before the first one is due.
        first_due = START + Policy().review_hours * times.HOUR
        connection.execute("UPDATE store SET clock = min((SELECT max(at) FROM history), ?)", (first_due,))
    return START + apart_seconds * ((due - 1) // each) + Policy().review_hours * times.HOUR
