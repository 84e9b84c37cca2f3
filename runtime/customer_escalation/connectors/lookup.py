"""The read tools of a run under the names of our own category servers, whatever servers are connected.

The prefetch speaks of ``search_tickets`` and ``read_issue``. Servers of our form have tools of these names that take what ours
take. For others the tools that search, read one item and list are found by their names and schemas, and are called by their own
schema; where none fits, the model has to find it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from customer_escalation.connectors.normalize.items import plain_key
from customer_escalation.connectors.routines import composed_search, with_parts, word_by_word
from customer_escalation.domain.categories import SOURCES, Verb
from skill_runtime.tools import Tool

_QUERIES = (
    "query",
    "q",
    "search",
    "search_query",
    "searchquery",
    "search_term",
    "searchterm",
    "text",
    "term",
    "keyword",
    "keywords",
    "input",
)
_IDS = re.compile(r"(?:\w+_)?(?:id|key|number|identifier|id_?or_?key|path|uri)")
_SEARCH_NAME = re.compile(r"search|find|query", re.IGNORECASE)
_READ_NAME = re.compile(
    r"(?:^|[-_])(?:get|read|fetch|retrieve|show)|(?:get|read|fetch|retrieve)(?=[A-Z])", re.IGNORECASE
)
_PARTS_NAME = re.compile(
    r"(?<=[a-z_-])(?:comments?|conversations?|repl(?:y|ies)|threads?|notes?|updates?)(?![a-z])", re.IGNORECASE
)
_LIST_NAME = re.compile(
    r"(?:^|[-_])(?:list|get|recent|all)(?=[-_])|(?:^|[-_])(?:list|get)(?=[A-Z])|[-_](?:list|recent)$", re.IGNORECASE
)
_LANGUAGE = re.compile(
    r"\b(?:sql|soql|sosl|jql|cql|graphql|odata|regex|regular expression|glob)\b|select\s+\w+\s+from", re.IGNORECASE
)
"""What a query is written in that is no plain words."""
_IN_A_LANGUAGE = re.compile(r"sql|jql|cql", re.IGNORECASE)
_MAY_BE_DROPPED = frozenset({"limit", "neighbours", "cursor"})
"""Our arguments that change how much comes and not what."""
_MAIN: Mapping[Verb, str] = {"search": "query", "read": "id", "list": ""}


@dataclass(frozen=True)
class _Use:
    """One tool in a role."""

    tool: Tool
    argument: str = ""
    """The one argument that takes the query or the id; empty for a tool of our own form, which takes ours."""
    takes: frozenset[str] | None = None
    """Of a tool of our own form: the arguments that its schema names; None where it names none at all."""
    form: Literal["text", "number", "list"] = "text"
    """How the one argument is given."""
    everything: bool = False
    """It is called without arguments and shows what there is."""

    def input_for(self, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
        """The tool's input for a call of ours; None where it cannot be asked that."""
        if self.everything:
            return {} if set(arguments) <= {*_MAY_BE_DROPPED, "query"} else None
        if not self.argument:
            if self.takes is None:
                return dict(arguments)
            given = {name: value for name, value in arguments.items() if name in self.takes}
            return given if set(arguments) - set(given) <= _MAY_BE_DROPPED else None
        if set(arguments) - {"query", "id"} > _MAY_BE_DROPPED:
            return None
        value = str(arguments.get("query") or arguments.get("id") or "")
        if self.form == "number":
            return {self.argument: int(value)} if value.isdecimal() and len(value) < 19 else None
        return {self.argument: [value] if self.form == "list" else value}


class ReadTools:
    """Calls by our names."""

    def __init__(self, tools: Iterable[Tool]) -> None:
        by_server: dict[tuple[str, str], list[Tool]] = {}
        for tool in tools:
            by_server.setdefault((tool.server, tool.category), []).append(tool)
        self._uses: dict[str, list[_Use]] = {}
        for (_, category), own in by_server.items():
            source = SOURCES.get(category)
            if source is None:
                for tool in own:
                    self._uses.setdefault(tool.remote_name or tool.spec.name, []).append(_Use(tool))
                continue
            for verb in VERBS:
                use = _own_use(own, source.tool(verb), verb) or _FINDERS[verb](own, source.nouns)
                if use is not None:
                    self._uses.setdefault(source.tool(verb), []).append(use)

    def __contains__(self, name: str) -> bool:
        """Whether any connected server answers this call."""
        return name in self._uses

    def calls(self, name: str, arguments: Mapping[str, Any]) -> list[tuple[Tool, dict[str, Any]]]:
        """The tools that answer the call, each with its input.

        An id that begins with a server's name (``tracker:17``) goes to that server alone.
        """
        uses = self._uses.get(name, [])
        owner = str(arguments.get("id", "")).partition(":")[0]
        if any(use.tool.server == owner for use in uses):
            uses = [use for use in uses if use.tool.server == owner]
        return [(use.tool, given) for use in uses if (given := use.input_for(arguments)) is not None]


def of_our_form(tool: Tool, verb: Verb) -> bool:
    """Whether a tool that has the name of one of ours also takes what ours takes: names collide, schemas tell."""
    if not tool.spec.input_schema.get("properties"):
        return "required" not in tool.spec.input_schema
    properties, required = _schema(tool)
    main = _MAIN[verb]
    return required <= {main} and (not main or (main in properties and _kind(properties[main]) in ("string", "")))


def _own_use(tools: list[Tool], name: str, verb: Verb) -> _Use | None:
    tool = next(
        (tool for tool in tools if (tool.remote_name or tool.spec.name) == name and of_our_form(tool, verb)), None
    )
    if tool is None:
        return None
    properties = tool.spec.input_schema.get("properties")
    return _Use(tool, takes=frozenset(properties) if properties else None)


def _search_use(tools: list[Tool], nouns: str) -> _Use | None:
    """The tool that searches by words: the one that names what the category holds first; else what lists it, or a routine."""
    found: list[tuple[bool, int, _Use]] = []
    for tool in tools:
        if _SEARCH_NAME.search(tool.remote_name) and not _IN_A_LANGUAGE.search(tool.remote_name):
            properties, required = _schema(tool)
            argument = next((name for name in properties if plain_key(name) in _QUERIES), "")
            if argument and required <= {argument} and not _LANGUAGE.search(_told(tool, properties[argument])):
                found.append((not re.search(nouns, tool.remote_name, re.IGNORECASE), len(found), _Use(tool, argument)))
    if found:
        use = min(found, key=lambda row: row[:2])[2]
        return replace(use, tool=word_by_word(use.tool, use.argument))
    if listing := _list_use(tools, nouns):
        return listing
    composed = composed_search(tools)
    return _Use(composed, "query") if composed else None


def _read_use(tools: list[Tool], nouns: str) -> _Use | None:
    """The tool that reads one item by its id alone, with those that read its comments by the same id."""
    uses = [use for tool in tools if (use := _by_id(tool, nouns)) is not None]
    whole = [use for use in uses if not _PARTS_NAME.search(use.tool.remote_name)] or uses[:1]
    if not whole:
        return None
    use = whole[0]
    parts = [(one.tool, one.argument) for one in uses if one not in whole and one.form == use.form]
    return replace(use, tool=with_parts(use.tool, use.argument, parts)) if parts else use


def _by_id(tool: Tool, nouns: str) -> _Use | None:
    if not (_READ_NAME.search(tool.remote_name) and re.search(nouns, tool.remote_name, re.IGNORECASE)):
        return None
    properties, required = _schema(tool)
    argument = next(iter(required), "")
    if len(required) != 1 or not _IDS.fullmatch(plain_key(argument)):
        return None
    kind = _kind(properties[argument])
    return _Use(tool, argument, form=_FORMS[kind]) if kind in _FORMS else None


def _list_use(tools: list[Tool], nouns: str) -> _Use | None:
    """The tool that shows what there is without being asked for anything."""
    for tool in tools:
        named = re.search(rf"(?:{nouns})\w*s(?![a-z])", tool.remote_name, re.IGNORECASE)
        if _LIST_NAME.search(tool.remote_name) and named and not _schema(tool)[1]:
            return _Use(tool, everything=True)
    return None


def _told(tool: Tool, argument: Mapping[str, Any]) -> str:
    """What is said of a query: of the argument, else of the tool."""
    return str(argument.get("description") or tool.spec.description)


def _kind(schema: Mapping[str, Any]) -> str:
    """The JSON type that an argument takes, empty where anything; of several, text first."""
    given = [schema.get("type"), *(one.get("type") for one in schema.get("anyOf", ()) if isinstance(one, dict))]
    kinds: list[str] = [
        one for kind in given for one in (kind if isinstance(kind, list) else [kind]) if isinstance(one, str)
    ]
    return "string" if "string" in kinds else kinds[0] if kinds else ""


def _schema(tool: Tool) -> tuple[dict[str, Any], set[str]]:
    schema = tool.spec.input_schema
    properties = {name: value for name, value in schema.get("properties", {}).items() if isinstance(value, dict)}
    return properties, {name for name in schema.get("required", ()) if name in properties}


_FORMS: Mapping[str, Literal["text", "number", "list"]] = {
    "string": "text",
    "": "text",
    "integer": "number",
    "number": "number",
    "array": "list",
}
VERBS: tuple[Verb, ...] = ("search", "read", "list")
_FINDERS: Mapping[Verb, Callable[[list[Tool], str], _Use | None]] = {
    "search": _search_use,
    "read": _read_use,
    "list": _list_use,
}
