"""Where a workspace is read from: a file, what can be read only once, or a value that is parsed already."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from support_connectors.categories import WORKSPACE_CATEGORIES
from support_connectors.workspace.faults import BrokenFormat
from support_connectors.workspace.json_stream import CHUNK, Found, JsonFault, NotText, TooDeep, walk
from support_connectors.workspace.records import WorkspaceError


@dataclass(frozen=True)
class SourceFile:
    """A file that can be read more than once, and what to call it."""

    path: Path
    name: str


Source = SourceFile | Mapping[str, Any]
"""A workspace file, or one that is parsed already."""
MAX_STREAM = 512 * 1024 * 1024
"""Bytes that are kept of what can be read only once, such as a pipe."""
_FIRST = 4096
"""Bytes by which a file that is no text is known."""
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
RECORD_PATH = ("records", "category", "index")
"""The steps of the path of a record."""


@contextmanager
def readable_twice(source: Path | str | Mapping[str, Any]) -> Iterator[Source]:
    """The source; what can be read only once, such as a pipe, as a file that holds it.

    Faults that are found inside name the file. Raises ``WorkspaceError``.
    """
    if not isinstance(source, Path | str):
        yield source
        return
    path = Path(source)
    try:
        with path.open("rb") as stream, ExitStack() as stack:
            begin = stream.read(_FIRST)
            if b"\0" in begin and not begin.startswith(_UTF_16):
                raise WorkspaceError(f"{path} is not JSON: it holds the byte 0, as no text does.")
            kept = path if stream.seekable() else stack.enter_context(_kept(begin, stream, path))
            yield SourceFile(kept, str(path))
    except BrokenFormat as error:
        raise WorkspaceError(f"{path}: {error}") from None
    except OSError as error:
        raise WorkspaceError(f"{path} cannot be read: {error.strerror or error}.") from None


@contextmanager
def _kept(begin: bytes, stream: BinaryIO, path: Path) -> Iterator[Path]:
    with tempfile.NamedTemporaryFile() as copy:
        copy.write(begin)
        while data := stream.read(CHUNK):
            copy.write(data)
            if copy.tell() > MAX_STREAM:
                raise WorkspaceError(f"{path} gives more than {MAX_STREAM >> 20} MiB; save it as a file first.")
        copy.flush()
        yield Path(copy.name)


def entries(source: Source) -> Iterator[Found]:
    """What stands around the records, with empty ones of what is entered, and the records."""
    if not isinstance(source, SourceFile):
        yield from _walked(source, ())
        return
    try:
        with source.path.open("rb", buffering=0) as file:
            yield from walk(file.read, _enters)
    except NotText as fault:
        raise WorkspaceError(f"{source.name} is not UTF-8 text ({fault}); save it as UTF-8 JSON.") from None
    except TooDeep:
        raise WorkspaceError(f"{source.name} is nested too deeply to be a workspace.") from None
    except JsonFault as fault:
        raise WorkspaceError(f"{source.name} is not JSON: {fault}.") from None


def _walked(value: Any, path: tuple[str | int, ...]) -> Iterator[Found]:
    """As ``walk`` does, of a value that is parsed already."""
    entered = _enters(path)
    if isinstance(value, Mapping) and entered == "{":
        yield Found(path, {}, has_halves=True)
        for key, inner in value.items():
            yield from _walked(inner, (*path, key))
    elif isinstance(value, list) and entered == "[":
        yield Found(path, [], has_halves=True)
        for index, inner in enumerate(value):
            yield from _walked(inner, (*path, index))
    else:
        yield Found(path, value, has_halves=True)


def _enters(path: tuple[str | int, ...]) -> str:
    if path in ((), ("records",)):
        return "{"
    return "[" if len(path) == len(RECORD_PATH) - 1 and path[0] == "records" and path[1] in WORKSPACE_CATEGORIES else ""
