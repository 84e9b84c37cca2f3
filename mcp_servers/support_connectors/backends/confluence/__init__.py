"""Confluence Cloud as knowledge base."""

from support_connectors.backends.confluence.backend import SYSTEM

__all__ = ["SYSTEM"]
