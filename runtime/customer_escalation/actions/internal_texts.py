"""What is written into tickets and the tracker about an escalation: short, in the brief's language, made of the brief alone.

A tracker may be read by more people than a ticket. So what goes there leaves out every sentence that stands on an account's record
or holds an amount of money, and names a customer by the ticket.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from customer_escalation.domain.brief import Brief
from customer_escalation.domain.draft import EscalationDraft
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.evidence import field as text_of
from customer_escalation.domain.formatting import date_words
from customer_escalation.domain.printable import printable
from customer_escalation.domain.prose import sentences_of, without_marks
from customer_escalation.domain.record_ids import shown_id
from customer_escalation.domain.texts import places, with_places
from customer_escalation.rendering.phrases import Phrases
from skill_runtime.ledger import Record

HAS_AMOUNT = Callable[[str], bool]
LONGEST_TITLE = 200
"""Characters of a tracker item's title."""


@dataclass(frozen=True)
class Around:
    """What of the records the texts are made with."""

    evidence: Evidence
    tickets: Sequence[Record]
    """Of the case."""
    has_amount: HAS_AMOUNT
    """Does a sentence hold an amount of money?"""
    figures: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The records behind each figure, by its ref."""


def tickets_of(brief: Brief, evidence: Evidence) -> list[Record]:
    """The tickets of the case, in the order of the accounts."""
    found: dict[str, Record] = {}
    for row in brief.computed.accounts:
        for record in evidence.resolve(row.cites)[0]:
            item = evidence.item_of(record)
            if item.data.get("kind") == "ticket":
                found[item.ref] = item
    return list(found.values())


@dataclass(frozen=True)
class Made:
    """A text, and what was left out of it, in sentences."""

    text: str
    left_out: tuple[str, ...] = ()


class InternalTexts:
    """The texts on one escalation."""

    def __init__(
        self, brief: Brief, around: Around, next_look: datetime, zone: ZoneInfo, *, restricted: bool = False
    ) -> None:
        """``restricted``: what it is about belongs in the owner's channel alone."""
        self._brief, self._around, self.restricted = brief, around, restricted
        self._say = Phrases(brief.draft)
        self._when = date_words(next_look, zone, self._say.language)
        self._names = _names(around)

    def note(self) -> Made:
        """For a ticket: the note that the writer drafted, else what was escalated, to whom, and when we look again."""
        draft = self._brief.draft
        if draft.ticket_note:
            return Made(printable(without_marks(self._named(draft.ticket_note))).strip())
        what = draft.summary if not self.restricted else ""
        return Made("\n".join(self._lines(without_marks(what))))

    def comment(self) -> Made:
        """For a tracker item that is there."""
        public = _Public(self._around, self._names)
        what = [public.text(self._brief.draft.summary), *self._asks(public), self._tickets()]
        return Made("\n".join(self._lines(*what)), public.left_out)

    def page(self, channel: str) -> Made:
        """For who is on call: what is wrong on the first line, and where they read on; of what is restricted no more than that."""
        if self.restricted:
            return Made("\n".join(filter(None, [self._lines()[0], channel])))
        assert self._brief.severity is not None
        public = _Public(self._around, self._names)
        what = " ".join(public.text(self._brief.draft.summary).split())
        lines = [f"{self._brief.severity.value}: {what}", *self._asks(public), self._tickets(), channel]
        return Made("\n".join(line for line in lines if line), public.left_out)

    def item(self, closed: Sequence[Record]) -> Made:
        """For a new tracker item, its title on the first line; ``closed`` are those that the brief names beside."""
        draft = self._brief.draft
        assert isinstance(draft, EscalationDraft)
        public = _Public(self._around, self._names)
        title = " ".join(public.text(draft.summary).split())[:LONGEST_TITLE] or self._tickets()
        parts = [
            title,
            public.text(self._named(draft.description)),
            *(["### Reproduction Steps", public.text(self._named(draft.reproduction))] if draft.reproduction else []),
            *(["### What's Needed", "\n".join(asks)] if (asks := self._asks(public)) else []),
            "\n".join([*self._lines("", self._tickets()), *self._earlier(closed)]),
        ]
        return Made("\n\n".join(part for part in parts if part), public.left_out)

    def _lines(self, *what: str) -> list[str]:
        assert self._brief.target is not None
        assert self._brief.severity is not None
        to = self._say(
            "note_escalated",
            team=self._brief.target.value,
            severity=self._brief.severity.value,
            date=self._brief.date,
        )
        return [to, *(one for one in what if one), self._say("note_next", when=self._when)]

    def _tickets(self) -> str:
        ids = [shown_id(one.id) or one.id for one in self._around.tickets]
        return f"{self._say('tickets')}: {', '.join(ids)}" if ids else ""

    def _earlier(self, closed: Sequence[Record]) -> list[str]:
        return [f"{shown_id(one.id) or one.id}: {text_of(one, 'status')}" for one in closed]

    def _asks(self, public: "_Public") -> list[str]:
        """What the owner of the case is asked for."""
        draft = self._brief.draft
        asks = draft.asks if isinstance(draft, EscalationDraft) else []
        texts = [public.text(self._named(one.said)) for one in asks if one.team == self._brief.target]
        return [f"- {text}" for text in texts if text]

    def _named(self, text: str) -> str:
        """With each text of the brief named as its reader finds it."""
        return with_places(text, places(self._brief.draft), lambda place: self._say("text_mention", number=str(place)))


class _Public:
    """Texts as more people than those of the case may read them."""

    def __init__(self, around: Around, names: Mapping[str, str]) -> None:
        self._around, self._names = around, names
        self._sentences = 0
        self._renamed: dict[str, str] = {}

    @property
    def left_out(self) -> tuple[str, ...]:
        """What was left out so far."""
        found = [f"{name} is called {ticket}" for name, ticket in self._renamed.items()]
        if self._sentences:
            several = self._sentences > 1
            found.append(
                f"{self._sentences} sentence{'s' * several} with account figures {'are' if several else 'is'} left out"
            )
        return tuple(found)

    def text(self, written: str) -> str:
        """The text line by line, without marks and without the sentences that are not for everybody."""
        lines = [self._line(line) for line in written.splitlines()]
        return printable(re.sub(r"\n{3,}", "\n\n", "\n".join(line for line in lines if line is not None))).strip()

    def _line(self, line: str) -> str | None:
        """None where nothing is left of a line that had something."""
        found = list(sentences_of(line))
        if not found:
            return self._nameless(without_marks(line))
        kept = [one for one in found if not self._is_private(one.text, one.cites)]
        self._sentences += len(found) - len(kept)
        if not kept:
            return None
        lead = without_marks(line[: found[0].start])
        return self._nameless(lead + " ".join(one.text for one in kept))

    def _is_private(self, text: str, cites: Iterable[str]) -> bool:
        refs = [one for ref in cites for one in (ref, *self._around.figures.get(ref, ()))]
        return any(ref.startswith("crm/") for ref in refs) or self._around.has_amount(text)

    def _nameless(self, text: str) -> str:
        for name, ticket in self._names.items():
            text, times = re.subn(rf"(?<!\w){re.escape(name)}(?!\w)", ticket, text)
            if times:
                self._renamed[name] = ticket
                text = _once(text, ticket)
        return text


def _once(text: str, ticket: str) -> str:
    """A ticket that stands for its own customer is named once: no ``T-4 of T-4``, ``T-4 (T-4)``, ``T-4 (T-4, open)``."""
    name = rf"(?<![\w#]){re.escape(ticket)}(?!\w)"
    text = re.sub(rf"({name})(?: [^\W\d_]{{2,4}} {re.escape(ticket)}(?!\w)| \({re.escape(ticket)}\))", r"\1", text)
    return re.sub(rf"({name} \(){re.escape(ticket)}, ", r"\1", text)


def _names(around: Around) -> dict[str, str]:
    """What stands for each customer's name: the first of their tickets. Longer names come first: they may hold shorter ones."""
    found: dict[str, str] = {}
    for ticket in around.tickets:
        name = around.evidence.customer_of(ticket)
        if name:
            found.setdefault(name, shown_id(ticket.id) or ticket.id)
    return dict(sorted(found.items(), key=lambda entry: -len(entry[0])))
