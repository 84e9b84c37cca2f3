"""What is connected, in lines for a terminal and as JSON."""

from typing import TYPE_CHECKING, Any

from customer_escalation.cli import streams
from customer_escalation.domain.categories import SOURCES

if TYPE_CHECKING:
    from customer_escalation.connectors.looking import Offer, Overview, Seen
    from customer_escalation.connectors.plan import Connectors


def next_trust(name: str) -> str:
    return f"Next: customer-escalation connectors trust {name}"


def nothing_declared(known: "Connectors") -> str:
    from customer_escalation.connectors.declared import user_file

    return f"No connectors are declared (yours would stand in {user_file()}). A run uses the loaded workspace, if there is one."


def overview_text(overview: "Overview", *, tools: bool) -> str:
    needs = {"required": "needed", "wanted": "missing in every brief until connected", "optional": "optional"}
    lines: list[str] = []
    for category in SOURCES.values():
        seen = overview.of(category.id)
        lines.append(category.title + ("" if seen else f": not connected ({needs[category.need]})"))
        for one in seen:
            lines += _connector_lines(one, tools=tools)
    lines += [f"note: {note}" for note in overview.notes]
    return streams.rows(lines)


def _connector_lines(one: "Seen", *, tools: bool) -> list[str]:
    state = one.state
    if state.status != "connected" and not one.tools:
        return [f"  {one.name}  {one.where}", f"    cannot be used: {state.reason}"]
    took = f"connected in {one.connect_s * 1000:.0f} ms" + (
        f", searched in {one.probe_s * 1000:.0f} ms" if one.probe_s else ""
    )
    lines = [f"  {one.name}  {one.where}", f"    {took}; {_counts(one)}"]
    if state.reason:
        lines.append(f"    trouble: {state.reason}")
    withheld = [tool for tool in one.tools if tool.withheld]
    if tools:
        lines += [
            f"    {tool.access.value:<7} {tool.name}{f' ({tool.withheld})' if tool.withheld else ''}"
            for tool in one.tools
        ]
    elif withheld:
        shown = ", ".join(tool.name for tool in withheld[:4]) + (", …" if len(withheld) > 4 else "")
        lines.append(f"    withheld: {shown} ({withheld[0].withheld}); {next_trust(one.name).removeprefix('Next: ')}")
    return lines


def _counts(one: "Seen") -> str:
    reads = sum(tool.access.value == "read" for tool in one.tools)
    writes = sum(tool.access.value == "write" for tool in one.tools)
    others = len(one.tools) - reads - writes
    return f"{reads} read, {writes} write" + (f", {others} withheld" if others else "")


def overview_json(overview: "Overview") -> dict[str, Any]:
    return {
        "connectors": [
            {
                "name": one.name,
                "category": one.category,
                "where": one.where,
                "status": one.state.status,
                "reason": one.state.reason,
                "connect_ms": round(one.connect_s * 1000),
                "search_ms": round(one.probe_s * 1000) if one.probe_s is not None else None,
                "tools": [
                    {
                        "name": tool.name,
                        "access": tool.access.value,
                        "category": tool.category,
                        "withheld": tool.withheld,
                    }
                    for tool in one.tools
                ],
            }
            for one in overview.seen
        ],
        "notes": overview.notes,
    }


def changes_text(offer: "Offer") -> str:
    lines: list[str] = []
    for change in offer.changes:
        lines.append(f"{change.what}: {change.name} ({change.access.value})")
        lines += [f"    {line}" for line in change.lines]
    return streams.rows(lines)


def access_text(offer: "Offer") -> str:
    rows = [
        f"{tool.access.value:<7} {tool.name}{f'  ({tool.withheld})' if tool.withheld else ''}"
        for tool in offer.admitted
    ]
    return streams.rows(rows or ["It offers no tools."])
