"""The relay: a client's server before the server is up, then the way to it. Standard library alone.

It greets its client and lists the server's tools from a file at once, and passes everything else to the hub, which serves all
servers of a session from one process. While the hub starts, or the environment is still built, calls wait and progress is
told. What the hub lists otherwise than the file, then or later, is announced to the client.
"""

import os
import select
import sys
import time

from customer_escalation.mcp_server.hub.lines import (
    Lines,
    Message,
    answer,
    notification,
    parsed,
    refusal,
    request,
    write_all,
)
from customer_escalation.mcp_server.hub.listing import LISTS, Listing
from customer_escalation.mcp_server.hub.starting import Preparation, Session, Unstartable

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from typing import Any

CHUNK = 65_536
SHUT_WR = 1
USAGE = 2
QUIET_S = 1.0
"""So long a client is left to itself before the hub is started that nobody called yet."""
LOOK_S = 2.0
"""How often it is looked whether workspace, connectors or policy changed, and progress is told."""
RETRY_S = 30.0
"""So long a failed start is not tried again."""
WANTED = {"tools": "toolsListChanged", "prompts": "promptsListChanged", "resources": "resourcesListChanged"}
"""How a client that subscribes calls the changes of each kind of list."""
_META = "io.modelcontextprotocol/"
OWN = "relay:"
"""How the ids of the relay's own requests begin."""


class Relay:
    """One client, one server."""

    def __init__(self, listing: Listing, server: str, launcher: str, environment: str) -> None:
        self._listing = listing
        self._server = server
        self._launcher = launcher
        self._session = Session(f"{environment}/bin/python")
        self._mark = f"{environment}/.ready"
        self._preparation: Preparation | None = None
        self._hub: socket.socket | None = None
        self._greeted: Message | None = None
        """What the client said of itself in ``initialize``."""
        self._meta: Message | None = None
        """What it says of itself in every request, since 2026-07-28."""
        self._subscribed: dict[object, Message] = {}
        """Which changes the client wants to hear of, by the request that said so."""
        self._waiting: list[tuple[bytes, Message]] = []
        """Messages for a server that is not up yet."""
        self._asked: dict[object, Message] = {}
        """The client's requests that the hub has not answered."""
        self._own: dict[str, Callable[[Message], None]] = {}
        """What is done with the answers to the relay's own requests."""
        self._up = False
        self._watched: dict[str, object] = {}
        self._failed = ("", 0.0)
        self._tried_again = False
        self._client_lines, self._hub_lines = Lines(), Lines()
        self._since = time.monotonic()
        self._last = self._since
        self._beats = 0

    def run(self) -> int:
        """Relay until the client is gone."""
        while True:
            hub, preparation = self._hub, self._preparation
            sources: list[Any] = [one for one in (hub, preparation and preparation.said) if one]
            ready = select.select([*sources, 0], [], [], self._patience())[0]
            if not ready:
                self._idle()
            if hub in ready:  # first: a hub that is gone is not given what the client says now
                self._from_hub()
            if preparation and preparation.said in ready:
                self._from_preparation()
            if 0 in ready and not self._from_client():
                return self._finish()

    def _ready(self) -> bool:
        return os.path.exists(self._mark)  # noqa: PTH110

    # --- the client ---

    def _from_client(self) -> bool:
        piece = os.read(0, CHUNK)
        self._last = time.monotonic()
        for line in self._client_lines.of(piece):
            self._take(line, parsed(line))
        return bool(piece)

    def _take(self, line: bytes, message: Message) -> None:
        """Answer what the listing answers; pass on, or keep, everything else."""
        if not self._answered(message):
            if self._up:
                self._pass_on(line, message)
            else:
                self._waiting.append((line, message))
                self._begin()
        elif not self._ready():
            self._begin()

    def _answered(self, message: Message) -> bool:
        """Whether the relay answers by itself."""
        method, params = message.get("method"), message.get("params")
        params = params if isinstance(params, dict) else {}
        if method == "notifications/initialized":
            return self._greeted is not None
        if method == "notifications/cancelled":
            return self._subscribed.pop(params.get("requestId"), None) is not None
        if "id" not in message:
            return False
        modern = self._modern(params)
        if method == "initialize":
            self._greeted = params
            self._listing.meet(params.get("capabilities"))
            self._tell(answer(message, self._listing.greeting(params.get("protocolVersion"))))
        elif method == "ping" and self._greeted is not None:
            self._tell(answer(message, {}))
        elif method == "server/discover" and modern:
            self._tell(answer(message, self._listing.discovered()))
        elif method == "subscriptions/listen" and modern:
            self._subscribe(message["id"], params.get("notifications"))
        elif method in LISTS and not self._up and (modern or self._greeted is not None):
            listed = self._listing.listed(method)
            self._tell(answer(message, {**listed, **self._listing.modern_parts()} if modern else listed))
        else:
            return False
        return True

    def _modern(self, params: Message) -> bool:
        """Whether the request says by itself what the client is; that is noted."""
        meta = params.get("_meta")
        if not isinstance(meta, dict) or not self._listing.speaks(meta.get(f"{_META}protocolVersion")):
            return False
        self._meta = {name: value for name, value in meta.items() if name.startswith(_META)}
        self._listing.meet(meta.get(f"{_META}clientCapabilities"))
        return True

    def _subscribe(self, id_: object, wanted: object) -> None:
        taken = {name: True for name in WANTED.values() if isinstance(wanted, dict) and wanted.get(name)}
        self._subscribed[id_] = taken
        told = {"_meta": {f"{_META}subscriptionId": id_}, "notifications": taken}
        self._tell(notification("notifications/subscriptions/acknowledged", told))

    def _announce(self, kind: str) -> None:
        """Tell the client that a list changed."""
        method = f"notifications/{kind}/list_changed"
        if self._greeted is not None:
            self._tell(notification(method))
        for id_, wanted in self._subscribed.items():
            if WANTED[kind] in wanted:
                self._tell(notification(method, {"_meta": {f"{_META}subscriptionId": id_}}))

    def _tell(self, line: bytes) -> None:
        write_all(1, line)

    def _finish(self) -> int:
        """The client is done; the hub may still answer what it was asked."""
        if self._hub is not None and self._asked:
            self._hub.shutdown(SHUT_WR)
            while self._hub is not None and self._asked:
                self._from_hub()
        return 0

    # --- the hub ---

    def _begin(self) -> None:
        """Have the hub started, where that does not happen already."""
        if self._hub is not None or self._preparation is not None:
            return
        said, at = self._failed
        if said and time.monotonic() - at < RETRY_S:
            self._give_up(said)
            return
        self._since = time.monotonic()
        if not self._ready():
            self._preparation = Preparation(self._launcher)
            return
        try:
            self._hub = self._session.connected()
        except OSError as error:
            self._fail(f"The servers could not be started: {error}.")
            return
        self._hub_lines = Lines()
        self._hub.sendall(self._server.encode() + b"\n")

    def _from_preparation(self) -> None:
        preparation = self._preparation
        assert preparation is not None
        piece = preparation.heard()
        sys.stderr.buffer.write(piece)
        sys.stderr.flush()
        if piece:
            return
        self._preparation = None
        if preparation.ended_well() and self._ready():
            self._begin()
        else:
            self._fail(f"The environment could not be set up: {preparation.words or 'no reason was given'}")

    def _from_hub(self) -> None:
        assert self._hub is not None
        try:
            piece = self._hub.recv(CHUNK)
        except OSError:
            piece = b""
        if not piece:
            self._lost()
            return
        for line in self._hub_lines.of(piece):
            if self._up or self._own:
                self._heard(line)
            elif line.startswith(b"ok"):
                self._admitted(parsed(line[2:]))
            else:
                self._refused(line.decode(errors="replace"))
                return

    def _admitted(self, told: Message) -> None:
        self._watched = {path: _state(path) for path in told.get("watch", ())}
        self._failed, self._tried_again = ("", 0.0), False
        if self._greeted is not None:
            self._ask("initialize", self._greeted, self._initialized)
            return
        self._let_through()
        if self._meta is not None:
            self._ask("server/discover", {}, self._look_at_lists)

    def _initialized(self, reply: Message) -> None:
        assert self._hub is not None
        if "result" not in reply:
            self._fail("The server did not take the client's greeting.")
            return
        self._hub.sendall(notification("notifications/initialized"))
        self._let_through()
        self._look_at_lists(reply)

    def _look_at_lists(self, reply: Message) -> None:
        """Hold what the client was told against what the server says."""
        about = reply.get("result") or {}
        if "capabilities" not in about:
            return
        server = about.get("serverInfo") or about.get("_meta", {}).get(f"{_META}serverInfo", {})
        about = {"capabilities": about["capabilities"], "instructions": about.get("instructions"), "serverInfo": server}
        lists: Message = {}
        for method, kind in LISTS.items():

            def listed(found: Message, kind: str = kind) -> None:
                lists[kind] = found.get("result", {}).get(kind, [])
                if len(lists) == len(LISTS):
                    for changed in sorted(self._listing.corrected(about, lists)):
                        self._announce(changed)

            self._ask(method, {}, listed)

    def _ask(self, method: str, params: Message, then: "Callable[[Message], None]") -> None:
        assert self._hub is not None
        id_ = f"{OWN}{len(self._own)}:{method}"
        self._own[id_] = then
        modern = {} if self._greeted is not None or self._meta is None else {"_meta": self._meta}
        self._hub.sendall(request(id_, method, {**params, **modern}))

    def _heard(self, line: bytes) -> None:
        message = parsed(line)
        id_ = message.get("id")
        if isinstance(id_, str) and id_ in self._own:
            self._own.pop(id_)(message)
            return
        if "method" not in message:
            self._asked.pop(_key(id_), None)
        self._tell(line + b"\n")

    def _let_through(self) -> None:
        self._up = True
        waiting, self._waiting = self._waiting, []
        for line, message in waiting:
            self._pass_on(line, message)

    def _pass_on(self, line: bytes, message: Message) -> None:
        if self._hub is None:
            self._waiting.append((line, message))
            return
        if "method" in message and "id" in message:
            self._asked[_key(message["id"])] = message
        try:
            self._hub.sendall(line + b"\n")
        except OSError:
            self._lost()

    def _refused(self, sentence: str) -> None:
        self._close()
        self._fail(sentence)

    def _lost(self) -> None:
        """The hub is gone: it was killed, or could not start."""
        started = self._up
        self._close()
        why = self._session.last_words()
        log = f" (see {self._session.log})" if why else ""
        if started:
            self._answer_open(
                f"The servers ended unexpectedly{f': {why}' if why else ''}{log}. Call again: they start anew."
            )
        elif not why and not self._tried_again:  # it was about to end, as it does when its last client left
            self._tried_again = True
            self._begin()
        else:
            self._fail(
                f"The servers could not start: {why or 'they ended without a word'}{log}.{_remedy(why, self._launcher)}"
            )

    def _close(self) -> None:
        if self._hub is not None:
            self._hub.close()
        self._hub, self._up = None, False
        self._own.clear()

    def _fail(self, sentence: str) -> None:
        self._close()
        sys.stderr.write(f"customer-escalation: {sentence}\n")
        sys.stderr.flush()
        self._failed = (sentence, time.monotonic())
        self._give_up(sentence)

    def _give_up(self, sentence: str) -> None:
        waiting, self._waiting = self._waiting, []
        for _, message in waiting:
            if "method" in message and "id" in message:
                self._tell(refusal(message, sentence))
        self._answer_open(sentence)

    def _answer_open(self, sentence: str) -> None:
        asked, self._asked = self._asked, {}
        for message in asked.values():
            self._tell(refusal(message, sentence))

    # --- time ---

    def _patience(self) -> float | None:
        if self._preparation or self._waiting:
            return LOOK_S
        if self._hub is None:
            return None if self._failed[0] or (self._greeted is None and self._meta is None) else QUIET_S
        return LOOK_S if self._watched else None

    def _idle(self) -> None:
        if self._waiting:
            self._tell_progress()
        if self._hub is None and self._preparation is None:
            self._begin()
        elif self._up and not self._asked and any(_state(path) != was for path, was in self._watched.items()):
            self._close()
            self._begin()

    def _tell_progress(self) -> None:
        self._beats += 1
        what = "setting up the environment" if self._preparation else "starting the servers"
        said = f"{what}, since {time.monotonic() - self._since:.0f} s"
        for _, message in self._waiting:
            params = message.get("params")
            meta = params.get("_meta") if isinstance(params, dict) else None
            if isinstance(meta, dict) and "progressToken" in meta:
                told = {"progressToken": meta["progressToken"], "progress": self._beats, "message": said}
                self._tell(notification("notifications/progress", told))


def _key(id_: object) -> object:
    return (type(id_).__name__, str(id_))


def _state(path: str) -> object:
    """What tells that a file changed; of a database only whether it is there, since writing to it changes no list."""
    try:
        found = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    return True if path.endswith(".db") else (found.st_mtime_ns, found.st_size, found.st_ino)


def _remedy(why: str, launcher: str) -> str:
    if "ModuleNotFoundError" not in why and "ImportError" not in why:
        return ""
    return f" The environment is incomplete; `sh {launcher} --renew` builds it anew."


def main(arguments: list[str]) -> int:
    """``SERVER LAUNCHER ENVIRONMENT``: the server's name, the launcher's path, the environment's folder, there or to come.

    Exit code 2: there is no such server; 1: the folder of the session cannot be used.
    """
    server, launcher, environment = arguments
    server = server.replace("-", "_")
    try:
        listing = Listing(server)
    except KeyError as error:
        sys.stderr.write(f"customer-escalation: {server!r} is no server. Choose one of: {error.args[0]}.\n")
        return USAGE
    try:
        return Relay(listing, server, launcher, environment).run()
    except Unstartable as error:
        sys.stderr.write(f"customer-escalation: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    except (BrokenPipeError, ConnectionError):
        return 1
