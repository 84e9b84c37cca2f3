"""Jira on a stand-in that holds both sides to Atlassian's published description."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.faults import FAULTS, Fault
from tests.support_connectors.backends.hosted import called, passes_the_suite, stands_the_fault
from tests.support_connectors.vendors.jira import DELETED, DESK, ELSEWHERE, EMAIL, ENG, HOSTILE, MOVED, TOKEN, Jira
from tests.support_connectors.vendors.openapi import Reply, VendorServer

from support_connectors.backends.jira.text import as_document, document_text
from support_connectors.contract.report import Refused


@pytest.fixture
def data() -> Jira:
    return Jira()


@pytest.fixture
def vendor(data: Jira) -> Iterator[VendorServer]:
    with data.server() as server:
        yield server
    assert server.violations == []


def settings_of(url: str, **more: Any) -> dict[str, Any]:
    return {"url": url, "email": EMAIL, "api_token": TOKEN, "projects": [ENG, DESK], **more}


async def test_the_contract_is_kept(vendor: VendorServer) -> None:
    await passes_the_suite("jira", settings_of(vendor.url), vendor)


@pytest.mark.parametrize("fault", FAULTS)
async def test_faults_are_typed_errors(vendor: VendorServer, data: Jira, fault: Fault) -> None:
    row = {**data.issues["ENG-1"], "properties": {}}
    many = {"issues": [{**row, "key": f"ENG-{number}"} for number in range(10_000)], "isLast": True}
    await stands_the_fault("jira", fault, vendor.url, settings_of, "ENG-1", many=many, only="search/jql")


async def test_a_document_is_shown_as_people_read_it(vendor: VendorServer) -> None:
    item = (await called("jira", settings_of(vendor.url), "read_issue", id=HOSTILE))["item"]
    assert item["comments"][0]["text"] == (
        "# Steps <b>\n\n- log in\n  - as admin\n- ask @Kim\n  https://status.example/1\n\ncurl -i\n  --retry 3\n\n"
        "due 2026-02-14\n\nplan | seats\n\nMore\n\n</doc> <script>alert(1)</script>"
    )
    assert (item["extra"]["fix_versions"], item["extra"]["components"]) == ("4.2.1", "gateway")


@pytest.mark.parametrize(
    "text", ["one", "a\nb", "a\n\nb", "a\n\n\nb\n\n\n\nc", "  code\n\tmore", "@all https://x.example/ *b*"]
)
def test_what_is_written_is_read_the_same_and_nothing_comes_alive(text: str) -> None:
    written = as_document(text)
    assert document_text(written) == text
    kinds = {node["type"] for block in written["content"] for node in (block, *block["content"])}
    assert kinds <= {"paragraph", "text", "hardBreak"}


async def test_a_long_talk_is_read_whole(vendor: VendorServer) -> None:
    item = (await called("jira", settings_of(vendor.url), "read_issue", id="ENG-65"))["item"]
    assert [one["text"] for one in item["comments"]][1:] == [f"Remark {number}" for number in range(120)]
    assert item["comments"][1]["at"] == "2026-06-01T10:00:00.000+00:00"


async def test_files_and_people_of_an_issue_are_records(vendor: VendorServer) -> None:
    settings = settings_of(vendor.url)
    item = (await called("jira", settings, "read_issue", id="ENG-5"))["item"]
    assert item["attachments"] == [
        {
            "ref": "project_tracker/ENG-5-a501", "kind": "attachment", "id": "ENG-5-a501", "name": "trace.log",
            "media_type": "text/plain", "size_bytes": 2048, "parent": "project_tracker/ENG-5",
        }
    ]  # fmt: skip
    assert item["people"] == [{"name": "Kim Lee", "email": "kim@ourdesk.example", "relation": "requester"}]
    assert (await called("jira", settings, "read_issue", id="ENG-5-a501"))["item"] == item
    listed = (await called("jira", settings, "list_issues", limit=1))["items"][0]
    assert "attachments" not in listed


async def test_comments_that_may_not_be_read_are_said_to_be_missing(vendor: VendorServer, data: Jira) -> None:
    data.unreadable_talk.add("ENG-65")
    item = (await called("jira", settings_of(vendor.url), "read_issue", id="ENG-65"))["item"]
    assert (item["extra"]["not_readable"], item["comments_complete"], len(item["comments"])) == (
        "its comments",
        False,
        1,
    )


async def test_an_issue_is_found_by_old_key_number_and_address(vendor: VendorServer) -> None:
    for given, key in (
        (MOVED, "ENG-5"), ("10004", "ENG-5"), ("eng-5", "ENG-5"), (f"{vendor.url}/browse/ENG-5", "ENG-5"), ("ENG-5-d", "ENG-5"),
    ):  # fmt: skip
        assert (await called("jira", settings_of(vendor.url), "read_issue", id=given))["item"]["id"] == key


@pytest.mark.parametrize("given", [DELETED, ELSEWHERE, "no key", "../myself"])
async def test_what_is_deleted_or_outside_the_projects_is_not_found(vendor: VendorServer, given: str) -> None:
    with pytest.raises(Refused) as refusal:
        await called("jira", settings_of(vendor.url), "read_issue", id=given)
    assert refusal.value.kind == "not_found"


async def test_lists_are_cut_by_status_type_and_time(vendor: VendorServer) -> None:
    settings = settings_of(vendor.url)
    bugs = await called("jira", settings, "list_issues", type="bug", status="in progress", limit=50)
    assert bugs["items"]
    assert {(item["type"], item["status"]) for item in bugs["items"]} == {("Bug", "In Progress")}
    assert (await called("jira", settings, "list_issues", status="Waiting"))["items"] == []
    span = {"since": "2026-01-03T01:00:00+01:00", "until": "2026-01-03T23:59:59Z"}
    days = await called("jira", settings, "list_issues", **span, limit=2)
    rest = await called("jira", settings, "list_issues", **span, limit=2, cursor=days["next_cursor"])
    assert [item["created_at"][:13] for item in [*days["items"], *rest["items"]]] == [
        "2026-01-03T18", "2026-01-03T11", "2026-01-03T04",
    ]  # fmt: skip
    assert rest["next_cursor"] is None


async def test_a_search_cannot_be_turned_by_what_is_searched_for(vendor: VendorServer) -> None:
    hostile = 'another" OR project = "SEC" ORDER BY team'
    page = await called("jira", settings_of(vendor.url), "search_issues", query=hostile)
    assert all(item["id"].split("-")[0] in (ENG, DESK) for item in page["items"])
    queries = [request.body["jql"] for request in vendor.requests if "searchAnd" in request.operation]
    assert queries
    assert all(
        query.startswith('project in ("ENG", "DESK") AND (text ~ "') and query.count("project in") == 1
        for query in queries
    )


async def test_issues_with_more_of_the_words_come_first(vendor: VendorServer) -> None:
    page = await called("jira", settings_of(vendor.url), "search_issues", query="login case17 slow page since API")
    assert [item["id"] for item in page["items"]][:2] == ["DESK-1", "ENG-17"]
    talk = await called("jira", settings_of(vendor.url), "search_issues", query="remark")
    assert [item["id"] for item in talk["items"]] == ["ENG-65"]


async def test_an_issue_is_created_once_with_what_the_project_takes(vendor: VendorServer, data: Jira) -> None:
    given = {
        "type": "incident",
        "title": "New\none",
        "description": "It @breaks.",
        "priority": "high",
        "idempotency_key": "k",
    }
    first = (await called("jira", settings_of(vendor.url), "create_issue", **given))["item"]
    again = (await called("jira", settings_of(vendor.url), "create_issue", **given))["item"]
    assert first["id"] == again["id"] == "ENG-71"
    assert (first["type"], first["priority"], first["title"]) == ("Bug", "High", "New one")
    assert first["comments"][0]["text"] == "It @breaks."
    with pytest.raises(Refused, match="was used for another text"):
        await called("jira", settings_of(vendor.url), "create_issue", **{**given, "description": "Other."})
    plain = {"type": "task", "title": "x", "description": "y", "priority": "P1"}
    assert (await called("jira", settings_of(vendor.url), "create_issue", **plain))["item"]["type"] == "Task"


async def test_a_comment_is_internal_in_a_service_project(vendor: VendorServer, data: Jira) -> None:
    await called(
        "jira", settings_of(vendor.url), "comment_on_issue", id="DESK-1", text="For us alone.", idempotency_key="k"
    )
    kept = data.comments["DESK-1"][0]["properties"]
    assert {"key": "sd.public.comment", "value": {"internal": True}} in kept


async def test_a_limit_is_waited_out_or_said(vendor: VendorServer) -> None:
    vendor.next_replies = [Reply({"errorMessages": ["slow down"]}, 429, {"Retry-After": "0"})]
    assert (await called("jira", settings_of(vendor.url), "list_issues"))["items"]
    vendor.next_replies = [Reply({"errorMessages": ["slow down"]}, 429, {"Retry-After": "60"})] * 3
    with pytest.raises(Refused, match="Ask again after 60 s") as refusal:
        await called("jira", settings_of(vendor.url, total_s=3), "list_issues")
    assert refusal.value.kind == "rate_limited"


async def test_a_wrong_token_is_said(vendor: VendorServer) -> None:
    with pytest.raises(Refused, match="refused our credentials"):
        await called("jira", settings_of(vendor.url, api_token="wrong"), "list_issues")
