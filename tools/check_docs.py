"""Keep the generated parts of the documentation true: compare them, or rewrite them with ``--write``.

A generated part stands between ``<!-- generated:NAME -->`` and ``<!-- /generated -->``. ``options`` is made from the command
line itself, ``categories`` from the table of categories, ``tools`` from the servers as a client sees them, ``systems`` and
``known`` from their declarations.
"""

import asyncio
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

from support_connectors.backend import Backend
from support_connectors.categories import CATEGORIES, WORKSPACE_CATEGORIES

ROOT = Path(__file__).resolve().parent.parent
CHOICES = {"format": "md\\|json\\|html\\|slack\\|adf"}
BLOCK = re.compile(r"(<!-- generated:([\w-]+) -->\n).*?(<!-- /generated -->)", re.DOTALL)


def options() -> str:
    """The options of ``run`` as a table."""
    import typer.main

    from customer_escalation.cli.main import app

    command = typer.main.get_command(app)
    run = command.commands["run"]  # type: ignore[attr-defined]
    rows = ["| Option | Meaning |", "| --- | --- |"]
    for parameter in run.params:
        if parameter.param_type_name != "option" or parameter.name == "help":
            continue
        names = ", ".join([*parameter.opts, *parameter.secondary_opts])
        takes = (
            "" if parameter.is_flag else f" {parameter.metavar or CHOICES.get(parameter.name, parameter.name.upper())}"
        )
        rows.append(f"| `{names}{takes}` | {parameter.help} |")
    return "\n".join(rows) + "\n"


def categories() -> str:
    """Every category as a table."""
    from customer_escalation.domain.categories import NEED_WORDS, SOURCES

    rows = ["| Placeholder | Category | Needed | What the skill looks for there |", "| --- | --- | --- | --- |"]
    rows += [f"| `~~{row.title}` | `{row.id}` | {NEED_WORDS[row.need]} | {row.looks_for} |" for row in SOURCES.values()]
    return "\n".join(rows) + "\n"


def tools() -> str:
    """Every tool of every bundled server as a table."""
    return asyncio.run(_tools())


class _Nothing:
    """Answers to any name, and is never called."""

    def __getattr__(self, name: str) -> object:
        return lambda *_: None


def systems() -> str:
    """Every bundled system as a table."""
    from support_connectors.systems import BUNDLED, find_system, needed_settings

    rows = ["| System | Name | Category | Needs | Tested against |", "| --- | --- | --- | --- | --- |"]
    found = sorted((find_system(name) for name in BUNDLED), key=lambda one: (CATEGORIES.index(one.category), one.name))
    for one in found:
        needs = ", ".join(f"`{key}`" for key in needed_settings(one))
        rows.append(f"| {one.title} | `{one.name}` | `{one.category}` | {needs or 'see its settings'} | {one.tested} |")
    return "\n".join(rows) + "\n"


def known() -> str:
    """The known MCP servers as a table."""
    from customer_escalation.connectors.known import known_servers

    rows = ["| Product | Category | Recognised by |", "| --- | --- | --- |"]
    for row in known_servers():
        also = "".join(f", `{name}`" for name in sorted(set(row.categories.values())))
        marks = ", ".join(f"`{mark}`" for mark in (*row.hosts, *row.packages))
        rows.append(f"| {row.title} | `{row.category}`{also} | {marks} |")
    return "\n".join(rows) + "\n"


async def _tools() -> str:
    from mcp import Client

    from customer_escalation.resources import sample_workspace
    from support_connectors.serving import build_category_server
    from support_connectors.workspace.store import workspace_from_json

    rows = ["| Server | Tool | Access | What it does |", "| --- | --- | --- | --- |"]
    store = workspace_from_json(sample_workspace())
    for category in CATEGORIES:
        # Listing tools asks no backend, so any stands in for the two categories that a workspace does not hold.
        backend = store.backend(category) if category in WORKSPACE_CATEGORIES else _Nothing()
        async with Client(build_category_server(category, cast("Backend", backend))) as client:
            for tool in (await client.list_tools()).tools:
                access = "read" if tool.annotations and tool.annotations.read_only_hint else "write"
                first = re.split(r"(?<=\.)\s", (tool.description or "").strip().replace("\n", " "))[0]
                rows.append(f"| `{category}` | `{tool.name}` | {access} | {first} |")
    store.close()
    return "\n".join(rows) + "\n"


def tools_of_escalation() -> str:
    """The tools of the server for assistants as a table, as a client sees them."""
    return asyncio.run(_tools_of_escalation())


async def _tools_of_escalation() -> str:
    from mcp import Client

    from customer_escalation.mcp_server.escalation import build_escalation_server
    from customer_escalation.mcp_server.workplace import Workplace

    rows = ["| Tool | What it does |", "| --- | --- |"]
    async with Client(
        build_escalation_server(Workplace(ROOT, policy=ROOT / "skills/customer-escalation/policy.toml"))
    ) as client:
        for tool in (await client.list_tools()).tools:
            first = re.split(r"(?<=[.])\s", (tool.description or "").strip().replace("\n", " "))[0]
            rows.append(f"| `{tool.name}` | {first} |")
    return "\n".join(rows) + "\n"


PARTS: dict[str, Callable[[], str]] = {
    "options": options, "categories": categories, "tools": tools, "systems": systems,
    "known": known, "tools-of-escalation": tools_of_escalation,
}  # fmt: skip
FILES = ("README.md", "CONNECTORS.md", "docs/assistants.md")


def main() -> int:
    """Compare or rewrite; 1 when something is out of date."""
    write = "--write" in sys.argv[1:]
    stale = 0
    for name in FILES:
        path = ROOT / name
        before = path.read_text(encoding="utf-8")
        after = BLOCK.sub(lambda found: found[1] + PARTS[found[2]]() + found[3], before)
        if after == before:
            continue
        if write:
            path.write_text(after, encoding="utf-8")
            print(f"{name}: rewritten")
        else:
            print(f"{name}: a generated part is out of date; run `make docs`")
            stale = 1
    return stale


if __name__ == "__main__":
    sys.exit(main())
