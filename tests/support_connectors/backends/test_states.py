"""What each system says of its statuses, as our states: its own word on what is closed counts before the name."""

from typing import Any

import pytest

from support_connectors.backends import github, redmine
from support_connectors.backends import intercom_records as intercom
from support_connectors.backends.jira.records import state_of_status
from support_connectors.backends.linear import backend as linear
from support_connectors.backends.rt import _of_status
from support_connectors.backends.zendesk import records as zendesk
from support_connectors.states import State


@pytest.mark.parametrize(
    ("name", "category", "state"),
    [
        ("To Do", "new", "open"),
        ("Done", "indeterminate", "waiting"),
        ("Anything", "done", "closed"),
        ("Open", "done", "closed"),
        ("Waiting for customer", "indeterminate", "waiting"),
        ("Open", "undefined", None),
    ],
)
def test_jiras_category_decides(name: str, category: str, state: State | None) -> None:
    assert state_of_status({"name": name, "statusCategory": {"key": category}}) == state


@pytest.mark.parametrize("status", [None, {}, {"name": "Open"}])
def test_an_issue_whose_category_jira_does_not_show_has_no_state(status: Any) -> None:
    assert state_of_status(status) is None


@pytest.mark.parametrize(
    ("name", "kind", "state"),
    [
        ("Triage", "triage", "open"),
        ("Blocked", "started", "waiting"),
        ("Open", "completed", "closed"),
        ("Canceled", "canceled", "closed"),
        ("Duplicate", "duplicate", "closed"),
        ("Done", "a new type", None),
    ],
)
def test_linears_type_decides(name: str, kind: str, state: State | None) -> None:
    assert linear._state({"name": name, "type": kind}) == state


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ({"name": "New", "is_closed": False}, "open"),
        ({"name": "Resolved", "is_closed": False}, "waiting"),
        ({"name": "Feedback", "is_closed": False}, "waiting"),
        ({"name": "Open", "is_closed": True}, "closed"),
        ({"name": "Rejected"}, "closed"),
        ({"name": "Version 9"}, None),
    ],
)
def test_redmines_flag_decides_and_without_it_the_word(status: dict[str, Any], state: State | None) -> None:
    assert redmine._state(status) == state


def test_systems_with_fixed_statuses_have_a_state_for_each() -> None:
    assert github.STATES == {"open": "open", "closed": "closed"}
    assert [name for name, state in zendesk.STATES.items() if state == "waiting"] == ["pending", "hold"]
    assert intercom.STATES["snoozed"] == "waiting"


def test_request_trackers_states_are_asked_of_its_lifecycles() -> None:
    assert _of_status("Closed") == "Status = '__Inactive__'"
    assert _of_status("open").startswith("Status = '__Active__' AND (Status != '")
    assert "Status = 'stalled'" in _of_status("waiting")
    assert _of_status("it's new") == "Status = 'it\\'s new'"
