"""Schemas of strict tools: every property of every object required, no other allowed, nothing left to fill in."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from customer_escalation.domain.facts import StatedAssessment
from customer_escalation.domain.index import DocumentIndex
from customer_escalation.domain.tool_schema import tool_schema


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every schema of an object within a schema."""
    if isinstance(value, dict):
        if value.get("type") == "object":
            yield value
        value = list(value.values())
    for item in value if isinstance(value, list) else ():
        yield from objects(item)


@pytest.mark.parametrize("model", [DocumentIndex, StatedAssessment])
def test_every_property_is_required_though_the_model_has_a_default(model: type[BaseModel]) -> None:
    found = list(objects(tool_schema(model, str)))
    assert len(found) >= 3
    assert set(found[0]["properties"]) == set(model.model_fields)
    for one in found:
        assert one["required"] == list(one["properties"])
        assert one["additionalProperties"] is False


def test_limits_and_defaults_stay_with_the_model_and_slots_are_filled() -> None:
    words = json.dumps(tool_schema(DocumentIndex, lambda text: text.replace("{{ ask-table }}", "a verb of theirs")))
    for word in ('"maxLength"', '"default"', '"title"', "{{ ask-table }}"):
        assert word not in words
    assert "What that team can do: a verb of theirs." in words
