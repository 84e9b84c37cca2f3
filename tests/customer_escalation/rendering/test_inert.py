"""What is escaped reads as it was written where nothing would come alive, and links are dead on one line and over several."""

import pytest
from markdown_it import MarkdownIt

from customer_escalation.rendering.inert import inert, inert_lines


@pytest.mark.parametrize(
    "text", ["Dear [name],", "[attach the log] and [its answer]", "a [b] c [d]", "see [[x]] there"]
)
def test_brackets_that_make_no_link_stand_as_they_are(text: str) -> None:
    assert inert(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "[a](https://elsewhere.example)", "![a](x.png)", "[a\nb](https://elsewhere.example)", "[a][b]\n\n[b]: https://elsewhere.example",
        "[a][]\n\n[a]: https://elsewhere.example", "[a]\n\n[a]: https://elsewhere.example", "[^1]\n\n[^1]: x", "[[a]](https://elsewhere.example)",
        "[a]\\\n(https://elsewhere.example)", "//^elsewhere.example", "www.",
    ],
)  # fmt: skip
def test_links_are_dead_on_one_line_and_over_several(text: str) -> None:
    shown = MarkdownIt("gfm-like", {"html": True, "linkify": True}).render("\n".join(inert_lines(text)))
    assert "<a" not in shown
    assert "<img" not in shown
