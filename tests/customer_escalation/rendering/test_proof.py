"""The line below a brief by which a text is known to be it."""

import pytest

from customer_escalation.rendering.proof import Difference, difference, digest_of, found_proof, proof_line

BRIEF = "Go to Security now.\n\n## ESCALATION: X\n\n- one\n- two\n"
CASE = "20260504-090000-abc123"


@pytest.mark.parametrize("status", ["valid", "needs_review"])
def test_a_line_is_found_below_a_text_whatever_stands_around_it(status: str) -> None:
    line = proof_line(CASE, status, BRIEF)
    text = f"Here it is:\n\n{BRIEF}\n\n{line}\n\nAnything else?"
    found = found_proof(text)
    assert found is not None
    assert found[0] == (CASE, digest_of(BRIEF))
    assert difference(BRIEF, found[1]) is None


def test_empty_lines_and_spaces_at_the_ends_do_not_matter() -> None:
    assert digest_of(BRIEF) == digest_of(BRIEF.replace("\n\n", "\n  \n\n").rstrip())
    assert difference(BRIEF, BRIEF.replace("\n\n", "\n")) is None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (BRIEF.replace("- two", "- 2"), Difference("- two", "- 2")),
        (BRIEF.replace("- two\n", ""), Difference("- two", "")),
        (BRIEF + "- three\n", Difference("", "- three")),
        ("", Difference("Go to Security now.", "")),
    ],
)
def test_the_first_line_that_is_another_is_named(text: str, place: Difference) -> None:
    assert difference(BRIEF, text) == place


def test_a_text_without_such_a_line_has_none() -> None:
    assert found_proof(BRIEF) is None
    assert found_proof("`checked yesterday abc`") is None
