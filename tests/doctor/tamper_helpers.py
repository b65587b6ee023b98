"""Ways to change one thing in a store behind the program's back, as somebody could who has SQLite."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple


class Tampering(NamedTuple):
    """A change, the check that must see it, and the order that must be named, if it is about one.

    Triggers are dropped before and made again after, unless it is about the schema itself.
    """

    name: str
    script: str
    check: str
    order: int | None = None
    keeps_triggers: bool = True

    def do(self, path: Path) -> None:
        """Change the store at `path`."""
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
            before = list(connection.iterdump())
            if self.keeps_triggers:
                connection.executescript("".join(f"DROP TRIGGER {name};" for name, _ in triggers))
            connection.executescript(self.script)
            if self.keeps_triggers:
                connection.executescript("".join(f"{sql};" for _, sql in triggers))
            assert list(connection.iterdump()) != before, f"{self.name}: this changes nothing"


# What is kept by kind, so that it says what the accounts do.
_SUMS = """
    UPDATE sums SET balance_cents = (SELECT coalesce(sum(balance_cents), 0) FROM balances
        WHERE account = kind OR account LIKE kind || ':%' OR account LIKE replace(kind, ':', ':%:'));"""


def _without_order(order: int) -> str:
    """Remove an order and all that belongs to it: the accounts are as if it had never been."""
    return f"""
        UPDATE balances SET balance_cents = balance_cents
            + (SELECT coalesce(sum(amount_cents), 0) FROM ledger WHERE order_id = {order} AND debit = account)
            - (SELECT coalesce(sum(amount_cents), 0) FROM ledger WHERE order_id = {order} AND credit = account);{_SUMS}
        DELETE FROM ledger WHERE order_id = {order}; DELETE FROM history WHERE order_id = {order};
        DELETE FROM milestones WHERE order_id = {order}; DELETE FROM agreed WHERE order_id = {order};
        DELETE FROM requests WHERE order_id = {order};
        UPDATE offers SET status = 'declined' WHERE id = (SELECT offer_id FROM orders WHERE id = {order});
        DELETE FROM orders WHERE id = {order};"""


_WITHOUT_WITHDRAWALS = f"""
    UPDATE balances SET balance_cents = balance_cents
        + (SELECT coalesce(sum(amount_cents), 0) FROM ledger WHERE kind = 'withdrawal' AND debit = account)
        - (SELECT coalesce(sum(amount_cents), 0) FROM ledger WHERE kind = 'withdrawal' AND credit = account);
    DELETE FROM ledger WHERE kind = 'withdrawal'; DELETE FROM balances WHERE account LIKE 'bank:%';{_SUMS}"""
# The last line of order 2's history is the clearing of its money; without it, it still has to be cleared.
_WITHOUT_LAST_LINE = f"""
    UPDATE milestones SET clears_at = (SELECT at FROM history WHERE order_id = 2 AND number = 8)
        WHERE order_id = 2 AND position = 1;
    UPDATE orders SET version = 7, due_at = (SELECT at FROM history WHERE order_id = 2 AND number = 8) WHERE id = 2;
    UPDATE balances SET balance_cents = balance_cents
        + (SELECT amount_cents FROM ledger WHERE order_id = 2 AND kind = 'clear') WHERE account LIKE '%:pending';
    UPDATE balances SET balance_cents = balance_cents
        - (SELECT amount_cents FROM ledger WHERE order_id = 2 AND kind = 'clear') WHERE account LIKE '%:available';
    {_SUMS}
    DELETE FROM ledger WHERE order_id = 2 AND kind = 'clear'; DELETE FROM history WHERE order_id = 2 AND number = 8;
    UPDATE ledger SET id = id - 1 WHERE id > 16; UPDATE sqlite_sequence SET seq = seq - 1 WHERE name = 'ledger';
    UPDATE store SET clock = (SELECT max(at) FROM history);"""
# Order 1's first two milestones change their places, in the plan and in their states.
_SWAPPED = """
    UPDATE milestones SET position = 9 WHERE order_id = 1 AND position = 2;
    UPDATE milestones SET position = 2 WHERE order_id = 1 AND position = 3;
    UPDATE milestones SET position = 3 WHERE order_id = 1 AND position = 9;"""
_SWAPPED_TERMS = """
    UPDATE agreed SET number = 9 WHERE order_id = 5 AND number = 1;
    UPDATE agreed SET number = 1 WHERE order_id = 5 AND number = 2;
    UPDATE agreed SET number = 2 WHERE order_id = 5 AND number = 9;
    UPDATE offer_milestones SET position = 9 WHERE offer_id = 7 AND position = 1;
    UPDATE offer_milestones SET position = 1 WHERE offer_id = 7 AND position = 2;
    UPDATE offer_milestones SET position = 2 WHERE offer_id = 7 AND position = 9;"""
_SAME_PRICE_HIGHER = (
    "UPDATE agreed SET price_cents = price_cents + 100 WHERE order_id = 5 AND number = 2;"
    "UPDATE offer_milestones SET price_cents = price_cents + 100 WHERE offer_id = 7 AND position = 2;"
)
_POLICY = "UPDATE policies SET numbers = json_set(numbers, '$.{number}', {value})"
_TRIGGER = "CREATE TRIGGER doubled AFTER INSERT ON ledger BEGIN UPDATE balances SET balance_cents = 0; END"
_ADDED = "INSERT INTO ledger (order_id, number, position, kind, debit, credit, amount_cents, at) VALUES "
_HISTORY = "UPDATE history SET args = replace(args, '{one}', '{two}') WHERE order_id = {order}"

TAMPERINGS: Sequence[Tampering] = (
    # The clock.
    Tampering("the clock moved back", "UPDATE store SET clock = clock - 1", "clock"),
    Tampering("the clock moved past timers", "UPDATE store SET clock = clock + 86400 * 60", "clock", 5),
    Tampering(
        "the clock moved past an offer", "UPDATE offers SET status = 'sent', closed_at = NULL WHERE id = 4", "clock"
    ),
    Tampering(
        "the clock's mode", "PRAGMA ignore_check_constraints = ON; UPDATE store SET clock_mode = 'mine'", "store"
    ),
    Tampering("the store's row", "DELETE FROM store", "store"),
    # What orders were placed on.
    Tampering("milestones swapped", _SWAPPED, "replay", 1),
    Tampering("milestones swapped in order and offer", _SWAPPED_TERMS, "chain", 5),
    Tampering("a planned price", "UPDATE agreed SET price_cents = 1 WHERE order_id = 2 AND number = 3", "chain", 2),
    Tampering("a planned price in order and offer", _SAME_PRICE_HIGHER, "chain", 5),
    Tampering(
        "a price that was agreed later",
        "UPDATE agreed SET price_cents = 1 WHERE order_id = 4 AND number = 5",
        "replay",
        4,
    ),
    Tampering("an agreed number", "UPDATE milestones SET agreed = 2 WHERE order_id = 4 AND position = 2", "replay", 4),
    Tampering("an edition", "UPDATE agreed SET edition = 3 WHERE order_id = 4 AND number = 5", "replay", 4),
    Tampering("a title", "UPDATE orders SET title = 'Another' WHERE id = 2", "chain", 2),
    Tampering("a party", "UPDATE orders SET client = 'zoe' WHERE id = 6", "chain", 6),
    Tampering("a gig", "UPDATE orders SET gig_id = 2 WHERE id = 6", "chain", 6),
    Tampering("an order's offer", "UPDATE orders SET offer_id = NULL WHERE id = 5", "chain", 5),
    Tampering("the instant of placing", "UPDATE orders SET placed_at = placed_at - 1 WHERE id = 6", "chain", 6),
    Tampering("a policy's window", _POLICY.format(number="continue_hours", value=200), "chain", 1),
    Tampering("a policy's limit of gigs", _POLICY.format(number="gig_milestones_max", value=9), "chain", 6),
    Tampering("a policy's name", "UPDATE policies SET name = 'mine'", "chain", 1),
    Tampering("a policy's number that cannot be", _POLICY.format(number="review_hours", value=0), "policies"),
    Tampering("a policy that is not there", "DELETE FROM policies", "foreign-keys"),
    # Offers.
    Tampering("an offer un-accepted", "UPDATE offers SET status = 'sent', closed_at = NULL WHERE id = 5", "terms", 3),
    Tampering("an offer declined", "UPDATE offers SET status = 'declined' WHERE id = 1", "terms", 1),
    Tampering("an offer's instant", "UPDATE offers SET closed_at = closed_at + 1 WHERE id = 6", "terms", 4),
    Tampering("an offer's title", "UPDATE offers SET title = 'Another' WHERE id = 6", "terms", 4),
    Tampering(
        "an offer's terms", "UPDATE offer_milestones SET days = 30 WHERE offer_id = 7 AND position = 2", "terms", 5
    ),
    Tampering("an offer's milestone", "DELETE FROM offer_milestones WHERE offer_id = 7 AND position = 2", "terms", 5),
    Tampering("an offer accepted", "UPDATE offers SET status = 'accepted' WHERE id = 2", "offers"),
    Tampering("an offer expired early", "UPDATE offers SET closed_at = closed_at - 9 WHERE id = 4", "offers"),
    # Histories.
    Tampering("a message", _HISTORY.format(one="Three foxes", two="Four foxes", order=1), "chain", 1),
    Tampering("a note", _HISTORY.format(one="It rains", two="It snows", order=2), "chain", 2),
    Tampering("a link", _HISTORY.format(one="https://example.com/6", two="https://example.org/6", order=6), "chain", 6),
    Tampering("a file's hash", _HISTORY.format(one="5e5e", two="5e5f", order=1), "chain", 1),
    Tampering("who asked support", _HISTORY.format(one="Support has", two="Nobody has", order=1), "chain", 1),
    Tampering("an instant", "UPDATE history SET at = at + 1 WHERE order_id = 6 AND number = 2", "chain", 6),
    Tampering("an actor", "UPDATE history SET actor = 'support' WHERE order_id = 1 AND number = 9", "replay", 1),
    Tampering("an action", "UPDATE history SET action = 'stop' WHERE order_id = 3 AND number = 3", "replay", 3),
    Tampering(
        "an unknown action", "UPDATE history SET action = 'sleep' WHERE order_id = 3 AND number = 3", "replay", 3
    ),
    Tampering(
        "arguments that are no JSON", "UPDATE history SET args = '{' WHERE order_id = 1 AND number = 7", "replay", 1
    ),
    Tampering("the last line with its effects", _WITHOUT_LAST_LINE, "chain", 2),
    Tampering("a line in the middle", "DELETE FROM history WHERE order_id = 1 AND number = 7", "chain", 1),
    Tampering("a whole history", "DELETE FROM history WHERE order_id = 6", "replay", 6),
    Tampering("a head", "UPDATE orders SET hash = x'00' WHERE id = 4", "chain", 4),
    Tampering("a link of the chain", "UPDATE history SET hash = x'00' WHERE order_id = 4 AND number = 3", "chain", 4),
    # What histories lead to.
    Tampering("due_at", "UPDATE orders SET due_at = due_at + 1 WHERE id = 5", "replay", 5),
    Tampering("due_at taken away", "UPDATE orders SET due_at = NULL WHERE id = 5", "replay", 5),
    Tampering("phase", "UPDATE orders SET phase = 'working' WHERE id = 5", "replay", 5),
    Tampering("work_due_at", "UPDATE orders SET work_due_at = work_due_at + 1 WHERE id = 1", "replay", 1),
    Tampering("version", "UPDATE orders SET version = version + 1 WHERE id = 5", "replay", 5),
    Tampering("stopping", "UPDATE orders SET stopping = 1 WHERE id = 3", "replay", 3),
    Tampering(
        "a status",
        "UPDATE orders SET status = 'completed', reason = 'all-approved', ended_at = 1769763600 WHERE id = 4",
        "replay",
        4,
    ),
    Tampering(
        "revisions used", "UPDATE milestones SET revisions_used = 0 WHERE order_id = 1 AND position = 1", "replay", 1
    ),
    Tampering(
        "extended days", "UPDATE milestones SET extended_days = 4 WHERE order_id = 2 AND position = 1", "replay", 2
    ),
    Tampering("kept cents", "UPDATE milestones SET kept_cents = 1 WHERE order_id = 4 AND position = 1", "replay", 4),
    Tampering(
        "a cleared instant",
        "UPDATE milestones SET clears_at = 1770000000 WHERE order_id = 2 AND position = 1",
        "replay",
        2,
    ),
    Tampering(
        "a milestone's state",
        "UPDATE milestones SET state = 'skipped' WHERE order_id = 3 AND position = 3",
        "replay",
        3,
    ),
    Tampering("a milestone", "DELETE FROM milestones WHERE order_id = 3 AND position = 4", "replay", 3),
    Tampering(
        "a request's answer",
        "UPDATE requests SET state = 'withdrawn' WHERE state = 'declined' AND order_id = 1",
        "replay",
        1,
    ),
    Tampering("a request's note", "UPDATE requests SET note = 'Sunny' WHERE note = 'It rains'", "replay", 2),
    Tampering(
        "an open request closed",
        "UPDATE requests SET state = 'moot', closed_at = 1769763600 WHERE state = 'open'",
        "replay",
        3,
    ),
    Tampering("a request", "DELETE FROM requests WHERE state = 'lapsed'", "replay", 1),
    # The ledger.
    Tampering("withdrawals with all that belongs to them", _WITHOUT_WITHDRAWALS, "ids"),
    Tampering(
        "a withdrawal's amount",
        "UPDATE ledger SET amount_cents = 90000 WHERE id = 18;"
        "UPDATE balances SET balance_cents = balance_cents + 89750 WHERE account = 'bank:maria';"
        "UPDATE balances SET balance_cents = balance_cents - 89750 WHERE account = 'seller:maria:available';" + _SUMS,
        "withdrawals",
    ),
    Tampering("a withdrawal's instant", "UPDATE ledger SET at = at - 86400 * 9 WHERE id = 18", "withdrawals"),
    Tampering("an entry", "DELETE FROM ledger WHERE id = 7", "ids"),
    Tampering("an entry's amount", "UPDATE ledger SET amount_cents = 1 WHERE id = 7", "replay", 3),
    Tampering("an entry's instant", "UPDATE ledger SET at = at + 1 WHERE id = 5", "replay", 1),
    Tampering(
        "an entry added",
        f"{_ADDED} (6, 2, 1, 'release', 'escrow:6', 'seller:maria:pending', 1, 1769763600)",
        "replay",
        6,
    ),
    Tampering(
        "an entry twice",
        f"DROP INDEX once_per_milestone;{_ADDED} (6, 1, 1, 'charge', 'client:gus', 'escrow:6', 10000, 1769763600)",
        "replay",
        6,
    ),
    Tampering(
        "a balance", "UPDATE balances SET balance_cents = balance_cents + 1 WHERE account = 'bank:maria'", "balances"
    ),
    Tampering(
        "two balances",
        "UPDATE balances SET balance_cents = balance_cents + 5 WHERE account = 'bank:maria';"
        "UPDATE balances SET balance_cents = balance_cents - 5 WHERE account = 'client:ana'",
        "balances",
    ),
    Tampering("what all escrow accounts hold", "UPDATE sums SET balance_cents = 5 WHERE kind = 'escrow'", "balances"),
    Tampering("a closed account", "INSERT INTO balances (account, balance_cents) VALUES ('escrow:2', 5)", "balances"),
    # What is gone, and what can be forgotten.
    Tampering("the last order with all that belongs to it", _without_order(7), "ids", 7),
    Tampering("the first order with all that belongs to it", _without_order(1), "ids", 1),
    Tampering("a sequence lowered", "UPDATE sqlite_sequence SET seq = 1 WHERE name = 'orders'", "ids"),
    Tampering("a sequence forgotten", "DELETE FROM sqlite_sequence WHERE name = 'ledger'", "ids"),
    Tampering("a gig under its orders", "DELETE FROM gigs WHERE id = 1", "foreign-keys"),
    Tampering("a gig's seller", "UPDATE gigs SET seller = 'zoe' WHERE id = 1", "terms", 6),
    Tampering("a gig's FAQ", "UPDATE gigs SET faq = '[' WHERE id = 1", "json"),
    Tampering("a key's answer", "UPDATE keys SET answer = '{\"id\": '", "json"),
    # The schema.
    Tampering("a trigger dropped", "DROP TRIGGER ledger_no_delete", "schema", keeps_triggers=False),
    Tampering(
        "a trigger changed",
        "DROP TRIGGER ledger_no_delete; CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger BEGIN SELECT 1; END",
        "schema",
        keeps_triggers=False,
    ),
    Tampering("a trigger added", _TRIGGER, "schema", keeps_triggers=False),
    Tampering("an index dropped", "DROP INDEX one_open_request", "schema", keeps_triggers=False),
    Tampering(
        "an index changed",
        "DROP INDEX one_open_request; CREATE INDEX one_open_request ON requests (order_id)",
        "schema",
        keeps_triggers=False,
    ),
    Tampering("an index added", "CREATE INDEX mine ON orders (title)", "schema", keeps_triggers=False),
    Tampering("a view added", "CREATE VIEW mine AS SELECT * FROM orders", "schema", keeps_triggers=False),
    Tampering("a table added", "CREATE TABLE mine (id INTEGER)", "schema", keeps_triggers=False),
    Tampering("a table dropped", "DROP TABLE messages", "schema", keeps_triggers=False),
    Tampering(
        "a view in the place of a table",
        "ALTER TABLE requests RENAME TO mine;CREATE VIEW requests AS SELECT * FROM mine",
        "schema",
        keeps_triggers=False,
    ),
    Tampering(
        "a check dropped",
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql ="
        " replace(sql, 'CHECK (extended_days >= 0)', 'CHECK (true)') WHERE name = 'milestones'",
        "schema",
        keeps_triggers=False,
    ),
)
