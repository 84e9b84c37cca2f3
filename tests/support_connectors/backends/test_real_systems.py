"""The bundled backends on the real systems: the contract suite with reads and writes, and what networks do to them."""

from typing import Any

import pytest
from mcp import Client
from tests.faults import FAULTS, Fault, FaultProxy
from tests.support_connectors.backends.hosted import patience
from tests.support_connectors.backends.services import service

from support_connectors.contract.client import calls_of, tools_of
from support_connectors.contract.report import Refused
from support_connectors.contract.shapes import SHAPES
from support_connectors.contract.suite import run_suite
from support_connectors.serving import build_category_server
from support_connectors.systems import connect_system

REAL = ("rt", "redmine", "mediawiki", "matrix", "bottlecrm", "jmap", "imap", "webdav")
OVER_HTTP = tuple(name for name in REAL if name != "imap")
KINDS = {"404": {"not_found", "unavailable"}, "429": {"rate_limited"}, "401": {"denied"}, "403": {"denied"}}


async def refused(name: str, settings: dict[str, Any], tool: str, arguments: dict[str, Any]) -> Refused | None:
    """How a call was refused; None where it was answered."""
    system, backend = connect_system(name, settings)
    async with Client(build_category_server(system.category, backend)) as client:
        try:
            await calls_of(client)(tool, arguments)
        except Refused as refusal:
            return refusal
    return None


@pytest.mark.parametrize("name", REAL)
async def test_a_real_system_keeps_the_contract_reading_and_writing(name: str) -> None:
    system, backend = connect_system(name, service(name))
    async with Client(build_category_server(system.category, backend)) as client:
        report = await run_suite(system.category, calls_of(client), await tools_of(client), writes=True)
    assert report.failures == []
    assert len([check for check in report.checks if check.outcome == "passed"]) >= 15


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "10,000 results"])
@pytest.mark.parametrize("name", OVER_HTTP)
async def test_a_fault_of_the_network_is_an_error_of_a_known_kind_in_bounded_time(name: str, fault: Fault) -> None:
    given = service(name)
    with FaultProxy(given["url"], fault) as proxy:
        settings = {**given, **patience(fault), "url": proxy.url}
        system, _ = connect_system(name, settings)
        shape = SHAPES[system.category]
        for tool, arguments in (
            (shape.browse, {"limit": 5}),
            (shape.search, {"query": "errors"}),
            (shape.read, {"id": "17"}),
        ):
            refusal = await refused(name, settings, tool, arguments)
            assert refusal is not None, tool
            assert refusal.kind in KINDS.get(fault, {"unavailable"}) | (
                {"not_found"} if tool == shape.read else set()
            ), refusal
            assert not any(word in str(refusal) for word in ("Traceback", "Error executing tool", "Error("))


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"url": "not-an-address", "token": "x"}, "must be an http or https address"),
        ({"url": "https://user:pw@desk.example", "token": "x"}, "must hold neither user"),
        ({"token": "x"}, "url"),
        ({"url": "https://desk.example", "colour": "red"}, "colour"),
    ],
)
def test_settings_that_cannot_be_used_are_refused_with_a_sentence(settings: dict[str, Any], sentence: str) -> None:
    from support_connectors.systems import UnusableSystem

    with pytest.raises(UnusableSystem) as refusal:
        connect_system("rt", settings)
    assert sentence in str(refusal.value)
    assert "pw" not in str(refusal.value)
