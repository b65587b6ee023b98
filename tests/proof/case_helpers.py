"""Hostile inputs by the thousand: made by seed, judged, cut down to the smallest that still fails, and written out.

A file that is written out here is a test once it lies in `cases`: `test_hostile.py` runs all that are there.
"""

import base64
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from proof import argument_helpers, damage_helpers, shop_helpers, toml_helpers
from proof.damage_helpers import Damage
from proof.judge_helpers import Arena, Case, Finding
from proof.pool_helpers import Tally, own_folder

KEPT = Path(__file__).parent / "cases"
SHRINK_SECONDS = 20.0


class Inputs(NamedTuple):
    """Some inputs of one kind, which the seed chooses; what fails is written to `folder`."""

    kind: str
    shop: Path
    seed: int
    many: int
    folder: Path


def judge_many(job: Inputs) -> Tally:
    """Make inputs, judge them, and keep the smallest of each kind of failure."""
    arena, tally = arena_of(job.shop), Tally()
    random = Random(f"{job.kind} {job.seed}")
    failing: dict[str, Case] = {}
    for _ in range(job.many):
        case = MAKERS[job.kind](random, job.shop)
        tally.counts["inputs"] += 1
        for finding in arena.judge(case):
            tally.counts[f"finding {finding.name}"] += 1
            if finding.name not in failing or case.size < failing[finding.name].size:
                failing[finding.name] = case
    tally.faults += [keep(arena, case, name, job.folder) for name, case in failing.items()]
    return tally


def judge_kept(file: Path, shop: Path) -> list[Finding]:
    """What is wrong today with a case that was written out."""
    return arena_of(shop).judge(read(file))


@cache
def arena_of(shop: Path) -> Arena:
    """The folder that this worker runs cases in."""
    return Arena(own_folder(), shop)


# ── Kinds of input ──────────────────────────────────────────────────────────────────────────────────────────────────


def _vector(random: Random, shop: Path) -> Case:
    return argument_helpers.vector(random)


def _file(random: Random, shop: Path) -> Case:
    return toml_helpers.spoilt_file(random)


def _damaged_store(random: Random, shop: Path) -> Case:
    """A damaged store, and a command on it."""
    lines = [*shop_helpers.WRITES.items(), *shop_helpers.READS.items()]
    about, line = random.choice(lines)
    args = ("--db", "store.db", *argument_helpers.words(line), *(["--json"] if random.random() < 0.5 else []))
    return Case(
        about, args, damage=tuple(damage_helpers.damage(random, shop) for _ in range(random.choice((1, 1, 1, 2, 5))))
    )


MAKERS: Mapping[str, Callable[[Random, Path], Case]] = {
    "argument vectors": _vector,
    "spoilt TOML files": _file,
    "damaged stores": _damaged_store,
}


# ── The smallest that fails ─────────────────────────────────────────────────────────────────────────────────────────


def keep(arena: Arena, case: Case, name: str, folder: Path) -> str:
    """Cut a case down, write it out if none smaller is there, and say what it is."""
    file = folder / f"{name}.json"
    if file.exists() and read(file).size <= case.size:
        case = read(file)
    smallest = shrink(arena, case, name)
    folder.mkdir(parents=True, exist_ok=True)
    beside = file.with_suffix(f".{os.getpid()}")
    beside.write_text(text_of(smallest))
    beside.rename(file)
    told = next((finding.told for finding in arena.judge(smallest) if finding.name == name), "it does not fail always")
    return f"{name}: {ascii(list(smallest.args))[:300]} → {told!a} ({file})"


def shrink(arena: Arena, case: Case, name: str) -> Case:
    """The smallest case that is found in a while and fails in the same way."""
    until = time.monotonic() + SHRINK_SECONDS
    smaller = True
    while smaller:
        smaller = False
        for candidate in _smaller(case):
            if time.monotonic() > until:
                return case
            if candidate.size < case.size and any(finding.name == name for finding in arena.judge(candidate)):
                case, smaller = candidate, True
                break
    return case


def _smaller(case: Case) -> Iterator[Case]:
    for args in _shorter(case.args):
        yield case._replace(args=tuple(args))
    for place, arg in enumerate(case.args):
        for shorter in _shorter(arg):
            yield case._replace(args=(*case.args[:place], shorter, *case.args[place + 1 :]))
    if case.stdin:
        for raw in (b"", *_shorter(case.stdin)):
            yield case._replace(stdin=raw)
    for place, (file, raw) in enumerate(case.files):
        for less in (*_fewer_lines(raw), *_shorter(raw)):
            yield case._replace(files=(*case.files[:place], (file, less), *case.files[place + 1 :]))
    for some in _shorter(case.damage):
        yield case._replace(damage=tuple(some))


def _shorter(whole: Any) -> Iterator[Any]:
    """A text, bytes or a row with parts left out: large parts first."""
    size = len(whole) // 2 or 1
    while size and len(whole):
        for place in range(0, min(len(whole), 64 * size), size):
            yield whole[:place] + whole[place + size :]
        size //= 2


def _fewer_lines(raw: bytes) -> Iterator[bytes]:
    for lines in _shorter(raw.split(b"\n")):
        yield b"\n".join(lines)


# ── As a file ───────────────────────────────────────────────────────────────────────────────────────────────────────


def text_of(case: Case) -> str:
    """A case as JSON; what is no text is base64."""
    plain = {
        "about": case.about,
        "args": case.args,
        "stdin": _plain(case.stdin),
        "files": {name: _plain(raw) for name, raw in case.files},
        "damage": [{**one._asdict(), "raw": _plain(one.raw)} for one in case.damage],
    }
    return json.dumps({key: value for key, value in plain.items() if value or key == "about"}, indent=2) + "\n"


def read(file: Path) -> Case:
    """A case that was written out."""
    plain = json.loads(file.read_text())
    return Case(
        plain["about"],
        tuple(plain["args"]),
        _raw(plain.get("stdin", "")),
        tuple((name, _raw(text)) for name, text in plain.get("files", {}).items()),
        tuple(Damage(**{**one, "raw": _raw(one["raw"])}) for one in plain.get("damage", [])),
    )


def roundtrips(shop: Path, file: Path, count: int) -> int:
    """How many of some cases are read as they were written."""
    same = 0
    for number in range(count):
        random = Random(number)
        case = random.choice([*MAKERS.values()])(random, shop)
        file.write_text(text_of(case))
        same += read(file) == case
    return same


def _plain(raw: bytes) -> Any:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(raw).decode()}


def _raw(plain: Any) -> bytes:
    return base64.b64decode(plain["base64"]) if isinstance(plain, dict) else str(plain).encode()
