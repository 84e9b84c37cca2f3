"""A finding: one rule that a brief or an assessment does not meet, said so that the writer can mend it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Level = Literal["H", "W"]
"""H: hard, the brief goes back or ends as ``needs_review``. W: warning, printed beside the brief."""


class Finding(BaseModel):
    """One rule that is not met."""

    model_config = ConfigDict(frozen=True)

    rule: str
    """The rule's id, such as ``G1`` or ``B2``."""
    level: Level
    message: str
    """What is wrong and how to mend it, in whole sentences."""
    where: str = ""
    """The place in the draft, such as ``description[1]``; empty where it concerns the whole."""
