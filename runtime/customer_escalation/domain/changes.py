"""A draft with some of its texts written anew, so that a mend need not repeat the rest."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

_ENTRY = re.compile(r"(\w+)\[(\d+)\](.*)")


class NoSuchPlace(ValueError):
    """A change that names no text of the draft; its message says which, for the writer."""


def texts_at(draft: BaseModel, texts: Mapping[str, str]) -> dict[str, Any]:
    """The draft as data with whole texts by their paths, such as ``description`` or ``asks[0].text``. An entry of a list that becomes empty
    is left out, and so is its place in the layout of a document.

    Raises ``NoSuchPlace``.
    """
    data = draft.model_dump()
    for path, text in texts.items():
        holder, key = _place(data, path)
        holder[key] = text
    gone = {
        name: [at for at, item in enumerate(value) if _emptied(item)]
        for name, value in data.items()
        if isinstance(value, list)
    }
    found = {
        name: [item for item in value if not _emptied(item)] if isinstance(value, list) else value
        for name, value in data.items()
    }
    return found | ({"layout": _laid_anew(found["layout"], gone)} if any(gone.values()) and "layout" in found else {})


def _laid_anew(layout: Sequence[Mapping[str, Any]], gone: Mapping[str, Sequence[int]]) -> list[dict[str, Any]]:
    """The layout of a document without entries that are gone; those behind them move up."""
    found = []
    for piece in layout:
        entry = _ENTRY.fullmatch(str(piece["path"]))
        name, number, rest = (entry[1], int(entry[2]), entry[3]) if entry else ("", 0, "")
        left_out = gone.get(name, ())
        if entry is None or not left_out:
            found.append(dict(piece))
        elif number not in left_out:
            found.append(dict(piece) | {"path": f"{name}[{number - sum(at < number for at in left_out)}]{rest}"})
    return found


def _place(data: dict[str, Any], path: str) -> tuple[Any, str | int]:
    """What holds the text of a path, and its name or number there."""
    steps = [int(step) if step.isdigit() else step for step in re.findall(r"[^.\[\]]+", path)]
    holder: Any = data
    try:
        for step in steps[:-1]:
            holder = holder[step]
        found = holder[steps[-1]]
    except (IndexError, KeyError, TypeError):
        raise _no_text(path) from None
    if not isinstance(found, str) or isinstance(holder, str):
        raise _no_text(path)
    return holder, steps[-1]


def _no_text(path: str) -> NoSuchPlace:
    return NoSuchPlace(f"There is no text at `{path}`: name a place as the findings do.")


def _emptied(item: Any) -> bool:
    return (item.get("text") if isinstance(item, dict) else item) == ""
