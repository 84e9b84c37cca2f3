"""Which ids a workspace's source gives itself: kept on disk, because a source may hold any number of them."""

import sqlite3
from types import TracebackType
from typing import Self

from support_connectors.categories import Category

_TEMPORARY = ""
"""SQLite's name for a database in a file of its own that is gone when it is closed."""


class Claims:
    """Ids by category, each with the place that claimed it first."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect(_TEMPORARY, isolation_level=None)
        self._connection.execute(
            "CREATE TABLE claim (category TEXT, id TEXT, place TEXT, PRIMARY KEY (category, id)) WITHOUT ROWID"
        )
        self._connection.execute("BEGIN")

    def claim(self, category: Category, id_: str, place: str = "") -> str | None:
        """Claim an id; the place that has it already, None where it was free."""
        try:
            self._connection.execute("INSERT INTO claim VALUES (?, ?, ?)", (category, id_, place))
        except sqlite3.IntegrityError:
            held = "SELECT place FROM claim WHERE category = ? AND id = ?"
            (found,) = self._connection.execute(held, (category, id_)).fetchone()
            return str(found)
        return None

    def is_free(self, category: Category, id_: str) -> bool:
        """Claim an id that is made up; whether it was free."""
        return self.claim(category, id_) is None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._connection.close()
