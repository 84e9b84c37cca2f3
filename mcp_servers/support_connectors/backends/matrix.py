"""Matrix as chat, over the client-server API.

Not through matrix-nio: it is asynchronous and keeps a whole client's state (rooms, keys, syncs) where single bounded calls are
wanted.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Any, Final
from urllib.parse import quote

from pydantic import SecretStr

from support_connectors.backend import ChatFilter, Conflict, NotFound, Paging, Period, PermissionDenied, Write
from support_connectors.remote.guard import ServerSettings, readable
from support_connectors.remote.http import Api
from support_connectors.remote.markers import Marker, find_marked
from support_connectors.remote.paging import empty_page, offset_page, own_id, token_page
from support_connectors.remote.snapshot import Snapshot
from support_connectors.remote.texts import has_words, words
from support_connectors.results import ChatContext, ChatMessage, Page
from support_connectors.systems import System

CATEGORY: Final = "chat"
TITLE = "Matrix"
MOST_ROOMS = 200
MOST_MESSAGES = 1_000
"""Newest messages that a list over all rooms looks at."""
AT_ONCE = 100
MARKED = "customer-escalation.write"
"""The key of an event's content that holds the marker; clients show it nowhere."""
Row = dict[str, Any]


class MatrixSettings(ServerSettings):
    """Where the homeserver is and how it knows us. Only rooms that the account has joined are read."""

    token: SecretStr
    """An access token."""


@dataclass(frozen=True)
class _Room:
    id: str
    name: str
    """As people write it: ``#support-incidents``."""


class Matrix:
    """``Chat`` on Matrix. Edits show the newest text; what was taken back is not found."""

    def __init__(self, settings: MatrixSettings) -> None:
        token = settings.token.get_secret_value()
        headers = {"Authorization": f"Bearer {token}"}
        self._api = Api(TITLE, f"{settings.url}/_matrix/client/v3", settings.guard, headers=headers)
        self._rooms = Snapshot(self._joined, keep_s=60.0)
        self._recent = Snapshot(self._latest)
        self._names: dict[str, str] = {}
        self._lock = Lock()

    def search_chat(self, query: str, paging: Paging) -> Page[ChatMessage]:
        """See ``Chat``. All words must stand in a message; where none holds them all, messages with the rarest words do."""
        if not has_words(query):
            return empty_page()
        terms = words(query)
        asked = next(
            (text for text in (" ".join(terms), *_fewer(terms)) if self._search(text, None, 1)[2]), " ".join(terms)
        )

        def fetch(token: str | None, limit: int) -> tuple[list[ChatMessage], str | None, int]:
            rows, following, total = self._search(asked, token, limit)
            found = [message for row in rows if (message := self._message(row)) is not None]
            return found, following if found else None, total

        return token_page(["search_chat", query], paging, fetch)

    def read_chat_message(self, message_id: str, neighbours: int) -> ChatContext:
        """See ``Chat``."""
        room, event = self._place(message_id)
        answer = self._api.get(
            f"/rooms/{quote(room)}/context/{quote(event, safe='')}",
            {"limit": 2 * neighbours},
            what=f"message {message_id}",
        )
        with readable(TITLE):
            item = self._message(answer["event"], room)
            before = [self._message(row, room) for row in answer.get("events_before", ())]
            after = [self._message(row, room) for row in answer.get("events_after", ())]
        if item is None:
            raise NotFound(f"The message {message_id} was taken back in Matrix, or is none that can be read.")
        return ChatContext(
            item=item,
            before=[one for one in reversed(before) if one is not None][-neighbours:] if neighbours else [],
            after=[one for one in after if one is not None][:neighbours],
        )

    def list_chat_messages(self, wanted: ChatFilter, paging: Paging) -> Page[ChatMessage]:
        """See ``Chat``. The newest 1,000 messages of the joined rooms."""
        rows = [
            message for message in self._recent.get()
            if (wanted.channel is None or _same_room(message.channel, wanted.channel)) and _within(message.at, wanted.period)
        ]  # fmt: skip

        def fetch(offset: int, limit: int) -> tuple[list[ChatMessage], int]:
            return rows[offset : offset + limit], len(rows)

        return offset_page(["list_chat_messages", repr(wanted)], paging, fetch)

    def post_chat_message(self, channel: str, text: str, write: Write) -> ChatMessage:
        """See ``Chat``. The transaction's id is made of the key, so the server itself writes once while it knows it; for later, the
        event carries a marker.
        """
        room = next((room for room in self._rooms.get() if _same_room(room.name, channel) or room.id == channel), None)
        if room is None:
            known = ", ".join(room.name for room in self._rooms.get()[:10]) or "none"
            raise NotFound(
                f"There is no channel {channel!r} in Matrix that our account has joined; it has joined: {known}."
            )
        marker = Marker.of(write.idempotency_key, room.id, text) if write.idempotency_key else None
        if marker and write.idempotency_key:
            written_before, seen_all = self._marked(room.id, marker, write)
            if written_before is not None:
                return written_before
            write.go_on(seen_all=seen_all, keyed=True)
        key = write.idempotency_key or f"{datetime.now(UTC).timestamp()}"
        transaction = hashlib.sha256(f"{room.id}\0{key}".encode()).hexdigest()[:32]
        content: Row = {"msgtype": "m.text", "body": text, "m.mentions": {}}
        if marker:
            content[MARKED] = str(marker)
        made = self._api.put(
            f"/rooms/{quote(room.id)}/send/m.room.message/ce-{transaction}", content, what=f"channel {channel}"
        )
        self._recent.forget()
        with readable(TITLE):
            event = str(made["event_id"])
        written = self.read_chat_message(event, 0).item
        if written.text != text:
            raise Conflict(f"The idempotency key {write.idempotency_key!r} was used for another text in {channel}.")
        return written

    def _search(self, text: str, token: str | None, limit: int) -> tuple[list[Row], str | None, int]:
        criteria = {
            "search_term": text, "order_by": "recent", "keys": ["content.body"],
            "filter": {"limit": limit, "types": ["m.room.message"], "rooms": [room.id for room in self._rooms.get()]},
        }  # fmt: skip
        body = {"search_categories": {"room_events": criteria}}
        answer = self._api.post("/search", body, params={"next_batch": token}, reads=True)
        with readable(TITLE):
            found = answer["search_categories"]["room_events"]
            rows = [hit["result"] for hit in found.get("results", ())]
            return rows, found.get("next_batch"), int(found.get("count") or 0)

    def _joined(self) -> list[_Room]:
        answer = self._api.get("/joined_rooms")
        with readable(TITLE):
            ids = [str(name) for name in answer["joined_rooms"]][:MOST_ROOMS]
        return sorted((_Room(name, self._room_name(name)) for name in ids), key=lambda room: room.name)

    def _room_name(self, room: str) -> str:
        """The local part of the room's alias, else its name, else its id."""
        for kind, key in (("m.room.canonical_alias", "alias"), ("m.room.name", "name")):
            try:
                answer = self._api.get(f"/rooms/{quote(room)}/state/{kind}")
            except (NotFound, PermissionDenied):
                continue
            value = answer.get(key) if isinstance(answer, dict) else None
            if isinstance(value, str) and value:
                return f"#{value.lstrip('#').partition(':')[0]}"
        return room

    def _latest(self) -> list[ChatMessage]:
        """The newest messages of all rooms, the latest first."""
        rooms = self._rooms.get()
        most = max(AT_ONCE, MOST_MESSAGES // max(1, len(rooms)))
        found = [message for room in rooms for message in self._timeline(room.id, most)]
        return sorted(found, key=lambda message: (message.at, message.id), reverse=True)[:MOST_MESSAGES]

    def _marked(self, room: str, marker: Marker, write: Write) -> tuple[ChatMessage | None, bool]:
        """The message of an earlier write, and whether all was seen that may have been written since it is looked for."""
        most = MOST_MESSAGES if write.look_since else AT_ONCE
        since = int(write.look_since.timestamp() * 1000) if write.look_since else 0
        rows: list[Row] = []
        for row in self._events(room, most):
            with readable(TITLE):
                if int(row["origin_server_ts"]) < since:
                    break
            rows.append(row)
        with readable(TITLE):
            told = [(str((row.get("content") or {}).get(MARKED) or ""), row) for row in rows]
        found = find_marked(marker, told, write.idempotency_key or "")
        return (self._message(found, room) if found is not None else None), len(rows) < most

    def _timeline(self, room: str, most: int) -> Iterator[ChatMessage]:
        for row in self._events(room, most):
            message = self._message(row, room)
            if message is not None:
                yield message

    def _events(self, room: str, most: int) -> Iterator[Row]:
        """Messages of a room as the server gives them, the newest first."""
        token: str | None = None
        seen = 0
        while seen < most:
            asked = {"dir": "b", "limit": AT_ONCE, "from": token, "filter": '{"types":["m.room.message"]}'}
            answer = self._api.get(f"/rooms/{quote(room)}/messages", asked)
            with readable(TITLE):
                rows = answer.get("chunk", [])
                token = answer.get("end")
            yield from rows
            seen += len(rows)
            if not rows or not token:
                return

    def _place(self, given: str) -> tuple[str, str]:
        """The room and the event of a message. An event's id is unique, but it is asked for by room."""
        event = own_id(CATEGORY, given)
        known = next((message for message in self._recent.get() if message.id == event), None)
        rooms = self._rooms.get()
        if known is not None:
            rooms = [room for room in rooms if room.name == known.channel] or rooms
        if not event.startswith("$"):
            raise NotFound(f"There is no message {given!r} in Matrix: its ids begin with $.")
        for room in rooms:
            try:
                self._api.get(f"/rooms/{quote(room.id)}/event/{quote(event, safe='')}")
            except (NotFound, PermissionDenied):
                continue
            return room.id, event
        raise NotFound(f"There is no message {given!r} in the Matrix rooms that our account has joined.")

    def _message(self, row: Row, room: str | None = None) -> ChatMessage | None:
        """An event as a message; None for one that is none, was taken back, or only edits another."""
        with readable(TITLE):
            content = row.get("content") or {}
            relation = content.get("m.relates_to") or {}
            if row.get("type") != "m.room.message" or not isinstance(content.get("body"), str):
                return None
            if relation.get("rel_type") == "m.replace":
                return None
            place = str(row.get("room_id") or room or "")
            newer = ((row.get("unsigned") or {}).get("m.relations") or {}).get("m.replace") or {}
            edited = ((newer.get("content") or {}).get("m.new_content") or {}).get("body")
            extra: dict[str, Any] = {"edited": True} if isinstance(edited, str) else {}
            if relation.get("rel_type") == "m.thread":
                extra["thread_of"] = str(relation.get("event_id"))
            name = str(row["event_id"])
            return ChatMessage(
                ref=f"{CATEGORY}/{name}",
                id=name,
                channel=next((known.name for known in self._rooms.get() if known.id == place), place),
                at=datetime.fromtimestamp(row["origin_server_ts"] / 1000, UTC)
                .isoformat(timespec="milliseconds")
                .replace("+00:00", "Z"),
                author=self._person(str(row["sender"])),
                text=edited if isinstance(edited, str) else content["body"],
                extra=extra,
            )

    def _person(self, user: str) -> str:
        """The name that somebody shows, beside the id. Kept, because few people say much."""
        with self._lock:
            if user in self._names:
                return self._names[user]
        try:
            answer = self._api.get(f"/profile/{quote(user, safe='')}/displayname")
            shown = str(answer.get("displayname") or "")
        except (NotFound, PermissionDenied):
            shown = ""
        local = user.lstrip("@").partition(":")[0]
        name = f"{shown} ({user})" if shown and shown.casefold() != local.casefold() else local
        with self._lock:
            self._names[user] = name
        return name


def _fewer(terms: list[str]) -> Iterator[str]:
    """Shorter searches: the longest words, fewer and fewer."""
    telling = sorted(dict.fromkeys(terms), key=lambda word: (not any(map(str.isdigit, word)), -len(word)))
    for count in (3, 2, 1):
        if count < len(terms):
            yield " ".join(telling[:count])


def _same_room(name: str, given: str) -> bool:
    return name.lstrip("#").casefold() == given.strip().lstrip("#").partition(":")[0].casefold()


def _within(at: str, period: Period) -> bool:
    moment = datetime.fromisoformat(at)
    return (period.since is None or moment >= period.since) and (period.until is None or moment <= period.until)


SYSTEM = System(
    name="matrix",
    title=TITLE,
    category=CATEGORY,
    settings=MatrixSettings,
    connect=Matrix,
    tested="Matrix Synapse, started by CI: contract with reads and writes, network faults, the main job",
    note="Rooms that the account has joined. A search wants all words in one message; where none has them, it tries with fewer. "
    "Lists hold the newest 1,000 messages. Encrypted messages cannot be read.",
)
