"""``~~category`` placeholders: what a skill asks for, put into the words of what is connected.

A skill never names a product. It writes ``~~team calendar``, and whoever runs it says which tools answer for that.
The first mention names the tools, so that the model can call them; a category that nothing serves is called a gap, so
that the model reports it instead of guessing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from skill_runtime.frontmatter import Diagnostic, shown
from skill_runtime.skills import FENCE, SPAN

_STRUCK = r"~~(?=[^\s~])[^\n~]{0,300}?[^\s~]~~(?![\w~])"
"""Struck-through markdown, which is no placeholder."""
_UNKNOWN = r"(?<!~)~~(?P<unknown>[A-Za-z][\w-]*)"
_PHRASE = re.compile(r"~~[^\n.,;:()*`~|]{1,30}(?!\w)")
"""An unknown placeholder with the words after it, any of which may belong to its name."""
_DETERMINER = re.compile(
    r"(?:\b(?:an?|the|this|that|these|those|your|our|their|its|his|her|my|each|every|any|no|some|which|whose)"
    r"|\w['’]s|s['’])[\s*_]+$",
    re.IGNORECASE,
)
"""Words that already stand where an article would: ``our ~~team calendar``."""


class Resolved(NamedTuple):
    """A text whose placeholders were replaced."""

    text: str
    diagnostics: tuple[Diagnostic, ...]
    """A warning for each unknown placeholder, which was left as written."""


def resolve_placeholders(text: str, connected: Mapping[str, Sequence[str]], names: Mapping[str, str]) -> Resolved:
    """Put every ``~~name`` of ``text`` into words.

    ``names`` maps what follows the tildes, as people say it (``team calendar``), to a category's id; any case, and
    ``_`` or ``-`` for spaces, are understood, and the longest name that fits is taken. ``connected`` maps the ids of
    connected categories to the names of their tools.

    First mention: ``the team calendar (tools: `find_events`, `read_event`)``; later ones ``the team calendar``. Another category
    with those very tools: ``the room plan (same tools)``.
    Not connected: ``the wiki (not connected: treat what it would show as unknown)``, later, and of another one, ``(not connected)``.
    Code keeps its form: there only the name stands, and a category that is mentioned in code alone is explained in a
    last line.
    """
    writer = _Writer(connected, names)
    return writer.resolve(text)


class _Writer:
    """Resolves one text, remembering what it has explained."""

    def __init__(self, connected: Mapping[str, Sequence[str]], names: Mapping[str, str]) -> None:
        self._connected = connected
        self._names = {_key(name): (name, category) for name, category in names.items()}
        for category in names.values():
            self._names.setdefault(_key(category), (_title(names, category), category))
        self._explained: set[str] = set()
        self._listed: set[str] = set()
        self._unconnected = False
        self._in_code: dict[str, str] = {}
        self._unknown: dict[str, Diagnostic] = {}
        spelled = sorted(self._names, key=len, reverse=True)
        known = "|".join(r"(?:[ \t]*\n[ \t]*|[ \t_-]+)".join(map(re.escape, name.split())) for name in spelled)
        known = rf"(?<!~)~~(?P<known>{known or '(?!)'})(?![A-Za-z0-9])"
        self._pattern = re.compile(
            rf"(?P<code>{FENCE}|{SPAN})|(?P<struck>{_STRUCK})|{known}|{_UNKNOWN}", re.MULTILINE | re.IGNORECASE
        )
        self._inner = re.compile(rf"(?P<struck>{_STRUCK})|{known}|{_UNKNOWN}", re.IGNORECASE)

    def resolve(self, text: str) -> Resolved:
        """Replace the placeholders of ``text``."""
        resolved = self._pattern.sub(self._outside, text)
        rest = [category for category in self._in_code if category not in self._explained]
        if rest:
            lines = "\n".join(f"- {self._in_code[category]}: {self._gloss(category)}" for category in rest)
            resolved = f"{resolved.rstrip()}\n\nWhat the names in code above stand for:\n\n{lines}\n"
        return Resolved(resolved, tuple(self._placed(text)))

    def _outside(self, match: re.Match[str]) -> str:
        if match["code"]:
            return self._inner.sub(self._inside, match["code"])
        if match["struck"]:
            return match["struck"]
        if match["unknown"]:
            return self._left(match)
        name, category = self._names[_key(match["known"])]
        before = match.string[max(0, match.start() - 40) : match.start()]
        named = name if _DETERMINER.search(before) else f"the {name}"
        if category not in self._explained:
            self._explained.add(category)
            return f"{named} ({self._gloss(category)})"
        return named if category in self._connected else f"{named} (not connected)"

    def _inside(self, match: re.Match[str]) -> str:
        if match["struck"]:
            return match["struck"]
        if match["unknown"]:
            return self._left(match)
        name, category = self._names[_key(match["known"])]
        self._in_code.setdefault(category, name)
        return name

    def _left(self, match: re.Match[str]) -> str:
        key = match["unknown"].lower()
        if key not in self._unknown:
            phrase = _PHRASE.match(match.string, match.start())
            message = f"{shown((phrase or match)[0].strip())} is no category of this run; it was left as written"
            self._unknown[key] = Diagnostic("warning", message)
        return match[0]

    def _gloss(self, category: str) -> str:
        if category not in self._connected:
            said, self._unconnected = self._unconnected, True
            return "not connected" if said else "not connected: treat what it would show as unknown"
        tools = ", ".join(f"`{tool}`" for tool in self._connected[category])
        if not tools:
            return "connected, but without a tool to read it: treat what it would show as unknown"
        if tools in self._listed:
            return "same tools"
        self._listed.add(tools)
        return f"tools: {tools}"

    def _placed(self, text: str) -> Iterator[Diagnostic]:
        """The diagnostics, each with the line of the first such placeholder."""
        for key, note in self._unknown.items():
            at = text.lower().find(f"~~{key}")
            yield Diagnostic(note.level, note.message, f"line {text.count(chr(10), 0, at) + 1}")


def _key(name: str) -> str:
    return " ".join(re.split(r"[\s_-]+", name.strip().lower()))


def _title(names: Mapping[str, str], category: str) -> str:
    return next(name for name, known in names.items() if known == category)
