"""A draft with some of its texts written anew, so that a mend need not repeat the rest."""

import copy
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from customer_escalation.domain.prose import MOST_CHARACTERS, without_marks

_MARK_BETWEEN = r"(?:\s*\[\[[^\[\]\n]*\]\])*"
_MARKS_LEFT = re.compile(r"([.!?])((?:\s*\[\[[^\[\]\n]*\]\])+)\s*[.!?](?=\s|\Z)")
"""The marks of a sentence that was taken out, and its full stop, behind the sentence before it."""
_PIECE = re.compile(r"\w+|\s+|[^\w\s]")


class TextChange(BaseModel):
    """A text of a draft, or words of it, written anew."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    path: str = Field(max_length=200, description="As a finding names it: `description`, `asks[0].text`.")
    instead_of: str = Field(
        default="",
        max_length=MOST_CHARACTERS,
        description="The words there that are replaced, as they stand there once, marks left out or not; '' for the whole text.",
    )
    text: str = Field(
        max_length=MOST_CHARACTERS,
        description="What stands there then, with its marks; '' takes the words out, or an entry of a list.",
    )


class NoSuchPlace(ValueError):
    """A change that names no text of the draft; its message says which, for the writer."""


def changed(draft: BaseModel, changes: Iterable[TextChange]) -> dict[str, Any]:
    """The draft as data with these changes in their order; an entry of a list that becomes empty is left out.

    Raises ``NoSuchPlace``.
    """
    data = draft.model_dump()
    for change in changes:
        holder, key = _place(data, change.path)
        holder[key] = _replaced(holder[key], change) if change.instead_of else change.text
    return {name: _filled(value) for name, value in data.items()}


def texts_at(draft: BaseModel, texts: Mapping[str, str]) -> dict[str, Any]:
    """The same with whole texts, by path."""
    return changed(
        draft, [TextChange.model_construct(path=path, instead_of="", text=text) for path, text in texts.items()]
    )


def put(data: dict[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    """Data that fits no schema yet with these texts at their paths, whatever stood there; a field that was missing is added.

    Raises ``NoSuchPlace`` where what would hold a text is not there.
    """
    made = copy.deepcopy(data)
    for path, text in texts.items():
        holder, key = _holder(made, path)
        if isinstance(holder, dict):
            holder[str(key)] = text
        elif isinstance(holder, list) and isinstance(key, int) and key < len(holder):
            holder[key] = text
        else:
            raise _no_text(path)
    return made


def _holder(data: dict[str, Any], path: str) -> tuple[Any, str | int]:
    """What would hold the text of a path, and its name or number there."""
    steps = [int(step) if step.isdigit() else step for step in re.findall(r"[^.\[\]]+", path)]
    if not steps:
        raise _no_text(path)
    holder: Any = data
    try:
        for step in steps[:-1]:
            holder = holder[step]
    except (IndexError, KeyError, TypeError):
        raise _no_text(path) from None
    return holder, steps[-1]


def _place(data: dict[str, Any], path: str) -> tuple[Any, str | int]:
    """What holds the text, and its name or number there."""
    holder, key = _holder(data, path)
    try:
        found = holder[key]
    except (IndexError, KeyError, TypeError):
        raise _no_text(path) from None
    if not isinstance(found, str) or isinstance(holder, str):
        raise _no_text(path)
    return holder, key


def _no_text(path: str) -> NoSuchPlace:
    return NoSuchPlace(f"There is no text at `{path}`: name a place as the findings do.")


def _replaced(known: str, change: TextChange) -> str:
    """The text with the words replaced; marks that code added between them are no difference."""
    pieces = _PIECE.findall(without_marks(change.instead_of))
    words = _MARK_BETWEEN.join(r"\s+" if piece.isspace() else re.escape(piece) for piece in pieces)
    found = list(re.finditer(re.escape(change.instead_of), known)) or (list(re.finditer(words, known)) if words else [])
    if len(found) != 1:
        shown = change.instead_of if len(change.instead_of) <= MOST_SHOWN else f"{change.instead_of[:MOST_SHOWN]}…"
        raise NoSuchPlace(f"“{shown}” stands {len(found)} times in `{change.path}`; it has to be there once.")
    left = known[: found[0].start()] + change.text + known[found[0].end() :]
    return left if change.text else _MARKS_LEFT.sub(lambda marks: f" {marks[2].strip()}{marks[1]}", left)


MOST_SHOWN = 80
"""Characters of the words in a message about them."""


def _filled(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _filled(item) for name, item in value.items()}
    return [_filled(item) for item in value if not _emptied(item)] if isinstance(value, list) else value


def _emptied(item: Any) -> bool:
    return (item.get("text") if isinstance(item, dict) else item) == ""
