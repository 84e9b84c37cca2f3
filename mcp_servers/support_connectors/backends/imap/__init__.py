"""Email by IMAP."""

from support_connectors.backends.imap.backend import SYSTEM

__all__ = ["SYSTEM"]
