"""Records of the ledger."""

from typing import Any

import pytest

from skill_runtime.ledger import Ledger, Record


def test_a_copy_with_other_data_has_a_text_of_its_own() -> None:
    record = Record(ref="chat/C-1", data={"text": "It fails.", "at": "2026-03-04"})
    assert record.text == "It fails.\n2026-03-04"
    assert record.model_copy(update={"data": {"text": "It works."}}).text == "It works."
    assert record.text == "It fails.\n2026-03-04"
    assert record.model_copy() == record


def test_parts_come_in_the_order_of_first_sight_and_of_one_item_alone() -> None:
    ledger = Ledger()
    ledger.add({"ref": "chat/M-2", "text": "Second."})
    ledger.add({"ref": "chat/T-1", "items": [{"ref": "chat/M-1"}, {"ref": "chat/M-3"}]})
    ledger.add({"ref": "chat/M-2", "parent": "chat/T-1", "text": "Second.", "at": "2026-03-04"})
    assert [record.id for record in ledger.children("chat/T-1")] == ["M-2", "M-1", "M-3"]
    ledger.put(Record(ref="chat/M-1", parent="chat/T-9", data={}))
    assert [record.id for record in ledger.children("chat/T-1")] == ["M-2", "M-3"]
    assert [record.id for record in ledger.children("chat/T-9")] == ["M-1"]
    assert ledger.children("chat/M-1") == []


def test_it_tells_that_a_record_was_added_or_replaced_and_not_that_one_was_seen_again() -> None:
    ledger = Ledger()
    seen = [ledger.changes]
    whole, part = {"ref": "crm/A-1", "name": "Orchard", "tier": "Gold"}, {"ref": "crm/A-1", "name": "Orchard"}
    for result in (part, whole, part):
        ledger.add(result)
        seen.append(ledger.changes)
    assert seen == [0, 1, 2, 2]


CUT = {
    "ref": "desk/1",
    "status": "open",
    "body": "The beginning.",
    "parts_complete": False,
    "rest_not_read": "it failed",
}
SHOWN = {"ref": "desk/1", "status": "open"}
READ = {"ref": "desk/1", "status": "open", "body": "The beginning. The end."}


@pytest.mark.parametrize(
    ("results", "data"),
    [
        ([{"items": [SHOWN]}, {"item": CUT}], CUT),
        ([{"item": CUT}, {"items": [SHOWN]}], CUT),
        ([{"item": CUT}, {"items": [READ]}], CUT),
        ([{"item": CUT}, {"item": READ}], READ),
        ([{"item": READ}, {"item": CUT}], READ),
        ([{"item": READ}, {"item": CUT}, {"items": [SHOWN]}], READ),
        ([{"item": CUT}, {"item": {**CUT, "body": "The beginning. More."}}], {**CUT, "body": "The beginning. More."}),
        ([{"item": {**CUT, "body": "The beginning. More."}}, {"item": CUT}], {**CUT, "body": "The beginning. More."}),
        ([{"items": [READ]}, {"item": CUT}], {**READ, "parts_complete": False, "rest_not_read": "it failed"}),
    ],
    ids=["shown, cut", "cut, shown", "cut, shown whole", "cut, read", "read, cut", "read, cut, shown", "cut, cut later", "cut, cut earlier",
         "shown whole, cut"],
)  # fmt: skip
def test_that_the_rest_of_a_record_was_not_read_is_forgotten_only_once_it_was(
    results: list[dict[str, Any]], data: dict[str, Any]
) -> None:
    ledger = Ledger()
    for result in results:
        ledger.add(result)
    record = ledger.get("desk/1")
    assert record is not None
    assert record.data == data


def test_a_message_that_was_cut_is_replaced_by_one_that_a_search_shows_whole() -> None:
    ledger = Ledger()
    cut = {
        "ref": "desk/1-m1",
        "text": "The beginning.",
        "text_complete": False,
        "rest_not_read": "it may go on: it failed",
    }
    ledger.add({"item": {**SHOWN, "messages": [cut], "parts_complete": False, "rest_not_read": "it failed"}})
    ledger.add({"items": [{**SHOWN, "messages": [{"ref": "desk/1-m1", "text": "The beginning. The end."}]}]})
    record = ledger.get("desk/1-m1")
    assert record is not None
    assert record.data == {"ref": "desk/1-m1", "text": "The beginning. The end."}
