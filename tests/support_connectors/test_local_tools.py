"""A category's tools are the same for a host in this process as over MCP: listing, arguments, answers, refusals."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

import pytest
from mcp import Client
from tests.support_connectors.test_servers import CALLS
from tests.support_connectors.workspaces import workspace

from support_connectors.backend import Backend, NotFound, PermissionDenied, RateLimited
from support_connectors.categories import CATEGORIES, CATEGORY_TABLE, WORKSPACE_CATEGORIES, Category, ReadTool
from support_connectors.local_tools import LocalAnswer, LocalTools
from support_connectors.mcp_tools import ERROR_META
from support_connectors.serving import build_category_server, local_tools
from support_connectors.workspace.store import WorkspaceStore, workspace_from_json


@pytest.fixture
def store() -> Iterator[WorkspaceStore]:
    with workspace_from_json(workspace()) as opened:
        yield opened


class Raising:
    """A backend each of whose calls raises ``error``."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        def call(*given: Any, **named: Any) -> Any:
            raise self._error

        return call


async def over_mcp(client: Client, tool: str, arguments: Mapping[str, Any]) -> LocalAnswer:
    """A call over MCP, told as a local one."""
    result = await client.call_tool(tool, dict(arguments))
    about = (result.meta or {}).get(ERROR_META) or {}
    text = "".join(getattr(block, "text", "") for block in result.content)
    return LocalAnswer(text, result.structured_content, bool(result.is_error), about.get("kind", ""))


@pytest.mark.parametrize("category", CATEGORIES)
async def test_both_list_the_same_but_for_schemas_of_results_and_parts(category: Category) -> None:
    backend = cast("Backend", Raising(NotFound("Nothing is called here.")))
    here = local_tools(category, backend).listing()
    async with Client(build_category_server(category, backend)) as client:
        there = (await client.list_tools()).tools
    assert [tool.name for tool in here] == [tool.name for tool in there]
    for own, other in zip(here, there, strict=True):
        parts = None if other.name.startswith(("search_", "list_")) else other.input_schema["properties"].get("cursor")
        if parts:  # a host in this process takes a long item whole
            del other.input_schema["properties"]["cursor"]
        assert own.input_schema == other.input_schema
        assert (own.title, own.description) == (other.title, other.description)
        assert other.annotations is not None
        assert own.annotations == other.annotations.model_dump(exclude_none=True)


@pytest.mark.parametrize("category", WORKSPACE_CATEGORIES)
async def test_both_answer_a_reading_call_with_the_same(store: WorkspaceStore, category: Category) -> None:
    backend = store.backend(category)
    tools = local_tools(category, backend)
    reads = [tool.name for tool in CATEGORY_TABLE[category].reads]
    async with Client(build_category_server(category, backend)) as client:
        for name in reads:
            asked = CALLS[category][name]
            assert tools.call(name, asked) == await over_mcp(client, name, asked)


def bad_calls(tools: LocalTools, category: Category) -> Iterator[tuple[str, dict[str, Any]]]:
    """For each tool, calls whose arguments cannot be meant, and odd ones that can."""
    for tool in tools.listing():
        properties = tool.input_schema["properties"]
        sound = dict.fromkeys(tool.input_schema.get("required", ()), "x")
        yield tool.name, {}
        yield tool.name, {**sound, "no_such_argument": 1}
        for name in properties:
            for value in (None, 7, "", "null", "[]", '["a"]', "7", {"a": 1}, [1], "x" * 100_001, True):
                yield tool.name, {**sound, name: value}


@pytest.mark.parametrize("category", CATEGORIES)
async def test_both_take_and_refuse_the_same_arguments_with_the_same_words(category: Category) -> None:
    seen: set[bool] = set()
    backend = cast("Backend", Raising(PermissionDenied("The system refuses it.")))
    tools = local_tools(category, backend)
    async with Client(build_category_server(category, backend)) as client:
        for name, arguments in bad_calls(tools, category):
            here, there = tools.call(name, arguments), await over_mcp(client, name, arguments)
            if "cursor" not in arguments or not name.startswith("read_"):
                assert here == there, (name, arguments)
            seen.add(here.failure == "denied")
    assert seen == {True, False}, "some calls reach the backend, some do not"


@pytest.mark.parametrize(
    "error",
    [NotFound("No such thing."), RateLimited("Too many.", 3.0), PermissionDenied("No."), RuntimeError("secret words")],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("category", CATEGORIES)
async def test_both_tell_what_a_backend_raises_alike(category: Category, error: Exception) -> None:
    backend = cast("Backend", Raising(error))
    tools = local_tools(category, backend)
    async with Client(build_category_server(category, backend)) as client:
        for row in CATEGORY_TABLE[category].tools:
            asked: dict[str, Any] = (
                {"query": "x"} if isinstance(row, ReadTool) and row.verb == "search" else {"id": "1"}
            )
            here, there = tools.call(row.name, asked), await over_mcp(client, row.name, asked)
            assert here == there
            assert "secret words" not in here.text


async def test_both_say_of_an_unknown_tool_that_it_is_none(store: WorkspaceStore) -> None:
    backend = store.backend("crm")
    async with Client(build_category_server("crm", backend)) as client:
        assert local_tools("crm", backend).call("read_mind", {}) == await over_mcp(client, "read_mind", {})
