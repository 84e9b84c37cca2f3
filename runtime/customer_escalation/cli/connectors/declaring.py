"""Commands that declare a connector and take one out again."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from customer_escalation.cli import streams
from customer_escalation.cli.connectors.asking import ask, asked_category
from customer_escalation.cli.connectors.options import Name, opened
from customer_escalation.cli.connectors.told import next_trust
from skill_runtime.errors import ConnectorError

InProject = Annotated[bool, typer.Option("--project", help="In the project's file instead of your own.")]


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
        str | None,
        typer.Option(
            help="The authorization server that knows the client; a secret goes to no other.", show_default=False
        ),
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
    known = opened(context.obj)
    target = file_of(project, context.obj)
    if system is not None:
        given = _pairs(settings or [], "--set")
        on_system(name, system, given)  # what cannot be is said before anything is asked
        missing = missing_settings(system, list(given))
        if missing and not sys.stdin.isatty():
            names, how = ", ".join(key for key, _ in missing), " ".join(f"--set {key}=…" for key, _ in missing)
            verb, them = ("is", "it") if len(missing) == 1 else ("are", "them")
            raise ConnectorError(f"The {names} of {system} {verb} missing: give {them} with {how}")
        for key, hidden in missing:
            given[key] = ask(f"{key} of {system}", hidden=hidden, option=f"--set {key}=…")
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
        again = opened(context.obj).named(name).declared
        known.trust.approve(name, again.digest)
    if auth in ("oauth", "token"):
        streams.tell(f"Next: customer-escalation connectors login {name}")
    else:
        streams.tell(f"Next: customer-escalation connectors test {name}" if system else next_trust(name))


def remove(context: typer.Context, name: Name) -> None:
    """Take a connector out of the file that declares it, and forget its secrets and its trust."""
    from customer_escalation.connectors.editing import remove as forget

    known = opened(context.obj)
    declared = known.declarations.named(name)
    if not declared.source.endswith(".toml"):
        raise ConnectorError(f"{name} stands in {declared.source}, which other programs read too: take it out there.")
    forget(Path(declared.source), name, known.secrets)
    known.trust.forget(name)
    streams.tell(f"{name} is out of {declared.source}.")


def file_of(project: bool, named: Path | None) -> Path:
    from customer_escalation.connectors.declared import project_file, user_file

    return named or (project_file(Path.cwd()) if project else user_file())


def _category_for(name: str, entry: dict[str, Any]) -> dict[str, str]:
    """The category of a server that nobody named one for: from the table, or by asking once."""
    from customer_escalation.connectors.known import known_as
    from skill_runtime.servers import server_entry

    config = server_entry(name, entry, name, lambda _: "x", [])
    if config is not None and known_as(config):
        return {}
    return {"category": asked_category(name)}


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
