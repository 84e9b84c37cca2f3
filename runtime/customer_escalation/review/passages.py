"""The sentences of a draft as the checks see them: what each says, in which sense, and what it cites."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from customer_escalation.domain.draft import Draft, HandlingDraft
from customer_escalation.domain.language import language_or_other
from customer_escalation.domain.prose import Audience, Passage, Role, marks_of, passages
from customer_escalation.domain.template import (
    COMMUNICATION,
    CUSTOMERS,
    QUEUE,
    REVENUE,
    SLA,
    blocks,
    is_called,
    label_at,
)
from customer_escalation.domain.texts import MENTION
from customer_escalation.domain.written import is_written

ClaimKind = Literal["fact", "proposed", "inference"]
_KINDS: dict[Role, ClaimKind] = {"states": "fact", "proposes": "proposed", "supposes": "inference", "tells": "fact"}
SUMMING_UP = ("summary", "opening", "messages", "ticket_note")
"""Passages that say again what the brief below shows, or what is missing: they stand on everything that it cites."""
LABELS_SUMMING_UP = {"impact": (CUSTOMERS, REVENUE, QUEUE, SLA), "reproduction": ("Environment",)}
"""The same of parts of a section, by their label."""
TOLD_FREELY = ("note", "further")
"""Where what records show and what is planned stand side by side."""
IN_ROWS = ("impact", "communication")
"""Sections whose labelled rows each stand on their own records, as the lines of a form do."""

__all__ = ["Claim", "Passage", "all_cites", "claims", "drafts_for_customers", "passages"]


@dataclass(frozen=True)
class Claim:
    """One sentence with what it stands on."""

    where: str
    """The path of its passage: ``description``, ``asks[2].text``."""
    text: str
    kind: ClaimKind
    cites: tuple[str, ...]
    reader: Audience
    number: int = 0
    """Which sentence of the passage."""
    sums_up: bool = False
    """It says again what the brief shows, and stands on everything that the brief cites."""
    own: tuple[str, ...] = ()
    """What its own marks cite."""
    label: str = ""
    """What the line is labelled with in which it stands, or the line above that it goes on from."""
    language: str | None = None
    """That of its passage, by its English name, where that tells: a brief may speak to each reader in another one."""


def claims(draft: Draft) -> Iterator[Claim]:
    """Every sentence that is not for a customer, in the order of the brief."""
    everything, written = all_cites(draft), is_written(draft)
    for passage in passages(draft):
        if passage.reader == "customer":
            continue
        language = language_or_other(passage.text)
        for number, sentence in enumerate(passage.sentences):
            label = label_at(passage.written, sentence.start)
            sums_up = _sums_up(passage.path, label)
            own_cites = sentence.cites if sentence.own or not written else ()
            cites = everything if sums_up else own_cites or _around(passage, label)
            told = passage.role == "tells" and not own_cites
            kind = "proposed" if told else _KINDS[passage.role]
            text, own = MENTION.sub("", sentence.text), sentence.cites if sentence.own else ()
            yield Claim(passage.path, text, kind, cites, passage.reader, number, sums_up, own, label, language)


def _around(passage: Passage, label: str) -> tuple[str, ...]:
    """What a sentence without a mark stands on: all that its text cites, or its row."""
    if passage.path not in IN_ROWS or not label:
        return passage.cites
    row = (ref for block in blocks(passage.written) if block.label == label for ref in marks_of(block.text))
    return tuple(dict.fromkeys(row))


def _sums_up(path: str, label: str) -> bool:
    if any(is_called(label, one) for one in LABELS_SUMMING_UP.get(path, ())):
        return True
    return path.partition("[")[0] in SUMMING_UP or is_what_comes(path, label)


def is_what_comes(path: str, label: str) -> bool:
    """Is it the line below the template's own that says who hears from us next, and when?"""
    return path == "communication" and bool(label) and not any(is_called(label, one) for one in COMMUNICATION)


def tells_what_comes(path: str, label: str) -> bool:
    """May it repeat what the draft itself sets and promises? A line of the writer's own among those of the template."""
    return path == "communication" and not any(is_called(label, one) for one in COMMUNICATION)


def all_cites(draft: Draft) -> tuple[str, ...]:
    """Every ref that the draft cites or names, each once."""
    found = [ref for passage in passages(draft) for ref in passage.cites]
    if isinstance(draft, HandlingDraft) and draft.article:
        found.append(draft.article)
    return tuple(dict.fromkeys(found))


def drafts_for_customers(draft: Draft) -> Iterator[tuple[str, Passage]]:
    """Each customer text with the ref of the ticket that it goes to."""
    texts = {passage.path: passage for passage in passages(draft) if passage.reader == "customer"}
    for index, one in enumerate(draft.drafts):
        if passage := texts.get(f"drafts[{index}].text"):
            yield one.ticket, passage
