"""What happens to a case, as it happens: for whoever watches. Events say what, never how to show it."""

from collections.abc import Callable
from dataclasses import dataclass

from skill_runtime.connectors import Gap


@dataclass(frozen=True)
class _CaseEvent:
    case: str


@dataclass(frozen=True)
class CaseOpened(_CaseEvent):
    """It has a name and a header."""

    issue: str


@dataclass(frozen=True)
class SystemsAsked(_CaseEvent):
    """It is being found out what is connected."""


@dataclass(frozen=True)
class SystemsChecked(_CaseEvent):
    """It is known what is connected."""

    connected: tuple[str, ...]
    """Category ids."""
    gaps: tuple[Gap, ...]
    missing: tuple[str, ...]
    """Ids of required categories that cannot be read."""


@dataclass(frozen=True)
class GatheringStarted(_CaseEvent):
    """Routine searches begin."""


@dataclass(frozen=True)
class RecordsFetched(_CaseEvent):
    """One of them has its answer."""

    tool: str
    query: str
    found: int
    error: str = ""
    total: int | None = None
    """So many there are, where the system says it and not all were taken."""


@dataclass(frozen=True)
class CaseGathered(_CaseEvent):
    """The searches are done."""

    records: int


@dataclass(frozen=True)
class FactsAssessed(_CaseEvent):
    """Facts were stated: taken, with the decision on them, or not."""

    taken: bool
    outcome: str = ""
    severity: str = ""
    target: str = ""


@dataclass(frozen=True)
class DraftReviewed(_CaseEvent):
    """A draft was handed in."""

    drafted_by: str
    hard: int
    """Findings that send it back."""
    warnings: int


@dataclass(frozen=True)
class CaseFinished(_CaseEvent):
    """The brief is recorded."""

    outcome: str
    status: str


@dataclass(frozen=True)
class ActionApproved(_CaseEvent):
    """A person said yes to an action."""

    action: str
    by: str


@dataclass(frozen=True)
class ApprovalRevoked(_CaseEvent):
    """A person took a yes back."""

    action: str
    by: str


@dataclass(frozen=True)
class ActionRefused(_CaseEvent):
    """A person said no to an action."""

    action: str
    by: str


@dataclass(frozen=True)
class ActionEdited(_CaseEvent):
    """A person changed an action's text or destination."""

    action: str
    becomes: str
    by: str


@dataclass(frozen=True)
class ActionOutdated(_CaseEvent):
    """What an action rests on is another than whoever approved it knew."""

    action: str
    changes: tuple[str, ...]
    """In sentences."""


@dataclass(frozen=True)
class ActionCarriedOut(_CaseEvent):
    """An action was to be carried out; ``state`` says what came of it."""

    action: str
    by: str
    state: str


@dataclass(frozen=True)
class FollowUpLogged(_CaseEvent):
    """A follow-up was made."""

    done: tuple[str, ...]


@dataclass(frozen=True)
class CaseReassessed(_CaseEvent):
    """It was looked at again."""

    changed: bool


@dataclass(frozen=True)
class DeEscalationJudged(_CaseEvent):
    """The rules said whether it may come down, or a person did."""

    proposed: bool
    confirmed_by: str


@dataclass(frozen=True)
class CaseClosed(_CaseEvent):
    """It is over."""


CaseEvent = (
    CaseOpened | SystemsAsked | SystemsChecked | GatheringStarted | RecordsFetched | CaseGathered | FactsAssessed | DraftReviewed
    | CaseFinished | ActionApproved | ApprovalRevoked | ActionRefused | ActionEdited | ActionOutdated | ActionCarriedOut
    | FollowUpLogged | CaseReassessed | DeEscalationJudged | CaseClosed
)  # fmt: skip
Watch = Callable[[CaseEvent], None]
"""Takes each event as it happens; returns quickly and does not raise."""


def unwatched(event: CaseEvent) -> None:
    """For a case that nobody watches."""
