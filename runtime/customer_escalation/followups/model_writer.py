"""Texts of a follow-up by a model: one small call with what is new and the texts that structure gives.

A text that holds a number, a date or an id that its material does not is not taken: the one by structure stays.
"""

import json
from collections.abc import Callable
from typing import Any

from customer_escalation.actions import Proposal
from customer_escalation.domain.printable import printable
from customer_escalation.drafting.prompts import prompt
from customer_escalation.followups.update_texts import UpdateTexts, news_lines
from customer_escalation.rendering.phrases import Phrases
from customer_escalation.review.grounding.atoms import scan
from skill_runtime.errors import ModelError
from skill_runtime.messages import Message, Text, Turn
from skill_runtime.model import Model, ModelRequest
from skill_runtime.tools import ToolSpec

HAND_IN = "texts"
LONGEST_ANSWER = 6_000
"""Tokens, with what the model thinks before it."""
LONGEST_TEXT = 4_000
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "texts": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "number": {"type": "integer", "description": "Of the draft that it takes the place of."},
                    "text": {"type": "string"},
                },
                "required": ["number", "text"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["texts"],
    "additionalProperties": False,
}


class ModelUpdateWriter:
    """``UpdateWriter`` by a model's service; where that fails, the texts by structure stay and it is said why."""

    def __init__(self, model: Model, warn: Callable[[str], None]) -> None:
        self._model = model
        self._warn = warn

    async def write(self, texts: UpdateTexts, made: list[Proposal]) -> list[Proposal]:
        """See ``UpdateWriter``; never raises for a service that fails."""
        material = _material(texts, made)
        told = json.dumps(material, ensure_ascii=False, indent=1)
        tool = ToolSpec(HAND_IN, "Hand in the texts, each under the number of its draft.", SCHEMA, strict=True)
        shown = Message(role="user", content=(Text(text=told),))
        try:
            turn = await self._model.turn(
                ModelRequest((prompt("update.md"),), (tool,), (shown,), LONGEST_ANSWER), lambda _: None
            )
        except ModelError as error:
            self._warn(f"The texts are made without a model: {error}")
            return made
        return [self._taken(number, one, _written(turn), told) for number, one in enumerate(made, 1)]

    def _taken(self, number: int, made: Proposal, written: dict[int, str], told: str) -> Proposal:
        text = printable(written.get(number, "")).strip()
        if not text or len(text) > LONGEST_TEXT:
            return made
        material = made.text if made.kind == "status_update" else told  # a customer reads nothing of what is internal
        known = {atom.value for line in material.splitlines() for atom in scan(line)[0]}
        if strange := [atom.value for atom in scan(text)[0] if atom.value not in known]:
            self._warn(f"Text {number} of the model was not taken: it may not hold {', '.join(strange[:3])}.")
            return made
        return made.model_copy(update={"text": text})


def _material(texts: UpdateTexts, made: list[Proposal]) -> dict[str, Any]:
    """What the model is shown; a customer's draft has what that customer may know beside it, and no more."""
    inputs = texts.inputs
    lines = news_lines(texts.news, inputs.evidence, Phrases(None, "en"), next(iter(texts.after.values())).zone)
    return {
        "now": texts.news.now.isoformat(),
        "team": texts.standing.target.value,
        "severity": texts.standing.severity.value,
        "matter": texts.standing.result.summary,
        "new_for_the_team": lines,
        "drafts": [
            {"number": number, "reader": one.kind, "destination": one.destination, "text": one.text}
            for number, one in enumerate(made, 1)
        ],
    }


def _written(turn: Turn) -> dict[int, str]:
    """The texts by number; none of an answer that was cut or refused."""
    if turn.stop_reason != "tool_use":
        return {}
    given = next((use.input for use in turn.message.tool_uses if use.name == HAND_IN), {})
    found = given.get("texts")
    rows = [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
    return {row["number"]: row["text"] for row in rows
            if isinstance(row.get("number"), int) and isinstance(row.get("text"), str)}  # fmt: skip
