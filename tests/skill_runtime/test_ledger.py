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
