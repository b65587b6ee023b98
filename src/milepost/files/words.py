"""The words of a command line that stands in a text, split as a shell does, in time that grows with the text."""

import re

WORD_MAX = 10_000  # characters; twice what any argument of a command may hold

_OUTSIDE = re.compile(
    r"""(?P<gap>[ \t\r\n]+)|(?P<plain>[^ \t\r\n'"\\]+)|'(?P<literal>[^']*)'|(?P<quote>")|\\(?P<escaped>.)""", re.DOTALL
)
_INSIDE = re.compile(r"""(?P<plain>[^"\\]+)|(?P<quote>")|\\(?P<escaped>["\\])|(?P<backslash>\\)""")

_OPEN = "its words cannot be read; is a quote open?"


class BadWords(ValueError):
    """A text that is no command line; its message says why."""


def split_words(text: str) -> list[str]:
    """The words of a text: those of `shlex.split`, whose time grows with the square of a word's length.

    Raises `BadWords` for a quote that is open, for a backslash at the end, and for a word longer than `WORD_MAX`.
    """
    words: list[str] = []
    pieces: list[str] | None = None  # of the word that is read
    in_quotes, position = False, 0
    while position < len(text):
        match = (_INSIDE if in_quotes else _OUTSIDE).match(text, position)
        if match is None or match.lastgroup is None:
            raise BadWords(_OPEN)
        position = match.end()
        if match.lastgroup == "gap":
            words.extend(_joined(pieces))
            pieces = None
            continue
        in_quotes ^= match.lastgroup == "quote"
        pieces = pieces or []
        pieces.append("" if match.lastgroup == "quote" else match[match.lastgroup])
    if in_quotes:
        raise BadWords(_OPEN)
    words.extend(_joined(pieces))
    return words


def unreadable(text: str) -> str:
    """Why a text has no words."""
    try:
        split_words(text)
    except BadWords as error:
        return str(error)
    return "has no words"


def _joined(pieces: list[str] | None) -> list[str]:
    """The word of these pieces, if there is one."""
    word = "".join(pieces or ())
    if len(word) > WORD_MAX:
        raise BadWords(f"a word of it is too long: {len(word):,} characters, {WORD_MAX:,} at most")
    return [] if pieces is None else [word]
