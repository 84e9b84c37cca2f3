"""Which of the records that were read are about this issue.

Being the best of what was read is not enough: a record belongs to the issue because it shares an error code, names the
other's id, or shares several telling words with it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from customer_escalation.domain.evidence import Evidence, name_key
from customer_escalation.domain.evidence import field as text_field
from customer_escalation.domain.record_ids import mentions
from customer_escalation.domain.states import state_of
from customer_escalation.retrieval.injection import first_instruction_like
from customer_escalation.retrieval.relevance.index import Index
from customer_escalation.retrieval.relevance.signals import matches
from skill_runtime.ledger import Record

SHARE = 0.5
"""Of the weight of the topic's words: what a ticket needs to be about the same, with two of them at least."""
SOLVED_SHARE = 0.75
"""The same for a closed ticket whose subject has only one of the words."""
LINKED_SHARE = 0.25
"""The same for a ticket that a tracker item or a colleague joins to the issue by its id."""
SEVERAL = 3
"""So many telling words in common stand for the same matter, where one belongs to the topic."""
TITLE_SHARE = 0.5
"""Of a title's telling words that the tickets must use, with two of them at least."""
RECENT_DAYS = 120
"""An open ticket older than this is another matter unless it is a request that stays open."""
CHAT_DAYS = 14
"""Chat from longer than this before the first report is about something else, unless it names an id."""
ANSWERED_WITHIN = timedelta(hours=3)
"""A message this soon after one about the issue, in the same channel, goes with it."""
_CODE = re.compile(
    r"\b(?!(?:SHA|ISO|UTF|RFC|AES|RSA|TLS|HTTP|UTC|GMT|ANSI|ASCII|IEEE|DIN)[-_]?\d)[A-Z][A-Z_]+-?\d{2,}\b"
)
_ID = re.compile(r"(?<![\w-])([A-Za-z][A-Za-z0-9]*)-\d+(?![\w-])")
_ID_PREFIX = re.compile(r"^([A-Za-z][A-Za-z0-9]*)-\d+$")
_NORMATIVE = re.compile(r"\b(?:polic\w+|terms|limits?|agreements?|conditions)\b", re.IGNORECASE)
"""Titles of articles that set a rule; one telling word in common is enough for them."""
_PLAIN = frozenset(
    "show use add make set work name change support give take look open list page read data time".split()
)
"""Words too common in titles to tell anything."""


@dataclass(frozen=True)
class Complaint:
    """The records of one issue."""

    tickets: tuple[Record, ...] = ()
    """Of affected accounts, best first."""
    solved: tuple[Record, ...] = ()
    """Similar tickets that are closed."""
    related: tuple[Record, ...] = ()
    """Chat messages, tracker items and articles that belong to it."""


def find_issue(request: str, evidence: Evidence, now: datetime) -> Complaint:
    """The records about the request."""
    return _Search(request, evidence, now).issue()


@dataclass
class _Topic:
    """What the issue is about, as far as words and codes tell."""

    asked: frozenset[str]
    """Words of the request that its best ticket uses too; else those of the ticket's subject."""
    subject: frozenset[str]
    codes: set[str] = field(default_factory=set)
    exposed: bool = False
    """Its best ticket reports an exposure; then fewer words in common are enough."""

    @property
    def words(self) -> frozenset[str]:
        return self.asked | self.subject


class _Search:
    """The search for one request, over everything that was read."""

    def __init__(self, request: str, evidence: Evidence, now: datetime) -> None:
        self.request = request
        self.evidence = evidence
        self.now = now
        self.index = Index(evidence.ledger, request)
        self.texts = self.index.texts
        self.wanted = self.index.words(request)
        prefixes = [_ID_PREFIX.match(record.id) for record in evidence.ledger.records.values()]
        self.named = _named(request, evidence.of_kind("ticket"))
        self.id_prefixes = {match[1].casefold() for match in prefixes if match}

    def issue(self) -> Complaint:
        tickets = self.evidence.of_kind("ticket")
        live = [ticket for ticket in tickets if self._recent(ticket)]
        candidates = [ticket for ticket in live if is_open(ticket)] or live
        lead = max(candidates, key=self._first_sight, default=None)
        if lead is None or self._first_sight(lead) <= 0:
            return Complaint()
        topic = self._topic(lead)
        joined = self._joined(lead, topic)
        same = [ticket for ticket in candidates if ticket is lead or self._same(ticket, topic, joined)]
        same.sort(key=lambda ticket: (ticket is not lead, -self._likeness(ticket, topic)))
        solved = [
            ticket for ticket in tickets
            if ticket not in same and not is_open(ticket) and self._same(ticket, topic, joined)
        ]  # fmt: skip
        if self._wish(lead):
            same += [ticket for ticket in solved if self._wish(ticket)]
            solved = [ticket for ticket in solved if ticket not in same]
        return Complaint(tuple(same), tuple(solved), tuple(self._related(same, topic)))

    def _shared(self, wanted: Iterable[str], record: Record) -> frozenset[str]:
        return frozenset(wanted) & self.index.of(record)

    def _field(self, record: Record, key: str) -> frozenset[str]:
        return self.index.words(text_field(record, key))

    def _first_sight(self, ticket: Record) -> float:
        by_name = 3.0 if name_key(text_field(ticket, "customer")) in self.named else 0.0
        return by_name + self.index.score(self.wanted, ticket)

    def _topic(self, lead: Record) -> _Topic:
        customer = self._field(lead, "customer")
        subject = self._field(lead, "subject") - customer
        asked = self._shared(self.wanted, lead) - customer
        exposed = bool(matches("exposure", self.texts[lead.ref]))
        return _Topic(asked or subject or self.wanted - customer, subject, self._codes(lead), exposed)

    def _wish(self, ticket: Record) -> bool:
        return bool(matches("feature", self.texts[ticket.ref]))

    def _codes(self, record: Record) -> set[str]:
        """Error codes in a record; ids of records look alike and are none."""
        codes = set(_CODE.findall(self.texts.get(record.ref, "")))
        return {code for code in codes if re.split(r"[-_]", code)[0].casefold() not in self.id_prefixes}

    def _likeness(self, ticket: Record, topic: _Topic) -> float:
        """The share of the asked words that a ticket has; all of it for one with the same error code."""
        if topic.codes & self._codes(ticket):
            return 1.0
        return self.index.share(topic.asked, ticket)

    def _same(self, ticket: Record, topic: _Topic, joined: set[str]) -> bool:
        """By the same code, by a colleague's word that joins the two, by its subject, or by several of its words."""
        if topic.codes & self._codes(ticket):
            return True
        likeness = self._likeness(ticket, topic)
        if ticket.id in joined and likeness >= LINKED_SHARE:
            return True
        wanted = (topic.words | self.wanted) - _PLAIN
        subject = self._field(ticket, "subject") - _PLAIN
        hits, shared = subject & wanted, self._shared(wanted, ticket)
        if len(hits) >= 2 and len(hits) >= TITLE_SHARE * len(subject):
            return True
        if not hits or not is_open(ticket):
            return bool(hits) and likeness >= SOLVED_SHARE and len(shared) >= 2
        if len(topic.asked) == 1:
            return bool(hits & topic.asked) and not self.named
        if topic.exposed and matches("exposure", self.texts[ticket.ref]) and len(shared) >= 2:
            return True
        return len(shared) >= (2 if likeness >= SHARE else SEVERAL) and likeness >= LINKED_SHARE

    def _joined(self, lead: Record, topic: _Topic) -> set[str]:
        """Ids that stand beside the lead's id, or beside its error code, in one tracker item or chat message."""
        found: set[str] = set()
        for record in self.evidence.of_kind("issue", "chat_message"):
            text = self.texts[record.ref]
            if (
                _names(text, [lead.id])
                or topic.codes & self._codes(record)
                or _names(self.texts[lead.ref], [record.id])
            ):
                found |= {ticket.id for ticket in self.evidence.of_kind("ticket") if _names(text, [ticket.id])}
        return found - {lead.id}

    def _recent(self, ticket: Record) -> bool:
        parts = (ticket, *self.evidence.parts(ticket))
        moments = [at for part in parts if (at := self.evidence.at(part)) and at <= self.now]
        return bool(moments) and (is_open(ticket) or (self.now - max(moments)).days <= RECENT_DAYS)

    def _related(self, tickets: Sequence[Record], topic: _Topic) -> list[Record]:
        """Other items about these tickets, the nearest first: by id, by code, then by words."""
        told = frozenset[str]().union(*map(self.index.of, tickets))
        ids = [ticket.id for ticket in tickets]
        items = [
            item for item in self.evidence.of_kind("issue", "article") if self._belongs(item, tickets, topic, told)
        ]
        linked = [*ids, *(item.id for item in items if item.data.get("kind") == "issue")]
        chat = [
            item for item in self.evidence.of_kind("chat_message") if self._talks(item, tickets, linked, topic, told)
        ]
        chat += self._around(chat)
        found = [item for item in [*items, *chat] if not first_instruction_like(self.texts[item.ref])]
        rank = {
            item.ref: len(self._shared(topic.words, item)) + 5 * _names(self.texts[item.ref], ids) for item in found
        }
        return sorted(found, key=lambda item: -rank[item.ref])

    def _belongs(self, item: Record, tickets: Sequence[Record], topic: _Topic, told: frozenset[str]) -> bool:
        """A tracker item or article that names a ticket, is named by one, has its code, or a title about the same."""
        ids = [ticket.id for ticket in tickets]
        named = any(_names(self.texts[ticket.ref], [item.id]) for ticket in tickets)
        if named or _names(self.texts[item.ref], ids) or topic.codes & self._codes(item):
            return True
        title = self._field(item, "title") - _PLAIN
        if item.data.get("kind") == "article":
            rules = bool(_NORMATIVE.search(text_field(item, "title")) and title & (topic.words | self.wanted))
            return len(title & topic.words) >= 2 or (rules and len(self._shared(topic.words | self.wanted, item)) >= 2)
        if topic.asked <= title and (len(topic.asked) > 1 or not self.named):
            return True
        few = 2 if topic.exposed else SEVERAL
        enough = len(title & told) >= max(few, TITLE_SHARE * len(title))
        return enough and bool(self._shared(topic.asked, item))

    def _talks(
        self, message: Record, tickets: Sequence[Record], linked: Sequence[str], topic: _Topic, told: frozenset[str]
    ) -> bool:
        """A chat message that names an id, a code or one of the accounts, or uses several of the issue's words."""
        text = self.texts[message.ref]
        if _names(text, linked) or topic.codes & self._codes(message):
            return True
        at = self.evidence.at(message)
        starts = [(name_key(text_field(ticket, "customer")), self.evidence.at(ticket)) for ticket in tickets]
        first = min((start for _, start in starts if start), default=None)
        if at and first and at < first - timedelta(days=CHAT_DAYS):
            return False
        elsewhere = any(found[1].casefold() in self.id_prefixes for found in _ID.finditer(text))
        about = any(name and name in name_key(text) and at and start and at >= start for name, start in starts)
        if about and not elsewhere:
            return True
        channel = self.index.words(re.sub(r"[-_#]", " ", text_field(message, "channel")))
        used = self.index.of(message) | channel
        wanted = topic.words | self.wanted
        several = len(used & wanted) >= 2 or (bool(used & topic.asked) and len(used & told) > SEVERAL)
        return several and not elsewhere and not self._names_others(text, starts)

    def _names_others(self, text: str, starts: Sequence[tuple[str, datetime | None]]) -> bool:
        """It speaks of accounts, and of none that has this issue."""
        own = {name for name, _ in starts}
        known = {name_key(text_field(account, "name")) for account in self.evidence.of_kind("account")} - {""}
        spoken = {name for name in known if name in name_key(text)}
        return bool(spoken) and not spoken & own

    def _around(self, found: Sequence[Record]) -> list[Record]:
        """What follows a message of ``found`` in its channel within hours and names nothing else: an answer to it."""
        others = [record for record in self.evidence.of_kind("chat_message") if record not in found]
        answers = []
        for record in others:
            at, channel = self.evidence.at(record), text_field(record, "channel")
            before = [self.evidence.at(one) for one in found if text_field(one, "channel") == channel]
            near = any(at and moment and timedelta(0) <= at - moment <= ANSWERED_WITHIN for moment in before)
            if near and not any(
                name[1].casefold() in self.id_prefixes for name in _ID.finditer(self.texts[record.ref])
            ):
                answers.append(record)
        return answers


def is_open(ticket: Record) -> bool:
    """May somebody still wait on it? Where nobody knows its state, somebody may: it is not left out as settled."""
    return state_of(ticket) != "closed"


def _names(text: str, ids: Sequence[str]) -> bool:
    return any(mentions(text, name) for name in ids)


def _named(request: str, tickets: Sequence[Record]) -> set[str]:
    """Customers whose name, or its distinctive first word, stands in the request."""
    text = name_key(request)
    customers = {name_key(text_field(ticket, "customer")) for ticket in tickets} - {""}
    whole = {name for name in customers if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)}
    first = {
        name
        for name in customers
        if len(word := name.split()[0]) > 3 and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)
    }
    return whole or first
