"""Long records in parts: all of it is there, in order, and no part is too long."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support_connectors.backend import InvalidInput
from support_connectors.parts import part_of

MOST = 2_000


def read(item: dict[str, object]) -> list[dict[str, object]]:
    """All parts."""
    parts, cursor = [], None
    while True:
        part, cursor = part_of(item, cursor, MOST)
        parts.append(part)
        if cursor is None:
            return parts


@given(st.lists(st.text(st.characters(codec="ascii", categories=("L", "N")), max_size=5_000), max_size=12))
def test_every_message_comes_whole_in_one_part_or_several(texts: list[str]) -> None:
    messages = [{"ref": f"t/{n}", "text": text} for n, text in enumerate(texts)]
    parts = read({"ref": "t/1", "kind": "ticket", "subject": "S", "messages": messages})
    found: dict[str, str] = {}
    for part in parts:
        assert (part["ref"], part["kind"], part["subject"]) == ("t/1", "ticket", "S")
        assert len(json.dumps(part)) <= 2 * MOST
        for message in part["messages"]:  # type: ignore[attr-defined]
            found[message["ref"]] = found.get(message["ref"], "") + message["text"]
    assert found == {message["ref"]: message["text"] for message in messages}


@given(st.text(st.characters(codec="ascii", categories=("L", "N")), max_size=20_000))
def test_a_long_text_is_divided(text: str) -> None:
    parts = read({"ref": "a/1", "text": text})
    assert "".join(str(part["text"]) for part in parts) == text


def test_a_short_record_is_one_part_as_it_is() -> None:
    item = {"ref": "t/1", "messages": [{"text": "x"}]}
    assert part_of(item, None) == (item, None)


@pytest.mark.parametrize("cursor", ["x", "1", "-1:0", "1:x", "1:2:3", ":"])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput, match="no next_cursor"):
        part_of({"ref": "t/1", "text": "x"}, cursor)
