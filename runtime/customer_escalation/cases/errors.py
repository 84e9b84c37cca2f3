"""What the workbench refuses, in sentences that say what to do instead."""

from skill_runtime.errors import SkillRuntimeError


class UnknownCase(SkillRuntimeError):
    """There is no such case; the sentence says which there are."""


class WrongOrder(SkillRuntimeError):
    """A step was asked for before the one that it needs; the sentence says which."""


class BadPlace(SkillRuntimeError):
    """A brief cannot be written there; the sentence says why."""
