"""A document as its writer wrote it: printed as it is, inert, without marks, and in a page with the records behind each sentence."""

from typing import Any

import pytest
from markdown_it import MarkdownIt
from tests.customer_escalation.casebook import NOW, policy
from tests.customer_escalation.documents import document, index
from tests.customer_escalation.drafts import ask, escalation, facts, handling, records, reply

from customer_escalation.cases.result import Ending, result_of
from customer_escalation.cases.session import Casework
from customer_escalation.domain.document_reading import written_draft
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.index import DocumentIndex
from customer_escalation.domain.prose import without_marks
from customer_escalation.rendering import document_of, render_html, render_markdown, render_result

SOLVED = {"answer": "yes", "cites": ["knowledge_base/K-3"], "why": "it fits"}


def result(text: str, given: dict[str, Any], *, escalates: bool = True) -> dict[str, Any]:
    """The recorded result of a document with an index."""
    work = Casework(records(), policy(), NOW)
    stated = facts() if escalates else facts(documented_solution=SOLVED)
    assert work.assess(Assessment.model_validate(stated)) == []
    work.submit(written_draft(text, DocumentIndex.model_validate(given), escalates=escalates))
    found = result_of(work, case="20260304-120000-abcdef", request="", reported_by="Support", gaps=(), ending=Ending())
    return found.to_json()


def plain(**changes: Any) -> str:
    return without_marks(document(escalation(**changes), "High", "Engineering"))


def test_it_is_printed_as_it_was_written() -> None:
    text = plain(drafts=[reply("Hello,\n\nwe are at it.\n\n[name]")])
    shown = result(text, index(escalation(drafts=[reply("Hello,\n\nwe are at it.\n\n[name]")])))["markdown"]
    said = [line.strip() for line in text.split("\n") if line.strip()]
    assert [line.strip() for line in shown.split("\n") if line.strip()][: len(said)] == said


def test_the_records_behind_a_sentence_are_in_the_page_and_the_data() -> None:
    found = result(plain(), index(escalation()))
    assert "[[" not in found["markdown"]
    assert "support_platform/T-101-m1" in found["citations"]
    assert "[[support_platform/T-101-m1]]" in found["brief"]["draft"]["impact"]
    page = render_html(document_of(found))
    assert "E-77" in page
    assert 'href="#e1"' in page
    assert "[[" not in page


def test_a_receiver_gets_the_brief_alone() -> None:
    draft = escalation(drafts=[reply("We are at it.")], messages=[{"to": "#support", "text": "Do not run it."}])
    found = result(plain(drafts=draft["drafts"], messages=draft["messages"]), index(draft))
    for form in ("slack", "adf", "html"):
        told = render_result(found, form)
        assert "Fix the batch limit" in told
        for own in ("Call them before the customer", "We are at it.", "Do not run it."):
            assert own not in told, (form, own)


@pytest.mark.parametrize(
    ("written", "alive"),
    [
        ("<img src=x onerror=alert(1)>", "<img"),
        ("[click](javascript:alert(1))", 'href="javascript'),
        ("![x](https://evil.example/p.png)", "<img"),
        ("[click](https://evil.example)", 'href="https'),
        ("@everyone", "@everyone"),
    ],
)
def test_nothing_in_it_comes_alive(written: str, alive: str) -> None:
    draft = escalation(description=f"The customer reports: {written}", drafts=[reply(f"Hello {written}")])
    found = result(plain(**{name: draft[name] for name in ("description", "drafts")}), index(draft))
    shown = render_markdown(document_of(found))
    assert "@everyone" not in shown
    assert alive not in MarkdownIt("commonmark", {"html": True}).render(shown)
    assert alive not in render_html(document_of(found))


def test_a_made_up_number_is_no_valid_brief_though_nothing_around_it_rests_on_a_record() -> None:
    found = result(plain(description="In all 9,731 rows were lost."), index(escalation()))
    assert found["status"] == "needs_review"
    assert "9,731" not in found["markdown"].partition("---")[2]


def test_headings_keep_their_levels() -> None:
    text = "# Handle it\n\nIt fits K-3.\n\n## What to do\n\n### First\n\n1. Check the time.\n"
    shown = result(text, {"article": "knowledge_base/K-3"}, escalates=False)["markdown"]
    assert shown.startswith("# Handle it\n\nIt fits K-3.\n\n## What to do\n\n### First\n\n1. Check the time.")


def test_a_brief_that_breaks_a_rule_says_so_above() -> None:
    found = result(
        plain(asks=[ask("Approve a credit.", kind="approve")]),
        index(escalation(asks=[ask("Approve a credit.", kind="approve")])),
    )
    assert found["status"] == "needs_review"
    assert found["markdown"].startswith("**Needs review.**")


def test_what_no_system_could_tell_stands_below_it() -> None:
    work = Casework(records(), policy(), NOW)
    assert work.assess(Assessment.model_validate(facts(documented_solution=SOLVED))) == []
    text = without_marks(document(handling()))
    work.submit(written_draft(text, DocumentIndex.model_validate(index(handling())), escalates=False))
    gaps = ("The CRM could not be read.",)
    found = result_of(
        work, case="20260304-120000-abcdef", request="", reported_by="Support", gaps=gaps, ending=Ending()
    )
    assert "The CRM could not be read." in str(found.to_json()["markdown"]).rpartition("---")[2]


def test_a_cell_keeps_what_it_begins_with() -> None:
    rows = (
        "| Day | What |\n| --- | --- |\n| 4. Feb., 09:30 | **Report:** it stops with E-77 |\n| - | 24. März: nothing |"
    )
    shown = result(plain(context=rows), index(escalation()))["markdown"]
    assert rows in shown
