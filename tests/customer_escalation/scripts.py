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


def draft_of(name: str) -> dict[str, dict[str, Any]]:
    """The draft that a person wrote for a case by its kind, ``escalation`` or ``handling``, as an assistant hands it in."""
    found: dict[str, dict[str, Any]] = json.loads((SCRIPTS / "drafts" / f"{name}.json").read_text(encoding="utf-8"))
    return found


def spoilt(written: list[Block], sentence: str = FOREIGN) -> list[Block]:
    """The same document with a sentence more, by default one that no record carries."""
    blocks = copy.deepcopy(written)
    heading, below = _place(blocks[0]["text"])
    blocks[0]["text"] = blocks[0]["text"].replace(f"{heading}\n{below}", f"{heading}\n{sentence}\n\n{below}")
    return blocks


def edit(**more: Any) -> list[Block]:
    """The last reader's edit: nothing, or what is given."""
    return [{"type": "tool_use", "name": "edit", "input": {"edits": [], **more}}]


def healed(written: list[Block], indexed: list[Block], sentence: str = FOREIGN) -> list[Block]:
    """The edit that makes a spoilt document what it was, with its index."""
    blocks = copy.deepcopy(indexed)
    lines = spoilt(written, sentence)[0]["text"].split("\n")
    number = lines.index(sentence) + 1
    blocks[0]["input"]["edits"] = [
        {"do": "delete", "first": number, "last": number + 1, "begins": "", "after": 0, "text": ""}
    ]
    return blocks


def _place(document: str) -> tuple[str, str]:
    """A heading and the line below it."""
    lines = document.split("\n")
    at = next((n for n, line in enumerate(lines) if line == "### Issue Description"), None)
    if at is None:
        at = next(n for n, line in enumerate(lines) if line.startswith("###"))
    return lines[at], lines[at + 1]


def person_answers(name: str) -> dict[str, Any]:
    """What a person answers about a case without a model: which tickets are meant, nothing heavy, a defect that we see."""
    tickets = [ticket["id"] for ticket in case(name)["records"]["support_platform"] if ticket["status"] != "solved"]
    no = ("data_harmed", "production_stopped", "churn_threat", "executive_requested", "policy_exception", "pr_or_legal_risk",
          "cross_functional_decision", "documented_solution", "support_can_configure", "guidance_only",
          "known_limitation_with_alternative", "feature_gap")  # fmt: skip
    light = {"security": "none", "workaround": "none", "open_ask": "technical_work", "impact": "major_function_broken"}
    return {"case": tickets, **dict.fromkeys(no, "no"), **light, "bug_confirmed": "yes"}


def answers_file(folder: Path, name: str) -> str:
    """The same as a file."""
    path = folder / f"answers-{name}.json"
    path.write_text(json.dumps(person_answers(name)), encoding="utf-8")
    return str(path)
