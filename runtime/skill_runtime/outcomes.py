"""What a server answered as the loop takes it: bounded, without secrets, text and structure that say the same."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from skill_runtime.bounds import bounded, with_cuts_told
from skill_runtime.content import Content, Text, words_of
from skill_runtime.secrets import cleared, without_secrets
from skill_runtime.tools import NOTHING, ToolReturn

MAX_TEXT = 200_000
"""Characters of one result that the model reads."""
MOST_OF_A_NOTE = 300
"""Characters that a note on what was cut may add to it."""


@dataclass(frozen=True)
class Answer:
    """What a server gave, as it came: neither bounded nor without secrets."""

    content: Sequence[Content]
    structured: Any = None
    is_error: bool = False
    failure: str = ""
    """With ``is_error``, as ``ToolReturn.failure``."""


def outcome_of(answer: Answer, own: Collection[str] = ()) -> ToolReturn:
    """An answer as the loop takes it; what is too long is cut, with a note (``bounds``), and secrets are taken out.

    ``own`` are secrets of ours that the server knows.
    """
    given = answer.structured if answer.structured is not None else _json_too_long(answer)
    kept = cleared(with_cuts_told(given, bounded(given)), own)
    if kept is not None and not isinstance(kept, dict):
        kept = {"result": kept}
    blocks = [_cleared(block, own) for block in answer.content]
    text = words_of(blocks)
    written = words_of(block for block in blocks if isinstance(block, Text))
    others = [block for block in blocks if not isinstance(block, Text)]
    if kept is not None and (not written or _is_json_of(written, answer.structured, own)):
        compact = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
        blocks = [Text(text=compact), *others]
        text = words_of(blocks)
    return shortened(
        ToolReturn(
            text or NOTHING, kept, answer.is_error, failure=answer.failure, blocks=tuple(blocks) if others else ()
        )
    )


def shortened(outcome: ToolReturn) -> ToolReturn:
    """The outcome with no more text than a model is to read at once; what is structured in it stays whole."""
    text = outcome.text
    if len(text) <= MAX_TEXT + MOST_OF_A_NOTE:
        return outcome
    note = (
        f"[Cut: the first {MAX_TEXT} of {len(text)} characters. Ask for fewer items, read single ones, or search for the words that "
        "matter.]"
    )
    text = f"{text[:MAX_TEXT]}\n{note}"
    others = tuple(block for block in outcome.blocks if not isinstance(block, Text))
    return replace(outcome, text=text, blocks=(Text(text=text), *others) if others else ())


def _json_too_long(answer: Answer) -> Any:
    """The JSON that an answer is as one text, where the text has to be cut: nobody could read it as JSON after that."""
    texts = [block.text for block in answer.content if isinstance(block, Text)]
    if answer.is_error or len(texts) != 1 or len(texts[0]) <= MAX_TEXT:
        return None
    try:
        value = json.loads(texts[0])
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def _cleared(block: Content, own: Collection[str]) -> Content:
    return Text(text=without_secrets(block.text, own)) if isinstance(block, Text) else block


def _is_json_of(text: str, value: Any, own: Collection[str]) -> bool:
    """Servers repeat their structured result as indented text; the compact form says the same in fewer tokens."""
    try:
        said = json.loads(text)
    except ValueError:
        return False
    return bool(said == cleared(value, own))
