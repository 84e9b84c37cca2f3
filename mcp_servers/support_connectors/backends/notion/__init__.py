"""Notion as knowledge base."""

from support_connectors.backends.notion.backend import SYSTEM

__all__ = ["SYSTEM"]
