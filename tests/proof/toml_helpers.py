"""Files that are spoilt: gigs, offers, policies and stories that work, with bytes flipped and lines made hostile."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from random import Random

from proof import hostile_helpers, shop_helpers
from proof.judge_helpers import Case

_ROOT = Path(__file__).parents[2]
_STORE = ("--db", "store.db")
COMMANDS: Mapping[str, tuple[tuple[str, ...], ...]] = {  # what reads each kind of file, and how often
    "gig": ((*_STORE, "gig", "create", "--from", "it.toml"),),
    "offer": ((*_STORE, "offer", "create", "--from", "it.toml"),),
    "policy": (
        ("policy", "show", "it.toml"),
        ("--db", "new.db", "init", "--policy", "it.toml", "--start", "2026-01-05"),
        ("rules", "--policy", "it.toml"),
    ),
    "story": (
        ("scenario", "check", "it.toml"),
        ("scenario", "check", "it.toml"),
        ("scenario", "run", "it.toml"),
        ("scenario", "run", "it.toml", "--junit", "new.xml"),
        ("scenario", "compare", "it.toml", "--policy", "terms-2024"),
        ("scenario", "explore", "it.toml", "--steps", "1", "--limit", "50"),
        ("demo", "it.toml"),
    ),
}
_VALUES = (
    *("0", "-1", "1", "true", "false", '""', '" "', "[]", "{}", "nan", "inf", "-inf", "1e999", "1.5", "0x7f", "1_0"),
    "9" * 19,
    *("9" * 5000, "9" * 400 + ".5", "2026-01-05", "2026-01-05T09:00:00", "09:00:00", "9999-12-31T23:59:59Z"),
    "0001-01-01T00:00:00Z",
    *('"\\u0000"', '"\\u001b[31m"', '"\\u202e"', '"\\u2028"', '"\\U0010ffff"', "'''\n'''", '"a\\nb"', '"[/]"'),
    *('"{0}"', '"{days}"'),
    *(f'"{"a" * 81}"', f'"{"a" * 5001}"', f'"{"é" * 5001}"', "[[]]", '[""]', "[[[[[]]]]]", '{ a = "b" }'),
    "[1, 'a', {}]",
)
_KEYS = (
    *("title", "price", "days", "ref", "gig", "do", "at", "expect", "policy", "name", '""', '"a b"', '"\\u001b[31m"'),
    *("a.b", "é"),
)
_LINES = (
    *("[scenario]", "[[step]]", "[[gig]]", "[[offer]]", "[[expect]]", "[gig]", "[package.basic]", "[[milestone]]"),
    "[a.b.c]",
    *("= 1", "a", "[", "]]", '"', "'''", "\\", "\t", "\ufeff", "a = 1 = 2", "a..b = 1", "# \x1b[31m", "a = 1 # \u202e"),
)
_DO = (
    *("", " ", "order", "order deliver", "offer accept deal", "offer accept deal as job as job"),
    "order approve job --continue",
    *("scenario run it.toml", "demo", "init", "order tick --by +1d", "ledger withdraw --seller maria --all", "'open"),
    "--json",
    "order deliver job --file zero",
    "order deliver job --file fifo",
    "order show job --json",
    "gig create --from it.toml",
    "order what-if job approve",
    "order deliver job --message '\x1b[31m'",
    "--db store.db order list",
    "order tick",
)
# Big for their size: what takes long or much although the file is within its limit.
_BIG = (
    *("a." * 20_000 + "a = 1\n", "a = " + "[" * 50_000, "a = " + "{a=" * 20_000, "[" + "a." * 20_000 + "a]\n"),
    *("[[a]]\n" * 60_000, "[[step]]\n" * 60_000, 'a = "' + "a" * 900_000 + '"\n'),
    '[[step]]\nat = "+1d"\ndo = "' + "a" * 900_000 + '"\n',
    '[[step]]\nat = "+1d"\ndo = "' + "'a' " * 200_000 + '"\n',
    '[[step]]\nat = "+1d"\ndo = "' + "\\\\" * 400_000 + '"\n',
    "".join(f"a{number} = 1\n" for number in range(60_000)),
    "".join(f"[a{number}]\n" for number in range(60_000)),
    "a = [" + "1," * 400_000 + "]\n",
    "#" * 999_999,
    "#" * 1_000_001,
    "\n" * 900_000,
    'a = """' + "\\\n" * 400_000 + '"""\n',
)


def spoilt_file(random: Random) -> Case:
    """A file that works, spoilt, and a command that reads it."""
    kind = random.choices([*COMMANDS], [30, 30, 20, 20])[0]
    command = random.choice(COMMANDS[kind])
    raw = random.choice(_seeds()[kind])
    for _ in range(random.choice((1, 1, 1, 2, 3, 6))):
        raw = _spoilt(random, raw)
    args, stdin = command, b""
    files: tuple[tuple[str, bytes], ...] = (("it.toml", raw),)
    if random.random() < 0.1 and command[1] != "run":
        args, stdin, files = tuple("-" if word == "it.toml" else word for word in command), raw, ()
    if random.random() < 0.5:
        args = (*args, "--json")
    return Case(" ".join(word for word in command if word.isalpha())[:40], args, stdin, files)


@cache
def _seeds() -> Mapping[str, tuple[bytes, ...]]:
    """Files that work: those of the tests, and those that people find beside the program."""
    seeds = {kind: [shop_helpers.GOOD_FILES[f"{kind}.toml"].encode()] for kind in COMMANDS}
    folders = {"gig": "sample_data/gigs", "offer": "sample_data/offers", "story": "sample_data"}
    for kind, folder in folders.items():
        seeds[kind] += [path.read_bytes() for path in sorted((_ROOT / folder).glob("*.toml"))]
    seeds["policy"] += [path.read_bytes() for path in sorted((_ROOT / "src/milepost/data/policies").glob("*.toml"))]
    assert all(len(some) > 1 for some in seeds.values())
    return {kind: tuple(some) for kind, some in seeds.items()}


def _spoilt(random: Random, raw: bytes) -> bytes:
    choice = random.random()
    if choice < 0.2:
        return _bytes_changed(random, raw)
    if choice < 0.203:
        return random.choice((raw, b"")) + random.choice(_BIG).encode()
    lines = raw.decode("utf-8", "surrogateescape").split("\n")
    place = random.randrange(len(lines))
    if choice < 0.3:
        del lines[place]
    elif choice < 0.4:
        lines.insert(random.randrange(len(lines) + 1), lines[place])
    elif choice < 0.5:
        lines.insert(place, random.choice((*_LINES, f"{random.choice(_KEYS)} = {_toml_value(random)}")))
    elif choice < 0.9:
        lines[place] = _line_changed(
            random, random.choice([line for line in lines if "=" in line] or [""]), lines, place
        )
    else:
        random.shuffle(lines)
    return "\n".join(lines).encode("utf-8", "surrogateescape")


def _bytes_changed(random: Random, raw: bytes) -> bytes:
    place = random.randrange(len(raw) + 1)
    return random.choice(
        (
            raw[:place] + random.randbytes(random.randint(1, 3)) + raw[place + 1 :],
            raw[:place] + bytes([random.choice(b'\x00\x1b\x7f\x80\xff"\\[]{}=.,#\r')]) + raw[place:],
            raw[:place],
            b"\xef\xbb\xbf" + raw,
            raw.replace(b"\n", random.choice((b"\r\n", b"\r"))),
            raw.decode("utf-8", "replace").encode("utf-16"),
        )
    )


def _line_changed(random: Random, line: str, lines: list[str], place: int) -> str:
    """Another value, or another key, for a line that has one; it takes the place of some line."""
    if line in lines and random.random() < 0.9:
        lines[lines.index(line)] = lines[place]
    key, _, value = line.partition("=")
    if key.strip() == "do" and random.random() < 0.7:
        return f"{key}= {_quoted(random.choice(_DO))}"
    if random.random() < 0.8:
        return f"{key}= {_toml_value(random)}"
    return f"{random.choice(_KEYS)} ={value}"


def _toml_value(random: Random) -> str:
    choice = random.random()
    if choice < 0.6:
        return random.choice(_VALUES)
    return _quoted(hostile_helpers.value(random, random.choice([*hostile_helpers.KINDS])))


def _quoted(text: str) -> str:
    escaped = re.sub(r'[\x00-\x1f"\\\x7f]', lambda match: f"\\u{ord(match[0]):04x}", text)
    return f'"{escaped}"'
