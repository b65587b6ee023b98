"""Time: instants and durations, read and written, and calendar months."""

import calendar
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.order_helpers import START, refused, table
from milepost import rules, times

INSTANTS = table("""
    2026-03-01                | 2026-03-01T00:00:00Z
    2026-03-01T09:00Z         | 2026-03-01T09:00:00Z
    2026-03-01 09:00:30z      | 2026-03-01T09:00:30Z
    2026-03-01T09:00:00+02:00 | 2026-03-01T07:00:00Z
    2026-03-01T01:00:00+02:00 | 2026-02-28T23:00:00Z
    2028-02-29                | 2028-02-29T00:00:00Z
    2000-01-01                | 2000-01-01T00:00:00Z
    2100-12-31T23:59:59Z      | 2100-12-31T23:59:59Z
    +0d                       | 2026-01-05T09:00:00Z
    +8d12h                    | 2026-01-13T21:00:00Z
    +36h                      | 2026-01-06T21:00:00Z
    +1d1h1m1s                 | 2026-01-06T10:01:01Z
    8d12h                     | 2026-01-13T21:00:00Z
    36h                       | 2026-01-06T21:00:00Z
    0s                        | 2026-01-05T09:00:00Z
    +2w                       | 2026-01-19T09:00:00Z
    2w                        | 2026-01-19T09:00:00Z
    3912w                     | 2100-12-27T09:00:00Z
    1w1d                      | 2026-01-13T09:00:00Z
    +1w1d1h1m1s               | 2026-01-13T10:01:01Z
""")
MONTHS = table("""
    2026-01-31 | 1  | 2026-02-28
    2028-01-31 | 1  | 2028-02-29
    2026-01-31 | 2  | 2026-03-31
    2026-01-31 | 3  | 2026-04-30
    2026-01-30 | 1  | 2026-02-28
    2026-02-28 | 1  | 2026-03-28
    2026-12-31 | 1  | 2027-01-31
    2026-11-15 | 14 | 2028-01-15
    2026-05-05 | 0  | 2026-05-05
""")
instants = st.integers(times.MIN_INSTANT, times.MAX_INSTANT)
durations = st.integers(0, 99_999 * times.DAY)


def instant(text: str) -> int:
    return times.parse_instant(text, clock=START)


@pytest.mark.parametrize(("text", "expected"), INSTANTS)
def test_a_time_is_read_in_utc_or_from_the_clock(text: str, expected: str) -> None:
    assert times.format_instant(instant(text)) == expected


@pytest.mark.parametrize(
    "text",
    ["2026-03-01T09:00:00", "2026-02-29", "2026-13-01", "2026-03-01T25:00Z", "2026-03-01T09:00:00.5Z", "20260301",
     "2026-W10", "5", "", "+", "+8", "+8y", "8x", "8W", "w", "+w", "2w2w", "1d1w", "2w-1d",
     "2 w", "2.5w", "+10000w", "-8d", "+12h8d", "now", "2026-03-01T09:00:00+24:00", "+٣d",
     "2026-03-01T09:00Z\n"],
)  # fmt: skip
def test_any_other_text_is_no_time(text: str) -> None:
    refused(rules.TIME_FORMAT, times.parse_instant, text, clock=START)


@pytest.mark.parametrize(
    "text",
    ["1999-12-31T23:59:59Z", "2101-01-01", "2000-01-01T00:00:00+00:01", "2100-12-31T23:59:59-00:01", "+99999d",
     "99999d", "9999w", "3913w",
     "0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00"],
)  # fmt: skip
def test_a_second_beyond_the_years_2000_to_2100_is_refused(text: str) -> None:
    refused(rules.TIME_FORMAT, times.parse_instant, text, clock=START)


def test_dates_and_moments_of_a_file_are_read_like_their_text() -> None:
    east = timezone(timedelta(hours=2))

    assert times.parse_instant(date(2026, 3, 1), clock=0) == instant("2026-03-01")
    assert times.parse_instant(datetime(2026, 3, 1, 9, tzinfo=UTC), clock=0) == instant("2026-03-01T09:00Z")
    assert times.parse_instant(datetime(2026, 3, 1, 9, tzinfo=east), clock=0) == instant("2026-03-01T07:00Z")


@pytest.mark.parametrize("moment", [datetime(2026, 3, 1, 9), datetime(2026, 3, 1, 9, 0, 0, 1, UTC)])  # noqa: DTZ001
def test_a_moment_without_offset_or_with_a_fraction_is_refused(moment: datetime) -> None:
    refused(rules.TIME_FORMAT, times.parse_instant, moment, clock=START)


@given(instants)
def test_an_instant_written_reads_as_itself(moment: int) -> None:
    assert times.parse_instant(times.format_instant(moment), clock=START) == moment


@given(durations)
def test_an_exact_duration_written_reads_as_itself(seconds: int) -> None:
    assert times.parse_duration(times.exact_duration(seconds)) == seconds


@given(durations)
def test_a_duration_in_words_is_off_by_less_than_its_last_unit(seconds: int) -> None:
    told = times.parse_duration(times.format_duration(seconds).replace(" ", ""))

    assert 0 <= seconds - told < times.DAY
    assert seconds - told < max(1, seconds)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, "0s"), (59, "59s"), (3_660, "1h 1m"), (8 * 86_400, "8d"), (8 * 86_400 + 43_200, "8d 12h"),
     (86_400 + 61, "1d 1m"), (90_061, "1d 1h")],
)  # fmt: skip
def test_a_duration_is_told_in_at_most_two_units(seconds: int, expected: str) -> None:
    assert times.format_duration(seconds) == expected


@given(st.integers(0, 9_999), st.integers(0, 99_999), st.integers(0, 999_999))
def test_a_duration_is_the_sum_of_its_parts_with_or_without_a_plus(weeks: int, days: int, hours: int) -> None:
    seconds = weeks * 7 * times.DAY + days * times.DAY + hours * times.HOUR

    assert times.parse_duration(f"{weeks}w{days}d{hours}h") == seconds
    assert times.parse_duration(f"+{weeks}w{days}d{hours}h") == seconds
    assert times.parse_duration(f"{weeks}w") == times.parse_duration(f"{7 * weeks}d") == weeks * times.WEEK


@given(st.integers(0, 3_900 * times.WEEK))
def test_a_duration_names_the_same_instant_with_and_without_a_plus(seconds: int) -> None:
    text = times.exact_duration(seconds)

    assert text.startswith("+")
    assert instant(text) == instant(text.removeprefix("+")) == START + seconds


def test_a_time_counts_from_the_clock_where_it_is_a_duration_and_only_there() -> None:
    assert [times.is_relative(text) for text in ("+8d", "8d", "2w", "+soon", "1w2d3h4m5s")] == [True] * 5
    assert [times.is_relative(text) for text in ("2026-01-05", "2026-01-05T09:00Z", "8", "soon", "")] == [False] * 5


@pytest.mark.parametrize("text", ["", "+", "8", "8d8", "1d-1h", "d", "100000d", "1h 1m", "++8d", "1d2w", "10000w", "w"])
def test_any_other_text_is_no_duration(text: str) -> None:
    refused(rules.TIME_FORMAT, times.parse_duration, text)


@pytest.mark.parametrize(("start", "months", "expected"), MONTHS)
def test_a_month_later_is_the_same_day_or_the_months_last(start: str, months: str, expected: str) -> None:
    assert times.add_months(instant(start), int(months)) == instant(expected)


@given(instants, st.integers(0, 24))
def test_months_keep_the_time_of_day_and_the_day_as_far_as_the_month_has_it(moment: int, months: int) -> None:
    before = datetime.fromtimestamp(moment, UTC)
    after = datetime.fromtimestamp(times.add_months(moment, months), UTC)

    assert after.time() == before.time()
    assert (after.year * 12 + after.month) - (before.year * 12 + before.month) == months
    assert after.day == min(before.day, calendar.monthrange(after.year, after.month)[1])


@pytest.mark.parametrize("instant", [2**63 - 1, -(2**63), 10**12])
def test_what_is_no_instant_is_not_formatted(instant: int) -> None:
    with pytest.raises(ValueError, match=r"is no instant|out of range"):
        times.format_instant(instant)
