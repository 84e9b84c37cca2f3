"""Preflight says what is missing before anything is asked."""

from skill_runtime.connectors import CategoryNeed, ConnectorState, Gap, preflight

SUPPORT = CategoryNeed("support_platform", "support platform", required=True)
CRM = CategoryNeed("crm", "CRM")
CHAT = CategoryNeed("chat", "chat")


def test_everything_connected_leaves_no_gap() -> None:
    found = preflight([SUPPORT, CRM], [ConnectorState(c.id, "connected", c.id) for c in (CRM, SUPPORT)])
    assert found.connected == ("support_platform", "crm")
    assert found.gaps == ()
    assert found.missing_required == ()


def test_g3_each_category_that_cannot_be_asked_is_a_gap_with_its_reason() -> None:
    states = [
        ConnectorState("support_platform", "connected", "desk"),
        ConnectorState("crm", "error", "salesforce", "the server ended the connection"),
        ConnectorState("other", "error", "unrelated", "nobody asked for it"),
    ]
    found = preflight([SUPPORT, CRM, CHAT], states)
    assert found.gaps == (Gap("crm", "the server ended the connection"), Gap("chat", "not connected"))
    assert found.missing_required == ()


def test_a_required_category_without_a_working_server_is_missing() -> None:
    found = preflight([SUPPORT], [ConnectorState("support_platform", "not_connected", reason="no server is set up")])
    assert found.missing_required == (SUPPORT,)
    assert found.gaps == (Gap("support_platform", "no server is set up"),)


def test_a_server_that_failed_beside_a_working_one_is_a_gap_too() -> None:
    states = [ConnectorState("crm", "error", "old", "HTTP 502"), ConnectorState("crm", "connected", "new")]
    found = preflight([CRM], states)
    assert found.connected == ("crm",)
    assert found.gaps == (Gap("crm", "server old failed: HTTP 502", partly=True),)


def test_a_connected_server_with_a_trouble_is_a_gap_in_part() -> None:
    found = preflight([CRM], [ConnectorState("crm", "connected", "new", "list_accounts is denied.")])
    assert found.connected == ("crm",)
    assert found.gaps == (Gap("crm", "list_accounts is denied.", partly=True),)
