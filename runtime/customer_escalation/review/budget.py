"""How many words each section may have: shown to the writer beforehand, and compared afterwards (B4)."""

import re
from collections import Counter

from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.domain.draft import Draft, EscalationDraft, HandlingDraft
from customer_escalation.domain.outcomes import Outcome, Severity
from customer_escalation.domain.prose import passages

ESCALATION = {
    "opening": 140, "severity_reason": 40, "co_owner": 20, "impact": 600, "description": 340, "tried": 260, "containment": 60,
    "reproduction": 300, "ideas": 140, "communication": 280, "asks": 500, "deadline": 60, "context": 260,
}  # fmt: skip
"""Words a section where one account is affected, in a matter that all read to the end."""
HANDLING = {"note": 800}
PER_ACCOUNT = {"impact": 60, "description": 15, "tried": 20, "communication": 45, "asks": 15}
"""More for each further account, up to ``MOST_ACCOUNTS``."""
MOST_ACCOUNTS = 6
AT_LEAST = {"asks": 200, "context": 100}
"""Words that asks with a table of options need, and a row for each thing that somebody has wrong, however small the matter is."""
SHARE = {Severity.CRITICAL: 0.55, Severity.HIGH: 0.52, Severity.MEDIUM: 0.4}
"""Of that, by severity: what stops work is read to the end, a wish is not."""
BESIDE = {"sender": 300, "messages": 150, "ticket_note": 60, "rhythm": 100}
"""Words of the texts beside the brief, each in all."""
WHOLE = {Severity.CRITICAL: 1400, Severity.HIGH: 1400, Severity.MEDIUM: 1250}
WHOLE_HANDLING = 950
"""Words of everything together, which readers who compare briefs still read whole."""
TEXTS = ("drafts", "messages", "ticket_note")
OVER = 1.25
"""How far above what is read a document may be before its last reader gets it back, once, to shorten it."""
FOR_CUSTOMER = 260
"""Words of one text for a customer who asked several things."""


_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff]")


def words_in(text: str) -> int:
    """Words between spaces, and of scripts without spaces two characters as one; the bars of a table and bullets are none."""
    unspaced = _UNSPACED.findall(text)
    return sum(any(map(str.isalnum, word)) for word in _UNSPACED.sub(" ", text).split()) + len(unspaced) // 2


def budget_of(outcome: Outcome, accounts: int, severity: Severity | None = None) -> dict[str, int]:
    """Words a section for an outcome, so many affected accounts, and how severe it is."""
    if outcome == Outcome.HANDLE:
        return dict(HANDLING)
    share = SHARE[severity] if severity else 1.0
    further = min(max(accounts - 1, 0), MOST_ACCOUNTS)
    words = {name: int((count + PER_ACCOUNT.get(name, 0) * further) * share) for name, count in ESCALATION.items()}
    return {name: max(count, AT_LEAST.get(name, 0)) for name, count in words.items()}


def budget(draft: Draft, case: DecisionInput, severity: Severity | None) -> dict[str, int]:
    """Words a section for this draft."""
    outcome = Outcome.ESCALATE if isinstance(draft, EscalationDraft) else Outcome.HANDLE
    return budget_of(outcome, len(case.affected), severity)


def words_used(draft: EscalationDraft | HandlingDraft) -> Counter[str]:
    """Words a section of the brief; the summary counts for none."""
    used = Counter[str]()
    for passage in passages(draft):
        section = passage.path.partition("[")[0].partition(".")[0]
        if passage.reader == "receiver" and section not in ("summary", *BESIDE):
            used[section] += words_in(passage.text)
    return used


def length_words(draft: Draft, severity: Severity | None) -> str:
    """How long the whole is beside what is read, for its last reader."""
    counts = _words_by_part(draft)
    whole, most = sum(counts.values()), _most(severity)
    if whole <= most:
        return f"It has {whole} words, and {most} are read."
    shares = ", ".join(f"{part} {counts[part]}" for part in PARTS)
    return f"It has {whole} words ({shares}), and {most} are read: it ends with no more than these."


def too_long(draft: Draft, severity: Severity | None) -> str:
    """What its last reader is told of a document that is still far longer than what is read; empty where it is not."""
    whole, most = sum(_words_by_part(draft).values()), _most(severity)
    if whole <= most * OVER:
        return ""
    return (
        f"It has {whole} words, and {most} are read: of two documents that are equally right, readers keep the shorter one. Take out "
        f"{whole - most} by `delete`: texts that can wait or that nobody would miss, then rows and lines that say what another one says. "
        "Evidence that decides, and lines with a label of the template, stay; so does the wording of what is left."
    )


PARTS = ("page", "brief", "texts")


def _words_by_part(draft: Draft) -> Counter[str]:
    counts = Counter[str]()
    for passage in passages(draft):
        root = passage.path.partition("[")[0]
        part = "texts" if root in TEXTS else "page" if passage.reader == "sender" else "brief"
        counts[part] += words_in(passage.text)
    return counts


def _most(severity: Severity | None) -> int:
    return WHOLE[severity] if severity else WHOLE_HANDLING


def budget_words(severity: Severity | None = None) -> str:
    """The budget in a line, for the writer."""
    return (
        f"All in all {_most(severity)} words are read: the page, what stands below it, the texts and what follows; a customer who asked "
        f"several things gets up to {FOR_CUSTOMER} of them. What is longer goes back to be shortened. Marks do not count."
    )
