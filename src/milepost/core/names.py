"""What a handle, a title and a text may hold (rule names). What is around them is judged elsewhere."""

import re
import unicodedata
from collections.abc import Sequence

from milepost.rules import NAMES

HANDLE_MAX, NAME_MAX, TEXT_MAX = 40, 80, 5_000
SUPPORT = "support"
FILE_NAME_MAX, LINK_MAX = 255, 2_000

_HANDLE = re.compile(rf"[a-z0-9._-]{{1,{HANDLE_MAX}}}", re.ASCII)
_LINK = re.compile(
    r"[a-zA-Z][a-zA-Z0-9+.-]*://"  # scheme
    r"(?:[^\s/?#@]+@)?"  # user, as sftp has it
    r"(?:\[[0-9a-fA-F:.]+\]|[^\s/?#@:\[\]]+)(?::[0-9]{1,5})?"  # host, and its port
    r"(?:[/?#].*)?"
)
_NUMBER = re.compile(r"\$?[0-9]+(?:\.[0-9]+)?")
_LITTLE = re.compile("[0-9]{1,6}")  # an amount that could be days as well, since it has no cents
_NOTHING, _LINE_BREAKS = frozenset[str](), frozenset("\n\t")


def check_handle(given: str) -> str:
    """`given`, if it is a handle. Raises `names`."""
    if not _HANDLE.fullmatch(given):
        raise NAMES.refuse(why=f"{given[:60]!r} is not a handle: 1-{HANDLE_MAX} of a-z 0-9 . _ -", given=given[:60])
    if given == SUPPORT:
        raise NAMES.refuse(why=f"{SUPPORT!r} is customer support's own handle", given=given)
    return given


def check_parties(seller: str, client: str) -> None:
    """Two good handles that differ. Raises `names`."""
    if check_handle(seller) == check_handle(client):
        raise NAMES.refuse(why=f"seller and client are both {seller!r}; they must differ", given=seller)


def check_name(what: str, given: str) -> str:
    """`given`, if it is a title or a name. Raises `names`."""
    return _check_text(what, given, least=1, most=NAME_MAX, allowed=_NOTHING)


def check_file_name(given: str) -> str:
    """`given`, if it is the name of a delivered file. Raises `names`."""
    return _check_text("a file's name", given, least=1, most=FILE_NAME_MAX, allowed=_NOTHING)


def check_link(what: str, given: str) -> str:
    """`given`, if a link can be kept of it: orders of the first version hold some without a scheme. Raises `names`."""
    return _check_text(what, given, least=1, most=LINK_MAX, allowed=_NOTHING)


def check_new_link(what: str, given: str) -> str:
    """`given`, if it is a link with a scheme and a host, such as https://example.com/files. Raises `names`."""
    if not _LINK.fullmatch(check_link(what, given)):
        why = f"{what} has a scheme and a host, as https://example.com/files has; {given[:60]!r} has not"
        raise NAMES.refuse(why=why, given=given[:60])
    return given


def ends_in_number(name: str) -> bool:
    """Whether a name ends as `Step:3` and `Sketches:60.00` do, so that what follows it could be read in two ways."""
    _, colon, end = name.rpartition(":")
    return bool(colon) and _NUMBER.fullmatch(end.strip()) is not None


def check_milestone_parts(name: str, days: str, price: str, revisions: str | None = None) -> None:
    """Refuse a milestone of an offer that is ambiguous as it is written, `NAME:DAYS:PRICE[:REVISIONS]`. Raises `names`.

    The parts are given as texts, split from the right; a number at the end of the name may have been meant as another
    part. So may the number before it where revisions outnumber the dollars of a price without cents: `Step:3:5:60` is
    more likely a `Step:3` of 5 days for $60 than one of 3 days with 60 revisions for $5.
    """
    read = f"it was read as name {name[:NAME_MAX]!r}, days {days}, price {price}, revisions {revisions or 'not given'}"
    if ends_in_number(name):
        raise NAMES.refuse(
            why=f"a milestone's name that ends in :NUMBER is ambiguous in NAME:DAYS:PRICE[:REVISIONS]; {read}; give it "
            "another end, or write it in a file",
            given=name[:60],
        )
    if revisions and _LITTLE.fullmatch(revisions) and _LITTLE.fullmatch(price) and int(price) < int(revisions):
        raise NAMES.refuse(
            why=f"more revisions than dollars are ambiguous in NAME:DAYS:PRICE[:REVISIONS]; {read}; if that is meant, "
            f"write the price as {price}.00",
            given=name[:60],
        )


def check_text(what: str, given: str) -> str:
    """`given`, if it is a description or a message; line breaks are fine. Raises `names`."""
    return _check_text(what, given, least=0, most=TEXT_MAX, allowed=_LINE_BREAKS)


def _check_text(what: str, given: str, *, least: int, most: int, allowed: frozenset[str]) -> str:
    size = len(given) if len(given) > most else len(given.strip())  # blanks alone are no name
    if not least <= size <= most:
        raise NAMES.refuse(why=f"{what} holds {least}-{most} characters; this one has {size}", given=given[:60])
    if given.isprintable():  # nearly every text is; to look at each character takes a hundred times as long
        return given
    for character in given:
        if unicodedata.category(character) in ("Cc", "Cs") and character not in allowed:
            raise NAMES.refuse(why=f"{what} holds the control character {character!r}", given=ascii(given[:60]))
    return given


def meant(nearest: Sequence[str]) -> str:
    """The end of a sentence on a text that is wrong: what it may have meant; nothing if nothing is near."""
    return f"; did you mean {' or '.join(nearest)}?" if nearest else ""
