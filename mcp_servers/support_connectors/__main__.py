"""``python -m support_connectors CATEGORY``: one category's server as a process of its own."""

import argparse
import sys
from pathlib import Path

from support_connectors.categories import WORKSPACE_CATEGORIES
from support_connectors.serving import DATABASE_VARIABLE, DEFAULT_HOST, TOKEN_VARIABLE, ServeError, serve
from support_connectors.workspace.records import WorkspaceError

USAGE_ERROR = 2
INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> int:
    """Serve until the client leaves; return the exit code (2: wrong usage, no workspace, or no such port)."""
    parser = argparse.ArgumentParser(
        prog="support_connectors",
        description="Serve one category of the embedded workspace over MCP, on stdio unless --http is given.",
    )
    parser.add_argument("category", choices=WORKSPACE_CATEGORIES)
    parser.add_argument(
        "--http",
        type=int,
        metavar="PORT",
        help="serve streamable HTTP at /mcp, for "
        f"clients with a token (${TOKEN_VARIABLE}, else one is made) and without writing tools; 0 takes a free port",
    )
    parser.add_argument("--host", default=DEFAULT_HOST, help="a loopback address (default: %(default)s)")
    parser.add_argument("--no-token", action="store_true", help="over HTTP, let every process of this machine in")
    parser.add_argument(
        "--workspace",
        type=Path,
        metavar="FILE",
        help="a workspace JSON file, kept in memory, or a database "
        f"(default: ${DATABASE_VARIABLE}, or workspace.db in the user's data folder)",
    )
    options = parser.parse_args(arguments)
    try:
        serve(options.category, options.workspace, options.http, options.host, open_to_all=options.no_token)
    except (WorkspaceError, ServeError) as error:
        print(error, file=sys.stderr)
        return USAGE_ERROR
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
