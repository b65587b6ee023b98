"""Scenarios on the command line: each step's words run through the same commands as a shell's."""

from collections.abc import Sequence
from typing import Any

from typer.exceptions import TyperException

from milepost import data
from milepost.cli.session import Session, using
from milepost.scenario import file
from milepost.scenario.play import BadStep, play
from milepost.store.db import Database
from milepost.views import PlayedView

STORY = ("stories", "demo.toml")


def demo(name: str | None) -> PlayedView:
    """Play a file's story, or the shipped one."""
    scenario = file.load(name) if name else file.parse(data.text(*STORY), STORY[-1])
    return play(scenario, do)


def do(db: Database, words: Sequence[str]) -> Any:
    """Run the words of a command on an open store, and answer with its view."""
    from milepost.cli.app import call

    with using(Session(keeps=db)):
        try:
            return call(words)
        except TyperException as error:
            raise BadStep(error.format_message()) from error
