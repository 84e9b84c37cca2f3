"""How many words each section may have: shown to the writer beforehand, and compared afterwards (B4)."""

from collections import Counter

from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.domain.brief import Draft, EscalationDraft, HandlingDraft, Outcome
from customer_escalation.domain.prose import passages

ESCALATION = {
    "opening": 70, "severity_reason": 20, "co_owner": 10, "customers": 35, "workflow_impact": 40, "revenue": 25, "queue": 20, "sla": 45,
    "impact_more": 40, "competition": 25, "description": 110, "tried": 80, "containment": 35, "reproduction": 90, "ideas": 60,
    "last_update": 30, "expectation": 25, "risk": 25, "next_update": 30, "asks": 180, "response": 20, "deadlines": 55,
    "conflicts": 35, "unknowns": 45, "context": 20, "messages": 130, "ticket_note": 40,
}  # fmt: skip
"""Words a section where one account is affected: about what the briefs have that readers chose."""
HANDLING = {
    "opening": 70, "customers": 15, "sla": 45, "reason": 130, "steps": 120, "uncertain": 60, "would_change": 70, "conflicts": 35,
    "context": 25, "messages": 90, "ticket_note": 40,
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
