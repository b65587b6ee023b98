"""Stories: as they were played, compared and explored; and trials, which are stories that nobody wrote down."""

from collections.abc import Sequence
from typing import NamedTuple

from milepost.views.base import Instant
from milepost.views.money import EntryView
from milepost.views.orders import OrderView


class StepView(NamedTuple):
    """Something that happened in a story: a step or a timer, at its instant, and what it led to.

    `line` is the step's in the file, None for a timer; `ok` is False where the story went another way than written.
    """

    at: Instant
    line: int | None
    step: str
    effect: str
    ok: bool = True


class TrialView(NamedTuple):
    """What would follow from some actions; nothing of it was saved."""

    steps: Sequence[StepView]
    order: OrderView
    ledger: Sequence[EntryView]


class ExpectationView(NamedTuple):
    """One thing that had to be true, and what was found."""

    at: Instant
    line: int
    what: str
    expected: str
    found: str

    @property
    def ok(self) -> bool:
        """Whether it was true."""
        return self.expected == self.found


class PlayedView(NamedTuple):
    """A story that was played: its steps, its expectations, and how its orders and the money stand at its end."""

    name: str
    title: str
    policy: str
    passed: bool
    steps: Sequence[StepView]
    expectations: Sequence[ExpectationView]
    orders: Sequence[OrderView]
    ledger: Sequence[EntryView]

    @property
    def failed(self) -> bool:
        """Whether the exit code says so too."""
        return not self.passed


class ComparedView(NamedTuple):
    """What a story came to for one order under one policy; `refused` are the steps that this policy did not let be."""

    policy: str
    order: int | None
    status: str
    reason: str | None
    ended_at: Instant | None
    charged_cents: int
    refunded_cents: int
    released_cents: int
    fees_cents: int
    refused: Sequence[str]


class OutcomeView(NamedTuple):
    """The best or the worst end for a side, and a shortest way that leads there."""

    side: str
    which: str
    status: str
    reason: str
    seller_cents: int
    client_cents: int
    approved: int
    path: Sequence[str]


class ExploredView(NamedTuple):
    """Every way that an order can go: its states and transitions, the ends, the paths of at most `steps_max` steps.

    `cut_at` is the bound on states that stopped the walk, None if it is whole; `broken` are paths to states in which
    the money is not conserved.
    """

    order: int
    states: int
    transitions: int
    ends: int
    paths: int
    steps_max: int
    cut_at: int | None
    broken: Sequence[str]
    outcomes: Sequence[OutcomeView]

    @property
    def failed(self) -> bool:
        """Whether the exit code says so too."""
        return bool(self.broken)


class FileFaultView(NamedTuple):
    """What is wrong in a file, and where."""

    message: str
    line: int | None
    column: int | None
    rule: str | None


class BrokenView(NamedTuple):
    """A file that cannot be played."""

    name: str
    faults: Sequence[FileFaultView]


class SuiteView(NamedTuple):
    """Some stories that were played; `brief` shows a line each, `quiet` only those that went another way.

    `broken` are the files that could not be played; `left` is how many were not come to, since one before failed.
    """

    played: Sequence[PlayedView]
    brief: bool
    quiet: bool
    broken: Sequence[BrokenView] = ()
    left: int = 0

    @property
    def failed(self) -> bool:
        """Whether the exit code says so too."""
        return bool(self.broken) or any(view.failed for view in self.played)
