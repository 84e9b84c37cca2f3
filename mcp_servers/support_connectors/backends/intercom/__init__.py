"""Intercom as support platform."""

from support_connectors.backends.intercom.backend import SYSTEM

__all__ = ["SYSTEM"]
