"""A text as numbered lines, and what edits by line make of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_escalation.domain.lines import LineEdit, NoSuchLine, NumberedText


def edit(do: str, first: int, last: int = 0, text: str = "", after: int = 0, begins: str = "") -> LineEdit:
    return LineEdit.model_validate(
        {"do": do, "first": first, "last": last or first, "after": after, "text": text, "begins": begins}
    )


def test_lines_are_replaced_taken_out_put_in_and_moved() -> None:
    changed = NumberedText("One.\nTwo.\nThree.\nFour.").edited([
        edit("replace", 1, text="Uno.\nDue."),
        edit("move", 2, after=4),
        edit("delete", 3),
        edit("insert", 4, text="Seven."),
    ])  # fmt: skip
    assert changed == "Uno.\nDue.\nFour.\nTwo.\nSeven."


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
    assert NumberedText(before).edited([edit("delete", taken)]) == after


def test_a_text_whose_lines_are_all_taken_out_is_empty() -> None:
    assert NumberedText("One.\nTwo.").edited([edit("delete", 1, 2)]) == ""


def test_no_edit_changes_nothing() -> None:
    assert NumberedText("One.\n\nTwo.").edited([]) == "One.\n\nTwo."


@pytest.mark.parametrize(
    ("edits", "message"),
    [
        ([edit("delete", 9_000)], "There are no lines 9000 to 9000"),
        ([edit("delete", 4, 2)], "There are no lines 4 to 2"),
        ([edit("insert", 9_000, text="x")], "There is no line 9000"),
        ([edit("move", 2, after=9_000)], "There is no line 9000"),
        ([edit("move", 2)], "There is no line 0"),
        ([edit("delete", 2), edit("replace", 2, text="x")], "Two edits take line 2"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_line(edits: list[LineEdit], message: str) -> None:
    with pytest.raises(NoSuchLine, match=message):
        NumberedText("a\nb\nc\nd").edited(edits)


def test_an_edit_whose_number_is_off_goes_to_the_line_that_its_words_begin() -> None:
    one = edit("replace", 3, text="2. Read the log.", begins="2. look at the")
    text = NumberedText("1. Stop it.\n2. Look at **the log**.\n3. Start it.")
    assert text.edited([one]) == "1. Stop it.\n2. Read the log.\n3. Start it."


def test_an_edit_whose_words_begin_no_line_nearby_is_refused() -> None:
    with pytest.raises(NoSuchLine, match=r"does not begin with “Seven” but with “One\.”"):
        NumberedText("One.\nTwo.").edited([edit("delete", 1, begins="Seven")])


@given(st.sets(st.integers(0, 3)))
def test_lines_that_no_edit_takes_stay_in_their_order(gone: set[int]) -> None:
    left = NumberedText("a\nb\nc\nd").edited([edit("delete", offset + 1) for offset in gone])
    assert left == "\n".join(letter for offset, letter in enumerate("abcd") if offset not in gone)
