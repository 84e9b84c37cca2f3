"""The passages of a draft: every piece of text that makes a claim, with what it cites and where it stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from customer_escalation.domain.brief import EscalationDraft, HandlingDraft, Statement

PassageKind = Literal["fact", "customer_claim", "inference", "proposed"]


@dataclass(frozen=True)
class Passage:
    """One text with its citations."""

    where: str
    """Such as ``description[1]`` or ``reproduction.actual``."""
    text: str
    kind: PassageKind
    cites: tuple[str, ...]


def passages(draft: EscalationDraft | HandlingDraft) -> Iterator[Passage]:
    """Every passage of the draft, in the order of the brief."""
    if isinstance(draft, HandlingDraft):
        yield Passage("summary", draft.summary, "inference", ())
        yield from _statements("reason", draft.reason)
        yield from _statements("steps", draft.steps)
        yield from _statements("uncertain", draft.uncertain)
        yield from _statements("would_change", draft.would_change)
    else:
        yield from _escalation(draft)
    for index, related in enumerate(draft.related):
        yield Passage(f"related[{index}].note", related.note, "inference", (related.ref,))
    yield from _statements("conflicts", draft.conflicts)
    yield from _statements("author_notes", draft.author_notes)


def _escalation(draft: EscalationDraft) -> Iterator[Passage]:
    yield Passage("summary", draft.summary, "fact", tuple(draft.summary_cites))
    for name in (
        "customers_note",
        "workflow_impact",
        "revenue_note",
        "queue_note",
        "competitive_pressure",
        "description",
    ):
        yield from _statements(name, getattr(draft, name))
    for index, step in enumerate(draft.tried):
        yield Passage(f"tried[{index}]", _joined(step.action, step.result), "fact", tuple(step.cites))
    yield from _statements("containment", draft.containment)
    repro = draft.reproduction
    cites = tuple(dict.fromkeys([*repro.cites, *(cite for step in repro.steps for cite in step.cites)]))
    for name in ("start", "expected", "actual", "environment", "frequency", "ruled_out"):
        value = getattr(repro, name)
        if value:
            kind: PassageKind = "inference" if name in ("start", "expected") else "fact"
            yield Passage(f"reproduction.{name}", value, kind, cites)
    yield from _statements("reproduction.steps", repro.steps)
    for name in ("last_update", "expectation", "risk"):
        yield from _statements(name, getattr(draft, name))
    for index, ask in enumerate(draft.asks):
        yield Passage(f"asks[{index}]", ask.text, "proposed", tuple(ask.cites))
    for index, deadline in enumerate(draft.deadlines):
        kind = "proposed" if deadline.basis == "proposed" else "fact"
        yield Passage(f"deadlines[{index}]", _joined(deadline.what, deadline.by), kind, tuple(deadline.cites))
    for index, item in enumerate(draft.unknowns):
        yield Passage(f"unknowns[{index}]", _joined(item.what, item.how_to_find_out), "proposed", ())
    yield from _statements("support_now", draft.support_now)


def _statements(name: str, statements: list[Statement]) -> Iterator[Passage]:
    for index, statement in enumerate(statements):
        yield Passage(f"{name}[{index}]", statement.text, statement.kind, tuple(statement.cites))


def _joined(first: str, second: str) -> str:
    return f"{first.rstrip('.')}. {second}" if first and second else first or second
