"""A stand-in of Notion: pages that were shared with an integration, one with every kind of block, one in the trash."""

import json
import uuid
from pathlib import Path
from typing import Any

from tests.support_connectors.vendors.openapi import Reply, Request, VendorServer

TOKEN = "ntn_token"
PERSON = "00000000-0000-4000-8000-0000000000aa"
CUSTOMERS = ("Acme Corp", "Globex", "Initech")
Row = dict[str, Any]


def contract() -> Row:
    """The cut description."""
    found: Row = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    return found


def name_of(number: int) -> str:
    """The id of the page (or block) of that number."""
    return str(uuid.UUID(int=0x16D84278AB0E484C9BDD000000000000 + number))


RICH, TRASHED, DRAFTS, LONG, HIDDEN = (name_of(number) for number in (901, 902, 903, 904, 905))


class Notion:
    """The stand-in's data and handlers."""

    def __init__(self) -> None:
        self.pages: dict[str, Row] = {}
        self.blocks: dict[str, list[Row]] = {}
        self.made = 5_000
        for number in range(63):
            title = f"{CUSTOMERS[number % 3]} known issue {number}"
            text = f"API returning 500 errors. Workaround {number}."
            self.add(
                name_of(number),
                title,
                [_block("paragraph", text)],
                f"2026-01-{number % 27 + 1:02d}T{number % 24:02d}:00",
            )
        self.add(DRAFTS, "Drafts", [], "2025-12-01T08:00")
        self.add(TRASHED, "Withdrawn", [_block("paragraph", "No")], "2026-02-01T08:00", trash=True)
        self.add(RICH, "Access rules", self._every_kind(), "2026-02-03T08:00")
        self.add(
            LONG, "Long read", [_block("paragraph", f"Line {number}") for number in range(250)], "2026-02-02T08:00"
        )
        properties = {
            "Status": {"id": "a", "type": "status", "status": {"name": "Verified"}},
            "Tags": {"id": "b", "type": "multi_select", "multi_select": [{"name": "api"}, {"name": "export"}]},
            "Owner": {"id": "c", "type": "people", "people": [{"object": "user", "id": PERSON, "name": "Maya Ortiz"}]},
            "Review": {"id": "d", "type": "date", "date": {"start": "2026-05-01", "end": None}},
            "Sum": {"id": "e", "type": "formula", "formula": {"type": "number", "number": 4}},
        }
        self.pages[RICH]["properties"].update(properties)

    def _every_kind(self) -> list[Row]:
        toggle, table = name_of(910), name_of(911)
        self.blocks[toggle] = [_block("paragraph", "Inside"), _block("bulleted_list_item", "Deeper")]
        row = {**_block("table_row"), "table_row": {"cells": [[_rich("Plan")], [_rich("99.9%")]]}}
        self.blocks[table] = [row, row]
        self.blocks[name_of(912)] = []
        child = {**_block("child_page"), "id": name_of(912), "has_children": True, "child_page": {"title": "Below"}}
        return [
            _block("heading_1", "Log in"),
            {**_block("paragraph"), "paragraph": {"rich_text": [_rich("See "), _rich("the guide", "https://a.example/g")]}},
            _block("bulleted_list_item", "First"), _block("bulleted_list_item", "Second"),
            _block("numbered_list_item", "One"), _block("numbered_list_item", "Two"),
            {**_block("to_do"), "to_do": {"rich_text": [_rich("Call back")], "checked": True}},
            {**_block("toggle", "More"), "id": toggle, "has_children": True},
            {**_block("table"), "id": table, "has_children": True, "table": {"table_width": 2}},
            _block("code", "curl -H 'X: <b>'\n  --retry 3"),
            {**_block("divider"), "divider": {}},
            {**_block("bookmark"), "bookmark": {"url": "https://b.example", "caption": []}},
            {**_block("image"), "image": {"type": "external", "external": {"url": "u"}, "caption": [_rich("Graph")]}},
            {**_block("synced_block"), "id": HIDDEN, "has_children": True, "synced_block": {"synced_from": {"block_id": "x"}}},
            {"object": "block", "id": name_of(913)},
            child,
        ]  # fmt: skip

    def add(self, number: str, title: str, blocks: list[Row], minute: str, *, trash: bool = False) -> Row:
        at = f"{minute}:00.000Z"
        self.pages[number] = {
            "object": "page", "id": number, "created_time": at, "last_edited_time": at, "in_trash": trash, "archived": trash,
            "is_archived": False, "is_locked": False, "url": f"https://www.notion.so/{title.replace(' ', '-')}-{number.replace('-', '')}",
            "public_url": None, "parent": {"type": "workspace", "workspace": True}, "icon": None, "cover": None,
            "created_by": _person(), "last_edited_by": _person(),
            "properties": {"title": {"id": "title", "type": "title", "title": [_rich(title)]}},
        }  # fmt: skip
        self.blocks[number] = blocks
        return self.pages[number]

    def server(self) -> VendorServer:
        """The stand-in as a server."""
        handlers = {
            "post-search": self.search, "retrieve-a-page": self.page, "post-page": self.create,
            "get-block-children": self.children,
        }  # fmt: skip
        return VendorServer(contract(), {name: _guarded(handler) for name, handler in handlers.items()})

    def search(self, request: Request) -> Reply:
        """Titles with all words, ranked by when they were last edited."""
        asked = request.body or {}
        wanted = asked.get("query", "").casefold().split()
        rows = [
            row
            for row in self.pages.values()
            if not row["in_trash"] and all(word in _title(row).casefold() for word in wanted)
        ]
        rows.sort(key=lambda row: str(row["last_edited_time"]), reverse=True)
        return _list(rows, asked.get("start_cursor"), asked.get("page_size", 100), "page_or_data_source")

    def page(self, request: Request) -> Reply:
        row = self.pages.get(request.path["page_id"])
        return Reply(row) if row else _error(404, "object_not_found", "Could not find page.")

    def children(self, request: Request) -> Reply:
        """Pages below a page stand among its blocks."""
        number = request.path["block_id"]
        if number not in self.blocks:
            return _error(404, "object_not_found", "Could not find block.")
        return _list(
            self.blocks[number], request.one("start_cursor") or None, int(request.one("page_size", "100")), "block"
        )

    def create(self, request: Request) -> Reply:
        body = request.body
        parent = body["parent"]["page_id"]
        if parent not in self.pages:
            return _error(404, "object_not_found", "Could not find page.")
        pieces = [piece for block in body["children"] for piece in block["paragraph"]["rich_text"]]
        assert all(len(piece["text"]["content"].encode("utf-16-le")) <= 4_000 for piece in pieces)
        title = "".join(piece["text"]["content"] for piece in body["properties"]["title"]["title"])
        blocks = []
        for block in body["children"]:
            texts = [_rich(piece["text"]["content"]) for piece in block["paragraph"]["rich_text"]]
            blocks.append({**_block("paragraph"), "paragraph": {"rich_text": texts}})
        self.made += 1
        number = name_of(self.made)
        row = self.add(number, title, blocks, "2026-03-01T08:00")
        self.blocks[parent].append(
            {**_block("child_page"), "id": number, "has_children": True, "child_page": {"title": title}}
        )
        return Reply(row)


def _guarded(handler: Any) -> Any:
    def answer(request: Request) -> Reply:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return _error(401, "unauthorized", "API token is invalid.")
        reply: Reply = handler(request)
        return reply

    return answer


def _list(rows: list[Row], cursor: str | None, size: int, kind: str) -> Reply:
    start = uuid.UUID(cursor).int if cursor else 0
    following = str(uuid.UUID(int=start + size)) if start + size < len(rows) else None
    found = {"object": "list", "results": rows[start : start + size], "next_cursor": following}
    return Reply({**found, "has_more": following is not None, "type": kind, kind: {}})


def _person() -> Row:
    return {"object": "user", "id": PERSON}


def _rich(text: str, link: str | None = None) -> Row:
    return {
        "type": "text",
        "text": {"content": text, "link": None},
        "annotations": {},
        "plain_text": text,
        "href": link,
    }


def _block(kind: str, text: str | None = None) -> Row:
    at = "2026-01-01T08:00:00.000Z"
    common = {"created_time": at, "last_edited_time": at, "created_by": _person(), "last_edited_by": _person()}
    place = {"in_trash": False, "archived": False, "parent": {"type": "page_id", "page_id": DRAFTS}}
    block = {"object": "block", "id": str(uuid.uuid4()), "type": kind, "has_children": False, **common, **place}
    return block if text is None else {**block, kind: {"rich_text": [_rich(text)], "color": "default"}}


def _title(row: Row) -> str:
    return "".join(piece["plain_text"] for piece in row["properties"]["title"]["title"])


def _error(status: int, code: str, message: str) -> Reply:
    return Reply({"object": "error", "status": status, "code": code, "message": message}, status)
