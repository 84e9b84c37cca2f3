"""A finding: one rule that a brief or an assessment does not meet, said so that the writer can mend it."""

from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

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
    """The text of the draft, such as ``description`` or ``asks[0].text``; empty where it concerns the whole."""
    sentence: int | None = None
    """Which sentence of that text, from 0; None for all of it."""


def schema_findings(error: ValidationError) -> list[Finding]:
    """A schema error as findings, one a place."""
    return [
        Finding(
            rule="B4",
            level="H",
            where=_place(item["loc"]),
            message=item["msg"].rstrip(".") + ".",
        )
        for item in error.errors(include_url=False, include_context=False, include_input=False)[:25]
    ]


def _place(location: Iterable[str | int]) -> str:
    """``asks[0].text``, as every finding names a place."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return "".join(parts).removeprefix(".")


def listed(findings: Sequence[Finding]) -> str:
    """Findings as lines, for the writer; what is the same of several sentences is said once."""
    return "\n".join(
        dict.fromkeys(
            f"- {finding.rule}{' (warning)' if finding.level == 'W' else ''}"
            f"{' at ' + finding.where if finding.where else ''}: {finding.message}"
            for finding in findings
        )
    )
