"""The five servers as a client sees them: in memory, over stdio as processes, over HTTP on a port."""

import asyncio
import json
import logging
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, cast

import httpx2
import jsonschema
import pytest
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from tests.support_connectors.workspaces import many_tickets, workspace

from skill_runtime.mcp_host import McpHost, ServerSpec
from skill_runtime.parts import joined
from skill_runtime.permission import ToolPolicy
from skill_runtime.tools import Access
from support_connectors.backend import Paging
from support_connectors.categories import WORKSPACE_CATEGORIES, Category
from support_connectors.serving import build_category_server, local_tools
from support_connectors.workspace.store import WorkspaceStore, load_workspace, open_workspace, workspace_from_json

JsonObject = dict[str, Any]

CALLS: dict[Category, dict[str, JsonObject]] = {
    "support_platform": {
        "search_tickets": {"query": "logo", "customer": "ACC-1", "limit": 5},
        "read_ticket": {"id": "TCK-1001"},
        "list_tickets": {"customer": "quillfeather press", "status": "open", "since": "2026-03-01"},
        "add_internal_note": {"id": "TCK-1001", "text": "A note.", "idempotency_key": "note-1"},
        "reply_to_customer": {"id": "TCK-1001", "text": "A reply.", "author": "agent.tove"},
        "set_ticket_status": {"id": "TCK-1001", "status": "pending"},
    },
    "crm": {
        "search_accounts": {"query": "quillfeather"},
        "read_account": {"id": "ACC-1"},
        "list_accounts": {"tier": "Enterprise", "until": "2026-12-31"},
        "log_account_activity": {"id": "ACC-1", "text": "Escalated."},
    },
    "chat": {
        "search_chat": {"query": "letterhead"},
        "read_chat_message": {"id": "MSG-1", "neighbours": 2},
        "list_chat_messages": {"channel": "#printing", "until": "2026-03-10T00:00:00Z"},
        "post_chat_message": {"channel": "#printing", "text": "A post."},
    },
    "project_tracker": {
        "search_issues": {"query": "letterhead"},
        "read_issue": {"id": "ENG-77"},
        "list_issues": {"status": "in progress", "type": "bug"},
        "create_issue": {"title": "A title", "description": "What happens.", "labels": ["x"]},
        "comment_on_issue": {"id": "ENG-77", "text": "A comment."},
    },
    "knowledge_base": {
        "search_articles": {"query": "letterhead"},
        "read_article": {"id": "ART-5"},
        "list_articles": {"since": "2025-01-01"},
        "draft_article": {"title": "A title", "body": "A body."},
    },
}
"""A call that succeeds for every tool there is."""

WRITES = re.compile("add_|reply_|set_|log_|post_|create_|comment_|draft_")
RESOURCES: dict[Category, str] = {
    "support_platform": "support-platform://tickets/TCK-1001",
    "crm": "crm://accounts/ACC-1",
    "chat": "chat://messages/MSG-1",
    "project_tracker": "project-tracker://issues/ENG-77",
    "knowledge_base": "knowledge-base://articles/ART-5",
}


@pytest.fixture
def store() -> Iterator[WorkspaceStore]:
    with workspace_from_json(workspace()) as opened:
        yield opened


@pytest.fixture
def database(tmp_path: Path) -> Path:
    load_workspace(workspace(), tmp_path / "workspace.db")
    return tmp_path / "workspace.db"


@asynccontextmanager
async def connected(store: WorkspaceStore, category: Category) -> AsyncIterator[Client]:
    async with Client(build_category_server(category, store.backend(category))) as client:
        yield client


async def text_of(client: Client, tool: str, arguments: JsonObject, *, error: bool = False) -> str:
    result = await client.call_tool(tool, arguments)
    assert bool(result.is_error) is error
    return "".join(getattr(block, "text", "") for block in result.content)


async def check_every_tool(client: Client, category: Category, *, reading: bool = False) -> None:
    """List the tools and call each; what comes back meets its schema and every ``ref`` is of this category.

    ``reading``: there are those that only look.
    """
    calls = {name: given for name, given in CALLS[category].items() if not (reading and WRITES.match(name))}
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == set(calls)
    for name, arguments in calls.items():
        result = await client.call_tool(name, arguments)
        assert not result.is_error, result.content
        schema = tools[name].output_schema
        assert schema is not None
        jsonschema.validate(result.structured_content, schema)
        refs = re.findall(r'"ref": "(.*?)"', json.dumps(result.structured_content))
        assert refs
        assert all(ref.startswith(f"{category}/") for ref in refs)
        text = "".join(getattr(block, "text", "") for block in result.content)
        assert all(f"[{ref}]" in text for ref in refs)


async def test_a_long_ticket_comes_in_parts_that_a_client_can_read_and_to_a_local_host_whole() -> None:
    data = many_tickets(1)
    data["records"]["support_platform"][0]["messages"] = [
        {
            "id": f"LONG-{number}",
            "author": "Ada Quinn",
            "role": "customer",
            "at": "2026-02-01T09:00:00Z",
            "text": f"{number} " + "A log line of a service that fails. " * 200,
        }
        for number in range(40)
    ]
    with workspace_from_json(data) as store:
        backend = store.backend("support_platform")
        name = {"id": data["records"]["support_platform"][0]["id"]}
        whole = local_tools("support_platform", backend).call("read_ticket", name).structured
        assert whole is not None
        assert len(json.dumps(whole)) > 280_000
        found, cursor, answers = [], None, 0
        async with Client(build_category_server("support_platform", backend)) as client:
            tool = {tool.name: tool for tool in (await client.list_tools()).tools}["read_ticket"]
            while answers == 0 or cursor:
                result = await client.call_tool("read_ticket", {**name, **({"cursor": cursor} if cursor else {})})
                part = result.structured_content
                assert part is not None
                assert tool.output_schema is not None
                jsonschema.validate(part, tool.output_schema)
                text = "".join(getattr(block, "text", "") for block in result.content)
                assert max(len(json.dumps(part)), len(text)) < 50_000
                assert part["item"]["ref"] == whole["item"]["ref"]
                found += part["item"]["messages"]
                cursor, answers = part.get("next_cursor"), answers + 1
        assert found == whole["item"]["messages"]
        assert answers > 5


LONG: dict[Category, JsonObject] = {
    "crm": {
        "contacts": [{"name": f"Person {number}", "role": "admin " * 20} for number in range(20)],
        "notes": "What was agreed with them. " * 4_000,
        **{f"visit {number}": "spoke about the renewal " * 20 for number in range(400)},
    },
    "project_tracker": {
        "labels": ["printing " * 10 + str(number) for number in range(30)],
        "description": "It fails like this. " * 5_000,
        "comments": [
            {"at": "2026-03-09T13:00:00Z", "author": "eng.rui", "text": f"{number} " + "tried again " * 900}
            for number in range(12)
        ],
    },
    "knowledge_base": {"body": "A paragraph of the article.\n" * 9_000, "history": ["edited " * 20] * 300},
}  # fmt: skip
"""Fields that make an item of each category too long for one answer, several of them at once."""


@pytest.mark.parametrize("category", LONG)
async def test_an_item_with_several_long_fields_comes_in_parts_that_keep_the_schema(category: Category) -> None:
    data = workspace()
    data["records"][category][0].update(LONG[category])
    read = next(name for name in CALLS[category] if name.startswith("read_"))
    name = {"id": data["records"][category][0]["id"]}
    with workspace_from_json(data) as store:
        backend = store.backend(category)
        whole = local_tools(category, backend).call(read, name).structured
        async with Client(build_category_server(category, backend)) as client:
            schema = {tool.name: tool for tool in (await client.list_tools()).tools}[read].output_schema
            assert schema is not None
            found: JsonObject = {}
            answers, cursor = 0, None
            while not answers or cursor:
                result = await client.call_tool(read, {**name, **({"cursor": cursor} if cursor else {})})
                assert not result.is_error, result.content
                part = result.structured_content
                assert part is not None
                jsonschema.validate(part, schema)
                assert len(json.dumps(part, ensure_ascii=False)) < 50_000
                found = joined(found, part["item"]) if found else part["item"]
                cursor, answers = part.get("next_cursor"), answers + 1
    assert whole is not None
    assert found == whole["item"]
    assert answers > 3


class Changing:
    """A backend whose ticket is another from the second time on that it is read."""

    def __init__(self, before: Any, after: Any) -> None:
        self._backends = [before, after]
        self.reads = 0

    def read_ticket(self, name: str) -> Any:
        self.reads += 1
        return self._backends[min(self.reads, 2) - 1].read_ticket(name)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backends[0], name)


@pytest.mark.parametrize("what", ["a message is edited", "a message is taken away", "a message comes in"])
async def test_a_host_reads_a_ticket_again_that_changes_between_two_parts(what: str) -> None:
    data = many_tickets(1)
    messages = [
        {"id": f"LONG-{number}", "author": "Ada", "role": "customer", "at": "2026-02-01T09:00:00Z", "text": f"{number} " + "x " * 6_000}
        for number in range(24)
    ]  # fmt: skip
    data["records"]["support_platform"][0]["messages"] = messages
    later = json.loads(json.dumps(data))
    changed = later["records"]["support_platform"][0]["messages"]
    if what == "a message is edited":
        changed[0]["text"] += "Put right."
    elif what == "a message is taken away":
        del changed[0]
    else:
        changed.append({**messages[-1], "id": "LONG-24", "text": "A word at the end."})
    with workspace_from_json(data) as one, workspace_from_json(later) as other:
        backend = Changing(one.support_platform, other.support_platform)
        server = build_category_server("support_platform", cast("Any", backend))
        async with McpHost(
            [ServerSpec("desk", "support_platform", server)], ToolPolicy({"*.read_*": Access.READ})
        ) as host:
            name = data["records"]["support_platform"][0]["id"]
            outcome = await host.tools[0].run({"id": name})
        whole = other.support_platform.read_ticket(name).model_dump(mode="json")
    assert outcome.structured == {"item": whole}
    assert backend.reads == 8 + (0 if what == "a message comes in" else 2), (
        "the first part and the refused one were in vain"
    )


def test_a_server_leaves_the_logging_of_its_process_as_it_is(store: WorkspaceStore) -> None:
    before = list(logging.getLogger().handlers)
    build_category_server("crm", store.backend("crm"))
    assert logging.getLogger().handlers == before


@pytest.mark.parametrize("category", WORKSPACE_CATEGORIES)
async def test_every_tool_answers_in_memory(store: WorkspaceStore, category: Category) -> None:
    async with connected(store, category) as client:
        await check_every_tool(client, category)


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_old_and_new_protocols_are_served(store: WorkspaceStore, mode: str) -> None:
    async with Client(build_category_server("crm", store.backend("crm")), mode=mode) as client:
        await check_every_tool(client, "crm")


async def test_all_five_work_side_by_side_in_one_process(store: WorkspaceStore) -> None:
    async with AsyncExitStack() as stack:
        clients = [
            (await stack.enter_async_context(connected(store, category)), category) for category in WORKSPACE_CATEGORIES
        ]
        await asyncio.gather(*(check_every_tool(client, category) for client, category in clients for _ in range(3)))


@pytest.mark.parametrize("category", WORKSPACE_CATEGORIES)
async def test_every_server_and_tool_explains_itself_within_the_hosts_limits(
    store: WorkspaceStore, category: Category
) -> None:
    async with connected(store, category) as client:
        assert client.instructions is not None
        assert len(client.instructions) < 2_048
        assert "never instructions" in client.instructions
        assert f"{category}/ID" in client.instructions
        for tool in (await client.list_tools()).tools:
            assert tool.description is not None
            assert 60 < len(tool.description) < 2_048
            # Hosts put a plugin's and a server's name before it and cut or refuse beyond 64 characters.
            assert len(tool.name) <= 20
            assert tool.input_schema["type"] == "object"


@pytest.mark.parametrize("category", WORKSPACE_CATEGORIES)
async def test_reading_and_writing_tools_are_marked_as_what_they_are(store: WorkspaceStore, category: Category) -> None:
    async with connected(store, category) as client:
        for tool in (await client.list_tools()).tools:
            assert tool.annotations is not None
            assert tool.annotations.read_only_hint is (WRITES.match(tool.name) is None)
            assert tool.annotations.open_world_hint is not tool.annotations.read_only_hint
            assert tool.annotations.destructive_hint is (tool.name in ("reply_to_customer", "set_ticket_status"))


async def test_tool_names_are_unique_over_all_servers(store: WorkspaceStore) -> None:
    names: list[str] = []
    for category in WORKSPACE_CATEGORIES:
        async with connected(store, category) as client:
            names += [tool.name for tool in (await client.list_tools()).tools]
    assert len(set(names)) == len(names) == 23


@pytest.mark.parametrize("category", WORKSPACE_CATEGORIES)
async def test_single_items_are_resources(store: WorkspaceStore, category: Category) -> None:
    uri = RESOURCES[category]
    async with connected(store, category) as client:
        templates = (await client.list_resource_templates()).resource_templates
        assert [template.uri_template.rpartition("/")[0] for template in templates] == [uri.rpartition("/")[0]]
        (content,) = (await client.read_resource(uri)).contents
        assert content.mime_type == "application/json"
        assert json.loads(getattr(content, "text", ""))["ref"] == f"{category}/{uri.rpartition('/')[2]}"
        with pytest.raises(MCPError, match=r"No .* Nearest ids"):
            await client.read_resource(uri + "0")


async def test_an_id_with_strange_characters_is_a_resource_too() -> None:
    data = workspace()
    data["records"]["knowledge_base"][0]["id"] = "../Ä & b/50%"
    with workspace_from_json(data) as store:
        async with connected(store, "knowledge_base") as client:
            (content,) = (
                await client.read_resource("knowledge-base://articles/..%2F%C3%84%20%26%20b%2F50%25")
            ).contents
            assert json.loads(getattr(content, "text", ""))["id"] == "../Ä & b/50%"


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("read_ticket", {"id": "TCK-101"}, "No ticket 'TCK-101'. Nearest ids: TCK-1001"),
        ("list_tickets", {"since": "last week"}, "since 'last week' is not a time: write it like"),
        ("list_tickets", {"until": "2026-03-01T00:00:00"}, "has no zone"),
        ("list_tickets", {"cursor": "abc"}, "not a cursor of this server"),
        ("search_tickets", {"query": "x", "limit": 51}, "less than or equal to 50"),
        ("search_tickets", {}, "Field required"),
        ("add_internal_note", {"id": "TCK-1001", "text": " "}, "The note is empty"),
        ("reply_to_customer", {"id": "TCK-9", "text": "Hello."}, "No ticket 'TCK-9'"),
    ],
)
async def test_a_wrong_call_is_answered_with_what_to_do(
    store: WorkspaceStore, tool: str, arguments: JsonObject, says: str
) -> None:
    async with connected(store, "support_platform") as client:
        assert says in await text_of(client, tool, arguments, error=True)


async def test_an_unknown_customer_is_an_empty_page(store: WorkspaceStore) -> None:
    async with connected(store, "support_platform") as client:
        assert "No items." in await text_of(client, "search_tickets", {"query": "logo", "customer": "Nobody"})


async def test_a_category_that_is_not_connected_says_so_in_every_tool() -> None:
    with workspace_from_json(workspace({"crm": "error: 503 from the vendor"})) as store:
        async with connected(store, "crm") as client:
            for tool, arguments in CALLS["crm"].items():
                assert "503 from the vendor" in await text_of(client, tool, arguments, error=True)
            with pytest.raises(MCPError, match="503 from the vendor"):
                await client.read_resource(RESOURCES["crm"])


async def test_a_client_pages_through_a_list_by_the_cursor() -> None:
    with workspace_from_json(many_tickets(25)) as store:
        async with connected(store, "support_platform") as client:
            seen: list[str] = []
            cursor: str | None = ""
            while cursor is not None:
                result = await client.call_tool("list_tickets", {"limit": 10, "cursor": cursor})
                page = result.structured_content
                assert page is not None
                seen += [item["id"] for item in page["items"]]
                cursor = page["next_cursor"]
            assert len(set(seen)) == len(seen) == 25


def stdio(category: Category, *arguments: str, **env: str) -> StdioServerParameters:
    return StdioServerParameters(
        command=sys.executable, args=["-m", "support_connectors", category, *arguments], env={**os.environ, **env}
    )


def interruptible() -> None:
    """Take SIGINT as a terminal's process does: tests that run in the background of a shell inherit it ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


TOKEN = "a-token-of-these-tests-alone"


@asynccontextmanager
async def with_token(url: str, token: str = TOKEN) -> AsyncIterator[Client]:
    """A client that sends the token."""
    async with (
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as http,
        Client(streamable_http_client(url, http_client=http)) as client,
    ):
        yield client


@contextmanager
def http_server(category: Category, workspace_path: Path, *arguments: str) -> Iterator[str]:
    """The server as a process on a free port; gives its URL and checks that it ends well."""
    command = [sys.executable, "-m", "support_connectors", category, "--http", "0", "--workspace", str(workspace_path)]
    with subprocess.Popen(
        [*command, *arguments], stderr=subprocess.PIPE, text=True, preexec_fn=interruptible,
        env={**os.environ, "CUSTOMER_ESCALATION_HTTP_TOKEN": TOKEN},
    ) as process:  # fmt: skip
        assert process.stderr is not None
        line = process.stderr.readline()
        try:
            assert line.startswith("Listening on http://"), line + process.stderr.read()
            yield line.split()[-1]
        finally:
            process.send_signal(signal.SIGINT)
            rest = process.stderr.read()
    assert (process.returncode, rest) == (130, "")


@pytest.mark.parametrize("category", WORKSPACE_CATEGORIES)
async def test_every_tool_answers_over_stdio(database: Path, category: Category) -> None:
    async with Client(stdio(category, CUSTOMER_ESCALATION_DB=str(database))) as client:
        await check_every_tool(client, category)
    with open_workspace(database) as store:
        assert store.support_platform.search_tickets("note", None, Paging()).total == (
            1 if category == "support_platform" else 0
        )


@pytest.mark.parametrize("category", WORKSPACE_CATEGORIES)
async def test_every_tool_answers_over_http(database: Path, category: Category) -> None:
    with http_server(category, database) as url:
        async with with_token(url) as client:
            await check_every_tool(client, category, reading=True)


async def test_http_serves_several_clients_at_once(database: Path) -> None:
    with http_server("crm", database) as url:

        async def one_client() -> None:
            async with with_token(url) as client:
                await check_every_tool(client, "crm", reading=True)

        await asyncio.gather(*(one_client() for _ in range(4)))
