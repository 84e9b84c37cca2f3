"""Intercom on a stand-in that holds both sides to Intercom's published description."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.faults import FAULTS, Fault, FaultProxy
from tests.support_connectors.backends.hosted import called, passes_the_suite, stands_the_fault
from tests.support_connectors.vendors.intercom import (
    ADMIN,
    BASE,
    BUSY,
    COLLEAGUE,
    COUNT,
    DELETED,
    HOSTILE,
    HOSTILE_ID,
    LONG,
    OUTBOUND,
    TOKEN,
    Intercom,
    contract,
)
from tests.support_connectors.vendors.openapi import Reply, VendorServer

from support_connectors.contract.report import Refused


@pytest.fixture
def data() -> Intercom:
    return Intercom()


@pytest.fixture
def vendor(data: Intercom) -> Iterator[VendorServer]:
    with data.server() as server:
        yield server
    assert server.violations == []


def settings_of(url: str) -> dict[str, Any]:
    return {"url": url, "access_token": TOKEN}


async def test_it_keeps_the_contract(vendor: VendorServer) -> None:
    await passes_the_suite("intercom", settings_of(vendor.url), vendor)


@pytest.mark.parametrize("fault", FAULTS)
async def test_faults_are_typed_errors(vendor: VendorServer, fault: Fault) -> None:
    source = {
        "type": "conversation",
        "body": "<p>API errors</p>",
        "author": {"type": "user", "id": "u", "name": "Dana"},
    }
    row = {
        "type": "conversation",
        "created_at": 1_767_600_000,
        "state": "open",
        "source": source,
        "company": {"name": "Acme"},
    }
    rows = [{**row, "id": str(number)} for number in range(1, 10_001)]
    await stands_the_fault(
        "intercom", fault, vendor.url, settings_of, str(LONG), only="/conversations/search",
        many={"type": "conversation.list", "conversations": rows, "total_count": 10_000, "pages": None},
    )  # fmt: skip


@pytest.mark.parametrize(
    "answer",
    [
        [], 7, {}, {"conversations": 5}, {"conversations": [7]}, {"conversations": [{}]}, {"id": "7", "source": 5},
        {"conversations": [{"id": "7", "created_at": "soon", "contacts": {"contacts": [3]}}]},
        {"id": "7", "created_at": 1, "conversation_parts": {"conversation_parts": [3]}},
    ],
)  # fmt: skip
async def test_answers_of_another_shape_are_unreadable(answer: Any) -> None:
    with FaultProxy(fault="10,000 results", many=answer) as proxy:
        for tool, arguments in (
            ("list_tickets", {}),
            ("search_tickets", {"query": "errors"}),
            ("read_ticket", {"id": str(LONG)}),
        ):
            refused = None
            page: dict[str, Any] = {"items": []}
            try:
                page = await called("intercom", settings_of(proxy.url), tool, **arguments)
            except Refused as refusal:
                refused = refusal
            assert page["items"] == []
            assert refused is None or (refused.kind, "cannot be read" in str(refused)) == ("unavailable", True)


async def every(settings: dict[str, Any], tool: str, **arguments: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = await called("intercom", settings, tool, cursor=cursor, **arguments)
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return items


async def test_a_list_is_whole_newest_first_and_names_companies(vendor: VendorServer) -> None:
    items = await every(settings_of(vendor.url), "list_tickets", limit=25)
    assert len({item["id"] for item in items}) == COUNT + 2
    assert [item["created_at"] for item in items] == sorted((item["created_at"] for item in items), reverse=True)
    assert {item["customer"] for item in items} == {"Acme Corp", "Globex", "Initech", "Sam Alone"}
    kept = [request.operation for request in vendor.requests]
    assert kept.count("RetrieveACompanyById") <= 3 * kept.count("searchConversations")


async def test_lists_are_narrowed_by_customer_status_and_exact_times(vendor: VendorServer) -> None:
    settings = settings_of(vendor.url)
    acme = await every(settings, "list_tickets", customer="ACME Corp", limit=50)
    assert ({item["customer"] for item in acme}, len(acme)) == ({"Acme Corp"}, 22)
    assert acme == await every(settings, "list_tickets", customer="acc-acme", limit=50)
    assert [item["id"] for item in await every(settings, "list_tickets", customer="Sam Alone")] == [str(OUTBOUND)]
    held = await every(settings, "list_tickets", status="Closed", limit=50)
    assert {item["status"] for item in held} == {"closed"}
    few = await every(settings, "list_tickets", since="2026-01-05T10:00:00Z", until="2026-01-05T12:00:00Z", limit=2)
    assert [item["created_at"][11:16] for item in few] == ["12:00", "11:00", "10:00"]


async def test_a_thread_with_its_opening_notes_roles_and_files(vendor: VendorServer) -> None:
    ticket = (await called("intercom", settings_of(vendor.url), "read_ticket", id=str(BASE + 3)))["item"]
    messages = ticket["messages"]
    assert [(one["author"], one["role"], one.get("internal", False)) for one in messages] == [
        ("Dana Whitfield", "customer", False),
        ("Tom Keller", "agent", False),
        ("Tom Keller", "agent", True),
    ]
    assert messages[0]["text"] == "Invoice shows the wrong seats since this morning.\n\nReference case-003"
    assert ticket["subject"] == "Invoice shows the wrong seats since this morning."
    assert messages[1]["attachments"] == [
        {
            "ref": f"{messages[1]['ref']}-a1", "kind": "attachment", "id": f"{messages[1]['id']}-a1", "name": "trace.log",
            "media_type": "text/plain", "size_bytes": 2048, "parent": messages[1]["ref"],
        }
    ]  # fmt: skip
    assert messages[0]["people"] == [
        {"name": "Dana Whitfield", "email": "ct-dana@customer.example", "relation": "author"}
    ]
    file = messages[1]["attachments"][0]["ref"]
    assert (await called("intercom", settings_of(vendor.url), "read_ticket", id=file))["item"] == ticket
    assert ticket["extra"]["attributes"] == {"Plan": "gold", "seats": 12}
    again = (await called("intercom", settings_of(vendor.url), "read_ticket", id=messages[1]["ref"]))["item"]
    assert again == ticket
    long = (await called("intercom", settings_of(vendor.url), "read_ticket", id=str(LONG)))["item"]
    assert len(long["messages"]) == 43


async def test_a_thread_that_intercom_gives_in_part_says_so(vendor: VendorServer) -> None:
    ticket = (await called("intercom", settings_of(vendor.url), "read_ticket", id=str(BUSY)))["item"]
    assert (ticket["messages_complete"], "newest 500" in ticket["extra"]["not_readable"]) == (False, True)


async def test_hostile_text_is_text(vendor: VendorServer) -> None:
    ticket = (await called("intercom", settings_of(vendor.url), "read_ticket", id=str(HOSTILE_ID)))["item"]
    assert ticket["subject"] == ticket["messages"][0]["text"] == HOSTILE


async def test_a_deleted_conversation_and_a_strange_id_are_not_found(vendor: VendorServer) -> None:
    for name in (str(DELETED), "last", "../me"):
        with pytest.raises(Refused) as refusal:
            await called("intercom", settings_of(vendor.url), "read_ticket", id=name)
        assert (refusal.value.kind, name in str(refusal.value)) == ("not_found", True)


async def test_a_sentence_finds_what_holds_more_of_its_words_first(vendor: VendorServer) -> None:
    settings = settings_of(vendor.url)
    found = await every(settings, "search_tickets", query="why does their bulk export of errors stall?", limit=9)
    assert found[0]["extra"]["opening"].startswith("Bulk export stalls")
    assert len({item["id"] for item in found}) == len(found)
    page = await called("intercom", settings, "search_tickets", query="export", customer="Globex", limit=50)
    assert {item["customer"] for item in page["items"]} == {"Globex"}


async def test_contacts_that_we_may_not_read_leave_the_writers_name(vendor: VendorServer, data: Intercom) -> None:
    data.forbidden = {"SearchContacts"}
    ticket = (await called("intercom", settings_of(vendor.url), "read_ticket", id=str(BASE + 1)))["item"]
    assert ticket["customer"] == "Glen Park"


async def test_a_limit_is_waited_for_when_it_is_short_and_said_when_it_is_long(vendor: VendorServer) -> None:
    settings = settings_of(vendor.url)
    full = {"type": "error.list", "errors": [{"code": "rate_limit_exceeded", "message": "Exceeded rate limit of 83"}]}
    vendor.next_replies.append(Reply(full, 429, {"X-RateLimit-Reset": str(int(time.time()) + 1)}))
    assert (await called("intercom", settings, "read_ticket", id=str(LONG)))["item"]["id"] == str(LONG)
    vendor.next_replies.append(Reply(full, 429, {"X-RateLimit-Reset": str(int(time.time()) + 3600)}))
    with pytest.raises(Refused) as refusal:
        await called("intercom", settings, "read_ticket", id=str(LONG))
    assert (refusal.value.kind, "Exceeded rate limit" in str(refusal.value)) == ("rate_limited", True)
    wait = re.search(r"after (\d+)", str(refusal.value))
    assert wait
    assert 3000 < int(wait[1]) <= 3600


async def test_a_reply_is_seen_and_a_note_is_not(vendor: VendorServer, data: Intercom) -> None:
    settings = settings_of(vendor.url)
    arguments = {"id": str(BASE + 5), "text": "Fixed in <v2> & live", "idempotency_key": "k"}
    first = (await called("intercom", settings, "reply_to_customer", **arguments))["item"]
    assert first == (await called("intercom", settings, "reply_to_customer", **arguments))["item"]
    assert (first["text"], first["role"], first.get("internal", False)) == ("Fixed in <v2> & live", "agent", False)
    parts = data.conversations[BASE + 5]["conversation_parts"]["conversation_parts"]
    assert [(part["part_type"], part["author"]["id"]) for part in parts[3:]] == [("comment", ADMIN)]
    assert "&lt;v2&gt; &amp; live" in parts[-1]["body"]
    with pytest.raises(Refused) as refusal:
        await called("intercom", settings, "add_internal_note", **arguments)
    assert refusal.value.kind == "invalid"
    await called(
        "intercom", {**settings, "admin_id": COLLEAGUE}, "add_internal_note", id=str(BASE + 5), text="Told them"
    )
    assert (parts[-1]["part_type"], parts[-1]["author"]["id"]) == ("note", COLLEAGUE)


async def test_what_reads_is_tried_again_and_a_write_that_may_have_happened_is_not(vendor: VendorServer) -> None:
    down = Reply({"type": "error.list", "errors": [{"code": "server_error"}]}, 503)
    vendor.next_replies.append(down)
    assert (await called("intercom", settings_of(vendor.url), "list_tickets", limit=1))["items"]
    vendor.handlers = {**vendor.handlers, "replyConversation": lambda request: down}
    with pytest.raises(Refused) as refusal:
        await called("intercom", settings_of(vendor.url), "reply_to_customer", id=str(LONG), text="Once")
    assert refusal.value.kind == "unavailable"
    assert [request.operation for request in vendor.requests].count("replyConversation") == 1


async def test_the_state_is_set_once(vendor: VendorServer, data: Intercom) -> None:
    settings = settings_of(vendor.url)
    for _ in range(2):
        item = (await called("intercom", settings, "set_ticket_status", id=str(BASE + 6), status="Closed"))["item"]
        assert item["status"] == "closed"
    parts = data.conversations[BASE + 6]["conversation_parts"]["conversation_parts"]
    assert len([part for part in parts if part["part_type"] == "close"]) <= 1
    item = (await called("intercom", settings, "set_ticket_status", id=str(BASE + 6), status="open"))["item"]
    assert item["status"] == "open"
    with pytest.raises(Refused) as refusal:
        await called("intercom", settings, "set_ticket_status", id=str(BASE + 6), status="snoozed")
    assert refusal.value.kind == "invalid"


async def test_a_wrong_token_is_no_permission(vendor: VendorServer) -> None:
    with pytest.raises(Refused) as refusal:
        await called("intercom", {"url": vendor.url, "access_token": "wrong"}, "list_tickets")
    assert refusal.value.kind == "denied"


def test_the_description_names_its_source() -> None:
    assert contract()["x-source"]["license"] == "MIT"
