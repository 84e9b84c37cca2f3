"""Messages (RFC 5322, MIME) as mails, and drafts as messages. Nothing that a message holds makes the reading of it fail."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import getaddresses, make_msgid
from typing import Any, Final, TypeVar

from support_connectors.backend import InvalidInput, NewMail
from support_connectors.backends.imap.box import Fetched, MailPlace, decoded, moment
from support_connectors.remote.mails import address_words, attachment, persons, preview, readable_text, recipients
from support_connectors.results import Attachment, Mail

T = TypeVar("T")
CATEGORY: Final = "email"
KEY_HEADER = "X-Escalation-Key"
"""The header of a draft that names its write."""
NONE: tuple[Attachment, ...] = ()
_NAME = re.compile(r"<[!#-;=?-\[\]-~]+>")
_UNREADABLE = (ValueError, LookupError, AttributeError, TypeError, AssertionError, RecursionError, MessageError)
"""What the standard library's reading of malformed mails raises."""


def message_of(content: bytes) -> EmailMessage:
    """A message, perhaps cut."""
    return message_from_bytes(content, policy=policy.default)


def header(message: EmailMessage, key: str) -> str:
    """A header's text, decoded, on one line; what cannot be decoded is given as it stands."""
    raw = {name.casefold(): value for name, value in reversed(list(message.raw_items()))}.get(key.casefold(), "")
    return " ".join(_or(str(raw), lambda: str(message.get(key) or "")).split())


def sent_at(message: EmailMessage, arrived: datetime) -> datetime:
    """When a mail says that it was sent; where it does not, when it arrived."""
    return _or(arrived, lambda: moment(header(message, "Date")))


def names_in(message: EmailMessage, *keys: str) -> list[str]:
    """The message ids in these headers, in order, each once."""
    return list(dict.fromkeys(name for key in keys for name in _NAME.findall(header(message, key))))


def mail_of(fetched: Fetched, folder: str, validity: int, shown: int | None) -> Mail:
    """A message as a mail with at most ``shown`` characters of its text; None shows the beginning on one line."""
    place = MailPlace(folder, validity, fetched.uid)
    message = message_of(fetched.content)
    text = _or("", lambda: readable_text(message))
    is_cut = fetched.number("RFC822.SIZE") > len(fetched.content) and _ends_in_text(message)
    is_whole = fetched.number("RFC822.SIZE") <= len(fetched.content)
    attached = _or(NONE, lambda: _attachments(message, place.id, is_whole=is_whole))
    extra: dict[str, Any] = {"cc": _people(message, "Cc")}
    if rb"\draft" in fetched.about.lower():
        extra["draft"] = True
    return Mail(
        ref=f"{CATEGORY}/{place.id}",
        id=place.id,
        folder=decoded(folder),
        at=sent_at(message, fetched.arrived).isoformat().replace("+00:00", "Z"),
        author=", ".join(_people(message, "From")) or "unknown",
        to=_people(message, "To"),
        subject=header(message, "Subject"),
        text=preview(text) if shown is None else text[:shown],
        text_complete=shown is not None and len(text) <= shown and not is_cut,
        people=[
            *persons("author", _addresses(message, "From")),
            *persons("to", _addresses(message, "To")),
            *persons("cc", _addresses(message, "Cc")),
        ],
        attachments=list(attached),
        extra={key: value for key, value in extra.items() if value},
    )


def draft_of(mail: NewMail, sender: str, answered: EmailMessage | None, marker: str) -> EmailMessage:
    """A draft as a message.

    Raises:
        InvalidInput: a recipient is no address, or a text holds what cannot be written.
    """
    people = recipients(mail.to)
    message = EmailMessage(policy=policy.SMTP)
    try:
        message["To"] = [Address(name, addr_spec=address) for name, address in people]
        if sender:
            message["From"] = [Address(name, addr_spec=address) for name, address in recipients([sender])]
        message["Subject"] = " ".join(mail.subject.split())
        message["Date"] = datetime.now(UTC)
        message["Message-ID"] = make_msgid(domain="escalation.invalid")
        if answered is not None:
            own = names_in(answered, "Message-ID")[:1]
            if own:
                message["In-Reply-To"] = own[0]
                message["References"] = " ".join([*names_in(answered, "References")[-20:], *own])
        if marker:
            message[KEY_HEADER] = marker
        message.set_content(mail.text)
    except (*_UNREADABLE, UnicodeError) as error:
        raise InvalidInput(f"This mail cannot be written: {error}.") from error
    return message


def _people(message: EmailMessage, key: str) -> list[str]:
    return address_words(_addresses(message, key))


def _addresses(message: EmailMessage, key: str) -> list[tuple[str, str]]:
    return getaddresses([header(message, key)])


def _attachments(message: EmailMessage, mail: str, *, is_whole: bool) -> tuple[Attachment, ...]:
    """The files of a message. Where it is cut, its last part is, and how long that is nobody knows."""
    parts = list(message.iter_attachments()) if message.is_multipart() else []
    last = list(message.walk())[-1]
    return tuple(
        attachment(
            mail,
            number,
            str(part.get_filename() or ""),
            part.get_content_type(),
            _size(part) if is_whole or part is not last else None,
        )
        for number, part in enumerate(parts, 1)
    )


def _size(part: Any) -> int | None:
    """Bytes of a file; None for a mail inside a mail."""
    content = None if part.is_multipart() else part.get_payload(decode=True)
    return len(content) if isinstance(content, bytes) else None


def _ends_in_text(message: EmailMessage) -> bool:
    """Whether what was cut off may have been text: the last part that is there is text, or there is none."""
    parts = [part for part in message.walk() if not part.is_multipart()]
    return not parts or parts[-1].get_content_maintype() == "text"


def _or(otherwise: T, read: Callable[[], T]) -> T:
    try:
        return read()
    except _UNREADABLE:
        return otherwise
