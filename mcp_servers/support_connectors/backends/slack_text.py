"""Slack's way to write text, both ways: its escapes and ``<…>`` forms as plain text, and plain text so that nothing comes alive."""

import re
from collections.abc import Callable

_FORM = re.compile(r"<([^<>]*)>")


def plain(text: str, name_of: Callable[[str], str]) -> str:
    """A message's text as people read it. ``name_of`` gives a user's name for an id."""

    def shown(form: re.Match[str]) -> str:
        target, _, label = form[1].partition("|")
        match target[:1]:
            case "@":
                return f"@{label or name_of(target[1:])}"
            case "#":
                return f"#{label or target[1:]}"
            case "!":
                word = target[1:].partition("^")[0]
                return label if label else f"@{word}"
        address = target.removeprefix("mailto:")
        return f"{label} ({address})" if label and label != address else address

    return _unescaped(_FORM.sub(shown, text))


def escaped(text: str) -> str:
    """Plain text as Slack takes it: the three characters that begin its forms are escaped."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
