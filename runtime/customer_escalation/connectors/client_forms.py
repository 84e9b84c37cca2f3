"""The forms in which MCP clients write down their servers, brought to one: ``.mcp.json``'s own.

Clients differ in the key above the servers, in the name of the address, in how a variable is written, and in whether comments and
trailing commas may stand in the file. An entry is data here; nothing is expanded or started.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_ABOVE = ("mcpServers", "servers", "mcp_servers", "mcp", "context_servers", "amp.mcpServers", "contextServers")
"""Keys above the servers: most clients, VS Code, Codex, opencode, Zed, Amp."""
_ADDRESS = ("url", "serverUrl", "server_url", "httpUrl", "sseUrl", "uri", "endpoint", "baseUrl")
_TRANSPORTS = {"local": "stdio", "remote": "http", "streamableHttp": "http", "streamable_http": "http", "streamable-http": "http",
               "http-stream": "http", "httpStream": "http", "builtin": "stdio"}  # fmt: skip
_TOKENS = re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TRAILING = re.compile(r'("(?:[^"\\\n]|\\.)*")|,(?=\s*[}\]])')
_ENV = re.compile(r"\$?\{env:([A-Za-z_]\w*)\}")
_INPUT = re.compile(r"\$\{input:([^{}:]+)\}")


def json_of(text: str) -> Any:
    """JSON in which comments and trailing commas may stand; lines keep their numbers. Raises ``ValueError``."""
    try:
        return json.loads(text)
    except ValueError:
        bare = _TOKENS.sub(
            lambda found: found[0] if found[0].startswith('"') else re.sub(r"[^\n]", " ", found[0]), text
        )
        return json.loads(_TRAILING.sub(lambda found: found[1] or "", bare))


def entries_in(content: Mapping[str, Any], *, wrapped: bool) -> Iterator[tuple[str, Any]]:
    """The servers by name, wherever a client keeps them; ``wrapped``: the file may have them below a key of its own."""
    above = [key for key in _ABOVE if isinstance(content.get(key), dict | list)] if wrapped else []
    if not above:
        yield from content.items()
    for key in above:
        inner = content[key]
        if isinstance(inner, list):
            yield from (
                (str(one.get("name", number)), one) for number, one in enumerate(inner, 1) if isinstance(one, dict)
            )
        elif isinstance(inner.get("servers"), dict) and not {"command", *_ADDRESS} & inner["servers"].keys():
            yield from inner["servers"].items()
        else:
            yield from inner.items()


def is_off(entry: Mapping[str, Any]) -> bool:
    """Whether somebody switched the server off."""
    return entry.get("disabled") is True or entry.get("enabled") is False or entry.get("isActive") is False


def plain_entry(entry: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """An entry with the names and types of ``.mcp.json``; ``folder`` is the project that its client worked in."""
    found: dict[str, Any] = {key: _variables(value, folder) for key, value in entry.items()}
    address = next((key for key in _ADDRESS if found.get(key) is not None), "")
    if address:
        found["url"] = found[address]
    command = found.get("command")
    if isinstance(command, list):
        found["command"], found["args"] = (command or [""])[0], [*command[1:], *(found.get("args") or [])]
    elif isinstance(command, dict):
        found |= {"command": command.get("path", ""), "args": command.get("args", []), "env": command.get("env") or {}}
    kind = found.get("type") or found.get("transport") or found.get("transportType")
    if isinstance(kind, str):
        found["type"] = _TRANSPORTS.get(kind, kind)
    elif address == "sseUrl":
        found["type"] = "sse"
    for given, name in (("environment", "env"), ("http_headers", "headers")):
        if isinstance(found.get(given), dict):
            found.setdefault(name, found[given])
    if isinstance(found.get("bearer_token_env_var"), str):
        found["headers"] = {
            **(found.get("headers") or {}),
            "Authorization": f"Bearer ${{{found['bearer_token_env_var']}}}",
        }
    for name in ("env", "headers"):
        if isinstance(found.get(name), dict):
            found[name] = {key: _text(value) for key, value in found[name].items() if value is not None}
    if isinstance(found.get("args"), list):
        found["args"] = [_text(value) for value in found["args"]]
    return {key: value for key, value in found.items() if value is not None}


def line_of(text: str, name: str) -> int:
    """The line on which an entry of that name begins, from 1; 0 where it cannot be found."""
    quoted, plain = re.escape(json.dumps(name, ensure_ascii=False)), re.escape(name)
    in_toml = rf"^\s*\[(?:[\w.-]+\.)?(?:{quoted}|'{plain}'|{plain})(?:\]|\.)|^\s*(?:{quoted}|{plain})\s*="
    found = re.search(rf"{quoted}\s*:|{in_toml}", text, re.MULTILINE)
    if not found:
        return 0
    begin = found.start() + len(found[0]) - len(found[0].lstrip())
    return text.count("\n", 0, begin) + 1


def _text(value: Any) -> Any:
    """A number or a switch as the text that a process gets."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def _variables(value: Any, folder: Path) -> Any:
    if isinstance(value, str):
        named = _ENV.sub(r"${\1}", _INPUT.sub(r"${input \1}", value))
        return named.replace("${workspaceFolder}", str(folder)).replace("${workspaceRoot}", str(folder))
    if isinstance(value, list):
        return [_variables(item, folder) for item in value]
    return {key: _variables(item, folder) for key, item in value.items()} if isinstance(value, dict) else value
