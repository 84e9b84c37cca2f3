"""Files by WebDAV as cloud storage: Nextcloud, ownCloud, Apache, WsgiDAV and others.

Not through webdav4: it reads answers of any length whole, so a call would have no bound in bytes.
"""

import posixpath
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, Final
from urllib.parse import quote, unquote, urlsplit
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from pydantic import Field, SecretStr

from support_connectors.backend import (
    BackendError,
    Conflict,
    FileFilter,
    InvalidInput,
    NotFound,
    Paging,
    PermissionDenied,
    Write,
)
from support_connectors.remote.guard import ServerSettings, secret, unreadable
from support_connectors.remote.http import Answer, Api
from support_connectors.remote.paging import empty_page, offset_page, own_id
from support_connectors.remote.ranking import ranked
from support_connectors.remote.snapshot import Snapshot
from support_connectors.remote.texts import has_words
from support_connectors.results import Page, StoredFile
from support_connectors.systems import System
from support_connectors.times import parse_time

CATEGORY: Final = "cloud_storage"
TITLE = "The WebDAV storage"
MOST_FILES = 2_000
MOST_FOLDERS = 400
MOST_READ = 200
"""Small text files whose text a search looks into, the newest first."""
SMALL = 100_000
"""Bytes of a file that a search looks into."""
AT_ONCE = 4
SHOWN = 100_000
"""Characters of a file's text that are shown."""
_TEXT_ENDINGS = frozenset(
    ".txt .md .log .csv .tsv .json .yaml .yml .toml .ini .cfg .conf .xml .html .htm .rst .sql .eml .out .err .sh .py .js .ts".split()
)
_ASKED = (
    b'<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop><resourcetype/><getcontentlength/>'
    b"<getlastmodified/><getcontenttype/></prop></propfind>"
)


class WebDavSettings(ServerSettings):
    """Where the files are (the address of the folder that is the root) and how the storage knows us."""

    user: str = ""
    password: SecretStr | None = None
    folder: Annotated[str, Field(max_length=500)] = ""
    """Only what is below this folder of the root is read and written."""


class WebDav:
    """``CloudStorage`` by WebDAV. A file's id is its path from the root; paths never lead out of it."""

    def __init__(self, settings: WebDavSettings) -> None:
        auth = (settings.user, secret(settings.password)) if settings.user else None
        self._root = urlsplit(settings.url).path.rstrip("/")
        self._folder = _clean(settings.folder) if settings.folder else ""
        self._guard = settings.guard
        self._api = Api(TITLE, settings.url, settings.guard, auth=auth, headers={"Accept": "*/*"})
        self._files = Snapshot(self._walk)
        self._texts: dict[tuple[str, str], str] = {}

    def search_files(self, query: str, paging: Paging) -> Page[StoredFile]:
        """See ``CloudStorage``. Paths, and the text of small text files."""
        if not has_words(query):
            return empty_page()
        files = self._files.get()
        newest = sorted((one for one in files if _is_small_text(one)), key=lambda one: one.modified_at, reverse=True)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            texts = dict(
                zip((one.id for one in newest[:MOST_READ]), pool.map(self._text, newest[:MOST_READ]), strict=True)
            )
        found = ranked(query, files, lambda one: f"{one.id} {texts.get(one.id, '')}")

        def fetch(offset: int, limit: int) -> tuple[list[StoredFile], int]:
            return found[offset : offset + limit], len(found)

        return offset_page(["search_files", query], paging, fetch)

    def read_file(self, file_id: str) -> StoredFile:
        """See ``CloudStorage``."""
        path = self._path(own_id(CATEGORY, file_id))
        rows = list(self._listing(path, "0"))
        if not rows or rows[0][1]:
            raise NotFound(f"There is no file {file_id!r} in the storage.")
        file = rows[0][0]
        if not _is_text(file) or file.size_bytes > self._guard.max_bytes:
            return file.model_copy(update={"text_complete": False})
        content = self._api.request("GET", quote(path), what=f"file {path}").content
        if b"\0" in content[:1_000]:
            return file.model_copy(update={"text_complete": False})
        text = content.decode("utf-8", errors="replace").replace("\r\n", "\n")
        return file.model_copy(update={"text": text[:SHOWN], "text_complete": len(text) <= SHOWN})

    def list_files(self, wanted: FileFilter, paging: Paging) -> Page[StoredFile]:
        """See ``CloudStorage``. The first 2,000 files of the root."""
        below = f"{wanted.folder.strip('/')}/" if wanted.folder else ""
        since, until = wanted.period.since, wanted.period.until
        files = [
            one for one in self._files.get()
            if one.id.startswith(below)
            and (since is None or parse_time(one.modified_at) >= since)
            and (until is None or parse_time(one.modified_at) <= until)
        ]  # fmt: skip

        def fetch(offset: int, limit: int) -> tuple[list[StoredFile], int]:
            return files[offset : offset + limit], len(files)

        return offset_page(["list_files", repr(wanted)], paging, fetch)

    def store_file(self, path: str, text: str, write: Write) -> StoredFile:
        """See ``CloudStorage``. The same text at the same path is the same write, so no key has to be kept."""
        place = self._path(path)
        known = self._known(place)  # not every server heeds If-None-Match
        if known is None:
            folder = posixpath.dirname(place)
            if folder:
                self._make(folder)
            headers = {"If-None-Match": "*", "Content-Type": "text/plain; charset=utf-8"}
            self._api.request("PUT", quote(place), content=text.encode(), headers=headers, what=f"file {place}")
            self._files.forget()
            return self.read_file(place)
        if known.text != text.replace("\r\n", "\n"):
            raise Conflict(f"There is a file {place!r} with other content already. Choose another path.")
        return known

    def _known(self, path: str) -> StoredFile | None:
        try:
            return self.read_file(path)
        except NotFound:
            return None

    def _make(self, folder: str) -> None:
        """The folder and those above it, as far as they are missing."""
        parts = folder.split("/")
        for count in range(1, len(parts) + 1):
            place = "/".join(parts[:count])
            try:
                list(self._listing(place, "0"))
            except NotFound:
                self._api.request("MKCOL", f"{quote(place)}/", what=f"folder {place}")

    def _walk(self) -> list[StoredFile]:
        """Every file below the root, by path, as far as the bounds let it; folders that we may not see are left out."""
        found: list[StoredFile] = []
        waiting = [self._folder]
        seen = 0
        while waiting and len(found) < MOST_FILES and seen < MOST_FOLDERS:
            folder = waiting.pop(0)
            seen += 1
            try:
                rows = list(self._listing(folder, "1"))
            except (NotFound, PermissionDenied):
                if folder == self._folder:
                    raise
                continue
            for file, is_folder in rows:
                if is_folder and file.id not in ("", folder):
                    waiting.append(file.id)
                elif not is_folder:
                    found.append(file)
        return sorted(found[:MOST_FILES], key=lambda one: one.id)

    def _listing(self, path: str, depth: str) -> Iterator[tuple[StoredFile, bool]]:
        """What stands at a path (depth 0), or there and in it (depth 1), each with whether it is a folder."""
        answer = self._api.request(
            "PROPFIND", f"{quote(path)}/" if depth == "1" and path else quote(path), content=_ASKED, what=f"file {path}",
            headers={"Depth": depth, "Content-Type": "application/xml"},
        )  # fmt: skip
        for row in _tree(answer).iter("{DAV:}response"):
            yield self._entry(row)

    def _entry(self, row: Element) -> tuple[StoredFile, bool]:
        place = unquote(urlsplit(row.findtext("{DAV:}href") or "").path)
        if not place.startswith(self._root):
            raise unreadable(TITLE, f"it names {place!r}, which is outside of its root")
        name = place.removeprefix(self._root).strip("/")
        known: dict[str, Any] = {}
        for state in row.iter("{DAV:}propstat"):
            if " 200" in (state.findtext("{DAV:}status") or " 200"):
                known |= {one.tag.rpartition("}")[2]: one for one in state.findall("{DAV:}prop/*")}
        folder = known.get("resourcetype") is not None and known["resourcetype"].find("{DAV:}collection") is not None
        text = {key: (one.text or "").strip() for key, one in known.items()}
        try:
            at = parsedate_to_datetime(text["getlastmodified"]).astimezone(UTC).isoformat().replace("+00:00", "Z")
        except (KeyError, ValueError):
            at = "1970-01-01"
        size = text.get("getcontentlength", "")
        file = StoredFile(
            ref=f"{CATEGORY}/{name}",
            id=name,
            name=posixpath.basename(name),
            modified_at=at,
            size_bytes=int(size) if size.isdecimal() else 0,
            media_type=text.get("getcontenttype", "").partition(";")[0] or None,
            text_complete=False,
        )
        return file, folder

    def _text(self, file: StoredFile) -> str:
        """The text of a small file for a search; nothing where it cannot be read. Kept by path and time."""
        key = (file.id, file.modified_at)
        if key not in self._texts:
            try:
                self._texts[key] = self._api.request("GET", quote(file.id)).text
            except BackendError:
                return ""
            if len(self._texts) > 2 * MOST_READ:
                self._texts.pop(next(iter(self._texts)))
        return self._texts[key]

    def _path(self, given: str) -> str:
        path = _clean(given)
        if self._folder and path != self._folder and not path.startswith(f"{self._folder}/"):
            raise NotFound(f"There is no file {given!r} below {self._folder}, the folder that is read.")
        return path


def _clean(given: str) -> str:
    """A path from the root without dots that lead elsewhere.

    Raises:
        InvalidInput: it leads out of the root, or names nothing.
    """
    parts = [part for part in given.replace("\\", "/").split("/") if part not in ("", ".")]
    if not parts or ".." in parts or any(ord(letter) < 32 for letter in given):
        raise InvalidInput(f"{given!r} is no path of a file below the root.")
    return "/".join(parts)


def _is_text(file: StoredFile) -> bool:
    kind = file.media_type or ""
    ending = posixpath.splitext(file.name)[1].casefold()
    return (
        kind.startswith("text/")
        or kind in ("application/json", "application/xml", "application/yaml")
        or ending in _TEXT_ENDINGS
    )


def _is_small_text(file: StoredFile) -> bool:
    return file.size_bytes <= SMALL and _is_text(file)


def _tree(answer: Answer) -> Element:
    try:
        tree: Element = fromstring(answer.content)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise unreadable(TITLE, f"no XML: {error}") from error
    return tree


SYSTEM = System(
    name="webdav",
    title="WebDAV",
    category=CATEGORY,
    settings=WebDavSettings,
    connect=WebDav,
    note="A search looks at paths and into the newest 200 small text files. Lists hold the first 2,000 files.",
)
