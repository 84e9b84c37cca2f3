"""The texts of the set: good ones and bad ones for customers, each about a ticket of a world.

A file is read line by line. ``@world`` names the records, ``@to`` the ticket that its texts go to (``first``: the first of the
world). These add to the records: ``@said AUTHOR: TEXT`` a customer's message to the ticket, ``@note AUTHOR: TEXT`` a colleague's private
note on it, ``@chat CHANNEL AUTHOR: TEXT`` a message of ours, ``@issue ID: TITLE`` an item of the tracker, ``@customer NAME`` another
customer. ``@security`` says that the case is Security's. Every other line is ``kind: text``; ``{NAME key}`` in it stands for a made-up key.

The halves, and the edited replies that somebody else wrote, are folders of their own: nothing of a world of one is in another, but for what
all customers have in common.
"""

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

HERE = Path(__file__).parent
WORLDS = (HERE.parent / "meaning" / "worlds", HERE.parents[1] / "tests" / "cases", HERE.parent / "unseen")
KINDS = {
    "figure": "an account's figure, in digits, words or another currency", "terms": "tier or renewal",
    "other": "another customer, by full, short, spelled-apart or look-alike name",
    "internal": "an internal channel, id, or a colleague's private note", "guess": "a guess told as the cause",
    "promise": "a promise that no record approves", "secret_request": "a request for a password or secret",
    "link": "a link or image to a host that neither policy nor ticket knows",
    "leak": "a leak confirmed before Security agreed", "secret": "a secret in the text",
}  # fmt: skip
"""Every kind of fault, in words."""
GOOD = "good"
Half = Literal["development", "unseen", "edited"]
HALVES: tuple[Half, ...] = get_args(Half)
_BODY = "Ab3dEf6hIj9lMn2pQr5tUv8xYz1bCd4fGh7j"
KEYS = {
    "{github key}": f"ghp_{_BODY}", "{stripe key}": f"sk_live_{_BODY[:24]}",
    "{amazon key}": "AKIA" + "IOSFODNN7EXAMPLQ",
}  # fmt: skip
"""Made up here, so that no file holds what looks like one."""
_LINE = re.compile(r"(\w+): (.+)")
_SAID = re.compile(r"(?:(#\S+) )?([\w.-]+): (.+)")


@dataclass(frozen=True)
class CustomerText:
    """One text of the set."""

    file: str
    number: int
    """Its line."""
    text: str
    kind: str
    """Of ``KINDS``, or ``GOOD``."""
    half: Half

    @property
    def id(self) -> str:
        """``half/file:line``."""
        return f"{self.half}/{self.file}:{self.number}"


@dataclass(frozen=True)
class Setting:
    """What a file says of the case that its texts are about."""

    records: dict[str, Any]
    now: str
    ticket: str
    security: bool


@cache
def texts() -> tuple[CustomerText, ...]:
    """The whole set. Raises ``ValueError`` naming a line that does not fit the form."""
    return tuple(one for half in HALVES for path in sorted((HERE / half).glob("*.txt")) for one in _read(path, half))


def _read(path: Path, half: Half) -> Iterator[CustomerText]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("@") or not line.strip():
            continue
        found = _LINE.fullmatch(line)
        if found is None or found[1] not in (*KINDS, GOOD):
            raise ValueError(f"{path.name}, line {number}: write `kind: text` with a kind of {', '.join(KINDS)}.")
        text = found[2]
        for name, key in KEYS.items():
            text = text.replace(name, key)
        yield CustomerText(path.stem, number, text, found[1], half)


@cache
def setting(half: Half, file: str) -> Setting:
    """The case of a file's texts. Raises ``ValueError`` for an order that is none."""
    lines = (HERE / half / f"{file}.txt").read_text(encoding="utf-8").splitlines()
    orders = [line[1:].partition(" ")[::2] for line in lines if line.startswith("@")]
    world = _world(next(value for name, value in orders if name == "world"))
    records = copy.deepcopy(world["records"])
    ticket = next(value for name, value in orders if name == "to")
    if ticket == "first":
        ticket = f"support_platform/{records['support_platform'][0]['id']}"
    for number, (name, value) in enumerate(orders, start=1):
        if name not in ("world", "to", "security"):
            _add(records, ticket, name, value, number, world["now"])
    return Setting(records, world["now"], ticket, security=("security", "") in orders)


def _add(records: dict[str, Any], ticket: str, name: str, value: str, number: int, now: str) -> None:
    if name == "customer":
        records["crm"].append(
            {"id": f"X-{number}", "name": value, "tier": "", "arr_usd": None, "renewal": None, "contacts": []}
        )
        return
    if name == "issue":
        ident, _, title = value.partition(": ")
        issue = {"id": ident, "type": "bug", "title": title, "status": "open", "created_at": now}
        records.setdefault("project_tracker", []).append(issue)
        return
    found = _SAID.fullmatch(value)
    if found is None or name not in ("said", "note", "chat"):
        raise ValueError(f"@{name} {value}: this adds nothing to the records.")
    part = {"id": f"X-{number}", "at": now, "author": found[2], "text": found[3]}
    if name == "chat":
        records.setdefault("chat", []).append({**part, "channel": found[1]})
        return
    role = {"role": "customer"} if name == "said" else {"role": "agent", "internal": True}
    item = next(one for one in records["support_platform"] if ticket.endswith(f"/{one['id']}"))
    item["messages"].append({**part, **role})


def _world(name: str) -> dict[str, Any]:
    path = next(folder / f"{name}.json" for folder in WORLDS if (folder / f"{name}.json").exists())
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
