"""The connectors that the user and the project declare, read from their files; nothing is started.

Two kinds of files: ``connectors.toml``, a table a connector, and the files of MCP clients (``client_forms``). The project's come
before the user's, those before what the plugin itself ships, and the first declaration of a name counts. Whoever can change a
project's files must not be able to start commands or to send secrets elsewhere, so what a project declares needs a person's
approval (see ``trust``).
"""

import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_config_path

from customer_escalation.connectors.client_forms import entries_in, is_off, json_of, line_of, plain_entry
from customer_escalation.policy.sources import APP
from customer_escalation.resources import plugin_root
from skill_runtime.errors import ConnectorError
from skill_runtime.frontmatter import Diagnostic
from skill_runtime.secrets import shown_address, shown_command
from skill_runtime.servers import Lookup, ServerConfig, expanded, server_entry, unset_words
from skill_runtime.trust import digest

FILE = "connectors.toml"
ASSISTANTS_FILE = ".mcp.json"
CLIENTS_FILES = (ASSISTANTS_FILE, ".vscode/mcp.json", ".cursor/mcp.json", "opencode.json")
"""Where a project has the servers of its people's clients."""
MAX_FILE = 1_000_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_OURS = re.compile(r"customer_escalation|bin/customer-escalation\b")
_SYSTEM = re.compile(r"[a-z0-9_-]+")

Scope = Literal["project", "user", "named"]


@dataclass(frozen=True)
class Declared:
    """One connector as a file declares it."""

    name: str
    scope: Scope
    source: str
    """The file."""
    digest: str
    """Of the declaration as it is written, variables not expanded: what a person approves."""
    category: str = ""
    """As declared; empty where the file does not say."""
    server: ServerConfig | None = None
    """For an MCP server."""
    system: str = ""
    """For a bundled category server on a system: the system's name."""
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """For a system: its settings, variables expanded. May hold secrets."""
    problem: str = ""
    """Why it cannot be used as it stands: the end of a sentence. Empty where it can."""

    @property
    def address(self) -> str:
        """Where it is, fit to be shown: a command line, an address, a system's; secrets in it are hidden."""
        if self.system:
            return f"{self.system} {shown_address(str(self.settings.get('url') or self.settings.get('host') or ''))}".strip()
        if self.server is None:
            return ""
        if self.server.url:
            return shown_address(self.server.url)
        return shown_command((self.server.command, *self.server.args))

    @property
    def identity(self) -> str:
        """What trust in its tools is bound to."""
        if self.server is None:
            return self.system
        config = self.server
        return digest([config.transport, config.url or [config.command, *config.args]])


@dataclass(frozen=True)
class Declarations:
    """Everything that the files say."""

    connectors: tuple[Declared, ...] = ()
    notes: tuple[Diagnostic, ...] = ()
    """What is remarkable: entries without an address, names that stand twice."""

    def named(self, name: str) -> Declared:
        """The connector of that name. Raises ``ConnectorError``."""
        for declared in self.connectors:
            if declared.name in (name, label_of(name)):
                return declared
        known = ", ".join(declared.name for declared in self.connectors) or "none"
        raise ConnectorError(f"There is no connector {name!r}; declared: {known}.")


def user_file() -> Path:
    """The user's own connectors."""
    return user_config_path(APP) / FILE


def project_file(folder: Path) -> Path:
    """The connectors of the project in ``folder``."""
    return folder / f".{APP}" / FILE


def find_declarations(folder: Path, lookup: Lookup, named: Path | None = None, *, strict: bool = False) -> Declarations:
    """The connectors of the project in ``folder`` and of the user, or those of the file ``named`` alone.

    ``lookup`` gives the variables' values. An entry that cannot be used is a note with its line, and so is a file of another
    program that cannot be read; ``strict`` raises for them too. Raises ``ConnectorError`` with file and place for a file of ours
    that cannot be read.
    """
    if named is not None:
        sources: list[tuple[Scope, Path]] = [("named", named)]
    else:
        sources = [
            ("project", project_file(folder)),
            *(("project", folder / name) for name in CLIENTS_FILES),
            ("user", user_file()),
        ]
        sources += [("user", plugin_root() / ASSISTANTS_FILE)]
        sources = [(scope, path) for scope, path in sources if path.is_file()]
    found: dict[str, Declared] = {}
    notes: list[Diagnostic] = []
    for scope, path in sources:
        for declared in _in_file(scope, path, lookup, notes, strict=strict):
            if declared.name in found:
                counts = f"{declared.name} is declared in {found[declared.name].source} already, which counts"
                notes.append(Diagnostic("info", counts, str(path)))
            else:
                found[declared.name] = declared
    return Declarations(tuple(found.values()), tuple(notes))


def environment(secrets: Callable[[str], str | None]) -> Lookup:
    """Variables from this process's environment, and ``${keyring:NAME}`` from the secrets that ``login`` kept."""

    def value(name: str) -> str | None:
        return secrets(name.removeprefix("keyring:")) if name.startswith("keyring:") else os.environ.get(name)

    return value


def _in_file(scope: Scope, path: Path, lookup: Lookup, notes: list[Diagnostic], *, strict: bool) -> Iterator[Declared]:
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


def label_of(name: str) -> str:
    """A name of any client as ours, which stands in ids of records and on command lines."""
    if _NAME.fullmatch(name):
        return name
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-_")
    return plain[:40].rstrip("-_") if plain else f"server-{digest(name)[:8]}"


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
    if not _NAME.fullmatch(name):
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
