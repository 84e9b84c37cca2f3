"""Fifteen read tools of our own form as three for a model; what is not of that form keeps its own."""

import json
from typing import Any

import pytest

from customer_escalation.connectors.by_verb import by_verb
from skill_runtime.tools import Access, Tool, ToolReturn, ToolSpec

TEXT = {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None, "description": "Whose."}


def tool(name: str, category: str, *required: str, access: Access = Access.READ, **properties: Any) -> Tool:
    async def run(arguments: dict[str, Any]) -> ToolReturn:
        return ToolReturn(json.dumps([name, arguments]))

    known = {one: {"type": "string"} for one in required} | properties
    schema = {"type": "object", "properties": known, "required": list(required)}
    return Tool(ToolSpec(name, f"{name}.", schema), access, run, category=category, server=category)


TICKETS = tool("search_tickets", "support_platform", "query", customer=TEXT)
ACCOUNTS = tool("search_accounts", "crm", "query")
THREAD = tool("read_ticket", "support_platform", "id")


def test_tools_of_one_verb_become_one_that_takes_the_system() -> None:
    merged, read = by_verb([TICKETS, THREAD, ACCOUNTS])
    assert (merged.spec.name, merged.access) == ("search", Access.READ)
    schema = merged.spec.input_schema
    assert schema["properties"]["source"]["enum"] == ["support_platform", "crm"]
    assert schema["required"] == ["source", "query"]
    assert schema["properties"]["customer"] == {"type": "string", "description": "Whose. (support_platform only.)"}
    assert read is THREAD, "a verb that only one system has needs no source"


@pytest.mark.parametrize(("source", "asked"), [("crm", "search_accounts"), ("support_platform", "search_tickets")])
async def test_a_call_goes_to_the_system_that_it_names(source: str, asked: str) -> None:
    told = await by_verb([TICKETS, ACCOUNTS])[0].run({"source": source, "query": "x"})
    assert json.loads(told.text) == [asked, {"query": "x"}]


@pytest.mark.parametrize("arguments", [{}, {"source": "chat"}, {"source": 3}, {"source": ["crm"]}])
async def test_a_system_that_is_not_there_gets_a_sentence(arguments: dict[str, Any]) -> None:
    told = await by_verb([TICKETS, ACCOUNTS])[0].run(arguments)
    assert told.is_error
    assert told.text == "`source` is one of: support_platform, crm."


def test_tools_of_another_form_and_those_that_write_are_left_alone() -> None:
    others = [
        tool("find_pages", "knowledge_base"), tool("tracker_b__search_issues", "project_tracker", "query"),
        tool("search_chat", "chat", "query", access=Access.WRITE), tool("look", ""),
    ]  # fmt: skip
    assert by_verb(others) == others


def test_a_model_is_not_offered_the_parts_of_a_record_but_the_pages_of_a_list() -> None:
    read = [
        tool(name, category, "id", cursor=TEXT)
        for name, category in (("read_ticket", "support_platform"), ("read_account", "crm"))
    ]
    listed = [
        tool(name, category, cursor=TEXT)
        for name, category in (("list_tickets", "support_platform"), ("list_accounts", "crm"))
    ]
    offered = {one.spec.name: set(one.spec.input_schema["properties"]) for one in by_verb([*read, *listed])}
    assert offered == {"read": {"source", "id"}, "list": {"source", "cursor"}}
    (alone,) = by_verb(read[:1])
    assert (alone.spec.name, set(alone.spec.input_schema["properties"])) == ("read_ticket", {"id"})
