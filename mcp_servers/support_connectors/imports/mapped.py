"""Any table whose columns somebody named: a row is a record of the workspace's own format, checked by it."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from support_connectors.categories import Category
from support_connectors.imports.options import Options
from support_connectors.imports.outcome import Item, Left, Pieces
from support_connectors.remote.crm_fields import number_or_none
from support_connectors.workspace.records import RECORDS
from support_connectors.workspace.rows import row_of

REQUIRED: Mapping[Category, tuple[str, ...]] = {
    "support_platform": ("id", "subject", "created_at"),
    "crm": ("id", "name"),
    "chat": ("id", "channel", "at", "text"),
    "project_tracker": ("id", "title", "created_at"),
    "knowledge_base": ("id", "title", "updated_at", "body"),
}
"""Fields that a table must have a column for."""
OPTIONAL: Mapping[Category, tuple[str, ...]] = {
    "support_platform": ("customer", "status", "priority", "text", "author"),
    "crm": ("tier", "arr_usd", "renewal"),
    "chat": ("author",),
    "project_tracker": ("type", "status", "priority", "text", "author"),
    "knowledge_base": (),
}
_MOMENTS = frozenset({"created_at", "at", "updated_at", "renewal"})
_OPENINGS: Mapping[Category, tuple[str, str]] = {
    "support_platform": ("messages", "m1"),
    "project_tracker": ("comments", "c1"),
}
"""Where the text of a ticket or an issue stands, and how its id ends."""


def likely_columns(category: Category, header: Sequence[str]) -> dict[str, str]:
    """For each field of a category, the column that is called as it is."""
    plain = {_plain(name): name for name in reversed(header)}
    return {
        field: plain[_plain(field)] for field in (*REQUIRED[category], *OPTIONAL[category]) if _plain(field) in plain
    }


def pieces_of_row(header: Sequence[str], cells: Sequence[str], category: Category, options: Options) -> Pieces:
    """The record that a row is. Raises ``ValueError`` with the end of a sentence."""
    named = dict(zip(header, cells, strict=False))
    given = {field: named.get(column, "") for field, column in options.columns.items()}
    record: dict[str, Any] = {
        field: given.get(field) or None
        for field in (*REQUIRED[category], *OPTIONAL[category])
        if field not in ("text", "author")
    }
    for field in _MOMENTS & record.keys():
        record[field] = options.moment(record[field]) if record[field] else None
    if record.get("renewal"):
        record["renewal"] = record["renewal"][:10]
    if given.get("arr_usd"):
        amount = number_or_none(given["arr_usd"])
        if amount is None:
            raise ValueError("has a recurring revenue that is no plain number")
        record["arr_usd"] = amount if options.currency.upper() == "USD" else None
        if record["arr_usd"] is None:
            record["arr"] = f"{amount} {options.currency}"
    if category == "chat":
        record |= {"author": given.get("author", ""), "text": given.get("text", "")}
    elif category in _OPENINGS:
        key, ending = _OPENINGS[category]
        record[key] = _opening(category, record, given, ending)
    try:
        yield Item(category, row_of(category, RECORDS[category].model_validate(record)))
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        column = options.columns.get(str(fault["loc"][0]), str(fault["loc"][0]))
        says = str(fault.get("ctx", {}).get("error") or fault["msg"]).removeprefix("Value error, ")
        yield Left(
            str(record.get("id") or "a row"),
            f"its column {column!r} is empty" if fault["input"] is None else f"{column!r}: {says}",
        )


def _opening(
    category: Category, record: Mapping[str, Any], given: Mapping[str, str], ending: str
) -> list[dict[str, Any]]:
    if not given.get("text"):
        return []
    part = {
        "id": f"{record['id']}-{ending}", "at": record["created_at"], "author": given.get("author", ""), "text": given["text"],
    }  # fmt: skip
    return [{**part, "role": "customer"} if category == "support_platform" else part]


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))
