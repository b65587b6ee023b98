"""Reads the words of options and arguments whose types are plain, without what typer would import to read them.

Typer reads every type with pydantic, which takes longer to import than most commands take to run. A text, a number, a
flag, a choice, a path and what a parser of ours reads need none of that; whatever else there may be is left to typer.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple, get_args, get_origin

import typer

from milepost.core import names

Reader = Callable[[Any], Any]
_NUMBER = re.compile("[+-]?[0-9]+", re.ASCII)
_TOLD_MAX = 60


class _Plain(NamedTuple):
    """What typer asks to make values of words."""

    read: Reader
    many: bool

    def coerce(self, value: Any, param: Any, ctx: typer.Context) -> Any:
        """The value of what was typed, or of a default. Raises `BadParameter`."""
        if value is None:
            return () if self.many else None
        try:
            return [self.read(one) for one in value] if self.many else self.read(value)
        except ValueError as fault:
            raise typer.BadParameter(str(fault), ctx=ctx, param=param) from None


def prepare(parameter: Any) -> None:
    """Have an option or an argument of typer's read its words here, if its type is plain."""
    described = parameter.type_descriptor
    annotation, many = described.annotation, parameter.multiple or parameter.nargs == -1
    if get_origin(annotation) is list:
        (annotation,) = get_args(annotation)
    read = _reader(annotation, described.parameter_info, described.choices)
    if read is not None:
        parameter._runtime_param = _Plain(read, many)  # typer's own would be made when it is first needed
    _word_help(parameter)


def _word_help(parameter: Any) -> None:
    """Leave the types of Python, and bounds that nobody meets, out of the help: what is too small says so."""
    parameter.min = parameter.max = None
    if parameter.param_type_name == "argument":
        name = parameter.display_name_raw + ("..." if parameter.nargs != 1 else "")
        parameter.display_type_rich = lambda ctx: None
        parameter.get_usage_pieces = lambda ctx: [name if parameter.required else f"[{name}]"]
    elif parameter.metavar is None and parameter.type_descriptor.annotation is int:
        parameter.metavar = "N"


def _reader(annotation: Any, declared: Any, choices: Sequence[Any] | None) -> Reader | None:
    """What reads a word of a type; None if the type is not plain."""
    if declared.parser is not None:
        read: Reader = declared.parser
        return read
    if annotation in (str, bool, Path):
        return annotation  # type: ignore[no-any-return]
    if annotation is int:
        return lambda value: _number(value, declared.min, declared.max)
    if choices is not None:
        named = {str(getattr(one, "value", one)): one for one in choices}
        return lambda value: _choice(value, named)
    return None


def _number(value: str | int, least: int | None, most: int | None) -> int:
    """A whole number, written as digits alone: what Python reads as well, `1_0` and ` 1 `, is none."""
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise ValueError(f"{value[:_TOLD_MAX]!r} is not a whole number")
    number = int(value)
    if least is not None and number < least:
        raise ValueError(f"{number} is too small: it is {least} or more")
    if most is not None and number > most:
        raise ValueError(f"{number} is too large: it is {most} or less")
    return number


def _choice(value: str, choices: Mapping[str, Any]) -> Any:
    """One of some choices, by what it is called; a default that is one of them is called so too."""
    if value in choices:
        return choices[value]
    nearest = names.meant(get_close_matches(value, [*choices], n=1, cutoff=0.75))
    raise ValueError(f"{value[:_TOLD_MAX]!r} is not one of {', '.join(choices)}{nearest}")
