"""What is wrong in a store, and what can be done."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class DiagnosisView(NamedTuple):
    """Something that a check found wrong: with an order, or with the store as a whole."""

    check: str
    order: int | None
    fault: str
    remedy: str


class DoctorView(NamedTuple):
    """Whether a store is sound; `checked` says how much there was of what was looked at."""

    sound: bool
    findings: Sequence[DiagnosisView]
    checked: Mapping[str, int]

    @property
    def failed(self) -> bool:
        """Whether the exit code says so too."""
        return not self.sound


class RebuiltView(NamedTuple):
    """A store that was made anew at `path`, and what is still wrong in it.

    `path` is None if it was refused, for what the findings say.
    """

    path: str | None
    findings: Sequence[DiagnosisView]
    checked: Mapping[str, int]

    @property
    def failed(self) -> bool:
        """Whether the exit code says so too."""
        return bool(self.findings)


class BackupView(NamedTuple):
    """A copy of a store, and how much there is in it."""

    path: str
    bytes: int
    checked: Mapping[str, int]
