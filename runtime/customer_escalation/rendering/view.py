"""The sections of one brief as the templates print them: what a writer put in, with what code adds, and the texts that may go out."""

import re
from collections.abc import Sequence
from typing import Any

from customer_escalation.domain.brief import RuleNote, Statement
from customer_escalation.domain.categories import ANSWERS, HEADINGS, SOURCES, is_marked, unread
from customer_escalation.domain.draft import Ask, ColleagueText, Deadline, EscalationDraft, HandlingDraft, Related
from customer_escalation.domain.evidence import field, name_key, parse_moment
from customer_escalation.domain.formatting import day_words, offset_words
from customer_escalation.domain.language import code_of
from customer_escalation.domain.outcomes import Outcome
from customer_escalation.domain.prose import passages, without_marks
from customer_escalation.domain.record_ids import mentions, shown_id
from customer_escalation.domain.rules import label_of
from customer_escalation.domain.template import CUSTOMERS, IMPACT, QUEUE, REVENUE, SLA, blocks, is_called, opening_parts
from customer_escalation.domain.texts import outgoing
from customer_escalation.domain.written import WrittenEscalation, WrittenNote
from customer_escalation.rendering.account_cells import cell_words
from customer_escalation.rendering.as_written import as_written
from customer_escalation.rendering.cites import all_cites
from customer_escalation.rendering.document import Document
from customer_escalation.rendering.inert import inert, inert_lines, sentence
from customer_escalation.rendering.phrases import DEFAULT, Phrases
from customer_escalation.rendering.prose_view import ProseView
from skill_runtime.ledger import Record

MOST_GROUNDS = 3
SHORTEST_NAME = 4
"""Letters of a word of its name by which people call an account."""
TABLE_FROM = 3
"""So many affected accounts are shown as a table."""


class BriefView(ProseView):
    """What the templates need of one brief."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self.brief = document.brief
        self.for_receiver = document.for_receiver

    def names(self) -> dict[str, Any]:
        """Everything that the templates use, by name."""
        draft = self.brief.draft
        names: dict[str, Any] = {
            "brief": self.brief, "draft": draft, "computed": self.brief.computed, "for_receiver": self.for_receiver,
            "text": inert, "sentence": sentence,
            "prose": self.prose, "lines": self.lines, "section": self.section, "say": self.say,
            "line": self.line, "said": self.said, "because": self.because,
            "verdict": self.verdict, "unread": self.unread, "gaps": self.gaps, "references": self.references, "suspect": self.suspect,
            "untested": self.untested, "unsaid_suspects": self.unsaid_suspects, "as_of": self.as_of, "beside": self.beside,
            "sender": self.sender, "texts": self.text_blocks, "sla": self.sla,
        }  # fmt: skip
        if isinstance(draft, WrittenEscalation | WrittenNote):
            names["written"] = lambda: as_written(self, draft, for_receiver=self.for_receiver)
        elif isinstance(draft, EscalationDraft):
            names["opening"], names["options"] = opening_parts(draft.opening)
            names["impact"] = lambda: self.impact(draft)
            names["asks"] = lambda: self.asks(draft)
            names["deadline"] = lambda: self.deadline(draft.deadline)
        else:
            names["article"] = self.article(draft)
        return names

    def deadline(self, set_by_it: Deadline) -> str:
        """Until when and why then, in the writer's words, its moment first where they tell none; without words the computed window or
        the moment, with who set it.
        """
        text = self.line(set_by_it.text).rstrip(".")
        if text and not _tells(text, set_by_it.by):
            text = f"{self._moment(set_by_it.by)}: {text}"
        if text:
            return text if text.endswith(("!", "?", "。", "！", "？")) else f"{text}."
        window = self.brief.computed.window
        told = self.line(window.text).rstrip(".") if window else self._moment(set_by_it.by)
        who = self.say(f"by_{set_by_it.basis}") if set_by_it.basis != "record" else ""
        return f"{who[:1].upper()}{who[1:]}: {told}." if who else f"{told}."

    def _moment(self, by: str) -> str:
        """A deadline's moment as people of the language read it, on the clock that it was given on, which is named where it is not the
        brief's; what is no moment as it stands.
        """
        moment, timed = parse_moment(by), ":" in by
        if not moment:
            return inert(by)
        usual = moment.astimezone(self.brief.zone).utcoffset() == moment.utcoffset()
        clock = f" {offset_words(moment)}" if timed and not usual else ""
        return inert(f"{day_words(moment, self.say.language, with_time=timed)}{clock}")

    def as_of(self) -> str:
        """Which moment the page knows of, in its own language, and that nothing has happened yet; of a note the decision before it."""
        say = Phrases(None, code_of(self.brief.draft.sender))
        told = say("as_of", now=inert(self.brief.date))
        if self.brief.undecided or self.brief.outcome == Outcome.ESCALATE:
            return told
        decided = say("decided_handle")
        return f"{decided[:1].upper()}{decided[1:]} · {told}"

    def beside(self) -> str:
        """Who is told besides the target, and that nobody else is, in brackets."""
        teams = ", ".join(team.value for team in self.brief.also_notify)
        told = [self.say("also_notify", teams=teams)] if teams else []
        told += [self.say("restricted")] if self.brief.restricted else []
        return f" ({'; '.join(told)})" if told else ""

    def verdict(self) -> str:
        """The decision in a few words, for who sends it."""
        if self.brief.target is None or self.brief.severity is None:
            return self.say("verdict_handle")
        return self.say("verdict_escalate", team=self.brief.target.value, severity=self.brief.severity.value)

    def unread(self) -> str:
        """How far nobody but the writer read the statements against their records, and texts of others for attempts to steer; empty
        where all were read.
        """
        read = self.brief.verification
        if read is None:
            return ""
        told = [self.say("texts_unread", unread=str(read.texts_unread))] if read.texts_unread else []
        if read.unread:
            partly = self.say("read_partly", unread=str(read.unread), total=str(read.read + read.unread))
            told.insert(0, partly if read.read else self.say("read_by_code"))
        return " ".join(told)

    def gaps(self) -> list[str]:
        """What could not be read, in the brief's language where it is a whole category (G3)."""
        return [self._gap(gap) for gap in self.brief.gaps]

    def _gap(self, gap: str) -> str:
        category = next((row.id for row in SOURCES.values() if gap.startswith(f"{unread(row.id)} (")), "")
        if not category or self.say.language in ("", DEFAULT):
            return sentence(gap)
        return self.say("unread", category=self.say(f"category_{category}"))

    def because(self, notes: Sequence[RuleNote]) -> str:
        """The grounds in words, each once (S10)."""
        found = dict.fromkeys(
            self.linked(inert(note.because).rstrip("."), note.cites) for note in notes if note.because
        )
        return "; ".join(list(found)[:MOST_GROUNDS])

    def unsaid_suspects(self) -> list[Related]:
        """Records that try to steer and that stand in an item which a document does not name."""
        told = "\n".join(passage.text for passage in passages(self.brief.draft) if passage.reader != "customer")
        return [one for one in self.brief.suspicious if not self._is_named(one.ref, told)]

    def _is_named(self, ref: str, told: str) -> bool:
        record = self.evidence.ledger.resolve(ref)
        item = self.evidence.item_of(record).id if record else ref.partition("/")[2]
        return mentions(told, ref.partition("/")[2]) or mentions(told, item)

    def untested(self) -> str:
        """Escalation criteria that could not be tested, in words."""
        return ", ".join(label_of(rule) for rule in self.brief.untested)

    def impact(self, draft: EscalationDraft) -> str:
        """The section as it was written; lines that code computed where it has none of its own, and the accounts as a table where
        there are several and it has no table.
        """
        computed = self.brief.computed
        rows = [(block.label, self.prose(block.text, 0)) for block in blocks(draft.impact)]
        own = {CUSTOMERS: computed.customers, REVENUE: computed.revenue, QUEUE: computed.queue}
        for label in IMPACT:
            place = next((at for at, (name, _) in enumerate(rows) if is_called(name, label)), None)
            lines = [self.said(own[label])] if label in own and place is None else []
            lines += self.sla(_all_under(draft.impact, SLA), draft.impact) if label == SLA else []
            if lines:
                rows.insert(_place_of(label, rows), (label, _labelled(label, lines, begun=place is not None)))
        if len(computed.accounts) >= TABLE_FROM and "|" not in draft.impact:
            rows.insert(_place_of(CUSTOMERS, rows), (CUSTOMERS, self.accounts()))
        return "\n".join(text for _, text in rows)

    def sla(self, told: str, whole: str = "") -> list[str]:
        """Clocks as code words them: late ones of tickets that the text does not name, and all where it tells none; none that a row
        of the ``whole`` section tells.
        """
        computed = self.brief.computed
        return [
            self.said(line)
            for line in computed.sla
            if (not told or (line in computed.late and not self._names(told, line))) and not self._in_a_row(whole, line)
        ]

    def _in_a_row(self, whole: str, line: Statement) -> bool:
        """Does a row of a table name the ticket or its customer, with a time or a length of the clock?"""
        moments = set(_clock_numbers(line.text))
        rows = (row for row in whole.splitlines() if row.lstrip().startswith("|"))
        return any(moments.intersection(_clock_numbers(row)) and self._names(row, line) for row in rows)

    def _names(self, told: str, line: Statement) -> bool:
        """Does the text name the ticket whose clocks the line tells, or its customer? Where there is one ticket, it is meant."""
        items = [self.evidence.item_of(record) for record in self.evidence.resolve(line.cites)[0]]
        tickets = [item for item in items if item.data.get("kind") == "ticket"]
        customers = [field(item, "customer") for item in tickets]
        names = [*(item.id for item in tickets), *customers, *(word for name in customers for word in _words_of(name))]
        return bool(self.only_ticket) or any(name_key(name) in name_key(told) for name in names if name)

    def accounts(self) -> str:
        """The affected accounts as a table."""
        head = [
            self.say("account"),
            self.say("tier"),
            "ARR",
            self.say("open_deals"),
            self.say("renewal"),
            self.say("tickets"),
        ]
        rows = [
            [
                inert(row.name), *(inert(cell_words(cell, self.say)) for cell in (row.tier, row.arr, row.deals, row.renewal)),
                inert(", ".join(row.tickets)),
            ]
            for row in self.brief.computed.accounts
        ]  # fmt: skip
        return "\n" + "\n".join(map(_row, [head, ["---"] * len(head), *rows])) + "\n"

    def asks(self, draft: EscalationDraft) -> str:
        """What is asked of whom by when: a row each, or, where one has more than a line, such as options, a list. Where asks name who and
        by when in their own words, as in drafts of before, they stand as they are written.
        """
        several = len({ask.owner for ask in draft.asks}) > 1
        if any(ask.text.startswith("**") for ask in draft.asks):
            leads = [
                "" if ask.text.startswith("**") or not several else f"**{inert(ask.owner)}:** " for ask in draft.asks
            ]
        elif len(draft.asks) > 1 and not any("\n" in ask.text for ask in draft.asks):
            return self._asks_in_rows(draft.asks)
        else:
            leads = [f"**{', '.join(filter(None, (inert(ask.owner), self._by(ask))))}:** " for ask in draft.asks]
        told = [lead + self.prose(ask.text, 3).lstrip() for lead, ask in zip(leads, draft.asks, strict=True)]
        return "\n".join(f"{number}. {text}" for number, text in enumerate(told, 1))

    def _asks_in_rows(self, asks: Sequence[Ask]) -> str:
        head = ["#", self.say("ask_who"), self.say("ask_what"), self.say("ask_by")]
        rows = [
            [str(number), inert(ask.owner), self.line(ask.text), self._by(ask)] for number, ask in enumerate(asks, 1)
        ]
        return "\n".join(map(_row, [head, ["---"] * len(head), *rows]))

    def _by(self, ask: Ask) -> str:
        moment = parse_moment(ask.by)
        return inert(day_words(moment, self.say.language, with_time=":" in ask.by)) if moment else inert(ask.by)

    def sender(self) -> str:
        """The sender's page. Its first line, which does alone, goes without marks: what shows it is marked below."""
        first, end, rest = self.brief.draft.sender.partition("\n")
        return self.prose(f"{without_marks(first)}{end}{rest}", 0)

    def text_blocks(self) -> list[str]:
        """Each text as a block."""
        return [_as_quotation(heading, lines) for heading, lines in self.texts()]

    def texts(self) -> list[tuple[str, list[str]]]:
        """Every text that may go out, numbered in the order of use, each as its heading and its lines: to a customer with whose it is,
        on which ticket and when; to a colleague with who it is; the ticket's note last.
        """
        draft, found = self.brief.draft, list[tuple[str, list[str]]]()
        for _, one in outgoing(draft):
            if isinstance(one, ColleagueText):
                found.append((inert(one.to), quoted(self.named(one.text))))
                continue
            record = self.evidence.ledger.resolve(one.ticket)
            item = self.evidence.item_of(record) if record else None
            whose = inert(field(item, "customer")) if item else ""
            name = inert((shown_id(item.id) or item.id) if item else one.ticket)
            when = inert(self.named(one.when)).rstrip(".")
            found.append((", ".join(part for part in (whose or self.say("the_customer"), name) if part)
                          + (f" ({when})" if when else ""), inert_lines(one.text)))  # fmt: skip
        found += [(self.say("ticket_note"), quoted(self.named(draft.ticket_note)))] if draft.ticket_note else []
        return [(self.say("text", number=str(n), to=heading), lines) for n, (heading, lines) in enumerate(found, 1)]

    def article(self, draft: HandlingDraft) -> str:
        """The article or ticket that holds the solution, in a few words."""
        record = self.evidence.ledger.resolve(draft.article) if draft.article else None
        return self.reference(self.evidence.item_of(record)) if record else ""

    def references(self) -> list[tuple[str, list[str]]]:
        """Every item behind the brief, by kind of source."""
        items: dict[str, Record] = {}
        suspicious = {item.ref for item in self.brief.suspicious}
        for ref in all_cites(self.brief):
            record = self.evidence.ledger.resolve(ref)
            if record and record.category not in ("figures", ANSWERS) and ref not in suspicious:
                item = self.evidence.item_of(record)
                items.setdefault(item.ref, item)
        groups: list[tuple[str, list[str]]] = []
        named = {category for category, _ in HEADINGS}
        for heading, members in (
            *((category, [item for item in items.values() if item.category == category])
              for category, _ in HEADINGS if is_marked(category)),
            ("other", [item for item in items.values() if item.category not in named]),
        ):  # fmt: skip
            if members:
                label = self.say(f"heading_{heading}")
                groups.append((label, self._in_channels(members) or [self.reference(item) for item in members]))
        return groups

    def _in_channels(self, items: Sequence[Record]) -> list[str]:
        """Messages by the channel that they stand in; empty where one of them stands in none, or has an id that nobody would quote."""
        channels: dict[str, list[str]] = {}
        if not all(field(item, "channel") and shown_id(item.id) for item in items):
            return []
        for item in items:
            name = self.linked(self.reachable(inert(shown_id(item.id)), item), (item.ref,))
            channels.setdefault(inert(field(item, "channel")), []).append(name)
        return [f"{channel} ({', '.join(names)})" for channel, names in channels.items()]


def _all_under(text: str, label: str) -> str:
    return "\n".join(block.content for block in blocks(text) if is_called(block.label, label))


def _place_of(label: str, rows: Sequence[tuple[str, str]]) -> int:
    """Where a row with this label of the template goes: behind the rows of the labels up to it."""
    upto = IMPACT[: IMPACT.index(label) + 1]
    places = [at for at, (name, _) in enumerate(rows) if any(is_called(name, one) for one in upto)]
    return places[-1] + 1 if places else 0


def _clock_numbers(text: str) -> list[tuple[int, int]]:
    """Times of day and lengths with minutes: ``15:10``, ``15h10``, ``5 h 35 min``."""
    found = re.findall(r"(?<![\d.,])(\d{1,2})\s?(?::|h|Uhr|\.)\s?(\d{2})(?!\d)", text)
    return [(int(hours), int(minutes)) for hours, minutes in found]


def _labelled(label: str, lines: Sequence[str], *, begun: bool) -> str:
    """Lines of code as a row, or as further points of the one that the writer began."""
    if len(lines) == 1 and not begun:
        return f"- **{label}:** {lines[0]}"
    return "\n".join([*([] if begun else [f"- **{label}:**"]), *(f"  - {line}" for line in lines)])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _words_of(name: str) -> list[str]:
    """The words of an account's name that are long enough to tell it from others."""
    return [word for word in name.split() if len(word) >= SHORTEST_NAME]


def _as_quotation(heading: str, lines: Sequence[str]) -> str:
    return "\n".join([f"**{heading}**", "", *(f"> {line}" for line in lines)])


def quoted(text: str) -> list[str]:
    """A text to be pasted elsewhere, line by line, without its marks."""
    return inert_lines(without_marks(text))


def _tells(text: str, by: str) -> bool:
    """Does the text name the day or the time of day of a moment? Of one that code cannot read, any number counts."""
    moment = parse_moment(by)
    if not moment:
        return any(char.isdigit() for char in text)
    day = re.search(rf"(?<![\d:.,])0?{moment.day}(?:[./-]0?{moment.month}(?!\d)|(?![\d:%]|[.,]\d))", text)
    return bool(day) or f"{moment:%H:%M}" in text or f"{moment:%Y-%m-%d}" in text
