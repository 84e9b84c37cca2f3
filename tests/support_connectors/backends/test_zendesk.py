"""Zendesk on a stand-in that holds both sides to Zendesk's published description."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from tests.faults import FAULTS, Fault, FaultProxy
from tests.support_connectors.backends.hosted import called, passes_the_suite, stands_the_fault
from tests.support_connectors.vendors.openapi import Reply, VendorServer
from tests.support_connectors.vendors.zendesk import (
    API_TOKEN,
    CLIENT,
    CLIENT_SECRET,
    COUNT,
    DELETED,
    EMAIL,
    HOSTILE,
    HOSTILE_TICKET,
    LONG,
    REFRESH,
    SPAM,
    UNPRIORITISED,
    Zendesk,
    contract,
)

from support_connectors.contract.report import Refused
from support_connectors.systems import UnusableSystem, connect_system

OAUTH = {"access_token": "access-0", "client_id": CLIENT, "client_secret": CLIENT_SECRET}


@pytest.fixture
def data() -> Zendesk:
    return Zendesk()


@pytest.fixture
def vendor(data: Zendesk) -> Iterator[VendorServer]:
    with data.server() as server:
        yield server
    assert server.violations == []


def settings_of(url: str) -> dict[str, Any]:
    return {"url": url, "email": EMAIL, "api_token": API_TOKEN}


async def test_it_keeps_the_contract(vendor: VendorServer) -> None:
    await passes_the_suite("zendesk", settings_of(vendor.url), vendor)


@pytest.mark.parametrize("fault", FAULTS)
async def test_faults_are_typed_errors(vendor: VendorServer, fault: Fault) -> None:
    row = {"created_at": "2026-01-05T08:00:00Z", "status": "open", "requester_id": 1, "result_type": "ticket"}
    rows = [{**row, "id": number, "subject": "API errors"} for number in range(1, 10_001)]
    await stands_the_fault(
        "zendesk", fault, vendor.url, settings_of, "17", only="/search", many={"results": rows, "count": 10_000}
    )


@pytest.mark.parametrize(
    "answer",
    [
        [], 7, {}, {"results": 5, "count": 1}, {"results": [7], "count": 1}, {"results": [{}], "count": "many"}, {"ticket": 7},
        {"ticket": {"id": 17}, "users": 3}, {"results": [{"id": 1, "status": "open"}], "count": 1, "users": [{}]},
    ],
)  # fmt: skip
async def test_answers_of_another_shape_are_unreadable(answer: Any) -> None:
    with FaultProxy(fault="10,000 results", many=answer) as proxy:
        for tool, arguments in (
            ("list_tickets", {}),
            ("search_tickets", {"query": "errors"}),
            ("read_ticket", {"id": "17"}),
        ):
            refused = None
            page: dict[str, Any] = {"items": []}
            try:
                page = await called("zendesk", settings_of(proxy.url), tool, **arguments)
            except Refused as refusal:
                refused = refusal
            assert page["items"] == []
            assert refused is None or (refused.kind, "cannot be read" in str(refused)) == ("unavailable", True)


async def every(settings: dict[str, Any], tool: str, **arguments: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = await called("zendesk", settings, tool, cursor=cursor, **arguments)
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            assert page["total"] == len(items)
            return items


async def test_a_list_is_whole_newest_first_and_keeps_tickets_of_one_second(vendor: VendorServer) -> None:
    items = await every(settings_of(vendor.url), "list_tickets", limit=1)
    assert len(items) == len({item["id"] for item in items}) == COUNT + 2
    assert [item["created_at"] for item in items] == sorted((item["created_at"] for item in items), reverse=True)
    assert str(DELETED) not in {item["id"] for item in items}


async def test_a_ticket_that_comes_in_while_paging_shifts_nothing(vendor: VendorServer, data: Zendesk) -> None:
    settings = settings_of(vendor.url)
    first = await called("zendesk", settings, "list_tickets", limit=20)
    data._open(100, 21, "A new one", "It came in meanwhile")
    second = await called("zendesk", settings, "list_tickets", limit=20, cursor=first["next_cursor"])
    assert not {item["id"] for item in first["items"]} & {item["id"] for item in second["items"]}
    assert first["total"] == second["total"] == COUNT + 2


async def test_lists_are_narrowed_by_customer_status_and_time(vendor: VendorServer) -> None:
    settings = settings_of(vendor.url)
    acme = await every(settings, "list_tickets", customer="ACME corp", limit=50)
    assert {item["customer"] for item in acme} == {"Acme Corp"}
    assert acme == await every(settings, "list_tickets", customer="acc-acme", limit=50)
    held = await every(settings, "list_tickets", customer="Acme Corp", status="Open", since="2026-01-06", limit=50)
    assert {item["status"] for item in held} == {"open"}
    assert min(item["created_at"] for item in held) >= "2026-01-06"
    alone = await every(settings, "list_tickets", customer="Sid Vane", limit=50)
    assert [item["id"] for item in alone] == [str(SPAM)]
    assert (await called("zendesk", settings, "list_tickets", customer="Acme"))["items"] == []
    day = await every(settings, "list_tickets", since="2026-01-06", until="2026-01-06", limit=5)
    assert {item["created_at"][:10] for item in day} == {"2026-01-06"}
    assert len(day) == 24


async def test_a_thread_of_several_pages_with_notes_and_roles(vendor: VendorServer) -> None:
    ticket = (await called("zendesk", settings_of(vendor.url), "read_ticket", id=f"#{LONG}"))["item"]
    messages = ticket["messages"]
    assert len(messages) == 123
    assert [(one["author"], one["role"], one.get("internal", False)) for one in messages[:3]] == [
        ("Glen Park", "customer", False),
        ("Tom Keller", "agent", False),
        ("Tom Keller", "agent", True),
    ]
    assert messages[0]["account"] == "Globex"
    assert ticket["extra"]["assignee"] == "Tom Keller"
    again = (await called("zendesk", settings_of(vendor.url), "read_ticket", id=messages[5]["id"]))["item"]
    assert again == ticket


async def test_files_and_people_of_a_thread_are_records(vendor: VendorServer) -> None:
    settings = settings_of(vendor.url)
    ticket = (await called("zendesk", settings, "read_ticket", id=str(LONG)))["item"]
    first = ticket["messages"][0]
    assert first["attachments"] == [
        {
            "ref": f"{first['ref']}-a498483", "kind": "attachment", "id": f"{first['id']}-a498483", "name": "trace.log",
            "media_type": "text/plain", "size_bytes": 2532, "parent": first["ref"],
        },
        {
            "ref": f"{first['ref']}-a498484", "kind": "attachment", "id": f"{first['id']}-a498484", "name": "image/png",
            "media_type": "image/png", "parent": first["ref"],
        },
    ]  # fmt: skip
    assert "attachments" not in ticket["messages"][1]
    assert first["people"] == [
        {"name": "Glen Park", "email": "glen@globex.example", "account": "Globex", "relation": "author"}
    ]
    assert [(one["relation"], one["name"]) for one in ticket["people"]] == [
        ("requester", "Glen Park"),
        ("owner", "Tom Keller"),
    ]
    assert (await called("zendesk", settings, "read_ticket", id=first["attachments"][0]["ref"]))["item"] == ticket
    listed = await called("zendesk", settings, "list_tickets", limit=1)
    assert "people" not in listed["items"][0]


async def test_a_ticket_without_priority_kind_and_organization(vendor: VendorServer) -> None:
    plain = (await called("zendesk", settings_of(vendor.url), "read_ticket", id=str(UNPRIORITISED)))["item"]
    assert (plain["priority"], "ticket_kind" in plain) == ("", False)
    spam = (await called("zendesk", settings_of(vendor.url), "read_ticket", id=str(SPAM)))["item"]
    assert (spam["customer"], spam["extra"]["requester_suspended"]) == ("Sid Vane", True)
    assert spam["messages"][0]["extra"] == {"author_suspended": True}


async def test_a_deleted_ticket_is_not_found(vendor: VendorServer) -> None:
    with pytest.raises(Refused) as refusal:
        await called("zendesk", settings_of(vendor.url), "read_ticket", id=str(DELETED))
    assert (refusal.value.kind, str(DELETED) in str(refusal.value)) == ("not_found", True)
    assert (await called("zendesk", settings_of(vendor.url), "search_tickets", query="Deleted agent"))["items"] == []


async def test_hostile_text_is_text(vendor: VendorServer) -> None:
    ticket = (await called("zendesk", settings_of(vendor.url), "read_ticket", id=str(HOSTILE_TICKET)))["item"]
    assert ticket["subject"] == ticket["messages"][0]["text"] == HOSTILE


async def test_a_sentence_finds_tickets_that_hold_some_of_its_words(vendor: VendorServer) -> None:
    settings = settings_of(vendor.url)
    found = await every(
        settings, "search_tickets", query="why is the exporter of invoices so slow: bulk export?", limit=7
    )
    assert found[0]["subject"] == "Bulk export stalls"
    assert "Reference case" in found[0]["extra"]["description"]
    assert len({item["id"] for item in found}) == len(found) > 7
    page = await called("zendesk", settings, "search_tickets", query="errors", customer="Globex", limit=50)
    assert {item["customer"] for item in page["items"]} <= {"Globex"}
    assert (await called("zendesk", settings, "search_tickets", query="errors", customer="Nobody"))["items"] == []


async def test_a_search_ends_where_zendesk_ends_it(vendor: VendorServer, data: Zendesk) -> None:
    for number in range(2_000, 3_100):
        data._open(number, 21, "Reindexing", "Slow")
    cursor, items = None, []
    for _ in range(20):
        page = await called(
            "zendesk", settings_of(vendor.url), "search_tickets", query="reindexing", limit=48, cursor=cursor
        )
        items += page["items"]
        cursor = page["next_cursor"]
    assert (cursor, page["total"], len({item["id"] for item in items})) == (None, 1_100, 960)


async def test_a_write_that_may_have_happened_is_not_repeated(vendor: VendorServer) -> None:
    vendor.handlers = {**vendor.handlers, "UpdateTicket": lambda request: Reply({"error": "Unavailable"}, 503)}
    with pytest.raises(Refused) as refusal:
        await called("zendesk", settings_of(vendor.url), "reply_to_customer", id="17", text="Once")
    assert refusal.value.kind == "unavailable"
    assert [request.operation for request in vendor.requests].count("UpdateTicket") == 1


async def test_comments_that_we_may_not_read_leave_the_header(vendor: VendorServer, data: Zendesk) -> None:
    data.forbidden = {"ListTicketComments"}
    ticket = (await called("zendesk", settings_of(vendor.url), "read_ticket", id="17"))["item"]
    assert (ticket["messages"], ticket["messages_complete"]) == ([], False)
    assert ticket["extra"]["not_readable"] == "comments"


async def test_a_limit_is_waited_for_when_it_is_short_and_said_when_it_is_long(vendor: VendorServer) -> None:
    settings = settings_of(vendor.url)
    vendor.next_replies.append(Reply({"error": "APIRateLimitExceeded"}, 429, {"Retry-After": "0.2"}))
    assert (await called("zendesk", settings, "read_ticket", id="17"))["item"]["id"] == "17"
    vendor.next_replies.append(Reply({"error": "APIRateLimitExceeded"}, 429, {"Retry-After": "93"}))
    with pytest.raises(Refused) as refusal:
        await called("zendesk", settings, "read_ticket", id="17")
    assert (refusal.value.kind, "93 s" in str(refusal.value)) == ("rate_limited", True)


async def test_a_token_that_ended_is_renewed_once_for_all_threads(vendor: VendorServer, data: Zendesk) -> None:
    _, backend = connect_system("zendesk", {"url": vendor.url, **OAUTH, "refresh_token": REFRESH})
    read: list[str] = []
    threads = [threading.Thread(target=lambda: read.append(backend.read_ticket("17").id)) for _ in range(6)]  # type: ignore[union-attr]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read == ["17"] * 6
    assert (data.renewals, data.refresh_token) == (1, "refresh-2")
    data.tokens = set()
    assert backend.read_ticket("17").id == "17"  # type: ignore[union-attr]
    assert data.renewals == 2
    backend.close()  # type: ignore[union-attr]


async def test_a_client_gets_tokens_of_its_own(vendor: VendorServer, data: Zendesk) -> None:
    settings = {"url": vendor.url, "client_id": CLIENT, "client_secret": CLIENT_SECRET}
    assert (await called("zendesk", settings, "read_ticket", id="17"))["item"]["id"] == "17"
    assert data.renewals == 1
    assert [request.body for request in vendor.requests if request.operation == "CreateTokenForGrantType"] == [
        {"client_id": CLIENT, "client_secret": CLIENT_SECRET, "grant_type": "client_credentials", "scope": "read write"}
    ]


async def test_a_refused_renewal_is_no_permission(vendor: VendorServer) -> None:
    for wrong in ({"refresh_token": "used-up"}, {"client_secret": "wrong"}):
        with pytest.raises(Refused) as refusal:
            await called("zendesk", {"url": vendor.url, **OAUTH, **wrong}, "read_ticket", id="17")
        assert (refusal.value.kind, "log in anew" in str(refusal.value)) == ("denied", True)
    with pytest.raises(Refused) as refusal:
        await called("zendesk", {"url": vendor.url, "access_token": "access-0"}, "read_ticket", id="17")
    assert refusal.value.kind == "denied"


async def test_a_reply_is_public_and_its_marker_is_not(vendor: VendorServer, data: Zendesk) -> None:
    arguments = {"id": "17", "text": "Hi {{ticket.requester.email}} {% x %}", "author": "Maya", "idempotency_key": "k"}
    first = (await called("zendesk", settings_of(vendor.url), "reply_to_customer", **arguments))["item"]
    assert first == (await called("zendesk", settings_of(vendor.url), "reply_to_customer", **arguments))["item"]
    assert (first["text"], first["role"], first.get("internal", False)) == (arguments["text"], "agent", False)
    kept = data.comments[17][-1]
    assert (kept["public"], "FILLED" in kept["html_body"], "[ce:" in kept["html_body"]) == (True, False, False)
    assert data.audits[17][-1]["metadata"]["custom"]["customer_escalation_author"] == "Maya"
    with pytest.raises(Refused) as refusal:
        await called("zendesk", settings_of(vendor.url), "add_internal_note", **arguments)
    assert refusal.value.kind == "invalid"


async def test_statuses_are_set_once_by_zendesks_name_or_the_accounts(vendor: VendorServer, data: Zendesk) -> None:
    settings = settings_of(vendor.url)
    arguments = {"id": "18", "status": "On hold", "idempotency_key": "s"}
    assert (await called("zendesk", settings, "set_ticket_status", **arguments))["item"]["status"] == "hold"
    data.tickets[18]["status"] = "open"
    again = (await called("zendesk", settings, "set_ticket_status", **arguments))["item"]
    assert (again["status"], again["customer"]) == ("open", "Acme Corp")
    own = (await called("zendesk", settings, "set_ticket_status", id="18", status="with ENGINEERING"))["item"]
    assert (own["status"], data.tickets[18]["custom_status_id"]) == ("open", 71)
    with pytest.raises(Refused) as refusal:
        await called("zendesk", settings, "set_ticket_status", id="18", status="burning")
    assert (refusal.value.kind, "With engineering" in str(refusal.value)) == ("invalid", True)


async def test_a_closed_ticket_takes_nothing_more(vendor: VendorServer, data: Zendesk) -> None:
    data.tickets[19]["status"] = "closed"
    with pytest.raises(Refused) as refusal:
        await called("zendesk", settings_of(vendor.url), "reply_to_customer", id="19", text="Too late")
    assert (refusal.value.kind, "closed prevents" in str(refusal.value)) == ("invalid", True)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"email": EMAIL, "api_token": API_TOKEN}, "subdomain"),
        ({"subdomain": "acme.evil/x", "access_token": "t"}, "url"),
        ({"subdomain": "acme"}, "access_token"),
        ({"subdomain": "acme", "email": EMAIL, "api_token": API_TOKEN, "access_token": "t"}, "both"),
        ({"subdomain": "acme", "access_token": "t", "refresh_token": "r"}, "client_id"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(UnusableSystem) as refusal:
        connect_system("zendesk", settings)
    assert said in str(refusal.value) or "subdomain" in str(refusal.value)


def test_the_description_names_its_source() -> None:
    assert "oas.yaml" in contract()["x-source"]["from"]
