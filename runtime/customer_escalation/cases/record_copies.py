"""Copies of records, made by an assistant that read them with tools that this process does not have.

They make its figures and sentences checkable against each other, and nothing more: whether a system really holds them is
not known here, so whatever rests on a copy is reported as unverified.
"""

import re
from collections.abc import Sequence
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from customer_escalation.domain.brief import Line
from customer_escalation.domain.categories import BY_ITEM, SOURCES, RecordKind
from skill_runtime.ledger import Ledger, Record

MOST_NAMED = 12
"""Refs named in one sentence."""
_REF = re.compile(r"[a-z][a-z_]*/\S.*")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_OWN = frozenset({"ref", "kind", "id", "parent"})


class CopiedField(BaseModel):
    """One further field of a record."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(
        max_length=80,
        description="As the system calls it. Of an account: tier, arr_usd (a plain number), renewal (a date), owner. Of a "
        "message that only the team sees: internal = true.",
    )
    value: str = Field(max_length=4000, description="As the system shows it.")


class RecordCopy(BaseModel):
    """One record, copied word for word from another tool's result."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    ref: str = Field(
        pattern=_REF.pattern,
        max_length=300,
        description="`category/id` with the system's own id, such as `support_platform/48213` or `chat/1718000000.1234`; "
        f"categories: {', '.join(SOURCES)}. Cite it like this.",
    )
    kind: RecordKind
    parent: str = Field(
        "", description="Of a message or comment: the ref of its ticket or issue, which you hand over too."
    )
    at: str = Field("", description="When it was written, opened or last changed: RFC 3339 with its zone, or a date.")
    author: str = ""
    role: Literal["", "customer", "agent"] = Field("", description="Of a message: who wrote it.")
    customer: str = Field("", description="The account that it belongs to, by name.")
    title: str = Field("", description="Subject, title or the account's name.")
    status: str = ""
    text: Line = Field("", description="The text word for word; of a long one, the passages that matter.")
    fields: list[CopiedField] = Field(default_factory=list, max_length=40)

    def record(self) -> dict[str, Any]:
        """The record in the form that our own servers give."""
        more = {_key(field.name): _value(_key(field.name), field.value) for field in self.fields}
        data: dict[str, Any] = {name: value for name, value in more.items() if name not in _OWN}
        data |= {"ref": self.ref, "kind": self.kind, "id": self.ref.partition("/")[2]}
        if self.kind == "message":
            data |= {"role": self.role or "agent"}
        source = BY_ITEM.get(self.kind)  # a part has no title of its own, a moment `at` and a `text`
        title, moment = (source.title_field, source.moment_field) if source else ("title", "at")
        known = {
            "customer": self.customer, "author": self.author, "status": self.status, "parent": self.parent,
            moment: self.at, title: self.title, source.text_field if source else "text": self.text,
        }  # fmt: skip
        data |= {name: value for name, value in known.items() if value}
        if self.kind == "account":
            data.setdefault("name", self.customer)
        return data

    def put_into(self, ledger: Ledger) -> None:
        """Stand in for the record until it is read."""
        ledger.put(Record(ref=self.ref, parent=self.parent or None, data=self.record()))


def records_form() -> str:
    """What a copy holds, in a sentence or two, for who makes one."""
    fields = ", ".join(name for name in RecordCopy.model_fields if name not in ("ref", "kind", "fields"))
    ref, more = RecordCopy.model_fields["ref"].description, CopiedField.model_fields["name"].description
    return (
        f"Each has `ref` ({ref}), `kind` ({' | '.join(get_args(RecordKind))}), as far as they are known {fields}, and `fields`: "
        f"a list of {' and '.join(CopiedField.model_fields)} for the rest ({more})"
    )


def unverified_gap(refs: Sequence[str]) -> list[str]:
    """What rests on copies alone, as a gap of the brief."""
    if not refs:
        return []
    shown = ", ".join(refs[:MOST_NAMED])
    more = f" and {len(refs) - MOST_NAMED} more" if len(refs) > MOST_NAMED else ""
    return [f"Not verified: these records were copied by the assistant and could not be read again: {shown}{more}."]


def _key(name: str) -> str:
    return re.sub(r"\W+", "_", name.strip().casefold()).strip("_") or "field"


def _value(name: str, text: str) -> Any:
    """Text as it stands; the two fields that code reckons with by their types."""
    if name == "arr_usd":
        return float(text) if _NUMBER.fullmatch(text) else None
    if name == "internal":
        return text.strip().casefold() in ("true", "yes", "1")
    return text
