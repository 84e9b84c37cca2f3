"""A draft as numbered lines, and what edits by line make of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.customer_escalation.drafts import escalation

from customer_escalation.domain.draft import EscalationDraft
from customer_escalation.domain.lines import LineEdit, NoSuchLine, NumberedDraft
from customer_escalation.domain.prose import passages


def draft(**changes: Any) -> EscalationDraft:
    return EscalationDraft.model_validate(escalation(**changes))


def edit(do: str, first: int, last: int = 0, text: str = "", after: int = 0) -> LineEdit:
    return LineEdit.model_validate({"do": do, "first": first, "last": last or first, "after": after, "text": text})


def at(numbered: NumberedDraft, path: str) -> int:
    """The number of the line that names the path."""
    return next(line.number for line in numbered.lines if line.path == path)


def test_every_text_is_there_line_by_line_below_its_path() -> None:
    one = draft(opening="First.\nSecond.", ideas="")
    told = NumberedDraft.of(one).told({"opening": "four lines at most"})
    assert "\t== opening (four lines at most)\n" in told
    assert [line.partition("\t")[0] for line in told.splitlines()] == [str(n) for n in range(1, told.count("\n") + 2)]
    assert "ideas" not in told
    for passage in passages(one):
        for line in passage.written.split("\n"):
            assert f"\t{line}" in told


def test_lines_are_replaced_taken_out_put_in_and_moved_to_another_text() -> None:
    numbered = NumberedDraft.of(draft(opening="One.\nTwo.\nThree.", description="Four. Five. Six."))
    opening, description = at(numbered, "opening"), at(numbered, "description")
    changed = numbered.edited([
        edit("replace", opening + 1, text="Uno.\nDue."),
        edit("move", opening + 2, after=description),
        edit("delete", opening + 3),
        edit("insert", description + 1, text="Seven."),
    ])  # fmt: skip
    assert changed == {"opening": "Uno.\nDue.", "description": "Two.\nFour. Five. Six.\nSeven."}


@pytest.mark.parametrize(
    ("before", "taken", "after"),
    [
        ("1. One.\n2. Two.\n3. Three.", 2, "1. One.\n2. Three."),
        ("1. One.\n2. Two.\n   More.\n3. Three.", 1, "1. Two.\n   More.\n2. Three."),
        ("1. One.\n2. Two.\nThen:\n1. Three.\n2. Four.", 4, "1. One.\n2. Two.\nThen:\n1. Four."),
        ("1) One.\n```\n7. code\n```\n1) Two.\n2) Three.", 5, "1) One.\n```\n7. code\n```\n1) Three."),
        ("3. March was bad.\nIt was.\nSo was April.", 2, "3. March was bad.\nSo was April."),
        ("| 1 | One. |\n| 2 | Two. |\n| 3 | Three. |", 2, "| 1 | One. |\n| 3 | Three. |"),
    ],
)
def test_a_list_that_counted_one_by_one_does_so_when_an_item_is_gone(before: str, taken: int, after: str) -> None:
    numbered = NumberedDraft.of(draft(opening=before))
    assert numbered.edited([edit("delete", at(numbered, "opening") + taken)]) == {"opening": after}


def test_a_text_whose_lines_are_all_taken_out_is_empty() -> None:
    numbered = NumberedDraft.of(draft(opening="One.\nTwo."))
    first = at(numbered, "opening") + 1
    assert numbered.edited([edit("delete", first, first + 1)]) == {"opening": ""}


def test_a_text_is_taken_out_by_the_line_that_names_it_whatever_words_it_is_said_to_begin_with() -> None:
    numbered = NumberedDraft.of(draft(opening="One.\nTwo."))
    head = at(numbered, "opening")
    named = edit("delete", head).model_copy(update={"begins": "== opening"})
    assert numbered.edited([named]) == {"opening": ""}
    assert numbered.edited([edit("delete", head, head + 1), edit("delete", head + 2)]) == {"opening": ""}


def test_no_edit_changes_nothing() -> None:
    assert NumberedDraft.of(draft()).edited([]) == {}


@pytest.mark.parametrize(
    ("edits", "message"),
    [
        ([edit("delete", 9_000)], "There are no lines 9000 to 9000"),
        ([edit("delete", 4, 2)], "There are no lines 4 to 2"),
        ([edit("insert", 9_000, text="x")], "There is no line 9000"),
        ([edit("move", 2, after=9_000)], "There is no line 9000"),
        ([edit("move", 2)], "There is no line 0"),
        ([edit("delete", 2), edit("replace", 2, text="x")], "Two edits take line 2"),
        ([edit("replace", 1, text="x")], "Line 1 names the text `sender`"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_line(edits: list[LineEdit], message: str) -> None:
    with pytest.raises(NoSuchLine, match=message):
        NumberedDraft.of(draft()).edited(edits)


def test_an_edit_whose_number_is_off_goes_to_the_line_that_its_words_begin() -> None:
    numbered = NumberedDraft.of(draft(opening="1. Stop it.\n2. Look at **the log**.\n3. Start it."))
    second = at(numbered, "opening") + 2
    one = edit("replace", second + 1, text="2. Read the log.").model_copy(update={"begins": "2. look at the"})
    assert numbered.edited([one]) == {"opening": "1. Stop it.\n2. Read the log.\n3. Start it."}


def test_an_edit_whose_words_begin_no_line_nearby_is_refused() -> None:
    numbered = NumberedDraft.of(draft(opening="One.\nTwo."))
    first = at(numbered, "opening") + 1
    with pytest.raises(NoSuchLine, match=r"does not begin with “Seven” but with “One\.”"):
        numbered.edited([edit("delete", first).model_copy(update={"begins": "Seven"})])


@given(st.data())
def test_lines_that_no_edit_takes_stay_in_their_order(data: st.DataObject) -> None:
    numbered = NumberedDraft.of(draft(opening="a\nb\nc\nd"))
    first = at(numbered, "opening") + 1
    gone = data.draw(st.sets(st.integers(0, 3)))
    left = numbered.edited([edit("delete", first + offset) for offset in gone])
    wanted = "\n".join(letter for offset, letter in enumerate("abcd") if offset not in gone)
    assert left == ({"opening": wanted} if gone else {})
