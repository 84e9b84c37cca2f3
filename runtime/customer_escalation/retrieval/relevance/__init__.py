"""Which of the records that were read belong to an issue, by codes, ids and telling words; and what sentences signal."""

from customer_escalation.retrieval.relevance.issue import Complaint, find_issue

__all__ = ["Complaint", "find_issue"]
