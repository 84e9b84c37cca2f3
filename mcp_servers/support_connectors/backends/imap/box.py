"""What IMAP answers, taken apart: folders and their names, searches, parts of messages; all of it only looks."""

import base64
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, unquote

from support_connectors.backend import InvalidInput
from support_connectors.backends.imap.wire import TITLE, Wire, must, quoted, said_of
from support_connectors.remote.guard import readable

AT_A_TIME = 500
"""Mails that are asked for in one command."""
_LISTED = re.compile(rb'\((?P<flags>[^)]*)\) (?:"(?P<mark>\\?.)"|NIL) (?P<name>.+)$', re.DOTALL)
_SHIFTED = re.compile(r"&([A-Za-z0-9+,]*)-")
_UNPRINTABLE = re.compile(r"&|[^\x20-\x7e]+")
_PLACE = re.compile(r"(?P<folder>.+)/(?P<validity>\d{1,10})-(?P<uid>\d{1,10})")
_HIDDEN_NAMES = {"trash", "junk", "spam", "deleted items", "deleted messages", "junk e-mail", "papierkorb", "bin"}
_DRAFTS_NAMES = {"drafts", "draft", "entwürfe"}


@dataclass(frozen=True)
class Folder:
    """One folder that can be opened."""

    raw: str
    """Its name as the server writes it."""
    flags: frozenset[str] = frozenset()
    mark: str = "/"
    """What stands between it and the folders above it."""

    @property
    def path(self) -> str:
        """Its name as people see it."""
        return decoded(self.raw)

    @property
    def leaf(self) -> str:
        """The last part of its name, in lower case."""
        return (self.path.rpartition(self.mark)[2] if self.mark else self.path).casefold()

    @property
    def is_hidden(self) -> bool:
        """Whether it is the bin or holds spam."""
        return bool({"\\trash", "\\junk"} & self.flags) or (not self._has_use and self.leaf in _HIDDEN_NAMES)

    @property
    def is_for_drafts(self) -> bool:
        """Whether drafts belong here."""
        return "\\drafts" in self.flags or (not self._has_use and self.leaf in _DRAFTS_NAMES)

    @property
    def _has_use(self) -> bool:
        return bool({"\\trash", "\\junk", "\\drafts", "\\sent", "\\archive", "\\all"} & self.flags)


@dataclass(frozen=True, order=True)
class MailPlace:
    """Where one mail is; its id is made of it."""

    folder: str
    """The folder's name as the server writes it."""
    validity: int
    """Changes when the folder's numbers begin anew."""
    uid: int

    @property
    def id(self) -> str:
        """The id: the folder's name as people see it, percent-encoded, and two numbers."""
        return f"{quote(decoded(self.folder), safe='/')}/{self.validity}-{self.uid}"

    @classmethod
    def of(cls, name: str) -> "MailPlace | None":
        """The place that an id names; None where it is none."""
        match = _PLACE.fullmatch(name)
        if match is None or not 0 < int(match["uid"]) < 1 << 32:
            return None
        return cls(encoded(unquote(match["folder"])), int(match["validity"]), int(match["uid"]))


@dataclass(frozen=True)
class Fetched:
    """What a FETCH gives of one mail."""

    uid: int
    about: bytes
    """Everything but the literal."""
    content: bytes

    def number(self, name: str) -> int:
        """A number among what is said about the mail; 0 where it is not."""
        match = re.search(rb"\b" + re.escape(name.encode()) + rb" (\d+)", self.about)
        return int(match[1]) if match else 0

    @property
    def is_deleted(self) -> bool:
        """Whether it is marked as deleted and only waits to be cleared away."""
        return rb"\deleted" in self.about.lower()

    @property
    def arrived(self) -> datetime:
        """When the mailbox took it."""
        match = re.search(rb'INTERNALDATE "([^"]+)"', self.about)
        return moment(match[1].decode("ascii", errors="replace")) if match else datetime.fromtimestamp(0, UTC)


class Box:
    """A mailbox on one connection."""

    def __init__(self, wire: Wire, most_bytes: int) -> None:
        self.wire = wire
        self._most_bytes = most_bytes
        self._folders: list[Folder] | None = None
        self._opened: tuple[str, int, int] | None = None

    def folders(self) -> list[Folder]:
        """The folders that can be opened."""
        if self._folders is None:
            able = self.wire.capabilities
            uses = " RETURN (SPECIAL-USE)" if "SPECIAL-USE" in able and "LIST-EXTENDED" in able else ""
            self._folders = list(_listing(must(self.wire.list('""', f'"*"{uses}'))))
        return self._folders

    def open(self, raw: str) -> tuple[int, int] | None:
        """Open a folder for reading only: how many mails it has and its validity; None where it cannot be opened."""
        if self._opened is None or self._opened[0] != raw:
            self._opened = None
            status, data = self.wire.select(quoted(raw), readonly=True)
            if status != "OK":
                return None
            with readable(TITLE):
                validity = self.wire.response("UIDVALIDITY")[1]
                known = validity[-1] if validity else None
                self._opened = raw, int(data[-1] or b"0"), int(known) if isinstance(known, bytes) else 0
        return self._opened[1:]

    def forget(self) -> None:
        """Open the folder anew next time: something was written."""
        self._opened = None

    def search(self, *criteria: str) -> list[int]:
        """The numbers of the mails of the opened folder that meet the criteria and are not deleted, in ASCII."""
        return _numbers(self.wire.uid("SEARCH", "UNDELETED", *criteria))

    def search_text(self, keys: Sequence[str], text: str) -> set[int]:
        """The numbers of the mails that hold a text in one of the places that ``keys`` name, such as FROM."""
        if text.isascii():
            alternatives = [f"{key} {quoted(text)}" for key in keys]
            return set(self.search(*["OR"] * (len(keys) - 1), *alternatives))
        found: set[int] = set()
        for key in keys:
            self.wire.literal = text.encode()  # type: ignore[assignment]  # typeshed knows of None alone
            found.update(_numbers(self.wire.uid("SEARCH", "CHARSET", "UTF-8", "UNDELETED", key)))
        return found

    def fetch(self, uids: Sequence[int], items: str, size: int = 200) -> Iterator[Fetched]:
        """Parts of these mails of the opened folder; what is gone is left out.

        ``size`` says how many bytes a mail may take, so that no answer grows too long.
        """
        abreast = max(1, min(AT_A_TIME, self._most_bytes // 2 // max(1, size)))
        for at in range(0, len(uids), abreast):
            data = must(self.wire.uid("FETCH", _span(uids[at : at + abreast]), items))
            yield from _pairs(data)


def decoded(raw: str) -> str:
    """A folder's name out of modified UTF-7 (RFC 3501, 5.1.3); as it stands where it is none."""

    def shifted(match: re.Match[str]) -> str:
        text = match[1].replace(",", "/")
        return base64.b64decode(text + "=" * (-len(text) % 4)).decode("utf-16-be") if text else "&"

    try:
        return _SHIFTED.sub(shifted, raw)
    except ValueError:
        return raw


def encoded(path: str) -> str:
    """A folder's name as modified UTF-7."""

    def shifted(match: re.Match[str]) -> str:
        if match[0] == "&":
            return "&-"
        text = base64.b64encode(match[0].encode("utf-16-be", errors="replace")).decode().rstrip("=").replace("/", ",")
        return f"&{text}-"

    return _UNPRINTABLE.sub(shifted, path)


def moment(text: str) -> datetime:
    """A mail's time, aware; a time without a zone counts as UTC. Raises ``ValueError`` where it is none."""
    try:
        found = parsedate_to_datetime(text)
    except (TypeError, IndexError, OverflowError) as error:
        raise ValueError(f"{text!r} is no time") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _listing(rows: Sequence[Any]) -> Iterator[Folder]:
    for row in rows:
        match = _LISTED.match(_flat(row))
        if match is None:
            continue
        flags = frozenset(flag.casefold() for flag in match["flags"].decode("ascii", errors="replace").split())
        name = match["name"].decode("ascii", errors="replace").strip()
        if name.startswith('"'):
            name = re.sub(r"\\(.)", r"\1", name[1:-1])
        if not {"\\noselect", "\\nonexistent"} & flags and name.isascii():  # others could not be named to the server
            yield Folder(name, flags, (match["mark"] or b"").decode("ascii", errors="replace")[-1:])


def _flat(row: Any) -> bytes:
    """A row of a list; one that gives the name as a literal is written as the others are."""
    if isinstance(row, tuple):
        return bytes(row[0].rpartition(b" ")[0]) + b" " + quoted(row[1].decode("ascii", errors="replace")).encode()
    return row if isinstance(row, bytes) else b""


def _numbers(answer: tuple[str, list[Any]]) -> list[int]:
    status, data = answer
    if status != "OK":
        said = said_of(data[0] if data else status)
        if "BADCHARSET" in said:
            raise InvalidInput(f"{TITLE} looks for letters of ASCII only. Leave the other words out.")
        must(answer)
    with readable(TITLE):
        return [int(number) for row in data if row for number in row.split()]


def _pairs(data: Sequence[Any]) -> Iterator[Fetched]:
    """What is said about each mail, before and behind its literal, and the literal; mails without a literal too."""
    with readable(TITLE):
        position = 0
        while position < len(data):
            row = data[position]
            position += 1
            about, content = (row, b"") if isinstance(row, bytes) else row or (b"", b"")
            while isinstance(content, bytes) and position < len(data) and _goes_on(row, data[position]):
                about += b" " + data[position]
                position += 1
            number = re.search(rb"\bUID (\d+)", about)
            if number:
                yield Fetched(int(number[1]), about, content)


def _goes_on(row: Any, following: Any) -> bool:
    """Whether a row stands behind the literal of the row before."""
    return isinstance(row, tuple) and isinstance(following, bytes) and not re.match(rb"\d+ \(", following)


def _span(uids: Sequence[int]) -> str:
    """Numbers as IMAP writes a set of them."""
    parts: list[list[int]] = []
    for uid in sorted(uids):
        if parts and uid == parts[-1][1] + 1:
            parts[-1][1] = uid
        else:
            parts.append([uid, uid])
    return ",".join(str(first) if first == last else f"{first}:{last}" for first, last in parts)
