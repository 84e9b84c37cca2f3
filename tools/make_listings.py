"""What each server of the plugin offers, as the files that relays answer from while the servers start.

Compares them with the servers; with ``--write`` it writes them anew.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from customer_escalation.mcp_server.direct_writes import without_writes
from customer_escalation.mcp_server.escalation import build_escalation_server
from customer_escalation.mcp_server.hub.listing import ESCALATION, SHIPPED, announcing
from customer_escalation.mcp_server.workplace import Workplace
from support_connectors.categories import CATEGORIES, WORKSPACE_CATEGORIES, Category
from support_connectors.serving import build_category_server

if TYPE_CHECKING:
    from mcp.server import MCPServer

    from support_connectors.backend import Backend

ROOT = Path(__file__).resolve().parent.parent
POLICY = ROOT / "skills" / "customer-escalation" / "policy.toml"


class _Nothing:
    """Stands in for a backend: listing tools asks none."""

    def __getattr__(self, name: str) -> object:
        return lambda *_: None


def server_of(name: str) -> "MCPServer[Any]":
    """The server as it is where something stands behind it and no policy is put over the one that ships."""
    if name == ESCALATION:
        return build_escalation_server(Workplace(ROOT, policy=POLICY, beside_skill=True))
    server = build_category_server(cast("Category", name), cast("Backend", _Nothing()))
    without_writes(server)
    return server


async def listing(name: str) -> dict[str, Any]:
    """All that the server says of itself, as it stands on the wire."""
    from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, MODERN_PROTOCOL_VERSIONS

    server = server_of(name)
    options = server._lowlevel_server.create_initialization_options()  # noqa: SLF001
    about = {
        "capabilities": options.capabilities.model_dump(mode="json", by_alias=True, exclude_none=True),
        "serverInfo": {"name": options.server_name, "title": options.title, "version": options.server_version},
        "instructions": options.instructions,
    }
    lists: dict[str, list[Any]] = {
        "tools": await server.list_tools(),
        "prompts": await server.list_prompts(),
        "resources": await server.list_resources(),
        "resourceTemplates": await server.list_resource_templates(),
    }
    return {
        "versions": list(HANDSHAKE_PROTOCOL_VERSIONS),
        "modern": list(MODERN_PROTOCOL_VERSIONS),
        "workspace": name in WORKSPACE_CATEGORIES,
        "about": announcing(about),
        **{
            kind: [entry.model_dump(mode="json", by_alias=True, exclude_none=True) for entry in entries]
            for kind, entries in lists.items()
        },
    }


def main() -> int:
    """Compare or rewrite; 1 when a file is out of date."""
    write, stale = "--write" in sys.argv[1:], 0
    for name in (*CATEGORIES, ESCALATION):
        path = Path(SHIPPED) / f"{name}.json"
        text = json.dumps(asyncio.run(listing(name)), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        if write:
            path.write_text(text, encoding="utf-8")
        else:
            print(f"{path.relative_to(ROOT)} is out of date: run `make docs`.", file=sys.stderr)
            stale = 1
    return stale


if __name__ == "__main__":
    sys.exit(main())
