"""A plugin folder: its manifest, its skills and the MCP servers that it wants, as data.

Nothing is started and nothing from the plugin is run; every path stays inside the plugin's folder.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from skill_runtime.errors import PluginError, SkillError
from skill_runtime.skills import Diagnostic, Skill, find_skills, load_skill, shown

MANIFEST = Path(".claude-plugin", "plugin.json")
SERVERS = Path(".mcp.json")
SKILLS = Path("skills")
MAX_FILE = 1_048_576
"""Bytes of a manifest or a list of servers."""

_VARIABLE = re.compile(r"\$\{(?P<name>[^}:]*)(?::-(?P<default>[^}]*))?\}")

Transport = Literal["stdio", "http", "sse"]


@dataclass(frozen=True)
class ServerConfig:
    """How a plugin wants one MCP server to be reached, variables expanded."""

    name: str
    transport: Transport
    command: str = ""
    """For ``stdio``: the program to start."""
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = Field(default_factory=dict)
    cwd: str = ""
    """Empty: the current folder."""
    url: str = ""
    """For ``http`` and ``sse``."""
    headers: Mapping[str, str] = Field(default_factory=dict)
    """May hold secrets that were expanded from the environment."""


@dataclass(frozen=True)
class Plugin:
    """A plugin that can be used."""

    name: str
    root: Path
    """Absolute."""
    version: str = ""
    description: str = ""
    skills: tuple[Skill, ...] = ()
    """Those that can be used, by folder; what is wrong with the others is in ``diagnostics``."""
    servers: tuple[ServerConfig, ...] = ()
    """In the order of the files; those without an address or with an unset variable are in ``diagnostics``."""
    diagnostics: tuple[Diagnostic, ...] = ()

    def skill(self, name: str) -> Skill:
        """The skill of this name. Raises ``SkillError``."""
        for skill in self.skills:
            if name in (skill.name, skill.folder.name):
                return skill
        known = ", ".join(skill.name for skill in self.skills) or "none"
        raise SkillError(f"The plugin {self.name} has no usable skill {shown(name)}; it has: {known}.")
