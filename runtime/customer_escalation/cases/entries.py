"""What a case's entries hold, in the order in which they come about; a case is taken up again from them."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from customer_escalation.cases.record_copies import RecordCopy
from customer_escalation.cases.session import Drafter
from customer_escalation.cases.since import Since
from customer_escalation.decision.answers import PersonAnswer
from customer_escalation.domain.brief import Verification
from customer_escalation.domain.categories import title_of
from customer_escalation.domain.draft import Draft
from customer_escalation.domain.findings import Finding
from customer_escalation.domain.formatting import count_words
from customer_escalation.domain.outcomes import Outcome, Severity
from customer_escalation.domain.written import draft_from

FollowUpStep = Literal["asked_team", "told_customer"]
E = TypeVar("E", bound="CaseEntry")


class CaseEntry(BaseModel):
    """Base: ``kind`` is the entry's kind in the store."""

    model_config = ConfigDict(frozen=True)
    kind: ClassVar[str]


class RecordsRead(CaseEntry):
    """What was read since the entry of this kind before, and what is connected now."""

    kind: ClassVar[str] = "read"

    results: tuple[dict[str, Any], ...]
    """Tool results, word for word."""
    copies: tuple[RecordCopy, ...]
    """All records that an assistant copied."""
    verified: tuple[str, ...]
    """Refs of those that were read here after all."""
    connected: tuple[str, ...]
    unread: tuple[str, ...]
    gap_categories: tuple[str, ...]
    anew: bool = False
    """It replaces what was read before."""


class ContractRead(BaseModel):
    """How a contract's hours were read."""

    model_config = ConfigDict(frozen=True)
    account: str
    says: dict[str, str]
    """The contract's own words, by the ref of the record that holds them."""
    read_as: str
    """The hours that the figures count by, in words."""


class FactsStated(CaseEntry):
    """The facts, taken or not."""

    kind: ClassVar[str] = "assess"

    facts: dict[str, Any]
    now: datetime
    gaps: tuple[str, ...]
    taken: bool
    contracts: tuple[ContractRead, ...] = ()
    """Beside each reading of a contract, the contract's words."""
    contested: tuple[Finding, ...] = ()
    """What a verifier contests in them."""


class AnswersGiven(CaseEntry):
    """What a person answered where the records could not; an answer of ``unknown`` takes an earlier one back."""

    kind: ClassVar[str] = "answers"

    answers: tuple[PersonAnswer, ...]


class DraftSubmitted(CaseEntry):
    """A draft that was reviewed."""

    kind: ClassVar[str] = "brief"

    outcome: Outcome
    """Of the decision that it was written on; says which kind of draft it is."""
    draft: dict[str, Any]
    drafted_by: Drafter
    facts: str
    """Fingerprint of the facts that it was written on."""
    gaps: tuple[str, ...]
    contested: tuple[Finding, ...] = ()
    """What a verifier contests in it."""
    verification: Verification | None = None
    """How far it was read."""
    actions: tuple[str, ...]
    """Ids of the actions that it offers; approvals of others are void from here on (P1)."""

    def as_draft(self) -> Draft:
        """The draft itself."""
        return draft_from(self.draft, escalates=self.outcome == Outcome.ESCALATE)


class FlowRefused(CaseEntry):
    """A question to a system that was not asked, because it would have carried another system's data there."""

    kind: ClassVar[str] = "flow_refused"

    tool: str
    server: str
    source: str
    """The category whose data it was; empty where nobody can tell."""
    foreign: bool = True
    """Whether the system is somebody else's."""


def not_asked(refused: Iterable[FlowRefused]) -> list[str]:
    """Refused questions to systems of somebody else as a brief's gaps: one sentence a system and kind of data. What was not asked of our
    own stands in the journal: nothing would have left the house.
    """
    counted = Counter((one.server, one.source) for one in refused if one.foreign)
    return [
        f"{count_words(count, 'question')} to {server or 'a system'} {'was' if count == 1 else 'were'} not asked: "
        f"{'it' if count == 1 else 'they'} would have carried {f'data of the {title_of(source)}' if source else 'unexplained text'} there."
        for (server, source), count in counted.items()
    ]


class FileWritten(CaseEntry):
    """A file that the brief was written to."""

    kind: ClassVar[str] = "saved"

    file: str


class FollowedUp(CaseEntry):
    """A follow-up that was made."""

    kind: ClassVar[str] = "follow_up"

    done: tuple[FollowUpStep, ...]
    note: str
    now: datetime
    tickets: tuple[str, ...] = ()
    """Refs of those whose customers were told; all of the case where none is named."""
    by: str = ""
    """Who did it; empty where nobody was named."""


class SeverityTaken(CaseEntry):
    """A person confirms another severity than the brief's, which holds from then on."""

    kind: ClassVar[str] = "severity"

    severity: Severity
    by: str
    now: datetime


class DecidedAnew(CaseEntry):
    """How the case stood at a later moment."""

    kind: ClassVar[str] = "reassess"

    now: datetime
    was: dict[str, str | None]
    is_now: dict[str, str | None]
    new: tuple[str, ...]
    """Refs that were not known before."""


class ComingDown(CaseEntry):
    """How far an escalation has come down."""

    kind: ClassVar[str] = "de_escalation"

    rules: dict[str, str] = {}
    """Rule id to yes, no or unknown."""
    confirmed_by: str = ""
    done: tuple[str, ...] = ()
    """Keys of ``DEESCALATING``."""
    since: Since | None = None
    """What was found out, as it was judged last."""

    @property
    def proposed(self) -> bool:
        """A rule lets it come down."""
        return "yes" in self.rules.values()


class Closed(CaseEntry):
    """It is over."""

    kind: ClassVar[str] = "closed"

    now: datetime
    by: str = ""
    """Who closed it; empty where nobody was named."""
    confirmed: tuple[str, ...] = ()
    """Refs of the records in which customers said that it is resolved."""
    tracking: str = ""
    """What was done to the internal tracking, in words."""
    learned: str = ""
    """Where what was learned is kept: a file, or the id of the action that drafts an article."""


class ActionEdited(CaseEntry):
    """A person put another text or destination in an action's place."""

    kind: ClassVar[str] = "action_edited"

    action: str
    """Its id before."""
    becomes: str
    """Its id from here on."""
    text: str
    destination: str
    by: str
    at: datetime
    left_out: tuple[str, ...] = ()
    """What was taken out of the text that the person wrote, in words."""
    doubts: tuple[str, ...] = ()
    """What the checks say of the text that is no reason to refuse it."""


class EffectIntended(CaseEntry):
    """An approved action is about to be carried out; what follows says what came of it."""

    kind: ClassVar[str] = "effect_intended"

    action: str
    system: str
    tool: str
    destination: str
    arguments: dict[str, Any]
    """Exactly what the tool gets, all but key and author."""
    key: str
    """The idempotency key: of the case and the action."""
    author: str
    """In whose name it is written: who approved it first."""
    by: str
    """Who asked for it to be carried out."""
    at: datetime
    moment: datetime | None = None
    """The systems' own moment then, from which follow-ups count; None in cases of before, where the outcome's counts."""


class EffectOutcome(CaseEntry):
    """What came of an intended effect."""

    action: str
    at: datetime
    written: str = ""
    """Ref or address of what was written."""
    said: str = ""
    """For a person."""
    settled_by: str = ""
    """The person who found out, where no system could tell."""


class EffectDone(EffectOutcome):
    """It happened."""

    kind: ClassVar[str] = "effect_done"


class EffectFailed(EffectOutcome):
    """It did not happen."""

    kind: ClassVar[str] = "effect_failed"


class EffectUnclear(EffectOutcome):
    """It may have happened."""

    kind: ClassVar[str] = "effect_unclear"


RESULT = "result"
"""The finished brief; see ``RecordedResult``."""
APPROVAL, REVOCATION, REFUSAL, OUTDATED = "approval", "revocation", "refusal", "outdated"
"""See ``actions.approvals``."""
