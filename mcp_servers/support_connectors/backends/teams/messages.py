"""Messages of Microsoft Teams as ours: where they were said, their ids, and their HTML as plain text."""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import JsonValue

from support_connectors.backend import NotFound
from support_connectors.backends.teams.api import TITLE, Row
from support_connectors.remote.guard import readable
from support_connectors.remote.markers import unmarked
from support_connectors.remote.paging import own_id
from support_connectors.remote.texts import plain_text
from support_connectors.results import ChatMessage
from support_connectors.times import microseconds, parse_time

CATEGORY: Final = "chat"
_CHANNEL = r"19:[^\s/?#]+@thread\.[a-z0-9]+"
_ID = re.compile(rf"(?P<channel>{_CHANNEL})-(?P<root>\d{{6,}})(?:-(?P<reply>\d{{6,}}))?")
_LINK = re.compile(rf"/l/message/(?P<channel>{_CHANNEL})/(?P<message>\d{{6,}})")
_EMOJI = re.compile(r"<emoji\b[^>]*?\balt=\"(?P<alt>[^\"]*)\"[^>]*>(?:</emoji>)?")


@dataclass(frozen=True)
class Channel:
    """One channel of a team."""

    team_id: str
    team: str
    id: str
    name: str

    @property
    def title(self) -> str:
        """As people tell it from those of other teams: ``Support/General``."""
        return f"{self.team}/{self.name}"

    def is_called(self, given: str) -> bool:
        """Whether somebody who writes ``given`` may mean this channel."""
        name = given.strip().lstrip("#").casefold()
        return given.strip() == self.id or name in (self.name.casefold(), self.title.casefold())


@dataclass(frozen=True)
class MessagePlace:
    """Where a message stands."""

    channel_id: str
    root: str
    """The message that its thread begins with; itself where it begins one."""
    reply: str = ""

    @property
    def name(self) -> str:
        """Our id of it."""
        return "-".join(part for part in (self.channel_id, self.root, self.reply) if part)


@dataclass(frozen=True)
class PlacedMessage:
    """A message and its channel; newer ones are greater."""

    channel: Channel
    row: Row

    @property
    def key(self) -> tuple[int, str]:
        """What messages are ordered by: the time in microseconds, then the id."""
        with readable(TITLE):
            return microseconds(parse_time(str(self.row["createdDateTime"]))), self.place.name

    @property
    def place(self) -> MessagePlace:
        """Where it stands."""
        with readable(TITLE):
            number, root = str(self.row["id"]), str(self.row.get("replyToId") or "")
        return MessagePlace(self.channel.id, root, number) if root else MessagePlace(self.channel.id, number)


def message_of(said: PlacedMessage) -> ChatMessage:
    """The message as ours."""
    row, place = said.row, said.place
    with readable(TITLE):
        extra: dict[str, JsonValue] = {
            "thread": f"{place.channel_id}-{place.root}" if place.reply else None,
            "replies": len(row.get("replies") or ()),
            "edited_at": row.get("lastEditedDateTime"),
            "importance": row.get("importance") if row.get("importance") != "normal" else None,
            "files": [str(one["name"]) for one in row.get("attachments") or () if one.get("name")],
            "link": row.get("webUrl"),
        }
        return ChatMessage(
            ref=f"{CATEGORY}/{place.name}",
            id=place.name,
            channel=said.channel.title,
            at=str(row["createdDateTime"]),
            author=author_of(row),
            text=unmarked(text_of(row)),
            extra={name: value for name, value in extra.items() if value},
        )


def text_of(row: Row) -> str:
    """A message's subject and text, or that of its cards where it has none of its own."""
    body = row.get("body") or {}
    content = str(body.get("content") or "")
    if body.get("contentType") == "html":
        content = plain_text(_EMOJI.sub(lambda found: html.escape(html.unescape(found["alt"])), content))
    if not content.strip():
        cards = [one.get("content") for one in row.get("attachments") or () if "card" in str(one.get("contentType"))]
        content = "\n".join(text for card in cards for text in _card_texts(card))
    return "\n".join(part for part in (str(row.get("subject") or ""), content) if part)


def author_of(row: Row) -> str:
    """Who wrote a message: a person, an app or a device."""
    sender = row.get("from") or {}
    found: Row = next((one for one in (sender.get("user"), sender.get("application"), sender.get("device")) if one), {})
    return str(found.get("displayName") or found.get("id") or "unknown")


def is_talk(row: Row) -> bool:
    """Whether somebody wrote this message and it still stands."""
    return row.get("messageType", "message") == "message" and not row.get("deletedDateTime")


def place_of(given: str) -> MessagePlace:
    """Where a message stands, from our id, our ref, or its link in Teams. Raises ``NotFound``."""
    name = own_id(CATEGORY, given)
    if found := _ID.fullmatch(name):
        return MessagePlace(found["channel"], found["root"], found["reply"] or "")
    if name.startswith("https://") and (linked := linked_place(name)):
        return linked
    raise no_message(given)


def place_of_hit(hit: Row) -> MessagePlace | None:
    """Where a hit of Microsoft's search stands; None for a chat between people."""
    link = str(hit.get("webLink") or hit.get("webUrl") or "")
    channel = (hit.get("channelIdentity") or {}).get("channelId")
    if not channel:
        return None
    root = str(hit.get("replyToId") or "")
    if root:
        return MessagePlace(str(channel), root, str(hit["id"]))
    return linked_place(link) or MessagePlace(str(channel), str(hit["id"]))


def linked_place(link: str) -> MessagePlace | None:
    """Where the message of a link of Teams stands; None for other links."""
    parts = urlsplit(link)
    found = _LINK.search(unquote(parts.path))
    if found is None:
        return None
    root = parse_qs(parts.query).get("parentMessageId", [found["message"]])[0]
    if not (root.isascii() and root.isdecimal()):
        return None
    return MessagePlace(found["channel"], root, "" if root == found["message"] else found["message"])


def no_message(given: str) -> NotFound:
    """The refusal for an id that leads to no message."""
    return NotFound(
        f"There is no message {given!r} in the channels of Microsoft Teams that we may read: it was deleted, is elsewhere, or "
        "never was. An id looks like 19:4a95f7d8@thread.tacv2-1767600000000."
    )


def _card_texts(card: Any) -> Iterator[str]:
    try:
        value = json.loads(card) if isinstance(card, str) else card
    except (ValueError, RecursionError):
        return
    yield from _texts(value)


def _texts(value: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(value, list) and depth < 12:
        for one in value:
            yield from _texts(one, depth + 1)
    elif isinstance(value, dict) and depth < 12:
        for key, one in value.items():
            if key in ("title", "text", "value") and isinstance(one, str):
                yield plain_text(one)
            else:
                yield from _texts(one, depth + 1)
