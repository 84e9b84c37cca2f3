"""What a person trusted: server declarations by digest, and each tool by the fingerprint of its definition.

The first time that a server is met its tools are pinned as they are. A tool that is new or different later is withheld until
a person looks at the difference and approves: a server must not become another one behind a name.
"""

import difflib
import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from skill_runtime.errors import ConnectorError
from skill_runtime.permission import Offered

PinnedAccess = Literal["read", "write", "denied"]
PinState = Literal["same", "new", "changed"]


class Pinned(BaseModel):
    """One tool as it was trusted."""

    model_config = ConfigDict(frozen=True)

    digest: str
    definition: dict[str, Any]
    decision: PinnedAccess | None = None
    """A person's own word on its access; None where the access table decides."""


class _Server(BaseModel):
    declaration: str = ""
    """Digest of the declaration that a person approved; empty where none was asked for."""
    identity: str = ""
    """What the pins belong to: the address or the command."""
    category: str = ""
    """The category that a person named for it, where no file does."""
    tools: dict[str, Pinned] = Field(default_factory=dict)


class _File(BaseModel):
    version: Literal[1] = 1
    servers: dict[str, _Server] = Field(default_factory=dict)


def digest(value: Any) -> str:
    """sha256 of a JSON value in its canonical form."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def canonical(value: Any) -> str:
    """A JSON value as text that depends on nothing but its meaning."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class TrustStore:
    """The file of what is trusted. Several processes may use it at once; it is readable by its owner alone."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def approved(self, server: str, declaration: str) -> bool:
        """Whether a person approved this very declaration of ``server``."""
        return self._server(server).declaration == declaration

    def approve(self, server: str, declaration: str) -> None:
        """Note that a person approved this declaration."""
        with self._changing() as file:
            file.servers.setdefault(server, _Server()).declaration = declaration

    def category(self, server: str) -> str:
        """The category that a person named for ``server``; empty where nobody did."""
        return self._server(server).category

    def name_category(self, server: str, category: str) -> None:
        """Note which category ``server`` serves."""
        with self._changing() as file:
            file.servers.setdefault(server, _Server()).category = category

    def pinned(self, server: str, identity: str) -> Mapping[str, Pinned]:
        """The tools of ``server`` as they were trusted; empty where it was never met at this address."""
        known = self._server(server)
        return known.tools if known.identity == identity else {}

    def met(self, server: str, identity: str) -> bool:
        """Whether tools of ``server`` at this address were pinned before."""
        return self._server(server).identity == identity

    def pin(self, server: str, identity: str, tools: Sequence[Offered]) -> None:
        """Trust these tools as they are now; decisions that a person took about them stay, those about others go."""
        with self._changing() as file:
            known = file.servers.setdefault(server, _Server())
            before = known.tools if known.identity == identity else {}
            known.identity = identity
            known.tools = {
                tool.name: Pinned(
                    digest=digest(tool.definition),
                    definition=tool.definition,
                    decision=before[tool.name].decision if tool.name in before else None,
                )
                for tool in tools
            }

    def decide(self, server: str, decisions: Mapping[str, PinnedAccess | None]) -> None:
        """Note a person's word on the access of pinned tools; None takes it back."""
        with self._changing() as file:
            known = file.servers.setdefault(server, _Server())
            for name, decision in decisions.items():
                if name in known.tools:
                    known.tools[name] = known.tools[name].model_copy(update={"decision": decision})

    def forget(self, server: str) -> None:
        """Trust nothing of ``server`` any more."""
        with self._changing() as file:
            file.servers.pop(server, None)

    def _server(self, name: str) -> _Server:
        return self._read().servers.get(name) or _Server()

    def _read(self) -> _File:
        try:
            return _File.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return _File()
        except OSError as error:
            raise ConnectorError(f"{self._path} cannot be read: {error.strerror}.") from error
        except ValidationError as error:
            raise ConnectorError(
                f"{self._path} is damaged, so it is not known what was trusted. Remove it and trust the servers again."
            ) from error

    @contextmanager
    def _changing(self) -> Iterator[_File]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = self._path.with_suffix(".lock").open("w")
        except OSError as error:
            raise ConnectorError(f"{self._path.parent} cannot be written: {error.strerror}.") from error
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            file = self._read()
            yield file
            write_private(self._path, file.model_dump_json(indent=1))


def verdict(offered: Offered, pinned: Mapping[str, Pinned]) -> PinState:
    """How an offered tool stands to what was trusted."""
    known = pinned.get(offered.name)
    if known is None:
        return "new"
    return "same" if known.digest == digest(offered.definition) else "changed"


def difference(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What changed in a tool's definition, as lines of a unified diff without its header."""
    old, new = (json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False).splitlines() for value in (before, now))
    return [line for line in difflib.unified_diff(old, new, n=1, lineterm="") if not line.startswith(("---", "+++"))]


def write_private(path: Path, text: str, replace: Callable[[str, Path], None] = os.replace) -> None:
    """Write a file that its owner alone can read, whole or not at all."""
    try:
        fd, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made with mode 0600
        try:
            with os.fdopen(fd, "w", encoding="utf-8") as stream:
                stream.write(text)
            replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ConnectorError(f"{path} cannot be written: {error.strerror}.") from error
