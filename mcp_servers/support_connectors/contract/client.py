"""A server under test through the MCP client, for whoever runs the suite."""

from typing import Any

from mcp import Client, MCPError
from mcp_types import TextContent

from support_connectors.contract.report import Call, Refused, ToolFacts
from support_connectors.mcp_tools import ERROR_META


def calls_of(client: Client) -> Call:
    """``client`` as the suite calls it."""

    async def call(tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        try:
            result = await client.call_tool(tool, arguments)
        except MCPError as error:
            raise Refused(str(error)) from error
        if result.is_error:
            text = " ".join(block.text for block in result.content if isinstance(block, TextContent))
            about = (result.meta or {}).get(ERROR_META)
            raise Refused(text, about.get("kind", "") if isinstance(about, dict) else "")
        if not isinstance(result.structured_content, dict):
            raise Refused(f"{tool} gives no structured result")
        return result.structured_content

    return call


async def tools_of(client: Client) -> list[ToolFacts]:
    """What the server says about its tools."""
    found = []
    for tool in (await client.list_tools()).tools:
        hints = tool.annotations
        found.append(
            ToolFacts(
                tool.name,
                hints.read_only_hint if hints else None,
                hints.destructive_hint if hints else None,
            )
        )
    return found
