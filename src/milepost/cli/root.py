"""The verbs without a noun: init, generate, status, todo, batch, demo, rules, backup, doctor."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from milepost import rules, times
from milepost.cli.options import Limit, duration, moment
from milepost.cli.session import answers, current, machine_now, note, store, streams
from milepost.files import documents
from milepost.policy import STANDARD, Policy

if TYPE_CHECKING:
    from milepost.views.base import Listing, TextView
    from milepost.views.batch import BatchView
    from milepost.views.doctor import BackupView, DoctorView, RebuiltView
    from milepost.views.rules import RuleView, TransitionView
    from milepost.views.scenarios import PlayedView
    from milepost.views.stores import StoreView
    from milepost.views.todo import StatusView, TaskView

BEGINS = "2026-01-05"  # the time of generated orders: always the same, since it is part of what they are

app = typer.Typer()


@app.command()
@answers
def init(
    policy: Annotated[str, typer.Option(metavar="NAME|FILE", help="The policy of the store.")] = "standard",
    start: Annotated[
        times.When | None, typer.Option(metavar="TIME", parser=moment, help="Where its clock starts; else now.")
    ] = None,
    clock: Annotated[
        Literal["simulated", "system"], typer.Option(help="Who moves its clock: ticks, or the machine.")
    ] = "simulated",
) -> "StoreView":
    """Make a store: one SQLite file.

    The clock is frozen at --start and moves by `milepost order tick`; with --clock system each command first ticks to
    the machine's time.

    \b
    Examples:
      milepost init
      milepost --db test.db init --start 2026-01-05 --policy terms-2024
    """
    from milepost.market import stores

    begins = machine_now() if start is None else start.at(machine_now() if start.instant is None else 0)
    path, chosen = current().store_path, documents.policy(policy)
    view = stores.create_file(path, start=begins, clock_mode=clock, policy=chosen)
    note("Next: milepost gig create --title … --seller … --subcategory … --basic 150:7:2")
    return view


@app.command()
@answers
def generate(
    orders: Annotated[int, typer.Option("--orders", metavar="N", min=1, max=1_000_000, help="How many orders.")],
    seed: Annotated[int, typer.Option(metavar="S", min=0, help="The same seed makes the same store.")] = 1,
    policy: Annotated[str, typer.Option(metavar="NAME|FILE", help="The policy of the store.")] = "standard",
    start: Annotated[
        times.When | None, typer.Option(metavar="TIME", parser=moment, help=f"When its time begins; else {BEGINS}.")
    ] = None,
) -> "StatusView":
    """Make a store full of made-up orders, with the gigs, messages, offers and payments that go with them.

    Orders of every type are placed over half a year or more, and stand where they would at the end of it: finished in
    every way, running, late, in dispute. What is in the store is what the same commands would have left there. It is
    made whole or not at all, in a file that is not there yet.

    \b
    Examples:
      milepost --db demo.db generate --orders 200
      milepost --db big.db generate --orders 2000 --seed 7 \\
        --policy terms-2024
    """
    from milepost.market import stores, todo
    from milepost.market.generate import fill
    from milepost.render.screen import progress

    templates = documents.shipped_templates()
    first, chosen = times.parse_instant(BEGINS, clock=0), documents.policy(policy)
    with progress("orders placed") as advance:
        stores.create_file(
            current().store_path,
            start=first if start is None else start.at(first),
            clock_mode="simulated",
            policy=chosen,
            fill=lambda db: fill(db, orders, seed=seed, templates=templates, on_progress=advance),
        )
    note("Next: milepost order list --limit 20")
    return todo.status(store())


@app.command("rules")
@answers
def rules_(
    policy: Annotated[
        str | None, typer.Option(metavar="NAME|FILE", help="Whose numbers; else the store's, or standard.")
    ] = None,
    transitions: Annotated[bool, typer.Option("--transitions", help="The transition tables instead.")] = False,
    diagram: Annotated[bool, typer.Option("--diagram", help="The order's state diagram instead, in Mermaid.")] = False,
) -> "TextView | Listing[TransitionView] | Listing[RuleView]":
    """Every rule: its id, what it says, where it comes from; or the tables of what can happen to an order.

    \b
    Examples:
      milepost rules --policy terms-2024
      milepost rules --transitions
    """
    from milepost.views.base import Listing, TextView
    from milepost.views.rules import RuleView, state_diagram, transition_views

    if diagram:
        return TextView(state_diagram() + "\n")
    if transitions:
        return Listing("transition", transition_views())
    wording = _policy_in_force(policy).wording()
    told = [RuleView(rule.id, rule.text.format_map(wording), rule.source) for rule in rules.RULES.values()]
    return Listing("rule", told)


def _policy_in_force(name: str | None) -> Policy:
    """The policy that is asked for; else the store's, if there is a store; else the standard one."""
    if name is not None:
        return documents.policy(name)
    if not current().has_store:
        return STANDARD
    from milepost.market import stores

    return stores.settings_of(store()).policy


@app.command()
@answers
def status() -> "StatusView":
    """Show how the store stands: its file, clock and policy, what there is, and what is due next.

    \b
    Example:
      milepost status
    """
    from milepost.market import todo

    return todo.status(store())


@app.command("todo")
@answers
def todo_(
    handle: Annotated[str | None, typer.Option("--for", metavar="HANDLE", help="Only this party's; else --as.")] = None,
    within: Annotated[
        times.When | None,
        typer.Option(metavar="DURATION", parser=duration, help="Only what is due within this, such as 7d, or late."),
    ] = None,
    limit: Limit = 50,
) -> "Listing[TaskView]":
    """Show what each party has to do, soonest first: deliver, approve, continue, answer, accept, be at a call.

    \b
    Examples:
      milepost todo --for maria --within 7d
      milepost todo
    """
    from milepost.market import todo

    return todo.listing(store(), handle=handle or current().handle, within=within, limit=limit)


@app.command()
@streams
def batch(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A file of command lines; - is stdin.")],
    keep_going: Annotated[bool, typer.Option("--keep-going", help="Go on after a line that fails.")] = False,
    atomic: Annotated[bool, typer.Option("--atomic", help="Keep what all lines do, or nothing.")] = False,
) -> "BatchView":
    """Run command lines from a file, one a line, in one process; each answers as it would alone.

    `as NAME` at the end of a line names what it makes, for the lines below it. Empty lines and those that begin with #
    mean nothing. Each line is kept when it is done, with --atomic all of them at the end. The first line that fails
    ends the batch, with its exit code; with --keep-going the rest is run, and the exit code is 7. With --json each
    answer is one line, {"line", "answer"}, and the last line is {"done", "failed"}.

    \b
    Examples:
      milepost batch offers.txt --atomic
      milepost --as maria batch - --json
    """
    from milepost.cli.batch import run_batch
    from milepost.render.screen import progress

    if keep_going and atomic:
        raise typer.BadParameter("--atomic keeps nothing where a line fails; leave out --keep-going")
    with progress("commands run") as advance:
        return run_batch(store(), file, keep_going=keep_going, atomic=atomic, on_progress=advance)


@app.command()
@answers
def demo(
    file: Annotated[str | None, typer.Argument(metavar="FILE", help="A scenario file; else the shipped story.")] = None,
) -> "PlayedView":
    """Play a story in memory: its steps, the order, its timers and the payment ledger.

    Nothing is saved. A file is a scenario in TOML: steps in the words of the command line, and what must be true.

    \b
    Examples:
      milepost demo
      milepost demo sample_data/the-client-goes-quiet.toml
    """
    from milepost.cli.scenario_steps import demo as play

    return play(file)


@app.command()
@answers
def backup(file: Annotated[Path, typer.Argument(metavar="FILE", help="The new file.")]) -> "BackupView":
    """Copy a store into a new file, as it is at one instant, while others may write.

    The copy is checked before it gets its name, and never takes another file's place. A copy of the store's file alone,
    made while somebody writes, can lack what was saved last.

    \b
    Examples:
      milepost backup monday.db
      milepost --db test.db backup test-before.db
    """
    from milepost.market import copies

    return copies.backup(current().store_path, file)


@app.command()
@answers
def doctor(
    rebuild: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Make a new store here, from the histories alone.")
    ] = None,
) -> "DoctorView | RebuiltView":
    """Check a store from the file's pages to each cent; exit code 7 if something is wrong.

    Every history is replayed and held against what is stored. Nothing is changed, and a store that no other command
    opens can be looked at too. Each finding names its check, its order, and what can be done.

    With --rebuild a new store is made of what the histories lead to, and of a copy of what has none. That is refused,
    with every order that it is for, where a history is not the one that was written.

    \b
    Examples:
      milepost doctor
      milepost doctor --rebuild mended.db
    """
    from milepost.market import copies
    from milepost.market import doctor as market
    from milepost.render.screen import progress

    with progress("orders checked") as advance:
        if rebuild is not None:
            return copies.rebuild(current().store_path, rebuild, on_progress=advance)
        return market.examine(current().store_path, on_progress=advance)
