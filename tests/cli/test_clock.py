"""The store's clock: frozen unless ticked, or the machine's."""

import json
from types import SimpleNamespace

import pytest

from cli.shell_helpers import START, Shell
from milepost import times

NOW = times.parse_instant(START, clock=0)


def set_machine(monkeypatch: pytest.MonkeyPatch, now: int) -> None:
    """Set the machine's clock, as the program reads it."""
    monkeypatch.setattr("milepost.cli.session.time", SimpleNamespace(time=lambda: float(now)))


def test_a_simulated_clock_stands_still_whatever_the_machine_s_does(
    empty: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_machine(monkeypatch, NOW)
    assert empty.json("init")["clock"] == START
    set_machine(monkeypatch, NOW + 100 * times.DAY)
    empty.ok(f"order deliver {empty.order()}")
    assert empty.json("order show 1")["now"] == START


def test_a_system_clock_ticks_to_the_machine_s_time_before_each_command(
    empty: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_machine(monkeypatch, NOW)
    told = empty.json("init --clock system")
    assert (told["clock"], told["clock_mode"]) == (START, "system")
    empty.ok(f"order deliver {empty.order()}")
    set_machine(monkeypatch, NOW + times.HOUR)
    assert empty.json("order show 1")["now"] == "2026-01-05T10:00:00Z"
    set_machine(monkeypatch, NOW + 9 * times.DAY)
    assert empty.refused("order approve 1") == "stop-final"
    ended = empty.json("order show 1")
    assert (ended["reason"], ended["completed_at"]) == ("review-expired", "2026-01-13T09:00:00Z")


def test_a_system_clock_does_not_go_back_with_the_machine_s(empty: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    set_machine(monkeypatch, NOW)
    empty.ok("init --clock system")
    empty.order()
    set_machine(monkeypatch, NOW - times.DAY)
    assert empty.json("order show 1")["now"] == START


def test_a_tick_to_now_moves_to_the_machine_s_time(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    set_machine(monkeypatch, NOW + times.DAY)
    assert shell.json("order tick --now now")["clock"] == "2026-01-06T09:00:00Z"
    set_machine(monkeypatch, NOW)
    assert shell.refused("order tick --now now") == "clock-forward"


def test_a_tick_without_options_asks_and_does_nothing_where_nobody_can_be_asked(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_machine(monkeypatch, NOW + times.DAY)
    told = shell("order tick")
    assert (told.code, told.out) == (2, "")
    assert "say where to: --now TIME (--now now: the machine's time), --by, --next or --until-done" in told.err
    questions: list[str] = []
    monkeypatch.setattr("milepost.cli.order_clock.asks", lambda: True)
    monkeypatch.setattr("milepost.cli.order_clock.confirm", questions.append)
    assert shell.json("order tick")["clock"] == "2026-01-06T09:00:00Z"
    assert questions == ["Move the store's clock to the machine's time, 2026-01-06T09:00:00Z?"]


@pytest.mark.parametrize("options", ["--by 1s", "--now +1h", "--next", "--until-done 1", "--by 1d --dry-run"])
def test_a_clock_that_follows_the_machine_s_never_runs_ahead_of_it(
    empty: Shell, monkeypatch: pytest.MonkeyPatch, options: str
) -> None:
    set_machine(monkeypatch, NOW)
    empty.ok("init --clock system")
    empty.ok(f"order deliver {empty.order()}")
    assert empty.refused(f"order tick {options}") == "time-format"
    assert empty.json("order tick --now now")["clock"] == START
    assert empty.json("order show 1")["now"] == START


@pytest.mark.parametrize(
    ("options", "clock"),
    [
        ("--now 2026-03-01", "2026-03-01T00:00:00Z"),
        ("--now 2026-03-01T10:00:00+02:00", "2026-03-01T08:00:00Z"),
        ("--now +8d12h", "2026-01-13T21:00:00Z"),
        ("--by 36h", "2026-01-06T21:00:00Z"),
        ("--by +1m", "2026-01-05T09:01:00Z"),
        ("--by 0s", START),
    ],
)
def test_a_tick_takes_instants_and_durations(shell: Shell, options: str, clock: str) -> None:
    assert shell.json(f"order tick {options}")["clock"] == clock


@pytest.mark.parametrize(
    "options",
    [
        "--now yesterday", "--now 5", "--now 2026-02-30", "--now 2026-03-01T10:00:00", "--now 2101-01-01",
        "--now 2026-03-01T10:00:00.5Z", "--by ''", "--by -- -1d", "--by 1y", "--by 2026-03-01", "--by 99999d",
    ],
)  # fmt: skip
def test_a_tick_takes_nothing_else_and_the_clock_stays(shell: Shell, options: str) -> None:
    told = shell(f"order tick {options}")
    assert told.code in (2, 4)
    assert told.err.startswith("error: ")
    assert shell.json("order tick --by 0s")["clock"] == START


def test_two_ticks_leave_what_one_leaves(shell: Shell) -> None:
    other = Shell(shell.db.with_name("other.db"))
    other.init()
    for one in (shell, other):
        one.ok(f"order deliver {one.order()}")
    shell.ok("order tick --by +3d")
    shell.ok("order tick --by +6d")
    other.ok("order tick --by +9d")
    for line in ("order show 1", "ledger show", "order history 1"):
        assert shell.json(line) == other.json(line)


# ── A machine's clock that is wrong ─────────────────────────────────────────────────────────────────────────────────


def test_a_machine_s_clock_that_is_years_ahead_is_told_and_not_followed(
    empty: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_machine(monkeypatch, NOW)
    empty.ok("init --clock system")
    empty.ok(f"order deliver {empty.order()}")
    set_machine(monkeypatch, NOW + 60 * times.DAY + 1)
    for line in ("order list", "order approve 1", "rules"):
        told = empty(line)
        assert (told.code, told.out) == (6, "")
        error, hint = told.err.splitlines()
        assert "2026-03-06T09:00:01Z, 60 days after this store's: 1 timers would fire, for good" in error
        assert hint == "hint: milepost order tick --now 2026-03-06T09:00:01Z"
    told = empty("order list --json")
    assert json.loads(told.err)["error"]["values"] == {"until": "2026-03-06T09:00:01Z", "timers": 1}
    set_machine(monkeypatch, NOW + times.HOUR)
    assert empty.json("order show 1")["phase"] == "review"


def test_the_tick_that_is_told_brings_a_store_up_to_the_machine_s_clock(
    empty: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_machine(monkeypatch, NOW)
    empty.ok("init --clock system")
    empty.ok(f"order deliver {empty.order()}")
    set_machine(monkeypatch, NOW + 90 * times.DAY)
    hint = empty("order list").err.splitlines()[1]
    assert empty.json("order tick --now now --dry-run")["clock"] == "2026-04-05T09:00:00Z"
    empty.ok(hint.removeprefix("hint: milepost "))
    assert empty.json("order show 1")["reason"] == "review-expired"


@pytest.mark.parametrize("now", [0, -1, 946_684_799, 4_133_980_800, 2**63 - 1, 2**70])
def test_a_machine_s_clock_outside_the_years_that_there_are_is_told(
    empty: Shell, monkeypatch: pytest.MonkeyPatch, now: int
) -> None:
    set_machine(monkeypatch, now)
    assert empty.refused("init") == "time-format"
    empty.ok(f"init --start {START}")
    assert empty.json("gig list") == []
    assert empty.refused("order tick --now now") == "time-format"
    empty.db.unlink()
    set_machine(monkeypatch, NOW)
    empty.ok("init --clock system")
    set_machine(monkeypatch, now)
    assert empty.refused("gig list") == "time-format"
