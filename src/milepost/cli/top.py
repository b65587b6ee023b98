"""The verbs without a noun: init, demo, rules."""

from typing import Annotated, Any

import typer

from milepost import documents, rules, times
from milepost.cli.session import answers, current, machine_now, note
from milepost.errors import StoreError

app = typer.Typer()


@app.command()
@answers
def init(
    policy: Annotated[str, typer.Option(metavar="NAME|FILE", help="The policy of the store.")] = "standard",
    start: Annotated[str | None, typer.Option(metavar="TIME", help="Where its clock starts; else now.")] = None,
    clock: Annotated[
        str, typer.Option(metavar="simulated|system", help="Who moves its clock: ticks, or the machine.")
    ] = "simulated",
) -> Any:
    """Make a store: one SQLite file.

    The clock is frozen at --start and moves by `milepost order tick`; with --clock system each command first ticks to
    the machine's time.

    \b
    Examples:
      milepost init
      milepost --db test.db init --start 2026-01-05 --policy terms-2024
    """
    from milepost.market import stores

    if clock not in ("simulated", "system"):
        raise typer.BadParameter(f"{clock!r} is not a clock: simulated or system")
    now = machine_now()
    begins = times.parse_instant(start, clock=now) if start else now
    path, chosen = current().store_path, documents.policy(policy)
    try:
        view = stores.create_file(path, start=begins, clock_mode=clock, policy=chosen)
    except OSError as error:
        raise StoreError(f"{path} cannot be made: {error.strerror}") from error
    note("Next: milepost gig create --title … --seller … --subcategory … --basic 150:7:2")
    return view


@app.command("rules")
@answers
def rules_(
    policy: Annotated[str, typer.Option(metavar="NAME|FILE", help="Whose numbers to show.")] = "standard",
) -> Any:
    """Every rule: its id, what it says, where it comes from.

    \b
    Example:
      milepost rules --policy terms-2024
    """
    from milepost.views import Listing, RuleView

    wording = documents.policy(policy).wording()
    told = [RuleView(rule.id, rule.text.format_map(wording), rule.source) for rule in rules.RULES.values()]
    return Listing("rule", told)


@app.command()
@answers
def demo(
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="A scenario file; else the shipped story.")
    ] = None,
) -> Any:
    """Play a story in memory: its steps, the order, its timers and the payment ledger.

    Nothing is saved. A file is a scenario in TOML: steps in the words of the command line, and what must be true.

    \b
    Examples:
      milepost demo
      milepost demo sample_data/the-client-goes-quiet.toml
    """
    from milepost.cli.playing import demo as play

    return play(file)
