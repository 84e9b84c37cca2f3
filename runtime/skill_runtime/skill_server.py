"""Skills over MCP (SEP-2640, ``io.modelcontextprotocol/skills``): skill folders as resources with digests."""

import hashlib
import mimetypes
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.server.extension import Extension, MethodBinding, ResourceBinding
from mcp.server.mcpserver.resources import TextResource
from mcp.shared.exceptions import MCPError
from mcp_types import PaginatedRequestParams, RequestParams

from skill_runtime.errors import SkillError
from skill_runtime.frontmatter import parse_frontmatter
from skill_runtime.skills import SKILL_FILE, Skill, list_references, read_reference

INVALID_PARAMS = -32602
MODERN = "2026-07-28"
"""The first protocol version whose results say that they are complete and how long they keep."""
KEEP_MS = 300_000
DIRECTORY = "inode/directory"
_KINDS = {".md": "text/markdown", ".toml": "application/toml"}

Told = Callable[[str], str]
Context = ServerRequestContext[Any, Any]


class SkillParams(RequestParams):
    """Of ``skills/get``."""

    uri: str


class DirectoryParams(PaginatedRequestParams):
    """Of ``resources/directory/read``."""

    uri: str


class SkillServer(Extension):
    """Serves skills below ``skill://NAME/``, as they were when the server started."""

    identifier = "io.modelcontextprotocol/skills"

    def __init__(self, skills: Iterable[Skill], told: Told = lambda text: text) -> None:
        """``told`` renders a markdown file as it is to be read, such as with an organisation's own figures."""
        self._files: dict[str, TextResource] = {}
        self._folders: dict[str, dict[str, dict[str, str]]] = {}
        self._skills: dict[str, dict[str, Any]] = {}
        for skill in skills:
            self._add(skill, told)

    def settings(self) -> dict[str, Any]:
        """Directories can be read."""
        return {"directoryRead": True}

    def resources(self) -> Sequence[ResourceBinding]:
        """Every file."""
        return [ResourceBinding(resource) for resource in self._files.values()]

    def methods(self) -> Sequence[MethodBinding]:
        """The extension's three."""
        return [
            MethodBinding("skills/list", PaginatedRequestParams, self._list),
            MethodBinding("skills/get", SkillParams, self._get),
            MethodBinding("resources/directory/read", DirectoryParams, self._read_directory),
        ]

    def _add(self, skill: Skill, told: Told) -> None:
        home = f"skill://{skill.name}"
        text = (skill.folder / SKILL_FILE).read_text(encoding="utf-8")
        texts = {SKILL_FILE: text}
        for path in list_references(skill):
            try:
                texts[path] = read_reference(skill, path)
            except SkillError:  # a picture or another file that is no text is not served
                continue
        header = dict(parse_frontmatter(text).values)
        listed = []
        for path, content in texts.items():
            uri, shown = f"{home}/{path}", told(content) if path.endswith(".md") else content
            raw = shown.encode()
            listed.append({"uri": uri, "digest": f"sha256:{hashlib.sha256(raw).hexdigest()}", "size": len(raw)})
            own = path == SKILL_FILE
            kind = _KINDS.get(path[path.rfind(".") :]) or mimetypes.guess_type(path)[0] or "text/plain"
            self._files[uri] = TextResource(
                uri=uri, text=shown, mime_type=kind, name=skill.name if own else path.rpartition("/")[2],
                description=skill.description if own else None,
            )  # fmt: skip
            self._place(home, uri, kind)
        self._skills[f"{home}/{SKILL_FILE}"] = {
            "uri": f"{home}/{SKILL_FILE}",
            "frontmatter": header,
            "resources": listed,
        }

    def _place(self, home: str, uri: str, kind: str) -> None:
        """Enter a file into its folder, and each folder into the one above it."""
        self._folders.setdefault(home, {})
        while uri != home:
            above, _, name = uri.rpartition("/")
            self._folders.setdefault(above, {})[uri] = {"uri": uri, "name": name, "mimeType": kind}
            uri, kind = above, DIRECTORY

    async def _list(self, ctx: Context, params: PaginatedRequestParams) -> dict[str, Any]:
        return _kept(ctx, {"skills": list(self._skills.values())})

    async def _get(self, ctx: Context, params: SkillParams) -> dict[str, Any]:
        found = self._skills.get(params.uri)
        if found is None:
            raise MCPError(code=INVALID_PARAMS, message=f"There is no skill {params.uri}; skills/list names them.")
        return _kept(ctx, {"skill": found})

    async def _read_directory(self, ctx: Context, params: DirectoryParams) -> dict[str, Any]:
        found = self._folders.get(params.uri)
        if found is None:
            raise MCPError(code=INVALID_PARAMS, message=f"{params.uri} is no folder of a skill.")
        complete = {"resultType": "complete"} if _modern(ctx) else {}
        return {"resources": list(found.values()), **complete}


def _kept(ctx: Context, result: Mapping[str, Any]) -> dict[str, Any]:
    """A result with how long it may be kept, where the protocol has that."""
    return {**result, **({"resultType": "complete", "ttlMs": KEEP_MS, "cacheScope": "public"} if _modern(ctx) else {})}


def _modern(ctx: Context) -> bool:
    return str(ctx.protocol_version or "") >= MODERN
