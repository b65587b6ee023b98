"""The option that renews the counts of walks, and what tests recorded, told at the end of the run."""

from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add it."""
    parser.addoption("--renew-counts", action="store_true", help="Write tests/core/counts.json anew from the walks.")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the properties of the tests that passed."""
    told = [one for report in terminalreporter.getreports("passed") for one in report.user_properties]
    if told:
        terminalreporter.section("recorded")
    for name, value in told:
        terminalreporter.write_line(f"{name}: {value}")
