"""JSON Schemas (2020-12) made from the types of views, and what of an answer they do not allow or it does not show.

A view is an object that has each of its keys and no other; instants are texts in ISO 8601 with Z. The schemas are kept
in `schemas/`, a file for each module of `milepost.views` and one for the commands.
"""

import inspect
import json
import pkgutil
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeAlias, Union, get_args, get_origin

from cli.tree_helpers import VERBS

import milepost.views
from milepost.views.base import Arguments, Created, Instant, Listing, Summed

Schema: TypeAlias = dict[str, Any]

FOLDER = Path(__file__).parent / "schemas"
MODULES = {
    one.name: import_module(f"milepost.views.{one.name}") for one in pkgutil.iter_modules(milepost.views.__path__)
}
VIEWS: Mapping[str, type] = {
    name: kind
    for module in MODULES.values()
    for name, kind in vars(module).items()
    if inspect.isclass(kind) and hasattr(kind, "_fields") and kind.__module__ == module.__name__
}

_PLAIN = {int: "integer", bool: "boolean", str: "string", NoneType: "null"}
_WRITTEN: Mapping[object, Schema] = {
    **{hint: {"type": name} for hint, name in _PLAIN.items()},
    Instant: {"type": "string", "format": "date-time"},
    Arguments: {"type": "object"},
}
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


# ── From types to schemas ───────────────────────────────────────────────────────────────────────────────────────────


@cache
def schemas() -> dict[str, Schema]:
    """What each file of `schemas/` is to hold, by its name."""
    files: dict[str, Schema] = {module: {} for module in MODULES}
    for name, kind in VIEWS.items():
        if not getattr(kind, "__parameters__", ()):  # a list's, or that of what was made, is its item's
            files[_home(kind)][name] = view_schema(kind)
    files["commands"] = {words: _answer_schema(words) for words in sorted(VERBS)}
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {f"{name}.json": head | {"$defs": views} for name, views in files.items() if views}


def written(value: Any, indent: str = "") -> str:
    """JSON with as much on a line as fits, so that a key that changes is a line that does."""
    flat, inner = json.dumps(value, ensure_ascii=False), indent + "  "
    if len(indent + flat) <= 100 or not isinstance(value, dict | list):
        return flat
    if isinstance(value, list):
        lines, (begin, end) = [written(one, inner) for one in value], "[]"
    else:
        lines, (begin, end) = [f"{json.dumps(name)}: {written(one, inner)}" for name, one in value.items()], "{}"
    return "\n".join([begin, ",\n".join(inner + line for line in lines), indent + end])


def answer_of(words: str) -> Any:
    """The type of what a command answers with, as its function says."""
    told = inspect.unwrap(VERBS[words].callback).__annotations__.get("return")
    return eval(told, {}, dict(VIEWS)) if isinstance(told, str) else told


def _answer_schema(words: str) -> Schema:
    try:
        return schema_of(answer_of(words))
    except (TypeError, NameError) as error:
        raise TypeError(f"milepost {words} does not say with which view it answers: {error}") from None


def view_schema(kind: type) -> Schema:
    """The schema of a kind of view."""
    return {
        "type": "object",
        "properties": {name: schema_of(hint) for name, hint in kind.__annotations__.items()},
        "required": list(kind.__annotations__),
        "additionalProperties": False,
    }


def schema_of(hint: Any) -> Schema:
    """The schema of a type: of a plain value, an instant, a view, or some of them. Raises `TypeError` for others."""
    origin, args = get_origin(hint), get_args(hint)
    if hint in _WRITTEN:
        return _WRITTEN[hint]
    if origin in (Union, UnionType):
        return _any_of([schema_of(one) for one in args])
    if origin in (Sequence, Listing, Summed):
        return {"type": "array", "items": schema_of(args[0])}
    if origin is Created:
        return schema_of(args[0])
    if origin is Mapping:
        return {"type": "object", "additionalProperties": schema_of(args[1])}
    if hint in VIEWS.values():
        return {"$ref": f"{_home(hint)}.json#/$defs/{hint.__name__}"}
    raise TypeError(f"{hint!r} has no schema")


def _any_of(some: Sequence[Schema]) -> Schema:
    """One of several; of plain types, their names are enough."""
    if all(one.keys() == {"type"} for one in some):
        return {"type": [one["type"] for one in some]}
    return {"anyOf": list(some)}


def _home(kind: type) -> str:
    return kind.__module__.rpartition(".")[2]


# ── From an answer to its faults ────────────────────────────────────────────────────────────────────────────────────


def faults(value: Any, schema: Schema, where: str = "$") -> Iterator[str]:
    """What of a value does not fit a schema made here, with its place."""
    if "$ref" in schema:
        schema = _found(schema["$ref"])
    if "anyOf" in schema:
        told = [list(faults(value, one, where)) for one in schema["anyOf"]]
        if all(told):
            yield f"{where}: fits none of {len(told)}: {told}"
        return
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if _type_name(value) not in types:
        yield f"{where}: {value!r} is not of type {', '.join(types)}"
    elif isinstance(value, str) and "format" in schema and not _INSTANT.fullmatch(value):
        yield f"{where}: {value!r} is no instant with Z"
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from faults(one, schema["items"], f"{where}[{index}]")
    elif isinstance(value, dict):
        yield from _object_faults(value, schema, where)


def _object_faults(value: dict[str, Any], schema: Schema, where: str) -> Iterator[str]:
    properties, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    yield from (f"{where}: has no {name}" for name in schema.get("required", ()) if name not in value)
    for name, one in value.items():
        if name in properties:
            yield from faults(one, properties[name], f"{where}.{name}")
        elif others is False:
            yield f"{where}: has {name}, which no schema knows"
        elif others is not True:
            yield from faults(one, others, f"{where}.{name}")


def _found(reference: str) -> Schema:
    home, _, name = reference.partition("#/$defs/")
    found: Schema = schemas()[home]["$defs"][name]
    return found


def _type_name(value: Any) -> str:
    if isinstance(value, dict):
        return "object"
    return "array" if isinstance(value, list) else _PLAIN[type(value)]


def shown(value: Any, schema: Schema, name: str = "") -> Iterator[str]:
    """The keys of views, such as `OrderView.reason`, that a fitting value tells something under."""
    if "$ref" in schema:
        name, schema = schema["$ref"].rpartition("/")[2], _found(schema["$ref"])
    for one in schema.get("anyOf", ()):
        if not list(faults(value, one)):
            yield from shown(value, one, name)
    if isinstance(value, list):
        for one in value:
            yield from shown(one, schema.get("items", {}), name)
    for key, hint in schema.get("properties", {}).items():
        if value[key] not in (None, [], {}):
            yield f"{name}.{key}"
            yield from shown(value[key], hint, name)
