"""Commands about what is in force here: rules, policy, servers, and what is wrong with the set-up."""

import json
import os
import shutil
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from customer_escalation.cli import streams
from customer_escalation.cli.connectors import ConnectorsFile
from customer_escalation.cli.options import FAILED, PolicyFile
from customer_escalation.domain.categories import SOURCES

if TYPE_CHECKING:
    from customer_escalation.policy.sources import Overlay


def server_names(incomplete: str) -> list[str]:
    """Completion: what ``mcp`` serves."""
    from support_connectors.categories import CATEGORIES

    return [name for name in (*CATEGORIES, "escalation", "all") if name.startswith(incomplete)]


def rules(
    policy: PolicyFile = None,
    json_output: Annotated[bool, typer.Option("--json", help="One JSON object a rule.")] = False,
) -> None:
    """Every rule: its id, its level in force (H hard, W warning, off) and what it asks for."""
    from customer_escalation.decision.rulebook import rules_table
    from customer_escalation.domain.rule_registry import CARRIED_OUT
    from customer_escalation.domain.rules import RULE_TABLE
    from customer_escalation.policy.sources import find_overlays, policy_in_force

    in_force = policy_in_force(find_overlays(policy, Path.cwd()))
    if not json_output:
        streams.say(rules_table(in_force, shutil.get_terminal_size().columns))
        return
    # With what looks after a case to its very end, every function that carries out a rule is imported, and so entered.
    import customer_escalation.followups.service  # noqa: F401

    for row in RULE_TABLE.values():
        shown = {
            "id": row.id, "group": row.group, "level": in_force.level(row.id), "source": row.sentence, "label": row.label,
            "functions": CARRIED_OUT[row.id],
        }  # fmt: skip
        streams.say_json(shown)


def _trust_policy(withheld: "Overlay | None", *, yes: bool) -> None:
    """Show what the project's policy changes and ask for a person's word on it."""
    from customer_escalation.connectors.source import InvalidRequest
    from customer_escalation.policy.sources import approve, changes, policy_in_force

    if withheld is None:
        raise InvalidRequest("There is no policy of this project that waits for approval.")
    streams.tell(f"{withheld.source} changes:")
    for name, value, _ in changes(policy_in_force([withheld])):
        streams.tell(streams.rows([f"  {name} = {json.dumps(value, ensure_ascii=False)}"]))
    if not yes:
        if not sys.stdin.isatty():
            raise InvalidRequest(
                "Nobody can be asked here whether this project's policy is to be in force: say --yes if you mean it."
            )
        if not typer.confirm("Let this project's policy be in force as it stands?", err=True):
            raise InvalidRequest("Nothing was changed.")
    approve(withheld)


def show_policy(
    policy: PolicyFile = None,
    json_output: Annotated[bool, typer.Option("--json", help="The whole policy as JSON.")] = False,
    trust: Annotated[
        bool, typer.Option("--trust", help="Approve the project's policy as it stands; it is not in force before.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --trust: ask nothing.")] = False,
) -> None:
    """Check the policy in force, and say where it differs from the one that ships."""
    from customer_escalation.policy.sources import (
        changes,
        find_overlays,
        not_in_force,
        policy_in_force,
        withheld_policy,
    )

    withheld = withheld_policy(policy, Path.cwd())
    if trust:
        _trust_policy(withheld, yes=yes)
    elif withheld:
        streams.tell(not_in_force(withheld))
    overlays = find_overlays(policy, Path.cwd())
    in_force = policy_in_force(overlays)
    if json_output:
        streams.say_json(in_force.model_dump(mode="json"), indent=2)
        return
    streams.say("Policy: as it ships" + "".join(f", with {overlay.source}" for overlay in overlays) + ".")
    for name, value, shipped in changes(in_force):
        was = "not set" if shipped is None else json.dumps(shipped, ensure_ascii=False)
        streams.say(f"  {name} = {json.dumps(value, ensure_ascii=False)} (ships as {was})")


def mcp(
    category: Annotated[
        str,
        typer.Argument(
            help=f"{', '.join(SOURCES)}, escalation, or all.",
            autocompletion=server_names,
        ),
    ],
    http: Annotated[
        int | None, typer.Option(metavar="PORT", help="Serve streamable HTTP on this loopback port, behind a token.")
    ] = None,
    writes: Annotated[
        bool, typer.Option("--writes", help="Offer the writing tools, for what a person approved in a case.")
    ] = False,
    no_token: Annotated[
        bool, typer.Option("--no-token", help="Over HTTP, let in every process of this machine.")
    ] = False,
    workspace: Annotated[Path | None, typer.Option(metavar="FILE", help="Workspace JSON or database.")] = None,
    sample: Annotated[bool, typer.Option("--sample", help="Use the sample workspace.")] = False,
    connectors: ConnectorsFile = None,
) -> None:
    """Serve one category, the tools that write a brief (`escalation`), or `all` in one, over MCP: stdio unless --http is given.

    A category stands on the system that your connectors declare for it, else on the loaded workspace. Over HTTP clients send the
    token that CUSTOMER_ESCALATION_HTTP_TOKEN holds, else the one that the start prints.
    """
    from customer_escalation import headless
    from customer_escalation.mcp_server.serving import serve_category

    stands_on = headless.sample_workspace() if sample else workspace
    serve_category(category, stands_on, http, connectors, open_to_all=no_token, writes=writes)


def doctor(
    json_output: Annotated[bool, typer.Option("--json", help="One JSON object a check.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no system and no assistant.")] = False,
    model: Annotated[
        str | None,
        typer.Option(help="The model that runs would ask, as `run` takes it.", show_default="claude-sonnet-5-5"),
    ] = None,
    connectors: ConnectorsFile = None,
) -> None:
    """Look at everything that a run needs, change nothing, and say how to mend what is wrong.

    The output holds no secrets and no records, so it can be passed on. Exit code 0 without a failure, 1 with one.
    """
    from customer_escalation.cli.doctor import examine, report
    from customer_escalation.headless import DEFAULT_MODEL

    checks = examine(Path.cwd(), connectors, offline=offline, model=model or DEFAULT_MODEL)
    if json_output:
        for one in checks:
            streams.say_json(asdict(one))
    else:
        streams.write(report(checks, colour=sys.stdout.isatty() and not os.environ.get("NO_COLOR")))
    if any(one.status == "fail" for one in checks):
        raise typer.Exit(FAILED)
