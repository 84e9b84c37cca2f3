"""A plugin folder: its manifest, its skills and the MCP servers that it wants, as data.

Nothing is started, nothing of the plugin runs, and every path that it names stays inside its folder.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from skill_runtime.errors import ConnectorError, PluginError, SkillError
from skill_runtime.frontmatter import Diagnostic, shown
from skill_runtime.servers import ServerConfig, first_fault, server_entry
from skill_runtime.skills import Skill, find_skills, load_skill

MANIFEST = ".claude-plugin/plugin.json"
SERVERS = ".mcp.json"
SKILLS = "skills"
MAX_FILE = 1_048_576
"""Bytes of a manifest or a list of servers."""


@dataclass(frozen=True)
class Plugin:
    """A plugin that can be used."""

    name: str
    root: Path
    """Absolute."""
    version: str = ""
    description: str = ""
    skills: tuple[Skill, ...] = ()
    """Those that can be used; why others cannot is in ``diagnostics``."""
    servers: tuple[ServerConfig, ...] = ()
    """In the order of the files; those without an address or with an unset variable are only in ``diagnostics``."""
    diagnostics: tuple[Diagnostic, ...] = ()

    def skill(self, name: str) -> Skill:
        """The skill of this name. Raises ``SkillError``."""
        for skill in self.skills:
            if name in (skill.name, skill.folder.name):
                return skill
        known = ", ".join(skill.name for skill in self.skills) or "none"
        raise SkillError(f"The plugin {self.name} has no usable skill {shown(name)}; it has: {known}.")


class _Manifest(BaseModel):
    """What is read of plugin.json; hosts add fields of their own."""

    model_config = ConfigDict(extra="ignore", strict=True)

    name: str = Field(min_length=1)
    version: str = ""
    description: str = ""
    skills: str | list[str] = Field(default_factory=list)
    mcpServers: str | list[str] | dict[str, Any] = Field(default_factory=dict)  # noqa: N815 - the file's own word


def load_plugin(root: Path, env: Mapping[str, str] | None = None) -> Plugin:
    """Read the plugin in ``root``: a folder with .claude-plugin/plugin.json, with skills/, or with a SKILL.md.

    ``env`` is what ``${VAR}`` in server entries is taken from, this process's environment by default;
    ``${CLAUDE_PLUGIN_ROOT}`` is the folder itself.

    Raises ``PluginError``, naming file and place, when a file is malformed or the folder holds nothing of a plugin.
    """
    root = Path(os.path.abspath(root))  # noqa: PTH100 - resolve() would lose the folder's own name behind a link
    file = root / MANIFEST
    notes: list[Diagnostic] = []
    if file.is_file():
        manifest = _manifest(file)
    elif any((root / name).exists() for name in (SKILLS, "SKILL.md", SERVERS)):
        manifest = _Manifest(name=root.name or "plugin")
    else:
        raise PluginError(f"{root} is no plugin: it has neither {MANIFEST} nor {SKILLS}/ nor a SKILL.md.")
    variables = {**(os.environ if env is None else env), "CLAUDE_PLUGIN_ROOT": str(root)}
    skills = tuple(_skills(root, manifest, notes))
    servers: dict[str, ServerConfig] = {}
    for where, name, entry in _entries(root, manifest):
        try:
            server = server_entry(name, entry, where, variables, notes)
        except ConnectorError as error:
            raise PluginError(str(error)) from error
        if name in servers:
            notes.append(
                Diagnostic("warning", f"the server {shown(name)} is listed a second time; the first counts", where)
            )
        elif server is not None:
            servers[name] = server
    return Plugin(
        manifest.name, root, manifest.version, manifest.description, skills, tuple(servers.values()), tuple(notes)
    )


def _manifest(file: Path) -> _Manifest:
    try:
        return _Manifest.model_validate(_json(file))
    except ValidationError as error:
        raise PluginError(f"{file} cannot be used: {first_fault(error)}.") from error


def _skills(root: Path, manifest: _Manifest, notes: list[Diagnostic]) -> Iterator[Skill]:
    """The usable skills of the plugin's own folder, of skills/ and of the folders that the manifest adds."""
    listed = [manifest.skills] if isinstance(manifest.skills, str) else manifest.skills
    places = [_below(root, path, f"{root / MANIFEST}: skills") for path in listed]
    for path, place in zip(listed, places, strict=True):
        if not place.is_dir():
            notes.append(Diagnostic("warning", f"there is no folder {shown(path)}", f"{MANIFEST}: skills"))
    folders: dict[Path, None] = {}
    if (root / "SKILL.md").is_file():
        folders[root] = None
    for place in (root / SKILLS, *places):
        folders.update(dict.fromkeys(find_skills(place, depth=1)))
    for folder in folders:
        try:
            skill = load_skill(folder)
        except SkillError as error:
            notes.append(Diagnostic("error", str(error), folder.relative_to(root).as_posix()))
        else:
            yield skill


def _entries(root: Path, manifest: _Manifest) -> Iterator[tuple[str, str, Any]]:
    """Where each server entry stands, its name and its content: first .mcp.json's, then the manifest's."""
    files = [root / SERVERS] if (root / SERVERS).is_file() else []
    where = f"{root / MANIFEST}: mcpServers"
    inline: dict[str, Any] = {}
    if isinstance(manifest.mcpServers, dict):
        inline = manifest.mcpServers
    else:
        named = [manifest.mcpServers] if isinstance(manifest.mcpServers, str) else manifest.mcpServers
        files += [path for path in (_below(root, name, where) for name in named) if path not in files]
    for file in files:
        content = _json(file)
        if not isinstance(content, dict):
            raise PluginError(f"{file} cannot be used: it must hold an object of servers by name.")
        # Both forms are in use: the servers under "mcpServers", and the servers alone.
        entries = content.get("mcpServers", content)
        if not isinstance(entries, dict):
            raise PluginError(f"{file} cannot be used: mcpServers must be an object of servers by name.")
        for name, entry in entries.items():
            yield f"{file}: {name}", name, entry
    for name, entry in inline.items():
        yield f"{where}.{name}", name, entry


def _below(root: Path, path: str, where: str) -> Path:
    """``path`` inside the plugin. Raises ``PluginError`` when it leads out."""
    target = root / path
    try:
        inside = not Path(path).is_absolute() and target.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError, ValueError):  # RuntimeError: links that lead in a circle; ValueError: a NUL
        inside = False
    if not inside:
        raise PluginError(f"{where}: {shown(path)} is not a path below the plugin's folder.")
    return Path(os.path.normpath(target))


def _json(file: Path) -> Any:
    try:
        if not file.is_file():
            raise PluginError(f"{file} does not exist or is not a file.")
        with file.open("rb") as stream:
            data = stream.read(MAX_FILE + 1)
        if len(data) > MAX_FILE:
            raise PluginError(f"{file} is larger than {MAX_FILE // 1024:,} KiB, the most that is read.")
        return json.loads(data.decode("utf-8-sig"))
    except OSError as error:
        raise PluginError(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise PluginError(f"{file} is not UTF-8 text (byte {error.start + 1:,}): save it as UTF-8.") from error
    except json.JSONDecodeError as error:
        raise PluginError(f"{file}, line {error.lineno}, column {error.colno} is not JSON: {error.msg}.") from error
    except (RecursionError, ValueError) as error:  # ValueError: a number with thousands of digits
        raise PluginError(f"{file} cannot be read as JSON: {error}.") from error
