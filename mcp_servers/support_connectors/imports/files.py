"""Exported files, read in bounds: what kind a file is, the records of a JSON file, the rows of a table, the members of an archive."""

import codecs
import csv
import io
import json
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple

from support_connectors.imports.outcome import UnreadableExport
from support_connectors.workspace.json_stream import Found, JsonFault, NotText, walk

Kind = Literal["json", "table", "archive"]

MAX_CELL = 8 << 20
"""Characters of one line or one cell of a table."""
MAX_MEMBER = 2 << 30
"""Bytes of one member of an archive, unpacked."""
MAX_UNPACKED = 32 << 30
MAX_MEMBERS = 1_000_000
MOST_TIMES = 200
"""How many times as long a member may be unpacked as it is packed, where it is long: text packs to a tenth or a twentieth."""
_LONG = 64 << 20
_FIRST = 4096
LISTS = ("tickets", "users", "organizations", "issues", "conversations")
"""Keys under which a JSON export holds the list of its records."""
_DELIMITERS = ",;\t|"


class Record(NamedTuple):
    """One record of a JSON export."""

    listed: str
    """The key of its list; empty where it stands by itself or in a list without a name."""
    value: Any


def kind_of(path: Path) -> Kind:
    """What kind of file it is, by its first bytes.

    Raises ``UnreadableExport`` for one that cannot be read, is empty, or is of no kind that is imported.
    """
    with opened(path) as file:
        begin = file.read(_FIRST)
    if begin.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        if b"[Content_Types].xml" in begin or b"mimetype" in begin[:60]:
            raise UnreadableExport(f"{path} is an office document: save its table as CSV.")
        return "archive"
    if begin.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!")):
        raise UnreadableExport(f"{path} is compressed: unpack it and name what was in it.")
    if begin.startswith(b"%PDF"):
        raise UnreadableExport(f"{path} is a PDF, which is not imported: export it as CSV or JSON.")
    if not begin.strip():
        raise UnreadableExport(f"{path} is empty.")
    text = begin.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<"):
        raise UnreadableExport(f"{path} is XML or a web page, which is not imported: export it as CSV or JSON.")
    if b"\0" in begin and not begin.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableExport(f"{path} is no text: it holds the byte 0. JSON, CSV and Slack's zip are imported.")
    return "json" if text.startswith((b"{", b"[")) else "table"


def json_records(path: Path) -> Generator[Record, None, None]:
    """The records of a JSON export: one document or one a line, by themselves, in a list, or in a list with a name.

    Raises ``UnreadableExport``.
    """
    with opened(path) as file:
        yield from records_in(file, str(path))


def records_in(file: BinaryIO, name: str) -> Iterator[Record]:
    """As ``json_records``, of an open file that is called ``name``."""
    try:
        yield from _records(walk(file.read, _enters, many=True))
    except NotText as fault:
        raise UnreadableExport(f"{name} is not UTF-8 text ({fault}); save it as UTF-8.") from None
    except JsonFault as fault:
        raise UnreadableExport(f"{name} is not JSON: {fault}. Was it cut? Export it again.") from None


def _enters(path: tuple[str | int, ...]) -> str:
    if not path:
        return "[{"
    return "[" if len(path) == 1 and (isinstance(path[0], int) or path[0] in LISTS) else ""


def _records(found: Iterator[Found]) -> Iterator[Record]:
    """Documents that hold no list with a name are records themselves, put together again."""
    whole: dict[str, Any] | None = None
    for path, given, has_halves in found:
        value = _without_halves(given) if has_halves else given
        if not path:
            if whole:
                yield Record("", whole)
            whole = {} if value == {} else None
            if value not in ({}, []):
                yield Record("", value)
        elif isinstance(path[0], int):
            if value != [] or len(path) > 1:
                yield Record("", value)
        elif len(path) > 1:
            yield Record(path[0], value)
        elif path[0] in LISTS and value == []:
            whole = None
        elif whole is not None:
            whole[path[0]] = value
    if whole:
        yield Record("", whole)


def _without_halves(value: Any) -> Any:
    """The value with ``?`` for each half of a character, which no store can keep."""
    return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


class Table:
    """A CSV file: its header, and its rows as lists of cells. One column name may stand several times."""

    def __init__(self, path: Path, encoding: str = "utf-8-sig") -> None:
        """Raises ``UnreadableExport``."""
        self._path = path
        self._encoding = encoding
        with self._lines() as lines:
            first = next(lines, "")
        self._delimiter = max(_DELIMITERS, key=first.count)
        with closing(self._cells()) as rows:
            self.header = next((cells for _, cells in rows), [])
        if len(self.header) < 2:
            raise UnreadableExport(
                f"{path} is no table: its first line names no columns. JSON, CSV and Slack's zip are imported."
            )

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows below the header that are not empty, each with the number of the line at which it ends."""
        with closing(self._cells()) as rows:
            next(rows, None)
            for number, cells in rows:
                if any(cells):
                    yield number, cells

    def _cells(self) -> Generator[tuple[int, list[str]], None, None]:
        csv.field_size_limit(MAX_CELL)
        with self._lines() as lines:
            reader = csv.reader(lines, delimiter=self._delimiter)
            try:
                for cells in reader:
                    yield reader.line_num, [cell.strip() for cell in cells]
            except csv.Error as error:
                raise UnreadableExport(f"{self._path} is not CSV: line {reader.line_num}: {error}.") from None

    @contextmanager
    def _lines(self) -> Iterator[Iterator[str]]:
        with opened(self._path) as file:
            _check_encoding(self._encoding)
            encoding = "utf-16" if file.read(2) in (b"\xff\xfe", b"\xfe\xff") else self._encoding
            file.seek(0)
            with io.TextIOWrapper(file, encoding=encoding, newline="") as text:
                yield self._bounded(text)

    def _bounded(self, file: io.TextIOWrapper) -> Iterator[str]:
        try:
            while line := file.readline(MAX_CELL):
                if len(line) == MAX_CELL:
                    raise UnreadableExport(
                        f"{self._path} has a line of more than {MAX_CELL >> 20} MiB, so it is no table."
                    )
                yield line
        except UnicodeDecodeError as error:
            raise UnreadableExport(
                f"{self._path} is not {self._encoding.removesuffix('-sig').upper()} text ({error.reason}): say which encoding it "
                "has, such as --encoding cp1252."
            ) from None


def _check_encoding(name: str) -> None:
    try:
        codecs.lookup(name)
    except LookupError:
        raise UnreadableExport(f"There is no encoding {name!r}; try cp1252 or utf-16.") from None


class Archive:
    """A zip archive whose members are read in bounds."""

    def __init__(self, path: Path, file: zipfile.ZipFile) -> None:
        self._path = path
        self._file = file
        members = file.infolist()
        if len(members) > MAX_MEMBERS:
            raise UnreadableExport(f"{path} has more than {MAX_MEMBERS:,} members, the most that is read.")
        for member in members:
            times = member.file_size / max(member.compress_size, 1)
            if member.file_size > MAX_MEMBER or (member.file_size > _LONG and times > MOST_TIMES):
                raise UnreadableExport(
                    f"{path} was left alone: its member {member.filename!r} unpacks to {member.file_size:,} bytes, {times:,.0f} "
                    "times what it takes packed."
                )
        total = sum(member.file_size for member in members)
        if total > MAX_UNPACKED:
            raise UnreadableExport(f"{path} unpacks to {total:,} bytes; {MAX_UNPACKED >> 30} GiB are read at the most.")
        self.names = [member.filename for member in members if not member.is_dir()]

    def records(self, name: str) -> Iterator[Record]:
        """The records of a member that is JSON. Raises ``UnreadableExport``."""
        try:
            with self._file.open(name) as member:
                yield from records_in(member, f"{self._path}: {name}")  # type: ignore[arg-type]  # it is one
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise UnreadableExport(f"{self._path}: {name} is damaged ({error}); download the export again.") from None
        except (RuntimeError, NotImplementedError) as error:
            raise UnreadableExport(f"{self._path}: {name} cannot be unpacked: {error}.") from None


@contextmanager
def archive(path: Path) -> Iterator[Archive]:
    """Open a zip archive. Raises ``UnreadableExport``."""
    try:
        with zipfile.ZipFile(path) as file:
            yield Archive(path, file)
    except (zipfile.BadZipFile, EOFError) as error:
        raise UnreadableExport(f"{path} is a zip that is cut or damaged ({error}); download it again.") from None
    except OSError as error:
        raise UnreadableExport(f"{path} cannot be read: {error.strerror or error}.") from None


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file that can be read more than once. Raises ``UnreadableExport``."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise UnreadableExport(f"{path} is no file: save what it gives as one first.")
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise UnreadableExport(f"{path} cannot be read: {error.strerror or error}.") from None
