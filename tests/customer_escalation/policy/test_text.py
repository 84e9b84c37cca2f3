"""The policy in words: what the model reads says what the policy in force says."""

import dataclasses
import json
import re

import pytest
from tests.customer_escalation.casebook import policy
from tests.customer_escalation.cases.opened import opened
from tests.customer_escalation.drafts import records

from customer_escalation.cases.drafting_tools import DraftingTools
from customer_escalation.headless import unattended_instructions
from customer_escalation.policy import Policy
from customer_escalation.policy.text import BLOCKS, VALUES, fill, in_force
from customer_escalation.resources import skill_folder

TEXT = """Before.
<!-- policy:thresholds -->
old words
<!-- /policy -->
Worth <!-- policy:high-value-arr -->$1<!-- /policy --> a year, as in
<!-- policy:example -->
9 hours
<!-- /policy -->
"""


def changed(**brief: object) -> Policy:
    """The policy with other limits of the brief, and a lower bound for high-value customers."""
    data = policy().model_dump()
    data["brief"] |= brief
    data["high_value"]["arr_usd"] = 7_000.0
    return Policy.model_validate(data)


def test_marked_passages_say_what_the_policy_in_force_says() -> None:
    text = in_force(TEXT, changed())
    assert "ARR of 7,000 USD or more" in text
    assert "Worth 7,000 USD a year" in text
    assert "9 hours" in text
    assert "old words" not in text
    assert "policy:" not in text


def test_slots_are_filled_and_an_unknown_one_is_an_error() -> None:
    assert fill("{{ max-repairs }} repairs, {{ high-value-arr }}", changed(max_repairs=9)) == "9 repairs, 7,000 USD"
    with pytest.raises(KeyError):
        fill("{{ nonsense }}", policy())


def test_every_name_can_be_rendered() -> None:
    assert all(render(policy()).strip() for render in (*BLOCKS.values(), *VALUES.values()))


def test_the_criteria_are_those_of_the_table_at_the_levels_in_force() -> None:
    told = BLOCKS["criteria"](policy())
    assert "| E-TREND | escalation, as a suggestion | Priority or scope rising over time. |" in told
    assert "| E-DATA | escalation, even where support could resolve it |" in told
    assert not re.search(r"\| (E-NONE|S1|T2) \|", told)
    own = Policy.model_validate(policy().model_dump() | {"levels": {"E-TREND": "H", "E-DATA": "W", "H2": "off"}})
    changed_text = BLOCKS["criteria"](own)
    assert "| E-TREND | escalation | Priority" in changed_text
    assert "| E-DATA | escalation, as a suggestion | " in changed_text
    assert "| H2 |" not in changed_text


async def test_instructions_and_schemas_carry_the_figures_in_force() -> None:
    tools = DraftingTools(*await opened(records()), policy()).tools()
    schemas = json.dumps([dataclasses.asdict(tool.spec) for tool in tools])
    assert "Leadership: decide, approve, prioritise" in schemas
    assert "{{" not in schemas
    assert "{{" not in unattended_instructions(policy())


def test_no_dollar_sign_stands_before_a_digit_where_hosts_would_put_an_argument() -> None:
    for path in skill_folder().rglob("*.md"):
        assert not re.search(r"\$\d", path.read_text(encoding="utf-8")), path
