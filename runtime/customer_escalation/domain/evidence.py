"""The records of a run, read the way the product needs them: whose, by whom, when, in which role."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from urllib.parse import urlsplit

from customer_escalation.domain.categories import Author, author_of
from customer_escalation.domain.times import is_usable
from skill_runtime.bounds import PARTS, REST
from skill_runtime.ledger import Ledger, Record

NEVER_PARTS = frozenset({"ticket", "issue", "account", "article"})
"""Kinds of records that lie in no other."""


def parse_moment(value: object) -> datetime | None:
    """An aware datetime from an RFC 3339 text; a plain date is the start of that day in UTC; anything else is None, and so is a
    moment that no case can be about (``is_usable``).
    """
    if not isinstance(value, str) or not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    if len(value) <= len("2026-01-01"):
        moment = datetime.combine(moment.date(), time(), UTC)
    elif moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment if is_usable(moment) else None


def name_key(name: str) -> str:
    """A name for comparing: case and white space folded."""
    return " ".join(name.casefold().split())


def field(record: Record, key: str) -> str:
    """A text field of the record, empty where it has none."""
    value = record.data.get(key)
    return value if isinstance(value, str) else ""


@dataclass(frozen=True)
class Evidence:
    """A view over the ledger. Every method takes or returns records; nothing is changed."""

    ledger: Ledger
    connected: frozenset[str]
    """Categories that could be read in this run."""

    def resolve(self, cites: Iterable[str]) -> tuple[list[Record], list[str]]:
        """The cited records in order, and the citations that name none."""
        found: dict[str, Record] = {}
        missing: list[str] = []
        for cite in cites:
            record = self.ledger.resolve(cite)
            if record is None:
                missing.append(cite)
            else:
                found[record.ref] = record
        return list(found.values()), missing

    def item_of(self, record: Record) -> Record:
        """The ticket, issue or other item that the record belongs to; itself when it stands alone."""
        parent = self.ledger.get(record.parent) if record.parent else None
        return parent or record

    def customer_of(self, record: Record) -> str:
        """The account that the record is about, empty where it is about none."""
        own = field(record, "account") or field(record, "customer")
        if own:
            return own
        if record.category == "crm":
            item = self.item_of(record)
            return field(item, "name")
        return field(self.item_of(record), "customer")

    def author(self, record: Record) -> Author:
        """Whose words it holds: our own people's, a customer's, or nobody can tell."""
        return "ours" if field(record, "role") == "agent" else author_of(record.category)

    def by_us(self, record: Record) -> bool:
        """True where an agent, an engineer or another of our own people wrote it."""
        return self.author(record) == "ours"

    def by_customer(self, record: Record) -> bool:
        """True where it holds the words of a customer, or of whoever else wrote to us."""
        return self.author(record) == "customers"

    def at(self, record: Record) -> datetime | None:
        """When it was written, created or last changed."""
        for key in ("at", "created_at", "updated_at"):
            moment = parse_moment(record.data.get(key))
            if moment:
                return moment
        return None

    def of_kind(self, *kinds: str) -> list[Record]:
        """Records of these kinds in the order of their arrival; a part that calls itself a whole one is none."""
        return [
            record
            for record in self.ledger.records.values()
            if (kind := record.data.get("kind")) in kinds and not (record.parent and kind in NEVER_PARTS)
        ]

    def account(self, name: str) -> Record | None:
        """The CRM account of this name or id."""
        key = name_key(name)
        for record in self.of_kind("account"):
            if key in (name_key(field(record, "name")), name_key(record.id)):
                return record
        return None

    def tickets(self, refs: Sequence[str]) -> list[Record]:
        """The tickets among these refs, each once; a message stands for its ticket."""
        found: list[Record] = []
        for ref in refs:
            record = self.ledger.resolve(ref)
            if record is None:
                continue
            item = self.item_of(record)
            if item.data.get("kind") == "ticket" and item not in found:
                found.append(item)
        return found

    def parts(self, item: Record) -> list[Record]:
        """What belongs to an item (messages, comments), oldest first."""
        earliest = datetime.min.replace(tzinfo=UTC)
        return sorted(self.ledger.children(item.ref), key=lambda part: (self.at(part) or earliest, part.ref))

    def unread_rest(self, item: Record) -> str:
        """Why the rest of an item, or of a part of it, was not read; empty where all of it was, or nobody tried."""
        reasons = (str(one.data[REST]) for one in (item, *self.ledger.children(item.ref)) if REST in one.data)
        return next(reasons, "")

    def messages(self, ticket: Record) -> list[Record]:
        """The ticket's messages, oldest first."""
        return [part for part in self.parts(ticket) if part.data.get("kind") == "message"]


def thread_cut(item: Record) -> bool:
    """Were parts of an item, such as messages of a ticket, left out where it should have been read whole?"""
    return REST in item.data and any(
        item.data.get(key) is False for key in (PARTS, "messages_complete", "comments_complete")
    )


def arr(account: Record | None) -> float | None:
    """Annual recurring revenue in USD; None where the CRM holds none."""
    value: Any = account.data.get("arr_usd") if account else None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def open_deals(account: Record | None) -> list[dict[str, Any]]:
    """The account's open deals, as the CRM has them."""
    value = account.data.get("open_deals") if account else None
    return [deal for deal in value if isinstance(deal, dict)] if isinstance(value, list) else []


_PAGE = re.compile(r"https?://[!#-;=?-\[\]_a-z~%]{1,1000}", re.ASCII)


def page_of(record: Record) -> str:
    """The address of the record's page in its own system; empty where its source gives none, or none that is safe to follow."""
    extra = record.data.get("extra")
    link = record.data.get("link", extra.get("link") if isinstance(extra, dict) else None)
    if not isinstance(link, str) or not _PAGE.fullmatch(link):
        return ""
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    # A user name before the host makes https://bank.example@elsewhere look like the bank.
    return link if parts.hostname and parts.username is None else ""
