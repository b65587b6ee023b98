"""Every command of the program with its parameters, read off the command line's own tree."""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple


class Parameter(NamedTuple):
    """An argument (no names) or an option; `kind` is what stands for its value in the help."""

    names: tuple[str, ...]
    kind: str
    is_flag: bool
    repeats: bool
    required: bool


class Leaf(NamedTuple):
    """A command: its words, and what it takes."""

    words: tuple[str, ...]
    parameters: tuple[Parameter, ...]


@cache
def flags() -> frozenset[str]:
    """The options that take no value, whatever the command."""
    every = [parameter for leaf in leaves() for parameter in leaf.parameters]
    valued = {name for parameter in every if not parameter.is_flag for name in parameter.names}
    return frozenset(name for parameter in every for name in parameter.names) - valued


def has_option(name: str) -> bool:
    """Whether some command takes an option of this name."""
    return any(name in parameter.names for leaf in leaves() for parameter in leaf.parameters)


def leaves() -> list[Leaf]:
    """All commands, in the order of the help."""
    from typer.main import get_command

    from milepost.cli.app import app

    return list(_leaves(get_command(app), ()))


def root_options() -> tuple[Parameter, ...]:
    """What stands before the noun."""
    from typer.main import get_command

    from milepost.cli.app import app

    return tuple(_parameter(one) for one in get_command(app).params)


def _leaves(command: Any, words: tuple[str, ...]) -> Iterator[Leaf]:
    loads = getattr(command, "load", None)  # a command that is imported when it is called
    if loads is not None:
        command = loads()
    below = getattr(command, "commands", None)
    if below is None:
        yield Leaf(words, tuple(_parameter(one) for one in command.params))
        return
    for name, one in below.items():
        yield from _leaves(one, (*words, name))


def _parameter(one: Any) -> Parameter:
    is_option = one.param_type_name == "option"
    return Parameter(
        (*one.opts, *one.secondary_opts) if is_option else (),
        str(one.metavar or one.name).upper(),
        bool(getattr(one, "is_flag", False)),
        bool(getattr(one, "multiple", False) or one.nargs != 1),
        bool(one.required),
    )
