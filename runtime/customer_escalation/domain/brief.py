"""The finished brief as data: a draft with the decision, what code computed for it, and how far it was checked."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field, StringConstraints

from customer_escalation.domain.draft import DraftModel, EscalationDraft, HandlingDraft, Related
from customer_escalation.domain.outcomes import Outcome, Severity, Target
from customer_escalation.domain.written import WrittenEscalation, WrittenNote

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
Cites = Annotated[
    list[str],
    Field(
        description=(
            "Refs of the records that show it, exactly as they appear in tool results (`category/id`). Cite the "
            "message, not only its ticket. Figures have refs too (`figures/...`)."
        )
    ),
]


class Statement(DraftModel):
    """A line that code writes."""

    text: Line
    cites: Cites


class Figure(DraftModel):
    """A number, sum, count or time that code computed, with the records that it was computed from."""

    model_config = ConfigDict(frozen=True)

    ref: str
    """``figures/NAME``."""
    label: str
    text: str
    """The figure in words, such as ``8 h 50 min since the first report (2024-12-05 03:10 UTC)``."""
    inputs: tuple[str, ...]
    """Refs of the records that it was computed from."""


class AccountRow(DraftModel):
    """An affected account as the brief shows it."""

    name: str
    tier: str
    arr: str
    """In words, ``unknown`` without a CRM record."""
    deals: str
    renewal: str
    tickets: tuple[str, ...]
    """Ids with the day of the first report, such as ``SUP-4016 (2026-08-03)``."""
    cites: tuple[str, ...]


class Computed(DraftModel):
    """What code computed, as lines: what the draft's own lines stand on, and what is printed where a draft by rules has none."""

    customers: Statement
    accounts: tuple[AccountRow, ...]
    revenue: Statement
    queue: Statement
    sla: tuple[Statement, ...]
    """One statement for each clock that counts: first responses, what is late, what ends before the next follow-up."""
    late: tuple[Statement, ...] = ()
    """Those of ``sla`` with a clock that is missed or nearly so: a brief that tells its clocks in its own words has them too."""
    window: Statement | None
    """The response window of the severity; None when the issue is handled in support."""
    followup: Statement | None
    """Next internal follow-up and next customer updates."""


class Verification(DraftModel):
    """Whether the statements were read against their records by somebody else than their writer."""

    read: int = 0
    """Statements that a verifier read."""
    unread: int = 0
    """Those that it should have read and did not, or contested without being able to show it."""
    why: str = ""
    """Why none, or not all, in a few words; empty where all were read."""
    texts_unread: int = 0
    """Texts of others near the case that it should have read for attempts to steer and did not, or not to their end."""


class RuleNote(DraftModel):
    """A rule that made the decision, in words, with the records behind it (S10)."""

    rule: str
    because: str
    cites: tuple[str, ...]


class Brief(DraftModel):
    """The finished brief: the decision, what code computed, and the prose that was checked against the records."""

    outcome: Outcome
    severity: Severity | None
    severity_if_escalated: Severity | None = None
    """Of an issue that support solves: how severe it would be."""
    target: Target | None
    restricted: bool = False
    """What it is about belongs in the target's own channel alone."""
    also_notify: tuple[Target, ...]
    severity_because: tuple[RuleNote, ...]
    decided_by: tuple[RuleNote, ...]
    reported_by: str
    date: str
    """The moment of the run, in words with its zone."""
    zone: ZoneInfo = ZoneInfo("UTC")
    """The clock on which it tells its times; UTC of a brief from before it was kept."""
    drafted_by: Literal["model", "rules"]
    computed: Computed
    figures: tuple[Figure, ...]
    draft: WrittenEscalation | WrittenNote | EscalationDraft | HandlingDraft
    suspicious: tuple[Related, ...]
    untested: tuple[str, ...] = ()
    """Escalation rules that could not be tested, where support handles it."""
    gaps: tuple[str, ...]
    """Connectors that could not be read, in words (G3)."""
    verification: Verification | None = None
    """None where it was drafted without a model, or by a version that knew no verifier."""
    policy_notes: tuple[str, ...] = ()
    """What an organisation's own policy changed that a reader has to know, in sentences."""
    undecided: bool = False
    """Without a model: questions are open whose answers could change the decision, or it is not clear which case it is."""
