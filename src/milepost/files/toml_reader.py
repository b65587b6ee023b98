"""Reading a TOML file strictly: all its faults at once, each with its line and column.

What a file may hold is a `Document`: an unknown key, a wrong type or a missing key is a fault. Nothing here knows what
any document is about.
"""

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from milepost.core import names
from milepost.errors import BadFile, Fault
from milepost.files.input import name_told, read_start
from milepost.files.toml_limits import excess
from milepost.files.toml_positions import Path as TomlPath
from milepost.files.toml_positions import Place, place_of, places
from milepost.rules import RULES

MAX_BYTES = 1_000_000
FAULTS_MAX = 100  # of a file that are told one by one


class Document(BaseModel):
    """What all documents have in common: a key that is not known is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


Model = TypeVar("Model", bound=BaseModel)


def load(model: type[Model], name: str) -> Model:
    """The document in a file, or in stdin where `name` is `-`. Raises `BadFile` with all its faults."""
    return parse(model, read(name), name_told(name))


def read(name: str) -> str:
    """The text of a regular file, or of stdin where `name` is `-`. Raises `BadFile`."""
    try:
        raw = sys.stdin.buffer.read(MAX_BYTES + 1) if name == "-" else read_start(Path(name), MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise BadFile(name_told(name), [Fault(f"the file is larger than {MAX_BYTES:,} bytes")])
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadFile(name_told(name), [Fault("the file is not UTF-8 text")]) from None
    except OSError as error:
        raise BadFile(name_told(name), [Fault(f"cannot be read: {error.strerror}")]) from None


def parse(model: type[Model], text: str, name: str) -> Model:
    """The document that a TOML text holds. Raises `BadFile` with all its faults, by line and column."""
    return _validated(model, _toml(text, name), name, places(text))


def check(model: type[Model], raw: Mapping[str, Any], name: str) -> Model:
    """The document that plain values hold. Raises `BadFile` with all its faults."""
    return _validated(model, raw, name, {(): (1, 1)})


def _validated(model: type[Model], raw: Mapping[str, Any], name: str, found: Mapping[TomlPath, Place]) -> Model:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise BadFile(name, _faults(error, raw, found)) from None


def _toml(text: str, name: str) -> dict[str, Any]:
    too_much = excess(text)
    if too_much is not None:
        raise BadFile(name, [too_much])
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r" \(at line (\d+), column (\d+)\)", str(error))
        message = str(error).split(" (at ")[0]
        end = text.rstrip().count("\n") + 1
        fault = Fault(message, int(place[1]), int(place[2])) if place else Fault(f"{message}, at the file's end", end)
        raise BadFile(name, [fault]) from None
    except ArithmeticError:
        raise BadFile(name, [Fault("the file is not TOML that can be used: a number in it is too large")]) from None


def _faults(error: ValidationError, raw: Mapping[str, Any], found: Mapping[TomlPath, Place]) -> list[Fault]:
    """One fault a place, in the order of the file; of very many only the first are told one by one."""
    told: dict[TomlPath, list[ErrorDetails]] = {}
    for one in error.errors(include_url=False, include_context=False, include_input=False):
        path = _path_in_file(one["loc"], raw, whole=one["type"] in ("missing", "extra_forbidden"))
        told.setdefault(path, []).append(one)
    paths = sorted(told, key=lambda path: place_of(found, path))
    faults = [_fault(path, told[path], place_of(found, path)) for path in paths[:FAULTS_MAX]]
    if len(paths) > FAULTS_MAX:
        faults.append(Fault(f"and {len(paths) - FAULTS_MAX:,} more faults like these"))
    return faults


def _fault(path: TomlPath, errors: Sequence[ErrorDetails], place: Place) -> Fault:
    """What is wrong at one place; where a value could have been several things, they are named together."""
    messages = dict.fromkeys(_message(one["type"], path, one["msg"]) for one in errors)
    kind = errors[-1]["type"]
    return Fault(f"{_dotted(path)}: {' or '.join(messages)}", *place, kind if kind in RULES else None)


def _path_in_file(location: Sequence[str | int], raw: Any, *, whole: bool) -> TomlPath:
    """The keys of a fault's location that the file itself has: a validator names its branches there too."""
    path: list[str | int] = []
    node = raw
    for index, part in enumerate(location):
        if isinstance(node, Mapping | list) and part in (node if isinstance(node, Mapping) else range(len(node))):
            node = node[part]  # type: ignore[index]
        elif not (whole and index == len(location) - 1):
            continue
        path.append(part)
    return tuple(path)


def _message(kind: str, path: TomlPath, message: str) -> str:
    if kind == "extra_forbidden":
        known = sorted(set(_known_keys(Document)))
        nearest = [] if path[-1] in known else get_close_matches(str(path[-1]), known, n=1)
        return f"this key is not known here{names.meant(nearest)}"
    if kind == "missing":
        return "this key is missing"
    return message[:1].lower() + message[1:]


def _dotted(path: TomlPath) -> str:
    """A path as people write it, lists counted from 1: `milestone 2, days`."""
    words: list[str] = []
    for part in path:
        if isinstance(part, int) and words:
            words[-1] += f" {part + 1}"
        else:
            words.append(str(part))
    return ", ".join(words) or "the file"


def _known_keys(model: type[BaseModel]) -> Iterator[str]:
    """Every key that some document has."""
    yield from model.model_fields
    for more in model.__subclasses__():
        yield from _known_keys(more)
