"""Acting on a brief: its next steps, and what a person says to each."""

from customer_escalation.cases.deciding import Deciding


class Acting(Deciding):
    """The part of ``CaseService`` that acts."""
