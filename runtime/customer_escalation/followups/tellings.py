"""What an escalation told whom last: the records on which the update that reached them was made."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from customer_escalation.actions import Proposal, action_id
from customer_escalation.cases.approval_events import edits_in, id_now
from customer_escalation.cases.entries import RESULT, EffectDone, FactsStated, FollowedUp, RecordsRead
from customer_escalation.cases.offered_later import OfferedLater
from customer_escalation.followups.standing import add_read
from skill_runtime.journal import Entry
from skill_runtime.ledger import Ledger

TEAM = "team"
"""Who is told, as ``DueItem.key`` names it; a note is told to nobody and stands in a ticket all the same."""


def customer_of(ticket: str) -> str:
    """The customer who reads this ticket."""
    return f"customer:{ticket}"


def note_in(ticket: str) -> str:
    """The notes in this ticket."""
    return f"note:{ticket}"


@dataclass(frozen=True)
class Told:
    """What was known when somebody was told last, by an update or else by the brief."""

    at: datetime
    """When those records were read."""
    known: Ledger
    seen: tuple[Ledger, ...]
    """What was read since, oldest first."""


@dataclass(frozen=True)
class _Drafted:
    """An update, and of each of its readers whether their text was carried out."""

    sent: Mapping[str, bool]


class Tellings:
    """What one case told, by its entries."""

    def __init__(self, entries: Sequence[Entry], begun: datetime) -> None:
        """``begun`` is the moment at which the case was opened."""
        self._entries, self._begun = entries, begun
        self._steps = list(_steps(entries))
        self._found: dict[int, Told] = {}

    def last(self, whom: str) -> Told:
        """What ``whom`` was told last.

        An update counts once its text was carried out. Of one that a person says they sent, it is the newest that was drafted; where
        none was drafted since, they wrote of all that was read by then.
        """
        until = self._until(whom)
        if until not in self._found:
            self._found[until] = self._told(until)
        return self._found[until]

    def _until(self, whom: str) -> int:
        """How many entries there were when the records of that text were read."""
        until = drafted = 0
        for number, step in self._steps:
            if step is None:
                until, drafted = number, 0
            elif isinstance(step, FollowedUp):
                until, drafted = (drafted or number, 0) if _heard(step, whom) else (until, drafted)
            elif whom in step.sent:
                until, drafted = (number, 0) if step.sent[whom] else (until, number)
        return until

    def _told(self, until: int) -> Told:
        at, ledgers = self._begun, [Ledger()]
        for number, entry in enumerate(self._entries, 1):
            if entry.type == RecordsRead.kind:
                read = RecordsRead.model_validate(entry.data)
                if number > until and (read.anew or len(ledgers) == 1):
                    ledgers.append(Ledger())
                elif read.anew:
                    ledgers = [Ledger()]
                add_read(read, ledgers[-1])
            elif entry.type == FactsStated.kind and number <= until and entry.data["taken"]:
                at = FactsStated.model_validate(entry.data).now
        return Told(at, ledgers[0], tuple(ledgers[1:]))


def _steps(entries: Sequence[Entry]) -> Iterator[tuple[int, _Drafted | FollowedUp | None]]:
    """Each entry by which somebody may have been told, with its number from 1; None is the brief."""
    done = {entry.data["action"] for entry in entries if entry.type == EffectDone.kind}
    edits = edits_in(entries)
    for number, entry in enumerate(entries, 1):
        if entry.type == RESULT:
            yield number, None
        elif entry.type == FollowedUp.kind:
            yield number, FollowedUp.model_validate(entry.data)
        elif entry.type == OfferedLater.kind:
            later = OfferedLater.model_validate(entry.data)
            sent = {_reader(one): id_now(action_id(one), edits) in done for one in later.proposals}
            if later.occasion == "update":
                yield number, _Drafted(sent)


def _reader(text: Proposal) -> str:
    """Who reads a text of an update."""
    of_kind: Mapping[str, str] = {
        "team_message": TEAM, "status_update": customer_of(text.destination), "internal_note": note_in(text.destination),
    }  # fmt: skip
    return of_kind.get(text.kind, "")


def _heard(entry: FollowedUp, whom: str) -> bool:
    """Did a person tell them?"""
    if whom == TEAM:
        return "asked_team" in entry.done
    told = "told_customer" in entry.done and whom.startswith(customer_of(""))
    return told and (not entry.tickets or whom in map(customer_of, entry.tickets))
