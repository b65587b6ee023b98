"""Hostile words: what a command line can be given, by what it asks for, and what nobody would give it in good faith.

Only what a shell can hand over: no NUL, and bytes that are not UTF-8 as the surrogates that Python reads them as. No
path leads out of the folder that a case is run in.
"""

from collections.abc import Mapping, Sequence
from random import Random

HANDLES = ("maria", "ana", "ben", "ines", "eva", "support", "Maria", "a" * 40, "a" * 41, "-", ".", "maria ", "émile")
IDS = (
    *("1", "2", "3", "4", "5", "6", "7", "8", "0", "-1", "99", "1.0", "01", "9223372036854775807"),
    "9223372036854775808",
)
NUMBERS = (*IDS, "1_0", " 1 ", "+1", "1e3", "٣", "0x1", "1" * 30, "1" * 5000, "nan", "inf", "unlimited")
AMOUNTS = (
    *("50", "50.00", "0.01", "$5", "1000000", "1000000.01", "0", "0.001", "-5", "1_0", " 1 ", "1e3", "nan", "٣"),
    "9" * 40,
)
TIMES = (
    *("+1d", "+3h", "+8d12h", "+2w", "8d", "2026-03-01", "2026-03-01T09:00:00Z", "2026-03-01T09:00:00+02:00", "now"),
    *("1999-12-31", "2100-12-31", "2101-01-01", "0001-01-01", "+99999d", "+" + "9" * 400 + "d", "-1d", "+0h", "+1d1d"),
    *("2026-02-30", "2026-03-01T24:00:00Z", "2026-03-01T09:00:00", "5", "2026-03-01T09:00:00.5Z", "+١d", "2026-W09"),
)
FILES = (
    *("gig.toml", "offer.toml", "policy.toml", "story.toml", "stories", "empty", "folder.toml", "latin1.toml"),
    "note.txt",
    *("broken", "loop", "fifo", "full", "zero", "null", "gone", "gone/gone", "store.db", "other.db", "-", ".", ".."),
    *("x" * 300, "x/" * 2100, "new.toml", "new.db", "new.xml", "", " ", "a\udcffb.toml", "a\nb.toml", "\x1b[31m.toml"),
)
TEXTS = (
    *("A logo", "Sketches", "x", "It's", '"quoted"', "a:b", "Step:3:5:60", "ünïcödé", "绘图 🎨", "👩‍👩‍👧‍👦"),
    "https://example.com/x",
)
HOSTILE = (
    *("", " ", "\t", "\n", "\r", "a\nb", "\x1b[31mred", "\x07", "\x7f", "\x9b31m", "a\u202eb", "\u2066x", "\u2028"),
    "\u2029",
    *("\u200b", "\ufeff", "\u00ad", "\U000e0041", "\udcff", "a\udc80b", "[red]x", "[/]", ":smile:", "{0}", "{x}"),
    *("%s", "%", "\\"),
    *("-", "--", "-1", "--json", "=", "=x", "@note.txt", "~", "*", "$HOME", "`id`", "';--", "null", "true", "None"),
    "1/0",
    *("a" * 81, "a" * 5001, "a" * 100_000, "é" * 5001, "a " * 40_000, "'" * 3001, "\\" * 3001, "a\u0300" * 3000),
    *("\u0660", "\uff11", "１２", "Ａ", "ﷺ", "\ud7ff", "\U0010ffff", "\ue000", "\u202e"),
)
MILESTONES = (
    *("Sketches:5:60.00:1", "Final files:3:90.00", "A:1:50", "B:30:0.01:unlimited", "Step:3:5:60", "a:b:5:60.00"),
    ":5:60",
    *("A:0:60", "A:31:60", "A:5:-1", "A:5", "A:5:60:1:2", "A:٣:60", "A:5:60.001", f"{'a' * 81}:5:60", "A:999999:60"),
    ":::",
)
PACKAGES = (
    *("150:7:2", "100:1", "99.99:7", "480:20:unlimited", "0:7", "150:0", "150", "150:7:2:1", "1e3:7", "150:٧", ":"),
    "",
)
WORDS = (
    *("basic", "standard", "premium", "on", "off", "client", "seller", "sent", "active", "completed", "review", "late"),
    *("milestones", "subscription", "single", "simulated", "system", "terms-broken", "logo-design", "my-logo", "open"),
    *("terms-2024", "escrow-14d", "approve", "deliver --link https://a.example", "tick +9d", "continue", "'open"),
    "escrow",
)
RECORDS = (
    "a.zip:7:" + "0" * 64,
    "a:b:1:" + "a" * 64,
    "a.zip:7:0",
    ":1:" + "0" * 64,
    "a.zip:" + "9" * 15 + ":" + "0" * 64,
)
PRICES = ("basic=50.00", "premium=120.00", "basic", "gold=5", "basic=", "=5", "basic=1e3", "basic=50=50")

# Words of the help that stand for a value, longest first, and what may be given for them.
KINDS: Mapping[str, Sequence[str]] = {
    "NAME:DAYS:PRICE": MILESTONES,
    "NAME:SIZE:SHA256": RECORDS,
    "PRICE:DAYS": PACKAGES,
    "PACKAGE=AMOUNT": PRICES,
    "FILE": FILES,
    "HANDLE": HANDLES,
    "AMOUNT": AMOUNTS,
    "TIME": TIMES,
    "DURATION": TIMES,
    "TEXT": TEXTS,
    "URL": TEXTS,
    "N|UNLIMITED": NUMBERS,
    **dict.fromkeys(("GIG", "OFFER", "ORDER", "MESSAGE", "RESOLUTION", "CONVERSATION", "MILESTONE"), IDS),
    **dict.fromkeys(("NUMBER", "INTEGER", "LIMIT", "STEPS"), NUMBERS),
}
_EVERYTHING = (*HANDLES, *NUMBERS, *AMOUNTS, *TIMES, *FILES, *TEXTS, *HOSTILE, *MILESTONES, *PACKAGES, *WORDS)
_ALPHABET = "aA0 .:-_=\\'\"[]{}()<>|&;$%#@!~\t\n\x1b\x7f\x9b\u202e\u2028\udcff٣é绘🎨"


def hostile(random: Random) -> str:
    """A word that nobody gives in good faith."""
    choice = random.randrange(4)
    if choice == 0:
        return "".join(random.choice(_ALPHABET) for _ in range(random.randint(1, 12)))
    if choice == 1:
        return chr(random.choice(_CODES))
    return random.choice(HOSTILE if choice == 2 else _EVERYTHING)


_CODES = [*(code for code in range(1, 0x3000) if code != ord("/")), *range(0xDC80, 0xDD00)]


def value(random: Random, kind: str) -> str:
    """A value for what the help calls `kind`: mostly one of its sort, be it good or bad."""
    if random.random() < 0.15:
        return hostile(random)
    if kind == "N":
        return random.choice(NUMBERS)
    for word, pool in KINDS.items():
        if word in kind:
            return random.choice(pool)
    if "|" in kind and random.random() < 0.8:
        return random.choice(kind.lower().strip("[]").split("|"))
    return random.choice((*WORDS, *TEXTS))
