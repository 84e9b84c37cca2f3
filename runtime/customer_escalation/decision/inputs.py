"""A case as the decision rules see it: the model's facts beside what code computed from the records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.facts import Assessment, ContractHours
from customer_escalation.domain.outcomes import Severity
from customer_escalation.policy import Policy

SlaKind = Literal["first_response", "update", "resolution"]
SlaStatus = Literal["met", "ok", "at_risk", "breached", "stopped", "unknown"]


@dataclass(frozen=True)
class AccountInput:
    """An affected account with what the CRM and its own tickets say."""

    name: str
    impact: str
    """``blocked``, ``major_function_broken``, ``inconvenienced``, ``lost_data``, ``asks_for_feature``, ``exposed``, ``commercial``
    or ``unknown``, which is none of them."""
    still: str
    """Whether it is so at present: ``yes``, ``no`` or ``unknown``."""
    users: int | None
    """How many of its users are hit; None where no record says."""
    refs: tuple[str, ...]
    """What the assessment cites for it."""
    tickets: tuple[str, ...]
    """Refs of its own tickets about this issue."""
    crm_ref: str | None
    tier: str
    arr_usd: float | None
    high_value: bool | None
    """None where no CRM record tells (S12)."""
    renewal: str
    pipeline_usd: float
    opened_at: tuple[datetime, ...]
    """When its own tickets were opened, oldest first."""
    reports: tuple[tuple[datetime, str], ...]
    """When it reported the issue and the ref of what shows it, oldest first: its tickets, and its messages that are cited as
    showing the issue. A message that says that it works again is none."""


@dataclass(frozen=True)
class SlaInput:
    """One SLA clock of one ticket."""

    account: str
    high_value: bool | None
    ticket: str
    kind: SlaKind
    status: SlaStatus
    running: bool
    """False once it was answered: a first response given late is over, and nothing can mend it."""
    due_at: datetime | None
    text: str
    """The figure in words, such as ``update overdue since 2026-08-03 15:00 UTC (4 h agreed)``."""
    figure: str
    """Ref of the figure that holds it."""
    acted_on: str = ""
    """The reading that is acted on alone, in words."""
    other: str = ""
    """The other reading in a word or two, where nobody says on which hours the window runs and the two differ."""
    hours: str = ""
    """Of the other reading: the business hours that it takes, in words."""
    unread: str = ""
    """What the contract says of its hours, in its words, where no reading counts with it."""
    counted_by: str = ""
    """On which hours it is counted, in words, where a reader took them from the contract."""
    perhaps_late: bool = False
    """Is it missed, or nearly so, if a question of ours did not stop it?"""


@dataclass(frozen=True)
class Aside:
    """Records that are no part of the conversation."""

    suspicious: frozenset[str] = frozenset()
    """They try to steer, and count in no figure."""
    automatic: frozenset[str] = frozenset()
    """A machine sent them: they answer nobody."""


NOTHING_ASIDE = Aside()


@dataclass(frozen=True)
class DecisionInput:
    """Everything that a decision rule reads; nothing in it is a decision."""

    facts: Assessment
    affected: tuple[AccountInput, ...]
    sla: tuple[SlaInput, ...]
    """Clocks of the affected accounts' tickets that count for this issue type."""
    unbinding: tuple[SlaInput, ...]
    """Clocks that are shown and decide nothing: the policy gives feature requests no window."""
    recent: tuple[str, ...]
    """Names of distinct accounts with a ticket of their own within the pattern window."""
    waiting_too_long: frozenset[Severity]
    """E-TIME's measure: severities by whose update interval a customer has heard nothing for too long."""
    policy: Policy
    now: datetime
    evidence: Evidence
    aside: Aside = NOTHING_ASIDE
    """Records that try to steer or that a machine sent."""
    contracts: tuple[ContractHours, ...] = ()
    """Readings of contracts whose hours code cannot read, with the refs of the records that they cite."""
    unclocked: tuple[str, ...] = ()
    """Refs of the affected accounts' tickets that were not read to their end: their SLA windows are not known."""

    @property
    def high_value(self) -> Sequence[AccountInput]:
        """The affected accounts known to be high-value."""
        return [account for account in self.affected if account.high_value]

    @property
    def late(self) -> Sequence[SlaInput]:
        """The windows that are breached or nearly used and still open, breached ones first (E-SLA)."""
        open_ones = [clock for clock in self.sla if clock.running and clock.status in ("breached", "at_risk")]
        return sorted(open_ones, key=lambda clock: clock.status != "breached")

    @property
    def full_workaround(self) -> bool:
        """S9's only condition: a workaround that gives the customers everything back."""
        return self.facts.workaround.extent == "full"
