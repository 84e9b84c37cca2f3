"""Records of the ledger."""

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
