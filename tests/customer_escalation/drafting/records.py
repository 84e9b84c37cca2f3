"""An invented issue for the drafter's tests: label printers that stop, at two accounts, with what colleagues know."""

from typing import Any

from tests.customer_escalation.casebook import (
    NOW,
    account,
    article,
    chat,
    comment,
    evidence,
    issue,
    message,
    policy,
    ticket,
)  # fmt: skip

from customer_escalation.cases.session import Casework
from customer_escalation.decision.answers import PersonAnswer, with_answers
from customer_escalation.decision.rules import Decision
from customer_escalation.domain.draft import EscalationDraft, HandlingDraft
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.facts import Assessment
from customer_escalation.drafting.assessment import assess_by_rules
from customer_escalation.drafting.prose import draft_by_rules
from customer_escalation.review.check import ReviewContext

REQUEST = "Label printing stops for Vale Foods"


def printers(*more: dict[str, Any], talk: tuple[dict[str, Any], ...] = ()) -> Evidence:
    """Two accounts with the same error code, a tracker item that names one, and things that are about something else."""
    first = ticket(
        "T-10", "Vale Foods", "2026-03-03T08:00:00Z",
        message("T-10", 1, "2026-03-03T08:00:00Z", "customer",
                "Label printing stops after the third page with PRN_4410 since version 7.2.1. Our packing line stands still by noon."),
        message("T-10", 2, "2026-03-03T09:00:00Z", "agent",
                "Hello, thank you for the details. Please restart the print service on the station."),
        message("T-10", 3, "2026-03-03T10:00:00Z", "customer",
                "Restarted it at 09:40. No change, it stops at page three again. We need an answer by 6 March."),
        *talk,
        subject="Label printing stops after three pages",
    )  # fmt: skip
    second = ticket(
        "T-11", "Harbour Mills", "2026-03-03T11:00:00Z",
        message("T-11", 1, "2026-03-03T11:00:00Z", "customer", "Our tags come out blank and the log says PRN_4410."),
        subject="Blank tags",
    )  # fmt: skip
    other = ticket(
        "T-12", "Orchard Bank", "2026-03-03T12:00:00Z",
        message("T-12", 1, "2026-03-03T12:00:00Z", "customer", "How can we change the colour of the start page?"),
        subject="Colour of the start page",
    )  # fmt: skip
    return evidence(
        first, second, other,
        account("A-1", "Vale Foods", tier="Enterprise", arr_usd=150_000), account("A-2", "Harbour Mills"),
        account("A-3", "Orchard Bank"),
        issue("DEV-7", "Spooler drops the job after page three", "Open", "2026-03-03T12:00:00Z",
              comment("DEV-7", 1, "2026-03-03T12:30:00Z", "T-10: reproduced 4 of 4 with 7.2.1, 0 of 4 with 7.1.9.")),
        issue("DEV-8", "Start page loads its colours late", "Open", "2026-03-03T12:00:00Z"),
        *more,
    )  # fmt: skip


def drafted(
    found: Evidence, request: str = REQUEST, **answers: str
) -> tuple[Assessment, Decision, EscalationDraft | HandlingDraft, Casework]:
    """Assess and draft without a model, with these answers of Ada, through the review."""
    given = [
        PersonAnswer(name=name.replace("_2", "-2"), answer=value, by="Ada", at=NOW) for name, value in answers.items()
    ]
    stated = with_answers(assess_by_rules(request, found, NOW, policy()), given)
    for answer in given:
        found.ledger.put(answer.record())
    casework = Casework(found, policy(), NOW, ReviewContext(request=request))
    assert casework.assess(stated) == []
    assert casework.decision is not None
    assert casework.case is not None
    draft = draft_by_rules(request, casework.case, casework.decision, casework.questions)
    casework.submit(draft, "rules")
    assert casework.review is not None
    assert [finding.message for finding in casework.review.hard] == []
    return stated, casework.decision, draft, casework


def escalated(found: Evidence, request: str = REQUEST, **answers: str) -> EscalationDraft:
    """The brief, which the review takes."""
    draft = drafted(found, request, **answers)[2]
    assert isinstance(draft, EscalationDraft)
    return draft


def handled(found: Evidence, request: str, **answers: str) -> HandlingDraft:
    """The note, which the review takes."""
    draft = drafted(found, request, **answers)[2]
    assert isinstance(draft, HandlingDraft)
    return draft


NOTHING_HEAVY = {
    "security": "none", "data_harmed": "no", "production_stopped": "no", "churn_threat": "no", "executive_requested": "no",
    "policy_exception": "no", "pr_or_legal_risk": "no", "cross_functional_decision": "no",
}  # fmt: skip
"""Answers that leave it to whether support can settle it, whose it is and how many cannot work."""
NOT_SUPPORT_S = {
    "documented_solution": "no", "support_can_configure": "no", "guidance_only": "no", "known_limitation_with_alternative": "no",
}  # fmt: skip
DECIDED = {**NOTHING_HEAVY, **NOT_SUPPORT_S, "impact": "blocked", "workaround": "none", "open_ask": "technical_work"}


def said_in_chat(text: str, at: str = "2026-03-03T13:00:00Z") -> dict[str, Any]:
    """A colleague's chat message."""
    return chat("C-1", at, text)


def guide(number: str = "G-1") -> dict[str, Any]:
    """An article on a question."""
    return article(number, "Print labels on two trays",
                   "A label goes to the tray of its size. 1. Open Settings > Trays. 2. Choose a size for each tray. 3. Save.")  # fmt: skip
