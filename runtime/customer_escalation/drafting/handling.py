"""The note that keeps an issue in support, or that says which case it may be, or what has to be answered before it is decided."""

import re
from collections.abc import Sequence

from customer_escalation.decision.questions import Question
from customer_escalation.decision.rules import Decision
from customer_escalation.decision.rules.counterfactual import what_would_change
from customer_escalation.decision.topics import label_of
from customer_escalation.domain.draft import CustomerDraft, HandlingDraft
from customer_escalation.domain.evidence import field, name_key
from customer_escalation.domain.outcomes import Outcome
from customer_escalation.domain.prose import cite
from customer_escalation.drafting.quoting import Writer, quotable
from customer_escalation.drafting.sending import before_sending, waiting
from customer_escalation.drafting.summary import summary
from customer_escalation.drafting.told import answered, answers_told, fitted, known_to_us, near, reports
from customer_escalation.retrieval.relevance.wording import english
from skill_runtime.ledger import Record

MOST_STEPS = 9
LONGEST_STEP = 900
_NUMBERED = re.compile(r"^\(?\d{1,2}[.)]\s*")
_STEPS = re.compile(r"(?:(?<=\s)|^)(?=\d{1,2}[.)]\s+\S)", re.MULTILINE)
"""Where a numbered step begins in an article."""


def handling(writer: Writer, decision: Decision, questions: Sequence[Question]) -> HandlingDraft:
    """The note, with the article's own words where a person said that it holds the solution."""
    article = _article(writer)
    return HandlingDraft(
        sender=before_sending(writer, decision, questions),
        summary=summary(writer.issue, writer.request),
        note=_note(writer, decision, article, questions),
        article=article.ref if article else "",
        drafts=_replies(writer, article) if not questions else [],
        messages=[],
        ticket_note="",
    )


def _note(writer: Writer, decision: Decision, article: Record | None, questions: Sequence[Question]) -> str:
    """What was decided, what to do, why, and what would change it, each under its heading."""
    steps = "\n".join(f"{number}. {step}" for number, step in enumerate(_steps(writer, article, questions), 1))
    found = bool(writer.issue.tickets)
    parts = (
        ("", _opening(writer, decision, questions)),
        ("What To Do", steps),
        ("Why", fitted(_reason(writer, decision) if found else _which(writer))),
        ("When To Escalate After All", _would_change(writer, questions)),
        ("Besides", "\n".join([*answers_told(writer), *near(writer)])),
    )
    return "\n\n".join(f"### {heading}\n{text}" if heading else text for heading, text in parts if text)


def _opening(writer: Writer, decision: Decision, questions: Sequence[Question]) -> str:
    if not writer.issue.tickets:
        candidates = writer.issue.candidates
        what = (
            "It is not clear which case is meant; candidates are listed." if candidates else "No record fits this well."
        )
        one = len({name_key(field(ticket, "customer")) for ticket in candidates}) == 1
        return f"{what}\nFirst: name the ticket{'' if one else ' or the customer'} in the request, and run it again."
    if questions:
        return (
            "Not decided yet: nothing that can be told without reading calls for an escalation, and answers may.\n"
            "First: answer the questions above."
        )
    made = [firing for firing in decision.firings if firing.rule in decision.because and firing.because]
    why = f": {made[0].because}" if made else ""
    return f"Support keeps it{why}.\nFirst: do what stands below, and tell the customer."


def _reason(writer: Writer, decision: Decision) -> list[str]:
    """What decided, what customers wrote, what we know, and what we wrote to them."""
    ours = [f"- {line.partition('. ')[2]}" for line in answered(writer)]
    return [*_reasons(decision), *reports(writer), *known_to_us(writer), *ours]


def _reasons(decision: Decision) -> list[str]:
    made = [firing for firing in decision.firings if firing.rule in decision.because and firing.because]
    return [f"- {cite(f'Decided on this: {firing.because}.', firing.refs)}" for firing in made]


def _which(writer: Writer) -> list[str]:
    """The candidates, each with whose it is; that there are none."""
    if not writer.issue.candidates:
        return ["Nothing that was found shares enough with the request: no ticket is known to be meant."]
    return [f"- {cite(f'{writer.told(ticket)}.', [ticket.ref])}" for ticket in writer.issue.candidates]


def _article(writer: Writer) -> Record | None:
    """The article that an answer says holds the solution; where several bear on it, nobody said which."""
    facts = writer.case.facts
    for fact in (facts.documented_solution, facts.known_limitation_with_alternative, facts.support_can_configure):
        cited = writer.evidence.resolve(fact.cites)[0] if fact.answer == "yes" else []
        articles = [record for record in cited if record.data.get("kind") == "article"]
        if len(articles) == 1:
            return articles[0]
    return None


def _steps(writer: Writer, article: Record | None, questions: Sequence[Question]) -> list[str]:
    if not writer.issue.tickets:
        return ["Run it again with the ticket's id in the request; an id leaves no doubt."]
    if questions:
        look = [*writer.kind("article"), *writer.kind("issue")]
        first = [cite(f"Read {writer.listed(look)}.", [item.ref for item in look])] if look else []
        return [
            *first,
            "Answer the questions above, in a terminal or by a file; the brief is made again with the answers.",
        ]
    if article is not None:
        return [
            cite(f"{writer.name(article)}: “{quotable(step, LONGEST_STEP)}”", [article.ref])
            for step in steps_of(article)
        ]
    return ["Read the words above, and answer the customer.", "Write into the ticket what helped."]


def steps_of(article: Record) -> list[str]:
    """The numbered steps of an article; its whole text where it has none."""
    body = field(article, "body").strip()
    parts = [part.strip() for part in _STEPS.split(body) if part.strip()]
    numbered = [part for part in parts if _NUMBERED.match(part)]
    return numbered[:MOST_STEPS] if len(numbered) > 1 else [body or field(article, "title")]


def _would_change(writer: Writer, questions: Sequence[Question]) -> str:
    """Each answer that would make it an escalation, with to whom; open questions say it themselves."""
    if questions:
        return "- The questions above say which answers make it an escalation, and whose."
    found: dict[str, list[str]] = {}
    for change in what_would_change(writer.case):
        if change.outcome == Outcome.ESCALATE:
            label = label_of(change.fact, change.instead)
            decides = ", ".join(["escalate", *(str(one.value) for one in (change.severity, change.target) if one)])
            found.setdefault(decides, []).append(label)
    lines = [
        f"- {decides[:1].upper()}{decides[1:]}: if {'; or if '.join(labels)}." for decides, labels in found.items()
    ]
    return "\n".join(lines) or "- Nothing that one answer alone could change."


def _replies(writer: Writer, article: Record | None) -> list[CustomerDraft]:
    """The article's own words, for each customer who waits and writes its language."""
    if article is None or not english(field(article, "body")):
        return []
    steps = "\n".join(steps_of(article))
    text = (
        f"Hello,\nthank you for your message. Our documentation covers this in “{field(article, 'title')}”:\n{steps}\n"
        "If it does not help, please write back with what you see then, and the exact text of any error."
    )
    return [
        CustomerDraft(ticket=ticket.ref, kind="reply", text=text, when="")
        for ticket in waiting(writer)
        if english(" ".join(field(part, "text") for part in writer.by_customers(ticket)[:3]))
    ]
