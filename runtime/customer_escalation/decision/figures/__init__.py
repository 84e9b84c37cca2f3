"""The figures of a case, computed from records, each with its inputs; and the case that the rules decide on.

No figure comes from anywhere but the records, the policy and ``now`` (B1, E-SLA, E-PATTERN, E-TIME, S12).
"""

from customer_escalation.decision.figures.building import build_case
from customer_escalation.decision.figures.lines import computed_lines
from customer_escalation.decision.figures.tickets import ticket_figures
from customer_escalation.decision.figures.windows import due_moments, window_figures, zone_of_case

__all__ = ["build_case", "computed_lines", "due_moments", "ticket_figures", "window_figures", "zone_of_case"]
