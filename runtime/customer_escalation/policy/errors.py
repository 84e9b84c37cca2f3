"""What is wrong with a policy, said with its place."""

from skill_runtime.errors import SkillRuntimeError


class PolicyError(SkillRuntimeError):
    """The policy, or a workspace's override of it, cannot be used; the message names source, key and line."""
