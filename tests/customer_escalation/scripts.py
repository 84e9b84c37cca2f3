"""Answers that a person wrote by hand, playing the model from the requests alone; one file a case."""

import copy
import json
from pathlib import Path
from typing import Any

from tests.messages_api import Block

CASES = Path(__file__).parent.parent / "cases"
SCRIPTS = Path(__file__).parent.parent / "scripts"
NAMES = sorted(path.stem for path in SCRIPTS.glob("*.json"))
FOREIGN = "In all 9,731 rows were lost in Reykjavik."
"""A sentence that no record of any case carries."""


def case(name: str) -> dict[str, Any]:
    """A case file."""
    found: dict[str, Any] = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    return found


def issue(name: str) -> str:
    """What the person types."""
    return str(case(name)["invocation"]).removeprefix("/customer-escalation").strip()


def answers(name: str) -> list[list[Block]]:
    """The model's answers, turn by turn."""
    found: list[list[Block]] = json.loads((SCRIPTS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def spoilt(submit: list[Block]) -> list[Block]:
    """The same submit with a sentence that its citations do not carry."""
    blocks = copy.deepcopy(submit)
    draft = next(block["input"] for block in blocks if block.get("name", "").startswith("submit_"))
    section = "impact" if "impact" in draft else "reason"
    draft[section] = f"{draft[section]} {FOREIGN}"
    return blocks
