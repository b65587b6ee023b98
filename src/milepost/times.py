"""Time: instants are whole UTC seconds since 1970 in integers, durations are seconds.

Parsing, formatting and calendar months live here. Nothing here reads the machine's clock.
"""

import calendar
import re
from datetime import UTC, date, datetime
from typing import NamedTuple

from milepost.rules import TIME_FORMAT

MINUTE, HOUR, DAY, WEEK = 60, 3_600, 86_400, 604_800
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MIN_INSTANT = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp())
MAX_INSTANT = int(datetime(2100, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())

_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?P<offset>[Zz]|[+-][0-9]{2}:[0-9]{2})?)?",
    re.ASCII,
)
_DURATION = re.compile(
    r"\+?(?=[0-9])(?:([0-9]{1,4})w)?(?:([0-9]{1,5})d)?(?:([0-9]{1,6})h)?(?:([0-9]{1,7})m)?(?:([0-9]{1,9})s)?", re.ASCII
)


class When(NamedTuple):
    """A time as it was written: an instant, or, where there is none, so many seconds later than the clock."""

    text: str
    instant: int | None
    later_seconds: int = 0

    def at(self, clock: int) -> int:
        """The instant that it names. Raises `time-format` beyond the years 2000-2100."""
        return _within_bounds(clock + self.later_seconds if self.instant is None else self.instant, self.text)


def parse_when(given: str | datetime | date) -> When:
    """The time that a text names; a duration, with or without a `+`, counts from the clock.

    Raises `time-format`: unreadable where the form is unknown or has no offset or a fraction of a second; refused where
    the year is outside 2000-2100.
    """
    text = given if isinstance(given, str) else given.isoformat()
    match = _INSTANT.fullmatch(text)
    if not match and is_relative(text):
        return parse_later(text)
    if not match:
        raise TIME_FORMAT.unreadable(given=text[:40], why="write 2026-03-01, 2026-03-01T09:00:00Z or +8d12h")
    if len(text) > len("2026-03-01") and not match["offset"]:
        raise TIME_FORMAT.unreadable(given=text, why="a time of day needs Z or an offset such as +02:00")
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        raise TIME_FORMAT.unreadable(given=text, why="no such day or time of day") from None
    seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - _EPOCH).total_seconds()
    return When(text, _within_bounds(int(seconds), text))


def is_relative(text: str) -> bool:
    """Whether a time as written counts from the clock."""
    return text.startswith("+") or _DURATION.fullmatch(text) is not None


def parse_later(duration: str) -> When:
    """The time that comes so much later than the clock. Raises `time-format`."""
    return When(duration, None, parse_duration(duration))


def parse_instant(given: str | datetime | date, *, clock: int) -> int:
    """The instant that `given` names, seen from `clock`. Raises `time-format` as `parse_when` and `When.at` do."""
    return parse_when(given).at(clock)


def parse_duration(given: str) -> int:
    """Seconds of `+8d`, `2w`, `36h`, `8d12h`, `90m`, `30s`. Raises `time-format`."""
    match = _DURATION.fullmatch(given)
    if not match:
        raise TIME_FORMAT.unreadable(given=given[:40], why="write a duration such as +8d, +36h, +8d12h or +2w")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return weeks * WEEK + days * DAY + hours * HOUR + minutes * MINUTE + seconds


def format_instant(instant: int) -> str:
    """ISO 8601 with Z, to the second. Raises `ValueError` for what is far from any instant."""
    try:
        return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OSError, OverflowError) as error:  # an OSError here would seem to be one of the output
        raise ValueError(f"{instant} is no instant") from error


def format_duration(seconds: int) -> str:
    """A duration in words of at most two units: `8d`, `8d 12h`, `1h 1m`, `0s`."""
    units = []
    for size, letter in ((DAY, "d"), (HOUR, "h"), (MINUTE, "m"), (1, "s")):
        count, seconds = divmod(seconds, size)
        if count:
            units.append(f"{count}{letter}")
    return " ".join(units[:2]) or "0s"


def exact_duration(seconds: int) -> str:
    """A duration as `parse_duration` takes it, to the second: `+8d12h`, `+0d`."""
    days, rest = divmod(seconds, DAY)
    hours, rest = divmod(rest, HOUR)
    minutes, left = divmod(rest, MINUTE)
    parts = [f"{n}{u}" for n, u in ((days, "d"), (hours, "h"), (minutes, "m"), (left, "s")) if n]
    return "+" + ("".join(parts) or "0d")


def add_months(instant: int, months: int) -> int:
    """The same time of day `months` later, on the same day of the month or on the month's last day."""
    moment = datetime.fromtimestamp(instant, UTC)
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return int(moment.replace(year=year, month=month + 1, day=day).timestamp())


def _within_bounds(instant: int, text: str) -> int:
    if not MIN_INSTANT <= instant <= MAX_INSTANT:
        raise TIME_FORMAT.refuse(given=text, why="years 2000 to 2100 are possible")
    return instant
