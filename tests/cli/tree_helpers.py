"""The commands that there are, as Typer has them."""

import re
import shlex
from collections.abc import Iterator
from typing import Any

from typer.core import TyperGroup
from typer.exceptions import TyperException

from milepost.cli.app import NOUNS, LazyCommand


def _loaded() -> Iterator[tuple[str, Any]]:
    for name, noun in NOUNS.items():
        command = LazyCommand(name, noun.module, noun.line).load()
        yield name, command
        if isinstance(command, TyperGroup):
            yield from ((f"{name} {verb}", one) for verb, one in command.commands.items())


COMMANDS = dict(_loaded())  # by their words: nouns and verbs
VERBS = {words: command for words, command in COMMANDS.items() if not isinstance(command, TyperGroup)}

# What stands in a printed command for what its reader is to say, and something that could be said.
FILLED = {
    "ACCOUNT": "escrow:1", "AMOUNT": "5.00", "DAYS": "5", "FILE": "logo.svg", "GIG": "1", "HANDLE": "ana",
    "MILESTONE": "1", "NAME": "Ink", "NUMBER": "1", "PACKAGE": "basic", "PRICE": "50.00", "REASON": "late",
    "RECORD": f"a.zip:7:{'5e' * 32}", "TEXT": "so it is", "TIME": "+1d", "URL": "https://example.com",
}  # fmt: skip
_OPEN = re.compile(rf"\b({'|'.join(FILLED)})\b")


def filled(line: str) -> list[str]:
    """The words of a printed command after the program's name, as somebody would type them; `…` stands for nothing."""
    program, *words = shlex.split(line)
    assert program == "milepost", line
    return [_OPEN.sub(lambda match: FILLED[match[0]], word) for word in words if word != "…"]


def fault(words: list[str]) -> str | None:
    """What Typer finds wrong with the words of a command."""
    while words[0] in ("--db", "--as"):
        words = words[2:]
    count = next((count for count in (2, 1) if len(words) >= count and " ".join(words[:count]) in VERBS), 0)
    if not count:
        return None if words[-1] == "--help" and " ".join(words[:-1]) in COMMANDS else f"there is no {words}"
    if words[count:] == ["--help"]:
        return None
    try:
        VERBS[" ".join(words[:count])].make_context(words[count - 1], words[count:])
    except TyperException as error:
        return str(error.format_message())
    return None
