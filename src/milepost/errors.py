"""What can go wrong: one base class, and the kinds beside a refusal by a rule (`rules.RuleError`).

All are told in one place, at the command line. A mistake of the program itself is none of these.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any


class MilepostError(Exception):
    """Whatever a user can be told: what was asked for is refused, is not there, or cannot be read or stored.

    It can be sent from one process to another, whatever it is made from.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        return _remade, (type(self), self.args, self.__dict__)


def _remade(kind: type[MilepostError], args: tuple[Any, ...], fields: dict[str, Any]) -> MilepostError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(fields)
    return error


class NotShown(MilepostError):
    """What was asked for is done, and the answer could not be written to where it was to go."""


class NotFound(MilepostError):
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


class BadFile(MilepostError):
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


class StoreError(MilepostError):
    """The store cannot be used: missing, foreign, newer, damaged, read-only, full.

    `why` is what is wrong, without `undone`, what has become of what was asked for.
    """

    def __init__(self, why: str, undone: str = "") -> None:
        super().__init__(f"{why}; {undone}" if undone else why)
        self.why = why


class StoreDamaged(StoreError):
    """The store holds what this program never wrote; `values` says where, as far as it is known: table, row."""

    def __init__(self, found: str, values: Mapping[str, str | int] = MappingProxyType({})) -> None:
        super().__init__(f"the store is damaged: {found}")
        self.values = values


class ClockAhead(StoreError):
    """The machine's clock is too far ahead of the store's to be followed unasked; `values`: until, timers."""

    def __init__(self, message: str, values: Mapping[str, str | int]) -> None:
        super().__init__(message)
        self.values = values


class StoreMissing(StoreError):
    """There is no store at this path yet."""


class StoreBusy(StoreError):
    """Another process holds the store; nothing was done."""
