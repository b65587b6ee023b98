"""A plugin of pytest's that tells of tests as they begin and fail: a word and an id a line, to the file `TOLD_TO`."""

import os

import pytest


def pytest_runtest_logstart(nodeid: str) -> None:
    """Tell that it begins."""
    _tell("begins", nodeid)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Tell if it fails."""
    if report.failed:
        _tell("fails", report.nodeid)


def _tell(what: str, nodeid: str) -> None:
    with open(os.environ["TOLD_TO"], "a", encoding="utf-8") as told:
        told.write(f"{what} {nodeid}\n")
