"""How a batch of commands went."""

from typing import NamedTuple


class BatchView(NamedTuple):
    """How many of its commands were carried out, and how many failed."""

    done: int
    failed: int
