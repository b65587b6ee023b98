"""Chance, from a seed alone."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

_Item = TypeVar("_Item")


class Dice:
    """Chance that depends on `seed` alone.

    It asks `Random` for nothing but `random` and `getrandbits`, whose answers no version of Python changes.
    """

    def __init__(self, seed: int) -> None:
        source = Random(seed)
        self.random = source.random
        self._bits = source.getrandbits

    def chance(self, probability: float) -> bool:
        """True as often as said."""
        return self.random() < probability

    def between(self, least: int, most: int) -> int:
        """A whole number of these and all between."""
        return least + int(self.random() * (most - least + 1))

    def pick(self, some: Sequence[_Item]) -> _Item:
        """One of them."""
        return some[int(self.random() * len(some))]

    def pick_early(self, some: Sequence[_Item]) -> _Item:
        """One of them, the early ones more often: half of the time one of the first quarter."""
        return some[int(self.random() ** 2 * len(some))]

    def shuffled(self, some: Sequence[_Item]) -> list[_Item]:
        """All of them, in any order."""
        return sorted(some, key=lambda _: self.random())

    def sha256(self) -> str:
        """What could be a file's hash."""
        return f"{self._bits(256):064x}"
