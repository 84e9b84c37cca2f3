"""What the tests of hosted vendors' backends share: the suite on a stand-in, and the faults of networks before it."""

from collections.abc import Callable
from typing import Any, Protocol

from mcp import Client
from tests.faults import Fault, FaultProxy

from support_connectors.contract.client import calls_of, tools_of
from support_connectors.contract.report import Refused
from support_connectors.contract.shapes import SHAPES
from support_connectors.contract.suite import run_suite
from support_connectors.serving import build_category_server
from support_connectors.systems import connect_system

HURRIED = {"timeout_s": 1.0, "total_s": 3.0, "attempts": 2}
"""For answers that never end."""
PATIENT = {"timeout_s": 120.0, "total_s": 300.0, "attempts": 2}
"""For answers that do come, however busy the machine is."""
KINDS = {"404": {"not_found", "unavailable"}, "429": {"rate_limited"}, "401": {"denied"}, "403": {"denied"}}


def patience(fault: Fault) -> dict[str, Any]:
    """The limits to meet a fault with. Those of 429 stay as they ship: a service that wants minutes is not waited for."""
    return {"429": {}, "hung": HURRIED, "slow": HURRIED}.get(fault, PATIENT)


class Standing(Protocol):
    """A stand-in that holds both sides to the vendor's description."""

    violations: list[str]


async def passes_the_suite(name: str, settings: dict[str, Any], vendor: Standing, *, writes: bool = True) -> None:
    """Run the contract suite on the system ``name``; nothing may fail, neither there nor in the vendor's description."""
    system, backend = connect_system(name, settings)
    try:
        async with Client(build_category_server(system.category, backend)) as client:
            report = await run_suite(system.category, calls_of(client), await tools_of(client), writes=writes)
    finally:
        backend.close()  # type: ignore[union-attr]
    assert report.failures == [], report.failures
    assert len([check for check in report.checks if check.outcome == "passed"]) >= (14 if writes else 10)
    assert vendor.violations == []


async def called(name: str, settings: dict[str, Any], tool: str, **arguments: Any) -> dict[str, Any]:
    """One call of a tool of the system ``name``; raises ``Refused`` where it answers with an error."""
    system, backend = connect_system(name, settings)
    refused: Refused | None = None
    result: dict[str, Any] = {}
    async with Client(build_category_server(system.category, backend)) as client:
        try:
            result = await calls_of(client)(tool, {key: value for key, value in arguments.items() if value is not None})
        except Refused as refusal:  # the client would wrap it into a group
            refused = refusal
    backend.close()  # type: ignore[union-attr]
    if refused is not None:
        raise refused
    return result


async def stands_the_fault(
    name: str,
    fault: Fault,
    upstream: str,
    settings_at: Callable[[str], dict[str, Any]],
    item_id: str,
    *,
    many: Any = None,
    only: str = "",
    query: str = "errors",
) -> None:
    """Every read tool, the proxy before the stand-in: a typed error, or (10,000 results) a page of its limit.

    That every call is bounded the proxy finds out: it fails where nobody gives up.

    ``settings_at`` gives the settings for an address; ``only`` names the requests that are spoiled where not all are.
    """
    with FaultProxy(upstream, fault, many) as proxy:
        proxy.only = only if fault == "10,000 results" else ""
        settings = {**settings_at(proxy.url), **patience(fault)}
        shape = SHAPES[connect_system(name, settings)[0].category]
        calls: tuple[tuple[str, dict[str, Any]], ...] = (
            (shape.browse, {"limit": 5}),
            (shape.search, {"query": query, "limit": 5}),
            (shape.read, {"id": item_id}),
        )
        for tool, arguments in calls:
            refused: Refused | None = None
            result: dict[str, Any] = {}
            try:
                result = await called(name, settings, tool, **arguments)
            except Refused as refusal:
                refused = refusal
            if refused is not None:
                assert refused.kind in KINDS.get(fault, {"unavailable"}), f"{tool}: {refused.kind}: {refused}"
                assert not any(word in str(refused) for word in ("Traceback", "Error executing tool", "Error("))
            else:
                assert fault == "10,000 results", f"{tool} answers in spite of {fault}: {str(result)[:300]}"
                assert len(result.get("items", ())) <= 5
