"""What servers say over MCP, as ours: their tools and their results."""

import base64
import binascii

from mcp.types import (
    AudioContent,
    CallToolResult,
    ContentBlock,
    ImageContent,
    ResourceLink,
    TextContent,
    TextResourceContents,
)
from mcp.types import Tool as McpTool

from skill_runtime.bounds import plain
from skill_runtime.content import Content, File, Image, Text
from skill_runtime.outcomes import Answer
from skill_runtime.remote_tools import RemoteTool

MAX_BYTES = 5_000_000
"""Bytes of one picture or file in a result that are kept."""
FAILURE_META = "skill-runtime/error"
"""The key of a failed result's ``_meta`` under which a server may say what ``kind`` of failure it is."""


def tool_of(tool: McpTool) -> RemoteTool:
    """A tool that a server lists, without what nobody here asks for."""
    used = {"name", "title", "description", "input_schema", "annotations"}
    return RemoteTool.of_json(tool.model_dump(mode="json", include=used, exclude_none=True))


def answer_of(result: CallToolResult) -> Answer:
    """A server's result."""
    content = [_block(block) for block in result.content]
    return Answer(content, result.structured_content, bool(result.is_error), _failure(result))


def _failure(result: CallToolResult) -> str:
    about = (result.meta or {}).get(FAILURE_META) if result.is_error else None
    kind = about.get("kind") if isinstance(about, dict) else None
    return kind if isinstance(kind, str) else ""


def _block(block: ContentBlock) -> Content:
    """A block of a server's result as one of ours."""
    if isinstance(block, TextContent):
        return Text(text=plain(block.text))
    if isinstance(block, ImageContent):
        return _bytes(block.data, block.mime_type, "image")
    if isinstance(block, AudioContent):
        return _bytes(block.data, block.mime_type, "audio")
    if isinstance(block, ResourceLink):
        return File(name=block.name, uri=str(block.uri), media_type=block.mime_type or "", size=block.size)
    if isinstance(block.resource, TextResourceContents):
        return Text(text=plain(block.resource.text))
    uri = str(block.resource.uri)
    return _bytes(block.resource.blob, block.resource.mime_type or "", uri.rpartition("/")[2] or "resource", uri)


def _bytes(encoded: str, media_type: str, name: str, uri: str = "") -> Content:
    """A picture, or a file that is only referred to; what cannot be kept is named in words."""
    if len(encoded) > MAX_BYTES * 4 // 3 + 4:
        return Text(text=f"[{name} left out: larger than {MAX_BYTES:,} bytes]")
    try:
        data = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return Text(text=f"[{name} left out: its data is not base64]")
    if media_type.startswith("image/"):
        return Image.of(data, media_type)
    return File.of(data, media_type, name=name, uri=uri)
