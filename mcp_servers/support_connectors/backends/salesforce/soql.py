"""Queries in Salesforce's own languages: what an organisation does not have, or hides from us, is left out of them and kept in mind."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from support_connectors.backend import BackendError, InvalidInput, PermissionDenied, RateLimited, Unavailable
from support_connectors.backends.salesforce.records import TITLE, Row
from support_connectors.remote.guard import readable
from support_connectors.remote.http import Api

MOST_PARTS = 100
"""Contacts, open deals and tasks of one account that are read."""
MOST_DROPPED = 8
"""Fields that a query may lose because the organisation does not have them, or hides them."""
_COLUMN = re.compile(r"[Nn]o such column '([\w.]+)'(?: on entity '(\w+)')?")
_RELATION = re.compile(r"[Dd]idn't understand relationship '(\w+)'")


@dataclass(frozen=True)
class ChildRows:
    """Rows of an account that are read with it."""

    name: str
    """The relationship's."""
    kind: str
    fields: Sequence[str]
    where: str = ""

    def shown(self, absent: set[tuple[str, str]]) -> str:
        """The part in a query; empty where nothing of it may be seen."""
        fields = [field for field in self.fields if not _is_absent(field, self.kind, absent)]
        if not fields or ("", self.name) in absent:
            return ""
        where = f" WHERE {self.where}" if self.where else ""
        return f"(SELECT {', '.join(fields)} FROM {self.name}{where} LIMIT {MOST_PARTS})"


class Queries:
    """What an organisation answers to queries."""

    def __init__(self, api: Api, base: str) -> None:
        self._api = api
        self._base = base
        self.absent: set[tuple[str, str]] = set()
        """What the organisation does not have, or hides: an object's name and a field's, or "" and a relationship's."""

    def rows(
        self,
        kind: str,
        fields: Sequence[str],
        where: str,
        limit: int,
        order: str = "",
        parts: Sequence[ChildRows] = (),
    ) -> list[Row]:
        """Rows of a query; fields and parts that this organisation does not have, or hides, are left out."""
        for _ in range(MOST_DROPPED):
            shown = [field for field in fields if not _is_absent(field, kind, self.absent)]
            shown += [text for part in parts if (text := part.shown(self.absent))]
            query = f"SELECT {', '.join(shown)} FROM {kind}"
            query += f" WHERE {where}" if where else ""
            query += f" ORDER BY {order}" if order else ""
            try:
                return self._pages(f"{query} LIMIT {limit}", limit)
            except InvalidInput as error:
                if "invalid ID field" in str(error):  # the shape of an id, and its check characters are wrong
                    return []
                lost = _lost(str(error), kind)
                if lost is None or lost in self.absent or not _asks_for(lost, kind, fields, parts):
                    raise
                self.absent.add(lost)
        raise Unavailable("Salesforce hides too many fields from our account to be read.")

    def _pages(self, text: str, most: int) -> list[Row]:
        answer = self.get(f"{self._base}/query", {"q": text})
        with readable(TITLE):
            rows = [dict(row) for row in answer["records"]]
            while not answer["done"] and len(rows) < most:
                answer = self.get(str(answer["nextRecordsUrl"]))
                rows += [dict(row) for row in answer["records"]]
        return rows[:most]

    def get(self, path: str, params: Row | None = None) -> Any:
        """What is at an address. Raises as ``Api`` does."""
        try:
            return self._api.get(path, params)
        except BackendError as error:
            raise refusal_of(error) from error


def refusal_of(error: BackendError) -> BackendError:
    """Salesforce says that its limit is reached as a refusal."""
    if isinstance(error, PermissionDenied) and "REQUEST_LIMIT_EXCEEDED" in str(error):
        return RateLimited("Salesforce wants fewer calls: the organisation's daily limit is reached.")
    return error


def error_words(body: bytes) -> str:
    """Codes and messages of an error."""
    try:
        rows = json.loads(body)
        return "; ".join(f"{row.get('errorCode', '')}: {' '.join(str(row.get('message', '')).split())}" for row in rows)
    except (ValueError, AttributeError, TypeError, RecursionError):
        return ""


def _lost(said: str, kind: str) -> tuple[str, str] | None:
    """What an error says is not there: an object's name and a field's, or "" and a relationship's."""
    if column := _COLUMN.search(said):
        return (column[2] or kind, column[1])
    relation = _RELATION.search(said)
    return ("", relation[1]) if relation else None


def _asks_for(lost: tuple[str, str], kind: str, fields: Sequence[str], parts: Sequence[ChildRows]) -> bool:
    """Whether a query asks for what is lost, so that it can do without."""
    return (
        any(_is_absent(field, kind, {lost}) for field in fields)
        or any(_is_absent(field, part.kind, {lost}) for part in parts for field in part.fields)
        or lost in {("", part.name) for part in parts}
    )


def _is_absent(field: str, kind: str, absent: set[tuple[str, str]]) -> bool:
    """Whether a field of an object is absent, by itself or with the object that it leads to."""
    through, _, last = field.rpartition(".")
    return (kind, field) in absent or bool(through and {("User", last), ("", through)} & absent)


def quoted(text: str) -> str:
    """A text inside a query: nothing in it can end it."""
    clean = "".join(character for character in text if character >= " " or character in "\n\r\t")
    for plain, escaped in (("\\", "\\\\"), ("'", "\\'"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        clean = clean.replace(plain, escaped)
    return f"'{clean}'"


def among(ids: Sequence[str]) -> str:
    """The condition that a row has one of these ids."""
    return f"Id IN ({', '.join(map(quoted, ids))})"
