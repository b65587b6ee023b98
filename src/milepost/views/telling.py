"""Orders told in other ways: in words, as a chart, as a trial, as a story that was played."""

from dataclasses import dataclass, field
from typing import Any

from milepost.views.money import EntryView
from milepost.views.orders import OrderView, TimerView


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """What a party can do now, what it leads to, what it costs or pays, and the command for it."""

    by: str
    action: str
    leads_to: str
    money: list[str]
    command: str


@dataclass(frozen=True, slots=True)
class ExplainView:
    """An order in plain words: what happened, whose turn it is, what the clock will do, and what each choice means."""

    order: int
    title: str
    sentences: list[str]
    turn: str | None
    rule: str | None
    timer: TimerView | None
    choices: list[ChoiceView]


@dataclass(frozen=True, slots=True)
class SegmentView:
    """A stretch of time in which a milestone was in one kind of state: planned, work, review, revision, waiting."""

    kind: str
    begins_at: str
    ends_at: str


@dataclass(frozen=True, slots=True)
class TimelineRowView:
    """A bar of a timeline: a milestone's, or a whole order's; `deadlines` are the instants that matter on it."""

    order: int
    milestone: int | None
    label: str
    state: str
    segments: list[SegmentView]
    deadlines: list[str]


@dataclass(frozen=True, slots=True)
class TimelineView:
    """Bars on one scale."""

    title: str
    now: str
    rows: list[TimelineRowView]
    more: bool = False


@dataclass(frozen=True, slots=True)
class StepView:
    """Something that happened in a story: a step or a timer, at its instant, and what it led to.

    `line` is the step's in the file, None for a timer; `ok` is False where the story went another way than written.
    """

    at: str
    line: int | None
    step: str
    effect: str
    ok: bool = True


@dataclass(frozen=True, slots=True)
class TrialView:
    """What would follow from some actions; nothing of it was saved."""

    steps: list[StepView]
    order: OrderView
    ledger: list[EntryView]


@dataclass(frozen=True, slots=True)
class TickView:
    """A tick: where the clock is now, and what fired; `count` counts what `fired` has no room for too."""

    clock: str
    fired: list[dict[str, Any]] = field(default_factory=list)
    count: int = 0


@dataclass(frozen=True, slots=True)
class ExpectationView:
    """One thing that had to be true, and what was found."""

    at: str
    line: int
    what: str
    expected: str
    found: str

    @property
    def ok(self) -> bool:
        """Whether it was true."""
        return self.expected == self.found


@dataclass(frozen=True, slots=True)
class PlayedView:
    """A story that was played: its steps, its expectations, and how its orders and the money stand at its end."""

    name: str
    title: str
    policy: str
    passed: bool
    steps: list[StepView]
    expectations: list[ExpectationView]
    orders: list[OrderView]
    ledger: list[EntryView]

    @property
    def failed(self) -> bool:
        """Whether the exit code says so too."""
        return not self.passed


@dataclass(frozen=True, slots=True)
class ComparedView:
    """What a story came to for one order under one policy; `refused` are the steps that this policy did not let be."""

    policy: str
    order: int | None
    status: str
    reason: str | None
    ended_at: str | None
    charged_cents: int
    refunded_cents: int
    released_cents: int
    fees_cents: int
    refused: list[str]


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """The best or the worst end for a side, and a shortest way that leads there."""

    side: str
    which: str
    status: str
    reason: str
    seller_cents: int
    client_cents: int
    approved: int
    path: list[str]


@dataclass(frozen=True, slots=True)
class ExploredView:
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
    broken: list[str]
    outcomes: list[OutcomeView]

    @property
    def failed(self) -> bool:
        """Whether the exit code says so too."""
        return bool(self.broken)


@dataclass(frozen=True, slots=True)
class SuiteView:
    """Some stories that were played; `brief` shows a line each, `quiet` only those that went another way."""

    played: list[PlayedView]
    brief: bool
    quiet: bool

    @property
    def failed(self) -> bool:
        """Whether the exit code says so too."""
        return any(view.failed for view in self.played)
