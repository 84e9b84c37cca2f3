"""Slack as chat, over its Web API.

Not through slack-sdk: it reads answers of any length whole, bounds each wait on the socket but no call as a whole, and has no
public place for a transport of ours.
"""

import heapq
import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Annotated

from pydantic import Field, JsonValue, SecretStr

from support_connectors.backend import (
    ChatFilter,
    InvalidCursor,
    InvalidInput,
    NotFound,
    Paging,
    PermissionDenied,
    Write,
)
from support_connectors.backends.slack.api import PAGE, TITLE, Names, Row, SlackApi
from support_connectors.backends.slack.messages import (
    EVENT,
    Channel,
    PlacedMessage,
    is_channel,
    marker_in,
    message_of,
    no_message,
    place_of,
)
from support_connectors.backends.slack.text import escaped, text_of
from support_connectors.cursors import decode_cursor, encode_cursor
from support_connectors.remote.guard import ServerSettings, readable, secret
from support_connectors.remote.markers import Marker, find_marked
from support_connectors.remote.paging import empty_page
from support_connectors.remote.ranking import ranked
from support_connectors.remote.snapshot import Snapshot
from support_connectors.remote.texts import has_words, words
from support_connectors.results import ChatContext, ChatMessage, Page
from support_connectors.systems import System
from support_connectors.times import microseconds

MOST_LOOKED = 1_000
"""Newest messages of a channel in which an earlier write is looked for, where its time is known."""
MOST_TEXT = 40_000
"""Characters of one message; Slack cuts longer ones."""
KEEP_CHANNELS_S = 60.0
_TS = re.compile(r"\d{9,11}\.\d{6}")


class SlackSettings(ServerSettings):
    """How Slack knows us. Direct messages are never shown."""

    url: str = "https://slack.com/api"
    bot_token: SecretStr
    """Of an app with the scopes channels:read, channels:history, groups:read, groups:history, users:read and, for posting,
    chat:write. It reads the channels that it was invited to."""
    user_token: SecretStr | None = None
    """With the scope search:read, and the history scopes to read what was found: searches all that this person sees. None: the
    newest messages of the app's channels are searched."""
    channels: tuple[str, ...] = ()
    """Names or ids of the only channels to read and to post to; empty: all that the tokens allow."""
    scan_messages: Annotated[int, Field(ge=1, le=5_000)] = 500
    """Newest messages of each channel that a search without user_token looks at."""
    scan_channels: Annotated[int, Field(ge=1, le=200)] = 20
    """Channels, by name, that such a search and a list without a channel look at."""


class Slack:
    """``Chat`` on Slack. A message's id is its channel's and its time: ``C024BE91L-1700000000.000100``."""

    def __init__(self, settings: SlackSettings) -> None:
        self._settings = settings
        self._bot = SlackApi(settings.url, secret(settings.bot_token), settings.guard)
        token = secret(settings.user_token)
        self._user = SlackApi(settings.url, token, settings.guard) if token else None
        self._joined = Snapshot(self._list_channels, KEEP_CHANNELS_S)
        self._recent = Snapshot(self._scan)

    def search_chat(self, query: str, paging: Paging) -> Page[ChatMessage]:
        """See ``Chat``. ``SYSTEM.note`` says what is searched."""
        if not has_words(query):
            return empty_page()
        if self._user is not None:
            return self._search(self._user, query, paging)
        call: JsonValue = ["search_chat", query]
        offset, newest = _scan_place(call, paging)
        rows = self._recent.get()
        newest = newest or (rows[0].key[0] if rows else "0")
        old = [said for said in rows if said.key[0] <= newest]  # what came since the first page would shift the others
        best = ranked(query, old, lambda said: f"{said.channel.name} {text_of(said.row, str)}")
        shown = best[offset : offset + paging.limit]
        following = offset + len(shown)
        more = bool(shown) and following < len(best)
        return Page(
            items=self._shown(shown),
            next_cursor=encode_cursor(call, [following, newest]) if more else None,
            total=len(best),
        )

    def read_chat_message(self, message_id: str, neighbours: int) -> ChatContext:
        """See ``Chat``. The neighbours of a message in a thread are the thread's, then the channel's."""
        channel_id, ts = place_of(message_id)
        api, channel = self._reader(channel_id, message_id)
        what = f"message {message_id}"
        row = api.message(channel_id, ts, what)
        if row is None:
            raise no_message(message_id)
        before: list[Row] = []
        after: list[Row] = []
        if neighbours:
            budget = api.budget()
            root = str(row.get("thread_ts") or ts)
            thread = api.thread(channel_id, root, what, budget) if row.get("thread_ts") else []
            with readable(TITLE):
                before = [one for one in thread if one["ts"] < ts][-neighbours:]
                after = [one for one in thread if one["ts"] > ts][:neighbours]
            room = neighbours - len(before)
            if room:
                earlier = islice(api.history(channel_id, budget, latest=root, size=room + 10), room)
                before = [*reversed(list(earlier)), *before]
            if len(after) < neighbours:
                last = str(after[-1]["ts"]) if after else ts
                after += api.following(channel_id, last, neighbours - len(after), budget)
        item, *others = self._shown([PlacedMessage(channel, one) for one in (row, *before, *after)], api)
        return ChatContext(item=item, before=others[: len(before)], after=others[len(before) :])

    def list_chat_messages(self, wanted: ChatFilter, paging: Paging) -> Page[ChatMessage]:
        """See ``Chat``. What stands in threads is shown around a message that is read; closed channels are passed over."""
        call: JsonValue = ["list_chat_messages", repr(wanted)]
        last = _list_place(call, paging)
        channels = self._joined.get()
        if wanted.channel is not None:
            channels = [channel for channel in channels if channel.is_called(wanted.channel)]
        oldest, until = _stamp(wanted.period.since), _stamp(wanted.period.until)
        latest = min((one for one in (until, last and last[0]) if one), default=None)
        budget = self._bot.budget()

        closed: list[PermissionDenied] = []

        def said_in(channel: Channel) -> Iterator[PlacedMessage]:
            size = min(PAGE, paging.limit + 10)
            try:
                for row in self._bot.history(
                    channel.id, budget, oldest=oldest, latest=latest, inclusive=True, size=size
                ):
                    yield PlacedMessage(channel, row)
            except PermissionDenied as error:
                closed.append(error)

        streams = [said_in(channel) for channel in channels[: self._settings.scan_channels]]
        merged = heapq.merge(*streams, key=lambda said: said.key, reverse=True)
        found = list(islice((said for said in merged if last is None or said.key < last), paging.limit + 1))
        if closed and len(closed) == len(streams):
            raise closed[0]
        shown = found[: paging.limit]
        cursor = encode_cursor(call, list(shown[-1].key)) if len(found) > len(shown) else None
        return Page(items=self._shown(shown), next_cursor=cursor, total=None)

    def post_chat_message(self, channel: str, text: str, write: Write) -> ChatMessage:
        """See ``Chat``. The app posts; the author and the key stand in metadata that people do not see."""
        joined = self._joined.get()
        place = next((one for one in joined if one.is_called(channel)), None)
        if place is None:
            known = ", ".join(f"#{one.name}" for one in joined[:10]) or "none"
            raise NotFound(f"There is no channel {channel!r} in Slack that our app was invited to; it is in: {known}.")
        sent = escaped(text)
        if len(sent) > MOST_TEXT:
            raise InvalidInput(
                f"Slack takes at most {MOST_TEXT:,} characters in a message; this one has {len(sent):,}."
            )
        key = write.idempotency_key
        marker = Marker.of(key, text, place.id) if key else None
        if marker and key:
            since = write.look_since
            oldest, most = (f"{since.timestamp():.6f}", MOST_LOOKED) if since else (None, PAGE)
            history = self._bot.history(place.id, self._bot.budget(), oldest=oldest, metadata=True)
            recent = list(islice(history, most))
            known_row = find_marked(marker, [(marker_in(row), row) for row in recent], key)
            if known_row is not None:
                return self._shown([PlacedMessage(place, known_row)])[0]
            write.go_on(seen_all=len(recent) < most)
        body = {
            "channel": place.id, "text": sent, "mrkdwn": False, "parse": "none", "link_names": False,
            "unfurl_links": False, "unfurl_media": False,
            "metadata": {"event_type": EVENT, "event_payload": {"author": write.author, "marker": str(marker or "")}},
        }  # fmt: skip
        made = self._bot.post("chat.postMessage", body, f"channel {channel}")
        self._recent.forget()
        with readable(TITLE):
            row: Row = {**made["message"], "ts": str(made["ts"])}
        return self._shown([PlacedMessage(place, row)])[0]

    def close(self) -> None:
        """Close the connections."""
        self._bot.close()
        if self._user is not None:
            self._user.close()

    def _search(self, user: SlackApi, query: str, paging: Paging) -> Page[ChatMessage]:
        """Slack's own search. All words must match; where no message holds them all, the longest are looked for."""
        call: JsonValue = ["search_chat", query, paging.limit]
        terms = words(query)
        longest = sorted(terms, key=len, reverse=True)
        tries = list(dict.fromkeys([" ".join(terms), " ".join(longest[:3]), longest[0]]))
        which, page = _search_place(call, paging, len(tries)) if paging.cursor else (0, 1)
        while True:
            params = {"query": tries[which], "count": paging.limit, "page": page, "sort": "score"}
            answer = user.get("search.messages", params)
            with readable(TITLE):
                matches = list(answer["messages"]["matches"])
                more = page < int(answer["messages"]["paging"]["pages"])
            if matches or page > 1 or which + 1 == len(tries):
                break
            which += 1
        with readable(TITLE):
            found = [
                PlacedMessage(Channel(str(row["channel"]["id"]), str(row["channel"]["name"])), row) for row in matches
            ]
            shown = [said for said in found if is_channel(said.row["channel"]) and self._is_wanted(said.channel)]
        cursor = encode_cursor(call, [which, page + 1]) if more else None
        return Page(items=self._shown(shown[: paging.limit], user), next_cursor=cursor, total=None)

    def _scan(self) -> list[PlacedMessage]:
        """The newest messages of the app's channels, newest first; channels that are closed to it are passed over."""
        budget = self._bot.budget()
        found: list[PlacedMessage] = []
        channels = self._joined.get()[: self._settings.scan_channels]
        closed: list[PermissionDenied] = []
        for channel in channels:
            budget.check()
            try:
                rows = islice(self._bot.history(channel.id, budget), self._settings.scan_messages)
                found += [PlacedMessage(channel, row) for row in rows]
            except PermissionDenied as error:
                closed.append(error)
        if closed and len(closed) == len(channels):
            raise closed[0]
        return sorted(found, key=lambda said: said.key, reverse=True)

    def _list_channels(self) -> list[Channel]:
        """The channels that the app was invited to, as far as the settings allow them, by name."""
        try:
            rows = self._conversations("public_channel,private_channel")
        except PermissionDenied:  # groups:read is a scope of its own
            rows = self._conversations("public_channel")
        with readable(TITLE):
            found = [Channel(str(row["id"]), str(row["name"])) for row in rows]
        return sorted((one for one in found if self._is_wanted(one)), key=lambda one: one.name)

    def _conversations(self, types: str) -> list[Row]:
        params = {"types": types, "exclude_archived": True}
        answers = self._bot.pages("users.conversations", params, self._bot.budget())
        with readable(TITLE):
            return [row for answer in answers for row in answer["channels"]]

    def _is_wanted(self, channel: Channel) -> bool:
        wanted = self._settings.channels
        return not wanted or any(channel.is_called(name) for name in wanted)

    def _reader(self, channel_id: str, message_id: str) -> tuple[SlackApi, Channel]:
        """Who may read a channel: the app in those that it was invited to, else the person of the user token."""
        for channel in self._joined.get():
            if channel.id == channel_id:
                return self._bot, channel
        if self._user is None:
            raise no_message(message_id)
        answer = self._user.get("conversations.info", {"channel": channel_id}, f"message {message_id}")
        with readable(TITLE):
            row = answer["channel"]
            channel = Channel(channel_id, str(row.get("name") or ""))
        if not is_channel(row) or not self._is_wanted(channel):
            raise no_message(message_id)
        return self._user, channel

    def _shown(self, found: list[PlacedMessage], api: SlackApi | None = None) -> list[ChatMessage]:
        names = Names(api or self._bot)
        return [message_of(said, names) for said in found]


def _stamp(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    seconds, micros = divmod(max(0, microseconds(moment)), 1_000_000)
    return f"{seconds:010d}.{micros:06d}"


def _list_place(call: JsonValue, paging: Paging) -> tuple[str, str] | None:
    if paging.cursor is None:
        return None
    ts, channel = decode_cursor(call, paging.cursor)
    if not isinstance(ts, str) or not isinstance(channel, str) or not _TS.fullmatch(ts):
        raise _wrong_cursor()
    return ts, channel


def _scan_place(call: JsonValue, paging: Paging) -> tuple[int, str]:
    if paging.cursor is None:
        return 0, ""
    offset, newest = decode_cursor(call, paging.cursor)
    if not isinstance(offset, int) or offset < 0 or not isinstance(newest, str):
        raise _wrong_cursor()
    return offset, newest


def _search_place(call: JsonValue, paging: Paging, tries: int) -> tuple[int, int]:
    which, page = decode_cursor(call, paging.cursor or "")
    if not isinstance(which, int) or not isinstance(page, int) or not 0 <= which < tries or page < 1:
        raise _wrong_cursor()
    return which, page


def _wrong_cursor() -> InvalidCursor:
    return InvalidCursor("This is not a cursor of this call. Repeat the call without one.")


SYSTEM = System(
    name="slack",
    title=TITLE,
    category="chat",
    settings=SlackSettings,
    connect=Slack,
    tested="a stand-in made of Slack's published description: contract with reads and writes, network faults; not the real service",
    note=(
        "With a user token Slack's own search is used: all words must match, else the longest. Without one the newest "
        "messages of some channels are searched (settings scan_messages and scan_channels), what stands in threads left "
        "out. Lists without a channel look at those channels too. Direct messages are never shown."
    ),
)
