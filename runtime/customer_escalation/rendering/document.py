"""What is rendered: a finished brief with the records behind it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from customer_escalation.domain.brief import Brief
from customer_escalation.domain.draft import CustomerDraft, Draft
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.findings import Finding
from customer_escalation.domain.outcomes import Outcome
from customer_escalation.domain.texts import outgoing
from customer_escalation.rendering.cites import all_cites
from customer_escalation.rendering.phrases import Phrases
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


OFFERED = frozenset({"post_to_channel", "customer_reply", "status_update", "page", "reminder", "calendar_entry"})
"""Kinds that a brief asks about in its last line: those of the skill, and a page where one is due. All that there are stand in the list of
actions."""


def offers(proposals: Sequence[tuple[str, str]], draft: Draft) -> list[str]:
    """What is offered below a brief, from the kind and the title of each action; several replies are one question, and so are several
    reminders.
    """
    say = Phrases(draft)
    customers = [(place, one) for place, (_, one) in enumerate(outgoing(draft), 1) if isinstance(one, CustomerDraft)]
    replies, updates = ([str(place) for place, one in customers if one.kind == kind] for kind in ("reply", "update"))
    reminders = sum(kind in ("reminder", "calendar_entry") for kind, _ in proposals)
    together = {
        "customer_reply": say("step_replies", numbers=", ".join(replies)) if len(replies) > 1 else "",
        "status_update": say("step_updates", numbers=", ".join(updates)) if len(updates) > 1 else "",
        **dict.fromkeys(("reminder", "calendar_entry"), say("step_reminders") if reminders > 1 else ""),
    }
    return list(dict.fromkeys(together.get(kind) or title for kind, title in proposals if kind in OFFERED))


def cited_records(brief: Brief, evidence: Evidence) -> list[dict[str, Any]]:
    """The records behind a brief as JSON: every cited item, then all parts of it, so that they keep their numbers."""
    items = {evidence.item_of(record).ref: evidence.item_of(record)
             for record in evidence.resolve(all_cites(brief))[0]}  # fmt: skip
    return [
        dict(record.data) | {"ref": record.ref} for item in items.values() for record in (item, *evidence.parts(item))
    ]


_ONCE_OF_A_NOTE = (
    "opening", "steps", "customers", "sla", "affected", "reason", "would_change", "severity_reason", "context",
)  # fmt: skip
"""The fields that a handled issue's draft had, in the order in which they were printed."""


def as_now(recorded: Mapping[str, Any]) -> dict[str, Any]:
    """A brief that was recorded before the note of a handled issue became one text, in today's form: its parts stood in fields of their
    own.
    """
    brief, draft = dict(recorded), dict(recorded["draft"])
    if brief["outcome"] == Outcome.HANDLE and "note" not in draft:
        parts = [draft.pop(name, "") for name in _ONCE_OF_A_NOTE]
        draft["note"] = "\n\n".join(filter(None, parts))
    return brief | {"draft": draft}


def document_of(result: Mapping[str, Any]) -> Document:
    """The document of a recorded result."""
    ledger = Ledger()
    for record in _records(result["records"]):
        ledger.add(record)
    brief = Brief.model_validate(as_now(result["brief"]))
    findings = [Finding.model_validate(finding) for finding in result["findings"] if finding["level"] == "H"]
    return Document(
        brief,
        Evidence(ledger, frozenset()),
        findings,
        offers([(proposal["kind"], proposal["title"]) for proposal in result["proposals"]], brief.draft),
    )


def _records(found: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    return ({"record": record} for record in found)
