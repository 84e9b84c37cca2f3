"""Files by WebDAV as cloud storage."""

from support_connectors.backends.webdav.backend import SYSTEM

__all__ = ["SYSTEM"]
