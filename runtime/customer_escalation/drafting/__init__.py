"""The drafter that uses no model: facts by rule, sentences by quotation, the same checks as for a model's work."""

from customer_escalation.drafting.assessment import assess_by_rules
from customer_escalation.drafting.prose import draft_by_rules

__all__ = ["assess_by_rules", "draft_by_rules"]
