"""What persons said to an action, and whether a yes still holds (P1).

An approval is not a state that is stored: it follows from what happened in its order. So it cannot come back to life when a
text is changed and changed back.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from customer_escalation.actions.proposals import Proposal, action_id
from customer_escalation.domain.evidence import name_key
from customer_escalation.domain.rule_registry import carries_out


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True)


class Offered(_Event):
    """The brief was written or written again, or an action edited: from here on these are the actions, and no others."""

    actions: tuple[str, ...]
    """Their ids."""


class _OfOneAction(_Event):
    action: str
    """Its ``action_id``, as it stood."""
    at: datetime


class Approval(_OfOneAction):
    """A person's yes."""

    by: str = Field(min_length=1)
    knows: tuple[str, ...] | None = None
    """Marks of everything that was known then of what the action rests on (``actions.basis``); None where nobody wrote it down."""


class Revocation(_OfOneAction):
    """A person takes the yes back: that of everybody who gave one."""

    by: str = Field(min_length=1)


class Refusal(_OfOneAction):
    """A person's no. It stands until somebody approves the action after all."""

    by: str = Field(min_length=1)
    why: str = ""


class Outdated(_OfOneAction):
    """What the action rests on was read again and is another: every yes before was to what is no longer so."""

    changes: tuple[str, ...] = Field(min_length=1)
    """What is another, in sentences."""
    seen: tuple[str, ...] = ()
    """Marks of what was found (``actions.basis``), which a later yes knows of."""


SET_RIGHT = timedelta(minutes=5)
"""How far back a clock may be set, as time servers do it, without anybody's yes being in doubt."""
ApprovalEvent = Offered | Approval | Revocation | Refusal | Outdated
State = Literal["open", "partly", "approved", "refused", "expired", "outdated"]
"""``open``: nobody answered, or a yes was taken back. ``partly``: further persons have to say yes. ``expired``: a yes came too long
ago. ``outdated``: what a yes was to has changed.
"""


@dataclass(frozen=True)
class Standing:
    """What persons said to one action, as far as it counts."""

    approvals: tuple[Approval, ...] = ()
    """Each person's yes that holds, the latest of each, oldest first."""
    expired: tuple[Approval, ...] = ()
    refusal: Refusal | None = None
    outdated: Outdated | None = None

    def state(self, needs: int = 1) -> State:
        """In a word, where so many persons have to say yes."""
        if self.refusal:
            return "refused"
        if self.approvals:
            return "approved" if len(self.approvals) >= needs else "partly"
        if self.outdated:
            return "outdated"
        return "expired" if self.expired else "open"


@dataclass
class _Said:
    yes: dict[str, Approval] = field(default_factory=dict)
    refusal: Refusal | None = None
    outdated: Outdated | None = None

    def take(self, event: Approval | Revocation | Refusal | Outdated) -> None:
        if isinstance(event, Approval):
            self.yes.pop(name_key(event.by), None)
            self.yes[name_key(event.by)] = event
            self.refusal = self.outdated = None
            return
        self.yes.clear()
        if isinstance(event, Refusal):
            self.refusal = event
        elif isinstance(event, Outdated):
            self.outdated = event


@carries_out("P1")
def standing_of(
    action: str, events: Iterable[ApprovalEvent], now: datetime | None = None, lasts: timedelta | None = None
) -> Standing:
    """What holds of exactly this action, by its id; ``events`` are those of the case, oldest first.

    Everything said dies when the case goes on to offer another text, destination or system in its place, and stays dead when the
    first one is offered again. A yes dies when a person takes it back or says no, when what it rests on changes, and, where
    ``lasts`` is given, at ``now`` that long after it was given. One that is dated later than ``now`` was given by a clock that has been set
    back since: nobody knows how old it is, so it counts no more.
    """
    said = _Said()
    for event in events:
        if isinstance(event, Offered):
            said = said if action in event.actions else _Said()
        elif event.action == action:
            said.take(event)
    given = tuple(said.yes.values())
    late = tuple(one for one in given if now is not None and lasts is not None and not _counts(one.at, now, lasts))
    return Standing(tuple(one for one in given if one not in late), late, said.refusal, said.outdated)


def _counts(given: datetime, now: datetime, lasts: timedelta) -> bool:
    return given - SET_RIGHT <= now < given + lasts


def approval_in_force(
    proposal: Proposal, events: Iterable[ApprovalEvent], now: datetime | None = None, lasts: timedelta | None = None
) -> Approval | None:
    """The latest approval of exactly this, where one holds; see ``standing_of``."""
    found = standing_of(action_id(proposal), events, now, lasts).approvals
    return found[-1] if found else None
