"""The brief as a file: below the project's folder, and over nothing that is not this case's."""

import re
from collections.abc import Sequence
from pathlib import Path

from customer_escalation.cases.recorded import RecordedResult
from customer_escalation.rendering import Form, render_result
from skill_runtime.errors import SkillRuntimeError

SUFFIXES: dict[Form, str] = {"md": ".md", "html": ".html", "slack": ".txt", "adf": ".json", "json": ".json"}
FOLDER = "escalations"
"""Below the project's folder: where briefs are saved unless another place is named."""


class BadPlace(SkillRuntimeError):
    """A brief cannot be written there; the sentence says why."""


def place_for(folder: Path, day: str, summary: str, form: Form, file: str | None, own: Sequence[str]) -> Path:
    """Where the brief goes: ``file`` below ``folder``, else a name made of ``day`` and ``summary``.

    ``own`` are the files that hold this case's brief already. Raises ``BadPlace``.
    """
    name = f"{day}-{_slug(summary)}{SUFFIXES[form]}"
    home = folder.resolve()
    where = (home / (file or f"{FOLDER}/{name}")).resolve()
    if home not in where.parents:
        raise BadPlace(f"{file} lies outside of the project's folder {home}. Name a file inside it.")
    if where.exists() and where.is_dir():
        where = where / name
    if where.exists() and str(where) not in own:
        raise BadPlace(f"{where} exists already and is not this case's. Name another file.")
    return where


def write_brief(where: Path, result: RecordedResult, form: Form) -> None:
    """Write it. Raises ``BadPlace``."""
    try:
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_text(render_result(result.data, form), encoding="utf-8")
    except OSError as error:
        raise BadPlace(f"{where} cannot be written: {error.strerror}.") from error


def _slug(text: str, most: int = 60) -> str:
    """A text as a part of a file's name."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold())[:most].strip("-") or "brief"
