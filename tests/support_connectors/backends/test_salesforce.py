"""Salesforce on a stand-in after recorded answers of the real service."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.faults import FAULTS, Fault
from tests.support_connectors.backends.hosted import called, passes_the_suite, stands_the_fault
from tests.support_connectors.vendors.openapi import Reply, VendorServer
from tests.support_connectors.vendors.salesforce import ACME, CLIENT, DELETED, EURO, SECRET, Salesforce

from support_connectors.contract.report import Refused
from support_connectors.systems import UnusableSystem, connect_system


@pytest.fixture
def data() -> Salesforce:
    return Salesforce()


@pytest.fixture
def vendor(data: Salesforce) -> Iterator[VendorServer]:
    with data.server() as server:
        yield server
    assert server.violations == []


def settings_of(url: str, **more: Any) -> dict[str, Any]:
    return {"url": url, "client_id": CLIENT, "client_secret": SECRET, **more}


async def test_the_contract_is_kept(vendor: VendorServer) -> None:
    await passes_the_suite("salesforce", settings_of(vendor.url), vendor)


@pytest.mark.parametrize("fault", FAULTS)
async def test_faults_are_typed_errors(vendor: VendorServer, data: Salesforce, fault: Fault) -> None:
    row = {**data.accounts[ACME], "attributes": {"type": "Account", "url": "x"}}
    rows = [{**row, "Id": f"001{number:012d}AAA"} for number in range(10_000)]
    many = {"totalSize": 10_000, "done": True, "records": rows, "searchRecords": rows}
    await stands_the_fault(
        "salesforce", fault, vendor.url, lambda url: {"url": url, "access_token": data.session}, ACME, many=many,
        only="services/data", query="customer",
    )  # fmt: skip


async def test_an_account_is_read_whole(vendor: VendorServer) -> None:
    promised = {"sla_by_tier": {"business": {"first_response_h": 1, "update_h": 4}}}
    item = (await called("salesforce", settings_of(vendor.url, **promised), "read_account", id="acme corp"))["item"]
    assert (item["id"], item["tier"], item["arr_usd"], item["renewal"]) == (ACME, "Business", 1000, "2027-02-01")
    assert item["sla"] == {"first_response_h": 1, "update_h": 4}
    assert item["contacts"] == [{"name": "Dana Reyes", "email": "dana@acme.example", "title": "CTO"}]
    assert [(deal["name"], deal["amount_usd"], deal["close"]) for deal in item["open_deals"]] == [
        ("Renewal", 26000.5, "2026-12-31")
    ]
    assert [one["text"] for one in item["timeline"]] == [
        f"Call {number}\nWorried about 500 errors, call {number}" for number in range(3)
    ]


async def test_revenue_in_another_currency_is_not_taken_for_dollars(vendor: VendorServer) -> None:
    item = (await called("salesforce", settings_of(vendor.url), "read_account", id=EURO))["item"]
    assert item["arr_usd"] is None
    assert item["extra"]["arr"] == "3000 EUR"
    assert "amount_usd" not in item["open_deals"][0]


async def test_fields_that_are_not_there_leave_facts_unknown(vendor: VendorServer, data: Salesforce) -> None:
    data.fields -= {"CurrencyIsoCode", "Tier__c", "Owner.Name"}
    item = (await called("salesforce", settings_of(vendor.url), "read_account", id=ACME))["item"]
    assert (item["tier"], item["arr_usd"]) == (None, 1000)
    with pytest.raises(Refused, match="Tier__c"):
        await called("salesforce", settings_of(vendor.url), "list_accounts", tier="Enterprise")


async def test_what_is_hidden_is_left_out_and_named(vendor: VendorServer, data: Salesforce) -> None:
    data.hidden = {("Contact", "Title"), ("Opportunity", "Amount"), ("Account", "Industry")}
    item = (await called("salesforce", settings_of(vendor.url), "read_account", id=ACME))["item"]
    assert item["contacts"] == [{"name": "Dana Reyes", "email": "dana@acme.example"}]
    assert len(item["timeline"]) == 3
    assert item["extra"]["not_readable"] == "Account Industry, Contact Title, Opportunity Amount"
    assert (await called("salesforce", settings_of(vendor.url), "list_accounts"))["items"]


async def test_a_write_is_found_among_many_newer_ones(vendor: VendorServer, data: Salesforce) -> None:
    write = {"id": ACME, "text": "They will wait until Friday.", "idempotency_key": "once"}
    first = (await called("salesforce", settings_of(vendor.url), "log_account_activity", **write))["item"]
    for number in range(150):
        data._task(ACME, f"Later {number}", "Something else")
    again = (await called("salesforce", settings_of(vendor.url), "log_account_activity", **write))["item"]
    assert again == first
    assert sum("until Friday" in task["Description"] for task in data.tasks) == 1


async def test_a_write_that_could_not_be_found_again_is_refused(vendor: VendorServer, data: Salesforce) -> None:
    data.hidden = {("Task", "Description")}
    write = {"id": ACME, "text": "Hello", "idempotency_key": "once"}
    with pytest.raises(Refused, match=r"Task\.Description") as refusal:
        await called("salesforce", settings_of(vendor.url), "log_account_activity", **write)
    assert refusal.value.kind == "denied"
    assert len(data.tasks) == 3


async def test_the_subject_of_a_task_is_read_with_its_description(vendor: VendorServer, data: Salesforce) -> None:
    data._task(ACME, "May cancel the contract", "Notes of the call.")
    item = (await called("salesforce", settings_of(vendor.url), "read_account", id=ACME))["item"]
    assert item["timeline"][-1]["text"] == "May cancel the contract\nNotes of the call."


async def test_one_of_two_accounts_of_a_name_is_not_taken(vendor: VendorServer, data: Salesforce) -> None:
    data.accounts["001000000000002AAA"]["Name"] = "Acme Corp"
    with pytest.raises(Refused, match=f"{ACME} or 001000000000002AAA"):
        await called("salesforce", settings_of(vendor.url), "read_account", id="Acme Corp")


async def test_an_id_that_cannot_be_is_not_found(vendor: VendorServer) -> None:
    with pytest.raises(Refused) as refusal:
        await called("salesforce", settings_of(vendor.url), "read_account", id="001A00000000001AAA")
    assert refusal.value.kind == "not_found"


async def test_words_of_the_search_language_are_words(vendor: VendorServer) -> None:
    page = await called(
        "salesforce", settings_of(vendor.url), "search_accounts", query="Initech and not {Globex} or (x)"
    )
    assert {item["name"] for item in page["items"]} >= {"Initech", "Globex"}


@pytest.mark.parametrize(("name", "value"), [("tier_field", "Tier__c FROM User"), ("api_version", "62.0/../..")])
async def test_settings_cannot_change_a_query(name: str, value: str) -> None:
    with pytest.raises(UnusableSystem, match=name):
        connect_system("salesforce", settings_of("https://acme.my.salesforce.com", **{name: value}))


async def test_lists_go_on_over_many_answers(vendor: VendorServer) -> None:
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = await called("salesforce", settings_of(vendor.url), "list_accounts", limit=50, cursor=cursor)
        seen += [item["name"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == sorted(seen)
    assert len(set(seen)) == len(seen) == 69


async def test_a_session_that_ends_is_renewed_once(vendor: VendorServer, data: Salesforce) -> None:
    settings = settings_of(vendor.url, access_token="session-0")
    assert (await called("salesforce", settings, "read_account", id=ACME))["item"]["id"] == ACME
    assert data.sessions_asked == 1
    with pytest.raises(Refused, match="it ended"):
        await called("salesforce", {"url": vendor.url, "access_token": "session-0"}, "read_account", id=ACME)


@pytest.mark.parametrize("name", ["O'Brien' OR Name != '", "x\\' OR Id != 'y", "a\nb"])
async def test_a_query_cannot_be_turned_by_what_is_asked_for(vendor: VendorServer, name: str) -> None:
    page = await called("salesforce", settings_of(vendor.url), "list_accounts", customer=name)
    assert page["items"] == []
    with pytest.raises(Refused) as refusal:
        await called("salesforce", settings_of(vendor.url), "read_account", id=name)
    assert refusal.value.kind == "not_found"


async def test_what_is_deleted_is_not_found(vendor: VendorServer) -> None:
    with pytest.raises(Refused, match="it was deleted"):
        await called("salesforce", settings_of(vendor.url), "read_account", id=DELETED)


async def test_the_daily_limit_is_a_limit_and_other_refusals_are_refusals(vendor: VendorServer) -> None:
    for code, kind in (("REQUEST_LIMIT_EXCEEDED", "rate_limited"), ("API_DISABLED_FOR_ORG", "denied")):
        settings = settings_of(vendor.url, access_token="session-1")
        vendor.next_replies = [Reply([{"message": "no", "errorCode": code}], 403)]
        with pytest.raises(Refused) as refusal:
            await called("salesforce", settings, "list_accounts")
        assert refusal.value.kind == kind


async def test_wrong_credentials_are_said(vendor: VendorServer) -> None:
    with pytest.raises(Refused, match="refused our credentials") as refusal:
        await called("salesforce", settings_of(vendor.url, client_secret="wrong"), "list_accounts")
    assert refusal.value.kind == "denied"
