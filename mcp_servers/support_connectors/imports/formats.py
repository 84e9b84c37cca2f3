"""The exports that are read: whose they are, how each is known, and how it becomes items."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from support_connectors.categories import Category
from support_connectors.imports import companies, github, intercom, jira, mapped, slack, zendesk
from support_connectors.imports.files import Record, Table, archive, json_records, kind_of
from support_connectors.imports.guarding import guarded
from support_connectors.imports.lookup import Lookup
from support_connectors.imports.options import Options
from support_connectors.imports.outcome import Left, Pieces, UnreadableExport

LOOKED_AT = 50
"""Records by which a JSON export is known."""
NAMES = ("zendesk", "jira", "slack", "hubspot", "salesforce", "github", "intercom", "csv")
"""What a format may be called by a person."""
SYSTEM_OF_A_TABLE = "csv"


@dataclass(frozen=True)
class JsonFormat:
    """A system's JSON."""

    name: str
    title: str
    is_own: Callable[[Record], bool]
    pieces: Callable[[Record, Lookup], Pieces]
    learn: Callable[[Record, Lookup], None] | None = None
    """Reads what other records name, before any of them is read."""


@dataclass(frozen=True)
class TableFormat:
    """A system's CSV."""

    name: str
    title: str
    is_own: Callable[[Sequence[str]], bool]
    pieces: Callable[[Sequence[str], Sequence[str], Options], Pieces]


JSON = (
    JsonFormat("jira", "Jira", jira.is_own, lambda record, _: jira.pieces(record)),
    JsonFormat("intercom", "Intercom", intercom.is_own, lambda record, _: intercom.pieces(record)),
    JsonFormat("github", "GitHub", github.is_own, lambda record, _: github.pieces(record)),
    JsonFormat("zendesk", "Zendesk", zendesk.is_own, zendesk.pieces, zendesk.learn),
)
TABLES = (
    TableFormat("jira", "Jira", jira.is_own_table, jira.pieces_of_row),
    TableFormat("hubspot", "HubSpot", companies.is_hubspot, companies.of_hubspot),
    TableFormat("salesforce", "Salesforce", companies.is_salesforce, companies.of_salesforce),
)
_KNOWN = "Zendesk (JSON), Jira (CSV, JSON), Slack (zip), HubSpot and Salesforce (CSV of companies), GitHub issues (JSON), Intercom (JSON)"


@dataclass(frozen=True)
class Export:
    """One file of a known format."""

    path: Path
    system: str
    """Its name, by which its items are told from those of other systems."""
    title: str
    pieces: Callable[[Lookup], Pieces]
    learn: Callable[[Lookup], None] | None = None


class ColumnsWanted(UnreadableExport):
    """A table of no known system needs somebody who says what its columns are."""

    def __init__(self, path: Path, header: Sequence[str], category: Category | None, missing: Sequence[str]) -> None:
        """``missing`` are the fields without a column, where the category is known."""
        self.path, self.header, self.category = path, header, category
        shown = ", ".join(repr(name) for name in header)
        wanted = (
            f"name the columns of {', '.join(missing)} with --map FIELD=COLUMN"
            if category
            else "say what its rows are with --as CATEGORY and name its columns with --map FIELD=COLUMN"
        )
        super().__init__(f"{path} is a table of no known system: {wanted}. Its columns: {shown}.")


def recognise(path: Path, options: Options) -> Export:
    """Find out what a file is. Raises ``UnreadableExport``, and ``ColumnsWanted``."""
    kind = kind_of(path)
    if options.system and kind not in _KINDS[options.system]:
        what = {"json": "JSON", "table": "a table", "archive": "a zip archive"}[kind]
        raise UnreadableExport(f"{path} is {what}, which {options.system} does not export.")
    if kind == "archive":
        with archive(path) as found:
            if not slack.is_own(found):
                raise UnreadableExport(
                    f"{path} is no export of Slack's: it holds no channels.json. Unpack other archives first."
                )
        return Export(path, "slack", "Slack", lambda people: _of_archive(path, people))
    return _json_export(path, options) if kind == "json" else _table_export(path, options)


_KINDS = {
    "zendesk": ("json",), "jira": ("json", "table"), "slack": ("archive",), "hubspot": ("table",), "salesforce": ("table",),
    "github": ("json",), "intercom": ("json",), "csv": ("table",),
}  # fmt: skip


def _json_export(path: Path, options: Options) -> Export:
    with closing(json_records(path)) as records:
        begin = list(islice(records, LOOKED_AT))
    chosen = [one for one in JSON if one.name == options.system] or [
        one for one in JSON if any(one.is_own(record) for record in begin)
    ]
    if not chosen:
        if any(isinstance(record.value, dict) and "records" in record.value for record in begin):
            raise UnreadableExport(f"{path} is a workspace file: customer-escalation workspace load {path}")
        raise UnreadableExport(f"{path} is JSON of no system that is known. Imported are {_KNOWN}, and any table.")
    form = chosen[0]

    def pieces(people: Lookup) -> Pieces:
        for number, record in enumerate(json_records(path), 1):
            yield from guarded(_name_of(record, number), form.pieces(record, people))

    def learn(people: Lookup) -> None:
        for record in json_records(path):
            if form.learn:
                form.learn(record, people)

    return Export(path, form.name, form.title, pieces, learn if form.learn else None)


def _table_export(path: Path, options: Options) -> Export:
    table = Table(path, options.encoding)
    own = [
        one
        for one in TABLES
        if one.name == options.system or (not options.system and not options.category and one.is_own(table.header))
    ]
    if own:
        read = own[0].pieces
        return Export(path, own[0].name, own[0].title, lambda _: _of_table(table, read, options))
    category = options.category
    columns = options.columns
    missing = [field for field in mapped.REQUIRED[category] if field not in columns] if category else []
    if category is None or missing:
        raise ColumnsWanted(path, table.header, category, missing)
    absent = [column for column in columns.values() if column not in table.header]
    if absent:
        raise UnreadableExport(
            f"{path} has no column {absent[0]!r}. Its columns: {', '.join(map(repr, table.header))}."
        )

    def of_row(header: Sequence[str], cells: Sequence[str], given: Options) -> Pieces:
        assert category is not None
        yield from mapped.pieces_of_row(header, cells, category, given)

    return Export(path, SYSTEM_OF_A_TABLE, "a table", lambda _: _of_table(table, of_row, options))


def _of_table(
    table: Table, read: Callable[[Sequence[str], Sequence[str], Options], Pieces], options: Options
) -> Pieces:
    for line, cells in table.rows():
        name = f"the row that ends in line {line}"
        if len(cells) != len(table.header):
            yield Left(name, "it has more or fewer cells than the table has columns")
            continue
        for piece in guarded(name, read(table.header, cells, options)):
            yield piece._replace(what=name) if isinstance(piece, Left) else piece


def _of_archive(path: Path, people: Lookup) -> Pieces:
    with archive(path) as found:
        yield from slack.pieces(found, people)


def _name_of(record: Record, number: int) -> str:
    value = record.value
    if isinstance(value, dict):
        for key in ("key", "number", "id"):
            if isinstance(value.get(key), str | int):
                return f"{key} {value[key]}"
    return f"record {number}"
