"""`--key`: commands that happen once, however often a script sends them (rule idempotency-key)."""

import hashlib
import inspect
import io
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ParamSpec, TypeVar, cast

import typer

from milepost import times
from milepost.cli.session import answers, current, note, store, with_option
from milepost.files import input

if TYPE_CHECKING:
    from milepost.store.db import Database
    from milepost.views.base import View

_Options = ParamSpec("_Options")
_Answer = TypeVar("_Answer", bound="View")

Key = Annotated[
    str | None, typer.Option("--key", metavar="TEXT", help="Do it once: sent again, it answers as the first time.")
]


def changes(function: Callable[_Options, _Answer]) -> Callable[_Options, _Answer]:
    """As `answers`, of a command that makes or moves something: `--key` is added as well."""

    @wraps(function)
    def command(*args: _Options.args, **options: _Options.kwargs) -> "View":
        key = options.pop("key", None)
        if key is None:
            return function(*args, **options)
        if options.get("dry_run"):
            raise typer.BadParameter("a dry run does nothing that could happen twice; leave out --key")
        given = inspect.signature(function).bind(*args, **options).arguments
        return _once(str(key), function, given)

    # An answer that is repeated stands for the one that it was.
    return answers(cast("Callable[_Options, _Answer]", with_option(command, "key", Key, default=None)))


def _once(key: str, function: Callable[..., "View"], given: Mapping[str, object]) -> "View":
    from milepost.market import keys
    from milepost.render import screen
    from milepost.views.base import Repeated

    session, db = current(), store()
    request = _digest(function, given)

    def do(within: "Database") -> "View":
        before, session.within = session.within, within
        try:
            return function(**given)
        finally:
            session.within = before

    def shown(view: "View") -> str:
        return "" if session.as_json or session.keeps else screen.text(view)

    view = keys.once(db, key, request, do, shown)
    if isinstance(view, Repeated):
        note(f"Done already under this key, at {times.format_instant(view.at)}; nothing was done now.")
    return view


def _digest(function: Callable[..., object], given: Mapping[str, object]) -> bytes:
    """What a request asks for: the command, the party, what is given but for defaults, and the files it names."""
    defaults = {one.name: one.default for one in inspect.signature(function).parameters.values()}
    told = {name: value for name, value in given.items() if value != defaults[name]}
    words = [function.__module__, function.__qualname__, current().handle, told, [*_contents(told)]]
    return hashlib.sha256(json.dumps(words, sort_keys=True, default=repr).encode()).digest()


def _contents(given: Mapping[str, Any]) -> Iterator[str]:
    """The digests of the files that a request names. What stdin holds is read, and can be read once more."""
    from milepost.files.toml_reader import MAX_BYTES

    named = [given.get("from_file"), *(given.get("file") or ())]
    for name in named:
        if name == "-":
            raw = sys.stdin.buffer.read(MAX_BYTES + 1)
            sys.stdin = io.TextIOWrapper(io.BytesIO(raw), "utf-8")
            yield hashlib.sha256(raw).hexdigest()
        elif name is not None:
            yield input.record(Path(name))["sha256"]
