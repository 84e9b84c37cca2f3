"""``customer-escalation workspace``: fill the embedded workspace from files, look at either, and begin a file."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from customer_escalation.cli import streams
from customer_escalation.resources import workspace_template

if TYPE_CHECKING:
    from support_connectors.workspace.store import WorkspaceStore

app = typer.Typer(no_args_is_help=True, help="The embedded workspace of the servers.")

WorkspaceFile = Annotated[Path, typer.Argument(metavar="FILE", help="A workspace JSON file.", show_default=False)]


@app.command()
def load(
    file: WorkspaceFile,
    database: Annotated[Path | None, typer.Option("--db", metavar="FILE", help="Database to fill.")] = None,
) -> None:
    """Fill the embedded workspace from a JSON file; what it held before is replaced."""
    from customer_escalation.mcp_server.serving import load_file

    streams.say(load_file(file, database))


@app.command("import")
def import_(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="Exports: Zendesk (JSON), Jira (CSV, JSON), Slack (zip), HubSpot and Salesforce (CSV of companies), GitHub issues "
            "(JSON), Intercom (JSON), any CSV.",
            show_default=False,
        ),
    ],
    database: Annotated[Path | None, typer.Option("--db", metavar="FILE", help="Database to fill.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report what would be taken; change nothing.")] = False,
    system: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="FORMAT", help="Whose export it is, where that shall not be found out; csv: any table."
        ),
    ] = None,
    category: Annotated[
        str | None, typer.Option("--as", metavar="CATEGORY", help="What the rows of a table of no known system are.")
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--map", metavar="FIELD=COLUMN", help="The column that holds a field, such as arr_usd='Annual value'."
        ),
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(metavar="FILE", help="TOML with category and [columns] in place of --as and --map.")
    ] = None,
    zone: Annotated[
        str | None, typer.Option("--timezone", metavar="ZONE", help="Of times that name none.", show_default="UTC")
    ] = None,
    dates: Annotated[
        str | None,
        typer.Option(
            metavar="FORM", help="How times are written, such as %m/%d/%Y, where that can be read in several ways."
        ),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(metavar="NAME", help="Of tables, such as cp1252.", show_default="UTF-8")
    ] = None,
    currency: Annotated[str, typer.Option(metavar="CODE", help="Of amounts; only US dollars are added up.")] = "USD",
    json_output: Annotated[bool, typer.Option("--json", help="The report as JSON.")] = False,
) -> None:
    """Add what systems export to the embedded workspace; what it holds stays, and what is there already is brought up to date.

    The same files twice change nothing. All files are taken, or none; single records that cannot be taken are reported.
    """
    from customer_escalation.cli import importing
    from support_connectors.serving import default_database

    options = importing.options_of(system, category, columns or (), mapping, zone, dates, encoding, currency)
    report = importing.run(files, database, options, keep=not dry_run)
    target = database or default_database()
    if json_output:
        streams.say_json(importing.as_json(report, target, keep=not dry_run), indent=2)
    else:
        streams.say(importing.told(report, target, keep=not dry_run))


@app.command()
def validate(file: WorkspaceFile) -> None:
    """Check a workspace file without loading it, and name every fault. Exit code 0 where it can be loaded, 2 where not."""
    from customer_escalation.connectors.source import InvalidRequest
    from support_connectors.categories import WORKSPACE_CATEGORIES
    from support_connectors.workspace.reading import check_workspace
    from support_connectors.workspace.records import WorkspaceError

    try:
        read = check_workspace(file)
    except WorkspaceError as error:
        raise InvalidRequest(str(error)) from error
    counts = ", ".join(f"{read.counts[category]} {category.replace('_', ' ')}" for category in WORKSPACE_CATEGORIES)
    streams.say(f"{file} can be loaded: {counts} records.")
    for warning in read.warnings:
        streams.say(streams.rows([f"note: {warning}"]))


@app.command()
def show(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="Workspace JSON or database.", show_default="the loaded one"),
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """What a workspace holds: records by category, what counts as connected, its moment, and what it sets of the policy."""
    from customer_escalation.connectors.source import InvalidRequest
    from support_connectors.serving import default_database
    from support_connectors.workspace.records import WorkspaceError
    from support_connectors.workspace.store import open_workspace, workspace_from

    try:
        with open_workspace(default_database()) if file is None else workspace_from(file) as store:
            found = _contents(store)
    except WorkspaceError as error:
        raise InvalidRequest(str(error)) from error
    if json_output:
        streams.say_json(found, indent=2)
        return
    lines = [f"{file or default_database()}, as of {found['now'] or 'now'}"]
    for row in found["categories"]:
        state = "" if row["state"] == "connected" else f", {row['state'].replace('_', ' ')}"
        lines.append(f"  {row['records']:>8,} {row['category'].replace('_', ' ')}{state}")
    lines += [f"  policy.{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in found["policy"].items()]
    streams.say(streams.rows([*lines, *(f"note: {warning}" for warning in found["notes"])]))


@app.command()
def schema() -> None:
    """The JSON schema of the workspace file, for editors and for who writes one by program."""
    from support_connectors.workspace.records import WorkspaceFile as Model

    streams.say_json(
        {"$schema": "https://json-schema.org/draft/2020-12/schema", **Model.model_json_schema(), "title": "Workspace"},
        indent=2,
    )


@app.command()
def template() -> None:
    """A small workspace file to begin with: one record of each kind, every key in its place."""
    streams.write(workspace_template())


def _contents(store: "WorkspaceStore") -> dict[str, Any]:
    now = store.now
    counts = store.counts()
    return {
        "now": now.isoformat().replace("+00:00", "Z") if now else None,
        "categories": [
            {"category": category, "records": counts[category], "state": state}
            for category, state in store.connectors.items()
        ],
        "policy": store.policy,
        "notes": list(store.warnings),
    }
