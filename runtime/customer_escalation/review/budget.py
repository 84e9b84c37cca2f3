"""How many words each section may have: shown to the writer beforehand, and compared afterwards (B4)."""

from collections import Counter

from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.domain.brief import Draft, EscalationDraft, HandlingDraft, Outcome
from customer_escalation.domain.prose import passages

ESCALATION = {
    "opening": 90, "severity_reason": 25, "customers": 40, "workflow_impact": 50, "revenue": 35, "queue": 25, "sla": 45,
    "impact_more": 50, "competition": 25, "description": 140, "tried": 110, "containment": 40, "reproduction": 120, "ideas": 80,
    "last_update": 40, "expectation": 35, "risk": 35, "next_update": 40, "asks": 240, "response": 25, "deadlines": 70,
    "conflicts": 45, "unknowns": 60, "context": 30, "team_message": 90, "ticket_note": 50,
}  # fmt: skip
"""Words a section where one account is affected: what the longest briefs that readers chose have."""
HANDLING = {
    "opening": 80, "customers": 15, "sla": 45, "reason": 150, "steps": 140, "uncertain": 70, "would_change": 90, "conflicts": 45,
    "context": 30, "ticket_note": 50,
}  # fmt: skip
PER_ACCOUNT = {
    "sla": 20,
    "customers": 15,
    "revenue": 10,
    "last_update": 20,
    "expectation": 15,
    "workflow_impact": 15,
    "description": 15,
    "tried": 20,
    "risk": 10,
    "asks": 15,
}
"""More for each further account, up to ``MOST_ACCOUNTS``."""
MOST_ACCOUNTS = 6


def budget_of(outcome: Outcome, accounts: int) -> dict[str, int]:
    """Words a section for an outcome and so many affected accounts."""
    if outcome == Outcome.HANDLE:
        return dict(HANDLING)
    words = dict(ESCALATION)
    further = min(max(accounts - 1, 0), MOST_ACCOUNTS)
    return {name: count + PER_ACCOUNT.get(name, 0) * further for name, count in words.items()}


def budget(draft: Draft, case: DecisionInput) -> dict[str, int]:
    """Words a section for this draft."""
    outcome = Outcome.ESCALATE if isinstance(draft, EscalationDraft) else Outcome.HANDLE
    return budget_of(outcome, len(case.affected))


def words_used(draft: EscalationDraft | HandlingDraft) -> Counter[str]:
    """Words a section that the receiver reads; the summary counts for none."""
    used = Counter[str]()
    for passage in passages(draft):
        section = passage.path.partition("[")[0].partition(".")[0]
        if passage.reader == "receiver" and section != "summary":
            used[section] += len(passage.text.split())
    return used


def budget_words(outcome: Outcome, accounts: int) -> str:
    """The budget in a line, for the writer."""
    words = budget_of(outcome, accounts)
    shares = ", ".join(f"{name} {count}" for name, count in words.items())
    return (
        f"Words at most, a section (a list counts as one): {shares}. Marks do not count; going over is a remark, no fault. "
        "A simple case needs half of it."
    )
