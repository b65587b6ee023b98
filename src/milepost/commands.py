"""The program's own grammar, once: for each action of a party the command that takes it, and arguments to try it with.

Explaining, timers, hints, exports, advice and what-if read here what the command line looks like; nothing else below
`cli` knows. A new action is one entry of COMMANDS, and a test holds every template against the commands that there are.

What must not live here: what an action does, which is for `core`, and how words are parsed, which is for `cli`.
"""

import json
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from milepost import money, times
from milepost.core.order import Order
from milepost.core.terms import plain_of
from milepost.core.transitions import CANCEL_REASONS, RUNNING, Action, Actor, State, Status
from milepost.core.values import JsonValue

PROGRAM = "milepost"
HANDOVER = "https://example.com/handover"  # a final delivery hands something over (rule deliver-final)

Args = Mapping[str, JsonValue]  # of an action
Values = Mapping[str, object]  # of a template
_PART = re.compile(
    r"(?P<optional>\[)?(?:(?P<option>--[a-z-]+) )?\{(?P<name>\w+)(?::(?P<open>[A-Z:]+))?\}\]?"  # [--option {name:WORD}]
    r"|\S+"  # a word of its own, or with {name} in it
)


class Template(NamedTuple):
    """A command line without the program's name, written as usage is.

    `{name}` stands for a value, and `{name:WORD}` shows WORD as long as nobody has chosen one. An option in brackets is
    left out where it has no value, and repeated where it has several.
    """

    text: str

    @property
    def verb(self) -> tuple[str, str]:
        """The two words that name the command."""
        noun, verb, *_ = self.text.split()
        return noun, verb

    def asking(self, names: Iterable[str]) -> "Template":
        """The template in which the options of these names are to be given."""
        text = self.text
        for name in names:
            text = re.sub(rf"\[(--[a-z-]+ \{{{name}\b[^]]*)\]", r"\1", text)
        return Template(text)

    def words(self, values: Values) -> list[str]:
        """The words, with values in their places; a tuple is several words. Raises `KeyError` if a value is missing."""
        return [word for part in _PART.finditer(self.text) for word in _filled(part, values, str)]

    def line(self, values: Values) -> str:
        """The command as somebody would type it. Raises `KeyError` if a value is missing."""
        quoted = (word for part in _PART.finditer(self.text) for word in _filled(part, values, _quoted))
        return " ".join([PROGRAM, *quoted])


def _filled(part: re.Match[str], values: Values, written: Callable[[object], str]) -> Iterator[str]:
    name, option, wanted = part["name"], part["option"], not part["optional"]
    if name is None:
        yield part[0].format_map(values)
        return
    told = [written(value) for value in _several(values.get(name), wanted=wanted)]
    if wanted and not told:
        if part["open"] is None:
            raise KeyError(name)
        told = [part["open"]]
    for word in told:
        yield from (option, word) if option else (word,)


def _quoted(value: object) -> str:
    return shlex.quote(str(value))


def _several(value: object, *, wanted: bool) -> Sequence[object]:
    """A value as many: None is none, as is an empty text that nobody wants; a tuple or a list is several."""
    if value is None or (value == "" and not wanted):
        return ()
    return value if isinstance(value, tuple | list) else (value,)


def _none(order: Order, now: int) -> Iterator[Args]:
    """No arguments: an action that takes none."""
    yield {}


class Command(NamedTuple):
    """The command that takes some actions in a row.

    `samples` are the arguments of the first action that make a difference in an order's present state, the likeliest
    first. `told` is off for what is not worth a line where the choices of a party are explained; `asks` names what a
    person has to say there, if that is not all of the first sample.
    """

    actions: tuple[Action, ...]
    template: Template
    samples: Callable[[Order, int], Iterable[Args]] = _none
    told: bool = True
    asks: tuple[str, ...] | None = None


def _handover(order: Order, now: int) -> Iterator[Args]:
    yield {} if order.upcoming else {"links": [HANDOVER]}


def _message(order: Order, now: int) -> Iterator[Args]:
    yield {"message": "Once more, please"}


def _undone(order: Order, now: int) -> Iterator[Args]:
    count, done = len(order.current.terms.substeps), order.current.substeps_done
    yield from ({"number": number} for number in range(1, count + 1) if number not in done)


def _done(order: Order, now: int) -> Iterator[Args]:
    yield from ({"number": number} for number in order.current.substeps_done)


def _call(order: Order, now: int) -> Iterator[Args]:
    yield {"call_at": now, "link": "https://example.com/call"}


def _extension(order: Order, now: int) -> Iterator[Args]:
    yield {"id": 1, "days": 1}


def _change(order: Order, now: int) -> Iterator[Args]:
    """What is planned, as it is planned: a change that keeps what an order can come to finite.

    Where nothing is, and too little was started for an offer's least number of milestones, it is one more.
    """
    planned = [one.terms for one in order.milestones if one.state is State.PLANNED]
    started = sum(one.started_at is not None for one in order.milestones)
    missing = order.terms.policy.offer_milestones_min - started - len(planned)
    planned += order.terms.milestones[:1] * max(missing, 0)
    yield {"id": 1, "milestones": [plain_of(one) for one in planned]}


def _likeliest(order: Order, states: Sequence[State]) -> int | None:
    """The current milestone if it is in such a state; of an ended order the last one that is; else none."""
    subjects = (order.current,) if order.status is Status.ACTIVE else reversed(order.milestones)
    return next((one.position for one in subjects if one.state in states), None)


def _cancelling(*likely: State, **more: JsonValue) -> Callable[[Order, int], Iterator[Args]]:
    """What can be cancelled: the current milestone first if it is in a likely state, else the whole order."""

    def samples(order: Order, now: int) -> Iterator[Args]:
        every = [None, *range(1, len(order.milestones) + 1)]
        first = _likeliest(order, likely)
        for position in [first, *(one for one in every if one != first)]:
            yield {"reason": next(iter(CANCEL_REASONS)), "position": position, **more}

    return samples


COMMANDS = (
    Command(
        (Action.DELIVER,),
        Template("order deliver {order} [--message {message:TEXT}] [--recorded {files:RECORD}] [--link {links:URL}]"),
        _handover,
    ),
    Command((Action.APPROVE,), Template("order approve {order}")),
    Command((Action.APPROVE, Action.CONTINUE), Template("order approve {order} --continue")),
    Command((Action.REVISE,), Template("order revise {order} [--message {message:TEXT}]"), _message),
    Command((Action.CONTINUE,), Template("order continue {order}")),
    Command((Action.STOP,), Template("order stop {order}")),
    Command((Action.STOP_AFTER_CURRENT,), Template("order stop {order} --after-current")),
    Command((Action.UNDO_STOP,), Template("order stop {order} --undo")),
    Command((Action.CHECK_SUBSTEP,), Template("order check-substep {order} {number:NUMBER}"), _undone),
    Command(
        (Action.UNCHECK_SUBSTEP,), Template("order check-substep {order} {number:NUMBER} --undo"), _done, told=False
    ),
    Command((Action.REPORT_STAGE,), Template("order report-stage {order}")),
    Command((Action.SET_CALL,), Template("order set-call {order} --at {call_at:TIME} --link {link:URL}"), _call),
    Command((Action.ACCEPT_REQUEST,), Template("resolution accept {request}")),
    Command((Action.DECLINE_REQUEST,), Template("resolution decline {request}")),
    Command((Action.WITHDRAW_REQUEST,), Template("resolution withdraw {request}")),
    Command(
        (Action.OPEN_CANCEL,),
        Template(
            "resolution open {order} {subject} --by {by} --reason {reason:REASON} [--keep {keep:AMOUNT}]"
            " [--note {note:TEXT}]"
        ),
        _cancelling(*RUNNING, id=1),
    ),
    Command(
        (Action.OPEN_EXTEND,),
        Template("resolution extend {order} --days {days:DAYS} --by {by} [--note {note:TEXT}]"),
        _extension,
    ),
    Command(
        (Action.OPEN_CHANGE,),
        Template(
            "resolution change {order} [--milestone {plan:NAME:DAYS:PRICE}] [--plan {milestones:JSON}] --by {by}"
            " [--note {note:TEXT}]"
        ),
        _change,
        asks=("plan",),
    ),
    Command(
        (Action.SUPPORT_CANCEL,),
        Template(
            "resolution support {order} {subject} --reason {reason:REASON} [--keep {keep:AMOUNT}] [--note {note:TEXT}]"
        ),
        _cancelling(*RUNNING, State.APPROVED),
    ),
)
_OF_ACTION = {command.actions[0]: command for command in COMMANDS if len(command.actions) == 1}

# What moves no order by itself, and is told below `cli` all the same.
SHOW = Template("order show {order}")
PLACE = Template("order place --gig {gig} --package {package} --client {client}")
TICK = Template("order tick --by {duration}")
TICK_TO = Template("order tick --now {until}")
REBUILD = Template("doctor --rebuild {file:FILE}")
WITHDRAW = Template("ledger withdraw --seller {seller} [--amount {amount:AMOUNT}]")
ACCEPT_OFFER = Template("offer accept {offer}")
DECLINE_OFFER = Template("offer decline {offer}")
WITHDRAW_OFFER = Template("offer withdraw {offer}")
SUBCATEGORIES = Template("gig subcategories")

# By the name of a finding in an offer (core/lint.py): the command that helps to follow its advice.
OF_ADVICE = {"no-milestones-here": SUBCATEGORIES}


def template_of(action: Action) -> Template:
    """The command that takes a party's action."""
    return _OF_ACTION[action].template


def arguments(order: Order, action: Action, now: int) -> Iterator[Args]:
    """All arguments of a party's action that make a difference now, the likeliest first."""
    yield from _OF_ACTION[action].samples(order, now)


def facts(order: Order, actor: Actor | None = None) -> dict[str, object]:
    """What an order says of the values of a template."""
    return {"order": order.id, "request": order.open_request and order.open_request.id, "by": actor}


def written(args: Mapping[str, Any]) -> dict[str, object]:
    """The arguments of an action in an order's history, as the command line takes them."""
    position, call_at, plan = args.get("position"), args.get("call_at"), args.get("milestones")
    return {
        **args,
        "subject": ("--whole",) if position is None else ("--milestone", str(position)),
        "call_at": None if call_at is None else times.format_instant(call_at),
        "keep": money.plain(args["keep_cents"]) if args.get("keep_cents") else None,
        "milestones": None if plan is None else json.dumps(plan),
        "files": [f"{file['name']}:{file['size']}:{file['sha256']}" for file in args.get("files", ())],
    }
