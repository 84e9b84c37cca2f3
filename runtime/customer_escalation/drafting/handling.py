"""The note that keeps an issue in support: why, what to do in the documentation's own words, and a reply to the customer."""

import itertools
import re
from collections.abc import Sequence
from typing import Literal

from customer_escalation.decision.figures.tickets import ticket_view
from customer_escalation.domain.brief import CustomerDraft, HandlingDraft
from customer_escalation.domain.evidence import field
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.prose import cite
from customer_escalation.domain.record_ids import shown_id
from customer_escalation.drafting.quoting import LONGEST_QUOTE, Quoted, Writer, unknown, written
from customer_escalation.drafting.summary import summary
from customer_escalation.retrieval.relevance.signals import carries, matches
from customer_escalation.retrieval.relevance.wording import english, sentences
from customer_escalation.sla.clocks import waiting_since
from skill_runtime.ledger import Record

MOST_STEPS = 7
SOLVING = ("prescribes", "declared_fixed", "succeeded")
_NUMBERED = re.compile(r"^\(?\d{1,2}[.)]\s*")
_INTERNAL = re.compile(r"^\W*internal\b|\binternal(?:ly| only)\b", re.IGNORECASE)
QUESTIONS = (
    "what you see, with the exact error text or a screenshot",
    "on which page or in which function",
    "since when, and whether it happens every time",
    "how many of your users it affects",
)


def handling(request: str, assessment: Assessment, writer: Writer) -> HandlingDraft:
    """The note, quoted from the article or the solved ticket; questions to the customer where neither is known."""
    article = _article(assessment, writer)
    solved = _solved(assessment, writer)
    prescribed = prescription(article) if article else []
    steps = [step for line in prescribed if article and (step := _step(article, line, writer))]
    if not steps and solved:
        steps = [solved[1].model_copy(update={"kind": "proposed"})]
    answer = reply(article, prescribed, writer, guidance=assessment.guidance_only.answer == "yes")
    return HandlingDraft(
        sender="**Handle it in support, no escalation.** This note quotes records by rule: read the tickets before you act on it.",
        summary=summary(writer.issue.tickets, request),
        opening=_opening(article),
        customers="",
        sla="",
        reason="\n".join(
            [
                *map(written, _reasons(article, solved, writer)),
                f"**Not certain:** {written(*_uncertain(article, writer))}",
            ]
        ),
        article=article.ref if article else "",
        steps="\n".join(f"{number}. {written(step)}" for number, step in enumerate(steps or _questions(writer), 1)),
        would_change="\n".join(f"- {written(one)}" for one in _would_change(known=bool(steps))),
        context="\n".join(
            cite(f"- A similar ticket, closed: {shown_id(ticket.id) or ticket.id}.", [ticket.ref])
            for ticket in writer.issue.solved[:3]
        ),
        drafts=drafts_for_all(answer, writer, "reply"),
        messages=[],
        ticket_note="",
        rhythm="",
    )


def _opening(article: Record | None) -> str:
    if article is None:
        return (
            "Support can go on with this: no record that was read shows a ground to escalate.\n"
            "First: ask the customer for what is missing below."
        )
    return cite(
        "Support can resolve this: the documentation covers it.\nFirst: send the customer the steps below.",
        [article.ref],
    )


def drafts_for_all(text: str, writer: Writer, kind: Literal["reply", "update"]) -> list[CustomerDraft]:
    """The text for every customer who waits, on their own open ticket."""
    waiting = [
        ticket for ticket in writer.issue.tickets
        if waiting_since(ticket_view(writer.evidence, ticket), writer.now)
    ]  # fmt: skip
    return [CustomerDraft(ticket=ticket.ref, kind=kind, text=text, when="") for ticket in waiting if text]


def _article(assessment: Assessment, writer: Writer) -> Record | None:
    facts = (
        assessment.documented_solution,
        assessment.known_limitation_with_alternative,
        assessment.support_can_configure,
    )
    return next((record for fact in facts for ref in fact.cites if (record := writer.evidence.ledger.get(ref))), None)


def prescription(article: Record) -> list[str]:
    """What the article tells its reader to do: its numbered steps, or the sentences that prescribe something."""
    lines = sentences(field(article, "body"))
    numbered = [line for line in lines if _NUMBERED.search(line)]
    told = [line for line in lines if matches("prescribes", line) or matches("alternative", line)]
    plain = [line for line in told if not re.search(r"\bmust\b", line)]
    return (numbered or plain or told)[:MOST_STEPS]


def _step(article: Record, line: str, writer: Writer) -> Quoted | None:
    """The line as a quotation; one that holds quotation marks or code may stand bare."""
    if len(line) > LONGEST_QUOTE:
        return None
    texts = [f"From {shown_id(article.id) or 'the article'}: “{line}”"] if not re.search("[“”]", line) else []
    fitting = (
        text
        for text in [*texts, f"From {shown_id(article.id) or 'the article'}: {line}"]
        if writer.stands(text, [article])
    )
    text = next(fitting, "")
    return Quoted(text=text, kind="proposed", cites=[article.ref]) if text else None


def _reasons(article: Record | None, solved: tuple[Record, Quoted] | None, writer: Writer) -> list[Quoted]:
    reasons: list[Quoted] = []
    reasons += writer.pick(("broken", "how_to", "feature", "limitation"), writer.by_customers, 1)
    if article is not None:
        title = f"The article “{field(article, 'title')}” is about this."
        reasons.append(Quoted(text=title, kind="fact", cites=[article.ref]))
        reasons += _explanation(article, writer)
    if solved:
        home, statement = solved
        text = f"A similar ticket of another customer was solved by support ({shown_id(home.id) or 'see there'}): {statement.text}"
        reasons.append(statement.model_copy(update={"text": text, "cites": [*statement.cites, home.ref]}))
    if article is None:
        reasons += writer.pick(("intact", "succeeded", "declared_fixed"), writer.by_us, 1)
        reasons += _colleagues(writer)
        reasons.append(unknown("No record that was read shows an escalation criterion."))
    return reasons


def _explanation(article: Record, writer: Writer) -> list[Quoted]:
    """The article's sentence that explains the symptom or states the limit, before it says what to do."""
    for line in sentences(field(article, "body")):
        if _NUMBERED.search(line) or "“" in line or len(line) > LONGEST_QUOTE:
            continue
        statement = Quoted(text=f"It says: “{line}”", kind="fact", cites=[article.ref])
        if writer.stands(statement.text, [article]):
            return [statement]
    return []


def _colleagues(writer: Writer) -> list[Quoted]:
    """What colleagues say about it in chat, one sentence."""
    chat = [record for record in writer.by_us if record.category == "chat"]
    quoted = (
        writer.use(record, sentences(field(record, "text"))[0]) for record in chat if sentences(field(record, "text"))
    )
    return [statement for statement in quoted if statement][:1]


def _solved(assessment: Assessment, writer: Writer) -> tuple[Record, Quoted] | None:
    """The similar ticket and the sentence that solved it."""
    for ref in assessment.similar_solved_in_support.cites:
        record = writer.evidence.ledger.get(ref)
        if record is None:
            continue
        lines = [line for line in sentences(field(record, "text")) if len(line.split()) > 2]
        sentence = next((line for line in lines if any(carries(name, line) for name in SOLVING)), "")
        statement = writer.use(record, sentence) if sentence else None
        if statement:
            return writer.evidence.item_of(record), statement
    return None


def _questions(writer: Writer) -> list[Quoted]:
    """Where no record tells what to do: ask, and name what was asked already."""
    asked = [part for part in writer.reader.messages if field(part, "role") == "agent" and "?" in field(part, "text")]
    ask = Quoted(text=f"Ask the customer: {'; '.join(QUESTIONS)}.", kind="proposed", cites=[])
    line = (
        next((line for line in reversed(sentences(field(asked[-1], "text"))) if line.endswith("?")), "")
        if asked
        else ""
    )
    open_question = writer.use(asked[-1], line) if line else None
    if open_question is None:
        return [ask]
    told = open_question.model_copy(update={"text": f"Asked already: {open_question.text}", "kind": "proposed"})
    return [told, ask]


def _uncertain(article: Record | None, writer: Writer) -> list[Quoted]:
    if article is None:
        return [unknown("What is wrong is unknown: no record describes a symptom that could be looked up.")]
    found = [unknown("Whether the article fits this customer was decided by shared words only: compare the symptoms.")]
    tried = writer.pick(("tried_in_vain",), writer.by_customers, 1)
    return found + tried


def _would_change(*, known: bool) -> list[Quoted]:
    first = (
        "If the solution is in place and the symptom stays, escalate to L2 Support with the evidence."
        if known
        else "If the customer describes a fault that support can see too, escalate to Engineering with the steps."
    )
    second = "If further accounts report the same, escalate to Engineering."
    return [Quoted(text=text, kind="proposed", cites=[]) for text in (first, second)]


def reply(article: Record | None, prescribed: Sequence[str], writer: Writer, *, guidance: bool) -> str:
    """A reply in the documentation's words where the customer writes English; empty otherwise."""
    if not writes_english(writer):
        return ""
    if article is None or not prescribed or _INTERNAL.search(field(article, "title")):
        lines = [
            "Hello,",
            "thank you for writing to us. So that we can help you quickly, please send us:",
            *(f"- {q}" for q in QUESTIONS),
        ]
        return "\n".join([*lines, "As soon as we have this we will look into it and write to you again."])
    opening = "thank you for your question." if guidance else "thank you for your report."
    numbered = [f"{number}. {_NUMBERED.sub('', line)}" for number, line in enumerate(prescribed, 1)]
    return "\n".join([
        "Hello,",
        f"{opening} Our documentation covers this in “{field(article, 'title')}”.{_because(article)} Please do the following:",
        *numbered,
        "If it does not help, please write back with what you see then, the exact text of any error, and the time.",
    ])  # fmt: skip


def _because(article: Record) -> str:
    """Why the steps should help, in the article's words, where it says so before its steps."""
    before = list(
        itertools.takewhile(lambda line: line not in prescription(article), sentences(field(article, "body")))
    )
    kept = [line for line in before if not re.search(r":$|\bin this order\b", line)][:2]
    return f" It says: {' '.join(kept)}" if kept else ""


def writes_english(writer: Writer) -> bool:
    """Does the customer?"""
    return english(" ".join(field(record, "text") for record in writer.by_customers[:3]))
