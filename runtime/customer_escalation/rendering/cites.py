"""Which records a brief rests on."""

from collections.abc import Sequence
from typing import Any

from customer_escalation.domain.brief import Brief


def all_cites(brief: Brief) -> list[str]:
    """Refs of every record that the brief rests on, in the order of their first appearance; figures by their inputs."""
    figures = {figure.ref: figure.inputs for figure in brief.figures}
    found: dict[str, None] = {}
    for ref in _walk(brief.model_dump(mode="json", exclude={"figures"})):
        for one in figures.get(ref, (ref,)):
            found.setdefault(one)
    return list(found)


def _walk(value: Any) -> Sequence[str]:
    found: list[str] = []
    if isinstance(value, dict):
        for key, item in value.items():
            if key in ("cites", "summary_cites") and isinstance(item, list):
                found.extend(str(ref) for ref in item)
            elif key in ("ref", "article") and isinstance(item, str) and item:
                found.append(item)
            else:
                found.extend(_walk(item))
    elif isinstance(value, list):
        for item in value:
            found.extend(_walk(item))
    return found
