"""The published rules as a table for people, with the levels in force."""

import textwrap

from customer_escalation.domain.rules import GROUPS, in_group
from customer_escalation.policy import Policy


def rules_table(policy: Policy, width: int) -> str:
    """The rules with their levels in force, a group at a time, in lines of at most ``width`` characters."""
    lines: list[str] = []
    for group, title in GROUPS.items():
        lines += ["", title] if lines else [title]
        for row in in_group(group):
            head = f"  {row.id:<10} {policy.level(row.id):<4}"
            indent = " " * len(head)
            lines += textwrap.wrap(row.sentence, max(width, 60), initial_indent=head, subsequent_indent=indent)
    return "\n".join(lines)
