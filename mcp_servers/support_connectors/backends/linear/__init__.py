"""Linear as project tracker."""

from support_connectors.backends.linear.backend import SYSTEM

__all__ = ["SYSTEM"]
