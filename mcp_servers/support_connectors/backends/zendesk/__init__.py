"""Zendesk Support as support platform."""

from support_connectors.backends.zendesk.backend import SYSTEM

__all__ = ["SYSTEM"]
