"""B1 to B6: the sections of a brief, its asks, its deadlines, its numbers."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC

from customer_escalation.domain.brief import Target
from customer_escalation.domain.evidence import parse_moment
from customer_escalation.review.check import Fault, View, check
from customer_escalation.review.linking import unlinked_items

SUMMARY_CHARACTERS = 120
"""What fits a subject line; the schema's description of ``summary`` says the same."""
FILLED = ("workflow_impact", "last_update", "expectation", "risk", "asks", "deadlines")
"""Sections that are never empty; what is not known is said there."""
ASIDE = ("support_now", "author_notes")
"""Passages that the receiver does not read."""
SLACK = 1.1
"""A brief a little over the words is let be."""
IMPACT = ("figures/affected", "figures/arr", "figures/queue")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’)\]]*\s+(?=[\"“‘(A-Z0-9`])")
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|etc|vs|approx|no|Dr|Mr|Ms|St)\.$", re.IGNORECASE)
_SEVERITY_WORDS = re.compile(r"\b(?:severity|critical severity|high severity|sev-?\d|p[0-4])\b", re.IGNORECASE)


def count_sentences(text: str) -> int:
    """Sentences in running prose; abbreviations and decimals do not end one."""
    parts = [part for part in _SENTENCE_END.split(text.strip()) if part.strip()]
    joined = sum(1 for part in parts[:-1] if _ABBREVIATION.search(part))
    return len(parts) - joined


@check("B1")
def quantified(view: View) -> Iterator[Fault]:
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
def asks(view: View) -> Iterator[Fault]:
    """The verb, whether the asked team can do it, and whether the owner is asked for anything."""
    draft, target, verbs = view.escalation, view.decision.target or Target.L2, view.policy.asks
    if draft is None:
        return
    for index, ask in enumerate(draft.asks):
        verb, suited = verbs.verb_of(ask.text), verbs.suits.of(ask.owner)
        if verb is None:
            yield Fault(f"asks[{index}]", f"Start the ask with one of: {', '.join(verbs.verbs)}.")
        elif verb not in suited:
            yield Fault(
                f"asks[{index}]", f"“{verb}” is not what {ask.owner.value} can do; ask it to: {', '.join(suited)}."
            )
    if draft.asks and not any(ask.owner == target for ask in draft.asks):
        yield Fault("asks", f"No ask is addressed to {target.value}, which owns this escalation.")


@check("B3")
def deadlines(view: View) -> Iterator[Fault]:
    """A moment or a date that can be read, after now, with the record that sets it unless it is proposed."""
    now = view.case.now
    for index, deadline in enumerate(view.escalation.deadlines if view.escalation else ()):
        where, moment = f"deadlines[{index}].by", parse_moment(deadline.by)
        if moment is None:
            yield Fault(where, f"“{deadline.by}” is not an RFC 3339 moment with offset or a plain date.")
        elif (moment.date() < now.astimezone(UTC).date()) if len(deadline.by) == len("2026-01-01") else moment <= now:
            yield Fault(where, f"{deadline.by} is not in the future; now is {now.isoformat()}.")
        if deadline.basis != "proposed" and not deadline.cites:
            yield Fault(where, f"A deadline with basis “{deadline.basis}” cites the record that sets it.")


@check("B4")
def sections(view: View) -> Iterator[Fault]:
    """Whole, and of the right length."""
    draft = view.escalation
    if draft is None:
        return
    sentences = sum(count_sentences(statement.text) for statement in draft.description)
    low, high = view.policy.brief.description_sentences
    if not low <= sentences <= high:
        yield Fault("description", f"The description has {sentences} sentences; it needs {low} to {high} in all.")
    for name in FILLED:
        if not getattr(draft, name):
            yield Fault(name, f"`{name}` is empty. Every section is filled; what is not known is said so.")
    for index, step in enumerate(draft.tried):
        if not step.result:
            yield Fault(f"tried[{index}].result", "Every step has its result, or 'result not recorded'.")
    if not draft.summary:
        yield Fault("summary", "The summary line is empty.")
    elif len(draft.summary) > SUMMARY_CHARACTERS:
        message = f"The summary has {len(draft.summary)} characters; keep it under {SUMMARY_CHARACTERS}."
        yield Fault("summary", message, "W")
    if _SEVERITY_WORDS.search(draft.summary):
        yield Fault("summary", "Leave severity and priority out of the summary: it has its own line.", "W")


@check("B4")
def handling_sections(view: View) -> Iterator[Fault]:
    """Whole."""
    for name, what in (
        ("reason", "why support can resolve it"),
        ("steps", "what to do"),
        ("would_change", "what would make it an escalation, and to whom"),
    ):
        if view.handling and not getattr(view.handling, name):
            yield Fault(name, f"`{name}` is empty: say {what}.")


@check("B4")
def short(view: View) -> Iterator[Fault]:
    """Counts what the receiver reads; a warning."""
    read = [passage for passage in view.passages if not passage.where.startswith(ASIDE)]
    words, most = sum(len(passage.text.split()) for passage in read), view.policy.brief.prose_words
    if view.escalation and words > most * SLACK:
        longest = Counter[str]()
        for passage in read:
            longest[re.split(r"[.\[]", passage.where)[0]] += len(passage.text.split())
        shares = ", ".join(f"{name} {count}" for name, count in longest.most_common(4))
        message = f"The prose has {words} words, {most} are enough ({shares}): cut what would not change what the receiver does."
        yield Fault("", message, "W")


@check("B5")
def relationship(view: View) -> Iterator[Fault]:
    """Both are computed; an organisation that names nobody is told."""
    if view.escalation and "figures/customer_update" not in view.sources.figures:
        yield Fault("", "No time of the next customer update was computed.")
    if view.escalation and not view.policy.brief.reported_by.strip():
        yield Fault("", "The policy names nobody who keeps the customer relationship (brief.reported_by).")


@check("B6")
def linked(view: View) -> Iterator[Fault]:
    """What the facts rest on in the tracker belongs in the brief."""
    for ref in unlinked_items(view.draft, view.case) if view.escalation else ():
        yield Fault("related", f"{ref} bears on this and is not linked.")
