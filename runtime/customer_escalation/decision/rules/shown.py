"""A fact is held against what its records can show, before it decides anything (S10)."""

from collections.abc import Iterator, Sequence

from customer_escalation.domain.evidence import Evidence, field
from customer_escalation.domain.facts import Assessment, Fact
from customer_escalation.domain.findings import Finding
from customer_escalation.domain.people import writer_of
from customer_escalation.domain.rule_registry import carries_out
from customer_escalation.domain.showing import CAN_SHOW, IMPACTS, WRITTEN_DOWN, Showing
from skill_runtime.ledger import Record

KNOWN_KINDS = WRITTEN_DOWN | {"account"}
"""Kinds of which it is known what they can show."""
PROSE = ("text", "body", "notes", "description")
"""Fields of an account in which somebody tells something."""


def claims_with_showing(assessment: Assessment) -> Iterator[tuple[str, Sequence[str], Showing]]:
    """Every answer that decides something and has a row: where it stands, what it cites, what can show it."""
    for name, showing in CAN_SHOW.items():
        value = getattr(assessment, name)
        if isinstance(value, Fact) and value.answer == "yes":
            yield name, value.cites, showing
    if assessment.security.level not in ("none", "unknown"):
        yield "security", assessment.security.cites, CAN_SHOW["security"]
    if assessment.workaround.extent in ("partial", "full"):
        yield "workaround", assessment.workaround.cites, CAN_SHOW["workaround"]
    for index, account in enumerate(assessment.affected):
        if account.impact in IMPACTS:
            yield f"affected[{index}]", [*account.tickets, *account.cites], IMPACTS[account.impact]


@carries_out("S10")
def facts_not_shown(assessment: Assessment, evidence: Evidence) -> list[Finding]:
    """Findings on answers none of whose records can show them."""
    return [
        Finding(rule="S10", level="H", where=where, message=_told(records, showing))
        for where, cites, showing in claims_with_showing(assessment)
        if (records := evidence.resolve(cites)[0])
        and len(records) == len(set(cites))
        and not any(_can_show(record, showing, evidence) for record in records)
    ]


def _can_show(record: Record, showing: Showing, evidence: Evidence) -> bool:
    """Can it, or for an item any part of it?"""
    return any(_one_can(one, showing, evidence) for one in (record, *evidence.parts(record)))


def _one_can(record: Record, showing: Showing, evidence: Evidence) -> bool:
    kind = field(record, "kind")
    if kind not in KNOWN_KINDS:
        return True  # a person's answer, a figure, a record of a kind that nobody has described
    if kind == "account":
        return any(field(record, one) for one in PROSE)
    if kind not in showing.kinds:
        return False
    return showing.whose == "anybody" or not evidence.by_customer(record) or not writer_of(record)


def _told(records: Sequence[Record], showing: Showing) -> str:
    named = ", ".join(f"`{record.ref}` ({field(record, 'kind') or record.category})" for record in records)
    return f"{named} cannot show this: cite {showing.wanted}, or answer unknown."
