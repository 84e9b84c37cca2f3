"""HubSpot on a stand-in that holds both sides to HubSpot's published description."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.faults import FAULTS, Fault
from tests.support_connectors.backends.hosted import called, passes_the_suite, stands_the_fault
from tests.support_connectors.vendors.hubspot import ACME, DELETED, TOKEN, HubSpot
from tests.support_connectors.vendors.openapi import Reply, VendorServer

from support_connectors.contract.report import Refused


@pytest.fixture
def data() -> HubSpot:
    return HubSpot()


@pytest.fixture
def vendor(data: HubSpot) -> Iterator[VendorServer]:
    with data.server() as server:
        yield server
    assert server.violations == []


def settings_of(url: str, **more: Any) -> dict[str, Any]:
    return {"url": url, "token": TOKEN, **more}


async def test_the_contract_is_kept(vendor: VendorServer) -> None:
    await passes_the_suite("hubspot", settings_of(vendor.url), vendor)


@pytest.mark.parametrize("fault", FAULTS)
async def test_faults_are_typed_errors(vendor: VendorServer, data: HubSpot, fault: Fault) -> None:
    many = {"total": 10_000, "results": [{**data.objects["companies"][ACME], "id": str(n)} for n in range(10_000)]}
    await stands_the_fault("hubspot", fault, vendor.url, settings_of, ACME, many=many, only="/search")


async def test_an_account_is_read_whole(vendor: VendorServer) -> None:
    promised = {"sla_by_tier": {"enterprise": {"first_response_h": 1, "update_h": 4, "coverage": "24x7"}}}
    item = (await called("hubspot", settings_of(vendor.url, **promised), "read_account", id="Acme Corp"))["item"]
    assert (item["ref"], item["tier"], item["arr_usd"], item["renewal"]) == (
        "crm/1001",
        "Enterprise",
        1000,
        "2027-01-01",
    )
    assert item["sla"] == {"first_response_h": 1, "update_h": 4, "coverage": "24x7"}
    assert item["contacts"] == [{"name": "Dana Reyes", "email": "dana@acme.example", "title": "CTO"}]
    assert [(deal["name"], deal.get("amount_usd"), deal["close"]) for deal in item["open_deals"]] == [
        ("Renewal", 26000.5, "2026-12-31"),
        ("EU", None, None),
    ]
    assert [one["text"] for one in item["timeline"]] == ["Worried about 500 errors"]


async def test_the_newest_notes_are_read_and_a_write_is_found_among_more(vendor: VendorServer, data: HubSpot) -> None:
    write = {"id": ACME, "text": "They will wait until Friday.", "idempotency_key": "once"}
    first = (await called("hubspot", settings_of(vendor.url), "log_account_activity", **write))["item"]
    for number in range(150):
        note = {"hs_note_body": f"<p>Later {number}</p>", "hs_timestamp": f"2026-12-01T10:{number % 60:02d}:00Z"}
        data._link(ACME, "notes", data._add("notes", str(7000 + number), **note))
    again = (await called("hubspot", settings_of(vendor.url), "log_account_activity", **write))["item"]
    assert again["id"] == first["id"]
    assert sum("until Friday" in note["properties"]["hs_note_body"] for note in data.objects["notes"].values()) == 1
    item = (await called("hubspot", settings_of(vendor.url), "read_account", id=ACME))["item"]
    assert {one["text"] for one in item["timeline"]} == {f"Later {number}" for number in range(50, 150)}


async def test_one_of_two_accounts_of_a_name_is_not_taken(vendor: VendorServer, data: HubSpot) -> None:
    data.objects["companies"]["1002"]["properties"]["name"] = "Acme Corp"
    with pytest.raises(Refused, match=f"{ACME} or 1002") as refusal:
        await called("hubspot", settings_of(vendor.url), "read_account", id="Acme Corp")
    assert refusal.value.kind == "invalid"


async def test_revenue_in_another_currency_is_not_taken_for_dollars(vendor: VendorServer) -> None:
    item = (await called("hubspot", settings_of(vendor.url, currency="EUR"), "read_account", id=ACME))["item"]
    assert item["arr_usd"] is None
    assert item["extra"]["arr"] == "1000 EUR"


async def test_a_sentence_finds_the_customer_that_it_names(vendor: VendorServer) -> None:
    page = await called(
        "hubspot", settings_of(vendor.url), "search_accounts", query="API returning 500 errors for Acme Corp"
    )
    assert page["items"][0]["name"] == "Acme Corp"


async def test_accounts_are_listed_by_name_tier_and_renewal_over_several_pages(vendor: VendorServer) -> None:
    settings = settings_of(vendor.url)
    first = await called("hubspot", settings, "list_accounts", limit=50)
    second = await called("hubspot", settings, "list_accounts", limit=50, cursor=first["next_cursor"])
    names = [item["name"] for item in first["items"] + second["items"]]
    assert (len(names), names) == (63, sorted(names))
    growth = await called("hubspot", settings, "list_accounts", tier="growth", since="2027-02-01", until="2027-02-28")
    assert growth["items"]
    assert {(item["tier"], item["renewal"]) for item in growth["items"]} == {("Growth", "2027-02-01")}


async def test_a_deleted_account_is_not_found(vendor: VendorServer) -> None:
    with pytest.raises(Refused, match=DELETED) as refusal:
        await called("hubspot", settings_of(vendor.url), "read_account", id=DELETED)
    assert refusal.value.kind == "not_found"


async def test_a_limit_is_waited_for_and_then_said(vendor: VendorServer) -> None:
    limited = Reply({"message": "secondly", "category": "RATE_LIMITS", "correlationId": "x"}, 429, {"Retry-After": "0"})
    vendor.next_replies = [limited]
    assert (await called("hubspot", settings_of(vendor.url), "list_accounts"))["items"]
    vendor.next_replies = [limited] * 3
    with pytest.raises(Refused, match="wants fewer calls") as refusal:
        await called("hubspot", settings_of(vendor.url), "list_accounts")
    assert refusal.value.kind == "rate_limited"


async def test_a_missing_scope_is_said(vendor: VendorServer) -> None:
    vendor.next_replies = [
        Reply({"message": "requires scopes", "category": "MISSING_SCOPES", "correlationId": "x"}, 403)
    ]
    with pytest.raises(Refused, match="requires scopes") as refusal:
        await called("hubspot", settings_of(vendor.url), "list_accounts")
    assert refusal.value.kind == "denied"
