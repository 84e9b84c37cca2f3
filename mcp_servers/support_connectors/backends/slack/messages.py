"""Slack's messages as ours: where they were said, their ids, their times, and what we keep in their metadata."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import JsonValue

from support_connectors.backend import NotFound
from support_connectors.backends.slack.api import TITLE, Names, Row
from support_connectors.backends.slack.text import text_of
from support_connectors.remote.guard import readable
from support_connectors.remote.paging import own_id
from support_connectors.results import ChatMessage

CATEGORY: Final = "chat"
EVENT = "customer_escalation_write"
"""The type of metadata that is ours."""
_ID = re.compile(r"(?P<channel>[CG][A-Z0-9]{2,})-(?P<ts>\d{9,11}\.\d{6})")
_LINK = re.compile(r"https?://[^/\s]+/archives/(?P<channel>[CG][A-Z0-9]{2,})/p(?P<s>\d{9,11})(?P<us>\d{6})(?:\?\S*)?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Channel:
    """One channel."""

    id: str
    name: str
    """Without ``#``."""

    def is_called(self, given: str) -> bool:
        """Whether somebody who writes ``given`` means this channel."""
        return given.strip() == self.id or given.strip().lstrip("#").casefold() == self.name.casefold()


@dataclass(frozen=True)
class PlacedMessage:
    """A message and where it was said; newer ones are greater."""

    channel: Channel
    row: Row

    @property
    def key(self) -> tuple[str, str]:
        """What messages are ordered by: time, then channel."""
        return str(self.row["ts"]), self.channel.id


def message_of(said: PlacedMessage, names: Names) -> ChatMessage:
    """The message as ours. ``names`` gives people's names."""
    row, channel = said.row, said.channel
    with readable(TITLE):
        ts = str(row["ts"])
        thread = str(row.get("thread_ts") or "")
        bot = row.get("bot_profile") or {}
        own = (row.get("username") or bot.get("name")) if row.get("bot_id") else None  # an app may post under any name
        author = own or (names(str(row["user"])) if row.get("user") else row.get("username") or row.get("bot_id"))
        payload = _payload(row)
        extra: dict[str, JsonValue] = {
            "thread": f"{channel.id}-{thread}" if thread and thread != ts else None,
            "replies": row.get("reply_count"),
            "edited_at": _time(str(row["edited"]["ts"])) if row.get("edited") else None,
            "files": [str(file.get("name") or file.get("title") or "") for file in row.get("files") or ()],
            "on_behalf_of": str(payload["author"]) if payload.get("author") else None,
            "link": row.get("permalink"),
        }
        name = f"{channel.id}-{ts}"
        return ChatMessage(
            ref=f"{CATEGORY}/{name}",
            id=name,
            channel=f"#{channel.name}",
            at=_time(ts),
            author=str(author or "unknown"),
            text=text_of(row, names),
            extra={key: value for key, value in extra.items() if value},
        )


def _payload(row: Row) -> Row:
    """What we kept in a message's metadata when we wrote it."""
    metadata = row.get("metadata") or {}
    return metadata.get("event_payload") or {} if metadata.get("event_type") == EVENT else {}


def marker_in(row: Row) -> str:
    """The marker of the write that made this message; empty where there is none."""
    return str(_payload(row).get("marker") or "")


def is_channel(channel: Row) -> bool:
    """Whether a conversation is a channel, and no talk between some people."""
    return not channel.get("is_im") and not channel.get("is_mpim") and str(channel.get("id", "")).startswith(("C", "G"))


def no_message(given: str) -> NotFound:
    """The refusal for an id that leads to no message."""
    return NotFound(
        f"There is no message {given!r} in Slack's channels that we may read: it was deleted, is elsewhere, or never was. "
        "An id looks like C024BE91L-1700000000.000100."
    )


def place_of(given: str) -> tuple[str, str]:
    """Channel and time of a message from our id, our ref, or Slack's link to it."""
    name = own_id(CATEGORY, given)
    if found := _ID.fullmatch(name):
        return found["channel"], found["ts"]
    if found := _LINK.fullmatch(name):
        return found["channel"], f"{found['s']}.{found['us']}"
    raise no_message(given)


def _time(ts: str) -> str:
    seconds, _, micros = ts.partition(".")
    moment = _EPOCH + timedelta(seconds=int(seconds), microseconds=int(micros or 0))
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
