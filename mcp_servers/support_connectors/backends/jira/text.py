"""Atlassian's document format, both ways: its nodes as plain text, and plain text as nodes in which nothing comes alive."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

MOST_DEPTH = 40
"""Nodes inside one another that are followed; Jira itself allows fewer."""
Node = dict[str, Any]
_LINES = frozenset({"paragraph", "heading", "codeBlock", "mediaSingle", "mediaGroup", "blockCard", "embedCard", "rule"})
_ITEMS = {"listItem": "- ", "taskItem": "- ", "decisionItem": "- "}


def document_text(document: Any) -> str:
    """A document as plain text: blocks on lines of their own, lists with dashes, mentions and links by their words.

    Raises ``TypeError`` or ``AttributeError`` for what is no document.
    """
    if document is None:
        return ""
    if isinstance(document, str):  # fields of older sites and apps
        return document.strip()
    return "\n\n".join(_blocks(document["content"], 0)).strip("\n")


def as_document(text: str) -> Node:
    """Plain text as a document that shows exactly it."""
    paragraphs = text.replace("\r\n", "\n").replace("\r", "\n").split("\n\n")
    return {"type": "doc", "version": 1, "content": [_paragraph(part) for part in paragraphs]}


def _paragraph(text: str) -> Node:
    content: list[Node] = []
    for number, line in enumerate(text.split("\n")):
        if number:
            content.append({"type": "hardBreak"})
        if line:
            content.append({"type": "text", "text": line})
    return {"type": "paragraph", "content": content}


def _blocks(nodes: Sequence[Mapping[str, Any]], depth: int) -> Iterator[str]:
    """The text of each block; blocks that only hold others give theirs."""
    if depth > MOST_DEPTH:
        return
    for node in nodes:
        kind = str(node["type"])
        inner = node.get("content") or ()
        if kind in _LINES:
            yield _line(node)
        elif kind in _ITEMS or kind == "tableRow":
            yield from _blocks(inner, depth + 1)
        elif kind in ("bulletList", "orderedList", "taskList", "decisionList"):
            yield "\n".join(_items(inner, depth + 1))
        elif kind == "table":
            yield "\n".join(" | ".join(_flat(cell, depth + 2) for cell in row.get("content") or ()) for row in inner)
        elif kind in ("expand", "nestedExpand"):
            title = str((node.get("attrs") or {}).get("title") or "")
            yield from ([title] if title else [])
            yield from _blocks(inner, depth + 1)
        elif inner and "type" in inner[0] and str(inner[0]["type"]) not in ("text", "hardBreak"):
            yield from _blocks(inner, depth + 1)
        else:
            yield _line(node)


def _items(nodes: Sequence[Mapping[str, Any]], depth: int) -> Iterator[str]:
    for node in nodes:
        if node["type"] in _ITEMS:
            inline = node["type"] != "listItem"
            text = _line(node) if inline else "\n".join(_blocks(node.get("content") or (), depth + 1))
            yield _ITEMS[str(node["type"])] + text.replace("\n", "\n  ")
        else:
            yield from ("  " + line for text in _blocks([node], depth + 1) for line in text.split("\n"))


def _flat(node: Mapping[str, Any], depth: int) -> str:
    return " ".join(" ".join(_blocks(node.get("content") or (), depth + 1)).split())


def _line(node: Mapping[str, Any]) -> str:
    if not node.get("content"):
        return _inline(node) if node["type"] in ("blockCard", "embedCard") else ""
    return "".join(_inline(part) for part in node["content"])


def _inline(node: Mapping[str, Any]) -> str:
    given = node.get("attrs") or {}
    match node["type"]:
        case "text":
            return str(node["text"])
        case "hardBreak":
            return "\n"
        case "mention" | "status":
            return str(given.get("text") or "")
        case "emoji":
            return str(given.get("text") or given.get("shortName") or "")
        case "inlineCard" | "blockCard" | "embedCard":
            return str(given.get("url") or "")
        case "date":
            return datetime.fromtimestamp(int(given["timestamp"]) / 1000, UTC).date().isoformat()
        case "media" | "mediaInline":
            return f"[file {given['alt']}]" if given.get("alt") else ""
        case _:
            return "".join(_inline(part) for part in node.get("content") or ())
