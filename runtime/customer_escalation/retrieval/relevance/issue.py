"""Which case a request is about, and which records belong to it: by ids, by names and by structure.

Words in common find candidates. They make a case only where they leave no doubt: a customer's ticket that fits the request,
or the one ticket of all that fits it well. Where there is doubt there is no case, but candidates.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from customer_escalation.domain.categories import ANSWERS
from customer_escalation.domain.evidence import Evidence, name_key
from customer_escalation.domain.evidence import field as text_field
from customer_escalation.domain.language import language_of
from customer_escalation.domain.record_ids import own_part
from customer_escalation.domain.states import state_of
from customer_escalation.retrieval.injection import first_instruction_like
from customer_escalation.retrieval.relevance.index import Index
from customer_escalation.retrieval.relevance.marks import ids_in
from customer_escalation.retrieval.relevance.naming import Named, named_in
from customer_escalation.retrieval.relevance.ties import Ties
from skill_runtime.ledger import Ledger, Record

CHOSEN = f"{ANSWERS}/case"
"""The record of what a person said: which tickets are meant."""
FITS_WELL = 0.5
"""Of the weight of the request's words: what a ticket of nobody who is named needs, with ``SEVERAL`` of them."""
SEVERAL = 3
FITS = 0.2
"""What a candidate needs."""
CLEAR, CLEAREST = 1.4, 2.0
"""How much better the best has to be than the next: of one customer's tickets, and of all."""
MOST_CANDIDATES = 6
NEAR_WORDS = 2
"""Words that an item's title shares with the request and the tickets' subjects before it is worth a look."""
MOST_OF_TITLE = 0.6
"""Of its words that the tickets use somewhere."""
MOST_NEAR = 4
RECENT_DAYS = 120
"""A closed ticket older than this is another matter, unless its id is named."""
ANSWERED_WITHIN = timedelta(hours=3)
"""A message this soon after one about the issue, in the same channel, goes with it."""


@dataclass(frozen=True)
class Complaint:
    """The records of one case; of none where there is doubt which it is."""

    tickets: tuple[Record, ...] = ()
    """Of affected accounts, the one that the request is about first."""
    solved: tuple[Record, ...] = ()
    """Closed tickets that belong to them by structure."""
    related: tuple[Record, ...] = ()
    """Chat messages, tracker items and articles that belong to it by structure."""
    tied: frozenset[str] = frozenset()
    """Refs of those among ``related`` that a field of a system or an error ties to it, not only a text that names them."""
    beside: tuple[Record, ...] = ()
    """Open tickets that a text names together with it: whether they are one matter only reading tells."""
    near: tuple[Record, ...] = ()
    """Tracker items, articles and tickets that share words with it and nothing else."""
    candidates: tuple[Record, ...] = ()
    """Tickets that it might be, the best first, where it is none for sure."""
    missing: tuple[str, ...] = ()
    """What the request names and no record that was found has."""
    chosen: bool = False
    """A person said which tickets are meant: no other one is."""
    joined_by: frozenset[str] = frozenset()
    """What joins the tickets: ``code``, ``error``, ``named``."""


def alike(case: Complaint) -> list[Record]:
    """Open tickets that may be the same matter, by a text that names both or by words, unless a person said which are meant."""
    tickets = [*case.beside, *(one for one in case.near if one.data.get("kind") == "ticket" and is_open(one))]
    return [] if case.chosen else tickets


def find_issue(request: str, evidence: Evidence, now: datetime) -> Complaint:
    """The case that the request is about, or the tickets that a person said are meant.

    What a person answered about the case is no record to look in. Each step of a run asks, so what was found last is kept until the
    records change.
    """
    asked = request, now, evidence.connected, evidence.ledger.changes
    known = _FOUND.get(evidence.ledger)
    if known is None or known[0] != asked:
        chosen = evidence.ledger.get(CHOSEN)
        ids = text_field(chosen, "answer") if chosen else ""
        known = _FOUND[evidence.ledger] = asked, _Search(request, _without_answers(evidence), now, ids).issue()
    return known[1]


_FOUND: WeakKeyDictionary[Ledger, tuple[object, Complaint]] = WeakKeyDictionary()


def _without_answers(evidence: Evidence) -> Evidence:
    records = evidence.ledger.records.values()
    if not any(record.category == ANSWERS for record in records):
        return evidence
    ledger = Ledger()
    for record in records:
        if record.category != ANSWERS:
            ledger.put(record)
    return Evidence(ledger, evidence.connected)


class _Search:
    """The search for one request, over everything that was read."""

    def __init__(self, request: str, evidence: Evidence, now: datetime, chosen: str = "") -> None:
        self.request = request
        self.chosen = chosen
        self.evidence = evidence
        self.now = now
        self.index = Index(evidence.ledger, request)
        self.ties = Ties(evidence)
        self.named: Named = named_in(request, evidence)
        customers = self.index.words(" ".join(self.named.customers))
        self.wanted = self.index.words(request) - customers
        tickets = evidence.of_kind("ticket")
        live = [ticket for ticket in tickets if self._recent(ticket)]
        self.live = [ticket for ticket in live if is_open(ticket)] or live

    def issue(self) -> Complaint:
        leads = self._leads()
        if not leads:
            strange = self.named.strange if not self.named.customers else ()
            missing = (*self.named.missing, *strange)
            return Complaint(candidates=tuple(self._candidates()), missing=missing)
        together = leads if self.chosen else self.ties.together(leads)
        tickets = [ticket for ticket in together if ticket in leads or is_open(ticket)]
        solved = [ticket for ticket in together if ticket not in tickets]
        related = self._related(tickets)
        beside = [one for one in self.ties.named_beside(tickets) if is_open(one) and one not in together]
        return Complaint(
            tickets=tuple(tickets), solved=tuple(solved), related=tuple(related), tied=self._tied(related, tickets),
            beside=tuple(beside), near=tuple(self._near(tickets, [*tickets, *solved, *related, *beside])),
            missing=self.named.missing,
            chosen=bool(self.chosen),
            joined_by=self.ties.shared(tickets),
        )  # fmt: skip

    def _leads(self) -> list[Record]:
        """The tickets that the request is about without doubt."""
        if self.chosen:
            named = set(self.chosen.replace(",", " ").casefold().split())
            return [ticket for ticket in self.evidence.of_kind("ticket") if own_part(ticket.id).casefold() in named]
        by_id = self._by_id()
        if by_id:
            return by_id
        if self.named.missing and ids_in(self.request):
            return []
        if self.named.ambiguous:
            return []
        if self.named.customers:
            leads = [lead for key in sorted(self.named.customers) if (lead := self._of_customer(key))]
            return leads if len(leads) == len(self.named.customers) or len(self.named.customers) > 1 else []
        if self.named.missing or self.named.strange:
            return []
        return self._by_words()

    def _by_id(self) -> list[Record]:
        """Tickets whose id, or the id of a part, is named; else those that belong to an item that is."""
        items = [self.evidence.item_of(record) for record in self.named.records]
        tickets = [item for item in items if item.data.get("kind") == "ticket"]
        if tickets:
            return _distinct(tickets)
        issues = [item for item in items if item.data.get("kind") == "issue"]
        linked = [ticket for issue in issues for ticket in self.live if self.ties.linked(issue, ticket)]
        return _distinct(linked) or self._told_by(issues)

    def _told_by(self, issues: Sequence[Record]) -> list[Record]:
        """The one ticket that a text joins with these items; which of several is meant is for a person to say."""
        found = _distinct([one for item in issues for one in self.live if self._tell_of(item, one)])
        return found if len(found) == 1 else []

    def _tell_of(self, item: Record, ticket: Record) -> bool:
        """Does a text of one name the other?"""
        return self.ties.names(item, ticket) or self.ties.names(ticket, item)

    def _of_customer(self, key: str) -> Record | None:
        """The ticket of a named customer that the request fits; None where none does, or several do alike."""
        own = [ticket for ticket in self.live if name_key(text_field(ticket, "customer")) == key]
        if not self.wanted:
            return own[0] if len(own) == 1 else None
        ranked = sorted(own, key=lambda ticket: -self.index.score(self.wanted, ticket))
        scores = [self.index.score(self.wanted, ticket) for ticket in ranked]
        if not ranked:
            return None
        if scores[0] > 0:
            rivals = [ticket for ticket, score in zip(ranked[1:], scores[1:], strict=True) if score * CLEAR > scores[0]]
            joined = self.ties.together(ranked[:1])
            return ranked[0] if all(rival in joined for rival in rivals) else None
        return ranked[0] if len(own) == 1 and self._in_another_language(ranked[0]) else None

    def _in_another_language(self, ticket: Record) -> bool:
        """Then no word in common says nothing."""
        asked, told = language_of(self.request), language_of(self.index.texts[ticket.ref])
        return bool(asked and told and asked != told)

    def _by_words(self) -> list[Record]:
        """The one ticket of all that fits the request well."""
        ranked = sorted(self.live, key=lambda ticket: -self.index.score(self.wanted, ticket))
        if not ranked or not self._fits(ranked[0], FITS_WELL, SEVERAL):
            return []
        best = self.index.score(self.wanted, ranked[0])
        rivals = [ticket for ticket in ranked[1:] if self.index.score(self.wanted, ticket) * CLEAREST > best]
        joined = self.ties.together(ranked[:1])
        return ranked[:1] if all(rival in joined for rival in rivals) else []

    def _fits(self, ticket: Record, share: float, words: int) -> bool:
        shared = self.wanted & self.index.of(ticket)
        return len(shared) >= words and self.index.share(self.wanted, ticket) >= share

    def _candidates(self) -> list[Record]:
        """Tickets that a named item names, or of the named customers; else those that share enough with the request, of whomever."""
        keys = self.named.customers
        if self.named.records:
            issues = [self.evidence.item_of(record) for record in self.named.records]
            found = [one for one in self.live if any(self._tell_of(item, one) for item in issues)]
        elif keys:
            found = [ticket for ticket in self.live if name_key(text_field(ticket, "customer")) in keys]
        elif self.named.missing and ids_in(self.request):
            return []
        else:
            found = [ticket for ticket in self.live if self._fits(ticket, FITS, 1)]
        return sorted(found, key=lambda ticket: -self.index.score(self.wanted, ticket))[:MOST_CANDIDATES]

    def _recent(self, ticket: Record) -> bool:
        parts = (ticket, *self.evidence.parts(ticket))
        moments = [at for part in parts if (at := self.evidence.at(part)) and at <= self.now]
        return bool(moments) and (is_open(ticket) or (self.now - max(moments)).days <= RECENT_DAYS)

    def _related(self, tickets: Sequence[Record]) -> list[Record]:
        """Other items that belong to these tickets by an id, an error or a customer's name; those that name one first."""
        items = [item for item in self.evidence.of_kind("issue", "article") if self._belongs(item, tickets)]
        chat = [item for item in self.evidence.of_kind("chat_message") if self._talks(item, [*tickets, *items])]
        named = {record.ref for record in self.named.records}
        # what a message of ours names goes with it, such as the article that it says it is
        items += [
            item for item in self.evidence.of_kind("issue", "article")
            if item not in items and (item.ref in named or any(self.ties.names(message, item) for message in chat))
        ]  # fmt: skip
        chat += self._around(chat)
        found = [item for item in [*items, *chat] if not first_instruction_like(self.ties.texts[item.ref])]
        return sorted(found, key=lambda item: not any(self.ties.names(item, ticket) for ticket in tickets))

    def _tied(self, related: Sequence[Record], tickets: Sequence[Record]) -> frozenset[str]:
        ties = self.ties
        return frozenset(
            item.ref for item in related
            if any(ties.linked(item, one) or ties.same_error(item, one) for one in tickets)
        )  # fmt: skip

    def _belongs(self, item: Record, tickets: Sequence[Record]) -> bool:
        return any(
            self.ties.names(item, ticket) or self.ties.names(ticket, item) or self.ties.same_error(item, ticket)
            for ticket in tickets
        )

    def _talks(self, message: Record, about: Sequence[Record]) -> bool:
        """It names one of them, has the same error code, or names the customer since the ticket was opened and no other record."""
        if any(self.ties.names(message, item) or self.ties.same_error(message, item) for item in about):
            return True
        at, text = self.evidence.at(message), self.ties.texts[message.ref]
        if any(name.partition("-")[0].casefold() in self.ties.id_prefixes for name in ids_in(text)):
            return False
        return any(
            (name := name_key(text_field(ticket, "customer"))) and name in name_key(text)
            and at is not None and (opened := self.evidence.at(ticket)) is not None and at >= opened
            for ticket in about if ticket.data.get("kind") == "ticket"
        )  # fmt: skip

    def _around(self, found: Sequence[Record]) -> list[Record]:
        """What follows a message of ``found`` in its channel within hours and names nothing else: an answer to it."""
        answers = []
        for record in self.evidence.of_kind("chat_message"):
            at, channel = self.evidence.at(record), text_field(record, "channel")
            before = [self.evidence.at(one) for one in found if text_field(one, "channel") == channel]
            near = any(at and moment and timedelta(0) <= at - moment <= ANSWERED_WITHIN for moment in before)
            others = [
                name
                for name in ids_in(self.ties.texts[record.ref])
                if name.partition("-")[0].casefold() in self.ties.id_prefixes
            ]
            if record not in found and near and not others:
                answers.append(record)
        return answers

    def _near(self, tickets: Sequence[Record], known: Sequence[Record]) -> list[Record]:
        """What shares words with the case and nothing else, the nearest first."""
        told = frozenset[str]().union(*(self.index.of(ticket) for ticket in tickets))
        topic = self.wanted.union(*(self.index.words(text_field(ticket, "subject")) for ticket in tickets))
        customers = self.index.words(" ".join(text_field(ticket, "customer") for ticket in tickets))
        found: list[tuple[float, Record]] = []
        for item in self.evidence.of_kind("issue", "article", "ticket"):
            title = self.index.words(text_field(item, "title") or text_field(item, "subject")) - customers
            most = len(title & told) >= max(NEAR_WORDS, MOST_OF_TITLE * len(title))
            telling = len(title & topic) >= NEAR_WORDS or most
            if item not in known and telling and not first_instruction_like(self.ties.texts[item.ref]):
                found.append((self.index.weight(title & (topic | told)), item))
        return [item for _, item in sorted(found, key=lambda pair: -pair[0])[:MOST_NEAR]]


def is_open(ticket: Record) -> bool:
    """May somebody still wait on it? Where nobody knows its state, somebody may: it is not left out as settled."""
    return state_of(ticket) != "closed"


def _distinct(records: Sequence[Record]) -> list[Record]:
    return list({record.ref: record for record in records}.values())
