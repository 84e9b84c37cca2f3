"""The table of all rules, made from the code that carries them out."""

import textwrap

from customer_escalation import actions as proposals
from customer_escalation import review
from customer_escalation.decision.rules import after, stated
from customer_escalation.domain.rule_registry import CATALOGUE, Entry, Group
from customer_escalation.policy import Policy
from customer_escalation.retrieval import injection
from customer_escalation.sla import cadence

_CARRIED_OUT_IN = (review, stated, after, cadence, injection, proposals)
"""Imported so that their rules are entered; the decision rules come with ``review``."""

TITLES: dict[Group, str] = {
    "handle": "Handle in support",
    "escalate": "Escalate",
    "severity": "Severity",
    "target": "Target",
    "brief": "The brief",
    "reproduction": "Reproduction",
    "grounding": "Grounding",
    "acting": "Acting",
    "after": "After the escalation",
}
"""The groups in the order of the published rules."""


def all_rules() -> list[Entry]:
    """Every rule, by group and then by id as people count (S2 before S10)."""
    groups = list(TITLES)
    return sorted(CATALOGUE.values(), key=lambda entry: (groups.index(entry.group), _counted(entry)))


def _counted(entry: Entry) -> tuple[int, int, str]:
    letters = entry.id.rstrip("0123456789")
    number = entry.id[len(letters) :]
    if entry.group == "escalate":
        return 0, list(CATALOGUE).index(entry.id) + (10_000 if entry.id == "E-NONE" else 0), ""
    return (0, int(number), letters) if number else (1, 0, letters)


def rules_table(policy: Policy, width: int) -> str:
    """The rules with their levels in force, a group at a time, in lines of at most ``width`` characters."""
    lines: list[str] = []
    for group, title in TITLES.items():
        lines += ["", title] if lines else [title]
        for entry in all_rules():
            if entry.group == group:
                head = f"  {entry.id:<10} {policy.level(entry.id, entry.level):<4}"
                lines += textwrap.wrap(
                    entry.source, max(width, 60), initial_indent=head, subsequent_indent=" " * len(head)
                )
    return "\n".join(lines)
