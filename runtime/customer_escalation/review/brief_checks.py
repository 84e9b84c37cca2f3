"""B0 to B6: the opening, the sections, the asks, the deadlines, the numbers."""

from collections.abc import Iterator
from datetime import UTC

from customer_escalation.domain.draft import EscalationDraft
from customer_escalation.domain.evidence import parse_moment
from customer_escalation.domain.outcomes import Target
from customer_escalation.domain.prose import passages, sentences_of, without_marks
from customer_escalation.domain.template import ALWAYS, opening_parts, under
from customer_escalation.domain.texts import places, unknown_mentions
from customer_escalation.domain.written import (
    HEAD,
    WrittenEscalation,
    document_of,
    head_of,
    headings_missing,
    is_head_line,
    is_written,
)
from customer_escalation.review.budget import LENGTH, read_of, words_in
from customer_escalation.review.check import Fault, ReviewInput, check
from customer_escalation.review.linking import unlinked_items

SUMMARY_CHARACTERS = 120
"""What fits a subject line."""
OPENING_LINES = (2, 4)
FILLED = {
    "sender": "Nothing stands before the brief for the colleague who sends it.",
    "opening": "No lines stand between the title and the first section.",
    "description": "Nothing stands under `### Issue Description`; what is not known is said there.",
}
"""Texts of an escalation that are never empty, and what is said of one that is."""
SLACK = 1.25
"""A document a little over its words is let be."""
IMPACT = ("figures/affected", "figures/arr", "figures/queue")


@check("B0")
def opens(view: ReviewInput) -> Iterator[Fault]:
    """Lines above a table; of a text that is all one line, its sentences."""
    opening, _ = opening_parts(_lines_of_its_own(view.escalation)) if view.escalation else ("", "")
    written = len([line for line in opening.splitlines() if line.strip()])
    lines = written if written > 1 else len(list(sentences_of(opening)))
    low, high = OPENING_LINES
    if opening and not low <= lines <= high + 1:
        yield Fault("opening", f"The opening has {lines} lines; {low} to {high} are read.")


def _lines_of_its_own(draft: EscalationDraft) -> str:
    """The opening without the template's lines above the first section, which a document has among its own."""
    if not isinstance(draft, WrittenEscalation):
        return draft.opening
    return "\n".join(line for line in draft.opening.splitlines() if not is_head_line(line))


@check("B4")
def of_the_template(view: ReviewInput) -> Iterator[Fault]:
    """The title, headings and head of a document are the template's, and its head says what was decided."""
    draft, decision = view.draft, view.decision
    if not isinstance(draft, WrittenEscalation):
        return
    if not draft.summary:
        yield Fault("summary", "No line begins the brief: `## ESCALATION: ` and what it is about.")
    if missing := headings_missing(draft):
        named = ", ".join(f"`### {title}`" for title in missing)
        yield Fault("", f"The brief has no {named}: the template's headings stand as they are, in every language.")
    head = head_of(draft)
    if absent := [label for label in HEAD if label not in head]:
        named = ", ".join(f"`**{label}:**`" for label in absent)
        yield Fault("opening", f"Below the title stands no {named}; these labels are the template's in every language.")
    severity, target = decision.severity, decision.target
    for label, decided in (("Severity", severity), ("Target team", target)):
        if (
            decided
            and label in head
            and not head[label].replace("*", "").strip().casefold().startswith(decided.value.casefold())
        ):
            yield Fault("opening", f"`**{label}:**` begins with {decided.value}: so it was decided.")


@check("B1")
def quantified(view: ReviewInput) -> Iterator[Fault]:
    """Every computed line of the impact carries its inputs, or says how to find out what is unknown."""
    if view.escalation is None:
        return
    for ref in IMPACT:
        figure = view.sources.figures.get(ref)
        if figure is None:
            yield Fault(ref, f"The figure {ref} is missing.")
        elif not figure.inputs and ";" not in figure.text:
            yield Fault(ref, f"“{figure.text}” neither names its records nor says how to find out.")


@check("B2")
def asks(view: ReviewInput) -> Iterator[Fault]:
    """Its kind, whether the asked team can do that, and whether the owner is asked for anything."""
    draft, target, verbs = view.escalation, view.decision.target or Target.L2, view.policy.asks
    if draft is None:
        return
    for index, ask in enumerate(draft.asks):
        if ask.team is None:
            continue  # a role or a colleague, of whom the policy says nothing
        verb, suited = verbs.verb_of(ask.kind), verbs.suits.of(ask.team)
        if verb is None:
            yield Fault(f"asks[{index}].kind", f"The kind of an ask is one of: {', '.join(verbs.verbs)}.")
        elif verb not in suited:
            message = f"“{verb}” is not what {ask.owner} can do; ask it to: {', '.join(suited)}."
            yield Fault(f"asks[{index}].kind", message)
    if not any(ask.team == target for ask in draft.asks):
        yield Fault("asks", f"No ask is addressed to {target.value}, which owns this escalation.")


@check("B3")
def deadlines(view: ReviewInput) -> Iterator[Fault]:
    """Moments or dates that can be read, after now."""
    draft, now = view.escalation, view.case.now
    if draft is None:
        return
    asked = [(f"asks[{index}].by", ask.by) for index, ask in enumerate(draft.asks) if ask.by]
    for where, by in [*asked, ("deadline.by", draft.deadline.by)]:
        moment = parse_moment(by)
        if moment is None:
            yield Fault(where, f"“{by}” is not an RFC 3339 moment with offset or a plain date.")
        elif (moment.date() < now.astimezone(UTC).date()) if len(by) == len("2026-01-01") else moment <= now:
            yield Fault(where, f"{by} is not in the future; now is {now.isoformat()}.")


@check("B3")
def reminders(view: ReviewInput) -> Iterator[Fault]:
    """Moments after now."""
    for index, by in enumerate(view.draft.reminders):
        moment = parse_moment(by)
        if moment is None or moment <= view.case.now:
            yield Fault(f"reminders[{index}]", f"“{by}” is not a moment in the future as RFC 3339 writes it.", "W")


@check("B4")
def texts_named(view: ReviewInput) -> Iterator[Fault]:
    """A text that the draft names is one of its texts."""
    known = places(view.draft)
    for passage in passages(view.draft):
        for number in unknown_mentions(passage.written, known):
            yield Fault(passage.path, f"There is no text {number}; they are {', '.join(map(str, known)) or 'none'}.")


@check("B4")
def sections(view: ReviewInput) -> Iterator[Fault]:
    """What is never empty is not, and the title fits a line."""
    draft = view.escalation
    if draft is not None:
        for name, told in FILLED.items():
            if not getattr(draft, name):
                yield Fault(name, told)
        for name, labels in ALWAYS.items():
            for label in labels:
                if not under(getattr(draft, name), label):
                    missing = (
                        f"No line has the template's label `- **{label}:** ...`, which is the same in every language"
                    )
                    yield Fault(name, f"{missing}; what is not known is said there.")
        sentences = len(list(sentences_of(draft.description)))
        low, high = view.policy.brief.description_sentences
        listed = len(draft.description.splitlines()) > 1
        if draft.description and not listed and not low <= sentences <= high:
            yield Fault("description", f"The description has {sentences} sentences; it needs {low} to {high}.", "W")
    if not view.draft.summary:
        yield Fault("summary", "The summary line is empty.")
    elif len(view.draft.summary) > SUMMARY_CHARACTERS and not is_written(view.draft):
        message = f"The summary has {len(view.draft.summary)} characters; keep it under {SUMMARY_CHARACTERS}."
        yield Fault("summary", message, "W")


@check("B4")
def handling_sections(view: ReviewInput) -> Iterator[Fault]:
    """There is a note."""
    if view.handling and not view.handling.note:
        yield Fault(
            "note",
            "There is no note: say why support can resolve it, what is done, and what would make it an escalation.",
        )


@check("B4")
def short(view: ReviewInput) -> Iterator[Fault]:
    """A warning where a document is far longer than is read; the number was told beforehand."""
    if not is_written(view.draft):
        return
    words, read = (
        words_in(without_marks(document_of(view.draft))),
        read_of(view.decision.outcome, len(view.case.affected)),
    )
    if words > read * SLACK:
        yield Fault(LENGTH, f"It has {words} words, and {read} are read.", "W")


@check("B5")
def relationship(view: ReviewInput) -> Iterator[Fault]:
    """Both are computed; an organisation that names nobody is told."""
    if view.escalation and "figures/customer_update" not in view.sources.figures:
        yield Fault("", "No time of the next customer update was computed.")
    if view.escalation and not view.policy.brief.reported_by.strip():
        yield Fault("", "The policy names nobody who keeps the customer relationship (brief.reported_by).")


@check("B6")
def linked(view: ReviewInput) -> Iterator[Fault]:
    """What the facts rest on in the tracker belongs in the brief."""
    for ref in unlinked_items(view.draft, view.case) if view.escalation else ():
        yield Fault("context", f"{ref} bears on this and is not linked.")
