"""An MCP server over stdio that answers as a file tells it, whatever that is: the wire protocol by hand, so that nothing checks or
mends an answer before it is sent.

The file is JSON: ``{"tools": [TOOL…], "answers": {NAME: ANSWER}}``. An answer is a ``CallToolResult`` as it goes over the wire, or
``{"error": …}`` for a refusal of the protocol, or ``{"exit": 1}`` to die. ``{"by": {ARGUMENT: {VALUE: ANSWER}}, "else": ANSWER}``
answers by an argument. ``page`` stands beside the tools in every list of them. Arguments that the tool's schema does not name are
refused, as strict servers do.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

SCRIPT = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))


def answer(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The message's ``result`` or ``error``."""
    tool = next((tool for tool in SCRIPT["tools"] if tool["name"] == name), None)
    if tool is None:
        return {"error": {"code": -32602, "message": f"Unknown tool: {name}"}}
    schema = tool["inputSchema"]
    strange = sorted(set(arguments) - set(schema.get("properties", {})))
    missing = sorted(set(schema.get("required", ())) - set(arguments))
    if strange or missing:
        told = f"Invalid arguments: {', '.join([*(f'unknown {one}' for one in strange), *(f'no {one}' for one in missing)])}"
        return {"result": {"content": [{"type": "text", "text": told}], "isError": True}}
    found = SCRIPT["answers"].get(name, {"content": []})
    if "by" in found:
        [(argument, choices)] = found["by"].items()
        found = choices.get(str(arguments.get(argument)), found.get("else", {"content": []}))
    if "exit" in found:
        os._exit(found["exit"])
    return found if "error" in found else {"result": found}


def main() -> None:
    """Serve until the input ends."""
    for line in sys.stdin:
        message = json.loads(line)
        if "id" not in message:
            continue
        match message["method"]:
            case "initialize":
                reply = {
                    "result": {
                        "protocolVersion": message["params"]["protocolVersion"],
                        "capabilities": {"tools": {}},
                        "serverInfo": {"name": "scripted", "version": "1"},
                    }
                }
            case "ping":
                reply = {"result": {}}
            case "tools/list":
                reply = {"result": {"tools": SCRIPT["tools"], **SCRIPT.get("page", {})}}
            case "tools/call":
                reply = answer(message["params"]["name"], message["params"].get("arguments") or {})
            case _:
                reply = {"error": {"code": -32601, "message": "Method not found"}}
        sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": message["id"], **reply}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
