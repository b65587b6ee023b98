"""A benchmark measures something beside something else in turns, and its ratio goes into the table at the end.

`python -m pytest tests/benchmarks --benchmark-only` runs them. They report and never judge: a ratio of two things
measured a moment apart holds on any machine, but no machine is quiet enough for a test to depend on it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

import pytest


@dataclass(frozen=True)
class Ratio:
    """What was measured beside what, turn by turn in seconds, and the ratio that is wanted at most."""

    name: str
    seconds: Sequence[float]
    base_seconds: Sequence[float]
    wanted: float

    def __str__(self) -> str:
        """Medians; that of the ratios is over turns, since the two of a turn had the same machine to themselves."""
        ratio = median(one / base for one, base in zip(self.seconds, self.base_seconds, strict=True))
        both = f"{median(self.seconds):9.4f} {median(self.base_seconds):9.4f}"
        return f"{self.name:72} {both} {ratio:8.2f} {self.wanted:8.2f}"


_ratios: list[Ratio] = []
_notes: list[str] = []
Measure = Callable[..., None]


@pytest.fixture
def beside(benchmark: Any) -> Measure:
    """Measures `subject` beside `base`, in turns; both take what `prepare` makes anew for each."""

    def measure(
        name: str,
        subject: Callable[..., object],
        base: Callable[..., object],
        *,
        wanted: float,
        rounds: int,
        prepare: Callable[[], tuple[object, ...]] = tuple,
    ) -> None:
        base_seconds = []

        def turn() -> tuple[tuple[object, ...], dict[str, object]]:
            given = prepare()
            begin = perf_counter()
            base(*given)
            base_seconds.append(perf_counter() - begin)
            return prepare(), {}

        benchmark.pedantic(subject, setup=turn, rounds=rounds, warmup_rounds=1)
        _ratios.append(Ratio(name, benchmark.stats.stats.data, base_seconds[1:], wanted))

    return measure


@pytest.fixture
def note() -> Callable[[str], None]:
    """Adds a line under the table."""
    return _notes.append


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the table of ratios."""
    if _ratios:
        terminalreporter.section("ratios")
        terminalreporter.write_line(f"{'':72} {'seconds':>9} {'beside':>9} {'ratio':>8} {'wanted':>8}")
    for line in [*map(str, _ratios), *_notes]:
        terminalreporter.write_line(line)
