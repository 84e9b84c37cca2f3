"""Reading workspace files: what is refused and where, what is kept, completed and warned about."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.support_connectors.workspaces import workspace

from support_connectors.categories import WORKSPACE_CATEGORIES
from support_connectors.results import Account
from support_connectors.workspace.reading import Reading, check_workspace
from support_connectors.workspace.records import WorkspaceError
from support_connectors.workspace.rows import row_of


def changed(*path_and_value: Any) -> dict[str, Any]:
    """The workspace with one value replaced."""
    *path, last, value = path_and_value
    made = workspace()
    place: Any = made
    for step in path:
        place = place[step]
    place[last] = value
    return made


def records(data: dict[str, Any]) -> dict[str, list[Any]]:
    """The records of a workspace as they are read, by category."""
    found: dict[str, list[Any]] = {}
    for category, record in Reading(data):
        found.setdefault(category, []).append(record)
    return found


FIRST_MESSAGE = ("records", "support_platform", 0, "messages", 0)
ACCOUNT = ("records", "crm", 0)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (changed(*FIRST_MESSAGE, "at", "2026-03-08T08:00:00"), "records.support_platform[0].messages[0].at: "),
        (changed(*FIRST_MESSAGE, "at", "2026-03-08T08:00:00"), "has no zone"),
        (changed(*FIRST_MESSAGE, "role", "robot"), "records.support_platform[0].messages[0].role: "),
        (changed(*FIRST_MESSAGE, "text", None), "messages[0].text: null must be text"),
        (changed(*FIRST_MESSAGE, "text", "\ud800"), "messages[0].text: holds half a character"),
        (changed(*FIRST_MESSAGE, "id", "TCK-1001"), 'messages[0].id: "TCK-1001" is already the id of'),
        (changed("records", "support_platform", 2, "id", "TCK-1001-m1"), "records.support_platform[2].id: "),
        (changed("records", "support_platform", 1, "id", " "), "records.support_platform[1].id: "),
        (changed("records", "support_platform", 1, "id", "A\nB"), "line breaks"),
        (changed("records", "support_platform", 1, "customer", ""), 'customer: "" must not be empty'),
        (changed("records", "support_platform", {}), "records.support_platform: must be a list"),
        (changed("records", "support_platform", 0, 7), "records.support_platform[0]: 7 must be an object"),
        (changed(*ACCOUNT, "arr_usd", "120k"), 'records.crm[0].arr_usd: "120k" is not a number'),
        (changed(*ACCOUNT, "arr_usd", True), "records.crm[0].arr_usd: true is not a number"),
        (changed(*ACCOUNT, "arr_usd", -1), "records.crm[0].arr_usd: -1 must be zero or more"),
        (changed(*ACCOUNT, "score", float("nan")), "records.crm[0].score: nan is no JSON number"),
        (changed(*ACCOUNT, "renewal", "2026-13-01"), "records.crm[0].renewal: "),
        (changed(*ACCOUNT, "renewal", "2026-06-30T00:00:00Z"), "is not a date"),
        (changed(*ACCOUNT, "sla", "gold"), 'records.crm[0].sla: "gold" must be an object'),
        (changed(*ACCOUNT, "sla", "update_h", "soon"), 'records.crm[0].sla.update_h: "soon" is not a number'),
        (changed(*ACCOUNT, "open_deals", 0, "close", "soon"), "records.crm[0].open_deals[0].close: "),
        (changed("records", "project_tracker", 0, "comments", 1, "at", 5), "project_tracker[0].comments[1].at: 5 "),
        (changed("records", "knowledge_base", 0, "strange key", {"a": "\udfff"}), '["strange key"].a: holds half'),
        (changed("records", []), "records: must be an object"),
        (changed("now", "2026-03-10"), 'now: "2026-03-10" is not a time'),
        (changed("now", 5), "now: 5 is not a time"),
        (changed("connectors", "crm", "down"), 'connectors.crm: "down" must be "connected"'),
        (changed("connectors", "crm", "error: "), "connectors.crm: "),
        (changed("policy", "team_timezone", "../../etc/passwd"), "policy.team_timezone: "),
        (changed("policy", "team_timezone", "Mars/Olympus"), "policy.team_timezone: "),
        (changed("policy", "pattern_min_customers", 0), "policy.pattern_min_customers: "),
        ([], "one JSON object"),
        ({}, "records: is missing"),
    ],
)
def test_a_malformed_workspace_is_refused_with_the_path_of_the_wrong_value(data: Any, says: str) -> None:
    with pytest.raises(WorkspaceError) as refusal:
        check_workspace(data)
    assert says in str(refusal.value)


def test_the_first_wrong_value_of_the_document_is_the_one_that_is_named() -> None:
    data = workspace()
    data["records"] = dict(reversed(data["records"].items()))
    data["records"]["support_platform"][0]["status"] = 1
    data["records"]["knowledge_base"][0]["body"] = 1
    with pytest.raises(WorkspaceError, match=r"^records\.knowledge_base\[0\]\.body"):
        check_workspace(data)


def test_every_wrong_value_is_named_in_the_order_of_the_document() -> None:
    data = changed(*ACCOUNT, "arr_usd", "120k")
    data["records"]["support_platform"][1]["id"] = "TCK-1001"
    data["records"]["support_platform"][0]["messages"][0]["text"] = "\ud800"
    del data["records"]["knowledge_base"][0]["updated_at"]
    with pytest.raises(WorkspaceError) as refusal:
        check_workspace(data)
    places = [line.strip().partition(":")[0] for line in str(refusal.value).splitlines()]
    assert places == [
        "records.support_platform[0].messages[0].text",
        "records.support_platform[1].id",
        "records.crm[0].arr_usd",
        "records.knowledge_base[0].updated_at",
    ]


def test_of_very_many_wrong_values_the_first_are_named_and_the_others_counted() -> None:
    data = changed("records", "chat", [{}] * 100)
    with pytest.raises(WorkspaceError, match=r"and 460 more\.$"):
        check_workspace(data)


def test_an_id_may_be_a_number_and_is_the_same_id_as_its_text() -> None:
    data = changed("records", "support_platform", 0, "id", 4711)
    assert records(data)["support_platform"][0].id == "4711"
    data["records"]["support_platform"][1]["id"] = "4711"
    with pytest.raises(WorkspaceError, match=r'"4711" is already the id of records\.support_platform\[0\]'):
        check_workspace(data)


def test_null_and_a_missing_key_are_what_is_not_known() -> None:
    data = workspace()
    data["records"]["crm"][0] = {"id": "ACC-1", "name": "Acme", "arr_usd": None, "sla": {"update_h": None}}
    for key in ("customer", "status", "priority", "subject"):
        data["records"]["support_platform"][0][key] = None
    parsed = records(data)
    account = row_of("crm", parsed["crm"][0]).result
    ticket = row_of("support_platform", parsed["support_platform"][0])
    assert isinstance(account, Account)
    assert (account.arr_usd, account.tier, account.renewal, account.open_deals) == (None, None, None, [])
    assert account.sla == {"first_response_h": None, "update_h": None, "resolution_h": None}
    assert (ticket.customer, ticket.state) == (None, None)


def test_an_unknown_key_is_named_on_one_line_of_plain_characters() -> None:
    data = changed(*ACCOUNT, "a\nnote: b\x1b\u202e", 1)
    assert r'records.crm[]."a\nnote: b\u001b\u202e" is not a key' in " ".join(check_workspace(data).warnings)


def test_keys_that_the_project_reads_are_known() -> None:
    data = changed(*ACCOUNT, "timezone", "Europe/Berlin")
    data["records"]["support_platform"][0]["messages"][0] |= {"automatic": True, "link": "https://desk.example/1"}
    assert check_workspace(data).warnings == check_workspace(workspace()).warnings


@pytest.mark.parametrize("key", ["id", "customer", "created_at", "status", "priority", "subject", "messages"])
def test_a_ticket_without_a_required_key_is_refused(key: str) -> None:
    data = workspace()
    del data["records"]["support_platform"][1][key]
    with pytest.raises(WorkspaceError, match=rf"^records\.support_platform\[1\]\.{key}: is missing\.$"):
        check_workspace(data)


def test_endless_nesting_is_refused() -> None:
    value: Any = 0
    for _ in range(100):
        value = [value]
    with pytest.raises(WorkspaceError, match="nested deeper"):
        check_workspace(changed("records", "chat", 0, "deep", value))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{,}", "is not JSON: line 1 column 2"),
        (b"", "is not JSON: line 1 column 1"),
        (b'{"records": {"crm": NaN}}', "NaN is no JSON number"),
        (b"\xff\xfe\x00", "is not UTF-8 text"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"records": {"crm": 1}}', "records.crm: 1 must be a list"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "workspace.json"
    path.write_bytes(content)
    with pytest.raises(WorkspaceError, match=r"workspace\.json") as refusal:
        check_workspace(path)
    assert says in str(refusal.value)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match=r"none\.json cannot be read: No such file"):
        check_workspace(tmp_path / "none.json")


def test_a_byte_order_mark_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "workspace.json"
    path.write_text(json.dumps(workspace()), encoding="utf-8-sig")
    assert check_workspace(path).counts["crm"] == 2


def test_messages_and_comments_without_id_are_numbered_within_their_item() -> None:
    found = records(workspace())
    assert [message.id for message in found["support_platform"][0].messages] == [
        "TCK-1001-m1",
        "TCK-1001-m2",
        "TCK-1001-m3",
    ]
    assert [comment.id for comment in found["project_tracker"][0].comments] == ["ENG-77-c1", "ENG-77-c2"]


def test_a_made_up_id_gives_way_to_one_that_the_source_uses() -> None:
    found = records(changed(*FIRST_MESSAGE, "id", "TCK-1001-m2"))
    assert [message.id for message in found["support_platform"][0].messages] == [
        "TCK-1001-m2",
        "TCK-1001-m3",
        "TCK-1001-m4",
    ]


def test_unknown_keys_are_kept_and_each_is_warned_about_once() -> None:
    data = workspace()
    for message in data["records"]["support_platform"][0]["messages"]:
        message["mood"] = "tense"
    data["policy"]["holidays"] = ["2026-05-01"]
    parsed = check_workspace(data)
    assert records(data)["support_platform"][2].extra == {"region": "emea"}
    assert parsed.policy["holidays"] == ["2026-05-01"]
    assert [warning.split(" ")[0] for warning in parsed.warnings] == [
        "policy.holidays",
        "records.support_platform[].messages[].mood",
        "records.support_platform[].region",
    ]
    assert "3 times" in parsed.warnings[1]


@pytest.mark.parametrize("key", ["id", "source", "invocation", "expected", "injection", "followup", "synthetic"])
def test_what_a_case_adds_is_no_reason_for_a_warning(key: str) -> None:
    data = {**workspace(), key: {"anything": [1]}}
    assert check_workspace(data).warnings == check_workspace(workspace()).warnings


def test_a_category_is_connected_where_it_has_a_list_and_not_otherwise() -> None:
    data = workspace({"chat": "error: token expired", "knowledge_base": "not_connected"})
    data["records"]["crm"] = None
    del data["records"]["project_tracker"]
    data["records"]["chat"] = None
    assert check_workspace(data).connectors == {
        "support_platform": "connected",
        "crm": "not_connected",
        "chat": "error: token expired",
        "project_tracker": "not_connected",
        "knowledge_base": "not_connected",
    }


def test_a_category_said_to_be_connected_without_records_counts_as_unknown_and_not_as_empty() -> None:
    data = workspace({"crm": "connected"})
    data["records"]["crm"] = None
    parsed = check_workspace(data)
    assert parsed.connectors["crm"] == "not_connected"
    assert any(warning.startswith("connectors.crm") for warning in parsed.warnings)


@pytest.mark.parametrize("empty", WORKSPACE_CATEGORIES)
def test_an_empty_list_is_connected(empty: str) -> None:
    data = changed("records", empty, [])
    assert check_workspace(data).connectors == dict.fromkeys(WORKSPACE_CATEGORIES, "connected")


def test_now_and_policy_come_as_the_file_says_them() -> None:
    parsed = check_workspace(workspace())
    assert parsed.now is not None
    assert parsed.now.isoformat() == "2026-03-10T12:00:00+01:00"
    assert parsed.policy == {"high_value_arr": 90_000, "team_timezone": "Europe/Berlin"}


def test_numbers_stay_as_they_are_written() -> None:
    [account, _] = records(workspace())["crm"]
    assert json.dumps(account.arr_usd) == "120000"
    assert json.dumps(account.open_deals[0].amount_usd) == "9500.5"
