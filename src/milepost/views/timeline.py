"""Timelines: what each milestone was doing when, on one scale."""

from collections.abc import Sequence
from typing import NamedTuple

from milepost.views.base import Instant


class SegmentView(NamedTuple):
    """A stretch of time in which a milestone was in one kind of state: planned, work, review, revision, waiting."""

    kind: str
    begins_at: Instant
    ends_at: Instant


class TimelineRowView(NamedTuple):
    """A bar of a timeline: a milestone's, or a whole order's; `deadlines` are the instants that matter on it."""

    order: int
    milestone: int | None
    label: str
    state: str
    segments: Sequence[SegmentView]
    deadlines: Sequence[Instant]


class TimelineView(NamedTuple):
    """Bars on one scale."""

    title: str
    now: Instant
    rows: Sequence[TimelineRowView]
    more: bool = False
