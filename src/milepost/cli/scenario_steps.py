"""Scenarios on the command line: each step's words run through the same commands as a shell's."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from typer.exceptions import TyperException

from milepost import data
from milepost.cli.session import Session, using
from milepost.scenario import file
from milepost.scenario.file import Scenario
from milepost.scenario.play import MANY, BadStep, effect_of, play, play_in
from milepost.store.db import Database
from milepost.views.scenarios import PlayedView, StepView, TrialView

STORY = ("stories", "demo.toml")


def demo(name: str | None) -> PlayedView:
    """Play a file's story, or the shipped one."""
    return play_file(file.load(name) if name else file.parse(data.text(*STORY), STORY[-1]))


def play_file(scenario: Scenario) -> PlayedView:
    """Play a story in memory."""
    return play(scenario, run_command)


def play_kept(scenario: Scenario, path: Path) -> PlayedView:
    """Play a story in a new store, which stays. Raises `StoreError` if there is something at its path."""
    from milepost.market import stores

    stores.create_file(path, start=scenario.start, clock_mode="simulated", policy=scenario.policy)
    db = stores.open_store(path)
    try:
        return play_in(scenario, db, run_command)
    finally:
        db.close()


def trial(db: Database, order_id: int, actions: Sequence[Sequence[str]], *, handle: str | None = None) -> TrialView:
    """What would follow from some commands on an order; nothing is kept. Raises what the commands raise."""
    from milepost.cli.app import call
    from milepost.market import ledger, orders

    party = ["--as", handle] if handle is not None else []

    with db.trial() as copy:
        first = len(ledger.entries(copy, order_id=order_id, account=None, limit=MANY).items)
        steps = []
        for words in actions:
            with using(Session(keeps=copy)):
                call([*party, *words])
            standing = orders.show(copy, order_id)
            steps.append(StepView(standing.now, None, " ".join(words[1:]), effect_of(standing)))
        entries = ledger.entries(copy, order_id=order_id, account=None, limit=MANY).items
        return TrialView(steps, standing, entries[first:])


def run_command(db: Database, words: Sequence[str]) -> Any:
    """Run the words of a command on an open store, and answer with its view."""
    from milepost.cli.app import call

    with using(Session(keeps=db)):
        try:
            return call(words)
        except TyperException as error:
            raise BadStep(error.format_message()) from error
