"""Salesforce as CRM."""

from support_connectors.backends.salesforce.backend import SYSTEM

__all__ = ["SYSTEM"]
