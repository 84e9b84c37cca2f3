"""Slack's way to write text, both ways: its escapes and ``<…>`` forms as plain text, and plain text so that nothing comes alive."""

import re
from collections.abc import Callable, Iterator
from typing import Any

_FORM = re.compile(r"<([^<>]*)>")
_WRITTEN = frozenset({"mrkdwn", "plain_text", "text"})


def text_of(row: dict[str, Any], name_of: Callable[[str], str]) -> str:
    """A message's text as people read it, that of its attachments or blocks where it has none of its own.

    ``name_of`` gives a user's name for an id.
    """
    written = [str(row.get("text") or "")]
    if not written[0]:
        written = list(_texts(row.get("blocks")))
    for attachment in row.get("attachments") or ():
        written.append(str(attachment.get("text") or attachment.get("fallback") or ""))
    return "\n".join(plain(text, name_of) for text in written if text)


def plain(text: str, name_of: Callable[[str], str]) -> str:
    """Slack's markup as plain text: links with their address, mentions with the name, escapes undone."""

    def shown(form: re.Match[str]) -> str:
        target, _, label = form[1].partition("|")
        match target[:1]:
            case "@":
                return f"@{label or name_of(target[1:])}"
            case "#":
                return f"#{label or target[1:]}"
            case "!":
                return label or f"@{target[1:].partition('^')[0]}"
        address = target.removeprefix("mailto:")
        return f"{label} ({address})" if label and label not in (address, address.rstrip("/")) else address

    return _FORM.sub(shown, text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def escaped(text: str) -> str:
    """Plain text as Slack takes it: the three characters that begin its forms are escaped."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _texts(value: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(value, list) and depth < 8:
        for one in value:
            yield from _texts(one, depth + 1)
    elif isinstance(value, dict) and depth < 8:
        if value.get("type") in _WRITTEN and isinstance(value.get("text"), str):
            yield value["text"]
        else:
            for one in value.values():
                yield from _texts(one, depth + 1)
