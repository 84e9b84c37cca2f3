"""What an action rests on, and what of it is another since the brief was written.

A reply rests on its ticket: the customer may have written meanwhile, or it was closed. A comment rests on its item, and what goes
to a channel or into a new item on the tickets of the case. All of them rest on the severity that holds: a text tells it, or the times that
follow from it.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from customer_escalation.actions.proposals import Proposal
from customer_escalation.domain.evidence import Evidence, field
from customer_escalation.domain.formatting import date_words
from customer_escalation.domain.outcomes import Severity
from customer_escalation.domain.printable import one_line
from customer_escalation.domain.record_ids import shown_id
from customer_escalation.domain.states import state_of
from skill_runtime.ledger import Record

LONGEST_QUOTE = 160
"""Characters of a message that are told of it."""
ON_ITS_DESTINATION = frozenset({"customer_reply", "status_update", "internal_note", "tracker_comment"})
ON_THE_TICKETS = frozenset({"post_to_channel", "team_message", "tracker_item", "page"})


_SEVERITY = "severity "


@dataclass(frozen=True)
class Change:
    """Something that is another."""

    mark: str
    """Names it, so that who knows of it is not asked again."""
    sentence: str


def rests_on(proposal: Proposal, tickets: Sequence[str]) -> tuple[str, ...]:
    """The refs of the items that have to be as they were; ``tickets`` are those of the case."""
    if proposal.kind in ON_ITS_DESTINATION:
        return (proposal.destination,)
    return tuple(tickets) if proposal.kind in ON_THE_TICKETS else ()


def marks(refs: Iterable[str], evidence: Evidence, severity: Severity | None) -> frozenset[str]:
    """Everything of these items, and of the severity that holds, that would be a change to who does not know of it."""
    return frozenset(change.mark for change in _telling(refs, evidence, severity, None))


def changes(
    refs: Iterable[str], now: Evidence, severity: Severity | None, known: Collection[str], zone: ZoneInfo | None = None
) -> list[Change]:
    """What is so ``now`` and is not ``known`` (``marks``). Of the severity nothing is said to who was told of none."""
    told = any(mark.startswith(_SEVERITY) for mark in known)
    return [change for change in _telling(refs, now, severity if told else None, zone) if change.mark not in known]


def _telling(
    refs: Iterable[str], evidence: Evidence, severity: Severity | None, zone: ZoneInfo | None
) -> Iterator[Change]:
    if severity:
        yield Change(f"{_SEVERITY}{severity.value}", f"The severity is {severity.value} now.")
    for item in evidence.resolve(refs)[0]:
        name = shown_id(item.id) or item.id
        if state_of(item) == "closed":
            yield Change(f"closed {item.ref}", f"{name} is closed ({one_line(field(item, 'status')) or 'no status'}).")
        for message in evidence.messages(item):
            if not evidence.by_us(message) and not message.data.get("internal"):
                yield Change(f"said {message.ref}", _wrote(name, message, evidence, zone))


def _wrote(name: str, message: Record, evidence: Evidence, zone: ZoneInfo | None) -> str:
    at = evidence.at(message)
    when = f" on {date_words(at, zone or ZoneInfo('UTC'), 'en')}" if at else ""
    text = one_line(field(message, "text"))
    quoted = f"{text[:LONGEST_QUOTE].rstrip()} ..." if len(text) > LONGEST_QUOTE else text
    return f"{one_line(field(message, 'author')) or 'Somebody'} wrote in {name}{when}: “{quoted}”"
