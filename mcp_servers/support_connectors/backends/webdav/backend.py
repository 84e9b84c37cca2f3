"""Files by WebDAV as cloud storage: Nextcloud, ownCloud, Apache, WsgiDAV and others.

Not through webdav4: it reads answers of any length whole and has no bound in time for a call, parses XML without refusing
entities, and asks whether a file exists before it overwrites it, which two writers can do at once.
"""

from posixpath import splitext
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import Field, JsonValue, SecretStr

from support_connectors.backend import (
    Conflict,
    FileFilter,
    InvalidCursor,
    InvalidInput,
    NotFound,
    Paging,
    Unavailable,
    Write,
)
from support_connectors.backends.webdav.entries import ASKED, DavEntry, Path, address_of, names_of, read_entries
from support_connectors.backends.webdav.search import Texts, excerpt
from support_connectors.backends.webdav.text import STORED_ENDINGS, is_text, text_of
from support_connectors.backends.webdav.walk import Bounds, Stopped, Walk, seconds_for_walking
from support_connectors.cursors import decode_cursor, encode_cursor
from support_connectors.remote.budget import Budget
from support_connectors.remote.guard import ServerSettings, secret, too_slow
from support_connectors.remote.http import Api, HttpAnswer
from support_connectors.remote.paging import empty_page, offset_page, own_id
from support_connectors.remote.ranking import ranked
from support_connectors.remote.snapshot import Snapshot
from support_connectors.remote.texts import has_words
from support_connectors.results import Page, StoredFile
from support_connectors.systems import System

CATEGORY: Final = "cloud_storage"
TITLE = "The WebDAV storage"
LIST_FOLDERS = 60
"""Folders that one page of a list opens; where they do not suffice, the page is shorter and its cursor goes on."""
READ_BYTES = 400_000
"""Of a longer file only the beginning is read."""
SHOWN = 100_000
"""Characters of a file's text that are shown."""


class WebDavSettings(ServerSettings):
    """Where the files are and how the storage knows us.

    ``url`` is the address of the folder that is the root: nothing outside of it is read or written. Nextcloud's is
    ``https://HOST/remote.php/dav/files/USER``.
    """

    user: str = ""
    """Empty: nobody in particular."""
    password: SecretStr | None = None
    """Nextcloud and ownCloud make one for an app."""
    searched_texts: Annotated[int, Field(ge=0, le=2_000)] = 200
    """Small text files whose text a search looks into, the last changed first; 0 searches paths only."""


class WebDav:
    """``CloudStorage`` by WebDAV. A file's id is its path from the root; paths never lead out of it."""

    def __init__(self, settings: WebDavSettings) -> None:
        auth = (settings.user, secret(settings.password)) if settings.user else None
        self._guard = settings.guard
        self._root = urlsplit(settings.url).path
        self._api = Api(TITLE, settings.url, settings.guard, auth=auth, headers={"Accept": "*/*"})
        self._walk = Walk(TITLE, self._children, self._everything, settings.guard)
        self._tree = Snapshot(self._walk.whole)
        self._texts = Texts(TITLE, self._whole_text, settings.searched_texts, settings.guard)

    def close(self) -> None:
        """Close the connections."""
        self._api.close()

    def search_files(self, query: str, paging: Paging) -> Page[StoredFile]:
        """See ``CloudStorage``. Paths and the text of small text files; with each file the lines that match."""
        if not has_words(query):
            return empty_page()
        tree = self._tree.get()
        texts = self._texts.of(tree.files)
        found = ranked(query, tree.files, lambda entry: f"{entry.id} {texts.known.get(entry.path, '')}")
        trouble = tree.trouble or texts.trouble
        if not found and trouble is not None:
            raise trouble

        def fetch(offset: int, limit: int) -> tuple[list[StoredFile], int | None]:
            items = [self._found(entry, query, texts.known) for entry in found[offset : offset + limit + 1]]
            return items, len(found) if tree.complete and texts.complete else None

        return offset_page(["search_files", query, [entry.id for entry in found]], paging, fetch)

    def read_file(self, file_id: str) -> StoredFile:
        """See ``CloudStorage``. Text is shown up to 100,000 characters; images and the like are shown without."""
        budget = Budget(TITLE, self._guard)
        missing: NotFound | None = None
        for given in dict.fromkeys((own_id(CATEGORY, file_id), file_id)):
            try:
                entry = self._entry(_asked(given))
            except NotFound as error:
                missing = missing or error
                continue
            if entry.is_folder:
                raise NotFound(f"{entry.id or '/'} is a folder, not a file: list its files with it as folder.")
            budget.check()
            return self._read(entry)
        assert missing is not None
        raise missing

    def list_files(self, wanted: FileFilter, paging: Paging) -> Page[StoredFile]:
        """See ``CloudStorage``. Folders that our account may not open are left out."""
        call: JsonValue = ["list_files", repr(wanted)]
        after = _place(decode_cursor(call, paging.cursor, 1)[0]) if paging.cursor else None
        try:
            start = names_of(own_id(CATEGORY, wanted.folder or ""))
        except ValueError as error:
            raise InvalidInput(f"The folder {wanted.folder!r} {error}.") from None
        since, until = wanted.period.since, wanted.period.until
        items: list[StoredFile] = []
        place: Path | None = None
        try:
            for entry in self._walk.below(start, after, Bounds(LIST_FOLDERS, seconds_for_walking(self._guard))):
                at = entry.modified
                if (since and (at is None or at < since)) or (until and (at is None or at > until)):
                    continue
                if len(items) == paging.limit:
                    place = _names(items[-1].id)
                    break
                items.append(self._file(entry))
        except Stopped as stopped:
            place = stopped.place
            if after is not None and place <= after:
                raise too_slow(TITLE, self._guard.total_s) from None
        except NotFound:
            if not start:
                raise
        return Page(items=items, next_cursor=encode_cursor(call, ["/".join(place)]) if place else None, total=None)

    def store_file(self, path: str, text: str, write: Write) -> StoredFile:
        """See ``CloudStorage``. The path is what makes a write happen once: the same text there is the same write."""
        place = _storable(path)
        try:
            content = text.encode()
        except UnicodeEncodeError:
            raise InvalidInput("The text holds half a character (a lone surrogate), which no file can hold.") from None
        budget = Budget(TITLE, self._guard)
        known = self._same(place, content)
        if known is not None:
            return known
        write.go_on(keyed=True)  # a path is taken once
        self._make_folders(place[:-1], budget)
        budget.check()
        headers = {"If-None-Match": "*", "Content-Type": "text/plain; charset=utf-8"}
        try:
            self._api.request("PUT", address_of(place), content=content, headers=headers, what=f"file {path}")
        except InvalidInput:  # 412: somebody was faster
            known = self._same(place, content)
            if known is None:
                raise
            return known
        finally:
            self._tree.forget()
        return self._file(self._entry(place)).model_copy(update={"text": text, "text_complete": True})

    def _same(self, path: Path, content: bytes) -> StoredFile | None:
        """The file at ``path`` where it holds ``content``; None where there is none. Any other is a ``Conflict``."""
        try:
            entry = self._entry(path)
        except NotFound:
            return None
        if not entry.is_folder and entry.size in (None, len(content)) and self._get(entry).content == content:
            return self._file(entry).model_copy(update={"text": content.decode(), "text_complete": True})
        kind = "a folder" if entry.is_folder else "a file with other content"
        raise Conflict(f"There is {kind} at {entry.id} already, and nothing is overwritten. Choose another path.")

    def _make_folders(self, folder: Path, budget: Budget) -> None:
        """The folder and those above it, as far as they are missing."""
        missing: list[Path] = []
        while folder and not self._is_folder(folder):
            missing.append(folder)
            folder = folder[:-1]
            budget.check()
        for one in reversed(missing):
            budget.check()
            try:
                self._api.request("MKCOL", address_of(one, folder=True), what=f"folder {'/'.join(one)}")
            except InvalidInput:  # 405: somebody was faster
                if not self._is_folder(one):
                    raise

    def _is_folder(self, path: Path) -> bool:
        try:
            entry = self._entry(path, folder=True)
        except NotFound:
            return False
        if not entry.is_folder:
            raise Conflict(f"{entry.id} is a file, so nothing can be stored below it. Choose another path.")
        return True

    def _read(self, entry: DavEntry) -> StoredFile:
        file = self._file(entry)
        sure = is_text(entry)
        if sure is False:
            return file
        cut = entry.size is None or entry.size > READ_BYTES
        try:
            answer = self._get(entry, f"bytes=0-{READ_BYTES - 1}" if cut else "")
        except Unavailable as error:
            if not cut:
                raise
            return file.model_copy(update={"extra": {**file.extra, "not_readable": f"its text: {error}"}})
        content = answer.content[:READ_BYTES]
        cut = len(answer.content) > READ_BYTES or (answer.status == 206 and len(content) == READ_BYTES)
        charset = answer.headers.get("content-type", "").lower().partition("charset=")[2].strip("\"' ;")
        text = text_of(content, charset, surely=bool(sure), cut=cut)
        if text is None:
            return file
        return file.model_copy(update={"text": text[:SHOWN], "text_complete": not cut and len(text) <= SHOWN})

    def _found(self, entry: DavEntry, query: str, texts: dict[Path, str]) -> StoredFile:
        text = texts.get(entry.path)
        if text is None:
            return self._file(entry)
        shown, whole = excerpt(text, query)
        return self._file(entry).model_copy(update={"text": shown or None, "text_complete": whole})

    def _file(self, entry: DavEntry) -> StoredFile:
        """As lists show it: without its text."""
        return StoredFile(
            ref=f"{CATEGORY}/{entry.id}",
            id=entry.id,
            name=entry.name,
            modified_at=entry.modified.isoformat().replace("+00:00", "Z") if entry.modified else "",
            size_bytes=entry.size or 0,
            media_type=entry.media_type or None,
            text_complete=False,
        )

    def _get(self, entry: DavEntry, part: str = "") -> HttpAnswer:
        headers = {"Range": part} if part else {}
        return self._api.request("GET", address_of(entry.path), headers=headers, what=f"file {entry.id}")

    def _whole_text(self, entry: DavEntry) -> str:
        return text_of(self._get(entry).content, "", surely=True, cut=False) or ""

    def _entry(self, path: Path, *, folder: bool = False) -> DavEntry:
        """What stands at a path. Raises ``NotFound``."""
        entries = self._listing(path, "0", folder=folder)
        if not entries:
            raise NotFound(f"There is no file {'/'.join(path)!r} in the storage.")
        return entries[0]

    def _children(self, folder: Path) -> list[DavEntry]:
        """What stands in a folder, by name."""
        rows = self._listing(folder, "1", folder=True)
        return sorted((row for row in rows if row.path[:-1] == folder and row.path), key=lambda row: row.path)

    def _everything(self) -> list[DavEntry]:
        """Whatever stands below the root, where the server says it at once."""
        return self._listing((), "infinity", folder=True)

    def _listing(self, path: Path, depth: str, *, folder: bool) -> list[DavEntry]:
        answer = self._api.request(
            "PROPFIND", address_of(path, folder=folder), content=ASKED,
            headers={"Depth": depth, "Content-Type": "application/xml; charset=utf-8"},
            what=f"{'folder' if folder else 'file'} {'/'.join(path) or '/'}",
        )  # fmt: skip
        return read_entries(TITLE, answer.content, self._root)


def _names(file_id: str) -> Path:
    return tuple(file_id.split("/"))


def _place(value: object) -> Path:
    """Where a page ended, out of its cursor."""
    if not isinstance(value, str) or not value:
        raise InvalidCursor("This is not a cursor of this call. Repeat the call without one.")
    return _names(value)


def _asked(given: str) -> Path:
    """The path of a file that somebody asks for."""
    try:
        names = names_of(given)
    except ValueError as error:
        raise NotFound(f"There is no file {given!r} in the storage: that path {error}.") from None
    if not names:
        raise NotFound(f"{given!r} names no file of the storage: a file's id is its path, such as folder/name.txt.")
    return names


def _storable(given: str) -> Path:
    """The path of a file to store."""
    try:
        names = names_of(own_id(CATEGORY, given))
    except ValueError as error:
        raise InvalidInput(f"Nothing is stored at {given!r}: that path {error}.") from None
    if not names or given.endswith("/"):
        raise InvalidInput(f"{given!r} names no file. Give its path from the root, such as folder/name.txt.")
    if any(name.startswith(".") for name in names) or splitext(names[-1])[1].lower() not in STORED_ENDINGS:
        raise InvalidInput(
            f"{given!r} is not the path of a plain text file. It must end in {', '.join(STORED_ENDINGS)}, and no name in "
            "it may begin with a dot."
        )
    return names


SYSTEM = System(
    name="webdav",
    title="WebDAV",
    category=CATEGORY,
    settings=WebDavSettings,
    connect=WebDav,
    tested="WsgiDAV, started by CI: contract with reads and writes, network faults, the main job",
    note=(
        "Any word of a search may match, in a path or in the text of small text files (up to 64 kB; the 200 last changed, or "
        "as many as searched_texts says), in at most 300 folders. Where more is there, the total is not given. Folders that "
        "the account may not open are left out."
    ),
)
