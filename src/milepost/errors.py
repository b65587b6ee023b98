"""What can go wrong beside a refusal by a rule (`rules.RuleError`): three kinds, told once, at the command line."""

from collections.abc import Sequence
from dataclasses import dataclass


class NotFound(Exception):
    """There is no such thing in the store: `noun` is its kind, `key` what was asked for."""

    def __init__(self, noun: str, key: object) -> None:
        super().__init__(f"there is no {noun} {key}")
        self.noun = noun
        self.key = key


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a file; `line` counts from 1, and is None where the file has no place for it."""

    message: str
    line: int | None = None
    column: int | None = None
    rule: str | None = None


class BadFile(Exception):
    """A file that cannot be used, with all its faults."""

    def __init__(self, name: str, faults: Sequence[Fault]) -> None:
        super().__init__(name, *faults)
        self.name = name
        self.faults = tuple(faults)

    def __str__(self) -> str:
        return "\n".join(f"{self.place(fault)}: {fault.message}" for fault in self.faults)

    def place(self, fault: Fault) -> str:
        """`file:line:column`, as far as it is known."""
        return ":".join(str(part) for part in (self.name, fault.line, fault.column) if part is not None)


class StoreError(Exception):
    """The store cannot be used: missing, foreign, newer, damaged, read-only, full."""


class StoreMissing(StoreError):
    """There is no store at this path yet."""


class StoreBusy(StoreError):
    """Another process holds the store; nothing was done."""
