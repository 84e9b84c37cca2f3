"""Notion on a stand-in that holds both sides to Notion's published description."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.faults import FAULTS, Fault
from tests.support_connectors.backends.hosted import called, passes_the_suite, stands_the_fault
from tests.support_connectors.vendors.notion import DRAFTS, LONG, RICH, TOKEN, TRASHED, Notion, name_of
from tests.support_connectors.vendors.openapi import Reply, VendorServer

from support_connectors.backends.notion.blocks import MOST_UNITS, as_blocks, joined
from support_connectors.contract.report import Refused

BODY = """Log in

See the guide (https://a.example/g)

- First
- Second

1. One
2. Two

[x] Call back

More
  Inside

  - Deeper

Plan | 99.9%
Plan | 99.9%

curl -H 'X: <b>'
  --retry 3

---

https://b.example

image Graph

Below"""


@pytest.fixture
def data() -> Notion:
    return Notion()


@pytest.fixture
def vendor(data: Notion) -> Iterator[VendorServer]:
    with data.server() as server:
        yield server
    assert server.violations == []


def settings_of(url: str, **more: Any) -> dict[str, Any]:
    return {"url": url, "token": TOKEN, "draft_parent": DRAFTS, **more}


async def test_the_contract_is_kept(vendor: VendorServer) -> None:
    await passes_the_suite("notion", settings_of(vendor.url), vendor)


@pytest.mark.parametrize("fault", FAULTS)
async def test_faults_are_typed_errors(vendor: VendorServer, data: Notion, fault: Fault) -> None:
    rows = [{**data.pages[RICH], "id": name_of(number)} for number in range(10_000)]
    many = {"object": "list", "results": rows, "next_cursor": None, "has_more": False}
    await stands_the_fault(
        "notion", fault, vendor.url, settings_of, RICH, many=many, only="search", query="known issue"
    )


async def test_every_kind_of_block_is_text(vendor: VendorServer) -> None:
    item = (await called("notion", settings_of(vendor.url), "read_article", id=RICH))["item"]
    assert item["body"] == BODY
    assert item["extra"]["properties"] == {
        "Status": "Verified", "Tags": ["api", "export"], "Owner": ["Maya Ortiz"], "Review": "2026-05-01",
    }  # fmt: skip
    assert item["extra"]["not_readable"] == "the rest of the body"  # a block that is kept in step with a hidden one
    for name in (
        RICH.replace("-", ""),
        item["extra"]["link"],
        f"{item['extra']['link']}?pvs=4",
        f"knowledge_base/{RICH}",
    ):
        assert (await called("notion", settings_of(vendor.url), "read_article", id=name))["item"] == item


async def test_a_long_body_is_read_in_pages_and_within_bounds(vendor: VendorServer) -> None:
    whole = (await called("notion", settings_of(vendor.url), "read_article", id=LONG))["item"]
    assert whole["body"].endswith("Line 249")
    assert "not_readable" not in whole["extra"]
    cut = (await called("notion", settings_of(vendor.url, most_requests=2), "read_article", id=LONG))["item"]
    assert cut["body"].endswith("Line 199")
    assert cut["extra"]["not_readable"] == "the rest of the body"


async def test_a_search_falls_back_to_single_words(vendor: VendorServer) -> None:
    page = await called(
        "notion", settings_of(vendor.url), "search_articles", query="who reads the access documents", limit=50
    )
    assert [item["id"] for item in page["items"]] == [RICH]
    page = await called("notion", settings_of(vendor.url), "search_articles", query="globex issue", limit=50)
    assert (len(page["items"]), page["next_cursor"] is None) == (10, False)


async def test_lists_know_periods(vendor: VendorServer) -> None:
    page = await called("notion", settings_of(vendor.url), "list_articles", since="2026-02-01", limit=50)
    assert [item["title"] for item in page["items"]] == ["Access rules", "Long read"]
    page = await called("notion", settings_of(vendor.url), "list_articles", until="2025-12-31", limit=50)
    assert [item["title"] for item in page["items"]] == ["Drafts"]


async def test_what_lies_in_the_trash_or_is_not_shared_is_not_found(vendor: VendorServer) -> None:
    for name in (TRASHED, name_of(4_000)):
        with pytest.raises(Refused) as refusal:
            await called("notion", settings_of(vendor.url), "read_article", id=name)
        assert (refusal.value.kind, name in str(refusal.value)) == ("not_found", True)


async def test_a_page_whose_content_is_not_for_us_is_told_by_its_title(vendor: VendorServer) -> None:
    refused = Reply({"object": "error", "status": 403, "code": "restricted_resource", "message": "No content"}, 403)
    vendor.handlers = {**vendor.handlers, "get-block-children": lambda _request: refused}
    item = (await called("notion", settings_of(vendor.url), "read_article", id=RICH))["item"]
    assert (item["title"], item["extra"]["not_readable"], "body" in item) == ("Access rules", "the body", False)


async def test_a_draft_is_written_once_below_its_parent(vendor: VendorServer, data: Notion) -> None:
    settings = settings_of(vendor.url)
    draft = {"title": "Exports hang", "body": "@Maya <b>\n\n" + "🙂" * 3_000 + "\n\nEnd", "idempotency_key": "k"}
    first = (await called("notion", settings, "draft_article", **draft))["item"]
    again = (await called("notion", settings, "draft_article", **draft))["item"]
    assert again["id"] == first["id"]
    assert again["body"] == first["body"] == draft["body"]
    assert [block["child_page"]["title"] for block in data.blocks[DRAFTS]] == ["Exports hang"]
    with pytest.raises(Refused) as refusal:
        await called("notion", settings, "draft_article", **{**draft, "title": "Another title"})
    assert refusal.value.kind == "invalid"
    many = "\n\n".join(f"Paragraph {number}" for number in range(900))
    long = (await called("notion", settings, "draft_article", title="Many", body=many, idempotency_key="k2"))["item"]
    assert long["body"] == many
    for parent, kind in (("", "invalid"), (name_of(4_000), "not_found")):
        with pytest.raises(Refused) as refusal:
            await called("notion", {**settings, "draft_parent": parent}, "draft_article", title="T", body="B")
        assert refusal.value.kind == kind


async def test_wrong_credentials_and_waits_are_told(vendor: VendorServer) -> None:
    with pytest.raises(Refused) as refusal:
        await called("notion", settings_of(vendor.url, token="wrong"), "list_articles")
    assert refusal.value.kind == "denied"
    limited = {"object": "error", "status": 429, "code": "rate_limited", "message": "Slow down"}
    vendor.next_replies.append(Reply(limited, 429, {"Retry-After": "0.1"}))
    assert (await called("notion", settings_of(vendor.url), "list_articles"))["items"]
    assert {request.headers["notion-version"] for request in vendor.requests} == {"2025-09-03"}


def test_pieces_of_text_are_as_short_as_notion_takes_them() -> None:
    text = "a" * 1_999 + "🙂" + "b" * 4_001
    pieces = [piece["text"]["content"] for block in as_blocks(text) for piece in block["paragraph"]["rich_text"]]
    assert "".join(pieces) == text
    assert max(len(piece.encode("utf-16-le")) // 2 for piece in pieces) <= MOST_UNITS
    assert joined([]) == ""
