"""Records and their sentences, from the case files and from the sample workspace."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from customer_escalation.bundle import sample_workspace
from skill_runtime.ledger import Ledger, Record

CASES = Path(__file__).parent.parent.parent / "cases"
KINDS = {
    "support_platform": "ticket", "crm": "account", "chat": "chat_message", "project_tracker": "issue",
    "knowledge_base": "article",
}  # fmt: skip
_END = re.compile(r"(?<=[.!?])\s+|\n+")


class Said(NamedTuple):
    """A sentence as it stands in a record."""

    text: str
    record: Record


class Workspace(NamedTuple):
    """All records of one workspace, and every sentence in them."""

    records: tuple[Record, ...]
    sentences: tuple[Said, ...]

    def header(self, record: Record) -> Record:
        """The item that the record is part of."""
        return next((other for other in self.records if other.ref == record.parent), record)


def workspaces() -> Iterator[Workspace]:
    """The six cases, then the sample workspace."""
    for path in [*sorted(CASES.glob("*.json")), sample_workspace()]:
        yield read(json.loads(path.read_text(encoding="utf-8"))["records"])


def read(records: dict[str, list[dict[str, Any]] | None]) -> Workspace:
    """Records as the tools return them, in a ledger."""
    ledger = Ledger()
    for category, items in records.items():
        for item in items or ():
            ledger.add({"item": _item(category, item)})
    found = tuple(ledger.records.values())
    sentences = tuple(
        Said(sentence.strip(), record)
        for record in found
        for sentence in _END.split(str(record.data.get("text") or record.data.get("body") or ""))
        if len(sentence.split()) > 2
    )
    return Workspace(found, sentences)


def _item(category: str, item: dict[str, Any]) -> dict[str, Any]:
    ref = f"{category}/{item['id']}"
    whole = {**item, "ref": ref, "kind": KINDS[category]}
    for parts, kind in (("messages", "message"), ("comments", "comment")):
        if parts in item:
            whole[parts] = [
                {**part, "id": part_id, "ref": f"{category}/{part_id}", "kind": kind, "parent": ref}
                for number, part in enumerate(item[parts], start=1)
                for part_id in [part.get("id") or f"{item['id']}-{kind[0]}{number}"]
            ]
    return whole
