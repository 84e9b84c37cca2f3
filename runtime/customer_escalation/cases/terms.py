"""What a case is begun with, and what it is judged by: the request, the moment, the policy, what came before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, field_serializer

from customer_escalation.domain.prior import EarlierEscalation
from customer_escalation.policy import Policy, with_overrides
from customer_escalation.policy.sources import Overlay, policy_in_force, policy_notes

AuthorLevel = Literal["", "L1", "L2"]
Origin = Literal["headless", "assistant"]


@dataclass(frozen=True)
class CaseTerms:
    """What a case is judged by."""

    issue: str
    """What the person asked."""
    now: datetime
    reported_by: str
    policy: Policy
    author_level: AuthorLevel = ""
    """Who escalates (T6); empty where nobody said."""
    earlier: Sequence[EarlierEscalation] = ()
    """Escalations of earlier cases, of whatever account."""
    policy_notes: tuple[str, ...] = ()
    """What the organisation's own policies changed that a reader has to know, in sentences."""


class Asked(BaseModel):
    """What was asked for, in the words of who asked; what else a way in needs to go on stands beside it."""

    model_config = ConfigDict(frozen=True, extra="allow")

    issue: str
    reported_by: str | None = None
    """None or empty for the team that the policy names."""
    author_level: AuthorLevel = ""


class Opening(BaseModel):
    """The header of a case. It holds policies and earlier escalations, so that a case goes on as it began."""

    model_config = ConfigDict(frozen=True)

    origin: Origin
    """Where the case began: in an unattended run, or with an assistant."""
    request: Asked
    now: datetime
    policies: tuple[Overlay, ...] = ()
    """The organisation's own policies, as they were."""
    policy_withheld: bool = False
    """Whether the project has a policy that nobody approved."""
    overrides: dict[str, Any] = {}
    """What a workspace set of the policy."""
    earlier: tuple[EarlierEscalation, ...] = ()

    @field_serializer("now")
    def _as_people_write(self, now: datetime) -> str:
        return now.isoformat()

    def policy(self) -> tuple[Policy, tuple[str, ...]]:
        """The policy that the case was begun with, and a warning for each override that it does not know.

        Raises ``PolicyError``.
        """
        return with_overrides(policy_in_force(self.policies), self.overrides)

    def terms(self) -> CaseTerms:
        """What the case is judged by. Raises ``PolicyError``."""
        policy, _ = self.policy()
        return CaseTerms(
            self.request.issue,
            self.now,
            self.request.reported_by or policy.brief.reported_by,
            policy,
            self.request.author_level,
            self.earlier,
            policy_notes(self.policies, withheld=self.policy_withheld),
        )
