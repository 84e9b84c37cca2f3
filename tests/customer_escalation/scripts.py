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
    section = "impact" if "impact" in draft else "note"
    draft[section] = f"{draft[section]} {FOREIGN}"
    return blocks


def edit(**more: Any) -> list[Block]:
    """The last reader's edit: nothing, or what is given."""
    return [{"type": "tool_use", "name": "edit", "input": {"edits": [], **more}}]


def healed(submit: list[Block]) -> list[Block]:
    """The edit that makes a spoilt submit what it was."""
    draft = next(block["input"] for block in submit if block.get("name", "").startswith("submit_"))
    section = "impact" if "impact" in draft else "note"
    return edit(places=[{"path": section, "text": draft[section]}])


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
