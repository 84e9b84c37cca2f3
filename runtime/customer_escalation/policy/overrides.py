"""A workspace's own ``policy`` block, put over the policy."""

from collections.abc import Mapping

from pydantic import ValidationError

from customer_escalation.policy.errors import PolicyError
from customer_escalation.policy.hours import parse_business_hours
from customer_escalation.policy.loading import reason, stated_hours
from customer_escalation.policy.sections import Policy

OVERRIDES: dict[str, tuple[str, str]] = {
    "high_value_arr": ("high_value", "arr_usd"),
    "high_value_tiers": ("high_value", "tiers"),
    "pattern_min_customers": ("pattern", "min_customers"),
    "pattern_window_days": ("pattern", "window_days"),
    "business_hours": ("business_hours", ""),
    "team_timezone": ("business_hours", "team_timezone"),
}
"""Keys of a workspace's ``policy`` block, and where each goes; an empty name stands for the whole section."""


def with_overrides(base: Policy, overrides: Mapping[str, object]) -> tuple[Policy, tuple[str, ...]]:
    """``base`` with a workspace's ``policy`` block applied, and a warning for each key that it does not know.

    Raises ``PolicyError`` naming the key whose value cannot be used.
    """
    policy, warnings = base, list[str]()
    for key, value in overrides.items():
        if key not in OVERRIDES:
            known = ", ".join(OVERRIDES)
            warnings.append(f"The workspace's policy has an unknown key {key!r}; it is ignored (known: {known}).")
            continue
        section, name = OVERRIDES[key]
        changed = policy.model_dump()
        if name:
            changed[section][name] = value
        else:
            try:
                changed[section] |= parse_business_hours(value)
            except PolicyError as error:
                raise PolicyError(f"The workspace's policy: {error}") from None
        try:
            policy = stated_hours(Policy.model_validate(changed), {} if name else {section: changed[section]})
        except ValidationError as error:
            why = "; ".join(reason(detail) for detail in error.errors(include_url=False))
            raise PolicyError(f"The workspace's policy: {key}: {why}.") from None
    return policy, tuple(warnings)
