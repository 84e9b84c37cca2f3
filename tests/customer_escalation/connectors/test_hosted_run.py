"""The main job with a hosted vendor's stand-in behind every fault: the brief is delivered, and the gap is named."""

import re
from contextlib import AbstractContextManager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from tests.faults import FAULTS, Fault, FaultProxy

from customer_escalation.cases.connection import MissingConnector
from customer_escalation.connectors.adapter import ConnectionAdapter
from customer_escalation.connectors.source import OpenedConnectors, open_source
from customer_escalation.headless import Request, start_on
from customer_escalation.rendering import inert
from customer_escalation.resources import sample_workspace
from skill_runtime.server_spec import ServerSpec
from support_connectors.serving import build_category_server
from support_connectors.systems import connect_system

STAND_INS = {
    "zendesk": "Zendesk", "intercom": "Intercom", "slack": "Slack", "teams": "Graph", "confluence": "Confluence", "notion": "Notion",
    "github": "GitHub", "hubspot": "HubSpot", "jira": "Jira", "linear": "Linear", "salesforce": "Salesforce",
}  # fmt: skip
TITLES = {
    "support_platform": "support platform", "crm": "CRM", "chat": "chat", "project_tracker": "project tracker",
    "knowledge_base": "knowledge base",
}  # fmt: skip
NETWORK = [fault for fault in FAULTS if fault != "10,000 results"]
"""A page that is too long has each vendor's own form; the tests of the backends send it."""


def stand_in(name: str) -> AbstractContextManager[Any]:
    """The vendor's stand-in, to be entered."""
    made = getattr(import_module(f"tests.support_connectors.vendors.{name}"), STAND_INS[name])()
    served: AbstractContextManager[Any] = made if name == "linear" else made.server()
    return served


def settings_at(name: str, url: str) -> dict[str, Any]:
    """The settings with which the backend's own tests connect, at another address."""
    tests = import_module(f"tests.support_connectors.backends.test_{name}")
    found: dict[str, Any] = tests.settings_of(f"{url}/graphql" if name == "linear" else url)
    return {**found, "timeout_s": 1.0, "total_s": 2.0, "attempts": 1}


@pytest.mark.parametrize("fault", NETWORK)
@pytest.mark.parametrize("name", STAND_INS)
def test_whatever_a_vendor_does_the_brief_is_delivered_with_the_gap_named_or_the_run_says_why_it_cannot_be(
    name: str, fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUSTOMER_ESCALATION_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with (
        open_source(str(sample_workspace()), None, tmp_path) as sample,
        stand_in(name) as vendor,
        FaultProxy(vendor.url.removesuffix("/graphql"), fault, None) as proxy,
    ):
        system, backend = connect_system(name, settings_at(name, proxy.url))
        spoiled = ServerSpec(name, system.category, build_category_server(system.category, backend))
        others = [spec for spec in sample.specs if spec.category != system.category]
        source: OpenedConnectors = replace(sample, specs=[spoiled, *others], adapter=ConnectionAdapter({}, ()))
        issue = "API returning 500 errors intermittently for Acme Corp"
        request = Request(issue, use_model=False, folder=str(tmp_path))
        why_not = ""
        try:
            result = start_on(request, source, lambda event: None).to_json()
        except MissingConnector as error:  # nothing at all could be read where no brief can be made without it
            why_not = str(error)
        finally:
            backend.close()  # type: ignore[union-attr]
    if why_not:
        assert system.category == "support_platform"
        assert TITLES[system.category] in why_not
        return
    assert re.search(r"^## (?:ESCALATION|Handle in support|Not decided yet): \S", result["markdown"], re.MULTILINE)
    named = [gap for gap in result["gaps"] if TITLES[system.category] in gap]
    assert named, result["gaps"]
    assert inert(named[0]) in result["markdown"]
    if system.category != "support_platform":
        assert result["outcome"] == "escalate"
        assert "TSL-21388" in result["markdown"]
