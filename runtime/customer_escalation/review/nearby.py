"""The texts that lie near a case: those of what its draft cites and of its accounts' tickets, and those that name such a ticket."""

import re
from collections.abc import Iterable, Iterator

from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.domain.evidence import Evidence, field
from skill_runtime.ledger import Record


def texts_near(evidence: Evidence, case: DecisionInput | None, cites: Iterable[str]) -> Iterator[Record]:
    """The records with a text among them, in the order of their arrival."""
    tickets = [ref for account in case.affected for ref in account.tickets] if case else []
    near = {evidence.item_of(record).ref for record in evidence.resolve([*cites, *tickets])[0]}
    ids = [re.escape(ref.partition("/")[2]) for ref in tickets]
    numbers = [re.escape(number) for ref in tickets for number in re.findall(r"\d{4,}", ref)]
    names_one = re.compile(rf"(?<!\w)(?:{'|'.join([*ids, *numbers])})(?!\w)") if ids else None
    for record in evidence.ledger.records.values():
        text = text_of(record)
        if text and (evidence.item_of(record).ref in near or (names_one and names_one.search(text))):
            yield record


def text_of(record: Record) -> str:
    """What somebody wrote in it; empty where it has no text."""
    return field(record, "text") or field(record, "body")
