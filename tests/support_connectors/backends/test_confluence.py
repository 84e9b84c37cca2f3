"""Confluence on a stand-in that holds both sides to Atlassian's published descriptions."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.faults import FAULTS, Fault
from tests.support_connectors.backends.hosted import called, passes_the_suite, stands_the_fault
from tests.support_connectors.vendors.confluence import EMAIL, HOSTILE, OFFICE, TOKEN, TRASHED, Confluence
from tests.support_connectors.vendors.openapi import Reply, VendorServer

from support_connectors.backends.confluence.text import as_storage, storage_text
from support_connectors.contract.report import Refused


@pytest.fixture
def data() -> Confluence:
    return Confluence()


@pytest.fixture
def vendor(data: Confluence) -> Iterator[VendorServer]:
    with data.server() as server:
        yield server
    assert server.violations == []


def settings_of(url: str, **more: Any) -> dict[str, Any]:
    return {"url": url, "email": EMAIL, "api_token": TOKEN, "draft_space": "HELP", **more}


async def test_the_contract_is_kept(vendor: VendorServer) -> None:
    await passes_the_suite("confluence", settings_of(vendor.url), vendor)


async def test_the_contract_is_kept_within_one_space(vendor: VendorServer) -> None:
    await passes_the_suite("confluence", settings_of(f"{vendor.url}/wiki", spaces=["HELP"]), vendor)


@pytest.mark.parametrize("fault", FAULTS)
async def test_faults_are_typed_errors(vendor: VendorServer, data: Confluence, fault: Fault) -> None:
    row = data.pages[HOSTILE]
    many = {"results": [{**row, "id": str(number)} for number in range(10_000)], "_links": {}}
    await stands_the_fault("confluence", fault, vendor.url, settings_of, HOSTILE, many=many, only="api/v2/pages")


async def test_storage_markup_is_shown_as_people_read_it(vendor: VendorServer) -> None:
    item = (await called("confluence", settings_of(vendor.url), "read_article", id=HOSTILE))["item"]
    assert item["body"] == (
        "Log in & out\n\nNever share a key.\nSecond line\n\ncurl -H 'X: <b>'\n  --retry 3\n\n"
        "See Rate limits and the other page.\n\nCall back"
    )
    assert item["extra"] == {"space": "HELP", "version": 1, "link": f"{vendor.url}/wiki/spaces/HELP/pages/{HOSTILE}"}
    link = f"https://acme.atlassian.net/wiki/spaces/HELP/pages/{HOSTILE}/Access+rules"
    assert (await called("confluence", settings_of(vendor.url), "read_article", id=link))["item"] == item


async def test_a_period_is_found_though_confluence_cannot_list_by_time(vendor: VendorServer) -> None:
    settings = settings_of(vendor.url)
    first = await called("confluence", settings, "list_articles", since="2026-01-05", until="2026-01-06", limit=4)
    second = await called(
        "confluence",
        settings,
        "list_articles",
        since="2026-01-05",
        until="2026-01-06",
        limit=4,
        cursor=first["next_cursor"],
    )
    assert [item["updated_at"][:10] for item in first["items"] + second["items"]] == ["2026-01-06"] * 3 + [
        "2026-01-05"
    ] * 3
    assert second["next_cursor"] is None
    old = await called("confluence", settings, "list_articles", until="2025-12-31")
    assert [item["id"] for item in old["items"]] == [OFFICE]


async def test_configured_spaces_are_a_wall(vendor: VendorServer) -> None:
    settings = settings_of(vendor.url, spaces=["HELP"])
    listed = await called("confluence", settings, "list_articles", limit=50)
    found = await called("confluence", settings, "search_articles", query="errors", limit=50)
    assert {item["extra"]["space"] for item in listed["items"] + found["items"]} == {"HELP"}
    with pytest.raises(Refused) as refusal:
        await called("confluence", settings, "read_article", id=OFFICE)
    assert refusal.value.kind == "not_found"
    with pytest.raises(Refused) as refusal:
        await called("confluence", settings_of(vendor.url, spaces=["NOPE"]), "list_articles")
    assert (refusal.value.kind, "NOPE" in str(refusal.value)) == ("unavailable", True)


async def test_what_lies_in_the_trash_is_not_found(vendor: VendorServer) -> None:
    with pytest.raises(Refused) as refusal:
        await called("confluence", settings_of(vendor.url), "read_article", id=TRASHED)
    assert (refusal.value.kind, TRASHED in str(refusal.value)) == ("not_found", True)


@pytest.mark.parametrize("lag", [False, True])
async def test_a_draft_is_written_once_and_stays_a_draft(vendor: VendorServer, data: Confluence, lag: bool) -> None:
    settings = settings_of(vendor.url)
    draft = {
        "title": 'Exports "stall" \\ hang',
        "body": "<script>alert(1)</script>\n\n{code} & more",
        "idempotency_key": "k",
    }
    first = (await called("confluence", settings, "draft_article", **draft))["item"]
    assert first["extra"]["status"] == "draft"
    assert first["body"] == draft["body"]
    stored = data.pages[first["id"]]["body"]["storage"]["value"]
    assert stored.startswith("<p>&lt;script&gt;alert(1)&lt;/script&gt;</p><p>{code} &amp; more</p><p>[ce:")
    data.lag = lag
    again = (await called("confluence", settings, "draft_article", **draft))["item"]  # another process, so to say
    assert (again["id"] == first["id"]) is not lag
    with pytest.raises(Refused) as refusal:
        await called("confluence", {**settings, "draft_space": "NOPE"}, "draft_article", title="T", body="B")
    assert refusal.value.kind == "not_found"
    with pytest.raises(Refused) as refusal:
        await called("confluence", {**settings, "draft_space": ""}, "draft_article", title="T", body="B")
    assert "draft_space" in str(refusal.value)


async def test_a_process_knows_its_own_drafts_before_the_index_does(vendor: VendorServer, data: Confluence) -> None:
    data.lag = True
    await passes_the_suite("confluence", settings_of(vendor.url), vendor)


async def test_wrong_credentials_and_waits_are_told(vendor: VendorServer) -> None:
    with pytest.raises(Refused) as refusal:
        await called("confluence", settings_of(vendor.url, api_token="wrong"), "list_articles")
    assert refusal.value.kind == "denied"
    vendor.next_replies.append(Reply({}, 429, {"Retry-After": "0.1"}))
    assert (await called("confluence", settings_of(vendor.url), "list_articles"))["items"]
    vendor.next_replies += [Reply({}, 429, {"Retry-After": "90"})]
    with pytest.raises(Refused) as refusal:
        await called("confluence", settings_of(vendor.url), "list_articles")
    assert (refusal.value.kind, "90 s" in str(refusal.value)) == ("rate_limited", True)


async def test_spaces_that_cannot_be_named_leave_the_pages_readable(vendor: VendorServer) -> None:
    vendor.handlers = {**vendor.handlers, "getSpaces": lambda _request: Reply({"message": "no"}, 401)}
    item = (await called("confluence", settings_of(vendor.url), "read_article", id=HOSTILE))["item"]
    assert "space" not in item["extra"]


def test_storage_that_xml_cannot_hold_is_left_out() -> None:
    assert as_storage("a\x00b\x0bc\r\nd") == "<p>abc<br />d</p>"
    assert storage_text(as_storage("1 < 2 && 3 > 2\n\n<p>&amp;</p>")) == "1 < 2 && 3 > 2\n\n<p>&amp;</p>"
