"""Copies of records that only an assistant's own tools can read."""

from pathlib import Path
from typing import Any

from tests.customer_escalation.mcp_server.desk import desk, handed, scripted, workspace
from tests.customer_escalation.scripts import case, issue


def copies(name: str, category: str) -> list[dict[str, Any]]:
    """What an assistant would copy out of another server's results: the accounts of a case."""
    assert category == "crm"
    return [
        {
            "ref": f"crm/{row['id']}", "kind": "account", "customer": row["name"], "title": row["name"],
            "fields": [
                {"name": "tier", "value": row["tier"]}, {"name": "arr_usd", "value": str(row["arr_usd"])},
            ],
        }
        for row in case(name)["records"]["crm"]
    ]  # fmt: skip


ARR = "Revenue at risk"
AFFECTED = "Customers affected"


def figure(text: str, label: str) -> str:
    """The line that code would print under a label."""
    return next(line for line in text.splitlines() if line.startswith(f"- {label}: "))


def without_crm(folder: Path, name: str) -> Path:
    records = {key: value for key, value in case(name)["records"].items() if key != "crm"}
    return workspace(folder, name, records=records, connectors={"crm": "not_connected"})


async def test_copies_make_figures_and_are_named_as_not_verified(folder: Path) -> None:
    facts, _, draft = scripted("15")
    given = copies("15", "crm")
    async with desk(folder, file=without_crm(folder, "15")) as at:
        bare = await at.good("assess", issue=issue("15"), facts=facts)
        assert "Unknown" in figure(bare.text, ARR)
        told = await at.good("assess", case=bare.data["case"], facts=facts, records=given)
        assert "$" in figure(told.text, ARR)
        assert set(told.data["unverified"]) == {record["ref"] for record in given}
        checked = await at.good("check_brief", case=told.data["case"], **handed(draft))
        assert checked.data["verdict"] == "accepted", checked.text
        assert "Unverified" in checked.text
        shown = (await at.good("show_brief", case=told.data["case"])).text
        assert "Not verified" in shown
        assert given[0]["ref"] in shown
    async with desk(folder, file=without_crm(folder, "15")) as at:
        again = (await at.good("show_brief", case=told.data["case"])).text
        assert again == shown


async def test_a_copy_never_stands_where_the_record_itself_can_be_read(folder: Path) -> None:
    facts, _, _ = scripted("15")
    lie = [{**record, "fields": [{"name": "arr_usd", "value": "99000000"}]} for record in copies("15", "crm")]
    async with desk(folder) as at:
        told = await at.good("assess", issue=issue("15"), facts=facts, records=lie)
        assert told.data["unverified"] == []
        assert "99,000,000" not in figure(told.text, ARR)


async def test_a_sentence_is_held_to_the_copy_that_it_cites(folder: Path) -> None:
    facts, _, draft = scripted("15")
    note = {
        "ref": "chat/elsewhere-1", "kind": "chat_message", "at": "2026-05-03T10:00:00Z", "author": "Ana", "text": "It is 17 seats.",
    }  # fmt: skip
    draft["containment"] = "A colleague counted 19 seats [[chat/elsewhere-1]]."
    async with desk(folder) as at:
        name = (await at.good("assess", issue=issue("15"), facts=facts, records=[note])).data["case"]
        checked = await at.good("check_brief", case=name, **handed(draft))
        assert checked.data["verdict"] == "rejected"
        assert any("19" in finding["message"] for finding in checked.data["findings"])
        draft["containment"] = "A colleague counted 17 seats [[chat/elsewhere-1]]."
        checked = await at.good("check_brief", case=name, **handed(draft))
        assert checked.data["verdict"] == "accepted", checked.text
        assert checked.data["unverified"] == ["chat/elsewhere-1"]


async def test_a_copied_ticket_with_its_messages_counts_as_a_report(folder: Path) -> None:
    facts, _, _ = scripted("15")
    ticket = {
        "ref": "support_platform/EXT-1", "kind": "ticket", "customer": "Nova Ltd", "title": "Cannot cancel", "status": "open",
        "at": "2026-05-02T09:00:00Z",
    }  # fmt: skip
    message = {
        "ref": "support_platform/EXT-1-m1", "kind": "message", "parent": "support_platform/EXT-1", "role": "customer",
        "at": "2026-05-02T09:00:00Z", "author": "Io", "text": "We cannot cancel our plan.",
    }  # fmt: skip
    facts["affected"].append({
        "account": "Nova Ltd", "tickets": ["support_platform/EXT-1"], "impact": "major_function_broken", "still": "yes", "users": "",
        "cites": ["support_platform/EXT-1-m1"],
    })  # fmt: skip
    async with desk(folder) as at:
        told = await at.good("assess", issue=issue("15"), facts=facts, records=[ticket, message])
        assert "4 accounts" in figure(told.text, AFFECTED)
        assert "Nova Ltd: tier" in told.text
