"""What a server offers, from a file: for a client that asks before the server itself is up. Standard library alone.

The file that ships tells what a server offers where something stands behind it. What it last offered in this project, or else to
this user, is kept in the user's cache, and counts until the shipped file changes. Where nothing is kept, a category lists tools
only if a workspace is there that holds such records.
"""

# ruff: noqa: PTH118, PTH120, PTH123, PTH103, PTH105 - pathlib takes longer to load than all else here

import json
import os
import zlib

from customer_escalation.mcp_server.hub.lines import Message

LISTS = {
    "tools/list": "tools", "prompts/list": "prompts", "resources/list": "resources",
    "resources/templates/list": "resourceTemplates",
}  # fmt: skip
"""By method: what its answer lists."""
CHANGES = {"tools": "tools", "prompts": "prompts", "resources": "resources", "resourceTemplates": "resources"}
"""By what is listed: the kind of the notification that it changed."""
SHIPPED = os.path.join(os.path.dirname(__file__), "listings")
NOT_YET = "What is connected here is listed once the servers are up; until then it is unknown, not absent."
EVERYTHING = "all"
ESCALATION = "escalation"
_PROJECT = ("CUSTOMER_ESCALATION_PROJECT", "CLAUDE_PROJECT_DIR")
_CARDS = "io.modelcontextprotocol/ui"


class Listing:
    """What one client is told of one server before that is up."""

    def __init__(self, server: str) -> None:
        """Raises ``KeyError`` for a server that is not there; its argument names those that are."""
        known = sorted(name.partition(".")[0] for name in os.listdir(SHIPPED))  # noqa: PTH208
        if server not in (*known, EVERYTHING):
            raise KeyError(", ".join((*known, EVERYTHING)))
        self._server = server
        self._shipped = known if server == EVERYTHING else [server]
        self._cards = False
        self._told: Message = {}

    def meet(self, capabilities: object) -> None:
        """Take note of what the client can do, by its own word."""
        extensions = capabilities.get("extensions") if isinstance(capabilities, dict) else None
        cards = isinstance(extensions, dict) and _CARDS in extensions
        if not self._told or cards != self._cards:
            self._cards = cards
            self._told = self._kept() or self._as_shipped()

    def greeting(self, version: object) -> Message:
        """The answer to ``initialize``."""
        versions = self._told["versions"]
        return {**self._told["about"], "protocolVersion": version if version in versions else versions[-1]}

    def discovered(self) -> Message:
        """The answer to ``server/discover``."""
        about = self._told["about"]
        return {
            "capabilities": about["capabilities"], "instructions": about["instructions"],
            "supportedVersions": self._told["modern"], **self.modern_parts(),
        }  # fmt: skip

    def modern_parts(self) -> Message:
        """What every answer holds since 2026-07-28: nothing of it is to be kept, because lists may change."""
        server = {"io.modelcontextprotocol/serverInfo": self._told["about"]["serverInfo"]}
        return {"cacheScope": "private", "ttlMs": 0, "resultType": "complete", "_meta": server}

    def speaks(self, version: object) -> bool:
        """Whether this is a version in which every request says what the client is."""
        return version in self._told["modern"] if self._told else version in _read(self._files()[0])["modern"]

    def listed(self, method: str) -> Message:
        """The answer to a request for a list."""
        kind = LISTS[method]
        return {kind: self._told[kind]}

    def corrected(self, about: Message, lists: Message) -> set[str]:
        """Take what the server itself says now, and keep it; the kinds of lists that differ from what the client was told."""
        differs = {CHANGES[kind] for kind, entries in lists.items() if entries != self._told.get(kind)}
        now = {**self._told, "about": announcing(about), **lists}
        if now != self._told:
            self._told = now
            self._keep()
        return differs

    def _as_shipped(self) -> Message:
        whole = [_unless_empty(name, _read(os.path.join(SHIPPED, f"{name}.json"))) for name in self._shipped]
        first = next((one for one, name in zip(whole, self._shipped, strict=True) if name == ESCALATION), whole[0])
        lists = {kind: [entry for one in whole for entry in one.get(kind, ())] for kind in LISTS.values()}
        if not self._cards:
            lists["tools"] = [tool for tool in lists["tools"] if not _for_cards(tool)]
        return {**first, **lists}

    def _kept(self) -> Message | None:
        for path, place in self._caches():
            try:
                found = _read(path)
            except (OSError, ValueError):
                continue
            if found.get("of") == place:
                told: Message = found["told"]
                return told
        return None

    def _keep(self) -> None:
        for path, place in self._caches():
            try:
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(f"{path}.{os.getpid()}", "w", encoding="utf-8") as file:
                    json.dump({"of": place, "told": self._told}, file, ensure_ascii=False)
                os.replace(f"{path}.{os.getpid()}", path)
            except OSError:
                return  # a user without a cache is told what ships

    def _caches(self) -> list[tuple[str, str]]:
        """The files, of this project and of this user, and what stands in each as what it is of."""
        home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")  # noqa: PTH111
        folder = os.environ.get("CUSTOMER_ESCALATION_CACHE") or os.path.join(home, "customer-escalation")
        project = next((os.environ[name] for name in _PROJECT if os.environ.get(name)), None) or os.getcwd()  # noqa: PTH109
        ships = [(found.st_mtime_ns, found.st_size) for found in map(os.stat, self._files())]
        found = []
        for of in (project, ""):
            place = repr((SHIPPED, ships, of, _database(), self._server, self._cards))
            name = f"{self._server}-{zlib.crc32(place.encode()):08x}.json"
            found.append((os.path.join(folder, "listings", name), place))
        return found

    def _files(self) -> list[str]:
        return [os.path.join(SHIPPED, f"{name}.json") for name in self._shipped]


def _database() -> str:
    """Where the workspace is, if it is in the usual place."""
    data = os.environ.get("XDG_DATA_HOME") or os.path.join(os.path.expanduser("~"), ".local", "share")  # noqa: PTH111
    return os.environ.get("CUSTOMER_ESCALATION_DB") or os.path.join(data, "customer-escalation", "workspace.db")


def _unless_empty(name: str, shipped: Message) -> Message:
    """What a server offers, as far as can be told from outside."""
    if name == ESCALATION or (shipped["workspace"] and os.path.exists(_database())):  # noqa: PTH110
        return shipped
    return {**shipped, **{kind: [] for kind in LISTS.values()}, "about": {**shipped["about"], "instructions": NOT_YET}}


def announcing(about: Message) -> Message:
    """What a server says of itself, with what the relay adds: it announces when a list changes."""
    capabilities = {
        name: {**value, "listChanged": True} if "listChanged" in value else value
        for name, value in about["capabilities"].items()
    }
    if "resources" in capabilities:
        capabilities["resources"] = {**capabilities["resources"], "subscribe": False}
    return {"capabilities": capabilities, "instructions": about["instructions"], "serverInfo": about["serverInfo"]}


def _for_cards(tool: Message) -> bool:
    meta = tool.get("_meta")
    ui = meta.get("ui") if isinstance(meta, dict) else None
    return isinstance(ui, dict) and ui.get("visibility") == ["app"]


def _read(path: str) -> Message:
    with open(path, encoding="utf-8") as file:
        found: Message = json.load(file)
    return found
