"""Mails of any protocol: addresses in words, the readable text of a message, the beginning of it for lists."""

from collections.abc import Iterable
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

from support_connectors.remote.texts import plain_text

PREVIEW = 300
"""Characters of a mail's text in searches and lists."""
SHOWN = 100_000
"""Characters of a mail's text that are shown."""


def address_words(people: Iterable[tuple[str, str]]) -> list[str]:
    """Names and addresses as ``Name <address>``."""
    return [f"{name} <{address}>" if name and name != address else address or name for name, address in people]


def checked_address(text: str) -> str:
    """An address that a mail can be sent to. Raises ``ValueError`` for anything else."""
    name, address = parseaddr(text)
    local, at, domain = address.partition("@")
    if not (local and at and "." in domain) or any(letter in text for letter in "\r\n\0"):
        raise ValueError(f"{text!r} is no mail address")
    return f"{name} <{address}>" if name else address


def readable_text(message: EmailMessage) -> str:
    """The text of a message: its plain part, else its HTML as plain text; empty where it has neither."""
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    try:
        content: Any = part.get_content()
    except (LookupError, ValueError, KeyError):  # an unknown charset, a broken encoding
        payload = part.get_payload(decode=True)
        content = payload.decode("utf-8", errors="replace") if isinstance(payload, bytes) else str(payload or "")
    text = content if isinstance(content, str) else ""
    if part.get_content_type() == "text/html":
        text = plain_text(text)
    return text.replace("\r\n", "\n").strip()


def preview(text: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= PREVIEW else f"{line[: PREVIEW - 1]}…"
