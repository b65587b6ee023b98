"""What the command line understands, asked of the commands themselves: no list of options or of ids is kept anywhere.

A scenario is handed `read`: which words of a step are ids, and what is wrong with the words. What-if fills in what a
command needs with `completed`. Nothing is run here, and a noun is loaded when words begin with it.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, SupportsIndex

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from milepost.cli.app import COMMAND, NOUNS, LazyCommand, way_to
from milepost.cli.error_text import usage_message
from milepost.cli.options import possible_id
from milepost.cli.session import Session, using
from milepost.errors import MilepostError
from milepost.rules import RuleError
from milepost.scenario.spoken import Reading

AS = "as_handle"  # the one option before the noun that a story may have


class _Word(str):
    """A word that knows its place among others, also when the parser splits it into an option and its value."""

    number: int
    start: int

    def __new__(cls, text: str, number: int, start: int = 0) -> "_Word":
        word = super().__new__(cls, text)
        word.number, word.start = number, start
        return word

    def split(self, sep: str | None = None, maxsplit: SupportsIndex = -1) -> list[str]:
        """As a text's, of words that know their places; the parser splits at the first equals sign."""
        first, *rest = super().split(sep, maxsplit)
        return [first, *(_Word(one, self.number, len(self) - len(one)) for one in rest)]


class _Parsed(NamedTuple):
    """A command and what words give it: its parameters' texts by name, and words that it has no parameter for."""

    command: Any
    context: typer.Context
    begin: int
    given: Mapping[str, Any]
    extra: Sequence[str]


@lru_cache(maxsize=10_000)
def _read(words: tuple[str, ...]) -> Reading:
    try:
        parsed = _parsed(words)
        found = {id.number: id.start for id in _ids(parsed)}
    except TyperException as error:
        return Reading({}, usage_message(error), _rule(error))
    told = [f"{word[: found[number]]}1" if number in found else word for number, word in enumerate(words)]
    try:
        with using(Session()):  # what `--as` says is for the play
            parsed.command.make_context(parsed.context.info_name, told[parsed.begin :], parent=parsed.context.parent)
    except TyperException as error:
        return Reading(found, usage_message(error), _rule(error))
    except MilepostError:
        pass  # a refusal is for the play
    return Reading(found)


def ids(words: Sequence[str]) -> Mapping[int, int]:
    """Which words of a command are ids, and where in the word an id begins. Raises what typer raises."""
    return {id.number: id.start for id in _ids(_parsed(words))}


def read(words: Sequence[str]) -> Reading:
    """Which words are ids, and what the command line would not understand: the grammar of scenarios."""
    return _read(tuple(words))


def given(words: Sequence[str]) -> Mapping[str, Any]:
    """What the words of a command give its parameters, as texts by their names. Raises what typer raises."""
    return _parsed(words).given


def completed(words: Sequence[str], known: Mapping[str, object]) -> list[str]:
    """The words with what their command needs and they leave out, as far as it is known by the parameter's name.

    An id that is an argument comes first. Raises what typer raises for words that are no command.
    """
    parsed = _parsed(words)
    given_ids = {_noun(one) for one in parsed.command.params if parsed.given.get(one.name) is not None}
    needed = [
        one
        for one in parsed.command.params
        if known.get(one.name) is not None and (one.required or (_is_id(one) and _noun(one) not in given_ids))
    ]
    arguments = [one for one in parsed.command.params if one.param_type_name == "argument"]
    told = sum(1 for one in arguments if parsed.given.get(one.name) is not None) + len(parsed.extra)
    short = sum(1 for one in arguments if one.required or one in needed) - told
    ids = [str(known[one.name]) for one in needed if one.param_type_name == "argument"][: max(short, 0)]
    options = [
        word
        for one in needed
        if one.param_type_name == "option" and one.name not in parsed.given
        for word in (one.opts[0], str(known[one.name]))
    ]
    return [*words[: parsed.begin], *ids, *options, *words[parsed.begin :]]


def _parsed(words: Sequence[str]) -> _Parsed:
    """The command that words name, and what they give it. Raises what typer raises, and for what no story can hold."""
    rest: list[str] = [_Word(word, number) for number, word in enumerate(words)]
    command: Any = COMMAND
    context = typer.Context(command, info_name="milepost", **COMMAND.context_settings)
    begin, way = 0, way_to(*words[:2])
    if way is not None and NOUNS[words[0]].in_story:  # as most do: nothing stands before the verb
        command, begin = way.command, way.length
        context, rest = typer.Context(command, info_name=command.name, parent=way.noun), rest[begin:]
    while True:
        given, rest, order = command.make_parser(context).parse_args(rest)
        for one in order:
            if one.name in ("help", "db") or (command is COMMAND and one.name != AS):
                raise _misplaced(max(one.opts, key=len))
        if not isinstance(command, TyperGroup):
            return _Parsed(command, context, begin, given, rest)
        if not rest:
            context.fail("Missing command.")
        name, found, rest = command.resolve_command(context, rest)
        if command is COMMAND and not NOUNS[str(name)].in_story:
            raise _misplaced(str(name))
        begin = len(words) - len(rest)
        command = found.load() if isinstance(found, LazyCommand) else found
        context = typer.Context(command, info_name=name, parent=context)


def _misplaced(word: str) -> typer.BadParameter:
    return typer.BadParameter(f"{word!r} has no place in a story or a batch")


def _ids(parsed: _Parsed) -> Iterator[_Word]:
    """The words that are ids: those given to the parameters that are declared as one."""
    for one in parsed.command.params:
        value = parsed.given.get(one.name)
        if _is_id(one) and isinstance(value, _Word):
            yield value


def _noun(parameter: Any) -> str:
    """What a parameter's value is called in usage."""
    return str(parameter.metavar or parameter.name)


def _is_id(parameter: Any) -> bool:
    return parameter.type_descriptor is not None and parameter.type_descriptor.parameter_info.callback is possible_id


def _rule(error: TyperException) -> str | None:
    return error.__cause__.rule.id if isinstance(error.__cause__, RuleError) else None
