"""``customer-escalation connectors``: what is connected, and how to connect, trust, check and test it."""

import sys
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from customer_escalation.cli import streams
from customer_escalation.domain.categories import SOURCES
from skill_runtime.errors import ConnectorError

if TYPE_CHECKING:
    from customer_escalation.connectors.looking import Offer, Overview, Seen
    from customer_escalation.connectors.plan import Connectors, Link
    from support_connectors.contract.report import ContractReport

NOT_READY = 4
"""The exit code where a required category cannot be read, as of a run."""
FAILED = 1

app = typer.Typer(
    help="What is connected: show, check, add, trust, log in, test.", invoke_without_command=True, rich_markup_mode=None
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The connector's name.", show_default=False)]
ConnectorsFile = Annotated[
    Path | None,
    typer.Option(
        "--connectors", metavar="FILE", help="Connectors file; default: the project's and yours.", show_default=False
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
InProject = Annotated[bool, typer.Option("--project", help="In the project's file instead of your own.")]


@app.callback()
def connectors(
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

    known = _open(file)
    overview = _wait(look(known))
    if json_output:
        streams.say_json(_overview_json(overview), indent=2)
        return
    if not known.links:
        streams.tell(_nothing(known))
    streams.say(_overview_text(overview, tools=tools))


@app.command()
def check(context: typer.Context, json_output: AsJson = False) -> None:
    """The preflight of a run: connect everything, search every category once, and say what a brief would lack.

    Exit code 0 where a run can start, 4 where the support platform cannot be read.
    """
    from customer_escalation.connectors.looking import look

    overview = _wait(look(_open(context.obj), probe=True))
    if json_output:
        streams.say_json(_overview_json(overview), indent=2)
    else:
        streams.say(_overview_text(overview, tools=False))
    working = {one.category for one in overview.seen if one.state.status == "connected"}
    missing = [row.title for row in SOURCES.values() if row.need == "required" and row.id not in working]
    if missing:
        streams.tell(f"A run cannot start: no {' and no '.join(missing)} can be read.")
        raise typer.Exit(NOT_READY)
    streams.tell("A run can start.")


@app.command()
def add(
    context: typer.Context,
    name: Name,
    url: Annotated[str | None, typer.Option(help="Address of an MCP server over HTTP.", show_default=False)] = None,
    command: Annotated[
        str | None,
        typer.Option(help="Command line that starts an MCP server, in one pair of quotes.", show_default=False),
    ] = None,
    system: Annotated[
        str | None, typer.Option(help="A system, bundled or installed; see `connectors systems`.", show_default=False)
    ] = None,
    category: Annotated[str | None, typer.Option(help="The category that it serves.", show_default=False)] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A setting of the system.", show_default=False),
    ] = None,
    header: Annotated[
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="A header of every request.", show_default=False)
    ] = None,
    env: Annotated[
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="A variable of the command.", show_default=False)
    ] = None,
    auth: Annotated[
        str | None, typer.Option(metavar="oauth|token|client_credentials", help="How it knows us.", show_default=False)
    ] = None,
    client_id: Annotated[
        str | None, typer.Option(help="Of a client that was registered by hand.", show_default=False)
    ] = None,
    client_secret: Annotated[
        str | None, typer.Option(metavar="${VAR}", help="Of that client, as a variable.", show_default=False)
    ] = None,
    issuer: Annotated[
        str | None, typer.Option(help="For client_credentials: who issued them.", show_default=False)
    ] = None,
    sse: Annotated[bool, typer.Option("--sse", help="The URL speaks the older SSE transport.")] = False,
    project: InProject = False,
) -> None:
    """Declare a connector: an MCP server by --url or --command, or a bundled server on a --system.

    Values may hold ${VAR} and ${VAR:-default}. A secret given as it is goes to the keyring, and the file refers to it.
    """
    import shlex

    from customer_escalation.connectors.editing import Addition, missing_settings, on_system
    from customer_escalation.connectors.editing import add as declare
    from customer_escalation.connectors.source import InvalidRequest

    if sum(given is not None for given in (url, command, system)) != 1:
        raise InvalidRequest("Say what to connect: --url URL, --command LINE or --system NAME, one of them.")
    known = _open(context.obj)
    target = _file(project, context.obj)
    if system is not None:
        given = _pairs(settings or [], "--set")
        on_system(name, system, given)  # what cannot be is said before anything is asked
        missing = missing_settings(system, list(given))
        if missing and not sys.stdin.isatty():
            names, how = ", ".join(key for key, _ in missing), " ".join(f"--set {key}=…" for key, _ in missing)
            verb, them = ("is", "it") if len(missing) == 1 else ("are", "them")
            raise ConnectorError(f"The {names} of {system} {verb} missing: give {them} with {how}")
        for key, hidden in missing:
            given[key] = _ask(f"{key} of {system}", hidden=hidden, option=f"--set {key}=…")
        addition = on_system(name, system, given)
    else:
        entry: dict[str, Any] = {"url": url} if url else {}
        if command:
            words = shlex.split(command)
            entry = {"command": words[0] if words else "", "args": words[1:]}
        entry |= {"type": "sse"} if sse else {}
        parts = {
            "category": category,
            "auth": auth,
            "client_id": client_id,
            "client_secret": client_secret,
            "issuer": issuer,
        }
        entry |= {key: value for key, value in parts.items() if value}
        entry |= {"headers": _pairs(header, "--header")} if header else {}
        entry |= {"env": _pairs(env, "--env")} if env else {}
        if not category:
            entry |= _category_for(name, entry)
        addition = Addition(name, entry)
    declare(target, addition, known.secrets)
    streams.tell(f"{name} is declared in {target}.")
    for kept in addition.secrets:
        streams.tell(f"The secret {kept} is kept in {known.secrets.place}.")
    if project:
        again = _open(context.obj).named(name).declared
        known.trust.approve(name, again.digest)
    if auth in ("oauth", "token"):
        streams.tell(f"Next: customer-escalation connectors login {name}")
    else:
        streams.tell(f"Next: customer-escalation connectors test {name}" if system else _next_trust(name))


@app.command()
def remove(context: typer.Context, name: Name) -> None:
    """Take a connector out of the file that declares it, and forget its secrets and its trust."""
    from customer_escalation.connectors.editing import remove as forget

    known = _open(context.obj)
    declared = known.declarations.named(name)
    if not declared.source.endswith(".toml"):
        raise ConnectorError(f"{name} stands in {declared.source}, which other programs read too: take it out there.")
    forget(Path(declared.source), name, known.secrets)
    known.trust.forget(name)
    streams.tell(f"{name} is out of {declared.source}.")


@app.command()
def trust(
    context: typer.Context,
    name: Name,
    tools: Annotated[
        list[str] | None, typer.Argument(help="Tools to classify, by name or glob.", show_default=False)
    ] = None,
    read: Annotated[bool, typer.Option("--read", help="These tools only look.")] = False,
    write: Annotated[bool, typer.Option("--write", help="These tools change something.")] = False,
    category: Annotated[
        str | None, typer.Option(help="The category that it serves, where no file says it.", show_default=False)
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Approve a connector of this project, its new and changed tools, or classify TOOLS that no table knows."""
    from customer_escalation.connectors.looking import offer_of
    from customer_escalation.connectors.source import InvalidRequest

    if bool(tools) != (read or write) or (read and write):
        raise InvalidRequest("To classify tools, name them and say --read or --write; without tools, say neither.")
    known = _open(context.obj)
    link = known.named(name)
    if category or not link.category:
        known.trust.name_category(name, _checked_category(category) if category else _asked_category(name))
        known = _open(context.obj)
        link = known.named(name)
    _approve(link, known, yes=yes)
    known = _open(context.obj)
    link = known.named(name)  # as it stands once it is approved
    if link.problem:
        raise ConnectorError(f"{name} cannot be asked for its tools: {link.problem}.")
    if not link.foreign:
        streams.tell(f"{name} is one of our own servers: its tools need no trust.")
        return
    offer = _wait(offer_of(link, known))
    if offer.changes:
        streams.say(_changes_text(offer))
        _must_agree(f"Trust {len(offer.changes)} tools of {name} as they are now?", yes=yes)
    known.trust.pin(name, link.declared.identity, offer.tools)
    if tools:
        matched = _matching(tools, [tool.name for tool in offer.tools])
        known.trust.decide(name, dict.fromkeys(matched, "read" if read else "write"))
        streams.tell(f"{'read' if read else 'write'}: {', '.join(matched)}")
        offer = _wait(offer_of(link, known))
    streams.say(_access_text(offer))


@app.command()
def deny(
    context: typer.Context,
    name: Name,
    tools: Annotated[
        list[str] | None, typer.Argument(help="Tools to deny, by name or glob.", show_default=False)
    ] = None,
) -> None:
    """Deny TOOLS of a connector, or take back all trust in it."""
    known = _open(context.obj)
    link = known.named(name)
    if not tools:
        known.trust.forget(name)
        streams.tell(f"Nothing of {name} is trusted any more.")
        return
    pinned = known.trust.pinned(name, link.declared.identity)
    matched = _matching(tools, list(pinned))
    known.trust.decide(name, dict.fromkeys(matched, "denied"))
    streams.tell(f"denied: {', '.join(matched)}")


@app.command()
def login(
    context: typer.Context,
    name: Name,
    token: Annotated[
        bool, typer.Option("--token", help="Read a static token from standard input or the terminal.")
    ] = False,
) -> None:
    """Log in to a connector in the browser, or keep its static token; tokens are kept in the system's keyring."""
    known = _open(context.obj)
    link = known.named(name)
    config = link.declared.server
    if config is None or config.transport == "stdio":
        raise ConnectorError(
            f"{name} has no log-in of its own: its credentials are settings (see `connectors systems`)."
        )
    _approve(link, known, yes=False)
    if token or config.auth.kind == "token":
        known.secrets.put(f"token:{name}", _ask(f"token of {name}", hidden=True, option="standard input"))
        streams.tell(f"The token is kept in {known.secrets.place}.")
        return
    if config.auth.kind != "oauth":
        raise ConnectorError(f'{name} is declared without a log-in: add `auth = "oauth"` or `auth = "token"` to it.')
    _wait(_log_in(link, known))
    streams.tell(f"You are logged in to {name}; the tokens are kept in {known.secrets.place}.")


@app.command()
def logout(context: typer.Context, name: Name) -> None:
    """Forget a connector's tokens."""
    known = _open(context.obj)
    for kept in (f"token:{name}", f"oauth:{name}"):
        known.secrets.remove(kept)
    streams.tell(f"No token of {name} is kept any more.")


@app.command("test")
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

    known = _open(context.obj)
    report = _wait(check_contract(known.named(name), known, writes=writes, target=target))
    if json_output:
        rows = [vars(check) for check in report.checks]
        streams.say_json({"category": report.category, "passed": report.passed, "checks": rows}, indent=2)
    else:
        marks = {"passed": "ok  ", "failed": "FAIL", "skipped": "skip"}
        for one in report.checks:
            streams.say(streams.rows([f"{marks[one.outcome]}  {one.name}{f': {one.detail}' if one.detail else ''}"]))
        failed = len(report.failures)
        streams.tell(
            f"{name} keeps the contract of a {report.category}." if report.passed else f"{failed} checks failed."
        )
    if not report.passed:
        raise typer.Exit(FAILED)


@app.command()
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


def _verdict(name: str, report: "ContractReport") -> str:
    if report.failures:
        return f"{len(report.failures)} checks failed."
    if not report.proved:
        return f"Nothing was proved: {name} holds nothing that could be read. Put a few items into it first."
    skipped = sum(check.outcome == "skipped" for check in report.checks)
    rest = f" {skipped} checks could not be made." if skipped else ""
    return f"{name} keeps the contract of its category, {report.category}.{rest}"


async def _log_in(link: "Link", known: "Connectors") -> None:
    from customer_escalation.connectors.plan import spec_of
    from skill_runtime.mcp_host import McpHost, Timeouts
    from skill_runtime.oauth import WAIT_S, Redirect
    from skill_runtime.permission import ToolPolicy

    async with Redirect(streams.tell, title="customer-escalation") as redirect:
        spec = spec_of(link, known.secrets, redirect)
        waiting = Timeouts(connect=WAIT_S)
        async with McpHost([_patient(spec, waiting)], ToolPolicy({})) as host:
            if host.states[0].status != "connected":
                raise ConnectorError(f"{link.name}: {host.states[0].reason}.")


def _patient(spec: Any, timeouts: Any) -> Any:
    from dataclasses import replace

    return replace(spec, timeouts=timeouts)


def _open(file: Path | None) -> "Connectors":
    from customer_escalation.connectors.plan import open_connectors

    return open_connectors(Path.cwd(), file)


def _wait(work: Any) -> Any:
    import asyncio

    return asyncio.run(work)


def _file(project: bool, named: Path | None) -> Path:
    from customer_escalation.connectors.declared import project_file, user_file

    return named or (project_file(Path.cwd()) if project else user_file())


def _approve(link: "Link", known: "Connectors", *, yes: bool) -> None:
    """A project's declaration needs a person's word, once for each form that it takes."""
    declared = link.declared
    if declared.scope != "project" or known.trust.approved(declared.name, declared.digest):
        return
    streams.say(f"{declared.source} declares {declared.name}: {declared.address}")
    _must_agree("Let this project connect it?", yes=yes)
    known.trust.approve(declared.name, declared.digest)


def _must_agree(question: str, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise ConnectorError(f"{question} Nobody can be asked here: say --yes if you mean it.")
    if not typer.confirm(question):
        raise ConnectorError("Nothing was changed.")


def _ask(what: str, *, hidden: bool, option: str) -> str:
    if not sys.stdin.isatty():
        line = sys.stdin.readline().strip() if option == "standard input" else ""
        if line:
            return line
        raise ConnectorError(f"The {what} is missing: give it with {option}.")
    return str(typer.prompt(what, hide_input=hidden))


def _category_for(name: str, entry: dict[str, Any]) -> dict[str, str]:
    """The category of a server that nobody named one for: from the table, or by asking once."""
    from customer_escalation.connectors.known import known_as
    from skill_runtime.servers import server_entry

    config = server_entry(name, entry, name, lambda _: "x", [])
    if config is not None and known_as(config):
        return {}
    return {"category": _asked_category(name)}


def _checked_category(category: str) -> str:
    from support_connectors.categories import CATEGORIES

    if category not in CATEGORIES:
        raise ConnectorError(f"There is no category {category!r}; choose one of {', '.join(CATEGORIES)}.")
    return category


def _asked_category(name: str) -> str:
    """The category that a person names for a server."""
    from customer_escalation.connectors.known import category_by_name
    from support_connectors.categories import CATEGORIES

    if not sys.stdin.isatty():
        raise ConnectorError(f"Which category does {name} serve? Say --category with one of: {', '.join(CATEGORIES)}.")
    guess = category_by_name(name) or None
    while True:
        said = str(typer.prompt(f"Which category does {name} serve ({', '.join(CATEGORIES)})", default=guess))
        if said in CATEGORIES:
            return said


def _pairs(texts: Iterable[str] | None, option: str) -> dict[str, str]:
    from customer_escalation.connectors.source import InvalidRequest

    found = {}
    for text in texts or ():
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise InvalidRequest(f"{option} {text!r} is not KEY=VALUE.")
        if not value.strip():
            raise InvalidRequest(
                f"{option} {text!r} has no value. A shell puts nothing in the place of ${{VAR}} in double quotes where it does not know "
                f"it: write '{key.strip()}=${{VAR}}' in single quotes."
            )
        found[key.strip()] = value
    return found


def _matching(globs: list[str], names: list[str]) -> list[str]:
    found = [name for name in names if any(fnmatchcase(name, glob) for glob in globs)]
    if not found:
        raise ConnectorError(f"No tool matches {', '.join(globs)}. There are: {', '.join(names) or 'none'}.")
    return found


def _next_trust(name: str) -> str:
    return f"Next: customer-escalation connectors trust {name}"


def _nothing(known: "Connectors") -> str:
    from customer_escalation.connectors.declared import user_file

    return f"No connectors are declared (yours would stand in {user_file()}). A run uses the loaded workspace, if there is one."


def _overview_text(overview: "Overview", *, tools: bool) -> str:
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
        lines.append(f"    withheld: {shown} ({withheld[0].withheld}); {_next_trust(one.name).removeprefix('Next: ')}")
    return lines


def _counts(one: "Seen") -> str:
    reads = sum(tool.access.value == "read" for tool in one.tools)
    writes = sum(tool.access.value == "write" for tool in one.tools)
    others = len(one.tools) - reads - writes
    return f"{reads} read, {writes} write" + (f", {others} withheld" if others else "")


def _overview_json(overview: "Overview") -> dict[str, Any]:
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


def _changes_text(offer: "Offer") -> str:
    lines: list[str] = []
    for change in offer.changes:
        lines.append(f"{change.what}: {change.name} ({change.access.value})")
        lines += [f"    {line}" for line in change.lines]
    return streams.rows(lines)


def _access_text(offer: "Offer") -> str:
    rows = [
        f"{tool.access.value:<7} {tool.name}{f'  ({tool.withheld})' if tool.withheld else ''}"
        for tool in offer.admitted
    ]
    return streams.rows(rows or ["It offers no tools."])
