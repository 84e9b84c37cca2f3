"""Long records in parts: put together they are what they were, no part is too long, and what changes in between is noticed."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill_runtime.parts import joined
from support_connectors.backend import InvalidCursor, InvalidInput
from support_connectors.parts import part_of

MOST = 2_000
Item = dict[str, Any]


def parts_of(item: Item, required: tuple[str, ...] = ()) -> list[Item]:
    """All parts."""
    parts: list[Item] = []
    cursor = None
    while not parts or cursor:
        part, cursor = part_of(item, cursor, MOST, required)
        parts.append(part)
    return parts


def together(parts: list[Item]) -> Item:
    """As a client puts them together."""
    whole = parts[0]
    for part in parts[1:]:
        whole = joined(whole, part)
    return whole


letters = st.text(st.characters(codec="ascii", categories=("L", "N")), max_size=5_000)
same = st.builds(lambda sign, length: sign * length, st.sampled_from("x y"), st.integers(0, 9_000))
texts = letters | same


@given(st.lists(texts, max_size=12))
def test_every_message_comes_whole_in_one_part_or_several(said: list[str]) -> None:
    messages = [{"ref": f"t/{n}", "text": text} for n, text in enumerate(said)]
    item = {"ref": "t/1", "kind": "ticket", "subject": "S", "messages": messages}
    parts = parts_of(item)
    for part in parts:
        assert (part["ref"], part["kind"], part["subject"]) == ("t/1", "ticket", "S")
        assert len(json.dumps(part)) <= 2 * MOST
    assert together(parts) == item


@given(texts)
def test_a_long_text_is_divided(text: str) -> None:
    item = {"ref": "a/1", "text": text}
    assert together(parts_of(item)) == item


records = st.lists(st.builds(lambda text: {"text": text, "author": "A"}, texts), max_size=4)
"""The refs are given below: in one list no two are the same."""
values = (
    texts | st.lists(texts, max_size=4) | st.dictionaries(st.sampled_from("abcde"), texts | st.lists(texts), max_size=4)
)


@given(records, st.dictionaries(st.sampled_from(["body", "extra", "labels", "contacts"]), values, max_size=4))
def test_whatever_is_long_in_it_the_parts_make_the_item(said: list[Item], more: Item) -> None:
    item = {"ref": "t/1", "messages": [{"ref": f"t/{n}", **one} for n, one in enumerate(said)], **more, "last": None}
    parts = parts_of(item)
    assert together(parts) == item
    assert all(list(part) == [field for field in item if field in part] for part in parts), "fields keep their order"


def test_no_part_is_much_too_long_however_many_fields_are() -> None:
    item = {
        "ref": "crm/1", "name": "Acme",
        "timeline": [{"ref": f"crm/1-{n}", "text": "x" * 900} for n in range(40)],
        "contacts": [{"name": "y" * 300} for _ in range(40)],
        "extra": {f"field {n}": "z" * 700 for n in range(40)},
    }  # fmt: skip
    parts = parts_of(item, ("name", "contacts"))
    assert max(len(json.dumps(part)) for part in parts) <= 2 * MOST
    assert all("contacts" in part for part in parts), "what a schema asks for is there, if it is empty"
    assert together(parts) == item


def test_a_short_record_is_one_part_as_it_is() -> None:
    item = {"ref": "t/1", "messages": [{"text": "x"}]}
    assert part_of(item, None) == (item, None)


@pytest.mark.parametrize("cursor", ["x", "1", "-1:0", "1:x", "1:2:3", ":", ":::", "0:0:x:abc", "0:0:99999999999:abc"])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput, match="no next_cursor"):
        part_of({"ref": "t/1", "text": "x"}, cursor)


def thread(count: int = 8) -> Item:
    return {"ref": "t/1", "status": "open", "messages": [{"ref": f"t/{n}", "text": "x" * 900} for n in range(count)]}


def test_a_reply_that_comes_in_between_is_in_the_last_part() -> None:
    before, after = thread(), thread(9)
    first, cursor = part_of(before, None, MOST)
    whole = first
    while cursor:
        part, cursor = part_of(after, cursor, MOST)
        whole = joined(whole, part)
    assert whole == after


@pytest.mark.parametrize("what", ["taken away", "edited", "put before", "another record"])
def test_where_what_was_handed_out_is_another_now_the_cursor_is_refused(what: str) -> None:
    item = thread()
    _, cursor = part_of(item, None, MOST)
    if what == "taken away":
        del item["messages"][0]
    elif what == "edited":
        item["messages"][0]["text"] += " edited"
    elif what == "put before":
        item["messages"].insert(0, {"ref": "t/0a", "text": "y"})
    else:
        item["ref"] = "t/2"
    with pytest.raises(InvalidCursor, match=r"changed since\. Read it again from its beginning"):
        part_of(item, cursor, MOST)


def test_an_edit_of_the_very_text_that_goes_on_is_noticed() -> None:
    item = {"ref": "a/1", "body": "x" * 9_000}
    _, cursor = part_of(item, None, MOST)
    with pytest.raises(InvalidCursor):
        part_of({**item, "body": "y" + "x" * 9_000}, cursor, MOST)
