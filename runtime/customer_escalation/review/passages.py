"""The sentences of a draft as the checks see them: what each says, in which sense, and what it cites."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from customer_escalation.domain.brief import Draft, EscalationDraft, HandlingDraft
from customer_escalation.domain.prose import Audience, Passage, Role, passages

ClaimKind = Literal["fact", "proposed", "inference"]
_KINDS: dict[Role, ClaimKind] = {"states": "fact", "proposes": "proposed", "supposes": "inference"}
SUMMING_UP = (
    "summary", "opening", "severity_reason", "co_owner", "customers", "revenue", "queue", "sla", "next_update", "response",
    "reproduction.environment", "reproduction.note", "messages", "ticket_note",
)  # fmt: skip
"""Passages that say again what the brief below shows, or what is missing: they stand on everything that it cites."""

STEPS = "reproduction."
"""Steps are one text in several fields: what one of them cites stands behind them all."""

__all__ = ["Claim", "Passage", "all_cites", "claims", "drafts_for_customers", "passages", "receiver_words"]


@dataclass(frozen=True)
class Claim:
    """One sentence with what it stands on."""

    where: str
    """The path of its passage: ``description``, ``tried[2]``, ``reproduction.actual``."""
    text: str
    kind: ClaimKind
    cites: tuple[str, ...]
    reader: Audience
    number: int = 0
    """Which sentence of the passage."""
    sums_up: bool = False
    """It says again what the brief shows, and stands on everything that the brief cites."""


def claims(draft: Draft) -> Iterator[Claim]:
    """Every sentence that is not for a customer, in the order of the brief."""
    everything = all_cites(draft)
    steps = tuple(dict.fromkeys(ref for one in passages(draft) if one.path.startswith(STEPS) for ref in one.cites))
    for passage in passages(draft):
        if passage.reader == "customer":
            continue
        around = steps if passage.path.startswith(STEPS) else passage.cites
        for number, sentence in enumerate(passage.sentences):
            sums_up = summing_up(passage.path)
            cites = everything if sums_up else sentence.cites or around
            yield Claim(passage.path, sentence.text, _kind(passage, draft), cites, passage.reader, number, sums_up)


def summing_up(path: str) -> bool:
    """Is it such a passage?"""
    return path.partition("[")[0] in SUMMING_UP


def all_cites(draft: Draft) -> tuple[str, ...]:
    """Every ref that the draft cites or names, each once."""
    found = [ref for passage in passages(draft) for ref in passage.cites]
    found += [related.ref for related in draft.context]
    if isinstance(draft, HandlingDraft) and draft.article:
        found.append(draft.article)
    return tuple(dict.fromkeys(found))


def drafts_for_customers(draft: Draft) -> Iterator[tuple[str, Passage]]:
    """Each customer text with the ref of the ticket that it goes to."""
    texts = {passage.path: passage for passage in passages(draft) if passage.reader == "customer"}
    for index, one in enumerate(draft.drafts):
        if passage := texts.get(f"drafts[{index}].text"):
            yield one.ticket, passage


def receiver_words(draft: Draft) -> int:
    """Words of prose that the receiver reads."""
    return sum(len(passage.text.split()) for passage in passages(draft) if passage.reader == "receiver")


def _kind(passage: Passage, draft: Draft) -> ClaimKind:
    """A deadline that a record or a customer sets states a fact; the end of an SLA window is a figure."""
    if passage.path.startswith("deadlines[") and isinstance(draft, EscalationDraft):
        index = int(passage.path[len("deadlines[") : passage.path.index("]")])
        return "fact" if draft.deadlines[index].basis in ("record", "customer_given") else "proposed"
    return _KINDS[passage.role]
