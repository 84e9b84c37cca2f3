"""What is rendered: a finished brief with the records behind it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from customer_escalation.domain.brief import Brief
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.findings import Finding
from customer_escalation.rendering.cites import all_cites
from skill_runtime.ledger import Ledger


@dataclass(frozen=True)
class Document:
    """A brief, the records that it cites, and what stands below it."""

    brief: Brief
    evidence: Evidence
    findings: Sequence[Finding] = ()
    """Printed below the brief, where the writer and the receiver both see them."""
    next_steps: Sequence[str] = ()
    for_receiver: bool = False
    """Without what is for its author alone: notes, what support does meanwhile, follow-up, next steps."""

    @property
    def title(self) -> str:
        """The summary line."""
        return self.brief.draft.summary


def cited_records(brief: Brief, evidence: Evidence) -> list[dict[str, Any]]:
    """The records behind a brief as JSON: every cited item, then all parts of it, so that they keep their numbers."""
    items = {evidence.item_of(record).ref: evidence.item_of(record)
             for record in evidence.resolve(all_cites(brief))[0]}  # fmt: skip
    return [
        dict(record.data) | {"ref": record.ref} for item in items.values() for record in (item, *evidence.parts(item))
    ]


def document_of(result: Mapping[str, Any]) -> Document:
    """The document of a recorded result."""
    ledger = Ledger()
    for record in _records(result["records"]):
        ledger.add(record)
    brief = Brief.model_validate(result["brief"])
    findings = [Finding.model_validate(finding) for finding in result["findings"] if finding["level"] == "H"]
    return Document(
        brief, Evidence(ledger, frozenset()), findings, [proposal["title"] for proposal in result["proposals"]]
    )


def _records(found: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    return ({"record": record} for record in found)
