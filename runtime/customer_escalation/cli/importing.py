"""``customer-escalation workspace import``: what a person says about the files, what they are asked, and the report in words."""

import sys
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import typer

from customer_escalation.cli import streams
from customer_escalation.connectors.source import InvalidRequest

if TYPE_CHECKING:
    from support_connectors.categories import Category
    from support_connectors.imports.formats import ColumnsWanted
    from support_connectors.imports.options import Options
    from support_connectors.imports.running import FileReport, Report

LARGEST_MAPPING = 1 << 20
"""Bytes that are read of a mapping file."""
SKIPPED = "-"
"""What a person answers where no column holds a field."""


def options_of(
    system: str | None, category: str | None, columns: Iterable[str], mapping: Path | None, zone: str | None,
    dates: str | None, encoding: str | None, currency: str,
) -> "Options":  # fmt: skip
    """What was said on the command line and in a mapping file, of which the command line counts. Raises ``InvalidRequest``."""
    from support_connectors.imports.formats import NAMES
    from support_connectors.imports.mapped import OPTIONAL, REQUIRED
    from support_connectors.imports.options import Options

    if system is not None and system not in NAMES:
        raise InvalidRequest(f"There is no format {system!r}; choose one of {', '.join(NAMES)}.")
    filed = _mapping(mapping) if mapping else {}
    chosen = category or filed.get("category")
    held: Category | None = next((one for one in REQUIRED if one == chosen), None)
    if chosen is not None and held is None:
        raise InvalidRequest(f"A workspace holds no {chosen!r}; choose one of {', '.join(REQUIRED)}.")
    named = dict(filed.get("columns", {}))
    for text in columns:
        field, equals, column = text.partition("=")
        if not (equals and field.strip() and column.strip()):
            raise InvalidRequest(f"--map {text}: write it as FIELD=COLUMN, such as --map arr_usd='Annual value'.")
        named[field.strip()] = column.strip()
    of: Category = held or "crm"  # the only one whose known tables must be told of columns
    known = (*REQUIRED[of], *OPTIONAL[of])
    if wrong := [field for field in named if field not in known]:
        raise InvalidRequest(f"--map {wrong[0]}: {of} has no such field; it has {', '.join(known)}.")
    made = Options(system=system or "", dates=dates or "", currency=currency, category=held, columns=named)
    if encoding:
        made = replace(made, encoding=encoding)
    return replace(made, zone=_zone(zone)) if zone else made


def run(paths: list[Path], database: Path | None, options: "Options", *, keep: bool) -> "Report":
    """Import, asking on a terminal what the columns of a table are. Raises ``InvalidRequest``."""
    from support_connectors.imports.formats import ColumnsWanted
    from support_connectors.imports.outcome import UnreadableExport
    from support_connectors.imports.running import import_files
    from support_connectors.serving import default_database
    from support_connectors.workspace.records import WorkspaceError

    while True:
        try:
            return import_files(paths, database or default_database(), options, keep=keep)
        except ColumnsWanted as wanted:
            if not (sys.stdin.isatty() and sys.stderr.isatty()):
                raise InvalidRequest(str(wanted)) from None
            options = _asked(wanted, options)
        except (UnreadableExport, WorkspaceError) as error:
            raise InvalidRequest(str(error)) from None


def told(report: "Report", target: Path, *, keep: bool) -> str:
    """The report in words."""
    head = f"Imported into {target}:" if keep else f"Nothing was changed. This would be imported into {target}:"
    lines = [head, *(line for one in report.files for line in _of_file(one))]
    if report.zones_missing:
        lines.append(f"note: {report.zones_missing:,} times name no zone and were read in the one of --timezone (UTC).")
    return streams.rows(lines)


def as_json(report: "Report", target: Path, *, keep: bool) -> dict[str, Any]:
    """The report for programs."""
    return {
        "workspace": str(target),
        "changed": keep,
        "files": [
            {
                "file": str(one.path),
                "of": one.title,
                "taken": one.taken,
                "left": [
                    {"why": why, "count": count, "first": one.tally.examples[why]}
                    for why, count in one.tally.left.items()
                ],
                "notes": [{"note": note, "count": count} for note, count in one.tally.notes.items()],
            }
            for one in report.files
        ],
        "times_without_zone": report.zones_missing,
    }


def _of_file(one: "FileReport") -> Iterable[str]:
    yield f"{one.path} ({one.title})"
    if not one.taken:
        yield "  nothing in it was taken"
    for category, fates in one.taken.items():
        words = {"new": "new", "changed": "changed", "same": "as before"}
        counts = ", ".join(f"{fates[fate]:,} {word}" for fate, word in words.items() if fates.get(fate))  # type: ignore[index,call-overload]
        yield f"  {category.replace('_', ' ')}: {counts}"
    for why, count in one.tally.left.items():
        first = one.tally.examples[why]
        yield f"  left out: {first}: {why}" if count == 1 else f"  left out: {count:,}, the first {first}: {why}"
    for note, count in one.tally.notes.items():
        yield f"  note: {note}" + (f" ({count:,} times)" if count > 1 else "")


def _asked(wanted: "ColumnsWanted", options: "Options") -> "Options":
    """What a person says of a table's rows and columns."""
    from support_connectors.imports.mapped import OPTIONAL, REQUIRED, likely_columns

    header = list(dict.fromkeys(name for name in wanted.header if name))
    streams.tell(f"{wanted.path} is a table of no known system. Its columns:")
    for number, name in enumerate(header, 1):
        streams.tell(f"  {number}  {name}")
    category: Category = wanted.category or _choice(f"What are its rows ({', '.join(REQUIRED)})", list(REQUIRED), None)  # type: ignore[assignment]
    likely = likely_columns(category, header)
    columns = dict(options.columns)
    for field in (*REQUIRED[category], *OPTIONAL[category]):
        if field in columns:
            continue
        needed = field in REQUIRED[category]
        hint = "" if needed else f", {SKIPPED} for none"
        said = _choice(
            f"Which column is {field}{hint}",
            header if needed else [*header, SKIPPED],
            likely.get(field) or (None if needed else SKIPPED),
        )
        if said != SKIPPED:
            columns[field] = said
    again = " ".join(f"--map {field}={column!r}" for field, column in columns.items())
    streams.tell(f"Without questions the next time: --as {category} {again}")
    return replace(options, category=category, columns=columns)


def _choice(question: str, among: list[str], default: str | None) -> str:
    """One of the answers, by its words or its number."""
    while True:
        said = str(typer.prompt(question, default=default, err=True)).strip()
        if said in among:
            return said
        if said.isdigit() and 0 < int(said) <= len(among):
            return among[int(said) - 1]
        streams.tell("Answer with one of them, or its number.")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise InvalidRequest(f"{name!r} is not a time zone name such as Europe/Berlin.") from None


def _mapping(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST_MAPPING + 1).decode("utf-8")
        found = tomllib.loads(text) if len(text) <= LARGEST_MAPPING else {}
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be read: {error.strerror or error}.") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidRequest(f"{path} is not TOML: {error}.") from None
    columns = found.get("columns")
    if not isinstance(columns, dict) or not all(isinstance(value, str) for value in columns.values()):
        raise InvalidRequest(f'{path} has no table [columns] of lines such as arr_usd = "Annual value".')
    return found
