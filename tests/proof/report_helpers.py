"""How much is done, short and long, and the table of what was done."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

_KEY, _GUARDS_KEY = "proof", "guard"
_HEAD = ("what", "done", "faults", "rate")


class Count(NamedTuple):
    """How many of something are done, in the short and in the long form."""

    told: str
    short: int
    long: int


COUNTS: Mapping[str, Count] = {
    "kills": Count("Kills of writing commands, a fifth of them at a chosen system call", 300, 10_000),
    "histories": Count("Histories of several processes on shared orders", 30, 10_000),
    "inputs": Count("Hostile argument vectors, files and stores", 6_000, 1_000_000),
    "guards": Count("Guards removed one at a time, up to all", 10, 1_000),
}


class Line(NamedTuple):
    """A line of the table: what was done, how often, in what time, and how often something was wrong."""

    what: str
    done: int
    faults: int
    seconds: float

    @property
    def cells(self) -> tuple[str, ...]:
        """As the table shows it."""
        return self.what, f"{self.done:,}", f"{self.faults:,}", f"{self.done / self.seconds * 60:,.0f}/min"


class Size(NamedTuple):
    """What is to be done: the form, how many of each, and what all random choices begin with."""

    long: bool
    seed: int
    kills: int
    histories: int
    inputs: int
    guards: int

    @staticmethod
    def of(config: pytest.Config) -> "Size":
        """As asked for on the command line; what is not said there is said by the form."""
        long = bool(config.getoption("--long"))
        counts = {name: config.getoption(f"--{name}") for name in COUNTS}
        chosen = {
            name: (COUNTS[name].long if long else COUNTS[name].short) if given is None else int(given)
            for name, given in counts.items()
        }
        return Size(long, int(config.getoption("--seed")), **chosen)


def summarize(reporter: Any) -> None:
    """Print the lines of all tests that have some, also of tests that ran in other processes."""
    told = [
        one
        for reports in reporter.stats.values()
        for report in reports
        if getattr(report, "when", None) == "call"
        for one in report.user_properties
    ]
    guards = sorted(value for key, value in told if key == _GUARDS_KEY)
    if guards:
        reporter.section("guards, and the tests that fail without them")
    for guard, test in guards:
        reporter.write_line(f"{guard} → {test}")
    lines = [Line(*value) for key, value in told if key == _KEY]
    if not lines:
        return
    rows = [_HEAD, *(line.cells for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    rows.insert(1, tuple("-" * width for width in widths))
    reporter.section("proof")
    for row in rows:
        reporter.write_line(f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |")


def note(request: pytest.FixtureRequest, line: Line) -> None:
    """Let a line of this test stand in the table."""
    request.node.user_properties.append((_KEY, tuple(line)))


def note_guard(request: pytest.FixtureRequest, guard: str, test: str) -> None:
    """Let a guard stand in the list, with what fails without it."""
    request.node.user_properties.append((_GUARDS_KEY, (guard, test)))
