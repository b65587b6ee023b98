"""Text from users, made safe for a terminal, and for whoever reads JSON or a file in one."""

import json
import re
import unicodedata
from collections.abc import Callable
from typing import Any

_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # controls, formatting such as bidi, surrogates, line separators
_JOINER = "\u200d"
_PERHAPS_HIDDEN = re.compile("[^\n\x20-\x7e]")


def printable(text: str) -> str:
    """The text with what must not reach a terminal replaced; line breaks and joined emoji stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character if character in ("\n", _JOINER) or unicodedata.category(character) not in _HIDDEN else "\ufffd"
        for character in text
    )


def json_text(value: Any, *, indent: int | None = None, ascii_only: bool = False) -> str:
    """A value as JSON, whose hidden characters are escaped: they are data there, and show in no terminal."""
    text = json.dumps(value, allow_nan=False, ensure_ascii=ascii_only, indent=indent)
    return escaped(text, lambda character: json.dumps(character)[1:-1])


def toml_text(text: str) -> str:
    """A TOML text whose strings are basic ones, with hidden characters escaped."""
    return escaped(text, lambda character: f"\\U{ord(character):08x}")


def escaped(text: str, escape: Callable[[str], str]) -> str:
    """The text with every hidden character but line breaks escaped."""

    def shown(match: re.Match[str]) -> str:
        return escape(match[0]) if unicodedata.category(match[0]) in _HIDDEN else match[0]

    return text if text.isascii() and text.isprintable() else _PERHAPS_HIDDEN.sub(shown, text)
