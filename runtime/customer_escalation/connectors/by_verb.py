"""The read tools of our own form put together by what they do, for a model that pays for every word of their schemas.

Five systems have fifteen tools: search, read and list, each with the same parameters described again. Here they are three, which
take the system as ``source``. Tools of other servers, and a second server of a category, keep their own.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from customer_escalation.connectors.lookup import of_our_form
from customer_escalation.domain.categories import SOURCES, Verb
from skill_runtime.tools import Access, Tool, ToolReturn, ToolSpec

VERBS: dict[Verb, str] = {
    "search": "Search one connected system by words, best match first.",
    "read": "Read one item whole, by its id or ref (that of a part of it works too): every message, comment or field.",
    "list": "List the items of a system, newest first, headers only: for counts, a customer's history, what is open, a stretch of time.",
}
"""The merged tools, each with what it says of itself."""


def by_verb(tools: Sequence[Tool]) -> list[Tool]:
    """``tools`` with those of our own form merged by verb; the others follow as they are."""
    groups: dict[Verb, dict[str, Tool]] = {verb: {} for verb in VERBS}
    rest: list[Tool] = []
    for tool in tools:
        verb = _verb_of(tool)
        if verb is None:
            rest.append(tool)
        else:
            groups[verb][tool.category] = _whole(tool) if verb == "read" else tool
    said: set[str] = set()
    merged = [_merged(verb, own, said) for verb, own in groups.items() if len(own) > 1]
    alone = [tool for own in groups.values() if len(own) == 1 for tool in own.values()]
    return [*merged, *alone, *rest]


def _verb_of(tool: Tool) -> Verb | None:
    """What a tool of our own form does; None for any other."""
    source = SOURCES.get(tool.category)
    if source is None or tool.access is not Access.READ:
        return None
    return next((verb for verb in VERBS if source.tool(verb) == tool.spec.name and of_our_form(tool, verb)), None)


def _whole(tool: Tool) -> Tool:
    """A tool that reads, without the argument by which its server hands out parts: the host asks for all of them."""
    spec = tool.spec
    properties = {name: prop for name, prop in spec.input_schema.get("properties", {}).items() if name != "cursor"}
    if len(properties) == len(spec.input_schema.get("properties", {})):
        return tool
    return replace(tool, spec=replace(spec, input_schema={**spec.input_schema, "properties": properties}))


def _merged(verb: Verb, own: dict[str, Tool], said: set[str]) -> Tool:
    """The tool; what the tools before it ``said`` of a parameter is not said again."""
    schemas = {source: tool.spec.input_schema for source, tool in own.items()}

    async def run(arguments: dict[str, Any]) -> ToolReturn:
        wanted = arguments.get("source")
        tool = own.get(wanted) if isinstance(wanted, str) else None
        if tool is None:
            return ToolReturn(f"`source` is one of: {', '.join(own)}.", is_error=True, failure="invalid")
        return await tool.run({name: value for name, value in arguments.items() if name != "source"})

    needed = set.intersection(*(set(schema.get("required", ())) for schema in schemas.values()))
    properties = {"source": {"type": "string", "enum": list(own)}, **_properties(schemas, said)}
    schema = {"type": "object", "properties": properties, "required": ["source", *sorted(needed)]}
    return Tool(ToolSpec(verb, VERBS[verb], schema), Access.READ, run)


def _properties(schemas: dict[str, dict[str, Any]], known: set[str]) -> dict[str, Any]:
    """Every parameter once, with the systems that take it where not all do; what is ``known`` of it is left out."""
    found: dict[str, Any] = {}
    takers: dict[str, list[str]] = {}
    for source, schema in schemas.items():
        for name, prop in schema.get("properties", {}).items():
            found.setdefault(name, _plain(prop))
            takers.setdefault(name, []).append(source)
    for name, sources in takers.items():
        told = str(found[name].pop("description", ""))
        words = [] if told in known else [told]
        known.add(told)
        words += [f"({', '.join(sources)} only.)"] if len(sources) < len(schemas) else []
        if any(words):
            found[name] |= {"description": " ".join(words).strip()}
    return found


def _plain(prop: dict[str, Any]) -> dict[str, Any]:
    """The parameter without the null that stands for leaving it out."""
    kinds = [kind for kind in prop.get("anyOf", ()) if kind.get("type") != "null"]
    plain = {name: value for name, value in prop.items() if name not in ("anyOf", "default", "title")}
    return (kinds[0] | plain) if len(kinds) == 1 else {**prop}
