"""The sample workspace is large enough, agrees with itself, and is what its generator makes."""

import json
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from tools.sample.accounts import accounts
from tools.sample.calendars import is_holiday, later, numbers
from tools.sample.company import AGENTS, NOW
from tools.sample.workspace import SCENARIOS

from support_connectors.categories import WORKSPACE_CATEGORIES
from support_connectors.workspace.store import workspace_from

ROOT = Path(__file__).parents[1]
FILE = ROOT / "runtime" / "customer_escalation" / "data" / "sample_workspace.json"
TOOL = ROOT / "tools" / "make_sample_workspace.py"
CALM = {"TSL-21364", "TSL-21366", "TSL-21382", "TSL-21386", "TSL-21393", "TSL-21403"}
"""Written issues that support can settle: no SLA may turn them into an escalation."""
MENTION = re.compile(r"\b(?:TSL|TESS|GUIDE|ACC|MSG)-\d+\b")


@pytest.fixture(scope="module")
def whole() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def records(whole: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = whole["records"]
    return found


def at(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def born(record: dict[str, Any]) -> datetime:
    """When a record came to be; accounts, which have no date, always were."""
    return at(record.get("created_at") or record.get("at") or record.get("updated_at") or "2000-01-01")


def texts(records: dict[str, list[dict[str, Any]]]) -> list[tuple[datetime, str]]:
    """Everything that somebody wrote at a moment."""
    said = [(at(message["at"]), message["text"]) for message in records["chat"]]
    said += [(at(each["at"]), each["text"]) for ticket in records["support_platform"] for each in ticket["messages"]]
    said += [(at(each["at"]), each["text"]) for issue in records["project_tracker"] for each in issue["comments"]]
    said += [(at(article["updated_at"]), article["body"]) for article in records["knowledge_base"]]
    return said


def test_there_is_enough_of_everything_in_a_file_that_stays_small(records: dict[str, list[dict[str, Any]]]) -> None:
    least = {"support_platform": 400, "crm": 40, "chat": 290, "project_tracker": 60, "knowledge_base": 45}
    assert {category: len(records[category]) >= count for category, count in least.items()} == dict.fromkeys(
        least, True
    )
    assert FILE.stat().st_size < 1_500_000
    assert all(2 <= len(ticket["messages"]) <= 8 for ticket in records["support_platform"])


def test_ids_are_unique(records: dict[str, list[dict[str, Any]]]) -> None:
    for category, items in records.items():
        ids = [item["id"] for item in items]
        ids += [part["id"] for item in items for part in item.get("messages", []) + item.get("comments", [])]
        assert len(ids) == len(set(ids)), category


def test_tickets_and_voices_belong_to_accounts_of_the_crm(records: dict[str, list[dict[str, Any]]]) -> None:
    people = {account["name"]: {person["name"] for person in account["contacts"]} for account in records["crm"]}
    for ticket in records["support_platform"]:
        for message in ticket["messages"]:
            if message["role"] == "agent":
                assert message["author"] in AGENTS
            else:
                assert message["author"] in people[message.get("account", ticket["customer"])], message["id"]


def test_whatever_is_mentioned_exists_and_came_before(records: dict[str, list[dict[str, Any]]]) -> None:
    known = {item["id"]: born(item) for category in WORKSPACE_CATEGORIES for item in records[category]}
    for moment, text in texts(records):
        for mention in MENTION.findall(text):
            assert known[mention] <= moment, text


def test_threads_are_in_order_on_working_days_and_nothing_is_after_now(whole: dict[str, Any]) -> None:
    now, records = at(whole["now"]), whole["records"]
    zones = {account["name"]: ZoneInfo(account["timezone"]) for account in records["crm"]}
    for ticket in records["support_platform"]:
        times = [at(message["at"]) for message in ticket["messages"]]
        assert times == sorted(times), ticket["id"]
        assert times[0] == at(ticket["created_at"])
        zone = zones[ticket["customer"]]
        assert not any(is_holiday(moment.astimezone(zone).date(), zone) for moment in times), ticket["id"]
    for issue in records["project_tracker"]:
        times = [at(issue["created_at"]), *(at(comment["at"]) for comment in issue["comments"])]
        assert times == sorted(times), issue["id"]
    assert all(moment <= now for moment, _ in texts(records))


@pytest.mark.parametrize(
    ("category", "key"), [("support_platform", "created_at"), ("chat", "at"), ("project_tracker", "created_at")]
)
def test_ids_grow_with_time(records: dict[str, list[dict[str, Any]]], category: str, key: str) -> None:
    ordered = sorted(records[category], key=lambda item: at(item[key]))
    assert [item["id"] for item in ordered] == [item["id"] for item in records[category]]


def test_most_first_answers_keep_the_sla_and_most_tickets_are_solved(
    records: dict[str, list[dict[str, Any]]],
) -> None:
    promised = {each["name"]: (each["sla"]["first_response_h"], ZoneInfo(each["timezone"])) for each in records["crm"]}
    kept = solved = 0
    for ticket in records["support_platform"]:
        hours, zone = promised[ticket["customer"]]
        answer = next(at(message["at"]) for message in ticket["messages"] if message["role"] == "agent")
        kept += answer <= later(at(ticket["created_at"]), hours, zone)
        solved += ticket["status"] == "solved"
    total = len(records["support_platform"])
    assert kept > 0.85 * total
    assert solved > 0.8 * total


def test_no_ordinary_subject_is_open_at_three_accounts(records: dict[str, list[dict[str, Any]]]) -> None:
    waiting = Counter(ticket["subject"] for ticket in records["support_platform"] if ticket["status"] != "solved")
    assert max(waiting.values()) == 1


def test_only_the_written_issues_come_near_the_end_of_an_sla_window(records: dict[str, list[dict[str, Any]]]) -> None:
    written = {ticket["id"] for scenario in SCENARIOS for ticket in scenario.TICKETS}
    accounts = {each["name"]: (each["sla"], ZoneInfo(each["timezone"])) for each in records["crm"]}
    for ticket in records["support_platform"]:
        if ticket["status"] == "solved" or ticket["id"] in written - CALM:
            continue
        (sla, zone), last = accounts[ticket["customer"]], ticket["messages"][-1]
        if sla["resolution_h"]:
            assert later(at(ticket["created_at"]), 0.8 * sla["resolution_h"], zone) > NOW, ticket["id"]
        if ticket["status"] == "open":
            assert later(at(last["at"]), 0.8 * sla["update_h"], zone) > NOW, ticket["id"]


def test_accounts_with_a_written_issue_have_no_other_open_ticket(records: dict[str, list[dict[str, Any]]]) -> None:
    written = {ticket["id"]: ticket["customer"] for scenario in SCENARIOS for ticket in scenario.TICKETS}
    others = {
        ticket["customer"]
        for ticket in records["support_platform"]
        if ticket["status"] != "solved" and ticket["id"] not in written
    }
    assert not others & set(written.values())


def test_the_committed_file_is_what_the_generator_makes() -> None:
    done = subprocess.run([sys.executable, str(TOOL), "--check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_it_loads_into_the_embedded_workspace(whole: dict[str, Any]) -> None:
    with workspace_from(FILE) as store:
        assert store.now == at(whole["now"])
        assert set(store.connectors.values()) == {"connected"}
        assert len(store.warnings) <= 2  # the accounts' time zone is a key of their own


def test_business_time_runs_on_weekdays_from_nine_to_six() -> None:
    friday = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    assert later(friday, 2, ZoneInfo("UTC")) == datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def test_numbers_grow_with_time_and_run_out_rather_than_repeat() -> None:
    start = datetime(2026, 7, 1, tzinfo=UTC)
    times = [start + timedelta(hours=hour) for hour in (1, 2, 3)]
    assert numbers(times, [(start, 10), (start + timedelta(days=1), 13)]) == [11, 12, None]


def test_every_account_has_a_time_zone_and_people_under_example_com() -> None:
    for account in accounts():
        assert ZoneInfo(str(account["timezone"]))
        contacts = cast("list[dict[str, str]]", account["contacts"])
        assert all(re.fullmatch(r"[a-z]+@[a-z-]+\.example\.com", person["email"]) for person in contacts)
