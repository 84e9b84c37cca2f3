"""Which messages or comments of the items that a search found match it best: ranked among themselves, in an index made for that.

Every part would otherwise stand in the workspace's index twice, once in its item's text and once by itself.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from typing import Any

from support_connectors.workspace.rows import searchable
from support_connectors.workspace.schema import TOKENIZER


def best_first(parts: Sequence[dict[str, Any]], expression: str) -> list[int]:
    """The positions of the stored parts that match an FTS5 expression, best first."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute(f"CREATE VIRTUAL TABLE found USING fts5(body, tokenize = '{TOKENIZER}')")
        connection.execute("BEGIN")
        rows = ((position, searchable(data)) for position, data in enumerate(parts))
        connection.executemany("INSERT INTO found (rowid, body) VALUES (?, ?)", rows)
        ranked = "SELECT rowid FROM found WHERE found MATCH ? ORDER BY bm25(found), rowid"
        return [position for (position,) in connection.execute(ranked, (expression,))]
