"""How much a TOML text may hold, judged before it is parsed: `tomllib` takes time and memory without measure for some.

Each limit is far beyond what a person writes, and beyond what the program itself writes.
"""

from milepost.errors import Fault
from milepost.files.toml_tokens import DEEPER, Token, tokens

KEY_PARTS_MAX = 20  # of a dotted key
WORD_MAX = 200  # characters of a key in quotes, and of a key, a number or any other value without
STRING_MAX = 300_000  # characters as written; the step of a delivery with 100 files and 100 links has 240,000
NESTING_MAX = 50  # lists and tables in one another
ITEMS_MAX = 50_000  # parts of keys, since each makes a table, and items of lists, in all


def excess(text: str) -> Fault | None:
    """The first thing in a text that is more than may be, at its line and column."""
    before, depth, dots, items, is_header = Token("\n", 0, 0), 0, 0, 0, False
    for token in tokens(text):
        depth += DEEPER.get(token.kind, 0)
        starts_header = token.kind == "[" and before.kind == "\n" and depth == 1
        is_header = starts_header or (is_header and token.kind != "\n")
        items += starts_header or token.kind in (",", "=")
        if token.kind == "word":
            more = text.count(".", token.begin, token.end)
            dots, items = dots + more, items + more
        elif token.kind != "string":
            dots = 0
        if before.kind == "string" and (token.kind == "=" or is_header) and _length(before) > WORD_MAX:
            return Fault(f"a key is too long: {_length(before):,} characters, {WORD_MAX} at most", *_at(text, before))
        why = _excess(token, depth, dots, items)
        if why:
            return Fault(why, *_at(text, token))
        before = token
    return None


def _excess(token: Token, depth: int, dots: int, items: int) -> str | None:
    """What is too much at this sign, which stands in so many brackets, after so many dots, keys and items."""
    if dots >= KEY_PARTS_MAX:
        return f"a key has too many parts: {KEY_PARTS_MAX} at most"
    if depth > NESTING_MAX:
        return f"lists and tables are nested too deeply: {NESTING_MAX} in one another at most"
    if items > ITEMS_MAX:
        return f"the file has too many keys and items of lists: {ITEMS_MAX:,} at most"
    if token.kind == "word" and _length(token) > WORD_MAX:
        return f"a word without quotes is too long: {_length(token):,} characters, {WORD_MAX} at most"
    if token.kind == "string" and _length(token) > STRING_MAX:
        return f"a text is too long: {_length(token):,} characters, {STRING_MAX:,} at most"
    return None


def _length(token: Token) -> int:
    return token.end - token.begin


def _at(text: str, token: Token) -> tuple[int, int]:
    """The line and column of a sign."""
    return text.count("\n", 0, token.begin) + 1, token.begin - text.rfind("\n", 0, token.begin)
