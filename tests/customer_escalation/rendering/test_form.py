"""How a writer's markdown is kept: lines, bullets, tables, labels, one timeline, and texts that go elsewhere."""

from typing import Any

import pytest
from markdown_it import MarkdownIt
from tests.customer_escalation.drafts import BUG_COMMENT, T1M1, T1M3, said
from tests.customer_escalation.rendering.test_render import handled_markdown, markdown

GERMAN = "Der nächtliche Abgleich bricht ab und wir haben es auf dem Testkonto gesehen, die Ursache ist nicht bekannt."


def due(by: str, who: str = "Support", what: str = "Reply", basis: str = "proposed") -> dict[str, Any]:
    return {"by": by, "who": who, "what": what, "basis": basis}


def part(text: str, heading: str) -> str:
    """The section under a heading."""
    return text.partition(f"### {heading}\n")[2].partition("\n### ")[0].strip()


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("One.\nTwo.", "One.\n\nTwo."),
        ("- **Known:** it stops.\n- **Reported:** late.", "- **Known:** it stops.\n- **Reported:** late."),
        ("Two faults:\n1. one\n2. two", "Two faults:\n\n1. one\n2. two"),
        ("## Shouted\ntext", "Shouted\n\ntext"),
        ("* one\n* two", "- one\n- two"),
        ("One is **bold. Two** is not.", "One is bold. Two is not."),
        ("**It ends.**", "**It ends.**"),
        ("It **ends**", "It **ends**."),
        ("> They wrote it.", "> They wrote it."),
        ("- <b>one</b>\n- @all", "- \\<b>one\\</b>\n- @\u2060all"),
    ],
)
def test_the_lines_of_a_text_stay_lines(written: str, shown: str) -> None:
    assert part(markdown(description=written), "Issue Description") == shown


def test_a_table_of_the_writers_is_one_with_its_marks_and_without_its_pipes_as_breaks() -> None:
    rows = f"Options:\n| Option | What follows |\n|---|:--:|\n| Raise it [[{BUG_COMMENT}]] | works |\n| Wait | **no** |\nWe ask."
    text = part(markdown(description=rows), "Issue Description")
    assert "| Raise it (P-55) | works |\n| Wait | **no** |" in text
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    assert [token.type for token in tokens if token.level == 0 and token.nesting == 1] == [
        "paragraph_open", "table_open", "paragraph_open",
    ]  # fmt: skip


def test_a_labelled_text_of_bullets_begins_below_its_label() -> None:
    text = part(markdown(last_update="- One.\n- Two."), "Customer Communication")
    assert text.startswith("- **Last update to customer:** \n  - One.\n  - Two.\n- **Customer expectation:**")
    tokens = MarkdownIt("commonmark").parse(text)
    assert sum(token.type == "bullet_list_open" for token in tokens) == 2


def test_further_rows_of_the_impact_stand_below_the_templates_own() -> None:
    text = part(markdown(impact_more=[said("**Audit:** on 2026-03-20.", T1M1)]), "Impact")
    assert text.splitlines()[-1] == "- **Audit:** on 2026-03-20."
    assert text.index("**Time in queue:**") < text.index("**Audit:**")


def test_asks_are_numbered_with_who_acts_and_keep_their_items() -> None:
    asks = [
        {"owner": "Engineering", "text": "Fix the limit.\n- preserve the logs\n- name the build"},
        {"owner": "Engineering", "text": "Investigate the scope."},
        {"owner": "The data protection officer", "text": "Decide on a notice."},
    ]
    text = part(markdown(asks=asks), "What's Needed")
    fix = "1. **Engineering:** Fix the limit.\n   - preserve the logs\n   - name the build\n2. **Engineering:** Investigate"
    assert text.startswith(fix)
    assert "\n3. **The data protection officer:** Decide on a notice.\n\n- **Deadline:**" in text
    alone = part(markdown(), "What's Needed")
    assert alone.startswith("1. Fix the batch limit of the nightly sync.\n\n- **Deadline:**")


def test_the_timeline_is_one_table_by_date_on_the_clock_of_its_moments() -> None:
    moments = [due("2026-03-05T09:00:00+01:00", "Engineering", "Answer", "policy"), due("2026-03-04T17:30:00+01:00"),
               due("2026-03-20", "", said("Their audit", T1M1), "customer_given")]  # fmt: skip
    text = part(markdown(deadlines=moments), "What's Needed")
    assert "| When (UTC+1) | Who | What | Set by |" in text
    assert text.endswith(
        "| Wed 4 Mar, 17:30 | Support | Reply | proposed |\n| Thu 5 Mar, 09:00 | Engineering | Answer | our rhythm |\n"
        "| Fri 20 Mar |  | Their audit | the customer |"
    )


@pytest.mark.parametrize(
    ("deadlines", "shown"),
    [
        (
            ["2026-03-05T09:00:00+01:00", "2026-03-05T09:00:00-03:30"],
            ["Thu 5 Mar, 09:00 (UTC+1)", "Thu 5 Mar, 09:00 (UTC-3:30)"],
        ),
        (["2026-03-05T09:00:00Z"], ["| When (UTC) |", "| Thu 5 Mar, 09:00 |"]),
        (["soon | later"], ["| soon \\| later |"]),
    ],
)
def test_moments_on_several_clocks_name_theirs(deadlines: list[str], shown: list[str]) -> None:
    text = part(markdown(deadlines=[due(by) for by in deadlines]), "What's Needed")
    for words in shown:
        assert words in text


def test_days_are_named_in_the_language_of_the_brief_and_not_guessed_in_one_that_is_not_known() -> None:
    german = {"description": GERMAN, "workflow_impact": GERMAN, "risk": GERMAN, "expectation": GERMAN, "opening": GERMAN,
              "last_update": GERMAN, "tried": [GERMAN], "unknowns": [], "ideas": [], "asks": [], "context": []}  # fmt: skip
    assert "| Do., 5. März, 09:00 |" in markdown(deadlines=[due("2026-03-05T09:00:00Z")], **german)
    empty: dict[str, Any] = {"tried": [], "unknowns": [], "ideas": [], "asks": [], "context": []}
    unknown = {**german, **dict.fromkeys(german, "Синхронизация останавливается."), **empty}
    repro = {
        "status": "not_applicable", "note": "", "steps": [], "expected": "", "actual": "", "environment": "",
    }  # fmt: skip
    text = markdown(deadlines=[due("2026-03-05T09:00:00Z", "", "Ответ")], **unknown, summary="Стоп", reproduction=repro)
    assert "| 2026-03-05 09:00 |" in text


def test_texts_for_the_team_and_the_ticket_are_ready_to_paste() -> None:
    text = markdown(
        verdict="To Engineering as High: post it before 14:00.", before_sending=["Call first."],
        messages=[{"to": "Engineering", "text": f"Needed today [[{T1M3}]]:\n- the limit"}, {"to": "Inès <b>", "text": "May it go?"}],
        ticket_note="Promise nothing.",
    )  # fmt: skip
    assert text.startswith(
        "**To Engineering as High: post it before 14:00.**\n\n- Call first.\n\n---\n\n## ESCALATION:"
    )
    assert "**Message to Engineering**\n\n> Needed today:\n> - the limit\n" in text
    assert "**Message to Inès \\<b>**\n\n> May it go?\n" in text
    assert "**Internal note for the ticket**\n\n> Promise nothing.\n" in text
    note = handled_markdown(ticket_note="Promise nothing.")
    assert "**Internal note for the ticket**" in note
    assert "**Message to" not in note


def test_an_id_is_marked_once_in_a_section() -> None:
    two = [said("It was tried.", BUG_COMMENT), said("It was tried again.", BUG_COMMENT)]
    text = markdown(tried=two, description=said("It stops.", BUG_COMMENT))
    assert part(text, "What's Been Tried") == "1. It was tried (P-55).\n2. It was tried again."
    assert part(text, "Issue Description") == "It stops (P-55)."


def test_an_entry_for_the_sender_may_be_a_list_of_its_own() -> None:
    entries = ["Call first.", "**Now, in this order**\n1. Call.\n2. Write.", "Promise nothing."]
    text = markdown(before_sending=entries)
    assert "- Call first.\n\n**Now, in this order**\n\n1. Call.\n2. Write.\n\n- Promise nothing.\n\n---" in text


def test_a_line_of_marks_alone_is_no_line() -> None:
    text = part(markdown(description=f"It stops.\n[[{BUG_COMMENT}, {T1M1}]]"), "Issue Description")
    assert text == "It stops."


def test_code_in_what_happens_stays_a_block() -> None:
    repro = {"status": "reported", "note": "Theirs.", "steps": [], "expected": "It ends.", "environment": "7.2.0",
             "actual": f"It stops [[{T1M1}]]:\n```\nE-77\n```"}  # fmt: skip
    text = part(markdown(reproduction=repro), "Reproduction Steps")
    assert "Actual: It stops:\n\n```\nE-77\n```" in text
