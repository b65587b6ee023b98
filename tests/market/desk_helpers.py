"""A desk in the market: a shell on a store of its own, and short words for what the tests here ask again and again."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from random import Random
from typing import Any

import store_helpers
from cli.shell_helpers import Shell

from milepost import times
from milepost.cli.app import call
from milepost.cli.session import Session, using
from milepost.core.transitions import Action
from milepost.market import clock, orders, stores
from milepost.policy import STANDARD, Policy
from milepost.rules import RuleError
from milepost.store.db import Database

LINK = "https://files.example/work.zip"
THREE = ("A:5:60:1", "B:4:50:1", "C:3:40")
_ACCEPTED: dict[tuple[object, ...], tuple[int, bytes]] = {}


class Desk(Shell):
    """A shell whose store has gig 1, of maria."""

    def place(self, *milestones: str) -> int:
        """A milestone order, of THREE unless said: its id."""
        words = [word for one in milestones or THREE for word in ("--milestone", one)]
        return self.accepted(*words)

    def subscription(self, cycles: int = 3, *, price: str = "100", days: int = 7) -> int:
        """A subscription order: its id."""
        return self.accepted(*f"--type subscription --cycles {cycles} --price {price} --days {days}".split())

    def single(self, *, price: str = "100", days: int = 7, revisions: int = 1) -> int:
        """An order of one payment: its id."""
        return self.accepted(*f"--type single --price {price} --days {days} --revisions {revisions}".split())

    def accepted(self, *words: str, client: str = "ana") -> int:
        """An order of an offer in these words: its id. On the same store they leave the same, so it is kept."""
        key = (self.db.read_bytes(), client, *words)
        if key not in _ACCEPTED:
            offer = self.json(f"offer create --gig 1 --client {client}", *words)["id"]
            order = int(self.json(f"offer accept {offer}")["order"]["id"])
            _ACCEPTED[key] = (order, self.db.read_bytes())
        order, stored = _ACCEPTED[key]
        self.db.write_bytes(stored)
        return order

    def do(self, *verbs: str, order: int = 1) -> None:
        """Verbs of `order` that must go well, one after the other; `deliver` has a link, `tick …` is the clock's."""
        for verb in verbs:
            name, *rest = verb.split()
            words = {"tick": f"order tick --by {rest[0] if rest else ''}", "deliver": f"order deliver {order}"}
            more = ["--link", LINK] if name == "deliver" else []
            self.json(words.get(name, f"order {name} {order} {' '.join(rest)}"), *more)

    def show(self, order: int = 1) -> Any:
        """An order as `order show --json` tells it."""
        return self.json(f"order show {order}")

    def states(self, order: int = 1) -> list[str]:
        """The states of its milestones."""
        return [one["state"] for one in self.show(order)["milestones"]]

    def end(self, order: int = 1) -> tuple[str, str | None]:
        """Its status and reason."""
        told = self.show(order)
        return told["status"], told["reason"]

    def balances(self, *words: str) -> dict[str, int]:
        """Every account that is open with what it holds; an order's escrow is closed while nothing of it runs."""
        return {one["account"]: one["balance_cents"] for one in self.json("ledger balances --all", *words)}

    def moved(self, order: int = 1, *, since: int = 0) -> list[tuple[str, int, int]]:
        """Kind, milestone and cents of an order's entries, the first `since` left out."""
        entries = self.json(f"ledger show --order {order}")[since:]
        return [(one["kind"], one["milestone"], one["amount_cents"]) for one in entries]

    @property
    def now(self) -> str:
        """The instant that the clock shows."""
        return str(self.json("order tick --by 0s")["clock"])

    def digest(self) -> str:
        """A hash of everything that is stored."""
        with self.opened() as db:
            return store_helpers.digest(db)

    @contextmanager
    def opened(self) -> Iterator[Database]:
        """The store itself."""
        db = stores.open_store(self.db)
        try:
            yield db
        finally:
            db.close()


# ── The same commands on a store in memory, for walks of many steps ─────────────────────────────────────────────────


def said(db: Database, words: Sequence[str]) -> Any:
    """What a command answers to `--json` on an open store; whatever is wrong is raised."""
    from milepost.views.base import as_plain

    with using(Session(keeps=db)):
        return as_plain(call(words))


@contextmanager
def memory(policy: Policy = STANDARD) -> Iterator[Database]:
    """A store in memory, that must be sound at the end."""
    with store_helpers.memory_store(policy) as db:
        yield db


RARE = {
    Action.SUPPORT_CANCEL,
    Action.ACCEPT_REQUEST,
    Action.STOP,
    Action.STOP_AFTER_CURRENT,
    Action.OPEN_EXTEND,
    Action.OPEN_CHANGE,
}
PAUSES = (0, 1, times.HOUR, times.DAY, 3 * times.DAY, 8 * times.DAY)


def wander(db: Database, random: Random, policy: Policy, *, steps: int) -> Iterator[int]:
    """Place order 1 and walk it at random; a stop at the clock's instant after each step, and before time passes."""
    store_helpers.place(db, store_helpers.random_terms(random, policy))
    for number in range(steps):
        now = store_helpers.clock_of(db)
        step = store_helpers.random_step(random, store_helpers.order_of(db, 1), now, number + 1)
        if step and (step.action not in RARE or random.random() < 0.2):
            with suppress(RuleError):
                orders.perform(db, 1, [step])
        yield now
        clock.tick(db, now + random.choice(PAUSES))


def shown(view: Any, width: int) -> str:
    """A view as it is printed on a terminal of a width, without colour."""
    from milepost.render.base import console as made_console
    from milepost.render.base import rendered

    out = io.StringIO()
    console = made_console(file=out, width=width, force_terminal=False, color_system=None)
    console.print(rendered(view))
    return out.getvalue()
