"""A brief in Jira's document format (ADF): nodes of text, never a link, a mention or an image."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from customer_escalation.domain.printable import printable
from customer_escalation.rendering.document import Document
from customer_escalation.rendering.markdown import render_markdown

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

Node = dict[str, Any]


def render_adf(document: Document) -> Node:
    """The brief as a version 1 document, ready for the description or comment of an issue."""
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(render_markdown(document))
    return {"version": 1, "type": "doc", "content": list(_blocks(SyntaxTreeNode(tokens).children))}


def _blocks(nodes: Sequence["SyntaxTreeNode"]) -> Iterator[Node]:
    for node in nodes:
        match node.type:
            case "heading":
                yield {"type": "heading", "attrs": {"level": int(node.tag[1:])}, "content": _texts(node)}
            case "paragraph":
                yield {"type": "paragraph", "content": _texts(node)}
            case "bullet_list" | "ordered_list":
                kind = "bulletList" if node.type == "bullet_list" else "orderedList"
                yield {"type": kind, "content": [
                    {"type": "listItem", "content": list(_blocks(item.children))} for item in node.children
                ]}  # fmt: skip
            case "blockquote":
                yield {"type": "blockquote", "content": list(_blocks(node.children))}
            case "hr":
                yield {"type": "rule"}
            case "fence" | "code_block":
                yield {"type": "codeBlock", "content": [_text(node.content.rstrip("\n"))]}
            case "table":
                yield {"type": "table", "content": list(_rows(node))}


def _rows(table: "SyntaxTreeNode") -> Iterator[Node]:
    for part in table.children:
        for row in part.children:
            kind = "tableHeader" if part.type == "thead" else "tableCell"
            yield {"type": "tableRow", "content": [
                {"type": kind, "content": [{"type": "paragraph", "content": _texts(cell)}]} for cell in row.children
            ]}  # fmt: skip


def _texts(node: "SyntaxTreeNode") -> list[Node]:
    """The text nodes of a block, marked strong, em or code; neighbours with the same marks joined."""
    made: list[Node] = []
    for inline in node.children:
        _walk(inline.children, (), made)
    return made


def _walk(nodes: Sequence["SyntaxTreeNode"], marks: tuple[str, ...], made: list[Node]) -> None:
    for node in nodes:
        match node.type:
            case "text" | "code_inline" if node.content:
                own = (*marks, "code") if node.type == "code_inline" else marks
                if made and made[-1]["type"] == "text" and made[-1].get("marks", []) == _marks(own):
                    made[-1]["text"] += printable(node.content)
                else:
                    made.append(_text(node.content, own))
            case "hardbreak" | "softbreak":
                made.append({"type": "hardBreak"} if node.type == "hardbreak" else _text(" "))
            case "strong" | "em":
                _walk(node.children, (*marks, node.type), made)


def _text(content: str, marks: tuple[str, ...] = ()) -> Node:
    return {"type": "text", "text": printable(content), **({"marks": _marks(marks)} if marks else {})}


def _marks(marks: tuple[str, ...]) -> list[Node]:
    return [{"type": mark} for mark in marks]
