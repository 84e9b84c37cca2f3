"""Email by JMAP."""

from support_connectors.backends.jmap.backend import SYSTEM

__all__ = ["SYSTEM"]
