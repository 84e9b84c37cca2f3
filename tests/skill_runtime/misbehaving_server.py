"""A real stdio MCP server that goes wrong in the way its argument names. Started by test_mcp_host."""

import os
import sys
import time

HOW = sys.argv[1]

if HOW == "silent":
    sys.stdin.read()  # until the host gives up and closes
    sys.exit(0)
if HOW == "stubborn":
    while True:  # not even a closed stdin ends it
        time.sleep(60)
if HOW == "crash":
    print("starting up", file=sys.stderr)
    print("no licence file", file=sys.stderr)
    sys.exit(3)

from mcp.server import MCPServer  # noqa: E402
from mcp.server.mcpserver.exceptions import ToolError  # noqa: E402

server = MCPServer("misbehaving")


@server.tool()
def read_ok(id: str) -> dict[str, str]:  # noqa: A002
    """Answers."""
    print("a line that belongs in nobody's terminal", file=sys.stderr)
    return {"ref": f"crm/{id}"}


@server.tool()
def read_then_die() -> str:
    """Dies in the middle of the call."""
    print("segmentation fault, sort of", file=sys.stderr)
    sys.stderr.flush()
    os._exit(11)


@server.tool()
async def read_forever() -> str:
    """Never answers."""
    import anyio

    await anyio.sleep_forever()
    return "never"


@server.tool()
def read_flood() -> str:
    """Answers with far too much."""
    return "x" * 3_000_000


@server.tool()
def read_crash() -> str:
    """Has a bug."""
    raise ValueError("a secret that must not leave the server")


@server.tool()
def read_refused() -> str:
    """Refuses with a sentence."""
    raise ToolError("There is no account A-99; search for the customer by name.")


if __name__ == "__main__":
    if HOW == "noisy":
        print("this is not JSON-RPC", flush=True)
    server.run()
