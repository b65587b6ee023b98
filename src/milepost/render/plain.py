"""Text from users, made safe for a terminal."""

import unicodedata

_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # controls, formatting such as bidi, surrogates, line separators
_JOINER = "\u200d"


def printable(text: str) -> str:
    """The text with what must not reach a terminal replaced; line breaks and joined emoji stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character if character in ("\n", _JOINER) or unicodedata.category(character) not in _HIDDEN else "\ufffd"
        for character in text
    )
