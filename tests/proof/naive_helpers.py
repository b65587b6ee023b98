"""A deliberately naive transaction recipe, put under the program to see that the history checker notices.

Python's own default is like it: what is read is read without a transaction, and one begins at the first statement
that writes. Between the two others can come. A short wait there stands for a slower disk.
"""

import random
import sqlite3
import time
from collections.abc import Iterable
from typing import Any

from milepost.store.db import Connection

_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")
_PAUSE_SECONDS = 0.003


class NaiveCursor(sqlite3.Cursor):
    """A cursor that begins a transaction late."""

    def execute(self, sql: str, parameters: Any = (), /) -> "NaiveCursor":
        """Leave out `BEGIN`; begin at the first statement that writes."""
        return self if self._left_out(sql) else super().execute(sql, parameters)

    def executemany(self, sql: str, rows: Iterable[Any], /) -> "NaiveCursor":
        """The same, for many rows."""
        self._left_out(sql)
        return super().executemany(sql, rows)

    def _left_out(self, sql: str) -> bool:
        word, within = sql.split(None, 1)[0].upper().strip(";"), self.connection.in_transaction
        if word == "BEGIN" or (word in ("COMMIT", "ROLLBACK") and not within):
            return True
        if not within and (word in _WRITES or (word == "WITH" and any(verb in sql for verb in _WRITES))):
            time.sleep(random.uniform(0, _PAUSE_SECONDS))
            super().execute("BEGIN IMMEDIATE")
        return False


class NaiveConnection(Connection):
    """The program's own connection, all of whose statements go through naive cursors."""

    def cursor(self, factory: Any = NaiveCursor) -> Any:
        """A naive cursor."""
        return super().cursor(factory)

    def execute(self, sql: str, parameters: Any = (), /) -> Any:
        """By a naive cursor."""
        return self.cursor().execute(sql, parameters)

    def executemany(self, sql: str, rows: Iterable[Any], /) -> Any:
        """By a naive cursor."""
        return self.cursor().executemany(sql, rows)


def patch() -> None:
    """From now on this process opens stores in the naive way."""
    connect = sqlite3.connect
    sqlite3.connect = lambda *args, **options: connect(*args, **{**options, "factory": NaiveConnection})
