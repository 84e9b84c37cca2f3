"""The checks that write: they leave their texts behind, so they run only where somebody asked for them."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from support_connectors.contract.report import Broken, Call, ContractReport, NothingToTry, Refused, must
from support_connectors.contract.shapes import Shape, WriteShape
from support_connectors.states import State, state_of

HOSTILE = (
    "Contract check, please ignore.\n"
    'Markup: <b>bold</b> <script>alert(1)</script> *stars* _lines_ [a](https://example.com) {code} &amp; "quotes"\n'
    "Mentions: @here @channel @all <!channel> [~admin]\n"
    "Letters: äöü ß 漢字 🙂"
)
PATIENCE_S = 15.0
"""How long a system's index may take until a search shows what was written."""

ANOTHER: Mapping[State | None, tuple[str, ...]] = {
    "open": ("pending", "stalled", "closed"),
    "waiting": ("open", "closed"),
    "closed": ("open",),
    None: ("open", "pending", "closed"),
}
"""By the state that an item has: words for others, of which most systems take one. What cannot be taken back comes last."""

NOT_FOUND_KINDS = ("not_there", "not_written", "unavailable")
"""What a call that only looks may be refused as where there is nothing to find."""
Item = dict[str, Any]


class Writes:
    """The writing checks on one server."""

    def __init__(self, call: Call, shape: Shape, write: WriteShape, report: ContractReport, token: str) -> None:
        """``token`` makes this run's keys and names its own."""
        self._call = call
        self._shape = shape
        self._write = write
        self._report = report
        self._token = token
        self._began = (datetime.now(UTC) - timedelta(minutes=10)).isoformat()

    async def run(self, target: Item) -> None:
        """Make the checks; what is written goes to ``target``."""
        key = f"contract-{self._token}"
        text = f"{HOSTILE}\nRun {self._token}"
        first: Item = {}
        with self._report.check("looking for a write writes nothing"):
            try:
                await self._put(text, "a", key, target, look=True)
            except Refused as refusal:
                must(refusal.kind in ("", *NOT_FOUND_KINDS), f"it is called {refusal.kind}: {refusal}")
            else:
                raise Broken("it gives the result of a write that nobody made")
        with self._report.check("what is written is found again, as it was written"):
            first = await self._put(text, "a", key, target)
            held = await self._held(first, target)
            must(_same(text, held), f"it was written as {text!r} and is read as {held!r}")
        with self._report.check("the same key writes once"):
            if not first:
                raise NothingToTry("the first write failed")
            again = await self._put(text, "a", key, target)
            must(again["ref"] == first["ref"], f"the repeated call gives {again['ref']}, the first gave {first['ref']}")
            must(await self._count(target) == 1, "the text stands there twice")
        with self._report.check("a write is found by looking for it"):
            if not first:
                raise NothingToTry("the first write failed")
            try:
                looked = await self._put(text, "a", key, target, look=True)
            except Refused as refusal:
                if refusal.kind != "unavailable":
                    raise
                raise NothingToTry(f"nobody can tell: {refusal}") from refusal
            must(looked["ref"] == first["ref"], f"looking gives {looked['ref']}, the first gave {first['ref']}")
        with self._report.check("the same key with another text is refused"):
            if not first:
                raise NothingToTry("the first write failed")
            try:
                await self._put(f"{text} and more", "a", key, target)
            except Refused as refusal:
                must(refusal.kind in ("", "invalid"), f"it is called {refusal.kind}: {refusal}")
            else:
                raise Broken("it was written")
        with self._report.check("another key writes again"):
            if not first:
                raise NothingToTry("the first write failed")
            other = await self._put(f"Second {self._token}", "b", f"{key}-2", target)
            must(other["ref"] != first["ref"], "it gives the first write's ref")
        with self._report.check("an unknown target is refused"):
            await self._unknown_target(target)

    async def change_status(self, target: Item) -> None:
        """Set another status on ``target``, compare the states, and set the first one again."""
        with self._report.check("a status that is set shows in the state") as seen:
            before = await self._read(target["id"])
            word = await self._set_another(before)
            after = await self._read(target["id"])
            must(
                after["state"] == state_of(word),
                f"it was set to {word!r}, which is {state_of(word)}, and is read as {after['state']} ({after['status']})",
            )
            try:
                back = await self._set(target, before["status"])
            except Refused as refusal:
                seen.append(f"{target['ref']} stays {after['status']}: {refusal}")
            else:
                must(
                    back["state"] == before["state"],
                    f"it was {before['state']}, and after it was set back it is {back['state']}",
                )

    async def _set_another(self, item: Item) -> str:
        """Set a status of another state, one that the system takes; gives the word."""
        refused = ""
        for word in ANOTHER[item["state"]]:
            try:
                changed = await self._set(item, word)
            except Refused as refusal:
                if refusal.kind not in ("", "invalid"):
                    raise
                refused = str(refusal)
                continue
            must(changed["state"] == state_of(word), f"it was set to {word!r} and is called {changed['state']}")
            return word
        raise NothingToTry(f"the system takes none of the usual statuses for this item: {refused}")

    async def _set(self, item: Item, status: str) -> Item:
        result = await self._call(self._shape.sets_status, {"id": item["id"], "status": status})
        changed: Item = result["item"]
        return changed

    async def _put(self, text: str, name: str, key: str, target: Item, *, look: bool = False) -> Item:
        arguments = self._write.arguments(text, f"{self._token}-{name}", target)
        since = {"look_since": self._began} if look else {}
        result = await self._call(self._write.tool, {**arguments, "idempotency_key": key, **since})
        must(isinstance(result.get("item"), dict), f"{self._write.tool} gives no item")
        item: Item = result["item"]
        must("ref" in item, f"{self._write.tool} gives an item without a ref")
        return item

    async def _read(self, name: str) -> Item:
        result = await self._call(self._shape.read, {"id": name, **self._shape.read_arguments})
        item: Item = result["item"]
        return item

    async def _held(self, written: Item, target: Item) -> str:
        """The text as reading shows it."""
        if self._write.found_in == "result":
            return _text(await self._read(written["id"]))
        for _ in range(int(PATIENCE_S)):
            parts = (await self._read(target["id"])).get(self._shape.parts) or []
            for part in parts:
                if part["ref"] == written["ref"]:
                    return _text(part)
            await asyncio.sleep(1)
        raise Broken(f"{written['ref']} is not among the {self._shape.parts} of {target['ref']}")

    async def _count(self, target: Item) -> int:
        """How often this run's text stands where it was written."""
        if self._write.found_in == "read":
            parts = (await self._read(target["id"])).get(self._shape.parts) or []
            return sum(f"Run {self._token}" in _text(part) for part in parts)
        listed = await self._call(self._shape.browse, {"limit": 50})
        named = sum(self._token in str(item) for item in listed["items"])
        return max(named, 1)  # a draft need not be listed

    async def _unknown_target(self, target: Item) -> None:
        if self._write.found_in != "read":
            raise NothingToTry("this write has no item that it goes to")
        missing = {**target, "id": "999999999"}
        arguments = self._write.arguments("Nobody reads this.", "c", missing)
        try:
            await self._call(self._write.tool, arguments)
        except Refused as refusal:
            must(refusal.kind in ("", "not_found"), f"it is called {refusal.kind}: {refusal}")
        else:
            raise Broken("it was written to something that does not exist")


def _text(item: Item) -> str:
    for key in ("text", "body"):
        if isinstance(item.get(key), str):
            return str(item[key])
    return ""


def _same(written: str, read: str) -> bool:
    """Equal but for the white space that systems change at line ends."""
    return [line.split() for line in written.splitlines() if line.strip()] == [
        line.split() for line in read.splitlines() if line.strip()
    ]
