"""What to say of an error: its text, its JSON, and the command to type next."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from milepost.errors import BadFile, NotFound, StoreBusy, StoreMissing
from milepost.rules import RuleError

_EXPLAIN = "milepost order explain {order}"

# By rule: the command that helps, filled with the refusal's values; the first line whose values are all there counts.
_BY_RULE: dict[str, tuple[str, ...]] = {
    "actor": (_EXPLAIN, "milepost offer show {offer}", "milepost gig show {gig}"),
    "cancel-channel": ("milepost resolution reasons", _EXPLAIN),
    "cancel-milestone": (_EXPLAIN,),
    "clock-forward": ("milepost order tick --by +1d",),
    "continue-window": ("milepost order timers {order}",),
    "deadline-instant": ("milepost order tick --by +0d",),
    "deliver-final": ("milepost order deliver {order} --link URL   (or --file FILE)",),
    "deliver-state": (_EXPLAIN,),
    "gig-basic-price": ("milepost gig set-package GIG basic 100:DAYS",),
    "gig-milestones-min": ("milepost gig add-milestone GIG --name NAME --days DAYS",),
    "gig-package-count": ("milepost gig check {gig}", "milepost gig edit-milestone GIG MILESTONE --package PACKAGE"),
    "gig-template": ("milepost template list",),
    "offer-from-message": ("milepost inbox list",),
    "gig-subcategory": ("milepost gig subcategories",),
    "money-withdrawal": ("milepost ledger balances --account seller:{seller}:available",),
    "offer-lifecycle": ("milepost offer show {offer}",),
    "offer-subcategory": ("milepost gig subcategories",),
    "offer-subscription": ("milepost offer create --help",),
    "offer-type": ("milepost offer create --help",),
    "offer-milestone-days": ("split the milestone in two, or give it fewer days",),
    "offer-milestones-max": ("put two milestones together, or send a second offer",),
    "offer-milestones-min": ('milepost offer create … --milestone "NAME:DAYS:PRICE" --milestone "NAME:DAYS:PRICE"',),
    "order-next-charge": (_EXPLAIN,),
    "order-work-clock": (_EXPLAIN,),
    "review-window": (_EXPLAIN,),
    "revision-allowance": ("milepost order approve {order}",),
    "stop-final": ("milepost order history {order}",),
    "stop-when": (_EXPLAIN,),
    "substep-progress": ("milepost order show {order}",),
    "zoom-call": ("milepost order show {order}",),
}

_LISTS = {
    "gig": "gig list",
    "offer": "offer list",
    "order": "order list",
    "resolution": "resolution list",
    "template": "template list",
    "saved template": "template list",
    "conversation": "inbox list",
    "message": "inbox list",
}


def lines(error: Exception, store: Path) -> Iterator[str]:
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


def as_json(error: Exception) -> dict[str, Any]:
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
    kinds = {NotFound: "not-found", StoreBusy: "busy", StoreMissing: "no-store"}
    values = {"noun": error.noun, "key": error.key} if isinstance(error, NotFound) else {}
    return {"rule": kinds.get(type(error), "store"), "message": str(error), "values": values}


def _fault_json(error: RuleError) -> dict[str, Any]:
    return {"rule": error.rule.id, "message": error.message, "values": error.values}


def _hint(error: Exception, store: Path) -> str | None:
    if isinstance(error, StoreMissing):
        return f"milepost --db {shlex.quote(str(store))} init"
    if isinstance(error, StoreBusy):
        return "try again in a moment"
    if isinstance(error, NotFound):
        return f"milepost {_LISTS[error.noun]}" if error.noun in _LISTS else None
    if isinstance(error, RuleError):
        for template in _BY_RULE.get(error.rule.id, ()):
            try:
                return template.format_map(error.values)
            except KeyError:
                continue
    return None
