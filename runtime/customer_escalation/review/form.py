"""B, R and T rules: is every section there, in the form that its receiver needs?"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from customer_escalation.brief import EscalationDraft, HandlingDraft, Target
from customer_escalation.evidence import parse_moment
from customer_escalation.finding import Finding, Level
from customer_escalation.policy import Policy

_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’)\]]*\s+(?=[\"“‘(A-Z0-9`])")
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|etc|vs|approx|no|Dr|Mr|Ms|St)\.$", re.IGNORECASE)
_FREQUENCY = re.compile(r"\b(?:always|every|intermittent\w*|only|sometimes|once|twice|\d+ (?:of|out of|in) \d+|not recorded|"
                        r"unknown|not known|not stated|not given)\b", re.IGNORECASE)  # fmt: skip
_SEVERITY_WORDS = re.compile(r"\b(?:severity|critical severity|high severity|sev-?\d|p[0-4])\b", re.IGNORECASE)


SUMMARY_CHARACTERS = 120
"""What fits a subject line; the schema's description of ``summary`` says the same."""


def count_sentences(text: str) -> int:
    """Sentences in running prose; abbreviations and decimals do not end one."""
    parts = [part for part in _SENTENCE_END.split(text.strip()) if part.strip()]
    joined = sum(1 for part in parts[:-1] if _ABBREVIATION.search(part))
    return len(parts) - joined


def check_escalation(draft: EscalationDraft, target: Target, policy: Policy, now: datetime) -> Iterator[Finding]:
    """Findings on the form of an escalation brief for this target."""
    yield from _sections(draft, policy)
    yield from _asks(draft, target, policy)
    yield from _deadlines(draft, now)
    yield from _tried(draft)
    if target == Target.ENGINEERING:
        yield from _reproduction(draft)
    yield from _target_contents(draft, target)


def check_handling(draft: HandlingDraft) -> Iterator[Finding]:
    """Findings on the form of a note that keeps the issue in support."""
    for name, what in (
        ("reason", "why support can resolve it"),
        ("steps", "what to do"),
        ("would_change", "what would make it an escalation, and to whom"),
    ):
        if not getattr(draft, name):
            yield _finding("B4", "H", name, f"`{name}` is empty: say {what}.")


def _finding(rule: str, level: Level, where: str, message: str) -> Finding:
    return Finding(rule=rule, level=level, where=where, message=message)


def _sections(draft: EscalationDraft, policy: Policy) -> Iterator[Finding]:
    sentences = sum(count_sentences(statement.text) for statement in draft.description)
    low, high = policy.brief.description_sentences
    if not low <= sentences <= high:
        yield _finding(
            "B4", "H", "description", f"The description has {sentences} sentences; it needs {low} to {high} in all."
        )
    for name in ("workflow_impact", "last_update", "expectation", "risk", "asks", "deadlines"):
        if not getattr(draft, name):
            yield _finding(
                "B4", "H", name, f"`{name}` is empty. Every section is filled; what is not known is said so."
            )
    if not draft.summary:
        yield _finding("B4", "H", "summary", "The summary line is empty.")
    elif len(draft.summary) > SUMMARY_CHARACTERS:
        message = f"The summary has {len(draft.summary)} characters; keep it under {SUMMARY_CHARACTERS}."
        yield _finding("B4", "W", "summary", message)
    if _SEVERITY_WORDS.search(draft.summary):
        yield _finding("B4", "W", "summary", "Leave severity and priority out of the summary: it has its own line.")


def _asks(draft: EscalationDraft, target: Target, policy: Policy) -> Iterator[Finding]:
    for index, ask in enumerate(draft.asks):
        verb = policy.asks.verb_of(ask.text)
        suited = policy.asks.suits.of(ask.owner)
        if verb is None:
            yield _finding("B2", "H", f"asks[{index}]", f"Start the ask with one of: {', '.join(policy.asks.verbs)}.")
        elif verb not in suited:
            message = f"“{verb}” is not what {ask.owner.value} can do; ask it to: {', '.join(suited)}."
            yield _finding("B2", "H", f"asks[{index}]", message)
    if draft.asks and not any(ask.owner == target for ask in draft.asks):
        yield _finding("B2", "H", "asks", f"No ask is addressed to {target.value}, which owns this escalation.")


def _deadlines(draft: EscalationDraft, now: datetime) -> Iterator[Finding]:
    for index, deadline in enumerate(draft.deadlines):
        where = f"deadlines[{index}].by"
        moment = parse_moment(deadline.by)
        if moment is None:
            yield _finding("B3", "H", where, f"“{deadline.by}” is not an RFC 3339 moment with offset or a plain date.")
        elif (moment.date() < now.astimezone(UTC).date()) if len(deadline.by) == len("2026-01-01") else moment <= now:
            yield _finding("B3", "H", where, f"{deadline.by} is not in the future; now is {now.isoformat()}.")
        if deadline.basis != "proposed" and not deadline.cites:
            yield _finding("B3", "H", where, f"A deadline with basis “{deadline.basis}” cites the record that sets it.")


def _tried(draft: EscalationDraft) -> Iterator[Finding]:
    for index, step in enumerate(draft.tried):
        if not step.result:
            yield _finding("B4", "H", f"tried[{index}].result", "Every step has its result, or 'result not recorded'.")


def _reproduction(draft: EscalationDraft) -> Iterator[Finding]:
    repro = draft.reproduction
    if repro.status == "not_applicable":
        return
    if repro.status in ("reproduced", "reported") and not repro.steps:
        yield _finding(
            "T2", "H", "reproduction.steps", "Steps are missing; without any, the status is 'not_reproduced'."
        )
    if repro.status == "not_reproduced" and repro.steps:
        yield _finding(
            "T2", "H", "reproduction.status", "Steps are given, so the status is 'reported' or 'reproduced'."
        )
    if not repro.actual or not repro.expected or repro.actual.strip() == repro.expected.strip():
        yield _finding("R3", "H", "reproduction", "Expected and Actual must both be there, and differ.")
    if not repro.environment:
        yield _finding("R4", "H", "reproduction.environment", "Give the environment, or say that it is unknown.")
    if not repro.frequency:
        yield _finding("R5", "H", "reproduction.frequency", "Say how often it happens, or 'Not recorded'.")
    elif not _FREQUENCY.search(repro.frequency):
        message = "Say 'Always', 'Intermittent (n of m)' or 'Only when ...', or 'Not recorded'."
        yield _finding("R5", "W", "reproduction.frequency", message)
    if repro.steps and not repro.start:
        yield _finding(
            "R1", "W", "reproduction.start", "The starting state (account, configuration, permissions) is missing."
        )
    if not repro.ruled_out:
        yield _finding("R7", "W", "reproduction.ruled_out", "Say what was ruled out, or 'Nothing ruled out yet'.")
    for index, step in enumerate(repro.steps):
        where = f"reproduction.steps[{index}]"
        if not step.cites:
            yield _finding("R3", "H", where, "Each step cites the record that holds it; steps are never invented.")
        if re.match(r"(?:please )?(?:try|attempt)\b", step.text, re.IGNORECASE):
            yield _finding("R2", "W", where, "A step is a verb and a concrete object, not 'try to'.")


def _target_contents(draft: EscalationDraft, target: Target) -> Iterator[Finding]:
    if target == Target.SECURITY and not draft.containment:
        yield _finding(
            "T4", "H", "containment", "Security needs the containment taken so far, or that none is recorded."
        )
    if target == Target.PRODUCT and not draft.competitive_pressure:
        yield _finding(
            "T3", "H", "competitive_pressure", "Product needs the competitive pressure, or that none is recorded."
        )
    if target in (Target.L2, Target.LEADERSHIP) and not draft.tried:
        rule = "T1" if target == Target.L2 else "T5"
        yield _finding(rule, "H", "tried", f"{target.value} needs what was tried and its result, replies included.")
