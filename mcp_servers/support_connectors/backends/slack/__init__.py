"""Slack as chat."""

from support_connectors.backends.slack.backend import SYSTEM

__all__ = ["SYSTEM"]
