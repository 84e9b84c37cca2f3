"""The connectors that the user and the project declare, read from their files; nothing is started.

Two kinds of files: ``connectors.toml``, a table a connector, and the files of MCP clients (``client_forms``). The project's come
before the user's, those before what the plugin itself ships, and the first declaration of a name counts. Whoever can change a
project's files must not be able to start commands or to send secrets elsewhere, so what a project declares needs a person's
approval (see ``trust``).
"""

import os
from collections.abc import Callable
from pathlib import Path

from platformdirs import user_config_path

from customer_escalation.connectors.declaration import Declarations, Declared, Scope
from customer_escalation.connectors.declaration_file import declared_in
from customer_escalation.policy.sources import APP
from customer_escalation.resources import plugin_root
from skill_runtime.frontmatter import Diagnostic
from skill_runtime.servers import Lookup

FILE = "connectors.toml"
ASSISTANTS_FILE = ".mcp.json"
CLIENTS_FILES = (ASSISTANTS_FILE, ".vscode/mcp.json", ".cursor/mcp.json", "opencode.json")
"""Where a project has the servers of its people's clients."""


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
        sources = [(scope, path) for scope, path in _sources(folder) if path.is_file()]
    found: dict[str, Declared] = {}
    notes: list[Diagnostic] = []
    for scope, path in sources:
        for declared in declared_in(scope, path, lookup, notes, strict=strict):
            if declared.name in found:
                counts = f"{declared.name} is declared in {found[declared.name].source} already, which counts"
                notes.append(Diagnostic("info", counts, str(path)))
            else:
                found[declared.name] = declared
    return Declarations(tuple(found.values()), tuple(notes))


def declaring_files(folder: Path) -> list[Path]:
    """Every file that may declare connectors for the project in ``folder``, there or not."""
    return [path for _, path in _sources(folder)]


def _sources(folder: Path) -> list[tuple[Scope, Path]]:
    return [
        ("project", project_file(folder)),
        *(("project", folder / name) for name in CLIENTS_FILES),
        ("user", user_file()),
        ("user", plugin_root() / ASSISTANTS_FILE),
    ]


def environment(secrets: Callable[[str], str | None]) -> Lookup:
    """Variables from this process's environment, and ``${keyring:NAME}`` from the secrets that ``login`` kept."""

    def value(name: str) -> str | None:
        return secrets(name.removeprefix("keyring:")) if name.startswith("keyring:") else os.environ.get(name)

    return value
