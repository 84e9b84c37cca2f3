"""What the rules decide: escalate or not, how severe it is, and which team owns it."""

from enum import StrEnum


class Outcome(StrEnum):
    """What the rules decide to do with the issue."""

    ESCALATE = "escalate"
    HANDLE = "handle_in_support"


class Severity(StrEnum):
    """How bad it is; there is no Low."""

    CRITICAL = "Critical"
    HIGH = "High"
    MEDIUM = "Medium"

    @property
    def rank(self) -> int:
        """2 for Critical, 1 for High, 0 for Medium."""
        return {"Critical": 2, "High": 1, "Medium": 0}[self.value]


class Target(StrEnum):
    """Who owns the escalation, in the order of precedence (T0)."""

    SECURITY = "Security"
    LEADERSHIP = "Leadership"
    ENGINEERING = "Engineering"
    PRODUCT = "Product"
    L2 = "L2 Support"
