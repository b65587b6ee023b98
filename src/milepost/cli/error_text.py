"""What to say of an error: its text, its JSON, and the command to type next. Imported once there is one."""

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import typer
from typer.exceptions import TyperException

from milepost.commands import SHOW, SUBCATEGORIES, Template, template_of
from milepost.core.transitions import Action
from milepost.errors import (
    BadFile,
    ClockAhead,
    MilepostError,
    NotFound,
    NotShown,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreMissing,
)
from milepost.rules import RuleError


class Hint(NamedTuple):
    """A command that helps. It counts where the refusal has the values that it and `needs` name."""

    command: Template
    beside: str = ""
    needs: tuple[str, ...] = ()


_FOLLOW = Template("order tick --now {until}")
_EXPLAIN = Hint(Template("order explain {order}"))
_SHOW = Hint(SHOW)
_SHOW_OFFER = Hint(Template("offer show {offer}"))
_OFFER_HELP = Hint(Template("offer create --help"))
_SUBCATEGORIES = Hint(SUBCATEGORIES)

# By rule: what to type next, or advice; the first that counts is told.
BY_RULE: Mapping[str, tuple[Hint | str, ...]] = {
    "actor": (_EXPLAIN, _SHOW_OFFER, Hint(Template("gig show {gig}"))),
    "cancel-channel": (Hint(Template("resolution reasons")),),
    "cancel-milestone": (_EXPLAIN,),
    "clock-forward": (Hint(Template("order tick --by +1d")),),
    "continue-window": (Hint(Template("order timers {order}")),),
    "deadline-instant": (Hint(Template("order tick --by +0d")),),
    "deliver-final": (Hint(template_of(Action.DELIVER).asking(["links"]), beside="   (or --file FILE)"),),
    "deliver-state": (_EXPLAIN,),
    "gig-basic-price": (Hint(Template("gig set-package GIG basic 100:DAYS")),),
    "gig-milestones-min": (Hint(Template("gig add-milestone GIG --name NAME --days DAYS")),),
    "gig-package-count": (Hint(Template("gig edit-milestone GIG MILESTONE --package PACKAGE")),),
    "gig-template": (
        Hint(Template("gig use-template GIG {template} --replace"), needs=("present",)),
        Hint(Template("template list")),
    ),
    "offer-from-message": (Hint(Template("inbox list")),),
    "gig-subcategory": (_SUBCATEGORIES,),
    "money-withdrawal": (Hint(Template("ledger balances --account seller:{seller}:available")),),
    "offer-lifecycle": (_SHOW_OFFER,),
    "offer-subcategory": (_SUBCATEGORIES,),
    "offer-subscription": (_OFFER_HELP,),
    "offer-type": (_OFFER_HELP,),
    "offer-milestone-days": ("split the milestone in two, or give it fewer days",),
    "offer-milestones-max": ("put two milestones together, or send a second offer",),
    "offer-milestones-min": (
        Hint(Template('offer create … --milestone "NAME:DAYS:PRICE" --milestone "NAME:DAYS:PRICE"')),
    ),
    "order-next-charge": (_EXPLAIN,),
    "order-work-clock": (_EXPLAIN,),
    "review-window": (_EXPLAIN,),
    "revision-allowance": (Hint(template_of(Action.APPROVE)),),
    "stop-final": (Hint(Template("order history {order}")),),
    "stop-when": (_EXPLAIN,),
    "substep-progress": (_SHOW,),
    "zoom-call": (_SHOW,),
}

# By what was not found: the list of what there is.
LISTS = {
    "gig": Template("gig list"),
    "offer": Template("offer list"),
    "order": Template("order list"),
    "resolution": Template("resolution list"),
    "template": Template("template list"),
    "saved template": Template("template list"),
    "conversation": Template("inbox list"),
    "message": Template("inbox list"),
}


def lines(error: MilepostError, store: Path) -> Iterator[str]:
    """The lines that tell an error: one a fault, then the hint."""
    if isinstance(error, RuleError):
        for refusal in (error, *error.also):
            yield f"error: {refusal}"
    elif isinstance(error, BadFile):
        for fault in error.faults:
            rule = f" [{fault.rule}]" if fault.rule else ""
            yield f"error: {error.place(fault)}: {fault.message}{rule}"
    else:
        yield f"error: {error}"
    hint = _hint(error, store)
    if hint:
        yield f"hint: {hint}"


def as_json(error: MilepostError) -> dict[str, Any]:
    """An error as `--json` tells it."""
    if isinstance(error, RuleError):
        told = _fault_json(error)
        return told | {"also": [_fault_json(fault) for fault in error.also]} if error.also else told
    if isinstance(error, BadFile):
        faults = [
            {"message": fault.message, "line": fault.line, "column": fault.column, "rule": fault.rule}
            for fault in error.faults
        ]
        return {"rule": "bad-file", "message": str(error), "values": {"file": error.name, "faults": faults}}
    kinds = {
        ClockAhead: "clock-ahead",
        NotFound: "not-found",
        NotShown: "not-shown",
        StoreBusy: "busy",
        StoreDamaged: "damaged",
        StoreMissing: "no-store",
    }
    values = {"noun": error.noun, "key": error.key} if isinstance(error, NotFound) else {}
    if isinstance(error, (StoreDamaged, ClockAhead)):
        values = {**error.values}
    return {"rule": kinds.get(type(error), "store"), "message": str(error), "values": values}


def _fault_json(error: RuleError) -> dict[str, Any]:
    return {"rule": error.rule.id, "message": error.message, "values": error.values}


def _hint(error: MilepostError, store: Path) -> str | None:
    if isinstance(error, StoreError):
        return _store_hint(error, store)
    if isinstance(error, NotFound):
        return LISTS[error.noun].line({}) if error.noun in LISTS else None
    if not isinstance(error, RuleError):
        return None
    told = (_told(hint, error.values) for hint in BY_RULE.get(error.rule.id, ()))
    return next((hint for hint in told if hint is not None), None)


def _store_hint(error: StoreError, store: Path) -> str | None:
    if isinstance(error, ClockAhead):
        return _FOLLOW.line({**error.values})
    if isinstance(error, StoreBusy):
        return "try again in a moment"
    verb = "init" if isinstance(error, StoreMissing) else "doctor" if isinstance(error, StoreDamaged) else None
    return verb and f"milepost --db {shlex.quote(str(store))} {verb}"


def _told(hint: Hint | str, values: Mapping[str, Any]) -> str | None:
    """The hint with a refusal's values in their places; None if it does not count."""
    if isinstance(hint, str):
        return hint
    if not values.keys() >= set(hint.needs):
        return None
    try:
        return hint.command.line(values) + hint.beside
    except KeyError:
        return None


# ── What cannot be parsed ───────────────────────────────────────────────────────────────────────────────────────────


def usage_message(error: TyperException) -> str:
    """What is wrong with some words, in one line."""
    of_no_option = isinstance(error, typer.BadParameter) and error.param is None and error.param_hint is None
    message = error.message if of_no_option else error.format_message()
    message = " ".join(message.replace("Value error, ", "").split())  # pydantic says so where it checks an Enum
    return message[:1].lower() + message[1:]


def usage_lines(error: TyperException) -> Iterator[str]:
    """The lines that tell what is wrong with some words, with the rule that asked for more, and the help to read."""
    rule = f" [{error.__cause__.rule.id}]" if isinstance(error.__cause__, RuleError) else ""
    context = getattr(error, "ctx", None)
    yield f"error: {usage_message(error)}{rule}"
    yield f"hint: {context.command_path if context else 'milepost'} --help"


def usage_as_json(error: TyperException) -> dict[str, Any]:
    """What is wrong with some words, as `--json` tells it."""
    cause = error.__cause__
    told = {"rule": "usage", "message": usage_message(error), "values": {}}
    return told | {"rule": cause.rule.id, "values": cause.values} if isinstance(cause, RuleError) else told
