"""Every guard that must be missed when it is gone, with the tests that could miss it: their order is that of the run.

Tests that merely compare texts are not among them: what a guard is for must go wrong.
"""

from collections.abc import Iterator

from milepost.store import migrations
from proof.guard_helpers import Guard, edit, elements, refusals, row_guards, table_guards


def _tests(folder: str, *names: str) -> tuple[str, ...]:
    return tuple(f"tests/{folder}/test_{name}.py" for name in names)


# Of the tests of these files not those that compare texts or take minutes.
_SOME = ("-k", "not the_text_of and not killed_at_any_statement")
_TABLES = (
    "tests/store/test_guards.py::test_a_check_refuses_by_its_name",
    "tests/store/test_guards.py::test_a_row_cannot_name_a_row_that_is_not_there",
    *_tests("store", "guards", "policies"),
    *("-k", "not every_table_of_the_file_is_strict"),
)
_ACTS = _tests(
    "core", "act", "order_work", "order_review", "order_cancel", "order_continue", "order_agreement",
    "order_subscription", "transitions",
)  # fmt: skip
_DATABASE = _tests("store", "guards", "opening")
_RACES = _tests("store", "races", "chained", "guards", "opening", "tick")
_FILES = (*_tests("store", "new_file", "opening"), *_tests("cli", "files_safety"), *_tests("scenario", "run"))
_OPENING = (
    *_tests("store", "opening", "migrations", "policies"),
    *_tests("cli", "damage"),
    *_SOME,
)
_SAVING = (*_tests("store", "chained", "guards", "agreed", "roundtrip"), *_tests("cli", "damage"))
_PERFORMING = (
    *_tests("market", "performing", "time_travel"),
    *_tests("cli", "parties"),
    *_tests("shop", "placing"),
    *_tests("cli", "keys"),
)
_OFFERING = (*_tests("cli", "parties"), *_tests("shop", "offers", "inbox"), *_tests("scenario", "rules"))
_PAYING = (*_tests("market", "performing", "fees", "time_travel"), *_tests("cli", "parties"))
_TICKING = (*_tests("store", "tick"), *_tests("market", "ticking"), *_tests("store", "opening", "kill"))
_KEYS = (*_tests("cli", "keys"), *_tests("market", "keyed"))

# Of each file: the function, what stands there, what takes its place, and what is wrong then.
_Edit = tuple[str, str, str, str]
_DB: tuple[_Edit, ...] = (
    ("Database.read", '"BEGIN"', '"SELECT 1"', "a view that others change"),
    ("Database.write", "BEGIN IMMEDIATE", "BEGIN", "a write that begins late"),
    ("Database.whole", "self.write()", "self.read()", "a whole that writes nothing"),
    ("Database.trial", "BEGIN IMMEDIATE", "BEGIN", "a trial that begins late"),
    ("Database.rebuild", "BEGIN IMMEDIATE", "BEGIN", "a rebuilding that begins late"),
    ("Database.write", '_patiently(connection, "COMMIT")', "pass", "a write that is not kept"),
    ("Database.rebuild", '_patiently(connection, "COMMIT")', "pass", "a rebuilding that is not kept"),
    ("Database.write", '_patiently(connection, "COMMIT")', 'connection.execute("COMMIT")', "a write that ends at once"),
    (
        "Database.rebuild",
        '_patiently(connection, "COMMIT")',
        'connection.execute("COMMIT")',
        "a rebuilding that ends at once",
    ),
    ("Database.rebuild", '"PRAGMA foreign_keys = OFF"', '""', "a rebuilding under foreign keys"),
    ("Database._reading", '"PRAGMA query_only = ON"', '""', "a reader that writes"),
    ("Database._connect", '"PRAGMA busy_timeout = 0"', '""', "a writer that asks less often than others"),
    ("_transaction", "_patiently(connection, begin)", "connection.execute(begin)", "a transaction that does not wait"),
    ("_transaction", 'connection.execute("ROLLBACK")', "pass", "a transaction that stays open"),
    ("_transaction", 'execute("ROLLBACK")', 'execute("COMMIT")', "a transaction that is kept by half"),
    ("_transaction", "connection.heads.clear()", "pass", "heads of an earlier transaction"),
    ("savepoint", 'connection.execute("ROLLBACK TO inside")', "pass", "a savepoint that is kept"),
    ("savepoint", "keeps = False\n        raise", "raise", "a savepoint that keeps what failed"),
    ("_Inside.trial", "keeps=False", "keeps=True", "a trial within another that is kept"),
    ("open_file", "mode=rw", "mode=rwc", "a store that is made by opening it"),
)
_ENDLESS: tuple[_Edit, ...] = (
    ("Database.snapshot", "connection.value(_TOUCH)", "pass", "a copy that waits for a writer without an end"),
)
_ORDERS: tuple[_Edit, ...] = (
    ("", " WHERE id = ? AND version = ?", " WHERE id = ? AND ? > 0", "an order's version"),
    ("", '\n    + " WHERE order_id = excluded.order_id"', "", "a request's order"),
    ("_chained", "heads[order_id] = hashes[-1]", "pass", "a chain's head that is not moved on"),
    ("save", "_know_heads(connection, [change.after.id for change in old])", "pass", "heads that were not read"),
)
_CHAIN: tuple[_Edit, ...] = (
    ("linked", "before + _canonical", "_canonical", "a link without the one before"),
    ("links", "before = linked(before, row)\n        told.append(before)", "told.append(linked(before, row))",
     "links without each other"),
    ("begun", "*order, ", "", "a chain that does not begin with the order"),
    ("begun", "*policy, ", "", "a chain that does not begin with the policy"),
    ("begun", ", *agreed", "", "a chain that does not begin with what was agreed"),
)  # fmt: skip
_ONCE: tuple[_Edit, ...] = (
    ("once", "if answered is not None:", "if False:", "a key that is not looked up"),
    ("once", "with db.whole() as one:", "for one in (db,):", "a key apart from its command"),
)
_CLOCK: tuple[_Edit, ...] = (
    ("_fire_batch", "until = failure.at", "pass", "a clock that passes a timer that failed"),
    ("_fire_in_order", "return outcomes, TimerFailed(order_id, at, error)", "continue", "a timer that is skipped"),
)  # fmt: skip
_ACT: tuple[_Edit, ...] = (
    ("_tick_substep", "not 1 <= number <= count", "False", "a substep that is not there"),
    ("_tick_substep", "(number in current.substeps_done) is not is_done", "False", "a substep that is done already"),
)
_LEGAL: tuple[_Edit, ...] = (
    ("is_legal", "order.status is not Status.ACTIVE or ", "", "a request of an order that has ended"),
    ("is_legal", "(row.source is RequestState.OPEN) != (order.open_request is not None)", "False", "a second request"),
    ("is_too_late", "return action not in REQUEST_ROWS and action is not Action.SUPPORT_CANCEL", "return False",
     "a held deadline that has passed"),
)  # fmt: skip
_CLIMB: tuple[_Edit, ...] = (
    ("check", "settings.checked_clock(*rows[0][2:4])", "rows[0][2:4]", "a clock that is not checked"),
    ("_climb", "if version == newest():", "if False:", "a store that another process has brought up to date"),
    ("_climb", 'db.copy_to(_free_name(f"{db.name}.v{version}"))', "pass", "an older store without a copy"),
    ("_climb", '_free_name(f"{db.name}.v{version}")', 'Path(f"{db.name}.v{version}")', "a copy in another's place"),
    ("_check_sound", "_broken_keys(connection)", "[]", "keys that name nothing"),
    ("_check_sound", 'connection.rows("PRAGMA integrity_check")', "[]", "a file that is not whole"),
)
_NEW_FILE: tuple[_Edit, ...] = (
    ("_filled", "_sync(beside)", "pass", "a file that is not on the disk yet"),
    ("_filled", "_sync(path.parent)", "pass", "a name that is not on the disk yet"),
    ("_filled", "beside.unlink(missing_ok=True)", "pass", "a half of a file that stays"),
    ("_give_name", "os.link(beside, path)", "os.replace(beside, path)", "a name that is taken from another"),
    ("_claim_and_rename", " | os.O_EXCL", "", "a name that is claimed though it is another's"),
    ("_claim_and_rename", "path.unlink()", "pass", "a claim that stays"),
)


def _edits(file: str, edits: tuple[_Edit, ...], *tests: str) -> Iterator[Guard]:
    for scope, old, new, what in edits:
        yield Guard(f"{file} {scope}: {what}".replace(" :", ":"), file, tests, edit(old, new, scope))


def _clock_apart(text: str) -> str:
    """A tick that moves the clock in a transaction of its own, after that of a page."""
    apart = "\n        with db.write() as connection:\n            settings.set_clock(connection, batch.clock)"
    moved = edit("reached = batch.clock", f"reached = batch.clock{apart}", "tick")(text)
    return edit("settings.set_clock(connection, until)", "pass", "_fire_batch")(moved)


def all_guards() -> list[Guard]:
    """Every guard, those of one file together."""
    return [
        *table_guards(f"store/versions/{migrations.newest()}.sql", *_TABLES),
        *elements("store/db.py", "PRAGMAS", *_DATABASE),
        *_edits("store/db.py", _DB, *_RACES, *_tests("store", "migrations", "sessions"), *_KEYS, *_SOME),
        *_edits("store/db.py", _ENDLESS, "tests/store/test_tick.py", "-k", "a_snapshot_leaves_nothing_behind"),
        *refusals("store/db.py", *_tests("doctor", "backup"), *_OPENING),
        *refusals("store/orders.py", *_SAVING, *_tests("market", "cancelling")),
        *_edits("store/orders.py", _ORDERS, *_SAVING),
        *_edits("store/chain.py", _CHAIN, *_SAVING),
        *refusals("store/settings.py", *_OPENING),
        *refusals("store/migrations.py", *_OPENING),
        *_edits("store/migrations.py", _CLIMB, *_OPENING),
        *refusals("store/new_file.py", *_FILES),
        *_edits("store/new_file.py", _NEW_FILE, *_FILES),
        *refusals("core/act.py", *_ACTS),
        *_edits("core/act.py", _ACT, *_ACTS),
        *_edits("core/order.py", _LEGAL, *_ACTS),
        *refusals("core/resolution.py", *_ACTS),
        *row_guards("core/transitions.py", *_ACTS),
        *refusals("core/offer.py", *_tests("core", "offer"), *_tests("shop", "offers")),
        *refusals("market/keys.py", *_KEYS),
        *_edits("market/keys.py", _ONCE, *_KEYS),
        *refusals("market/clock.py", *_TICKING),
        *_edits("market/clock.py", _CLOCK, *_TICKING),
        Guard("market/clock.py tick: a page apart from its clock", "market/clock.py", _TICKING, _clock_apart),
        *refusals("market/orders.py", *_PERFORMING),
        *refusals("market/offers.py", *_OFFERING),
        *refusals("market/ledger.py", *_PAYING),
    ]  # fmt: skip
