"""A section's text read by the template's labels: pieces, what stands under one, and the parts of a reproduction."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.customer_escalation.drafts import reproduction

from customer_escalation.domain.template import (
    Block,
    Reproduction,
    blocks,
    is_called,
    label_at,
    labelled,
    reproduction_of,
    under,
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("\n \n", []),
        ("Just words.", [("", "Just words.", "Just words.")]),
        ("- **SLA:** Met.", [("SLA", "- **SLA:** Met.", "Met.")]),
        ("**SLA:** Met.", [("SLA", "**SLA:** Met.", "Met.")]),
        ("* **SLA**: Met.", [("SLA", "* **SLA**: Met.", "Met.")]),
        ("- **SLA** : Met.", [("SLA", "- **SLA** : Met.", "Met.")]),
        ("- **SLA** (24x7 [[crm/A-1]])**:** Met.", [("SLA", "- **SLA** (24x7 [[crm/A-1]])**:** Met.", "(24x7 [[crm/A-1]])**:** Met.")]),
        ("SLA: Met.", [("", "SLA: Met.", "SLA: Met.")]),  # no word with one capital letter
        ("Expected: It ends.", [("Expected", "Expected: It ends.", "It ends.")]),
        ("- Expected: It ends.", [("Expected", "- Expected: It ends.", "It ends.")]),
        ("**SLA:**", [("SLA", "**SLA:**", "")]),
        ("- **SLA:**\n  - T-1 met.\n  - T-2 late.", [("SLA", "- **SLA:**\n  - T-1 met.\n  - T-2 late.", "- T-1 met.\n  - T-2 late.")]),
        ("- **A:** one\n- **B:** two", [("A", "- **A:** one", "one"), ("B", "- **B:** two", "two")]),
        ("- **A:** one\n- **A:** two", [("A", "- **A:** one", "one"), ("A", "- **A:** two", "two")]),
        ("First.\n\n- **A:** one\n\n- two", [("", "First.", "First."), ("A", "- **A:** one\n\n- two", "one\n\n- two")]),
        ("- **A:** one\n  **B:** in it", [("A", "- **A:** one\n  **B:** in it", "one\n  **B:** in it")]),
        ("- **A:** one\n\n| X | Y |\n|---|---|\n| **C:** 1 | 2 |",
         [("A", "- **A:** one\n\n| X | Y |\n|---|---|\n| **C:** 1 | 2 |", "one\n\n| X | Y |\n|---|---|\n| **C:** 1 | 2 |")]),
        ("**Bold words** and more", [("", "**Bold words** and more", "**Bold words** and more")]),
        ("**SLA:**Met.", [("", "**SLA:**Met.", "**SLA:**Met.")]),
        ("At 10:30 it ended.", [("", "At 10:30 it ended.", "At 10:30 it ended.")]),
        ("Https://example.com is down", [("", "Https://example.com is down", "Https://example.com is down")]),
    ],
)  # fmt: skip
def test_a_text_is_cut_where_a_label_stands_at_the_left_edge(text: str, found: list[tuple[str, str, str]]) -> None:
    assert [(block.label, block.text, block.content) for block in blocks(text)] == found


LINES = st.lists(
    st.sampled_from(["- **A:** one", "**B:** two", "Actual: x", "  - more", "words", "| a |", "", "```", "1. step"])
)


@given(LINES)
def test_no_line_of_a_text_is_lost_or_told_twice(lines: list[str]) -> None:
    told = [line for block in blocks("\n".join(lines)) for line in block.text.split("\n") if line.strip()]
    assert told == [line for line in lines if line.strip()]


@pytest.mark.parametrize(
    ("name", "label", "right"),
    [
        ("SLA", "SLA", True),
        ("sla", "SLA", True),
        ("SLA, round the clock", "SLA", True),
        ("SLA (business hours)", "SLA", True),
        ("SLAs", "SLA", False),
        ("Our SLA", "SLA", False),
        ("Revenue", "Revenue at risk", False),
        ("Revenue at risk", "Revenue", True),
        ("", "SLA", False),
    ],
)
def test_a_label_may_have_more_behind_it(name: str, label: str, right: bool) -> None:
    assert is_called(name, label) is right


IMPACT = (
    "Two accounts.\n- **Customers affected:** Harrow.\n- **SLA, by day:**\n  - T-1 late.\n- **SLA, by night:** Met."
)


@pytest.mark.parametrize(
    ("label", "content"),
    [("Customers affected", "Harrow."), ("SLA", "- T-1 late."), ("SLA, by night", "Met."), ("Time in queue", ""), ("Two accounts", "")],
)  # fmt: skip
def test_what_stands_under_a_label_is_that_of_its_first_row(label: str, content: str) -> None:
    assert under(IMPACT, label) == content
    assert under("", label) == ""


def test_the_label_of_a_place_is_that_of_its_row() -> None:
    found = {word: label_at(IMPACT, IMPACT.index(word)) for word in ("Two", "Harrow", "T-1", "Met")}
    assert found == {"Two": "", "Harrow": "Customers affected", "T-1": "SLA, by day", "Met": "SLA, by night"}
    assert label_at(IMPACT, IMPACT.index("- **Customers")) == "Customers affected"
    assert label_at(IMPACT, len(IMPACT) + 9) == "SLA, by night"
    assert label_at("", 0) == ""


@given(LINES)
def test_each_place_has_the_label_of_the_piece_that_holds_it(lines: list[str]) -> None:
    text = "\n".join(lines)
    at = 0
    for block in blocks(text):
        at = text.index(block.text, at)
        assert {label_at(text, at), label_at(text, at + len(block.text) - 1)} == {block.label}
        at += len(block.text)


def test_rows_are_put_below_their_labels_and_empty_ones_left_out() -> None:
    assert labelled([("A", "one"), ("B", ""), ("C", "two\n  - three")]) == "- **A:** one\n- **C:** two\n  - three"
    assert labelled([]) == ""
    assert list(blocks(labelled([("A", "one")]))) == [Block("A", "- **A:** one")]


NOTHING = Reproduction("", (), "", "", "")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", NOTHING),
        ("Nobody repeated it.", Reproduction("Nobody repeated it.", (), "", "", "")),
        ("1. Open it.", Reproduction("", ("Open it.",), "", "", "")),
        ("Ours:\n1. Open it.\n2) Press Run.\n 3. Wait.", Reproduction("Ours:", ("Open it.", "Press Run.", "Wait."), "", "", "")),
        ("1. Open it:\n   the second tab\n   - here\n2. Run.", Reproduction("", ("Open it:\nthe second tab\n- here", "Run."), "", "", "")),
        ("1. Open it.\n\nSeen 3 of 5.", Reproduction("Seen 3 of 5.", ("Open it.",), "", "", "")),
        ("Expected: It ends.\nActual: It stops.\nEnvironment: 7.2.0", Reproduction("", (), "It ends.", "It stops.", "7.2.0")),
        ("**Expected:** It ends.\n- **Actual**: It stops.", Reproduction("", (), "It ends.", "It stops.", "")),
        ("Actual: It stops:\n```\nE-77\n1. x\n```\nEnvironment: 7.2.0",
         Reproduction("", (), "", "It stops:\n```\nE-77\n1. x\n```", "7.2.0")),
        ("Actual:\n1. It stops.\n2. It ends.", Reproduction("", (), "", "1. It stops.\n2. It ends.", "")),
        ("Expected: It ends.\nFrequency: 3 of 5.\n1. Open it.", Reproduction("Frequency: 3 of 5.", ("Open it.",), "It ends.", "", "")),
        ("2026. That was the year.", Reproduction("2026. That was the year.", (), "", "", "")),
        ("1.5 GB are too much.", Reproduction("1.5 GB are too much.", (), "", "", "")),
        ("| Step | Seen |\n|---|---|\n| 1. Open | yes |", Reproduction("| Step | Seen |\n|---|---|\n| 1. Open | yes |", (), "", "", "")),
        ("actual: it stops", Reproduction("actual: it stops", (), "", "", "")),
    ],
)  # fmt: skip
def test_a_reproduction_is_read_in_its_parts(text: str, found: Reproduction) -> None:
    assert reproduction_of(text) == found


def test_a_whole_reproduction_has_every_part() -> None:
    found = reproduction_of(reproduction())
    assert found.of_a_defect
    assert all((found.note, found.steps, found.expected, found.actual, found.environment))


@pytest.mark.parametrize(
    ("text", "defect"),
    [
        ("", False),
        ("There is nothing to reproduce.", False),
        ("Environment: 7.2.0", False),
        ("1. Open it.", True),
        ("Actual: It stops.", True),
        ("Expected: It ends.", True),
    ],
)
def test_what_tells_how_something_is_seen_is_of_a_defect(text: str, defect: bool) -> None:
    assert reproduction_of(text).of_a_defect is defect
