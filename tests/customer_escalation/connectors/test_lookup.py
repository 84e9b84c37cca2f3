"""The prefetch finds the tools that search and read, whatever servers call them."""

from dataclasses import replace
from typing import Any

import pytest

from customer_escalation.connectors.lookup import ReadTools
from skill_runtime.tools import Access, Tool, ToolReturn, ToolSpec


def tool(
    name: str, category: str, properties: dict[str, Any], required: list[str] | None = None, server: str = "s"
) -> Tool:
    async def run(arguments: dict[str, Any]) -> ToolReturn:
        return ToolReturn("x")

    schema = {"type": "object", "properties": properties, "required": required or []}
    return Tool(ToolSpec(name, name, schema), Access.READ, run, category, server, name)


TEXT = {"type": "string"}


def asked(reading: ReadTools, name: str, **arguments: Any) -> list[tuple[str, dict[str, Any]]]:
    return [(found.remote_name, given) for found, given in reading.calls(name, arguments)]


def test_tools_of_our_own_form_take_their_arguments_as_they_are() -> None:
    reading = ReadTools([tool("search_tickets", "support_platform", {"query": TEXT, "limit": {}}, ["query"])])
    assert asked(reading, "search_tickets", query="x", limit=8) == [("search_tickets", {"query": "x", "limit": 8})]
    assert "read_ticket" not in reading
    assert asked(reading, "read_ticket", id="1") == []


@pytest.mark.parametrize(
    ("category", "role", "found"),
    [
        (
            "support_platform",
            "search_tickets",
            tool("search_conversations", "support_platform", {"query": TEXT}, ["query"]),
        ),
        ("chat", "search_chat", tool("slack_search_public", "chat", {"query": TEXT, "limit": {}}, ["query"])),
        ("project_tracker", "search_issues", tool("search_issues_by_text", "project_tracker", {"searchTerm": TEXT})),
        ("knowledge_base", "search_articles", tool("notion-search", "knowledge_base", {"query": TEXT}, ["query"])),
    ],
)
def test_a_foreign_search_takes_the_query_alone(category: str, role: str, found: Tool) -> None:
    reading = ReadTools([found])
    [(name, given)] = asked(reading, role, query="API 500", limit=8)
    assert name == found.remote_name
    assert list(given.values()) == ["API 500"]


def test_the_search_that_names_what_the_category_holds_comes_first() -> None:
    users = tool("search_users", "chat", {"query": TEXT}, ["query"])
    messages = tool("search_messages", "chat", {"query": TEXT}, ["query"])
    assert asked(ReadTools([users, messages]), "search_chat", query="x") == [("search_messages", {"query": "x"})]


def test_a_search_in_a_language_of_its_own_or_with_more_to_fill_in_is_left_to_the_model() -> None:
    jql = tool("searchJiraIssuesUsingJql", "project_tracker", {"cloudId": TEXT, "jql": TEXT}, ["cloudId", "jql"])
    site = tool("search_issues", "project_tracker", {"query": TEXT, "site": TEXT}, ["query", "site"], "b")
    reading = ReadTools([jql])
    assert "search_issues" not in reading
    assert "search_issues" not in ReadTools([site]), "its name is ours, what it takes is not"


def test_a_query_in_a_language_is_no_search_by_words() -> None:
    about = {"type": "string", "description": "SELECT SQL query to execute"}
    sql = tool("read_query", "knowledge_base", {"query": about}, ["query"])
    assert "search_articles" not in ReadTools([sql])


def test_a_tool_of_our_name_is_called_by_its_own_schema() -> None:
    files = tool("search_files", "cloud_storage", {"path": TEXT, "pattern": TEXT}, ["path", "pattern"])
    assert "search_files" not in ReadTools([files])
    plain = tool("search_files", "cloud_storage", {"query": TEXT}, ["query"])
    assert asked(ReadTools([plain]), "search_files", query="x", limit=3) == [("search_files", {"query": "x"})]
    unfiltered = tool("list_tickets", "support_platform", {"page": {"type": "integer"}})
    assert asked(ReadTools([unfiltered]), "list_tickets", customer="Vale Foods", limit=3) == [], (
        "it would list everybody's"
    )


def test_where_nothing_searches_what_lists_everything_is_asked() -> None:
    listing = tool("get_tickets", "support_platform", {"page": {"type": "integer"}, "per_page": {"type": "integer"}})
    assert asked(ReadTools([listing]), "search_tickets", query="x", limit=8) == [("get_tickets", {})]
    assert asked(ReadTools([listing]), "search_tickets", query="x", customer="Vale Foods") == []


def test_a_foreign_read_takes_the_id_alone() -> None:
    found = tool("get_conversation", "support_platform", {"conversation_id": TEXT}, ["conversation_id"])
    assert asked(ReadTools([found]), "read_ticket", id="215") == [("get_conversation", {"conversation_id": "215"})]
    number = tool("get_ticket", "support_platform", {"ticket_id": {"type": "integer"}}, ["ticket_id"])
    assert asked(ReadTools([number]), "read_ticket", id="215") == [("get_ticket", {"ticket_id": 215})]
    assert asked(ReadTools([number]), "read_ticket", id="SUP-4") == []
    several = tool("get_tickets", "support_platform", {"ids": {"type": "array"}}, ["ids"])
    assert "read_ticket" not in ReadTools([several])
    named = tool("getJiraIssue", "project_tracker", {"issueIdOrKey": TEXT}, ["issueIdOrKey"])
    assert asked(ReadTools([named]), "read_issue", id="ENG-7") == [("getJiraIssue", {"issueIdOrKey": "ENG-7"})]


async def test_a_ticket_is_read_with_the_comments_that_another_tool_shows() -> None:
    asked_for: list[tuple[str, dict[str, Any]]] = []

    def answering(name: str, ref: str) -> Tool:
        async def run(arguments: dict[str, Any]) -> ToolReturn:
            asked_for.append((name, arguments))
            return ToolReturn(name, {"items": [{"ref": ref}]})

        made = tool(name, "support_platform", {"ticket_id": {"type": "integer"}}, ["ticket_id"])
        return replace(made, run=run)

    tools = [answering("get_ticket_comments", "support_platform/7-1"), answering("get_ticket", "support_platform/7")]
    [(reader, given)] = ReadTools(tools).calls("read_ticket", {"id": "7"})
    outcome = await reader.run(given)
    assert asked_for == [("get_ticket", {"ticket_id": 7}), ("get_ticket_comments", {"ticket_id": 7})]
    assert outcome.structured == {"items": [{"ref": "support_platform/7"}, {"ref": "support_platform/7-1"}]}


def test_every_server_of_a_category_is_asked_and_an_id_goes_to_its_own() -> None:
    schema = {"id": TEXT, "query": TEXT}
    tools = [
        tool(name, "project_tracker", schema, server=server)
        for name in ("search_issues", "read_issue")
        for server in ("tracker", "github")
    ]
    reading = ReadTools(tools)
    assert len(reading.calls("search_issues", {"query": "x"})) == 2
    [(found, given)] = reading.calls("read_issue", {"id": "github:12"})
    assert (found.server, given) == ("github", {"id": "github:12"})
