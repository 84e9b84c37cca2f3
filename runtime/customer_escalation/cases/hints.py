"""What a search over the records found and the stated facts leave out: look-alike tickets, tracker items, a fix that fell.

Nobody's memory is trusted with it: the search is made by code, over everything that the run has read.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from customer_escalation.decision.rules.stated import cites_of
from customer_escalation.domain.evidence import Evidence, field, name_key
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.findings import Finding
from customer_escalation.domain.states import state_of
from customer_escalation.retrieval.relevance import Complaint, find_issue
from customer_escalation.retrieval.relevance.issue import is_open
from skill_runtime.ledger import Record

DEFECTS = frozenset({"bug", "incident", "defect", "problem", "outage"})
"""Kinds of tracker items that can be fixed; a task or a feature that is done can not come back."""
MOST = 4
"""Records named in one reminder."""


def left_out(wrong: Iterable[Finding]) -> Iterator[str]:
    """What of the facts no clock rests on, and why."""
    for finding in wrong:
        yield (
            f"`{finding.where}` is left out: {finding.message} Where that changes a clock, assess again with it mended; what is no "
            "matter of hours, such as other times in a rider, can be a calculation."
        )


def reminders(request: str, assessment: Assessment, evidence: Evidence, now: datetime) -> Iterator[str]:
    """One sentence for each thing worth a second look; none of them is a fault."""
    found = find_issue(request, evidence, now)
    alike = list(_unstated(found, assessment, evidence))
    if alike:
        yield (
            f"Open tickets that look alike, of accounts that you did not state as affected: {'; '.join(alike[:MOST])}. State "
            "the account if it has this very issue."
        )
    cited = {evidence.item_of(record).ref for record in evidence.resolve(cites_of(assessment))[0]}
    items = [record for record in (*found.related, *found.near) if record.data.get("kind") == "issue"]
    unused = [_named(item, "title") for item in items if item.ref not in cited]
    if unused:
        yield f"Tracker items that look related and that no fact cites: {'; '.join(unused[:MOST])}."
    if assessment.recurred_after_fix.answer != "yes":
        fallen = [_named(item, "title") for item in items if _reported_since(item, found, evidence)]
        if fallen:
            yield (
                f"Declared over, and reported again since: {'; '.join(fallen[:MOST])}. If it is the same problem, it recurred "
                "after a fix."
            )


def _unstated(found: Complaint, assessment: Assessment, evidence: Evidence) -> Iterator[str]:
    stated = {name_key(account.account) for account in assessment.affected}
    stated |= {name_key(field(ticket, "customer"))
               for account in assessment.affected for ticket in evidence.tickets([*account.tickets, *account.cites])}  # fmt: skip
    alike = [record for record in found.near if record.data.get("kind") == "ticket" and is_open(record)]
    for ticket in (*found.tickets, *found.candidates, *alike):
        if name_key(field(ticket, "customer")) not in stated:
            yield _named(ticket, "subject")


def _reported_since(item: Record, found: Complaint, evidence: Evidence) -> bool:
    """Did a customer write about the issue after a defect's last word, though it is called over?

    Of an item whose state nobody knows, it is not said that it is over.
    """
    if state_of(item) != "closed" or field(item, "type").casefold() not in DEFECTS:
        return False
    last = max((at for part in (item, *evidence.parts(item)) if (at := evidence.at(part))), default=None)
    spoken = [
        evidence.at(message)
        for ticket in (*found.tickets, *found.candidates)
        for message in evidence.messages(ticket)
        if field(message, "role") == "customer"
    ]
    return last is not None and any(at > last for at in spoken if at)


def _named(record: Record, key: str) -> str:
    about = ", ".join(part for part in (field(record, "customer"), field(record, "status")) if part)
    return f"{record.ref} ({about}): {field(record, key)}"
