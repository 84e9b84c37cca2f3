"""Microsoft Teams as chat, through Microsoft Graph.

Not through msgraph-sdk: it is asynchronous, brings thousands of generated modules for the five requests that are made here, and
follows redirects and tries again by rules of its own.
"""

from typing import Annotated, Final, Self

from pydantic import Field, JsonValue, SecretStr, field_validator, model_validator

from support_connectors.backend import (
    ChatFilter,
    InvalidCursor,
    InvalidInput,
    NotFound,
    Paging,
    PermissionDenied,
    Write,
)
from support_connectors.backends.teams.api import TITLE, Graph, GraphToken, Row, path_of
from support_connectors.backends.teams.messages import (
    Channel,
    MessagePlace,
    PlacedMessage,
    author_of,
    is_talk,
    message_of,
    no_message,
    place_of,
    place_of_hit,
    text_of,
)
from support_connectors.cursors import decode_cursor, encode_cursor
from support_connectors.remote.guard import ServerSettings, readable, secret
from support_connectors.remote.http import Api
from support_connectors.remote.markers import Marker, find_marked, marked, reaches_back
from support_connectors.remote.paging import empty_page
from support_connectors.remote.ranking import ranked
from support_connectors.remote.snapshot import Snapshot
from support_connectors.remote.texts import has_words, words
from support_connectors.results import ChatContext, ChatMessage, Page
from support_connectors.systems import System
from support_connectors.times import microseconds

AT_ONCE = 50
"""Messages of one page of Graph's, the most that it gives."""
MOST_HITS = 25
"""Hits of one search; each is then read by a request of its own."""
MOST_BYTES = 28_000
"""Of one message, as Teams takes them."""
KEEP_CHANNELS_S = 300.0
CLOUD: Final = "https://graph.microsoft.com/v1.0"
LOGIN: Final = "https://login.microsoftonline.com"


class TeamsSettings(ServerSettings):
    """How Microsoft knows us, and which teams are read. Chats between people are never shown."""

    url: str = CLOUD
    login_url: str = LOGIN
    tenant: str
    """Id or domain of the organisation in Microsoft Entra."""
    client_id: str
    """Of the app: with the application permissions Team.ReadBasic.All, Channel.ReadBasic.All and ChannelMessage.Read.All, or
    the delegated ones of the same names and ChannelMessage.Send."""
    client_secret: SecretStr | None = None
    refresh_token: SecretStr | None = None
    """Of a person who agreed: then Microsoft's search is used, and posts are in that person's name. None: the app reads alone
    and cannot post."""
    teams: Annotated[tuple[str, ...], Field(min_length=1)]
    """Ids of the teams to read."""
    channels: tuple[str, ...] = ()
    """Names (``General``, ``Support/General``) or ids of the only channels to read and to post to; empty: all of the teams."""
    scan_messages: Annotated[int, Field(ge=1, le=2_000)] = 200
    """Newest conversations of each channel that lists, and searches without refresh_token, look at."""
    scan_channels: Annotated[int, Field(ge=1, le=200)] = 20
    """Channels that lists without a channel, and searches without refresh_token, look at."""

    @field_validator("login_url")
    @classmethod
    def _check_login(cls, url: str) -> str:
        return cls._check_url(url)

    @model_validator(mode="after")
    def _check_credentials(self) -> Self:
        if self.client_secret is None and self.refresh_token is None:
            raise ValueError("needs client_secret, or refresh_token of a person, or both")
        return self


class Teams:
    """``Chat`` on Microsoft Teams. An id is the channel's and the message's, for an answer its thread's between."""

    def __init__(self, settings: TeamsSettings) -> None:
        self._settings = settings
        self._login = Api(TITLE, settings.login_url, settings.guard)
        scope = f"{settings.url.partition('/v1.0')[0]}/.default"
        form = {"client_id": settings.client_id, "scope": scope, "grant_type": "client_credentials"}
        if settings.client_secret is not None:
            form["client_secret"] = secret(settings.client_secret)
        self._delegated = settings.refresh_token is not None
        if self._delegated:
            form |= {"grant_type": "refresh_token", "refresh_token": secret(settings.refresh_token)}
            form["scope"] = f"{scope} offline_access"
        self._graph = Graph(settings.url, settings.guard, GraphToken(self._login, settings.tenant, form))
        self._channels = Snapshot(self._list_channels, KEEP_CHANNELS_S)
        self._recent: dict[str, Snapshot[list[PlacedMessage]]] = {}

    def search_chat(self, query: str, paging: Paging) -> Page[ChatMessage]:
        """See ``Chat``. ``SYSTEM.note`` says what is searched."""
        if not has_words(query):
            return empty_page()
        if self._delegated:
            return self._search(query, paging)
        call: JsonValue = ["search_chat", query]
        offset, newest = _numbers(call, paging)
        said = self._said(self._channels.get())
        newest = newest or (said[0].key[0] if said else 0)
        old = [one for one in said if one.key[0] <= newest]  # what came since the first page would shift the others
        best = ranked(query, old, lambda one: f"{one.channel.title} {author_of(one.row)} {text_of(one.row)}")
        shown = best[offset : offset + paging.limit]
        following = offset + len(shown)
        cursor = encode_cursor(call, [following, newest]) if shown and following < len(best) else None
        return Page(items=[message_of(one) for one in shown], next_cursor=cursor, total=len(best))

    def read_chat_message(self, message_id: str, neighbours: int) -> ChatContext:
        """See ``Chat``. The neighbours of a message in a thread are the thread's, then the channel's."""
        place = place_of(message_id)
        channel = self._channel(place, message_id)
        item = self._read(channel, place, message_id)
        if item is None:
            raise no_message(message_id)
        if not neighbours:
            return ChatContext(item=message_of(item), before=[], after=[])
        root = item if not place.reply else self._read(channel, MessagePlace(place.channel_id, place.root), message_id)
        thread = sorted([*([root] if root else []), *self._replies(channel, place.root)], key=lambda one: one.key)
        before = [one for one in thread if one.key < item.key][-neighbours:]
        after = [one for one in thread if one.key > item.key][:neighbours]
        around = sorted((one for one in self._latest(channel) if not one.place.reply), key=lambda one: one.key)
        if around and root and root.key >= around[0].key:  # else what lies between is not known
            earlier = [one for one in around if one.key < root.key]
            last = after[-1] if after else item
            later = [one for one in around if one.key > last.key]
            room = neighbours - len(before)
            before = [*(earlier[-room:] if room else []), *before]
            after += later[: neighbours - len(after)]
        return ChatContext(
            item=message_of(item), before=[message_of(one) for one in before], after=[message_of(one) for one in after]
        )

    def list_chat_messages(self, wanted: ChatFilter, paging: Paging) -> Page[ChatMessage]:
        """See ``Chat``. Among the newest conversations of each channel, answers included."""
        call: JsonValue = ["list_chat_messages", repr(wanted)]
        last = _key(call, paging)
        channels = self._channels.get()
        if wanted.channel is not None:
            channels = [channel for channel in channels if channel.is_called(wanted.channel)]
        since, until = (microseconds(one) if one else None for one in (wanted.period.since, wanted.period.until))
        said = [
            one for one in self._said(channels)
            if (since is None or one.key[0] >= since) and (until is None or one.key[0] <= until) and (last is None or one.key < last)
        ]  # fmt: skip
        shown = said[: paging.limit]
        cursor = encode_cursor(call, list(shown[-1].key)) if len(said) > len(shown) else None
        return Page(items=[message_of(one) for one in shown], next_cursor=cursor, total=None)

    def post_chat_message(self, channel: str, text: str, write: Write) -> ChatMessage:
        """See ``Chat``. Posted as plain text in the name of the person whose token it is."""
        if not self._delegated:
            raise PermissionDenied(
                "Teams lets people post, not apps: posting needs the setting refresh_token of a person."
            )
        place = self._only_channel(channel)
        key = write.idempotency_key
        marker = Marker.of(key, text, place.id) if key else None
        sent = marked(text, marker)
        if len(sent.encode()) > MOST_BYTES:
            raise InvalidInput(
                f"Teams takes at most {MOST_BYTES:,} bytes in a message; this one has {len(sent.encode()):,}."
            )
        messages, what = path_of("teams", place.team_id, "channels", place.id, "messages"), f"channel {channel}"
        if marker and key:
            newest = self._graph.get(messages, {"$top": AT_ONCE}, what)
            with readable(TITLE):
                said = [PlacedMessage(place, row) for row in newest["value"] if is_talk(row)]
                times = [str(row.get("lastModifiedDateTime") or row["createdDateTime"]) for row in newest["value"]]
                known = find_marked(marker, [(text_of(one.row), one) for one in said], key)
            if known is not None:
                return message_of(known)
            write.go_on(seen_all=reaches_back(write, times, AT_ONCE))
        row = self._graph.post(messages, {"body": {"contentType": "text", "content": sent}}, what)
        if place.id in self._recent:
            self._recent[place.id].forget()
        return message_of(PlacedMessage(place, row))

    def close(self) -> None:
        """Close the connections."""
        self._graph.close()
        self._login.close()

    def _search(self, query: str, paging: Paging) -> Page[ChatMessage]:
        """Microsoft's search. All words must match; where no message holds them all, the longest are looked for."""
        call: JsonValue = ["search_chat", query, paging.limit]
        terms = words(query)
        longest = sorted(terms, key=len, reverse=True)
        tries = list(dict.fromkeys([tuple(terms), tuple(longest[:3]), (longest[0],)]))
        which, start = _numbers(call, paging)
        size = min(paging.limit, MOST_HITS)
        budget = self._graph.budget()
        while True:
            quoted = " ".join(f'"{term}"' for term in tries[min(which, len(tries) - 1)])
            request = {"entityTypes": ["chatMessage"], "query": {"queryString": quoted}, "from": start, "size": size}
            answer = self._graph.post("search/query", {"requests": [request]}, reads=True)
            with readable(TITLE):
                box = answer["value"][0]["hitsContainers"][0]
                hits = [hit["resource"] for hit in box.get("hits") or ()][:size]
                more = bool(box.get("moreResultsAvailable"))
            if hits or start or which + 1 >= len(tries):
                break
            which += 1
        items = []
        known = {channel.id: channel for channel in self._channels.get()}
        for hit in hits:
            with readable(TITLE):
                place = place_of_hit(hit)
            if place is None or place.channel_id not in known:
                continue  # a chat between people, or another team's channel
            budget.check()
            found = self._read(known[place.channel_id], place, place.name)
            if found is not None:
                items.append(message_of(found))
        cursor = encode_cursor(call, [which, start + size]) if more else None
        return Page(items=items, next_cursor=cursor, total=None)

    def _list_channels(self) -> list[Channel]:
        found = []
        budget = self._graph.budget()
        for team in self._settings.teams:
            about = self._graph.get(path_of("teams", team), {"$select": "id,displayName"}, f"team {team}")
            rows = self._graph.rows(
                path_of("teams", team, "channels"), {"$select": "id,displayName"}, budget, f"team {team}"
            )
            with readable(TITLE):
                found += [
                    Channel(team, str(about["displayName"]), str(row["id"]), str(row["displayName"])) for row in rows
                ]
            budget.check()
        wanted = self._settings.channels
        return sorted(
            (one for one in found if not wanted or any(one.is_called(name) for name in wanted)),
            key=lambda one: one.title,
        )

    def _channel(self, place: MessagePlace, given: str) -> Channel:
        for channel in self._channels.get():
            if channel.id == place.channel_id:
                return channel
        raise no_message(given)

    def _only_channel(self, given: str) -> Channel:
        known = self._channels.get()
        found = [channel for channel in known if channel.is_called(given)]
        if len(found) > 1:
            raise InvalidInput(f"{given!r} may be {' or '.join(one.title for one in found[:5])}: say which.")
        if not found:
            titles = ", ".join(one.title for one in known[:10]) or "none"
            raise NotFound(f"There is no channel {given!r} in the teams that we may read. There is: {titles}.")
        return found[0]

    def _latest(self, channel: Channel) -> list[PlacedMessage]:
        """The newest conversations of a channel with their answers, in no order."""

        def scan() -> list[PlacedMessage]:
            path = path_of("teams", channel.team_id, "channels", channel.id, "messages")
            asked = {"$top": min(AT_ONCE, self._settings.scan_messages), "$expand": "replies"}
            found: list[PlacedMessage] = []
            rows = self._graph.rows(path, asked, self._graph.budget(), f"channel {channel.title}")
            for _, row in zip(range(self._settings.scan_messages), rows, strict=False):
                with readable(TITLE):
                    found += [PlacedMessage(channel, one) for one in (row, *(row.get("replies") or ())) if is_talk(one)]
            return found

        return self._recent.setdefault(channel.id, Snapshot(scan)).get()

    def _said(self, channels: list[Channel]) -> list[PlacedMessage]:
        """The newest of some channels, newest first; a channel that is closed to us is passed over, unless all are."""
        budget = self._graph.budget()
        found: list[PlacedMessage] = []
        closed: PermissionDenied | None = None
        readable_ones = 0
        for channel in channels[: self._settings.scan_channels]:
            budget.check()
            try:
                found += self._latest(channel)
                readable_ones += 1
            except PermissionDenied as error:
                closed = error
        if closed is not None and not readable_ones:
            raise closed
        return sorted(found, key=lambda one: one.key, reverse=True)

    def _read(self, channel: Channel, place: MessagePlace, given: str) -> PlacedMessage | None:
        """One message; None where it is not there any more."""
        parts = ["teams", channel.team_id, "channels", channel.id, "messages", place.root]
        if place.reply:
            parts += ["replies", place.reply]
        try:
            row: Row = self._graph.get(path_of(*parts), what=f"message {given}")
        except NotFound:
            return None
        return PlacedMessage(channel, row) if is_talk(row) else None

    def _replies(self, channel: Channel, root: str) -> list[PlacedMessage]:
        path = path_of("teams", channel.team_id, "channels", channel.id, "messages", root, "replies")
        rows = self._graph.rows(path, {"$top": AT_ONCE}, self._graph.budget(), f"message {root}")
        return [PlacedMessage(channel, row) for row in rows if is_talk(row)]


def _key(call: JsonValue, paging: Paging) -> tuple[int, str] | None:
    if paging.cursor is None:
        return None
    at, name = decode_cursor(call, paging.cursor)
    if isinstance(at, bool) or not isinstance(at, int) or not isinstance(name, str):
        raise InvalidCursor("This is not a cursor of this call. Repeat the call without one.")
    return at, name


def _numbers(call: JsonValue, paging: Paging) -> tuple[int, int]:
    if paging.cursor is None:
        return 0, 0
    first, second = decode_cursor(call, paging.cursor)
    for one in (first, second):
        if isinstance(one, bool) or not isinstance(one, int) or one < 0:
            raise InvalidCursor("This is not a cursor of this call. Repeat the call without one.")
    assert isinstance(first, int)
    assert isinstance(second, int)
    return first, second


SYSTEM = System(
    name="teams",
    title=TITLE,
    category="chat",
    settings=TeamsSettings,
    connect=Teams,
    asks=(("client_secret", ("refresh_token",)),),
    tested="a stand-in made of Graph's published description: contract with reads and writes, network faults; not the real service",
    note=(
        "With a person's refresh token Microsoft's search is used: all words must match, else the longest. Without one the "
        "newest conversations of some channels are searched (settings scan_messages and scan_channels); lists look at those "
        "too. Chats between people are never shown."
    ),
)
