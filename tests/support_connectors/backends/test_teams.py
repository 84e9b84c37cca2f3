"""Microsoft Teams on a stand-in that holds both sides to Graph's published description."""

import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from tests.faults import FAULTS, Fault
from tests.support_connectors.backends.hosted import called, passes_the_suite, stands_the_fault
from tests.support_connectors.vendors.openapi import Reply, VendorServer
from tests.support_connectors.vendors.teams import (
    CARD,
    CHAT,
    CLIENT,
    CLOSED,
    DELETED,
    GENERAL,
    HOSTILE,
    INCIDENTS,
    OPS,
    PLATFORM,
    REFRESH,
    REPLY,
    SECRET,
    SUPPORT,
    TENANT,
    THREAD,
    Graph,
)

from support_connectors.backend import Paging
from support_connectors.contract.report import Refused
from support_connectors.systems import UnusableSystem, connect_system


@pytest.fixture
def data() -> Graph:
    return Graph()


@pytest.fixture
def vendor(data: Graph) -> Iterator[VendorServer]:
    with data.server() as server:
        yield server
    assert server.violations == []


def settings_of(url: str, **more: Any) -> dict[str, Any]:
    known = {"url": f"{url}/v1.0", "login_url": url, "tenant": TENANT, "client_id": CLIENT, "client_secret": SECRET}
    return {**known, "teams": [SUPPORT, PLATFORM], **more}


def as_person(url: str, **more: Any) -> dict[str, Any]:
    return settings_of(url, refresh_token=REFRESH, **more)


async def test_the_app_alone_keeps_the_reading_contract(vendor: VendorServer) -> None:
    await passes_the_suite("teams", settings_of(vendor.url), vendor, writes=False)


async def test_with_a_persons_token_it_keeps_the_contract(vendor: VendorServer) -> None:
    await passes_the_suite("teams", as_person(vendor.url), vendor)


@pytest.mark.parametrize("fault", FAULTS)
async def test_faults_are_typed_errors(vendor: VendorServer, data: Graph, fault: Fault) -> None:
    row = data.rows[GENERAL][0]
    many = {"value": [{**row, "id": str(1_700_000_000_000 + number)} for number in range(10_000)]}
    await stands_the_fault(
        "teams", fault, vendor.url, settings_of, f"{GENERAL}-{THREAD}", many=many, only="messages?"
    )  # fmt: skip


async def test_lists_hold_answers_and_leave_out_what_nobody_said(vendor: VendorServer) -> None:
    page = await called("teams", settings_of(vendor.url), "list_chat_messages", until="2026-01-05T08:59:59Z", limit=50)
    assert [item["text"].splitlines()[0] for item in page["items"]] == [
        "Fixed by a restart", "Queue depth is 40k", "Exports", "Latency above 2s on eu-1", "<script> Maya Ortiz 🙂",
    ]  # fmt: skip
    assert {item["channel"] for item in page["items"]} == {"Support/General", "Support/Incidents"}
    general = await called("teams", settings_of(vendor.url), "list_chat_messages", channel="general", limit=50)
    assert {item["channel"] for item in general["items"]} == {"Support/General", "Platform/General"}
    one = await called("teams", settings_of(vendor.url), "list_chat_messages", channel="#Platform/General", limit=50)
    assert {item["channel"] for item in one["items"]} == {"Platform/General"}


async def test_an_answer_is_read_in_its_thread_then_in_its_channel(vendor: VendorServer) -> None:
    name = f"{GENERAL}-{THREAD}-{REPLY}"
    found = await called("teams", settings_of(vendor.url), "read_chat_message", id=name, neighbours=3)
    assert found["item"]["extra"]["thread"] == f"{GENERAL}-{THREAD}"
    assert [item["text"] for item in found["before"]] == [
        "<script> Maya Ortiz 🙂",
        "Exports\nBulk export stalls for Globex",
    ]
    assert [item["text"] for item in found["after"]] == [
        "Fixed by a restart",
        "Acme Corp: API returning 500 errors, case 0",
        "Acme Corp: API returning 500 errors, case 3",
    ]
    link = f"https://teams.microsoft.com/l/message/{quote(GENERAL)}/{REPLY}?groupId=g&parentMessageId={THREAD}"
    for other in (link, f"chat/{name}"):
        again = await called("teams", settings_of(vendor.url), "read_chat_message", id=other, neighbours=0)
        assert again["item"] == found["item"]


async def test_html_and_cards_are_plain_text(vendor: VendorServer) -> None:
    item = (await called("teams", settings_of(vendor.url), "read_chat_message", id=f"{GENERAL}-{HOSTILE}"))["item"]
    assert item["text"] == "<script> Maya Ortiz 🙂"
    assert item["extra"]["files"] == ["trace.log"]
    card = (await called("teams", settings_of(vendor.url), "read_chat_message", id=f"{INCIDENTS}-{CARD}"))["item"]
    assert (card["author"], card["text"]) == ("Pager", "Latency above 2s on eu-1")


async def test_a_search_shows_no_chats_and_falls_back_to_fewer_words(vendor: VendorServer) -> None:
    for settings in (settings_of(vendor.url), as_person(vendor.url)):
        assert (await called("teams", settings, "search_chat", query="secret"))["items"] == []
        found = (await called("teams", settings, "search_chat", query="why does the bulk export stall again"))["items"]
        assert found[0]["id"] == f"{GENERAL}-{THREAD}"
        deep = (await called("teams", settings, "search_chat", query="queue depth"))["items"]
        assert deep[0]["id"] == f"{GENERAL}-{THREAD}-{REPLY}"


async def test_configured_channels_are_a_wall_and_closed_ones_are_passed_over(vendor: VendorServer) -> None:
    settings = as_person(vendor.url, channels=["Support/General", "Leads"])
    page = await called("teams", settings, "list_chat_messages", limit=50)
    assert {item["channel"] for item in page["items"]} == {"Support/General"}
    found = await called("teams", settings, "search_chat", query="errors", limit=50)
    assert {item["channel"] for item in found["items"]} == {"Support/General"}
    for name in (f"{INCIDENTS}-{CARD}", f"{CHAT}-1767500000010", f"{OPS}-1767600000002"):
        with pytest.raises(Refused) as refusal:
            await called("teams", settings, "read_chat_message", id=name)
        assert (refusal.value.kind, name in str(refusal.value)) == ("not_found", True)
    with pytest.raises(Refused) as refusal:
        await called("teams", settings, "list_chat_messages", channel=CLOSED)
    assert refusal.value.kind == "denied"


async def test_what_was_deleted_is_not_found(vendor: VendorServer) -> None:
    for name in (f"{GENERAL}-{DELETED}", f"{GENERAL}-1767500099999", f"{GENERAL}-{THREAD}-1767500099999"):
        with pytest.raises(Refused) as refusal:
            await called("teams", settings_of(vendor.url), "read_chat_message", id=name)
        assert (refusal.value.kind, name in str(refusal.value)) == ("not_found", True)


async def test_a_post_is_a_persons_and_plain_text(vendor: VendorServer, data: Graph) -> None:
    arguments = {"channel": "Incidents", "text": "<b>@Maya</b> & co", "idempotency_key": "k1"}
    first = await called("teams", as_person(vendor.url), "post_chat_message", **arguments)
    again = await called("teams", as_person(vendor.url), "post_chat_message", **arguments)
    assert first["item"]["id"] == again["item"]["id"]
    assert first["item"]["text"] == arguments["text"]
    assert data.made == 1
    for settings, channel, text, kind in (
        (settings_of(vendor.url), "Incidents", "Hello", "denied"),
        (as_person(vendor.url), "General", "Hello", "invalid"),
        (as_person(vendor.url), "Nowhere", "Hello", "not_found"),
        (as_person(vendor.url), "Incidents", "x" * 30_000, "invalid"),
    ):
        with pytest.raises(Refused) as refusal:
            await called("teams", settings, "post_chat_message", channel=channel, text=text)
        assert refusal.value.kind == kind


async def test_a_token_is_renewed_before_it_ends_and_after_a_refusal(vendor: VendorServer, data: Graph) -> None:
    _, backend = connect_system("teams", as_person(vendor.url))
    with pytest.MonkeyPatch.context() as patch:
        clock = [1_000.0]
        patch.setattr(backend._graph._api._client._auth, "_clock", lambda: clock[0])  # type: ignore[union-attr]
        backend.search_chat("errors", Paging(1))  # type: ignore[union-attr]
        backend.search_chat("errors", Paging(1))  # type: ignore[union-attr]
        tokens = [request.body["refresh_token"] for request in vendor.requests if request.operation == "token"]
        assert tokens == [REFRESH]
        clock[0] += data.expires_in - 60  # not over yet, but soon
        backend.search_chat("errors", Paging(1))  # type: ignore[union-attr]
        data.granted.clear()  # revoked
        threads = [threading.Thread(target=backend.search_chat, args=("errors", Paging(1))) for _ in range(3)]  # type: ignore[union-attr]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    backend.close()  # type: ignore[union-attr]
    tokens = [request.body["refresh_token"] for request in vendor.requests if request.operation == "token"]
    assert tokens == [REFRESH, "refresh-token-1", "refresh-token-2"]


async def test_wrong_credentials_and_waits_are_told(vendor: VendorServer) -> None:
    with pytest.raises(Refused) as refusal:
        await called("teams", settings_of(vendor.url, client_secret="wrong"), "list_chat_messages")
    assert (refusal.value.kind, "AADSTS7000215" in str(refusal.value)) == ("denied", True)
    first = vendor.handlers["getTeam"]
    replies = [Reply({"error": {"code": "429", "message": "Slow down"}}, 429, {"Retry-After": "0.1"})]
    vendor.handlers = {**vendor.handlers, "getTeam": lambda request: replies.pop() if replies else first(request)}
    assert (await called("teams", settings_of(vendor.url), "list_chat_messages"))["items"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"client_secret": None}, "client_secret"),
        ({"teams": []}, "teams"),
        ({"login_url": "login.microsoftonline.com"}, "login_url"),
    ],
)
def test_settings_that_cannot_work_are_refused(more: dict[str, Any], said: str) -> None:
    with pytest.raises(UnusableSystem) as refusal:
        connect_system("teams", {**settings_of("https://graph.example"), **more})
    assert said in str(refusal.value)
