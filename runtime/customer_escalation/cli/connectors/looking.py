"""Commands that show, check and test what is connected, and the systems that there are."""

from typing import TYPE_CHECKING, Annotated

import typer

from customer_escalation.cli import streams
from customer_escalation.cli.connectors.options import AsJson, ConnectorsFile, Name, opened, waited
from customer_escalation.cli.connectors.told import nothing_declared, overview_json, overview_text
from customer_escalation.domain.categories import SOURCES

if TYPE_CHECKING:
    from support_connectors.contract.report import ContractReport

NOT_READY = 4
"""The exit code where a required category cannot be read, as of a run."""
FAILED = 1


def overview(
    context: typer.Context,
    file: ConnectorsFile = None,
    json_output: AsJson = False,
    tools: Annotated[bool, typer.Option("--tools", help="Name every tool.")] = False,
) -> None:
    """Show every category with its connectors, their state, tools and access, and what is missing."""
    context.obj = file
    if context.invoked_subcommand is not None:
        return
    from customer_escalation.connectors.looking import look

    known = opened(file)
    found = waited(look(known))
    if json_output:
        streams.say_json(overview_json(found), indent=2)
        return
    if not known.links:
        streams.tell(nothing_declared(known))
    streams.say(overview_text(found, tools=tools))


def check(context: typer.Context, json_output: AsJson = False) -> None:
    """The preflight of a run: connect everything, search every category once, and say what a brief would lack.

    Exit code 0 where a run can start, 4 where the support platform cannot be read.
    """
    from customer_escalation.connectors.looking import look

    found = waited(look(opened(context.obj), probe=True))
    if json_output:
        streams.say_json(overview_json(found), indent=2)
    else:
        streams.say(overview_text(found, tools=False))
    working = {one.category for one in found.seen if one.state.status == "connected"}
    missing = [row.title for row in SOURCES.values() if row.need == "required" and row.id not in working]
    if missing:
        streams.tell(f"A run cannot start: no {' and no '.join(missing)} can be read.")
        raise typer.Exit(NOT_READY)
    streams.tell("A run can start.")


def run_contract(
    context: typer.Context,
    name: Name,
    writes: Annotated[
        bool, typer.Option("--writes", help="Also write a few texts, marked as a contract check.")
    ] = False,
    target: Annotated[
        str | None,
        typer.Option(metavar="ID", help="With --writes: the item to write to.", show_default="the first listed"),
    ] = None,
    json_output: AsJson = False,
) -> None:
    """Run the contract suite of its category against a connector: what every server of that category must do."""
    from customer_escalation.connectors.looking import check_contract

    known = opened(context.obj)
    report = waited(check_contract(known.named(name), known, writes=writes, target=target))
    if json_output:
        rows = [vars(check) for check in report.checks]
        streams.say_json({"category": report.category, "passed": report.passed, "checks": rows}, indent=2)
    else:
        marks = {"passed": "ok  ", "failed": "FAIL", "skipped": "skip"}
        for one in report.checks:
            streams.say(streams.rows([f"{marks[one.outcome]}  {one.name}{f': {one.detail}' if one.detail else ''}"]))
        streams.tell(_verdict(name, report))
    if not report.passed:
        raise typer.Exit(FAILED)


def _verdict(name: str, report: "ContractReport") -> str:
    if report.failures:
        return f"{len(report.failures)} checks failed."
    if not report.proved:
        return f"Nothing was proved: {name} holds nothing that could be read. Put a few items into it first."
    skipped = sum(check.outcome == "skipped" for check in report.checks)
    rest = f" {skipped} checks could not be made." if skipped else ""
    return f"{name} keeps the contract of its category, {report.category}.{rest}"


def systems(json_output: AsJson = False) -> None:
    """The systems that the bundled servers can stand on, with their settings."""
    from support_connectors.systems import UnusableSystem, find_system, needed_settings, system_names

    for name in system_names():
        try:
            system = find_system(name)
        except UnusableSystem as error:
            if json_output:
                streams.say_json({"name": name, "problem": str(error)})
            else:
                streams.say(streams.rows([f"{name:<12} {error}"]))
            continue
        needed = needed_settings(system)
        other = [key for key in system.settings.model_fields if key not in needed]
        if json_output:
            row = {"name": name, "title": system.title, "category": system.category, "needs": needed, "takes": other}
            streams.say_json({**row, "note": system.note})
        else:
            streams.say(f"{name:<12} {system.title} ({system.category})\n{'':<12} {_takes(needed, other)}")


def _takes(needed: list[str], other: list[str]) -> str:
    return f"needs {', '.join(needed)}; takes {', '.join(other)}" if needed else f"takes {', '.join(other)}"
