"""What a WebDAV server says about its files, read from PROPFIND's XML; and paths, which never lead out of the root."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import quote, unquote, urlsplit
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from support_connectors.remote.guard import readable, unreadable
from support_connectors.times import parse_time

Path = tuple[str, ...]
"""The names from the root to a file or folder; empty for the root. Their order is the order of lists."""

ASKED: Final = (
    b'<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop><resourcetype/><getcontentlength/>'
    b"<getlastmodified/><creationdate/><getcontenttype/><getetag/></prop></propfind>"
)
"""The body of a PROPFIND: the properties that an ``DavEntry`` is made of."""


@dataclass(frozen=True)
class DavEntry:
    """One file or folder."""

    path: Path
    is_folder: bool
    size: int | None
    """Bytes; None where the server does not say."""
    modified: datetime | None
    """Aware; where the server does not say when it was last changed, when it was created; else None."""
    media_type: str
    """In small letters, without parameters; empty where the server does not say."""
    stamp: str
    """Changes with the content, as far as the server lets us see."""

    @property
    def id(self) -> str:
        """The path as people write it."""
        return "/".join(self.path)

    @property
    def name(self) -> str:
        """The last name of the path; empty for the root."""
        return self.path[-1] if self.path else ""


def names_of(given: str) -> Path:
    """The path that ``given`` means, from the root; empty and single-dot names are left out.

    Raises:
        ValueError: a sentence's end that says what is wrong with it: ``leads out of the root``.
    """
    names = tuple(name for name in given.split("/") if name not in ("", "."))
    if ".." in names:
        raise ValueError("leads out of the root")
    if "\\" in given or any(ord(letter) < 32 or 0xD800 <= ord(letter) < 0xE000 for letter in given):
        raise ValueError("holds a character that no name may hold")
    return names


def address_of(path: Path, *, folder: bool = False) -> str:
    """The path below the server's address, percent-encoded; folders end with a slash, as some servers insist."""
    return "".join(f"{quote(name, safe='')}/" for name in path)[: None if folder else -1]


def read_entries(system: str, content: bytes, root: str) -> list[DavEntry]:
    """The entries of a multistatus answer that lie in ``root``, the path of the server's address, in the answer's order.

    Names that are not UTF-8, or that no path of ours can hold, are left out.

    Raises:
        Unavailable: it is no multistatus answer, it holds a document type or entities, or nothing in it lies in the root.
    """
    try:
        tree: Element = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise unreadable(system, f"no XML that we read: {type(error).__name__}") from error
    if tree.tag != "{DAV:}multistatus":
        raise unreadable(system, "no WebDAV answer; check the url")
    base = tuple(unquote(name) for name in root.split("/") if name)
    entries = []
    elsewhere = ""
    with readable(system):
        for response in tree.iterfind("{DAV:}response"):
            if " 200 " not in f"{response.findtext('{DAV:}status', ' 200')} ":
                continue
            place = urlsplit((response.findtext("{DAV:}href") or "").strip()).path
            try:
                names = tuple(unquote(name, errors="strict") for name in place.split("/") if name)
                own = names_of("/".join(names))
            except ValueError:
                continue
            if own[: len(base)] != base:
                elsewhere = place
            elif len(own) == len(names):
                entries.append(_entry(own[len(base) :], response))
    if elsewhere and not entries:
        raise unreadable(system, f"it names {elsewhere}, which is not below the url; check the url")
    return entries


def _entry(path: Path, response: Element) -> DavEntry:
    known: dict[str, Element] = {}
    for state in response.iterfind("{DAV:}propstat"):
        if " 200 " in f"{state.findtext('{DAV:}status', ' 200')} ":
            known |= {one.tag: one for one in state.iterfind("{DAV:}prop/*")}
    text = {tag.removeprefix("{DAV:}"): (one.text or "").strip() for tag, one in known.items()}
    kind = known.get("{DAV:}resourcetype")
    size = text.get("getcontentlength", "")
    modified, created = text.get("getlastmodified", ""), text.get("creationdate", "")
    return DavEntry(
        path,
        kind is not None and kind.find("{DAV:}collection") is not None,
        int(size) if size.isdecimal() else None,
        _moment(modified) or _moment(created),
        text.get("getcontenttype", "").partition(";")[0].strip().lower(),
        text.get("getetag") or f"{modified} {size}",
    )


def _moment(text: str) -> datetime | None:
    """A time as HTTP or RFC 3339 writes it."""
    for read in (parsedate_to_datetime, parse_time):
        try:
            moment = read(text)
        except ValueError:
            continue
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    return None
