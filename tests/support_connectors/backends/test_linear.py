"""Linear on a stand-in that runs its published schema."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.faults import FAULTS, Fault
from tests.support_connectors.backends.hosted import called, passes_the_suite, stands_the_fault
from tests.support_connectors.vendors.linear import ELSEWHERE, ENG, HOSTILE, MOVED, OPS, TOKEN, TRASHED, Linear

from support_connectors.contract.report import Refused


@pytest.fixture
def vendor() -> Iterator[Linear]:
    with Linear() as server:
        yield server
    assert server.violations == []


def settings_of(url: str, **more: Any) -> dict[str, Any]:
    return {"url": url, "token": TOKEN, "teams": [ENG, OPS], **more}


async def test_the_contract_is_kept(vendor: Linear) -> None:
    await passes_the_suite("linear", settings_of(vendor.url), vendor)


@pytest.mark.parametrize("fault", FAULTS)
async def test_faults_are_typed_errors(vendor: Linear, fault: Fault) -> None:
    row = {key: value for key, value in vendor.issues[0].items() if key != "comments"}
    nodes = [{**row, "identifier": f"ENG-{number}"} for number in range(10_000)]
    page = {"nodes": nodes, "pageInfo": {"hasNextPage": False, "endCursor": None}, "totalCount": 10_000}
    many = {"data": {"issues": page, "searchIssues": page, "issue": None}}
    base = vendor.url.removesuffix("/graphql")
    await stands_the_fault(
        "linear", fault, base, lambda url: settings_of(f"{url}/graphql"), "ENG-1", many=many, only="graphql"
    )


async def test_hostile_text_is_text_and_a_long_talk_is_whole(vendor: Linear) -> None:
    odd = (await called("linear", settings_of(vendor.url), "read_issue", id=HOSTILE))["item"]
    assert "<img src=x onerror=alert(1)>" in odd["comments"][0]["text"]
    item = (await called("linear", settings_of(vendor.url), "read_issue", id="ENG-65"))["item"]
    assert item["people"] == [{"name": "Kim Lee", "relation": "author"}, {"name": "Ada Moss", "relation": "owner"}]
    assert [one["text"] for one in item["comments"]][1:] == [f"Remark {number}" for number in range(130)]
    assert item["comments_complete"]


async def test_an_issue_is_found_by_old_identifier_and_address(vendor: Linear) -> None:
    for given in (MOVED, "https://linear.app/x/issue/ENG-3/api-errors", "eng-3", "ENG-3-d"):
        assert (await called("linear", settings_of(vendor.url), "read_issue", id=given))["item"]["id"] == "ENG-3"


@pytest.mark.parametrize("given", [TRASHED, ELSEWHERE, "ENG-999", "no id"])
async def test_what_is_deleted_or_of_other_teams_is_not_found(vendor: Linear, given: str) -> None:
    with pytest.raises(Refused) as refusal:
        await called("linear", settings_of(vendor.url), "read_issue", id=given)
    assert refusal.value.kind == "not_found"


async def test_lists_are_cut_by_state_label_and_time(vendor: Linear) -> None:
    settings = settings_of(vendor.url)
    bugs = await called("linear", settings, "list_issues", type="bug", status="in progress", limit=50)
    assert bugs["items"]
    assert {(item["type"], item["status"]) for item in bugs["items"]} == {("Bug", "In Progress")}
    assert (await called("linear", settings, "list_issues", status="Waiting"))["items"] == []
    days = await called("linear", settings, "list_issues", since="2026-01-03", until="2026-01-03", limit=50)
    assert {item["created_at"][:10] for item in days["items"]} == {"2026-01-03"}


async def test_a_search_stays_in_its_teams_and_falls_back_to_the_longest_words(vendor: Linear) -> None:
    page = await called(
        "linear", settings_of(vendor.url), "search_issues", query="the customer says case17 fails badly"
    )
    assert [item["id"] for item in page["items"]] == ["ENG-17"]
    assert page["items"][0]["comments"][0]["text"].startswith("Seen by")
    await called("linear", settings_of(vendor.url), "search_issues", query='x") { viewer { email } } #')
    assert all("viewer" not in body["query"] for body in vendor.asked)
    assert all(body["variables"]["filter"]["team"]["key"]["in"] == [ENG, OPS] for body in vendor.asked)


async def test_an_issue_is_created_once_with_what_the_team_has(vendor: Linear) -> None:
    given = {
        "type": "bug",
        "title": "New one",
        "description": "It @breaks `a`.",
        "priority": "p1",
        "idempotency_key": "k",
    }
    first = (await called("linear", settings_of(vendor.url), "create_issue", **given))["item"]
    again = (await called("linear", settings_of(vendor.url), "create_issue", **given))["item"]
    assert first["id"] == again["id"] == "ENG-72"
    assert (first["type"], first["priority"], first["comments"][0]["text"]) == ("Bug", "High", "It @breaks `a`.")
    with pytest.raises(Refused, match="was used for another text"):
        await called("linear", settings_of(vendor.url), "create_issue", **{**given, "description": "Other."})


@pytest.mark.parametrize(
    ("status", "message", "code", "kind"),
    [
        (400, "Rate limit exceeded", "RATELIMITED", "rate_limited"),
        (200, "Access denied", "FORBIDDEN", "denied"),
        (200, "Something broke", "INTERNAL_SERVER_ERROR", "unavailable"),
        (400, "Argument Validation Error", "INVALID_INPUT", "invalid"),
    ],
)
async def test_errors_inside_answers_are_typed(vendor: Linear, status: int, message: str, code: str, kind: str) -> None:
    vendor.next_errors = [(status, message, code)]
    with pytest.raises(Refused) as refusal:
        await called("linear", settings_of(vendor.url), "list_issues")
    assert refusal.value.kind == kind


async def test_a_wrong_token_is_said(vendor: Linear) -> None:
    with pytest.raises(Refused, match="refused our credentials"):
        await called("linear", settings_of(vendor.url, token="wrong"), "list_issues")
