"""Commands that happen once, however often they are sent (rule idempotency-key)."""

import json
from collections.abc import Callable
from typing import TypeVar

from milepost import rules, times
from milepost.core import names
from milepost.store import keys, settings
from milepost.store.db import Database
from milepost.store.keys import Answered
from milepost.views.base import Created, Repeated, View, as_plain

Answer = TypeVar("Answer", bound=View)


def once(
    db: Database, key: str, request: bytes, do: Callable[[Database], Answer], shown: Callable[[Answer], str]
) -> Answer | Repeated[Answer]:
    """Carry out a request under a key, or answer as the first time if that was done already.

    `request` is a digest of what is asked for, `do` does it, and `shown` is the text of its answer, to be kept. All of
    it is one transaction with the key. Raises `idempotency-key` for another request, `names`, and what `do` raises.
    """
    names.check_name("a key", key)
    with db.whole() as one:
        with one.read() as connection:
            answered = keys.find(connection, key)
        if answered is not None:
            return _repeated(key, request, answered)
        answer = do(one)
        with one.write() as connection:
            made = answer.id if isinstance(answer, Created) else None
            told = json.dumps(as_plain(answer), ensure_ascii=False, allow_nan=False)
            at = settings.clock(connection)
            keys.keep(connection, key, Answered(request, at, made, told, shown(answer)))
        return answer


def _repeated(key: str, request: bytes, answered: Answered) -> Repeated[Answer]:
    if answered.request != request:
        raise rules.IDEMPOTENCY_KEY.refuse(key=key, at=times.format_instant(answered.at))
    return Repeated(answered.id, answered.at, answered.answer, answered.shown)
