"""What an export says of people and companies before or after it names them: kept on disk, because there may be any number."""

import json
import sqlite3
from functools import lru_cache
from types import TracebackType
from typing import Any, Self

REMEMBERED = 5_000
"""Things that are kept in memory besides."""


class Lookup:
    """JSON objects by kind and id."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect("", isolation_level=None)  # a file of its own that is gone when it is closed
        self._connection.execute(
            "CREATE TABLE known (kind TEXT, id TEXT, value TEXT, PRIMARY KEY (kind, id)) WITHOUT ROWID"
        )
        self._connection.execute("BEGIN")
        self._remembered = lru_cache(REMEMBERED)(self._read)

    def learn(self, kind: str, id_: object, value: dict[str, Any]) -> None:
        """Keep an object; a later one of the same id counts."""
        self._connection.execute("INSERT OR REPLACE INTO known VALUES (?, ?, ?)", (kind, str(id_), json.dumps(value)))

    def find(self, kind: str, id_: object) -> dict[str, Any] | None:
        """The object of that id; None where nobody told of it."""
        return None if id_ is None else self._remembered(kind, str(id_))

    def _read(self, kind: str, id_: str) -> dict[str, Any] | None:
        row = self._connection.execute("SELECT value FROM known WHERE kind = ? AND id = ?", (kind, id_)).fetchone()
        return None if row is None else dict(json.loads(row[0]))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._connection.close()
