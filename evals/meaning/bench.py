"""A statement of the set before the checks, as the description of a brief about its world."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, get_args

from evals.meaning.statements import Statement, world

from customer_escalation.decision.figures import build_case
from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.decision.rules import decide
from customer_escalation.domain.brief import Figure
from customer_escalation.domain.draft import EscalationDraft
from customer_escalation.domain.evidence import Evidence, parse_moment
from customer_escalation.domain.facts import Assessment, FactName
from customer_escalation.domain.findings import Finding
from customer_escalation.policy import load_policy
from customer_escalation.resources import policy_text
from customer_escalation.review import sources_of
from customer_escalation.review.check import CHECKS, ReviewContext, ReviewInput
from customer_escalation.review.citing import mend_citations
from skill_runtime.ledger import Ledger

RECORD_KINDS = {
    "support_platform": "ticket", "crm": "account", "chat": "chat_message", "project_tracker": "issue",
    "knowledge_base": "article",
}  # fmt: skip
GROUNDING = ("G1", "G2", "G4")
"""The rules that a single statement can break."""
FIELDS = (
    "sender summary opening impact description tried containment reproduction communication context ticket_note"
).split()


def evidence_of(name: str) -> Evidence:
    """A world's records, as the tools hand them out."""
    return evidence_from(world(name)["records"])


def evidence_from(records: Mapping[str, list[dict[str, Any]] | None]) -> Evidence:
    """Records by category, as the tools hand them out."""
    ledger = Ledger()
    for category, items in records.items():
        for item in items or []:
            ledger.add({"item": _as_handed_out(category, item)})
    return Evidence(ledger, frozenset(RECORD_KINDS))


def _as_handed_out(category: str, item: dict[str, Any]) -> dict[str, Any]:
    ref = f"{category}/{item['id']}"
    made = {**item, "ref": ref, "kind": RECORD_KINDS[category]}
    for key, kind in (("messages", "message"), ("comments", "comment")):
        if key in item:
            made[key] = [{**part, "ref": f"{category}/{part['id']}", "kind": kind, "parent": ref} for part in item[key]]
    return made


@cache
def case_of(name: str) -> tuple[DecisionInput, dict[str, Figure]]:
    """A case on a world's records in which every customer with a ticket is affected, and its figures."""
    return case_on(evidence_of(name), world(name)["now"])


def case_on(evidence: Evidence, moment: str) -> tuple[DecisionInput, dict[str, Figure]]:
    """The same on any records, at this moment."""
    tickets: dict[str, list[str]] = {}
    for ticket in evidence.of_kind("ticket"):
        tickets.setdefault(evidence.customer_of(ticket), []).append(ticket.ref)
    unknown = {"answer": "unknown", "cites": [], "why": ""}
    facts = Assessment.model_validate({
        "issue": "The statement under test.", "issue_type": "bug",
        "affected": [
            {"account": customer, "tickets": refs, "impact": "inconvenienced", "still": "yes", "users": "", "cites": refs}
            for customer, refs in tickets.items()
        ],
        **dict.fromkeys(get_args(FactName), unknown),
        "security": {"level": "none", "cites": [], "why": ""},
        "workaround": {"extent": "unknown", "cites": [], "why": ""},
        "open_ask": "technical_work", "suspicious": [],
        "reading": {"outcome": "escalate", "severity": "High", "target": "Engineering"},
    })  # fmt: skip
    now = parse_moment(moment)
    assert now is not None
    return build_case(facts, evidence, load_policy(*policy_text()), now)


def draft_of(text: str) -> EscalationDraft:
    """A draft that says this in its description and nothing else."""
    deadline = {"by": "", "basis": "proposed", "text": ""}
    lists: dict[str, Any] = {"asks": [], "drafts": [], "messages": []}
    return EscalationDraft.model_validate(
        {**dict.fromkeys(FIELDS, ""), **lists, "deadline": deadline, "description": text}
    )


def review_input(statement: Statement) -> ReviewInput:
    """The statement as the checks take it."""
    case, figures = case_of(statement.world)
    context = ReviewContext()
    draft = draft_of(statement.text)
    sources = sources_of(draft, case, figures, context)
    return ReviewInput(mend_citations(draft, sources), case, decide(case), sources, context)


def findings_of(statement: Statement) -> list[Finding]:
    """What the checks by code say of it, other rules than those on single statements left out."""
    view = review_input(statement)
    found = [one for check in CHECKS if check.rule in GROUNDING for one in check.findings(view)]
    return [one for one in found if one.where == "description"]


def notices(finding: Finding) -> bool:
    """Does it speak of a false statement? What code says of meaning is a warning, and is meant."""
    return finding.level == "H" or finding.rule == "G4"


def as_json(value: Any) -> str:
    """For files that are compared by eye."""
    return json.dumps(value, ensure_ascii=False, indent=1)
