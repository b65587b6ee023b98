"""What the tests of the core recorded is told at the end of the run."""

from typing import Any


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the properties of the tests that passed."""
    told = [one for report in terminalreporter.getreports("passed") for one in report.user_properties]
    if told:
        terminalreporter.section("recorded")
    for name, value in told:
        terminalreporter.write_line(f"{name}: {value}")
