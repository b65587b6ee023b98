"""Argument vectors, made from the command line's own tree: likely ones, spoilt ones, and heaps of words."""

import shlex
from collections.abc import Mapping
from functools import cache
from random import Random

from proof import grammar_helpers, hostile_helpers, shop_helpers
from proof.grammar_helpers import Leaf, Parameter
from proof.judge_helpers import Case

STORE = ("--db", "store.db")
LEFT_OUT: Mapping[str, str] = {  # options that the fuzzing must not give, and why
    "--install-completion": "it edits the shell's own files",
    "--show-completion": "it asks what shell this is",
    "--watch": "it runs until it is interrupted",
    "--against": "it runs what it is given",
    "--scheduler": "it talks to the network",
    "--pace": "it waits",
    "--help": "it is not about the command",
}


def vector(random: Random) -> Case:
    """An argument vector on the shop."""
    leaf = random.choice(_leaves())
    choice = random.random()
    if choice < 0.7:
        args = _likely(random, leaf)
    elif choice < 0.9:
        args = _known(random)
    else:
        args = _heap(random)
    for _ in range(random.choice((0, 0, 0, 1, 1, 2))):
        args = _spoilt(random, args)
    return Case(_about(args), tuple(args), stdin=random.choice((b"", b"", b"y\n", b"\xff\x00", b"a = 1\n")))


@cache
def _leaves() -> tuple[Leaf, ...]:
    return tuple(grammar_helpers.leaves())


def _likely(random: Random, leaf: Leaf) -> list[str]:
    """A command with most of what it needs, and some of what it takes."""
    args = list(STORE)
    if random.random() < 0.1:
        args = ["--db", random.choice(hostile_helpers.FILES)]
    if random.random() < 0.15:
        args += ["--as", hostile_helpers.value(random, "HANDLE")]
    args += [*leaf.words, *(["--json"] if random.random() < 0.5 else [])]
    for parameter in leaf.parameters:
        if not parameter.names or "--json" not in parameter.names:
            args += _given(random, parameter)
    return args


def _given(random: Random, parameter: Parameter) -> list[str]:
    if LEFT_OUT.keys() & set(parameter.names) or random.random() > (0.92 if parameter.required else 0.3):
        return []
    times = random.randint(1, 3) if parameter.repeats else 1
    if parameter.is_flag:
        return [random.choice(parameter.names)]
    if not parameter.names:
        return [hostile_helpers.value(random, parameter.kind) for _ in range(times)]
    given = []
    for _ in range(times):
        name, value = random.choice(parameter.names), hostile_helpers.value(random, parameter.kind)
        given += [f"{name}={value}"] if random.random() < 0.2 and name.startswith("--") else [name, value]
    return given


def _known(random: Random) -> list[str]:
    """A command that works, with some of its words replaced."""
    line = random.choice([*shop_helpers.WRITES.values(), *shop_helpers.READS.values()])
    args = [*STORE, *shlex.split(line)]
    for place in range(len(STORE) + 2, len(args)):
        if not args[place].startswith("-") and random.random() < 0.3:
            args[place] = hostile_helpers.hostile(random)
    return [*args, *(["--json"] if random.random() < 0.5 else [])]


def _heap(random: Random) -> list[str]:
    leaf = random.choice(_leaves())
    names = [name for parameter in leaf.parameters for name in parameter.names if name not in LEFT_OUT]
    words = [*leaf.words, *names, "--json", "--db", "--as", "store.db", "--"]
    count = random.randint(1, 9)
    return [random.choice(words) if random.random() < 0.7 else hostile_helpers.hostile(random) for _ in range(count)]


def _spoilt(random: Random, args: list[str]) -> list[str]:
    """One word more, or less, or at another place."""
    place = random.randrange(len(args)) if args else 0
    choice = random.randrange(4)
    if choice == 0:
        return [*args[:place], hostile_helpers.hostile(random), *args[place:]]
    if choice == 1:
        return [*args[:place], *args[place + 1 :]]
    if choice == 2:
        return [*args[: place + 1], *args[place:]]
    return [*args[place:], *args[:place]]


def words(line: str) -> list[str]:
    """The arguments of a command line."""
    return shlex.split(line)


def _about(args: list[str]) -> str:
    """The command that a vector is about."""
    known = {word for leaf in _leaves() for word in leaf.words}
    return " ".join([arg for arg in args if arg in known][:2])
