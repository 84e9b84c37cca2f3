"""Which case a request is about, and which of the records that were read belong to it: by ids, codes, names and structure."""

from customer_escalation.retrieval.relevance.issue import Complaint, find_issue

__all__ = ["Complaint", "find_issue"]
