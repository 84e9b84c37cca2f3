"""Microsoft Teams as chat."""

from support_connectors.backends.teams.backend import SYSTEM

__all__ = ["SYSTEM"]
