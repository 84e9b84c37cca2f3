"""The texts of a follow-up, made of structure: true of every case, in the language of those who get them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from customer_escalation.actions import Proposal
from customer_escalation.decision.figures import zone_of_case
from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.domain.evidence import Evidence, field
from customer_escalation.domain.formatting import date_words
from customer_escalation.domain.language import code_of
from customer_escalation.domain.people import writer_of
from customer_escalation.domain.printable import one_line, printable
from customer_escalation.domain.record_ids import own_part, shown_id
from customer_escalation.followups.due import DueItem
from customer_escalation.followups.news import News
from customer_escalation.followups.standing import Standing
from customer_escalation.followups.tellings import TEAM, customer_of, note_in
from customer_escalation.rendering.phrases import Phrases, language_code
from skill_runtime.ledger import Record
from skill_runtime.secrets import without_secrets

LONGEST_QUOTE = 240
"""Characters of a message that are quoted to the team."""
UNSPACED = ("ja", "zh")
"""Languages that set no space between sentences."""
CLOSED_MEANWHILE = (
    "A status changed since they heard from us ({items}): say what that means for the customer, or nothing of it."
)


@dataclass(frozen=True)
class UpdateTexts:
    """The texts of one follow-up."""

    standing: Standing
    inputs: DecisionInput
    news_for: Callable[[str], News]
    """What somebody was not told yet (``tellings``)."""
    after: Mapping[str, DueItem]
    """What is due next once this follow-up is done, by its key."""

    @property
    def proposals(self) -> list[Proposal]:
        """The team is asked, each waiting customer hears, and it is noted in each ticket."""
        tickets = [key.partition(":")[2] for key in self.after if key.startswith("customer:")]
        known = [ref for ref in tickets if self._evidence.ledger.get(ref)]
        return [self.to_team(), *map(self.to_customer, known), *map(self.note, known)]

    def to_team(self) -> Proposal:
        """A question to the receiving team, with what is new."""
        say, team = self._say, self.standing.policy.teams.of(self.standing.target)
        title = say("update_team_title", team=team.name, where=team.channel)
        text = "\n".join([*self._heading(say), *self._news_lines(self.news, say), self._question(say)])
        return Proposal(kind="team_message", title=title, destination=team.channel, system="chat", text=printable(text))

    def to_customer(self, ticket: str) -> Proposal:
        """An update on one ticket, also where there is nothing new: no word of anything internal."""
        record, item = self._record(ticket), self.after[f"customer:{ticket}"]
        news = self.news_for(customer_of(ticket))
        own = [one for one in news.replies if self._evidence.item_of(one).ref == ticket]
        say = Phrases(None, self._language_of(record))
        when = date_words(item.due_at, item.zone, say.language)
        lines = [say("update_customer_open", ticket=ticket_name(record))]
        if own and (at := self._evidence.at(own[-1])):
            lines.append(say("update_customer_wrote", when=date_words(at, item.zone, say.language)))
        lines += [say("update_customer_nothing"), say("update_customer_next", when=when)]
        text = _joined(lines, say.language)
        changed = [ticket_name(change.item) for change in news.states]
        beware = (CLOSED_MEANWHILE.format(items=", ".join(changed)),) if changed else ()
        title = self._say("update_customer_title", ticket=ticket_name(record))
        return Proposal(
            kind="status_update", title=title, destination=ticket, system="support_platform", text=printable(text),
            beware=beware,
        )  # fmt: skip

    def note(self, ticket: str) -> Proposal:
        """An internal note in a ticket, so that the trail is there too; of a restricted case no more than that it happened."""
        record, say = self._record(ticket), self._say
        next_check = self.after["team"]
        lines = self._heading(say, restricted=self._restricted)
        lines += [] if self._restricted else self._news_lines(self.news_for(note_in(ticket)), say)
        lines.append(say("note_next", when=date_words(next_check.due_at, self._zone, say.language)))
        title = say("update_note_title", ticket=ticket_name(record))
        return Proposal(
            kind="internal_note",
            title=title,
            destination=ticket,
            system="support_platform",
            text=printable("\n".join(lines)),
        )

    @property
    def news(self) -> News:
        """What the team was not told yet."""
        return self.news_for(TEAM)

    @property
    def _evidence(self) -> Evidence:
        return self.inputs.evidence

    @property
    def _restricted(self) -> bool:
        return self.standing.policy.teams.of(self.standing.target).restricted

    @property
    def _say(self) -> Phrases:
        return Phrases(self.standing.result.document.brief.draft)

    @property
    def _zone(self) -> ZoneInfo:
        return zone_of_case(self.inputs)

    def _record(self, ticket: str) -> Record:
        record = self._evidence.ledger.get(ticket)
        assert record is not None
        return record

    def _language_of(self, ticket: Record) -> str:
        """What the customer writes in; the brief's where that is not known."""
        own = [field(one, "text") for one in self._evidence.messages(ticket) if self._evidence.by_customer(one)]
        return code_of(" ".join([field(ticket, "subject"), *own])) or language_code(
            self.standing.result.document.brief.draft
        )

    def _heading(self, say: Phrases, *, restricted: bool = False) -> list[str]:
        summary = self.standing.case if restricted else self.standing.result.summary
        if not restricted and self.standing.severity != self.standing.result.severity:
            summary += f" ({self.standing.severity.value})"
        return [say("update_about", date=self._day(self.standing.now, say), summary=summary)]

    def _news_lines(self, news: News, say: Phrases) -> list[str]:
        since = self._day(news.since, say)
        if news.nothing:
            return [say("update_no_news", since=since)]
        return [
            say("update_news", since=since),
            *(f"- {line}" for line in news_lines(news, self._evidence, say, self._zone)),
        ]

    def _question(self, say: Phrases) -> str:
        customers = [item.due_at for key, item in self.after.items() if key.startswith("customer")]
        if not customers:
            return say("update_question_alone")
        return say("update_question", when=self._day(min(customers), say))

    def _day(self, moment: datetime, say: Phrases) -> str:
        return date_words(moment, self._zone, say.language)


def news_lines(news: News, evidence: Evidence, say: Phrases, zone: ZoneInfo) -> list[str]:
    """What is new of the escalation itself, a line each, words of others quoted without secrets."""
    said = sorted((*news.replies, *news.words), key=lambda record: (evidence.at(record) or news.now, record.ref))
    lines = [
        say(
            "update_wrote", who=_quotable(writer_of(one), 80) or "?", ticket=ticket_name(evidence.item_of(one)),
            when=date_words(evidence.at(one) or news.now, zone, say.language), text=_quotable(field(one, "text"), LONGEST_QUOTE),
        )
        for one in said
    ]  # fmt: skip
    states = [
        say("update_state", item=ticket_name(one.item), was=_quotable(one.was, 60) or "?", now=_quotable(one.is_now, 60) or "?")
        for one in news.states
    ]  # fmt: skip
    return [*lines, *states]


def ticket_name(record: Record) -> str:
    """A ticket or an item as people call it."""
    return shown_id(record.id) or own_part(record.id)


def _quotable(text: str, most: int) -> str:
    plain = one_line(without_secrets(text))
    return f"{plain[:most].rstrip()} ..." if len(plain) > most else plain


def _joined(sentences: Sequence[str], language: str) -> str:
    return ("" if language in UNSPACED else " ").join(sentences)
