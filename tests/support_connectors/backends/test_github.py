"""GitHub Issues on a stand-in that holds both sides to GitHub's published description."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.faults import FAULTS, Fault
from tests.support_connectors.backends.hosted import called, passes_the_suite, stands_the_fault
from tests.support_connectors.vendors.github import APP, DELETED, HOSTILE, HOSTILE_BODY, PULL, TOKEN, WEB, GitHub
from tests.support_connectors.vendors.openapi import Reply, VendorServer

from support_connectors.contract.report import Refused


@pytest.fixture
def data() -> GitHub:
    return GitHub()


@pytest.fixture
def vendor(data: GitHub) -> Iterator[VendorServer]:
    with data.server() as server:
        yield server
    assert server.violations == []


def settings_of(url: str, **more: Any) -> dict[str, Any]:
    return {"url": url, "token": TOKEN, "repositories": [APP, WEB], **more}


async def test_the_contract_is_kept(vendor: VendorServer) -> None:
    await passes_the_suite("github", settings_of(vendor.url), vendor)


@pytest.mark.parametrize("fault", FAULTS)
async def test_faults_are_typed_errors(vendor: VendorServer, data: GitHub, fault: Fault) -> None:
    row = data.issues[APP, 1]
    many = {"total_count": 10_000, "incomplete_results": False, "items": [{**row, "number": n} for n in range(10_000)]}
    await stands_the_fault("github", fault, vendor.url, settings_of, f"{APP}#65", many=many, only="search/issues")


async def test_an_issue_is_read_with_its_talk_and_a_bare_number_is_enough_for_one_repository(
    vendor: VendorServer,
) -> None:
    item = (await called("github", settings_of(vendor.url), "read_issue", id=f"{APP}#65"))["item"]
    assert [comment["text"] for comment in item["comments"]][1:] == ["Can reproduce.", "Fix in review."]
    assert (item["type"], item["priority"], item["status"]) == ("bug", "p1", "closed")
    assert item["comments"][1]["ref"].startswith(f"project_tracker/{APP}#65-c9")
    alone = settings_of(vendor.url, repositories=[APP])
    assert (await called("github", alone, "read_issue", id="#65"))["item"] == item
    with pytest.raises(Refused, match="Ids are owner/name#12"):
        await called("github", settings_of(vendor.url), "read_issue", id="65")
    with pytest.raises(Refused, match="Ids are owner/name#12"):
        await called("github", alone, "read_issue", id=f"{WEB}#1")


@pytest.mark.parametrize(
    ("number", "sentence"), [(DELETED, "is gone"), (PULL, "is a pull request"), (999, "does not exist")]
)
async def test_what_is_no_issue_is_not_found(vendor: VendorServer, number: int, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence) as refusal:
        await called("github", settings_of(vendor.url), "read_issue", id=f"{APP}#{number}")
    assert refusal.value.kind == "not_found"


async def test_what_others_wrote_is_shown_as_it_stands_and_what_we_write_stays_literal(
    vendor: VendorServer, data: GitHub
) -> None:
    item = (await called("github", settings_of(vendor.url), "read_issue", id=f"{APP}#{HOSTILE}"))["item"]
    assert item["comments"][0]["text"] == HOSTILE_BODY.replace("\r\n", "\n")
    text = "cc @everyone, see #1\n````\nstill inside\n````"
    made = await called("github", settings_of(vendor.url), "comment_on_issue", id=f"{APP}#1", text=text)
    assert made["item"]["text"] == text
    sent = data.comments[APP, 1][-1]["body"]
    assert sent.startswith("`````text\ncc @everyone")
    assert "\n`````\n<!--" in sent


async def test_a_search_cannot_be_turned_by_what_is_searched_for(vendor: VendorServer) -> None:
    hostile = 'zzz" repo:evil/secret is:pr OR label:"x'
    page = await called("github", settings_of(vendor.url), "search_issues", query=hostile)
    assert page["items"] == []
    asked = [request.one("q") for request in vendor.requests]
    assert all(query.count("repo:") == 2 and "repo:evil" not in query and "is:pr" not in query for query in asked)


async def test_issues_are_listed_by_state_label_and_time_over_several_pages(vendor: VendorServer) -> None:
    settings = settings_of(vendor.url)
    bugs = await called("github", settings, "list_issues", type="Bug", status="open", limit=50)
    assert bugs["items"]
    assert all("bug" in item["labels"] and item["status"] == "open" for item in bugs["items"])
    assert (await called("github", settings, "list_issues", status="waiting"))["total"] == 0
    march = await called("github", settings, "list_issues", since="2026-03-01", until="2026-03-31", limit=50)
    assert march["items"]
    assert {item["created_at"][:7] for item in march["items"]} == {"2026-03"}


async def test_a_search_falls_back_to_the_longest_words(vendor: VendorServer) -> None:
    page = await called(
        "github", settings_of(vendor.url), "search_issues", query="the customer says case17 is returning nonsense"
    )
    assert f"project_tracker/{APP}#17" in {item["ref"] for item in page["items"]}


async def test_an_issue_is_created_once_for_a_key(vendor: VendorServer, data: GitHub) -> None:
    given = {"type": "bug", "title": "New one", "description": "It @breaks.", "priority": "p1", "idempotency_key": "k"}
    first = (await called("github", settings_of(vendor.url), "create_issue", **given))["item"]
    again = (await called("github", settings_of(vendor.url), "create_issue", **given))["item"]
    assert first["ref"] == again["ref"]
    assert (first["labels"], first["comments"][0]["text"]) == (["bug", "p1"], "It @breaks.")
    plain = {"type": "bug", "title": "Another", "description": "It breaks too.", "idempotency_key": "l"}
    assert (await called("github", settings_of(vendor.url), "create_issue", **plain))["item"]["labels"] == ["bug"]


@pytest.mark.parametrize(
    "headers",
    [{"Retry-After": "60"}, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(time.time()) + 86_400)}],
)
async def test_a_limit_that_comes_as_a_refusal_is_a_limit(vendor: VendorServer, headers: dict[str, str]) -> None:
    vendor.next_replies = [Reply({"message": "secondary rate limit", "documentation_url": "x"}, 403, headers)] * 3
    with pytest.raises(Refused, match="wants fewer calls") as refusal:
        await called("github", settings_of(vendor.url, total_s=3), "read_issue", id=f"{APP}#1")
    assert refusal.value.kind == "rate_limited"


async def test_a_plain_refusal_is_one(vendor: VendorServer) -> None:
    vendor.next_replies = [Reply({"message": "Resource not accessible", "documentation_url": "x"}, 403)]
    with pytest.raises(Refused, match="does not let our account do this") as refusal:
        await called("github", settings_of(vendor.url), "list_issues")
    assert refusal.value.kind == "denied"


async def test_a_wrong_token_is_said(vendor: VendorServer) -> None:
    with pytest.raises(Refused, match="refused our credentials"):
        await called("github", settings_of(vendor.url, token="wrong"), "list_issues")
