"""What the parties have to do, and how a store stands."""

from typing import NamedTuple

from milepost.views.base import Instant
from milepost.views.orders import TimerView


class TaskView(NamedTuple):
    """Something that a party has to do: by when, if something hurries it, about what, and by which command."""

    at: Instant | None
    late: bool
    handle: str
    party: str
    order: int | None
    offer: int | None
    title: str
    milestone: int | None
    what: str
    command: str


class StatusView(NamedTuple):
    """How a store stands: its clock and policy, what there is in it, and what comes next."""

    path: str
    clock: Instant
    clock_mode: str
    policy: str
    gigs: int
    offers_sent: int
    orders: int
    orders_active: int
    requests_open: int
    next_timer: TimerView | None
    next_task: TaskView | None
