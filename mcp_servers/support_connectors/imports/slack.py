"""Slack's export of a workspace: a zip with ``channels.json``, ``users.json`` and, in a folder a channel, a file a day.

Form: Slack's help, "How to read Slack data exports", and its published description of messages.
"""

import re
from collections.abc import Iterator

from support_connectors.backends.slack.api import is_talk
from support_connectors.backends.slack.messages import CATEGORY, Channel, PlacedMessage, is_channel, message_of
from support_connectors.imports.files import Archive
from support_connectors.imports.guarding import guarded
from support_connectors.imports.lookup import Lookup
from support_connectors.imports.outcome import Item, Left, Note, Pieces
from support_connectors.workspace.rows import chat_row

_DAY = re.compile(r"(?P<folder>.+)/\d{4}-\d{2}-\d{2}\.json")
_CHANNELS = ("channels.json", "groups.json")
"""Public and private channels. Talks between some people (``dms.json``, ``mpims.json``) are no channels."""
NO_USERS = Note("The archive has no users.json: people are shown by their ids.")


def is_own(archive: Archive) -> bool:
    """Whether an archive is Slack's."""
    return any(name.rpartition("/")[2] == "channels.json" for name in archive.names)


def pieces(archive: Archive, people: Lookup) -> Pieces:
    """The messages of the channels, in the order of the archive. Raises ``UnreadableExport`` and ``BackendError``."""
    top = min((name for name in archive.names if name.rpartition("/")[2] == "channels.json"), key=len)
    root = top.removesuffix("channels.json")
    if f"{root}users.json" in archive.names:
        for record in archive.records(f"{root}users.json"):
            _learn(record.value, people)
    else:
        yield NO_USERS
    channels = dict(_channels(archive, root))
    for name in archive.names:
        day = _DAY.fullmatch(name.removeprefix(root))
        if day is None:
            if name.removeprefix(root) not in (*_CHANNELS, "users.json"):
                yield Left(name, "it holds no messages of a channel")
            continue
        channel = channels.get(day["folder"])
        if channel is None:
            yield Left(
                name, "it is no channel but a talk between some people, or a channel that channels.json does not name"
            )
            continue
        for record in archive.records(name):
            yield from guarded(f"a message in #{channel.name}", _of_message(record.value, channel, people))


def _of_message(row: object, channel: Channel, people: Lookup) -> Pieces:
    if not isinstance(row, dict) or not re.fullmatch(r"\d{1,12}(\.\d{1,6})?", str(row.get("ts"))):
        yield Left(f"a message in #{channel.name}", "it has no time")
        return
    if not is_talk(row):
        yield Left(f"a message in #{channel.name}", "it tells of joining, leaving, renaming or the like")
        return

    def name_of(person: str) -> str:
        known = people.find("person", person)
        return str(known["name"]) if known else person

    message = message_of(PlacedMessage(channel, row), name_of)  # type: ignore[arg-type]  # only called
    if not message.text.strip() and not message.extra.get("files"):
        yield Left(f"a message in #{channel.name}", "it has no text")
        return
    yield Item(CATEGORY, chat_row(message))


def _learn(user: object, people: Lookup) -> None:
    if isinstance(user, dict) and user.get("id"):
        profile = user.get("profile") or {}
        name = profile.get("display_name") or user.get("real_name") or profile.get("real_name") or user.get("name")
        people.learn("person", user["id"], {"name": name or user["id"]})


def _channels(archive: Archive, root: str) -> Iterator[tuple[str, Channel]]:
    """The channels by their folders, which are called as the channel, or by its id."""
    for name in _CHANNELS:
        for record in archive.records(f"{root}{name}") if f"{root}{name}" in archive.names else ():
            row = record.value
            if isinstance(row, dict) and row.get("id") and is_channel(row):
                channel = Channel(str(row["id"]), str(row.get("name") or row["id"]))
                yield channel.name, channel
                yield channel.id, channel
