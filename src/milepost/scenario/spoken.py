"""Commands as they stand in a file: their words, with names in the places of ids.

A step of a scenario is one, and so is a line of a batch.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from milepost.files.words import split_words, unreadable

_REF = re.compile("[a-z][a-z0-9_-]{0,39}", re.ASCII)


class Reading(NamedTuple):
    """What the command line understands of a command's words: where the ids are, and what is wrong with the words.

    `ids` hold the number of each word that is an id, or ends with one as in `--order=job`, and where in it that starts.
    `rule` is what the faulty part was read for, an amount's say, if there is a rule.
    """

    ids: Mapping[int, int]
    fault: str | None = None
    rule: str | None = None


Grammar = Callable[[Sequence[str]], Reading]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """The words of a command, which of them are ids, and the name that `as NAME` at its end gives to what it makes."""

    words: tuple[str, ...] = ()
    ids: Mapping[int, int] = field(default_factory=dict)
    binds: str | None = None

    @property
    def refs(self) -> list[str]:
        """What stands in the words where ids are expected."""
        return [self.words[number][start:] for number, start in self.ids.items()]

    def spoken(self, refs: Mapping[str, int]) -> list[str]:
        """The words with ids in the place of refs."""
        told = list(self.words)
        for number, start in self.ids.items():
            word = told[number]
            told[number] = word[:start] + str(refs.get(word[start:], word[start:]))
        return told


def is_ref(text: str) -> bool:
    """Whether a text can be a name for what a file makes."""
    return _REF.fullmatch(text) is not None


def words_of(text: str) -> tuple[tuple[str, ...], str | None]:
    """The words of a command, none if they cannot be read, and the name that `as NAME` at its end gives."""
    try:
        words = split_words(text)
    except ValueError:
        return (), None
    if len(words) > 2 and words[-2] == "as":
        return tuple(words[:-2]), words[-1]
    return tuple(words), None


def faults(command: Spoken, text: str, refs: Collection[str | None]) -> Iterator[str]:
    """What is wrong with a command beside others that made `refs` before it, whatever its words mean."""
    if not command.words:
        yield unreadable(text)
    if command.binds is not None and not is_ref(command.binds):
        yield f"{command.binds!r} cannot be a name: small letters, digits, - and _"
    if command.binds is not None and command.binds in refs:
        yield f"{command.binds!r} is the name of something else already"
    for ref in command.refs:
        if not ref.isdecimal() and ref not in refs:
            yield f"there is no {ref!r} before this step"
