"""Notion's blocks and properties as plain text, and plain text as blocks in which nothing comes alive."""

from collections.abc import Callable, Iterator
from typing import Any

from pydantic import JsonValue

from support_connectors.backend import NotFound
from support_connectors.remote.budget import Budget

Block = dict[str, Any]
MOST_UNITS = 2_000
"""UTF-16 units of one piece of text, as Notion counts them."""
MOST_PIECES = 100
"""Pieces of text of one block."""
MOST_BLOCKS = 90
"""Blocks of one request, with room for the marker's."""
MOST_PROPERTIES = 12
MOST_DEPTH = 6
_CLOSED = frozenset({"child_page", "child_database", "unsupported"})
"""Blocks that hold articles of their own, or nothing that can be read."""
_LISTED = frozenset({"bulleted_list_item", "numbered_list_item", "to_do", "table_row"})
_FILES = frozenset({"image", "video", "file", "pdf", "audio"})


class BlockReader:
    """Reads the text of one page: its blocks and what they hold, within a number of requests."""

    def __init__(self, children: Callable[[str, str], Block], budget: Budget, requests: int) -> None:
        """``children`` gives what a block (or page) holds, from a cursor on, as Notion answers."""
        self._children = children
        self._budget = budget
        self._left = requests
        self.cut = False
        """Whether something was left out."""

    def text(self, block: str, depth: int = 0) -> str:
        """The text below a block. Answers of another form raise what ``readable`` turns into ``Unavailable``."""
        parts: list[tuple[str, str]] = []
        token, number = "", 0
        while True:
            if not self._left or depth > MOST_DEPTH:
                self.cut = True
                break
            self._left -= 1
            answer = self._children(block, token)
            self._budget.check()
            for child in answer["results"]:
                kind = str(child.get("type") or "unsupported")  # some are known to us by their id alone
                number = number + 1 if kind == "numbered_list_item" else 0
                own = block_text(child, number)
                held = self._held(child, depth)
                parts.append((kind, "\n".join(filter(None, (own, held)))))
            if not answer.get("has_more"):
                break
            token = str(answer["next_cursor"])
        return joined(parts)

    def _held(self, child: Block, depth: int) -> str:
        """What a block holds: below an item it is set in, in a column or a table it is not."""
        if not child.get("has_children") or child["type"] in _CLOSED:
            return ""
        try:
            text = self.text(str(child["id"]), depth + 1)
        except NotFound:  # the original of a copy that is kept in step may be hidden from us
            self.cut = True
            return ""
        if child["type"] in ("column_list", "column", "table", "synced_block"):
            return text
        return "\n".join(f"  {line}" if line else line for line in text.split("\n"))


def rich_text(pieces: Any) -> str:
    """Notion's text: each piece's words, with the address of a link whose words are others."""
    return "".join(_piece(piece) for piece in pieces or ())


def block_text(block: Block, number: int = 1) -> str:
    """One block's own text, without what it holds. ``number`` is its place in a numbered list."""
    kind = str(block.get("type"))
    content = block.get(kind) or {}
    text = rich_text(content.get("rich_text"))
    match kind:
        case "bulleted_list_item":
            return f"- {text}"
        case "numbered_list_item":
            return f"{number}. {text}"
        case "to_do":
            return f"[{'x' if content.get('checked') else ' '}] {text}"
        case "divider":
            return "---"
        case "equation":
            return str(content.get("expression") or "")
        case "table_row":
            return " | ".join(rich_text(cell) for cell in content.get("cells") or ())
        case "child_page" | "child_database":
            return str(content.get("title") or "")
        case "bookmark" | "embed" | "link_preview":
            return " ".join(filter(None, (rich_text(content.get("caption")), str(content.get("url") or ""))))
        case _ if kind in _FILES:
            return " ".join(filter(None, (str(content.get("name") or kind), rich_text(content.get("caption")))))
    return text


def joined(parts: list[tuple[str, str]]) -> str:
    """Blocks (kind and text) one below the other: items of a list and rows of a table close together, others with a line between."""
    lines: list[str] = []
    last = ""
    for kind, text in parts:
        if not text:
            continue
        if lines and not (kind == last and kind in _LISTED):
            lines.append("")
        lines.append(text)
        last = kind
    return "\n".join(lines)


def as_blocks(text: str) -> list[Block]:
    """Paragraphs that show exactly ``text``: plain pieces without links or mentions, few enough for one request."""
    paragraphs = text.replace("\r\n", "\n").split("\n\n")
    while len(paragraphs) > MOST_BLOCKS:  # an empty line may as well stand within a block
        paragraphs = ["\n\n".join(paragraphs[at : at + 2]) for at in range(0, len(paragraphs), 2)]
    blocks = []
    for paragraph in paragraphs:
        pieces = list(_cut(paragraph))
        for at in range(0, max(1, len(pieces)), MOST_PIECES):
            chosen = [{"type": "text", "text": {"content": piece}} for piece in pieces[at : at + MOST_PIECES]]
            blocks.append({"type": "paragraph", "paragraph": {"rich_text": chosen}})
    return blocks


def title_of(page: Block) -> str:
    """A page's title, which stands in the one property of that type."""
    for value in (page.get("properties") or {}).values():
        if isinstance(value, dict) and value.get("type") == "title":
            return rich_text(value.get("title"))
    return ""


def properties_of(page: Block) -> dict[str, JsonValue]:
    """The properties of a page in a data source that are plain values, by name."""
    found: dict[str, JsonValue] = {}
    for name, value in (page.get("properties") or {}).items():
        shown = _property(value) if isinstance(value, dict) else None
        if shown not in (None, "", []) and len(found) < MOST_PROPERTIES:
            found[str(name)] = shown
    return found


def _property(value: Block) -> JsonValue:
    kind = str(value.get("type"))
    content = value.get(kind)
    match kind:
        case "select" | "status":
            return str(content["name"]) if content else None
        case "multi_select":
            return [str(one["name"]) for one in content or ()]
        case "people":
            return [str(one.get("name") or one["id"]) for one in content or ()]
        case "date":
            return " – ".join(str(content[end]) for end in ("start", "end") if content.get(end)) if content else None
        case "rich_text":
            return rich_text(content)[:300]
        case "number" | "checkbox" | "url" | "email" | "phone_number":
            return content
    return None


def _piece(piece: Block) -> str:
    words = str(piece.get("plain_text") or "")
    link = piece.get("href") if piece.get("type") == "text" else None
    return f"{words} ({link})" if link and link != words else words


def _cut(text: str) -> Iterator[str]:
    """Pieces of at most ``MOST_UNITS`` UTF-16 units."""
    start = units = 0
    for at, character in enumerate(text):
        width = 2 if ord(character) > 0xFFFF else 1
        if units + width > MOST_UNITS:
            yield text[start:at]
            start, units = at, 0
        units += width
    if text[start:]:
        yield text[start:]
