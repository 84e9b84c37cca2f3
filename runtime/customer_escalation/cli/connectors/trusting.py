"""Commands by which a person trusts a connector and its tools, or takes that back, and logs in to it."""

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated, Any

import typer

from customer_escalation.cli import streams
from customer_escalation.cli.connectors.asking import approve, ask, asked_category, checked_category, must_agree
from customer_escalation.cli.connectors.options import Name, opened, waited
from customer_escalation.cli.connectors.told import access_text, changes_text
from skill_runtime.errors import ConnectorError

if TYPE_CHECKING:
    from customer_escalation.connectors.plan import Connectors, Link


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
    known = opened(context.obj)
    link = known.named(name)
    if category or not link.category:
        known.trust.name_category(name, checked_category(category) if category else asked_category(name))
        known = opened(context.obj)
        link = known.named(name)
    approve(link, known, yes=yes)
    known = opened(context.obj)
    link = known.named(name)  # as it stands once it is approved
    if link.problem:
        raise ConnectorError(f"{name} cannot be asked for its tools: {link.problem}.")
    if not link.foreign:
        streams.tell(f"{name} is one of our own servers: its tools need no trust.")
        return
    offer = waited(offer_of(link, known))
    if offer.changes:
        streams.say(changes_text(offer))
        must_agree(f"Trust {len(offer.changes)} tools of {name} as they are now?", yes=yes)
    known.trust.pin(name, link.declared.identity, offer.tools)
    if tools:
        matched = _matching(tools, [tool.name for tool in offer.tools])
        known.trust.decide(name, dict.fromkeys(matched, "read" if read else "write"))
        streams.tell(f"{'read' if read else 'write'}: {', '.join(matched)}")
        offer = waited(offer_of(link, known))
    streams.say(access_text(offer))


def deny(
    context: typer.Context,
    name: Name,
    tools: Annotated[
        list[str] | None, typer.Argument(help="Tools to deny, by name or glob.", show_default=False)
    ] = None,
) -> None:
    """Deny TOOLS of a connector, or take back all trust in it."""
    known = opened(context.obj)
    link = known.named(name)
    if not tools:
        known.trust.forget(name)
        streams.tell(f"Nothing of {name} is trusted any more.")
        return
    pinned = known.trust.pinned(name, link.declared.identity)
    matched = _matching(tools, list(pinned))
    known.trust.decide(name, dict.fromkeys(matched, "denied"))
    streams.tell(f"denied: {', '.join(matched)}")


def login(
    context: typer.Context,
    name: Name,
    token: Annotated[
        bool, typer.Option("--token", help="Read a static token from standard input or the terminal.")
    ] = False,
) -> None:
    """Log in to a connector in the browser, or keep its static token; tokens are kept in the system's keyring."""
    known = opened(context.obj)
    link = known.named(name)
    config = link.declared.server
    if config is None or config.transport == "stdio":
        raise ConnectorError(
            f"{name} has no log-in of its own: its credentials are settings (see `connectors systems`)."
        )
    approve(link, known, yes=False)
    if token or config.auth.kind == "token":
        known.secrets.put(f"token:{name}", ask(f"token of {name}", hidden=True, option="standard input"))
        streams.tell(f"The token is kept in {known.secrets.place}.")
        return
    if config.auth.kind != "oauth":
        raise ConnectorError(f'{name} is declared without a log-in: add `auth = "oauth"` or `auth = "token"` to it.')
    waited(_log_in(link, known))
    streams.tell(f"You are logged in to {name}; the tokens are kept in {known.secrets.place}.")


def logout(context: typer.Context, name: Name) -> None:
    """Forget a connector's tokens."""
    known = opened(context.obj)
    for kept in (f"token:{name}", f"oauth:{name}"):
        known.secrets.remove(kept)
    streams.tell(f"No token of {name} is kept any more.")


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


def _matching(globs: list[str], names: list[str]) -> list[str]:
    found = [name for name in names if any(fnmatchcase(name, glob) for glob in globs)]
    if not found:
        raise ConnectorError(f"No tool matches {', '.join(globs)}. There are: {', '.join(names) or 'none'}.")
    return found
