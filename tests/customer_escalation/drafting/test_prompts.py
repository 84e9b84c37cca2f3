"""The texts for models: each can be rendered, each is used, and what both ways in say is one text."""

from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError
from tests.customer_escalation.casebook import policy

from customer_escalation.domain.outcomes import Target
from customer_escalation.drafting import prompts
from customer_escalation.drafting.prompts import prompt
from customer_escalation.drafting.prompts.decided import HandIn
from customer_escalation.policy.text import fill

FOLDER = Path(str(prompts.__file__)).parent
PACKAGE = FOLDER.parents[1]
TEXTS = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.md*"))
DECISION: dict[str, Any] = {
    "severity": "High", "pattern": policy().pattern, "lately": ["Bell & Oak (T-2, solved): It stops"],
    "target": "Engineering", "also_notify": ["Product"],
    "own_reading": ("escalate", "Medium", "Product"),
    "undecided": ["E-BIZ: nobody said"], "hold": ["E-BUG: reproduced"], "not_held": ["E-DOWN: nothing stopped"],
    "untested": ["E-SLA: no CRM"], "would_change": ["churn threat yes instead of no: escalate"],
    "printed": ["Time in queue: 4 h"], "figures": ["ARR: $1"], "contents": "the environment",
    "words_read": 1000, "submit": HandIn("hand_in"), "hints": ["Look here."], "gaps": ["No CRM."],
    "contested": ["No."], "read": True,
}  # fmt: skip
VALUES: dict[str, list[dict[str, Any]]] = {
    "tools/assess.md.j2": [{"assistant": True}, {"assistant": False}],
    "first_message.md.j2": [
        {
            "issue": "It fails.",
            "now": "today",
            "reported_by": "Support",
            "gaps": gaps,
            "listed": listed,
            "more": more,
            "records": "- a | b",
        }
        for gaps, listed, more in (((), (), ()), (("The CRM could not be read.",), ("chat (3)",), ("CRM (8 of 40)",)))
    ],
    "writing.md.j2": [{"escalation": 1500, "note": 1000, "more": 100, "assistant": one} for one in (True, False)],
    "target_contents.md.j2": [{"target": target.value} for target in Target],
    "decision.md.j2": [
        DECISION,
        {**DECISION, "severity": "", "target": "", "own_reading": None, "undecided": []},
        {**DECISION, "submit": None, "read": False},
        {**DECISION, "submit": HandIn()},
        {**DECISION, "submit": HandIn(kept=True)},
    ],
    "index.md.j2": [{"findings": findings, "document": "1\tEscalate."} for findings in ("", "- line 1: no.")],
    "edit.md.j2": [
        {
            "decision": "Escalate.",
            "document": "Escalate.",
            "findings": findings,
            "escalates": escalates,
            "length": "Long.",
        }
        for findings, escalates in (("", True), ("- line 1: it is empty. (B4, H)", False))
    ],
}
"""For each template, values that bring up each of its branches."""


def test_every_template_has_values_here() -> None:
    assert sorted(VALUES) == [name for name in TEXTS if name.endswith(".j2")]


@pytest.mark.parametrize("name", TEXTS)
def test_each_text_can_be_rendered_and_leaves_no_slot_open(name: str) -> None:
    for values in VALUES.get(name, [{}]):
        text = fill(prompt(name, **values), policy())
        assert text
        assert text == text.strip()
        assert not any(mark in text for mark in ("{{", "{%", "}}", "%}"))


@pytest.mark.parametrize("name", [name for name in TEXTS if name.endswith(".j2")])
def test_a_missing_value_is_an_error_and_no_gap_in_the_text(name: str) -> None:
    with pytest.raises(UndefinedError):
        prompt(name)


@pytest.mark.parametrize("name", TEXTS)
def test_each_text_is_used(name: str) -> None:
    sources = [path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")]
    assert any(f'"{name}"' in source or f"'{name}'" in source for source in sources)


def test_values_are_put_in_as_they_are() -> None:
    hostile = "{{ 7 * 7 }} {% raw %} <b>"
    assert hostile in prompt(
        "first_message.md.j2", issue=hostile, now="", reported_by="", gaps=(), listed=(), more=(), records=""
    )


def test_both_ways_in_say_the_same_of_facts_and_drafts() -> None:
    assistant, run = (prompt("tools/assess.md.j2", assistant=assistant) for assistant in (True, False))
    for words in (assistant, run):
        told = " ".join(words.split())
        assert told.startswith(
            "State the facts of the case, each with the refs of the records that show it, once you have read"
        )
        assert "Never bend a fact to get a decision." in told
    assert len(run) < len(assistant), "a run is told elsewhere how it goes on"


def test_a_decision_says_how_the_document_is_handed_in() -> None:
    text = prompt("decision.md.j2", **DECISION)
    assert "Decision: escalate. Severity: High. Target: Engineering. Also notify: Product." in text
    assert "Your own reading was escalate, Medium, Product." in text
    for told in (
        "E-BIZ: nobody said",
        "E-BUG: reproduced",
        "Time in queue: 4 h",
        "ARR: $1",
        "About 1000 words",
        "the environment",
    ):
        assert told in text
    assert "its context names who can answer" in text
    assert "hand it with its index to `hand_in`" in text
    handled = prompt("decision.md.j2", **VALUES["decision.md.j2"][1])
    assert handled.startswith("Decision: handle in support, no escalation.")
    assert "Bell & Oak (T-2, solved): It stops" in handled
    assert "Undecided" not in handled
    assert "your whole next answer is its text" in prompt("decision.md.j2", **VALUES["decision.md.j2"][3])
