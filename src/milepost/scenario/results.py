"""How each of some scenario files went."""

from typing import NamedTuple

from milepost.errors import BadFile
from milepost.views.scenarios import PlayedView


class Result(NamedTuple):
    """How a file went: its story as it was played, or why it cannot be; and how many seconds that took."""

    name: str
    played: PlayedView | None
    broken: BadFile | None
    seconds: float

    @property
    def failed(self) -> bool:
        """Whether it cannot be played, or went another way than written."""
        return self.played is None or self.played.failed
