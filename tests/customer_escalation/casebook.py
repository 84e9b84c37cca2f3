"""Small cases for tests: a ledger with a few invented records, and an assessment in which nothing is the matter."""

from datetime import UTC, datetime
from typing import Any, get_args

from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.facts import Assessment, FactName, StatedAssessment, StatedFact
from customer_escalation.policy import Policy, load_policy
from customer_escalation.resources import policy_text
from skill_runtime.ledger import Ledger

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
"""A Wednesday."""
ALL = frozenset({"support_platform", "crm", "chat", "project_tracker", "knowledge_base"})


def policy() -> Policy:
    """The policy as it ships, of an organisation that states that its SLA windows run in business hours."""
    shipped = load_policy(*policy_text())
    return shipped.model_copy(update={"sla": shipped.sla.model_copy(update={"clock": "business_hours"})})


def message(ticket: str, number: int, at: str, role: str, text: str, author: str = "") -> dict[str, Any]:
    """A message of a ticket."""
    return {
        "ref": f"support_platform/{ticket}-m{number}", "kind": "message", "id": f"{ticket}-m{number}", "at": at,
        "author": author or f"{role}.one", "role": role, "text": text, "parent": f"support_platform/{ticket}",
    }  # fmt: skip


def ticket(number: str, customer: str, created_at: str, *messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A ticket with its messages."""
    return {
        "ref": f"support_platform/{number}", "kind": "ticket", "id": number, "customer": customer, "created_at": created_at,
        "status": "open", "priority": "normal", "subject": "Nightly sync fails", "messages": list(messages), **more,
    }  # fmt: skip


def account(number: str, name: str, **more: Any) -> dict[str, Any]:
    """A CRM account with an SLA of 4 h, 24 h and 72 h."""
    return {
        "ref": f"crm/{number}", "kind": "account", "id": number, "name": name, "tier": "Business", "arr_usd": 20_000,
        "renewal": "2026-12-31", "sla": {"first_response_h": 4, "update_h": 24, "resolution_h": 72}, "contacts": [],
        "open_deals": [], **more,
    }  # fmt: skip


def issue(number: str, title: str, status: str, created_at: str, *comments: dict[str, Any]) -> dict[str, Any]:
    """A tracker item."""
    return {
        "ref": f"project_tracker/{number}", "kind": "issue", "id": number, "type": "bug", "title": title, "status": status,
        "priority": "P2", "created_at": created_at, "labels": [], "comments": list(comments),
    }  # fmt: skip


def comment(issue_id: str, number: int, at: str, text: str) -> dict[str, Any]:
    """A comment on a tracker item, by an engineer."""
    return {
        "ref": f"project_tracker/{issue_id}-c{number}", "kind": "comment", "id": f"{issue_id}-c{number}", "at": at,
        "author": "eng.one", "text": text, "parent": f"project_tracker/{issue_id}",
    }  # fmt: skip


def chat(number: str, at: str, text: str) -> dict[str, Any]:
    """A chat message by a colleague."""
    return {"ref": f"chat/{number}", "kind": "chat_message", "id": number, "channel": "#support", "at": at,
            "author": "agent.two", "text": text}  # fmt: skip


def article(number: str, title: str, body: str) -> dict[str, Any]:
    """A knowledge base article."""
    return {"ref": f"knowledge_base/{number}", "kind": "article", "id": number, "title": title,
            "updated_at": "2026-01-10", "body": body}  # fmt: skip


def evidence(*records: dict[str, Any], connected: frozenset[str] = ALL) -> Evidence:
    """Evidence that holds these records."""
    ledger = Ledger()
    for record in records:
        ledger.add({"item": record})
    return Evidence(ledger, connected)


def fact(answer: str = "no", *cites: str, why: str = "") -> dict[str, Any]:
    """A fact of an assessment."""
    return {"answer": answer, "cites": list(cites), "why": why}


def affected(name: str, *tickets: str, impact: str = "inconvenienced") -> dict[str, Any]:
    """An affected account that cites its own tickets."""
    refs = [f"support_platform/{number}" for number in tickets]
    return {"account": name, "tickets": refs, "impact": impact, "still": "yes", "users": "", "cites": refs}


FACTS = (
    "documented_solution", "support_can_configure", "guidance_only", "known_limitation_with_alternative",
    "similar_solved_in_support", "bug_confirmed", "infrastructure", "data_harmed", "production_stopped", "beyond_support",
    "recurred_after_fix", "worsening", "major_function_broken", "churn_threat", "executive_requested", "policy_exception",
    "pr_or_legal_risk", "cross_functional_decision", "feature_gap", "code_change_needed", "engineering_engaged",
)  # fmt: skip


def assessment_data(**changes: Any) -> dict[str, Any]:
    """An assessment as a tool call would hold it: every fact a plain no, unless changed."""
    return {
        "issue": "The nightly sync fails.",
        "issue_type": "bug",
        "affected": [],
        **{name: fact() for name in FACTS},
        "security": {"level": "none", "cites": [], "why": ""},
        "workaround": {"extent": "unknown", "cites": [], "why": ""},
        "open_ask": "technical_work",
        "suspicious": [],
        "reading": {"outcome": "escalate", "severity": "High", "target": "Engineering"},
        **changes,
    }


def assessment(**changes: Any) -> Assessment:
    """The same, validated."""
    return Assessment.model_validate(assessment_data(**changes))


def stated(assessment: Assessment) -> StatedAssessment:
    """An assessment as a writer would hand it in."""
    facts = [
        StatedFact(name=name, **fact.model_dump())
        for name in get_args(FactName)
        if (fact := getattr(assessment, name)).answer != "no"
    ]
    rest = {name: getattr(assessment, name) for name in StatedAssessment.model_fields if name != "facts"}
    return StatedAssessment(facts=facts, **rest)
