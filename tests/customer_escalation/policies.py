"""The policy that ships with the skill, for tests."""

from functools import cache
from pathlib import Path

from customer_escalation.policy import Policy, load_policy

POLICY_FILE = Path(__file__).parents[2] / "skills" / "customer-escalation" / "policy.toml"


@cache
def shipped_policy() -> Policy:
    """The policy of skills/customer-escalation/policy.toml."""
    return load_policy(POLICY_FILE.read_text(encoding="utf-8"), "policy.toml")
