"""How many words each section may have: shown to the writer beforehand, and compared afterwards (B4)."""

import re
from collections import Counter

from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.domain.draft import Draft, EscalationDraft, HandlingDraft
from customer_escalation.domain.outcomes import Outcome, Severity
from customer_escalation.domain.prose import passages
from customer_escalation.domain.template import opening_parts

ESCALATION = {
    "opening": 80, "options": 100, "severity_reason": 12, "co_owner": 5, "impact": 150, "description": 110, "tried": 70, "containment": 20,
    "reproduction": 90, "ideas": 30, "communication": 70, "asks": 140, "deadline": 25, "context": 90,
}  # fmt: skip
"""Words a section where one account is affected; ``options`` is the table below the opening's lines, where it has one."""
HANDLING = {"note": 480}
PER_ACCOUNT = {"impact": 35, "description": 10, "tried": 15, "communication": 20, "asks": 10}
"""More for each further account, up to ``MOST_ACCOUNTS``."""
MOST_ACCOUNTS = 6
SHARE = {Severity.CRITICAL: 1.0, Severity.HIGH: 1.0, Severity.MEDIUM: 0.85}
"""Of that, by severity: what stops work is read to the end, a wish is not."""
BESIDE = {"sender": 130, "messages": 110, "ticket_note": 40, "rhythm": 60}
"""Words of the texts beside the brief, each in all."""
FOR_CUSTOMER = 260
"""Words of one text for a customer who asked several things."""
WHOLE = {Outcome.ESCALATE: 1650, Outcome.HANDLE: 1150}
"""Words of everything together where one account is affected, which readers who compare briefs still read whole."""
WHOLE_PER_ACCOUNT = 120
"""More for each further account, with a text of its own."""
TEXTS = ("drafts", "messages", "ticket_note")
OVER = 1.25
"""How far above what is read a document may be before its last reader gets it back, once, to shorten it."""
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
    return {
        name: int((count + PER_ACCOUNT.get(name, 0) * _further(accounts)) * share) for name, count in ESCALATION.items()
    }


def _further(accounts: int) -> int:
    return min(max(accounts - 1, 0), MOST_ACCOUNTS)


READ = {Outcome.ESCALATE: 1400, Outcome.HANDLE: 1000}
"""Words of a document, with its texts, that readers who compare two of them still read whole, where one account is affected."""
READ_PER_ACCOUNT = 100


def read_of(outcome: Outcome, accounts: int) -> int:
    """Words of a document with so many affected accounts."""
    return READ[outcome] + READ_PER_ACCOUNT * _further(accounts)


def whole_of(outcome: Outcome, accounts: int, severity: Severity | None = None) -> int:
    """Words of everything together."""
    share = SHARE[severity] if severity else 1.0
    return int((WHOLE[outcome] + WHOLE_PER_ACCOUNT * _further(accounts)) * share)


def budget(draft: Draft, case: DecisionInput, severity: Severity | None) -> dict[str, int]:
    """Words a section for this draft."""
    return budget_of(_outcome(draft), len(case.affected), severity)


def _outcome(draft: Draft) -> Outcome:
    return Outcome.ESCALATE if isinstance(draft, EscalationDraft) else Outcome.HANDLE


def words_used(draft: EscalationDraft | HandlingDraft) -> Counter[str]:
    """Words a section of the brief, without those that have none; the summary counts for none."""
    used = Counter[str]()
    for passage in passages(draft):
        section = passage.path.partition("[")[0].partition(".")[0]
        if passage.reader == "receiver" and section not in ("summary", *BESIDE):
            lines, options = opening_parts(passage.text) if section == "opening" else (passage.text, "")
            used[section] += words_in(lines)
            used["options"] += words_in(options)
    return +used


def length_words(draft: Draft, accounts: int, severity: Severity | None) -> str:
    """How long the whole is beside what is read, for its last reader."""
    counts = _words_by_part(draft)
    whole, most = sum(counts.values()), whole_of(_outcome(draft), accounts, severity)
    if whole <= most:
        return f"It has {whole} words, and {most} are read."
    shares = ", ".join(f"{part} {counts[part]}" for part in PARTS)
    return f"It has {whole} words ({shares}), and {most} are read: bring it down to {most}."


def too_long(draft: Draft, accounts: int, severity: Severity | None) -> str:
    """What its last reader is told of a document that is still far longer than what is read; empty where it is not."""
    whole, most = sum(_words_by_part(draft).values()), whole_of(_outcome(draft), accounts, severity)
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


NAMED = {"options": "with a table of options"}
"""What the writer is told of a section that is no field."""


def budget_words(outcome: Outcome, accounts: int, severity: Severity | None = None) -> str:
    """The budget in a few lines, for the writer."""
    words = budget_of(outcome, accounts, severity)
    shares = ", ".join(f"{NAMED.get(name, name)} {count}" for name, count in words.items())
    parts = f"the brief about {sum(words.values())} ({shares})" if outcome == Outcome.ESCALATE else shares
    beside = ", ".join(
        f"{name} {count}" for name, count in BESIDE.items() if outcome == Outcome.ESCALATE or name != "rhythm"
    )
    return (
        f"All in all {whole_of(outcome, accounts, severity)} words are read: {parts}, beside it {beside}; a customer who asked several "
        f"things gets up to {FOR_CUSTOMER}, others a few sentences. Each is for all entries of a section together; marks, headings and the "
        "bars of tables do not count."
    )
