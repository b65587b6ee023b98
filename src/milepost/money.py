"""Money: whole cents in integers; a `Decimal` only at the edges; never a float.

Parsing, formatting and splitting live here. Who pays whom lives in `core/ledger.py`.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from milepost.rules import MONEY_BOUNDS

MIN_CENTS = 1
MAX_CENTS = 100_000_000

_AMOUNT = re.compile(r"\$?([0-9]{1,7})(?:\.([0-9]{1,2}))?", re.ASCII)
_NUMBER = re.compile(r"-?\$?[0-9]+(?:\.[0-9]+)?", re.ASCII)


def parse_cents(given: str | int | Decimal) -> int:
    """Cents of an amount in dollars: `"150"`, `"$99.5"`, `Decimal("0.01")`, or whole dollars as an integer.

    Raises `money-bounds`: unreadable where it is no number, refused where it has a third decimal or is out of bounds.
    """
    text = _written(given)
    match = _AMOUNT.fullmatch(text)
    if not match:
        raise (MONEY_BOUNDS.refuse if _NUMBER.fullmatch(text) else MONEY_BOUNDS.unreadable)(given=text[:40])
    dollars, decimals = match.groups()
    return check_cents(int(dollars) * 100 + int((decimals or "0").ljust(2, "0")))


def _written(given: str | int | Decimal) -> str:
    """An amount as text; one that is far out of bounds is not spelled out, digit by digit, to be refused."""
    if isinstance(given, Decimal):
        return format(given, "f") if abs(given.adjusted()) < 20 else str(given)
    if isinstance(given, int) and given.bit_length() > 64:
        return hex(given)
    return str(given)


def check_cents(cents: int) -> int:
    """`cents` itself, if it is an amount that may move. Raises `money-bounds`."""
    if not MIN_CENTS <= cents <= MAX_CENTS:
        raise MONEY_BOUNDS.refuse(given=plain(cents))
    return cents


def plain(cents: int) -> str:
    """Dollars as a bare number with two decimals, as files and scripts take them: `-1234.50`."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def dollars(cents: int) -> str:
    """Dollars for people: `$1,234.50`, `-$0.05`."""
    sign = "-" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def share(cents: int, basis_points: int) -> int:
    """The given hundredths of a percent of `cents`, rounded half up to a whole cent."""
    return (cents * basis_points + 5_000) // 10_000


def split(total_cents: int, weights: Sequence[int]) -> tuple[int, ...]:
    """`total_cents` over `weights` in whole cents that add up exactly: largest remainder first, then first come.

    `weights` are positive integers (rule gig-price-split).
    """
    whole = sum(weights)
    shares = [total_cents * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total_cents * weights[i] % whole), i))
    for i in by_remainder[: total_cents - sum(shares)]:
        shares[i] += 1
    return tuple(shares)
