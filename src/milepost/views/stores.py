"""A store, as it was made."""

from typing import NamedTuple

from milepost.views.base import Instant


class StoreView(NamedTuple):
    """A store, as `init` made it."""

    path: str
    clock: Instant
    clock_mode: str
    policy: str
