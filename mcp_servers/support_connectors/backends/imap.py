"""Email by IMAP, for servers without JMAP, on the standard library's client.

Not through imap-tools: it reads messages whole whatever their length. Each call opens a connection of its own, which a timer ends
when the call has taken too long, however slowly the server may drip.
"""

import imaplib
import re
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, make_msgid, parsedate_to_datetime
from threading import Timer
from typing import Any, Final, Literal

from pydantic import SecretStr, model_validator

from support_connectors.backend import (
    InvalidInput,
    MailFilter,
    NewMail,
    NotFound,
    Paging,
    PermissionDenied,
    Unavailable,
    Write,
)
from support_connectors.remote.guard import SystemSettings, readable, too_slow, unreachable
from support_connectors.remote.mails import SHOWN, address_words, checked_address, preview, readable_text
from support_connectors.remote.markers import Marker, find_marked
from support_connectors.remote.paging import empty_page, offset_page, own_id
from support_connectors.remote.snapshot import Snapshot
from support_connectors.remote.texts import has_words, words
from support_connectors.results import Mail, Page
from support_connectors.systems import System

CATEGORY: Final = "email"
TITLE = "The mailbox"
MOST_FOLDERS = 30
PER_FOLDER = 300
"""Newest mails of each folder that are listed and searched."""
HEADERS = "DATE FROM TO CC SUBJECT MESSAGE-ID IN-REPLY-TO REFERENCES X-ESCALATION-KEY"
KEY_HEADER = "X-Escalation-Key"
BEGINNING = 20_000
"""Bytes of a mail that are read for its beginning."""
WHOLE = 2_000_000
"""Bytes of a mail that are read for the whole."""
_LISTED = re.compile(rb'\((?P<flags>[^)]*)\) (?:"[^"]*"|NIL) (?P<name>.+)$', re.DOTALL)
_UID = re.compile(rb"UID (\d+)")
_ARRIVED = re.compile(rb'INTERNALDATE "([^"]+)"')
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class ImapSettings(SystemSettings):
    """Where the mailbox is and how it knows us."""

    host: str
    port: int | None = None
    """None for the usual one: 993 with TLS, 143 without."""
    user: str
    password: SecretStr
    tls: Literal["on", "starttls", "none"] = "on"
    """``none`` sends the password in the clear and is taken for this machine's own addresses only."""
    folders: tuple[str, ...] = ()
    """Only these folders; all that can be read but spam and trash where none are named."""

    @model_validator(mode="after")
    def _check(self) -> "ImapSettings":
        if self.tls == "none" and self.host not in _LOOPBACK:
            raise ValueError("tls may be none only for a mailbox on this machine")
        return self


@dataclass(frozen=True)
class _Header:
    """One mail as its folder lists it."""

    folder: str
    validity: str
    uid: int
    at: datetime
    message: EmailMessage
    """Its headers alone."""

    @property
    def id(self) -> str:
        return f"{self.folder}/{self.validity}-{self.uid}"

    @property
    def names(self) -> set[str]:
        """The message ids that tie it to its conversation."""
        found = " ".join(_header(self.message, key) for key in ("Message-ID", "In-Reply-To", "References"))
        return set(re.findall(r"<[^<>\s]+>", found))


class Imap:
    """``Email`` by IMAP. Folders are opened for reading only, so nothing becomes read; drafts are appended, never sent."""

    def __init__(self, settings: ImapSettings) -> None:
        self._settings = settings
        self._listed = Snapshot(self._list)

    def search_mail(self, query: str, paging: Paging) -> Page[Mail]:
        """See ``Email``. Mails with all words; where none has them all, those with any."""
        if not has_words(query):
            return empty_page()
        terms = words(query)
        listed = self._listed.get()
        folders = list(dict.fromkeys(one.folder for one in listed))
        with self._open() as client:
            held = [self._holding(client, folders, term) for term in terms]
        every = set.intersection(*held) if held else set()
        chosen = every or set().union(*held)
        return self._page(["search_mail", query], paging, [one for one in listed if (one.folder, one.uid) in chosen])

    def read_mail(self, mail_id: str) -> Mail:
        """See ``Email``."""
        name = own_id(CATEGORY, mail_id)
        listed = self._listed.get()
        found = next((one for one in listed if one.id == name), None)
        if found is None:
            raise NotFound(f"There is no mail {mail_id!r} among the newest of the mailbox's folders.")
        tied = found.names
        thread = [one for one in listed if one.id != name and one.names & tied]
        with self._open() as client:
            whole = self._bodies(client, [found, *thread], WHOLE)
        if found.id not in whole:
            raise NotFound(f"The mail {mail_id!r} was deleted.")
        others = [_mail(one, whole[one.id], complete=True) for one in thread if one.id in whole]
        mail = _mail(found, whole[found.id], complete=True)
        return mail.model_copy(update={"thread": sorted(others, key=lambda one: (one.at, one.id))})

    def list_mail(self, wanted: MailFilter, paging: Paging) -> Page[Mail]:
        """See ``Email``. The newest 300 of each folder."""
        since, until = wanted.period.since, wanted.period.until
        person = (wanted.correspondent or "").casefold()
        rows = [
            one for one in self._listed.get()
            if (wanted.folder is None or one.folder.casefold() == wanted.folder.casefold())
            and (not person or person in " ".join(_header(one.message, key) for key in ("From", "To", "Cc")).casefold())
            and (since is None or one.at >= since) and (until is None or one.at <= until)
        ]  # fmt: skip
        return self._page(["list_mail", repr(wanted)], paging, rows)

    def draft_mail(self, mail: NewMail, write: Write) -> Mail:
        """See ``Email``."""
        key = write.idempotency_key
        marker = Marker.of(key, mail.subject, mail.text, *mail.to) if key else None
        with self._open() as client:
            drafts = self._drafts(client)
            if marker and key:
                rows = [(_header(one.message, KEY_HEADER), one.id) for one in self._folder(client, drafts)]
                known = find_marked(marker, rows, key)
                if known is not None:
                    return self._read_new(known)
            message = self._written(mail, marker)
            data = _must(client.append(_quoted(drafts), r"(\Draft \Seen)", "", message.as_bytes(policy=policy.SMTP)))
            number = re.search(rb"APPENDUID (\d+) (\d+)", data[0] if data and isinstance(data[0], bytes) else b"")
            if number:
                name = f"{drafts}/{int(number[1])}-{int(number[2])}"
            else:
                wanted = str(message["Message-ID"])
                name = next((one.id for one in self._folder(client, drafts) if wanted in one.names), "")
        return self._read_new(name)

    def _read_new(self, name: str) -> Mail:
        self._listed.forget()
        return self.read_mail(name)

    def _written(self, mail: NewMail, marker: Marker | None) -> EmailMessage:
        message = EmailMessage(policy=policy.SMTP)
        try:
            message["To"] = ", ".join(checked_address(one) for one in mail.to)
        except ValueError as error:
            raise InvalidInput(f"{error}.") from None
        if "@" in self._settings.user:
            message["From"] = self._settings.user
        message["Subject"] = " ".join(mail.subject.split())
        message["Date"] = datetime.now(UTC)
        message["Message-ID"] = make_msgid(domain="escalation.invalid")
        if mail.in_reply_to:
            name = own_id(CATEGORY, mail.in_reply_to)
            answered = next((one for one in self._listed.get() if one.id == name), None)
            if answered is None:
                raise NotFound(f"There is no mail {mail.in_reply_to!r} in the mailbox to answer.")
            message["In-Reply-To"] = _header(answered.message, "Message-ID")
            message["References"] = (
                f"{_header(answered.message, 'References')} {_header(answered.message, 'Message-ID')}".strip()
            )
        if marker:
            message[KEY_HEADER] = str(marker)
        message.set_content(mail.text)
        return message

    def _page(self, call: list[str], paging: Paging, rows: Sequence[_Header]) -> Page[Mail]:
        def fetch(offset: int, limit: int) -> tuple[list[Mail], int]:
            part = rows[offset : offset + limit]
            with self._open() as client:
                begun = self._bodies(client, part, BEGINNING)
            return [_mail(one, begun.get(one.id, one.message), complete=False) for one in part], len(rows)

        return offset_page(list(call), paging, fetch)

    def _list(self) -> list[_Header]:
        """The newest mails of all folders, the latest first."""
        with self._open() as client:
            names = self._settings.folders or self._folders(client)
            found = [one for name in names[:MOST_FOLDERS] for one in self._folder(client, name)]
        return sorted(found, key=lambda one: (one.at, one.id), reverse=True)

    def _folders(self, client: imaplib.IMAP4) -> tuple[str, ...]:
        return tuple(
            name for name, flags in _listing(client) if not {"\\noselect", "\\junk", "\\trash", "\\nonexistent"} & flags
        )

    def _drafts(self, client: imaplib.IMAP4) -> str:
        listed = list(_listing(client))
        marked = [name for name, flags in listed if "\\drafts" in flags]
        named = [
            name
            for name, _ in listed
            if name.casefold().rpartition("/")[2].rpartition(".")[2] in ("drafts", "entwürfe")
        ]
        if not (marked or named):
            raise InvalidInput("The mailbox has no folder for drafts.")
        return (marked or named)[0]

    def _folder(self, client: imaplib.IMAP4, name: str) -> list[_Header]:
        """The newest mails of a folder by their headers; a folder that cannot be opened holds none for us."""
        status, count = client.select(_quoted(name), readonly=True)
        if status != "OK":
            return []
        with readable(TITLE):
            total = int(count[0] or b"0")
        if not total:
            return []
        validity = _validity(client)
        span = f"{max(1, total - PER_FOLDER + 1)}:{total}"
        data = _must(client.fetch(span, f"(UID INTERNALDATE BODY.PEEK[HEADER.FIELDS ({HEADERS})])"))
        return [_parsed(name, validity, about, content) for about, content in _pairs(data)]

    def _holding(self, client: imaplib.IMAP4, folders: Sequence[str], term: str) -> set[tuple[str, int]]:
        """The mails that hold a word anywhere."""
        found: set[tuple[str, int]] = set()
        for name in folders:
            if client.select(_quoted(name), readonly=True)[0] != "OK":
                continue
            if term.isascii():
                data = _must(client.uid("SEARCH", "TEXT", _quoted(term)))
            else:
                client.literal = term.encode()  # type: ignore[assignment]
                data = _must(client.uid("SEARCH", "CHARSET", "UTF-8", "TEXT"))
            found |= {(name, int(number)) for number in (data[0] or b"").split()}
        return found

    def _bodies(self, client: imaplib.IMAP4, rows: Sequence[_Header], size: int) -> dict[str, EmailMessage]:
        """The messages of these mails, cut after ``size`` bytes; what is gone is left out."""
        found: dict[str, EmailMessage] = {}
        by_folder: dict[str, list[_Header]] = {}
        for one in rows:
            by_folder.setdefault(one.folder, []).append(one)
        for name, own in by_folder.items():
            if client.select(_quoted(name), readonly=True)[0] != "OK" or _validity(client) != own[0].validity:
                continue
            numbers = ",".join(str(one.uid) for one in own)
            data = _must(client.uid("FETCH", numbers, f"(UID BODY.PEEK[]<0.{size}>)"))
            for about, content in _pairs(data):
                number = _UID.search(about)
                if number:
                    found[f"{name}/{own[0].validity}-{int(number[1])}"] = _message(content)
        return found

    @contextmanager
    def _open(self) -> Iterator[imaplib.IMAP4]:
        """A connection that is logged in, for the length of a ``with``; whatever goes wrong on it is one of our errors."""
        settings = self._settings
        client: imaplib.IMAP4 | None = None
        timer: Timer | None = None
        late: list[bool] = []
        try:
            client = self._connected()
            timer = Timer(settings.total_s, _hang_up, (client, late))
            timer.daemon = True
            timer.start()
            try:
                client.login(settings.user, settings.password.get_secret_value())
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error as error:
                raise PermissionDenied(f"The mailbox refused our credentials: {_said(error)}.") from error
            yield client
        except TimeoutError as error:
            raise too_slow(TITLE, settings.timeout_s) from error
        except (imaplib.IMAP4.error, OSError, EOFError) as error:
            raise (too_slow(TITLE, settings.total_s) if late else unreachable(TITLE, _said(error))) from error
        finally:
            if timer is not None:
                timer.cancel()
            if client is not None:
                with suppress(imaplib.IMAP4.error, OSError, EOFError):
                    client.logout()
                with suppress(OSError):
                    client.shutdown()

    def _connected(self) -> imaplib.IMAP4:
        settings = self._settings
        if settings.tls == "on":
            context = ssl.create_default_context()
            return imaplib.IMAP4_SSL(
                settings.host, settings.port or 993, ssl_context=context, timeout=settings.timeout_s
            )
        client = imaplib.IMAP4(settings.host, settings.port or 143, timeout=settings.timeout_s)
        if settings.tls == "starttls":
            client.starttls(ssl.create_default_context())
        return client


def _hang_up(client: imaplib.IMAP4, late: list[bool]) -> None:
    late.append(True)
    with suppress(OSError):
        client.sock.shutdown(socket.SHUT_RDWR)


def _must(answer: tuple[str, list[Any]]) -> list[Any]:
    status, data = answer
    if status != "OK":
        raise Unavailable(f"The mailbox failed: {_said(data[0] if data else status)}.")
    return data


def _said(error: object) -> str:
    text = error.decode(errors="replace") if isinstance(error, bytes) else str(error)
    return re.sub(r"^b'(.*)'$", r"\1", text.strip()).rstrip(".")[:200] or type(error).__name__


def _validity(client: imaplib.IMAP4) -> str:
    _, data = client.response("UIDVALIDITY")
    return (data[0] or b"0").decode() if data and isinstance(data[0], bytes) else "0"


def _listing(client: imaplib.IMAP4) -> Iterator[tuple[str, set[str]]]:
    for row in _must(client.list()):
        match = _LISTED.match(row) if isinstance(row, bytes) else None
        if match:
            name = match["name"].decode("ascii", errors="replace").strip()
            name = name[1:-1].replace('\\"', '"').replace("\\\\", "\\") if name.startswith('"') else name
            yield name, {flag.casefold() for flag in match["flags"].decode("ascii", errors="replace").split()}


def _pairs(data: list[Any]) -> Iterator[tuple[bytes, bytes]]:
    """What a FETCH says about each mail, and its literal."""
    for position, row in enumerate(data):
        if isinstance(row, tuple) and len(row) == 2:
            after = data[position + 1] if position + 1 < len(data) else b""
            yield row[0] + b" " + (after if isinstance(after, bytes) else b""), row[1]


def _parsed(folder: str, validity: str, about: bytes, content: bytes) -> _Header:
    with readable(TITLE):
        number = _UID.search(about)
        arrived = _ARRIVED.search(about)
        if number is None or arrived is None:
            raise ValueError("a mail without number or time")
        message = _message(content)
        at = datetime.strptime(arrived[1].decode().strip(), "%d-%b-%Y %H:%M:%S %z")
        with suppress(ValueError, TypeError):
            sent = parsedate_to_datetime(_header(message, "Date"))
            at = sent if sent.tzinfo else sent.replace(tzinfo=UTC)
        return _Header(folder, validity, int(number[1]), at, message)


def _message(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)


def _header(message: EmailMessage, key: str) -> str:
    """A header's text, decoded; what the library cannot decode is given as it stands."""
    try:
        return str(message.get(key) or "")
    except (ValueError, LookupError, IndexError, AttributeError, TypeError):
        return str(dict(message.raw_items()).get(key, ""))


def _people(message: EmailMessage, key: str) -> list[str]:
    return address_words(getaddresses([_header(message, key)]))


def _mail(about: _Header, message: EmailMessage, *, complete: bool) -> Mail:
    text = readable_text(message)
    cut = len(text) > SHOWN or len(message.as_bytes()) >= WHOLE
    extra: dict[str, Any] = {"cc": cc} if (cc := _people(about.message, "Cc")) else {}
    attached = (
        [name for part in message.iter_attachments() if (name := part.get_filename())] if message.is_multipart() else []
    )
    return Mail(
        ref=f"{CATEGORY}/{about.id}",
        id=about.id,
        folder=about.folder,
        at=about.at.isoformat().replace("+00:00", "Z"),
        author=", ".join(_people(about.message, "From")) or "unknown",
        to=_people(about.message, "To"),
        subject=_header(about.message, "Subject"),
        text=text[:SHOWN] if complete else preview(text),
        text_complete=complete and not cut,
        extra={**extra, "attachments": attached} if attached else extra,
    )


def _quoted(text: str) -> str:
    """A text as a quoted string of IMAP; it cannot end itself."""
    cleaned = text.replace("\r", " ").replace("\n", " ").replace("\0", "")
    return '"' + cleaned.replace("\\", "\\\\").replace('"', '\\"') + '"'


SYSTEM = System(
    name="imap",
    title="Email by IMAP",
    category=CATEGORY,
    settings=ImapSettings,
    connect=Imap,
    tested="Cyrus (IMAP), started by CI: contract with reads and writes",
    note="The newest 300 mails of each folder. Mails with all words of a search, or with any where none has them all.",
)
