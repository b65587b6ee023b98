"""The root command, its options, and the one error boundary.

Nouns are loaded when they are called: `--help` shows their names and lines from the list below.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from copy import copy
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException
from typer.main import get_command, get_command_name, get_group

from milepost import __version__
from milepost.cli import plain_types
from milepost.cli.session import Session, current, showing, using
from milepost.errors import BadFile, MilepostError, NotFound, NotShown, StoreBusy, StoreError
from milepost.render.plain import json_text, printable
from milepost.rules import RuleError, Unreadable

if TYPE_CHECKING:
    from milepost.views.base import View


class Noun(NamedTuple):
    """A noun, or a verb without one: its module, its line in the help, and whether a step of a story may begin so."""

    module: str
    line: str
    in_story: bool = True


NOUNS = {
    "batch": Noun("milepost.cli.root", "Run command lines from a file, one after the other.", in_story=False),
    "init": Noun("milepost.cli.root", "Make a store: one SQLite file, with a clock and a policy.", in_story=False),
    "generate": Noun("milepost.cli.root", "Make a store full of made-up orders.", in_story=False),
    "status": Noun("milepost.cli.root", "Show the store, its clock and policy, and what is due next."),
    "todo": Noun("milepost.cli.root", "Show what each party has to do, soonest first."),
    "demo": Noun(
        "milepost.cli.root", "Play a story in memory and show what happens to the order and the money.", in_story=False
    ),
    "gig": Noun("milepost.cli.gig", "What a seller offers: packages and a milestone workflow."),
    "template": Noun("milepost.cli.template", "Workflows to start a gig from."),
    "inbox": Noun("milepost.cli.inbox", "What clients and sellers write to each other."),
    "offer": Noun("milepost.cli.offer", "Custom offers: sent to one client, accepted into an order."),
    "order": Noun("milepost.cli.order", "Orders: deliver, approve, continue, revise, stop, and the clock's tick."),
    "resolution": Noun("milepost.cli.resolution", "Cancelling, extending, changing an order: ask or answer."),
    "ledger": Noun("milepost.cli.ledger", "Where each cent is: entries, balances, and whether the books balance."),
    "scenario": Noun(
        "milepost.cli.scenario", "Stories in files: run, check, compare, explore, and a new one.", in_story=False
    ),
    "policy": Noun("milepost.cli.policy", "Policies: the numbers that a store can choose."),
    "rules": Noun("milepost.cli.root", "Every rule, with the numbers of a policy."),
    "backup": Noun("milepost.cli.root", "A copy of a store, checked, while others write.", in_story=False),
    "doctor": Noun("milepost.cli.root", "Whether a store is sound, and what can be done if not.", in_story=False),
}

# By kind of error, the first that fits: what the process exits with.
EXIT_CODES: Mapping[type[MilepostError], int] = {
    Unreadable: 2,
    RuleError: 4,
    NotFound: 3,
    BadFile: 6,
    StoreBusy: 5,
    StoreError: 6,
    NotShown: 8,
}
USAGE, INTERRUPTED = 2, 130


class LazyCommand(TyperCommand):
    """A noun or a verb of the root: its name and its line are known, the rest is imported when it is called."""

    def __init__(self, name: str, module: str, line: str) -> None:
        super().__init__(name, help=line)
        self._module = module
        self._loaded: Any = None

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """The context of the real command. If it was not needed before, of a noun only the verb that is called."""
        real = self._loaded or self._real(args[0] if args else "")
        return real.make_context(info_name, args, parent, **extra)

    def load(self) -> Any:
        """The real command: the module's group of this name, or the one verb of it."""
        if self._loaded is None:  # a scenario calls it many times
            self._loaded = self._real()
        return self._loaded

    def _real(self, verb: str = "") -> Any:
        noun, is_verb = import_module(self._module).app, self._module.endswith(".root")
        noun.info.cls = Group
        group: Any = get_group(_alone(noun, str(self.name) if is_verb else verb))
        _prepare(group)
        return group.commands[str(self.name)] if is_verb else group


def _alone(noun: typer.Typer, verb: str) -> typer.Typer:
    """A noun with one of its verbs, since all take as long to make as most verbs to run; whole if it has no such."""
    within = [noun, *(one.typer_instance for one in noun.registered_groups if one.typer_instance)]
    found = [
        one
        for app in within
        for one in app.registered_commands
        if (one.name or get_command_name(one.callback.__name__)) == verb  # type: ignore[union-attr]
    ]
    if not found:
        return noun
    alone = copy(noun)
    alone.registered_commands, alone.registered_groups = found, []
    return alone


def _prepare(command: Any) -> None:
    """Have all commands below one take the root's options too, read words of plain types quickly, and help in lines."""
    command.rich_markup_mode = app.rich_markup_mode
    below = getattr(command, "commands", None)
    for one in (below or {}).values():
        _prepare(one)
    if below is None:
        command.params.extend(_everywhere(one) for one in COMMAND.params if one.name in ("db", "as_handle"))
    _read_plainly(command)


def _read_plainly(command: Any) -> None:
    """Have a command's own words read without what typer would import for it."""
    for parameter in command.get_params(typer.Context(command, **SETTINGS)):  # `--help` is made and kept by this
        plain_types.prepare(parameter)


def _everywhere(option: Any) -> Any:
    """An option of the root as each command takes it, unseen in its help; said twice, the later one counts."""
    taken = copy(option)
    taken.hidden, taken.expose_value, taken.required = True, False, False
    taken.process_value = lambda context, value: _settle(option.name, value)
    return taken


def _settle(name: str, value: str | None) -> None:
    """Have the session do what an option of the root says."""
    if value is not None and name == "db":
        current().path = Path(value)
    elif value is not None:
        current().handle = value


class Group(TyperGroup):
    """A group of commands: the root, or a noun."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Tell each command in a whole sentence; typer would cut it to a line."""
        told = [(name, str(one.help).strip().split("\n\n")[0]) for name, one in self.commands.items() if not one.hidden]
        with formatter.section("Commands"):
            formatter.write_dl([(name, " ".join(line.split())) for name, line in told])

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read its own options. Where JSON is wanted, a command that is missing is an error as any other."""
        if not args and ctx.parent is not None and current().as_json:
            ctx.fail("Missing command.")
        return super().parse_args(ctx, args)


class Root(Group):
    """The root group, which knows its nouns before they are loaded."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, noun in NOUNS.items():
            self.add_command(LazyCommand(name, noun.module, noun.line))


SETTINGS: Mapping[str, Any] = {"help_option_names": ["--help", "-h"]}

app = typer.Typer(
    cls=Root,
    rich_markup_mode=None,  # help is text of lines that can be copied, whole words, and there at once
    no_args_is_help=True,
    context_settings={**SETTINGS},
    help="Milestone work between a freelancer and a client, on one local SQLite file.",
    epilog="Start with: milepost demo. Exit codes: 0 done, 2 usage, 3 not found, 4 refused by a rule, 5 busy, "
    "6 store or file unusable, 7 a check failed, 8 done but not shown.",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"milepost {__version__}")
        raise typer.Exit


@app.callback()
def root(
    db: Annotated[
        str | None, typer.Option("--db", metavar="FILE", help="The store; else MILEPOST_DB, else your data folder.")
    ] = None,
    as_handle: Annotated[
        str | None,
        typer.Option("--as", metavar="HANDLE", help="Check that this party may do it (or: support); else MILEPOST_AS."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Take the options that come before the noun; they are taken after it as well."""
    session = current()
    _settle("db", db)
    # A story says itself who acts, whatever the environment says.
    session.handle = as_handle or session.handle or (None if session.keeps else os.environ.get("MILEPOST_AS") or None)
    session.as_json = as_json


def call(args: Sequence[str]) -> "View | int":
    """Run one command in the current session: its view, or the code of an early exit. Whatever is wrong is raised."""
    answer: View | int = COMMAND.main(list(args), prog_name="milepost", standalone_mode=False)
    if isinstance(answer, int) and answer == INTERRUPTED:
        raise KeyboardInterrupt  # typer makes an exit code of it; a story that runs commands must not go on
    return answer


def call_one_of_many(args: Sequence[str]) -> "View | int":
    """As `call`, for a line of a story or a batch: the way to its verb is found once, and not parsed for each line."""
    way = way_to(*args[:2])
    if way is None:
        return call(args)
    with way.command.make_context(way.command.name, [*args[way.length :]], parent=way.noun) as context:
        answer: View | int = way.command.invoke(context)
    return answer


class Way(NamedTuple):
    """A verb, the context of its noun, and how many words name it."""

    command: Any
    noun: typer.Context
    length: int


@cache
def way_to(first: str = "", second: str = "") -> Way | None:
    """The way to a verb by its words; None if that takes more than its words, or there is no such verb."""
    if first not in NOUNS:
        return None
    root, found = typer.Context(COMMAND, info_name="milepost", **SETTINGS), COMMAND.commands[first].load()
    if not isinstance(found, Group):
        return Way(found, root, 1)
    if second not in found.commands:
        return None
    return Way(found.commands[second], typer.Context(found, info_name=first, parent=root), 2)


def run(args: Sequence[str]) -> int:
    """Run the command line: its exit code. This is the one place that turns errors into words."""
    with using(Session()) as session:
        try:
            result = call(args)
            with showing():
                sys.stdout.flush()
        except SystemExit:
            return _nobody_reads()  # typer and rich leave in this way from a closed pipe
        except KeyboardInterrupt:
            return interrupted()
        except Exception as error:
            code = _told(error, session, as_json="--json" in args)
            if code is None:
                code = _told_damage(session, as_json="--json" in args)
            if code is None:
                raise
            return code
    if isinstance(result, int):
        return result
    return 7 if getattr(result, "failed", False) else 0


def interrupted() -> int:
    """Tell that the user wanted no more."""
    _say("interrupted")
    return INTERRUPTED


def tell(error: Exception) -> None:
    """Tell an error of a command after which the current one goes on. Raises it if it is our own mistake."""
    if _told(error, current(), as_json=current().as_json) is None:
        raise error


def _told(error: Exception, session: Session, *, as_json: bool) -> int | None:
    """Tell an error on stderr: its exit code, or None for what is our own mistake."""
    if isinstance(error, MilepostError):
        if isinstance(error, NotShown):
            _nobody_reads()
        _tell(error, session, as_json=as_json)
        return next(code for kind, code in EXIT_CODES.items() if isinstance(error, kind))
    if isinstance(error, TyperException):
        return _tell_usage(error, session, as_json=as_json)
    if isinstance(error, typer.Abort):  # at a question: the answer was no, or an interrupt
        return interrupted() if isinstance(error.__context__, KeyboardInterrupt) else INTERRUPTED
    if isinstance(error, BrokenPipeError):
        return _nobody_reads()
    if isinstance(error, OSError):
        what = f"{error.filename}: " if error.filename else ""
        return _told(StoreError(f"{what}{error.strerror or error}"), session, as_json=as_json)
    return None


def _told_damage(session: Session, *, as_json: bool) -> int | None:
    """After what seems our own mistake: tell that a store is damaged if one is, since that explains it."""
    from milepost.market import stores

    for db in session.opened:
        try:
            stores.check_undamaged(db)
        except MilepostError as damage:
            return _told(damage, session, as_json=as_json)
    return None


def _nobody_reads() -> int:
    """Who read us has seen enough: whatever is still to be written goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - for what Python flushes at its end
    return 0


def _tell(error: MilepostError, session: Session, *, as_json: bool) -> None:
    from milepost.cli import error_text

    if as_json:
        _say(json_text({"error": error_text.as_json(error) | _place(session)}))
        return
    for line in error_text.lines(error, session.store_path):
        _say(_placed(line, session))


def _place(session: Session) -> dict[str, str]:
    """Where in a batch an error is, as JSON tells it."""
    return {} if session.place is None else {"place": session.place}


def _placed(line: str, session: Session) -> str:
    """A line that tells an error, with its place in a batch."""
    is_error = session.place is not None and line.startswith("error: ")
    return line.replace("error: ", f"error: {session.place}: ", 1) if is_error else line


def _tell_usage(error: TyperException, session: Session, *, as_json: bool) -> int:
    from milepost.cli import error_text

    code = int(getattr(error, "exit_code", USAGE))
    if type(error).__name__ == "NoArgsIsHelpError":  # the help is no answer, so not on stdout
        for line in str(getattr(error, "message", "")).splitlines():
            _say(line)
        return code

    if as_json:
        _say(json_text({"error": error_text.usage_as_json(error) | _place(session)}))
        return code
    for line in error_text.usage_lines(error):
        _say(_placed(line, session))
    return code


def _say(line: str) -> None:
    with suppress(OSError):  # there is nowhere else to say it, and the exit code tells
        sys.stderr.write(printable(line) + "\n")
        sys.stderr.flush()


COMMAND: Any = get_command(app)
_read_plainly(COMMAND)
