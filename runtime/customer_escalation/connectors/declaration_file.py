"""What one file declares: entries of ours and of MCP clients; what of it cannot be used is a note."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from customer_escalation.connectors.client_forms import entries_in, is_off, json_of, line_of, plain_entry
from customer_escalation.connectors.declaration import NAME, Declared, Scope, label_of
from customer_escalation.policy.sources import APP
from skill_runtime.errors import ConnectorError
from skill_runtime.frontmatter import Diagnostic
from skill_runtime.servers import Lookup, expanded, server_entry, unset_words
from skill_runtime.trust import digest

MAX_FILE = 1_000_000
_OURS = re.compile(r"customer_escalation|bin/customer-escalation\b")
_SYSTEM = re.compile(r"[a-z0-9_-]+")


def declared_in(
    scope: Scope, path: Path, lookup: Lookup, notes: list[Diagnostic], *, strict: bool
) -> Iterator[Declared]:
    """What one file declares; what of it cannot be used is a note."""
    try:
        text, content = _content(path)
    except ConnectorError as error:
        if strict or path.suffix == ".toml" or scope == "named":
            raise
        notes.append(Diagnostic("warning", f"left out: {error}", str(path)))
        return
    for name, entry in entries_in(content, wrapped=path.suffix != ".toml" or "mcp_servers" in content):
        where = f"{path}, line {line}: {name}" if (line := line_of(text, name)) else f"{path}: {name}"
        if not strict and not isinstance(entry, dict) and (path.suffix != ".toml" or name.startswith("$")):
            continue  # what else a client keeps in its file
        if isinstance(entry, dict) and (is_off(entry) or (path.suffix != ".toml" and _is_ours(entry))):
            continue
        try:
            declared = _declared(name if strict else label_of(name), entry, scope, path, where, lookup, notes)
        except ConnectorError as error:
            if strict:
                raise
            notes.append(Diagnostic("warning", f"left out: {str(error).removeprefix(where).lstrip(': ')}", where))
            continue
        if declared is not None:
            yield declared


def _content(path: Path) -> tuple[str, dict[str, Any]]:
    """A file's text and what it says. Raises ``ConnectorError``."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_FILE + 1)
    except OSError as error:
        raise ConnectorError(f"{path} cannot be read: {error.strerror}.") from error
    if len(data) > MAX_FILE:
        raise ConnectorError(f"{path} is larger than {MAX_FILE:,} bytes, the most that is read.")
    try:
        text = data.decode("utf-8-sig")
        if path.suffix == ".toml":
            content: Any = tomllib.loads(text)
        else:
            content = json_of(text)
    except UnicodeDecodeError as error:
        raise ConnectorError(f"{path} is not UTF-8 text (byte {error.start + 1:,}).") from error
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        form = "TOML" if path.suffix == ".toml" else "JSON"
        raise ConnectorError(f"{path} is not {form}: {error}.") from error
    if not isinstance(content, dict):
        raise ConnectorError(f"{path} must hold connectors by name.")
    return text, content


def _is_ours(entry: Any) -> bool:
    """An assistant's entry that starts our own category servers: in a run they need no process."""
    if not isinstance(entry, dict):
        return False
    command, args = entry.get("command"), entry.get("args")
    words = [*(command if isinstance(command, list) else [command]), *(args if isinstance(args, list) else [])]
    return words[:1] == [APP] or any(isinstance(word, str) and _OURS.search(word) for word in words)


def _declared(
    name: str, entry: Any, scope: Scope, path: Path, where: str, lookup: Lookup, notes: list[Diagnostic]
) -> Declared | None:
    if not NAME.fullmatch(name):
        raise ConnectorError(f"{where}: a connector's name holds at most 40 letters, digits, - and _.")
    if not isinstance(entry, dict):
        raise ConnectorError(f"{where} must be a table of settings.")
    written = digest(entry)
    category = entry.get("category", "")
    if not isinstance(category, str):
        raise ConnectorError(f"{where}: category must be text.")
    if "system" in entry:
        return _on_system(name, entry, scope, path, where, written, lookup)
    server = server_entry(name, plain_entry(entry, _project_of(path)), where, lookup, notes)
    if server is None:
        note = notes.pop()
        if note.level == "info":  # an empty address, as public plugins ship: meant to be skipped
            notes.append(note)
            return None
        return Declared(name, scope, str(path), written, category, problem=note.message.removeprefix("left out: "))
    return Declared(name, scope, str(path), written, server.category, server)


def _project_of(path: Path) -> Path:
    """The folder that a client's file was written for."""
    return path.parent.parent if path.parent.name.startswith(".") else path.parent


def _on_system(
    name: str, entry: dict[str, Any], scope: Scope, path: Path, where: str, written: str, lookup: Lookup
) -> Declared:
    system = entry["system"]
    if not isinstance(system, str) or not _SYSTEM.fullmatch(system):
        raise ConnectorError(f"{where}: system must be a name such as redmine.")
    unset: set[str] = set()

    def whole(value: Any) -> Any:
        if isinstance(value, str):
            return expanded(value, lookup, unset)
        if isinstance(value, list):
            return [whole(item) for item in value]
        return {key: whole(item) for key, item in value.items()} if isinstance(value, dict) else value

    settings = {key: whole(value) for key, value in entry.items() if key not in ("system", "category")}
    problem = unset_words(unset)
    return Declared(name, scope, str(path), written, entry.get("category", ""), None, system, settings, problem)
