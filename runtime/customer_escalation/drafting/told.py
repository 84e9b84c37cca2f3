"""What the records of a case say, told from structure: who wrote what and when, which states things have, what was answered."""

import re
from collections.abc import Iterator, Sequence

from customer_escalation.decision.questions import Question
from customer_escalation.decision.topics import label_of, name_of
from customer_escalation.domain.categories import ANSWERS
from customer_escalation.domain.evidence import field
from customer_escalation.domain.people import writer_of
from customer_escalation.domain.prose import cite
from customer_escalation.drafting.quoting import Writer, quotable
from skill_runtime.ledger import Record

ROOM = 4_800
"""Characters of a section; what comes after them is counted, not told."""
MOST_ANSWERS = 6
TITLE = 160
NOT_SO = ("no", "none")
"""Answers that something is not so."""


def fitted(lines: Sequence[str], room: int = ROOM) -> str:
    """Lines below each other as far as there is room."""
    kept: list[str] = []
    for line in lines:
        if kept and sum(map(len, kept)) + len(line) > room:
            return "\n".join(
                [*kept, f"- No room for {len(lines) - len(kept)} more; the records listed below have them."]
            )
        kept.append(line)
    return "\n".join(kept)


def reports(writer: Writer) -> Iterator[str]:
    """Each ticket with its customer's first and last message, whole."""
    for ticket in writer.issue.tickets:
        own = writer.by_customers(ticket)
        yield f"- {cite(_opened(ticket, writer), [ticket.ref])}"
        for part in [*own[:1], *own[1:][-1:], *writer.by_others(ticket)[-1:]]:
            yield f"- {writer.quote(part)}"


def _opened(ticket: Record, writer: Writer) -> str:
    """The ticket's own line: whose, since when, in which state, its subject."""
    priority = field(ticket, "priority")
    named = f"priority {priority}" if priority.isdecimal() else priority  # some systems count them
    state = ", ".join(filter(None, (field(ticket, "status"), named)))
    subject = quotable(field(ticket, "subject"), TITLE)
    words = f"{writer.name(ticket)} of {field(ticket, 'customer') or 'an unknown customer'}, opened {field(ticket, 'created_at')[:10]}"
    words += f" ({state})" if state else ""
    words += f": “{subject}”." if subject else "."
    return words if writer.stands(words, [ticket]) else f"{writer.name(ticket)} belongs to it."


def known_to_us(writer: Writer) -> Iterator[str]:
    """Tracker items with their last comment, articles, and what colleagues wrote in the chat."""
    for item in writer.kind("issue"):
        yield f"- {cite(f'The tracker has {writer.told(item)}.', [item.ref])}"
        yield from (f"- {writer.quote(part)}" for part in writer.thread(item)[-1:])
    for item in writer.kind("article"):
        yield f"- {cite(f'The knowledge base has {writer.told(item)}.', [item.ref])}"
    for record in sorted(writer.kind("chat_message"), key=lambda one: field(one, "at")):
        yield f"- {writer.quote(record, 400)}"


def answered(writer: Writer) -> list[str]:
    """What support wrote to the customers, and what came next, oldest first; the newest where there is too much."""
    found: list[tuple[str, str]] = []
    for ticket in writer.issue.tickets:
        thread = writer.thread(ticket)
        for place, part in enumerate(thread):
            if writer.evidence.by_us(part):
                next_ = next((one for one in writer.by_customers(ticket) if one in thread[place + 1 :]), None)
                after = (
                    f" The customer's next message is of {field(next_, 'at')[:10]}."
                    if next_ and field(next_, "at")
                    else ""
                )
                nothing = " No message of the customer follows." if next_ is None else ""
                cited = cite(after, [next_.ref]) if next_ and after else nothing
                found.append((field(part, "at"), f"{_ended(writer.quote(part, 500))}{cited}"))
    newest = sorted(found, key=lambda pair: pair[0])[-MOST_ANSWERS:]
    return [f"{number}. {line}" for number, (_, line) in enumerate(newest, 1)]


def _ended(quoted: str) -> str:
    """With a full stop, unless the quotation has one."""
    return quoted if re.search(r"[.!?。！？।॥؟۔]”(?: \[\[[^\]]*\]\])?\Z", quoted) else f"{quoted}."


def last_updates(writer: Writer) -> str:
    """For each ticket the last thing that its customer could read from us."""
    lines = []
    for ticket in writer.issue.tickets:
        ours = writer.answers(ticket)
        customer = field(ticket, "customer")
        told = (
            f"{customer}: {writer.who(ours[-1])}, {field(ours[-1], 'at')[:10]}."
            if ours
            else f"{customer}: no reply on record."
        )
        lines.append(cite(told, [ours[-1].ref, ticket.ref] if ours else [ticket.ref]))
    return " ".join(lines) or "No ticket is known."


def near(writer: Writer) -> list[str]:
    """What a text names together with the case, and what shares words with it: worth a look, counted nowhere."""
    rows = (
        ("Named together with it in a text, not counted", writer.issue.beside),
        ("Alike by words alone, not counted", writer.issue.near),
    )
    lines = []
    for label, records in rows:
        items = [item for item in records if item.ref not in writer.steering]
        if items:
            lines.append(f"- {cite(f'**{label}:** {writer.listed(items)}', [item.ref for item in items])}")
    return lines


def answers_told(writer: Writer) -> list[str]:
    """What each person answered: what is so, then what is not, in words."""
    people: dict[str, list[Record]] = {}
    for record in writer.evidence.ledger.records.values():
        if record.category == ANSWERS and field(record, "answer") != "unknown":
            people.setdefault(writer_of(record), []).append(record)
    lines = []
    for by, records in people.items():
        so = [label_of(one.id, field(one, "answer")) for one in records if field(one, "answer") not in NOT_SO]
        no = [name_of(one.id) for one in records if field(one, "answer") in NOT_SO]
        told = "; ".join(so) + ("; and " if so and no else "") + (f"no: {', '.join(no)}" if no else "")
        lines.append(f"- {cite(f'**Answered by {by}:** {told}.', [one.ref for one in records])}")
    return lines


def asked(question: Question) -> str:
    """A question in a line, with what each answer would decide."""
    groups: dict[str, list[str]] = {}
    for choice in question.choices:
        if choice.decides != question.none.decides:
            groups.setdefault(choice.decides, []).append(choice.label)
    parts = [f"If {'; or '.join(labels)}: {decides}." for decides, labels in groups.items()]
    return f"{question.text} {' '.join(parts)} Otherwise, as far as this alone decides: {question.none.decides}."


def asked_later(questions: Sequence[Question]) -> str:
    """Questions that count together with other answers only, in a line; empty where there are none."""
    later = [one.text for one in questions if not one.tells]
    return f"Then, as far as it still matters: {' '.join(later)}" if later else ""
