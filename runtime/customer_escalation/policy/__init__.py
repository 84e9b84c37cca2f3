"""The numbers of the rules: read from the skill's policy.toml, checked, and overridden by an organisation and a workspace.

Nothing here decides anything; rules and derivations take a ``Policy`` and read their thresholds from it.
"""

from customer_escalation.policy.errors import PolicyError
from customer_escalation.policy.hours import BusinessHours, parse_business_hours
from customer_escalation.policy.loading import load_policy, overlaid
from customer_escalation.policy.overrides import OVERRIDES, with_overrides
from customer_escalation.policy.parts import find_zone
from customer_escalation.policy.sections import Cadence, Policy, RuleLevel

__all__ = [
    "OVERRIDES",
    "BusinessHours",
    "Cadence",
    "Policy",
    "PolicyError",
    "RuleLevel",
    "find_zone",
    "load_policy",
    "overlaid",
    "parse_business_hours",
    "with_overrides",
]
