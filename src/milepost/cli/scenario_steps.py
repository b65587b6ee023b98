"""Scenarios on the command line: each step's words run through the same commands as a shell's."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from typer.exceptions import TyperException

from milepost import data
from milepost.cli import grammar
from milepost.cli.app import call_one_of_many
from milepost.cli.error_text import usage_message
from milepost.cli.session import Session, using
from milepost.policy import Policy
from milepost.rules import RuleError
from milepost.scenario import file
from milepost.scenario.file import Scenario
from milepost.scenario.play import BadStep, play, play_in
from milepost.store.db import Database
from milepost.views.base import View
from milepost.views.scenarios import PlayedView

STORY = ("stories", "demo.toml")


def demo(name: str | None) -> PlayedView:
    """Play a file's story, or the shipped one."""
    return play_file(load(name) if name else file.parse(data.text(*STORY), STORY[-1], grammar.read))


def load(name: str, policy: Policy | None = None) -> Scenario:
    """The scenario in a file, its steps in the words of this command line, under another policy if one is given.

    Raises `BadFile` with all its faults.
    """
    scenario = file.load(name, grammar.read)
    return replace(scenario, policy=policy) if policy is not None else scenario


def play_file(scenario: Scenario) -> PlayedView:
    """Play a story in memory."""
    return play(scenario, run_command)


def play_kept(scenario: Scenario, path: Path) -> PlayedView:
    """Play a story and keep its store: in a new file, which is there once all of it was played, and not before.

    Raises `StoreError` if there is something at its path.
    """
    from milepost.market import stores

    stores.check_new(path)
    db = stores.create_memory(start=scenario.start, policy=scenario.policy)
    try:
        played = play_in(scenario, db, run_command)
        stores.keep(db, path)
    finally:
        db.close()
    return played


def run_command(db: Database, words: Sequence[str]) -> View | int:
    """Run the words of a command on an open store, and answer with its view."""
    with using(Session(keeps=db)):
        try:
            return call_one_of_many(words)
        except TyperException as error:
            if isinstance(error.__cause__, RuleError):
                raise error.__cause__ from error  # text that a rule asks for otherwise: a story may expect it
            raise BadStep(usage_message(error)) from error
