"""A fact is held against what its records can show, by their kind, whose words they are, and their time (S10)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from customer_escalation.domain.evidence import Evidence, field, parse_moment
from customer_escalation.domain.facts import Assessment, Fact
from customer_escalation.domain.findings import Finding
from customer_escalation.domain.people import writer_of
from customer_escalation.domain.rule_registry import carries_out
from customer_escalation.domain.showing import CAN_SHOW, IMPACTS, SAYS, WRITTEN_DOWN, Showing
from customer_escalation.domain.states import state_of
from skill_runtime.ledger import Record

KNOWN_KINDS = WRITTEN_DOWN | {"account"}
"""Kinds of which it is known what they can show."""
CASES = frozenset({"ticket", "issue"})
"""Kinds of which an earlier one can hold what a later one needs."""
LATER = timedelta(days=1)
"""How much later than the case's moment a record may be: some clocks tell no zone, and a session may last a working day."""
PROSE = ("text", "body", "notes", "description")
"""Fields of an account in which somebody tells something."""


def claims_with_showing(assessment: Assessment) -> Iterator[tuple[str, Sequence[str], Showing]]:
    """Every answer that decides something and has a row: where it stands, what it cites, what can show it."""
    for name, showing in CAN_SHOW.items():
        value = getattr(assessment, name)
        if isinstance(value, Fact) and value.answer == "yes":
            yield name, value.cites, showing
    if assessment.security.level not in ("none", "unknown"):
        yield "security", assessment.security.cites, CAN_SHOW["security"]
    if assessment.workaround.extent in ("partial", "full"):
        yield "workaround", assessment.workaround.cites, CAN_SHOW["workaround"]
    for index, account in enumerate(assessment.affected):
        if account.impact in IMPACTS:
            yield f"affected[{index}]", [*account.tickets, *account.cites], IMPACTS[account.impact]


def says(where: str, assessment: Assessment) -> str:
    """What an answer says, in a sentence, with the reason that was given for it."""
    if where.startswith("affected["):
        account = assessment.affected[int(where[len("affected[") : -1])]
        impact = (
            account.impact if account.impact in SAYS and account.impact not in CAN_SHOW else f"impact {account.impact}"
        )
        return SAYS[impact].format(account=account.account)
    if where == "security":
        return _with_why(SAYS[assessment.security.level], assessment.security.why)
    if where == "workaround":
        return _with_why(SAYS[assessment.workaround.extent], assessment.workaround.why)
    return _with_why(SAYS[where], getattr(assessment, where).why)


def _with_why(sentence: str, why: str) -> str:
    return f"{sentence} ({why.strip().rstrip('.')})" if why.strip() else sentence


def as_unknown(assessment: Assessment, names: Collection[str]) -> Assessment:
    """The facts with these answers, as ``claims_with_showing`` names them, not known."""
    changes: dict[str, Any] = {}
    for name in names:
        if name == "security":
            changes[name] = assessment.security.model_copy(update={"level": "unknown"})
        elif name == "workaround":
            changes[name] = assessment.workaround.model_copy(update={"extent": "unknown"})
        elif not name.startswith("affected["):
            changes[name] = getattr(assessment, name).model_copy(update={"answer": "unknown"})
    changes["affected"] = [
        one.model_copy(update={"impact": "unknown"}) if f"affected[{index}]" in names else one
        for index, one in enumerate(assessment.affected)
    ]
    return assessment.model_copy(update=changes)


@carries_out("S10")
def facts_not_shown(assessment: Assessment, evidence: Evidence, now: datetime) -> list[Finding]:
    """Findings on answers none of whose records can show them; ``now`` is the moment that the case is judged by."""
    look = _Look(evidence, now, *_own(assessment, evidence))
    found: list[Finding] = []
    for where, cites, showing in claims_with_showing(assessment):
        records = evidence.resolve(cites)[0]
        if not records or len(records) != len(set(cites)):
            continue
        reasons = [look.against(record, showing) for record in records]
        if all(reasons):
            named = "; ".join(
                dict.fromkeys(f"`{record.ref}` {why}" for record, why in zip(records, reasons, strict=True))
            )
            message = f"{named}: that cannot show this. Cite {showing.wanted}, or answer unknown."
            found.append(Finding(rule="S10", level="H", where=where, message=message))
    return found


def _own(assessment: Assessment, evidence: Evidence) -> tuple[frozenset[str], datetime | None]:
    """The refs of the case's own tickets that are not closed, and when the last of them began; None where none of them says."""
    named = evidence.resolve(ref for row in assessment.affected for ref in row.tickets)[0]
    own = [item for one in named if state_of(item := evidence.item_of(one)) != "closed"]
    began = [moment for item in own if (moment := parse_moment(item.data.get("created_at")))]
    return frozenset(item.ref for item in own), max(began, default=None)


@dataclass(frozen=True)
class _Look:
    """Records beside what is asked of them."""

    evidence: Evidence
    now: datetime
    own: frozenset[str]
    began: datetime | None

    def against(self, record: Record, showing: Showing) -> str:
        """Why neither it nor, for an item, any part of it can show this; empty where one can."""
        reasons = [self._against(one, showing) for one in (record, *self.evidence.parts(record))]
        return "" if not all(reasons) else reasons[0]

    def _against(self, record: Record, showing: Showing) -> str:
        kind = field(record, "kind")
        at = self.evidence.at(record)
        if at is not None and at > self.now + LATER:
            return f"is of {at:%Y-%m-%d %H:%M} UTC, after the moment that this case is judged by"
        if kind not in KNOWN_KINDS:
            return ""  # a person's answer, a figure, a record of a kind that nobody has described
        if kind == "account":
            return "" if any(field(record, one) for one in PROSE) else "(account)"
        if kind not in showing.kinds:
            return f"({kind or record.category})"
        if showing.earlier and (why := self._of_this_case(record)):
            return why
        theirs = showing.whose == "ours" and self.evidence.by_customer(record) and writer_of(record)
        return f"({kind}, a customer's word)" if theirs else ""

    def _of_this_case(self, record: Record) -> str:
        item = self.evidence.item_of(record)
        if item.data.get("kind") not in CASES:
            return ""
        if item.ref in self.own:
            return "is of this very case"
        created = parse_moment(item.data.get("created_at"))
        return "began after this case" if created and self.began and created > self.began else ""
