"""Jira Cloud as project tracker."""

from support_connectors.backends.jira.backend import SYSTEM

__all__ = ["SYSTEM"]
