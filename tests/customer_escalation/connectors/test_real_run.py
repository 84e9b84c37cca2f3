"""The main job on the real systems: a valid brief whose citations resolve, and a named gap for whatever a system does."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from mcp import Client
from tests.customer_escalation.cli.test_connectors import Desk
from tests.faults import FAULTS, Fault, FaultProxy
from tests.support_connectors.backends.services import service

from customer_escalation.cases.connection import MissingConnector
from customer_escalation.connectors.adapter import ConnectionAdapter
from customer_escalation.connectors.source import OpenedConnectors, open_source
from customer_escalation.headless import Request, start_on
from customer_escalation.rendering import inert
from customer_escalation.resources import sample_workspace
from skill_runtime.server_spec import ServerSpec
from support_connectors.contract.client import calls_of
from support_connectors.contract.shapes import SHAPES
from support_connectors.serving import build_category_server
from support_connectors.systems import connect_system

FIVE = {"desk": "rt", "sales": "bottlecrm", "talk": "matrix", "tracker": "redmine", "wiki": "mediawiki"}
OPTIONAL = {"mail": "jmap", "files": "webdav"}
TITLES = {
    "rt": "support platform", "bottlecrm": "CRM", "matrix": "chat", "redmine": "project tracker", "mediawiki": "knowledge base",
    "jmap": "email", "webdav": "cloud storage",
}  # fmt: skip


async def test_a_full_run_on_real_systems_gives_a_valid_brief_whose_citations_resolve(tmp_path: Path) -> None:
    settings = {label: {"system": name, **service(name)} for label, name in {**FIVE, **OPTIONAL}.items()}
    (tmp_path / "connectors.toml").write_text(tomlkit.dumps(settings))
    desk = Desk(tmp_path)
    done = desk.run(
        "run",
        "API returning 500 errors for Acme Corp",
        "--no-model",
        "--format",
        "json",
        "--connectors",
        str(tmp_path / "connectors.toml"),
        code=None,
    )
    assert done.returncode == 3, (done.stdout, done.stderr)
    result = json.loads(done.stdout)
    assert (result["status"], result["gaps"]) == ("needs_review", [])
    categories = {cite.partition("/")[0] for cite in result["citations"]}
    assert "support_platform" in categories
    by_category = {connect_system(name, service(name))[0].category: name for name in FIVE.values()}
    for cite in result["citations"]:
        category = cite.partition("/")[0]
        if category not in by_category:
            continue  # a figure that code computed, or an earlier run
        system, backend = connect_system(by_category[category], service(by_category[category]))
        async with Client(build_category_server(system.category, backend)) as client:
            shape = SHAPES[system.category]
            item = (await calls_of(client)(shape.read, {"id": cite, **shape.read_arguments}))["item"]
        assert cite in {item["ref"], *(part["ref"] for part in item.get(shape.parts) or ())}, cite


@pytest.fixture
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTOMER_ESCALATION_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.mark.usefixtures("_own_state")
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", [*FIVE.values(), *OPTIONAL.values()])
def test_whatever_a_system_does_the_brief_is_delivered_with_the_gap_named(
    name: str, fault: Fault, tmp_path: Path
) -> None:
    given = service(name)
    with (
        open_source(str(sample_workspace()), None, tmp_path) as sample,
        FaultProxy(given["url"], fault, many(name)) as proxy,
    ):
        limits: dict[str, Any] = {"timeout_s": 1.0, "total_s": 2.0, "attempts": 1}
        system, backend = connect_system(name, {**given, **limits, "url": proxy.url})
        spoiled = ServerSpec(name, system.category, build_category_server(system.category, backend))
        others = [spec for spec in sample.specs if spec.category != system.category]
        source: OpenedConnectors = replace(sample, specs=[spoiled, *others], adapter=ConnectionAdapter({}, ()))
        request = Request(
            "API returning 500 errors intermittently for Acme Corp", use_model=False, folder=str(tmp_path)
        )
        why_not = ""
        try:
            result = start_on(request, source, lambda event: None).to_json()
        except MissingConnector as error:  # nothing at all could be read where no brief can be made without it
            why_not = str(error)
    if why_not:
        assert system.category == "support_platform"
        assert TITLES[name] in why_not
        return
    assert re.search(r"^## (?:ESCALATION|Handle in support|Not decided yet): \S", result["markdown"], re.MULTILINE)
    named = [gap for gap in result["gaps"] if TITLES[name] in gap]
    if fault == "10,000 results" and not named:
        return  # it coped: a page of them, or nothing in the system's form
    assert named, result["gaps"]
    assert inert(named[0]) in result["markdown"]
    if system.category != "support_platform":
        assert result["outcome"] == "escalate"
        assert "TSL-21388" in result["markdown"]


def many(name: str) -> Any:
    """Ten thousand items in the form of the system's own lists."""
    rows = [{"id": number, "name": f"Row {number}", "subject": f"Row {number}"} for number in range(10_000)]
    return {
        "rt": {"items": rows, "total": 10_000, "pages": 1},
        "redmine": {"issues": rows, "results": rows, "total_count": 10_000},
        "bottlecrm": {"active_accounts": {"open_accounts": rows, "open_accounts_count": 10_000}},
        "matrix": {"chunk": rows, "joined_rooms": [f"!{number}:x" for number in range(10_000)]},
        "mediawiki": {"query": {"pages": rows, "search": [{"pageid": number} for number in range(10_000)]}},
        "jmap": {"methodResponses": [["Email/query", {"ids": [str(n) for n in range(10_000)], "total": 10_000}, "0"]]},
    }.get(name)
