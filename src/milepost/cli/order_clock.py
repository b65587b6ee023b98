"""`milepost order tick`: the clock."""

from typing import TYPE_CHECKING, Annotated

import typer

from milepost import times
from milepost.cli.keyed import changes
from milepost.cli.options import Limit, duration, id_option, moment
from milepost.cli.session import asks, confirm, machine_now, make_way, note, store

if TYPE_CHECKING:
    from milepost.store.db import Database
    from milepost.views.clock import TickView

app = typer.Typer()
NOW = "now"


def _moment_or_now(text: str) -> times.When:
    return times.When(text, machine_now()) if text == NOW else moment(text)


@app.command()
@changes
def tick(
    now: Annotated[
        times.When | None,
        typer.Option(
            metavar="TIME", parser=_moment_or_now, help="Move the clock to this time; `now` is the machine's."
        ),
    ] = None,
    by: Annotated[
        times.When | None,
        typer.Option(metavar="DURATION", parser=duration, help="Move the clock on by this, such as +8d."),
    ] = None,
    next_one: Annotated[bool, typer.Option("--next", help="Move the clock to the next timer.")] = False,
    until_done: Annotated[int | None, id_option("--until-done", "ORDER", "Until this order has ended.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would fire, and save nothing.")] = False,
    limit: Limit = 100,
) -> "TickView":
    """Move the store's clock on and fire what is due, each timer at its own instant.

    The clock never moves back, and the clock of a store that follows the machine's never runs ahead of it. Without
    options it is asked, at a terminal, whether to move to the machine's time.

    \b
    Examples:
      milepost order tick --now 2026-03-01
      milepost order tick --by +8d --dry-run
      milepost order tick --next
    """
    given = [option for option in (now, by, until_done) if option is not None]
    if len(given) + next_one > 1:
        raise typer.BadParameter("give one of --now, --by, --next, --until-done")
    if not given and not next_one:
        now = _asked()
    if dry_run:
        note("A dry run: nothing of this is saved.")
        with store(ticks=True).snapshot() as copy:
            return _tick(copy, now or by, next_one, until_done, limit)
    return _tick(store(ticks=True), now or by, next_one, until_done, limit)


def _asked() -> times.When:
    """The machine's time, if that is meant: a clock that has moved on never comes back."""
    if not asks():
        raise typer.BadParameter(
            "say where to: --now TIME (--now now: the machine's time), --by, --next or --until-done"
        )
    now = machine_now()
    confirm(f"Move the store's clock to the machine's time, {times.format_instant(now)}?")
    return times.When(NOW, now)


def _tick(db: "Database", when: times.When | None, next_one: bool, until_done: int | None, limit: int) -> "TickView":
    from milepost.market import clock
    from milepost.render.screen import progress

    with progress("timers fired") as advance:

        def go_on(count: int) -> None:
            advance(count)
            make_way()

        if until_done is not None:
            return clock.tick_until_done(db, until_done, keep=limit, machine_now=machine_now, on_progress=go_on)
        view = clock.tick(db, when, keep=limit, machine_now=machine_now, on_progress=go_on)
    if next_one and not view.count:
        note("No timer is armed.")
    return view
