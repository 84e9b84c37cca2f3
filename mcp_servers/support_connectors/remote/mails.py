"""Mails of any protocol: addresses in words, the readable text of a message, the beginning of it for lists, found words weighed."""

import math
from collections.abc import Collection, Hashable, Iterable
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Any, Literal, TypeVar

from support_connectors.backend import InvalidInput
from support_connectors.remote.texts import plain_text, words
from support_connectors.results import Attachment, Person

K = TypeVar("K", bound=Hashable)
PREVIEW = 300
"""Characters of a mail's text in searches and lists."""
SHOWN = 100_000
"""Characters of a mail's text that are shown."""
SHOWN_IN_THREAD = 10_000
"""Characters of each other mail's text of its conversation."""
MOST_THREAD = 50
"""Other mails of a conversation that are shown, the latest."""
MOST_TERMS = 8
"""Words of a query that are looked for."""


def address_words(people: Iterable[tuple[str, str]]) -> list[str]:
    """Names and addresses as ``Name <address>``; what is empty is left out."""
    named = (
        f"{name} <{address}>" if name and address and name != address else address or name for name, address in people
    )
    return [one for one in named if one]


def persons(relation: Literal["author", "to", "cc"], people: Iterable[tuple[str, str]]) -> list[Person]:
    """The people of a mail's header, from their names and addresses; what is empty is left out."""
    return [
        Person(relation=relation, name=name or None, email=address or None)
        for name, address in people
        if name or address
    ]


def attachment(mail: str, number: int, name: str, media_type: str, size: int | None) -> Attachment:
    """The file at a place, counted from 1, of the mail with that id; without a name it is called by its type."""
    own = f"{mail}-a{number}"
    return Attachment(
        ref=f"email/{own}",
        id=own,
        name=name or media_type,
        media_type=media_type or None,
        size_bytes=size,
        parent=f"email/{mail}",
    )


def recipients(given: Iterable[str]) -> list[tuple[str, str]]:
    """Names (often empty) and addresses that a mail can go to.

    Raises:
        InvalidInput: one of them is not exactly one address.
    """
    return [_recipient(one) for one in given]


def _recipient(text: str) -> tuple[str, str]:
    found = getaddresses([text]) if text.isprintable() else []
    name, address = found[0] if len(found) == 1 else ("", "")
    local, _, domain = address.rpartition("@")
    if not local or "." not in domain.strip(".") or any(mark.isspace() or mark in "<>,;" for mark in address):
        raise InvalidInput(f"{text!r} is no mail address. Give one address an entry, such as dana@acme.example.")
    return name, address


def readable_text(message: EmailMessage) -> str:
    """The text of a message: its plain part, else its HTML as plain text; empty where it has neither."""
    for kind in ("plain", "html"):
        part = message.get_body(preferencelist=(kind,))
        text = _content(part) if part is not None else ""
        if text:
            return text
    return ""


def _content(part: Any) -> str:
    try:
        content = part.get_content()
    except (LookupError, ValueError, KeyError):  # an unknown charset, a broken encoding
        payload = part.get_payload(decode=True)
        content = payload.decode("utf-8", errors="replace") if isinstance(payload, bytes) else str(payload or "")
    text = content if isinstance(content, str) else ""
    return tidy(text, html=part.get_content_type() == "text/html")


def tidy(text: str, *, html: bool) -> str:
    """The text of a part as it is shown."""
    return (plain_text(text) if html else text.replace("\r\n", "\n")).strip()


def preview(text: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= PREVIEW else f"{line[: PREVIEW - 1]}…"


def terms(query: str) -> list[str]:
    """The words of a query that are looked for: single letters only where there is nothing else."""
    found = words(query, 3 * MOST_TERMS)
    return ([word for word in found if len(word) > 1] or found)[:MOST_TERMS]


def weighed(found: Iterable[tuple[Collection[K], int]]) -> dict[K, float]:
    """What the mails score in which words were found: rare words count for more.

    ``found`` gives for each word the mails that hold it, and how many these are where not all are given.
    """
    held = [(mails, max(count, len(mails))) for mails, count in found if mails]
    commonest = max((count for _, count in held), default=0)
    scores: dict[K, float] = {}
    for mails, count in held:
        for mail in mails:
            scores[mail] = scores.get(mail, 0.0) + math.log(1 + commonest / count)
    return scores
