"""How many words each section may have: shown to the writer beforehand, and compared afterwards (B4)."""

from collections import Counter

from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.domain.brief import Draft, EscalationDraft, HandlingDraft, Outcome
from customer_escalation.domain.prose import passages

ESCALATION = {
    "opening": 60, "severity_reason": 15, "customers": 25, "workflow_impact": 25, "revenue": 25, "queue": 15, "sla": 30,
    "competition": 15, "description": 75, "tried": 55, "containment": 30, "reproduction": 65, "ideas": 30, "last_update": 25,
    "expectation": 20, "risk": 20, "next_update": 30, "asks": 80, "response": 25, "deadlines": 25, "conflicts": 25, "unknowns": 30,
    "context": 15,
}  # fmt: skip
"""Words a section where one account is affected."""
HANDLING = {
    "opening": 60, "customers": 10, "sla": 30, "reason": 110, "steps": 90, "uncertain": 45, "would_change": 60, "conflicts": 30,
    "context": 25,
}  # fmt: skip
PER_ACCOUNT = {
    "sla": 20,
    "customers": 10,
    "revenue": 8,
    "last_update": 15,
    "expectation": 12,
    "workflow_impact": 8,
    "tried": 15,
    "risk": 8,
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
        "Half is often enough, and an empty text beats a filler."
    )
