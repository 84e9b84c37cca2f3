"""What can show each fact: kinds of records, whose words and from when; and what each fact says, in a sentence.

One table beside that of the facts. An account's row tells tier, revenue and renewal: it cannot show that production stopped or that an
executive asked for something. A confirmed bug is one that our own people confirmed. Where a record does not say what it is or whose, it
may show anything: unknown is never false.
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
    earlier: bool = False
    """It was there before the case: the case's own tickets, and tickets and items that began after it, show nothing of the kind."""

    @property
    def is_witnessed(self) -> bool:
        """Somebody has to have seen or said it; else it may also be judged from what is written down."""
        return self.kinds == OBSERVED or self.whose == "ours"


_SEEN = Showing(OBSERVED, wanted="the record of somebody who saw it")
_SAID = Showing(OBSERVED, wanted="the record in which they say so")
_OURS = Showing(WRITTEN_DOWN, "ours", "the record of one of our own people who found it")
_EARLIER = Showing(
    WRITTEN_DOWN, wanted="an article, or a ticket or an item that was there before this case", earlier=True
)
_KNOWN = Showing(WRITTEN_DOWN, wanted="the article or the record that says so")
CAN_SHOW: Mapping[str, Showing] = {
    "documented_solution": _EARLIER, "support_can_configure": _KNOWN, "guidance_only": _KNOWN,
    "known_limitation_with_alternative": _KNOWN, "similar_solved_in_support": _EARLIER,
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
SAYS: Mapping[str, str] = {
    "documented_solution": "A solution or workaround for this problem was documented before, and was not tried in vain here.",
    "support_can_configure": "It is a matter of configuration or set-up that support can resolve with the customer.",
    "guidance_only": "The customer needs guidance or training rather than a fix.",
    "known_limitation_with_alternative": "It is a known limitation, and a documented alternative meets the need.",
    "similar_solved_in_support": "Support solved a similar case before.",
    "bug_confirmed": "One of our own people reproduced, acknowledged or accepted the defect.",
    "infrastructure": "The failure needs an investigation of our own systems.",
    "data_harmed": "Stored data is altered, lost or at risk.",
    "production_stopped": "A customer's production use of the product has stopped, and has not come back since.",
    "beyond_support": "It is beyond what support can do or reach.",
    "recurred_after_fix": "It came back after it was declared fixed or resolved.",
    "worsening": "It is getting worse.",
    "major_function_broken": "A main function of the product is broken for a customer, and has not come back since.",
    "churn_threat": "The customer may leave, not renew or not buy because of this.",
    "executive_requested": "A customer asked for executives or the management.",
    "policy_exception": "Resolving it needs an exception to a policy, a contract or a price.",
    "pr_or_legal_risk": "A public post, the press, a complaint or legal action is in sight.",
    "cross_functional_decision": "It needs a decision above one team.",
    "feature_gap": "The need is a change or a decision of the product rather than the repair of a defect.",
    "code_change_needed": "The defect needs a change of code or of our systems.",
    "engineering_engaged": "Engineering is already at work on it.",
    "exposure_or_breach": "Data, credentials or systems are reported to have reached somebody who must not have them.",
    "vulnerability_or_compliance": "A weakness, a suspicion of an attack or a concern about compliance is reported.",
    "full": "A workaround lets the customers do all they need, and worked for them.",
    "partial": "A workaround helps in part.",
    "blocked": "{account} cannot do its work with the product, and could not later on.",
    "impact major_function_broken": "A main function of the product fails for {account}, and did not come back later on.",
    "lost_data": "Stored data of {account} is gone or wrong.",
    "exposed": "A matter of security touches {account}.",
    "asks_for_feature": "{account} needs something that the product does not do.",
}  # fmt: skip
"""A yes to each fact, a level of security, an extent of the workaround, and an impact on an account, as a reader is shown it."""
