"""Whether what several processes were told fits with what the store holds, and with one of them after the other.

Each acknowledged action is looked for in the histories of the orders and in the ledger. What is found says which
actions came before which others; so do the instants around them, since an action that was answered before another was
asked for came first. If all that fits together, the actions are done again, one by one, on a store like the first:
each must be answered as it was, and the two stores must end up with the same digest.
"""

import difflib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from proof import history_helpers, shop_helpers
from proof import program_helpers as program
from proof.history_helpers import Op, Plan, json_of
from proof.pool_helpers import Tally, own_folder
from proof.program_helpers import Answer
from proof.soundness_helpers import digest, faults_of

HANDLED = (0, 2, 3, 4, 5)
_LIMIT = ("--limit", "100000")
_MONEY = {"approve": ("release",), "continue": ("charge",), "place": ("charge",)}  # what an entry has in the ledger
_BACK = ("refund", "reversal")  # what an accepted request, or support, has there
_ASKS = ("open", "extend", "change")
_CLOSES = ("withdraw", "decline")  # what approving and continuing may do to an open request first

Key = tuple[str, Any]
Where = dict[str, Any]  # by the name of a sequence, an action's place in it


class Entry(NamedTuple):
    """An entry of an order's history."""

    order: int
    number: int
    at: str
    actor: str
    action: str
    milestone: int | None
    args: Mapping[str, Any]

    def holds(self, mark: Any) -> bool:
        """Whether one of its arguments is this, or a text that has it within."""
        return any(value == mark or (isinstance(mark, str) and mark in str(value)) for value in self.args.values())

    def __str__(self) -> str:
        return f"{self.action} (order {self.order}, number {self.number})"


class Books(NamedTuple):
    """What a store says of the past: its histories, its ledger, its messages and its clock."""

    entries: list[Entry]
    ledger: list[dict[str, Any]]
    orders: list[dict[str, Any]]

    @staticmethod
    def read(store: Path) -> "Books":
        """By the command line."""
        db = ("--db", str(store))
        ids = [line["id"] for line in json_of(*db, "order", "list", *_LIMIT)]
        fields = Entry._fields[1:]
        entries = [
            Entry(order, *(line[name] for name in fields))
            for order in ids
            for line in json_of(*db, "order", "history", str(order))
        ]
        shown = [json_of(*db, "order", "show", str(order)) for order in ids]
        return Books(entries, json_of(*db, "ledger", "show", *_LIMIT), shown)


_read_once = cache(Books.read)  # for the store that all histories begin with


class Placed(NamedTuple):
    """An acknowledged action, the entries that it made, and its places in the sequences that it is part of."""

    op: Op
    entries: list[Entry]
    where: Where

    def precedes(self, other: "Placed") -> bool:
        """Whether it must have come first."""
        if self.op.end < other.op.begin:
            return True
        return any(place < other.where[name] for name, place in self.where.items() if name in other.where)


# ── A history that is made and checked ──────────────────────────────────────────────────────────────────────────────


def make_and_check(plan: Plan) -> Tally:
    """Let processes work on a store at once, and check what came of it."""
    folder = own_folder() / "history"
    store = shop_helpers.copied(plan.start, folder)
    ops = history_helpers.play(plan, store)
    counts = Counter(
        {
            "histories": 1,
            "actions": len(ops),
            "acknowledged": sum(op.acknowledged for op in ops),
            "at once": sum(_overlaps(op, ops) for op in ops),
        }
    )
    return Tally(counts, [f"history {plan.seed}: {fault}" for fault in check(plan.start, store, ops)])


def _overlaps(op: Op, ops: Iterable[Op]) -> bool:
    return any(op.process != other.process and op.begin < other.end and other.begin < op.end for other in ops)


def check(start: Path, store: Path, ops: list[Op]) -> list[str]:
    """What is wrong with a store, or with what processes were told that worked on it; `start` is what it was before."""
    faults = [f"{op} ends with {op.answer.code}: {op.answer.err[-300:]}" for op in ops if op.answer.code not in HANDLED]
    unsound = faults_of(store)
    if unsound:
        return faults + unsound
    before, after = _read_once(start), Books.read(store)
    placed = [_placed(op, after) for op in ops if op.acknowledged]
    wrong = [*_exactly_once(placed, before, after), *_nothing_of_the_refused(ops, after), *_no_time_lost(placed)]
    wrong += _money_conserved(placed, before, after)
    return faults + (wrong or _one_by_one(start, store, placed))


# ── Where an action stands ──────────────────────────────────────────────────────────────────────────────────────────


def _placed(op: Op, books: Books) -> Placed:
    noun, verb = op.args[:2]
    answer = op.answer.json
    if verb == "tick":
        return Placed(op, [], {"clock": (answer["clock"], 0, _tick_rank(op))})
    entries = [entry for entry in books.entries if _made(op, answer, entry)]
    where: Where = {f"order {entry.order}": entry.number for entry in entries}
    if entries:
        where["clock"] = (entries[0].at, 1, 0)
        where |= _in_ledger(entries, _BACK if _cancels(op, books) else (), books)
    elif verb == "withdraw" and noun == "ledger":
        where = {"clock": (answer["at"], 1, 0)} | _withdrawal(answer, books)
    else:
        where["clock"] = (answer.get("closed_at") or answer["sent_at"], 1, 0)
    if "order" in answer and (noun, verb) in (("order", "place"), ("offer", "accept")):
        where["orders"] = answer["order"]["id"]
    if (noun == "resolution" and verb in _ASKS) or (noun, verb) == ("inbox", "send"):
        where[noun] = answer["id"]
    return Placed(op, entries, where)


def _cancels(op: Op, books: Books) -> bool:
    if op.args[:2] != ("resolution", "accept"):
        return op.args[:2] == ("resolution", "support")
    return any(one.action == "open-cancel" and one.args["id"] == int(op.args[2]) for one in books.entries)


def _tick_rank(op: Op) -> int:
    """Of two ticks that lead to one instant the one that is relative, or that fired something, has moved the clock."""
    return 0 if "--by" in op.args or op.answer.json["fired"] else 1


def _made(op: Op, answer: Any, entry: Entry) -> bool:  # noqa: PLR0911 - one line a kind of action
    """Whether an action has made an entry."""
    noun, verb = op.args[:2]
    if noun == "offer" or verb == "place":
        return verb in ("accept", "place") and entry.number == 1 and entry.order == answer["order"]["id"]
    if noun not in ("order", "resolution"):
        return False
    if verb in ("deliver", "revise", "set-call", "support", *_ASKS):
        return entry.holds(op.mark)
    if noun == "resolution":
        return entry.action.startswith(verb) and entry.holds(int(op.args[2]))
    if entry.order != answer["id"] or entry.actor == "clock":
        return False
    if verb == "check-substep":
        number = int(op.args[3])
        return entry.action == verb and entry.holds(number) and entry.milestone == _position(answer, *_RUNNING)
    if entry.action == "approve":
        return verb == "approve" and entry.milestone == _position(answer, "approved")
    if entry.action == "continue":
        return (verb == "continue" or "--continue" in op.args) and entry.milestone == _position(answer, *_RUNNING)
    return entry.action == verb


_RUNNING = ("active", "delivered", "revising")


def _position(answer: Any, *states: str) -> int:
    """The last milestone that an answer shows in one of these states."""
    return max((one["position"] for one in answer["milestones"] if one["state"] in states), default=0)


def _in_ledger(entries: list[Entry], others: Collection[str], books: Books) -> Where:
    ids = [
        row["id"]
        for entry in entries
        for row in books.ledger
        if (row["order"], row["at"]) == (entry.order, entry.at)
        and entry.milestone in (None, row["milestone"])
        and row["kind"] in _MONEY.get(entry.action, others)
    ]
    return {"ledger": min(ids)} if ids else {}


def _withdrawal(answer: Any, books: Books) -> Where:
    wanted = ("withdrawal", answer["withdrawn_cents"])
    ids = [row["id"] for row in books.ledger if (row["kind"], row["amount_cents"]) == wanted]
    return {"ledger": min(ids)} if ids else {}


# ── What must be true ───────────────────────────────────────────────────────────────────────────────────────────────


def _exactly_once(placed: list[Placed], before: Books, after: Books) -> list[str]:
    """Every acknowledged action is in the books, once; what is in the books was acknowledged."""
    faults = []
    claimed: Counter[tuple[int, int]] = Counter()
    for one in placed:
        wanted = 2 if "--continue" in one.op.args else int(_leaves_an_entry(one.op))
        if len(one.entries) != wanted:
            faults.append(f"{one.op} is in the histories {len(one.entries)} times, not {wanted}")
        claimed.update((entry.order, entry.number) for entry in one.entries)
    old = {(entry.order, entry.number) for entry in before.entries}
    for entry, following in zip(after.entries, [*after.entries[1:], None], strict=True):
        count = claimed[entry.order, entry.number]
        if count > 1:
            faults.append(f"{entry} was acknowledged {count} times")
        nobody = count == 0 and entry.actor != "clock" and (entry.order, entry.number) not in old
        if nobody and not _closed_by(entry, following):
            faults.append(f"{entry} was acknowledged by nobody")
    return faults


def _leaves_an_entry(op: Op) -> bool:
    return (op.args[0] in ("order", "resolution") and op.args[1] != "tick") or op.args[:2] == ("offer", "accept")


def _closed_by(entry: Entry, following: Entry | None) -> bool:
    """Whether approving or continuing closed a request on its way (rule cancel-moot)."""
    return (
        entry.action.startswith(_CLOSES)
        and following is not None
        and (following.order, following.at) == (entry.order, entry.at)
        and following.action in ("approve", "continue")
    )


def _nothing_of_the_refused(ops: list[Op], books: Books) -> list[str]:
    return [
        f"{op} was refused, but {entry} has its mark"
        for op in ops
        if not op.acknowledged
        for entry in books.entries
        if entry.holds(op.mark)
    ]


def _no_time_lost(placed: list[Placed]) -> list[str]:
    """Each relative tick leads from where the one before it led to, by as much as it was told to."""
    ticks = sorted((one for one in placed if one.op.args[1] == "tick"), key=lambda one: one.where["clock"])
    faults = []
    for earlier, later in pairwise(ticks):
        if later.op.args[2] == "--by":
            hours = int(later.op.args[3].strip("+h"))
            moved = _instant(later) - _instant(earlier)
            if moved.total_seconds() != hours * 3600:
                faults.append(f"time is lost: {later.op} moved the clock by {moved}, after {earlier.op}")
    return faults


def _instant(tick: Placed) -> datetime:
    return datetime.fromisoformat(tick.where["clock"][0])


def _money_conserved(placed: list[Placed], before: Books, after: Books) -> list[str]:
    """What an order took in is somewhere, and what was paid out is what was acknowledged (rule money-conserved)."""
    faults = []
    for order in after.orders:
        parts = [order[f"{name}_cents"] for name in ("refunded", "escrow", "released", "fees")]
        if order["charged_cents"] != sum(parts) or order["escrow_cents"] < 0:
            faults.append(f"order {order['id']}: {order['charged_cents']} is not {parts}")
    told = Counter(one.op.answer.json["withdrawn_cents"] for one in placed if one.op.args[0] == "ledger")
    old = {row["id"] for row in before.ledger}
    stored = Counter(
        row["amount_cents"] for row in after.ledger if row["kind"] == "withdrawal" and row["id"] not in old
    )
    if told != stored:
        faults.append(f"withdrawals acknowledged and stored differ: {told - stored} and {stored - told}")
    return faults


# ── One after the other ─────────────────────────────────────────────────────────────────────────────────────────────


def _one_by_one(start: Path, store: Path, placed: list[Placed]) -> list[str]:
    order = in_order(placed)
    if order is None:
        return [f"no order of the actions fits with what is stored and with real time: {_torn(placed)}"]
    return again(start, store, [one.op for one in order])


def in_order(placed: list[Placed]) -> list[Placed] | None:
    """The actions in an order that fits with all sequences and with real time; None if there is none."""
    waiting = sorted(placed, key=lambda one: one.op.begin)
    ordered = []
    while waiting:
        ready = next((one for one in waiting if not any(o.precedes(one) for o in waiting if o is not one)), None)
        if ready is None:
            return None
        waiting.remove(ready)
        ordered.append(ready)
    return ordered


def _difference(out: str, answer: Answer) -> str:
    lines = difflib.unified_diff(out.splitlines(), (answer.out or answer.err).splitlines(), n=0, lineterm="")
    return "; ".join(" ".join(line.split()) for line in lines if not line.startswith(("---", "+++", "@@")))[:300]


def _torn(placed: list[Placed]) -> str:
    """Two actions of which each must have come before the other, if two alone are the trouble."""
    pairs = ((one, other) for one in placed for other in placed if one is not other)
    found = next(((one, other) for one, other in pairs if one.precedes(other) and other.precedes(one)), None)
    return " and ".join(f"{one.op} {one.where}" for one in found) if found else "more than two are in the way"


def again(start: Path, store: Path, ops: Iterable[Op]) -> list[str]:
    """Do the actions again, one by one, on a store like the first, and compare every answer and the digests."""
    path = shop_helpers.copied(start, own_folder() / "again")
    for op in ops:
        answer = program.call("--db", str(path), *op.args, "--json")
        if (answer.code, answer.out) != (op.answer.code, op.answer.out):
            return [f"{op} is answered otherwise when it is done one by one: {_difference(op.answer.out, answer)}"]
    return [] if digest(path) == digest(store) else ["the acknowledged actions, done one by one, lead elsewhere"]
