"""The records of one issue, and the signals that they carry."""

from collections.abc import Sequence

from customer_escalation.domain.evidence import Evidence, field
from customer_escalation.domain.facts import Fact
from customer_escalation.retrieval.injection import first_instruction_like
from customer_escalation.retrieval.relevance.issue import Complaint
from customer_escalation.retrieval.relevance.signals import SIGNALS, matches
from customer_escalation.retrieval.relevance.wording import words
from skill_runtime.ledger import Record

NO = Fact(answer="no", cites=[], why="")
FITTING_WORDS = 2
"""Telling words that an article's title shares with what customers report before it counts as about the same symptom."""


class RecordReader:
    """Looks for signals in the records of one issue."""

    def __init__(self, issue: Complaint, evidence: Evidence) -> None:
        self.issue = issue
        self.evidence = evidence
        self.messages = [
            part for ticket in issue.tickets for part in evidence.messages(ticket)
            if not first_instruction_like(field(part, "text"))
        ]  # fmt: skip
        self.by_customers = [part for part in self.messages if field(part, "role") != "agent"]
        self.notes = [
            part for item in issue.related for part in (item, *evidence.parts(item))
            if item.data.get("kind") != "article" and said(part)
        ]  # fmt: skip
        self.by_us = [part for part in [*self.messages, *self.notes] if evidence.by_us(part)]
        self.articles = [item for item in issue.related if item.data.get("kind") == "article"]

    def first(self, signal: str, records: Sequence[Record] | None = None) -> tuple[Record, str] | None:
        """The first record that carries the signal, with the sentence."""
        for record in records if records is not None else [*self.messages, *self.notes]:
            if SIGNALS[signal].ours_only and not self.evidence.by_us(record):
                continue
            sentence = matches(signal, said(record))
            if sentence:
                return record, sentence
        return None

    def fact(self, signal: str, why: str, records: Sequence[Record] | None = None) -> Fact:
        """A yes with its record, or a no."""
        found = self.first(signal, records)
        return Fact(answer="yes", cites=[found[0].ref], why=why) if found else NO

    def subjects(self, signal: str) -> tuple[Record, str] | None:
        """The first ticket whose subject, which its customer wrote, carries the signal."""
        return self.first(signal, self.issue.tickets)

    def answers_to(self, article: Record) -> list[Record]:
        """What customers wrote after a colleague pointed them to the article."""
        found: list[Record] = []
        for ticket in self.issue.tickets:
            thread = [part for part in self.evidence.messages(ticket) if part in self.messages]
            for place, message in enumerate(thread):
                if field(message, "role") == "agent" and article.id.casefold() in field(message, "text").casefold():
                    found += [part for part in thread[place + 1 :] if field(part, "role") != "agent"]
        return found

    def used_up(self, article: Record) -> bool:
        """It was followed in vain: a customer says so by its id, or came back after a pointer to it without success."""
        named = [part for part in self.by_customers if article.id.casefold() in field(part, "text").casefold()]
        if self.first("tried_in_vain", named):
            return True
        answers = self.answers_to(article)
        return bool(answers) and self.first("succeeded", answers) is None

    def helped(self) -> tuple[Record, str] | None:
        """A customer's word that what an article or a colleague advised worked."""
        answers = [answer for article in self.articles for answer in self.answers_to(article)]
        return self.first("succeeded", answers)

    def solution(self) -> Record | None:
        """The article that prescribes something for the symptom that customers report, and that nobody followed in vain."""
        told = {word for part in [*self.issue.tickets, *self.by_customers] for word in words(said(part))}
        fitting = {
            article.ref: len(set(words(field(article, "title"))) & told)
            for article in self.articles
            if matches("prescribes", field(article, "body")) and not self.used_up(article)
        }
        best = max(fitting, key=lambda ref: fitting[ref], default="")
        return self.evidence.ledger.get(best) if best and fitting[best] >= FITTING_WORDS else None


def said(record: Record) -> str:
    """What the record says: its text, or its title where it has no text."""
    return next((text for key in ("text", "body", "subject", "title") if (text := field(record, key))), "")
