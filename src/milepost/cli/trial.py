"""What-if: the words of its actions, and their trial on a store of which nothing is kept."""

from collections.abc import Sequence

import typer

from milepost.cli.app import call_one_of_many
from milepost.cli.grammar import completed, given
from milepost.cli.session import Session, using
from milepost.commands import COMMANDS, TICK, WITHDRAW
from milepost.core.ledger import bank
from milepost.files.words import split_words, unreadable
from milepost.market import ledger, orders
from milepost.scenario.play import MANY, effect_of
from milepost.store.db import Database
from milepost.views.money import EntryView
from milepost.views.scenarios import StepView, TrialView

ORDER = "order"  # the noun of a verb that stands alone
ACTIONS = tuple(dict.fromkeys(template.verb for template in (*(one.template for one in COMMANDS), TICK, WITHDRAW)))


def trial(db: Database, order_id: int, actions: Sequence[str], *, handle: str | None = None) -> TrialView:
    """What would follow from some actions on an order; nothing is kept. Raises what their commands raise."""
    commands = [_words(text) for text in actions]
    with db.trial() as copy:
        standing = orders.show(copy, order_id)
        before = {entry.id for entry in _entries(copy, order_id, standing.seller)}
        steps = []
        for words in commands:
            request = standing.request.id if standing.request else None
            whole = completed(words, {"order": order_id, "resolution": request, "seller": standing.seller})
            named = {given(whole).get(name) for name in ("order", "order_option")}
            if not named <= {None, str(order_id)}:
                raise typer.BadParameter(f"{' '.join(words)!r} is about another order than {order_id}")
            with using(Session(keeps=copy, handle=handle)):
                call_one_of_many(whole)
            standing = orders.show(copy, order_id)
            told = whole[1:] if whole[0] == ORDER else whole
            steps.append(StepView(standing.now, None, " ".join(told), effect_of(standing)))
        entries = [entry for entry in _entries(copy, order_id, standing.seller) if entry.id not in before]
        return TrialView(steps, standing, entries)


def _words(text: str) -> list[str]:
    """The words of an action's command: a verb alone is of an order, and `tick` takes a time without its option."""
    try:
        typed = split_words(text)
    except ValueError:
        typed = []
    if not typed:
        raise typer.BadParameter(f"{text[:60]!r}: {unreadable(text)}")
    words = typed if tuple(typed[:2]) in ACTIONS else [ORDER, *typed]
    if tuple(words[:2]) not in ACTIONS:
        known = ", ".join(verb if noun == ORDER else f"{noun} {verb}" for noun, verb in ACTIONS)
        raise typer.BadParameter(f"{' '.join(typed[:1])!r} is not an action: {known}")
    if "--dry-run" in words:
        raise typer.BadParameter("nothing of it is saved anyway; leave out --dry-run")
    if tuple(words[:2]) == TICK.verb and words[2:] and not words[2].startswith("-"):
        words.insert(2, "--by" if words[2].startswith("+") else "--now")
    return words


def _entries(db: Database, order_id: int, seller: str) -> list[EntryView]:
    """The entries of an order, and what its seller has withdrawn."""
    found = [
        *ledger.entries(db, order_id=order_id, account=None, limit=MANY).items,
        *ledger.entries(db, order_id=None, account=bank(seller), limit=MANY).items,
    ]
    return sorted(found, key=lambda entry: entry.id)
