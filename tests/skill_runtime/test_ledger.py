"""Records of the ledger."""

from skill_runtime.ledger import Record


def test_a_copy_with_other_data_has_a_text_of_its_own() -> None:
    record = Record(ref="chat/C-1", data={"text": "It fails.", "at": "2026-03-04"})
    assert record.text == "It fails.\n2026-03-04"
    assert record.model_copy(update={"data": {"text": "It works."}}).text == "It works."
    assert record.text == "It fails.\n2026-03-04"
    assert record.model_copy() == record
