"""What can show each fact: kinds of records, and whose words. One table beside that of the facts.

An account's row tells tier, revenue and renewal: it cannot show that production stopped or that an executive asked for something. A
confirmed bug is one that our own people confirmed. Where a record does not say what it is or whose, it may show anything: unknown is
never false.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Whose = Literal["anybody", "ours"]
OBSERVED = frozenset(
    {"ticket", "message", "mail", "chat_message", "issue", "comment", "file", "attachment", "activity"}
)
"""Where somebody tells what they saw, were told or decided."""
WRITTEN_DOWN = OBSERVED | {"article"}
"""The same, and what is documented."""


@dataclass(frozen=True)
class Showing:
    """What can show a fact."""

    kinds: frozenset[str]
    whose: Whose = "anybody"
    """``ours``: an agent, an engineer or another of our own people has to have written it."""
    wanted: str = "the record in which somebody says so"
    """What to cite instead, in words."""


_SEEN = Showing(OBSERVED, wanted="the record of somebody who saw it")
_SAID = Showing(OBSERVED, wanted="the record in which they say so")
_OURS = Showing(WRITTEN_DOWN, "ours", "the record of one of our own people who found it")
_KNOWN = Showing(WRITTEN_DOWN, wanted="the article or the record that says so")
CAN_SHOW: Mapping[str, Showing] = {
    "documented_solution": _KNOWN, "support_can_configure": _KNOWN, "guidance_only": _KNOWN,
    "known_limitation_with_alternative": _KNOWN, "similar_solved_in_support": _KNOWN,
    "bug_confirmed": _OURS, "infrastructure": _SEEN, "data_harmed": _SEEN, "production_stopped": _SEEN,
    "beyond_support": _KNOWN, "recurred_after_fix": _SEEN, "worsening": _SEEN, "major_function_broken": _SEEN,
    "churn_threat": _SAID, "executive_requested": _SAID, "policy_exception": _KNOWN, "pr_or_legal_risk": _SAID,
    "cross_functional_decision": _KNOWN, "feature_gap": _KNOWN, "code_change_needed": _KNOWN, "engineering_engaged": _OURS,
    "security": _KNOWN, "workaround": _KNOWN,
}  # fmt: skip
"""By the name of the fact."""
IMPACTS: Mapping[str, Showing] = {
    "blocked": _SEEN, "major_function_broken": _SEEN, "lost_data": _SEEN, "exposed": _SEEN, "asks_for_feature": _SAID,
}  # fmt: skip
"""By the impact on an account; the others need no eyewitness."""
