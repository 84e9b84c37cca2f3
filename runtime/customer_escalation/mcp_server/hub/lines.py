"""Messages of the protocol as lines. Standard library alone: the relay is up before any environment is."""

import json
import os

TYPE_CHECKING = False  # the module ``typing`` takes longer to load than all else here
if TYPE_CHECKING:
    from typing import Any

Message = dict[str, "Any"]


class Lines:
    """What came, as whole lines; the rest waits for more."""

    def __init__(self) -> None:
        self._rest = b""

    def of(self, piece: bytes) -> list[bytes]:
        """The lines that ``piece`` completes, without their ends."""
        *whole, self._rest = (self._rest + piece).split(b"\n")
        return [line for line in whole if line.strip()]


def parsed(line: bytes) -> Message:
    """The message of a line; an empty one where it is none, which is passed on as it stands."""
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def request(id_: str, method: str, params: Message | None = None) -> bytes:
    """A request as a line."""
    return _line({"jsonrpc": "2.0", "id": id_, "method": method, "params": params or {}})


def notification(method: str, params: Message | None = None) -> bytes:
    """A notification as a line."""
    return _line({"jsonrpc": "2.0", "method": method, **({"params": params} if params else {})})


def answer(to: Message, result: Message) -> bytes:
    """The answer to a request as a line."""
    return _line({"jsonrpc": "2.0", "id": to["id"], "result": result})


def refusal(to: Message, sentence: str) -> bytes:
    """That a request cannot be answered: to a tool's call as its result, which a model reads, else as an error."""
    if to.get("method") == "tools/call":
        return answer(to, {"content": [{"type": "text", "text": sentence}], "isError": True})
    return _line({"jsonrpc": "2.0", "id": to["id"], "error": {"code": -32603, "message": sentence}})


def write_all(target: int, data: bytes) -> None:
    """Write everything, however little is taken at a time."""
    while data:
        data = data[os.write(target, data) :]


def _line(message: Message) -> bytes:
    return json.dumps(message, ensure_ascii=False).encode() + b"\n"
