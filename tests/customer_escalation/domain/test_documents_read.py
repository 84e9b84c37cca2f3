"""Documents as people and models really write them: nothing of a text that goes out is lost, and what cannot be told apart is said."""

from typing import Any

import pytest

from customer_escalation.domain.document_reading import UnplacedEntry, written_draft
from customer_escalation.domain.index import DocumentIndex
from customer_escalation.domain.lines import LineEdit, NumberedText
from customer_escalation.domain.written import Written, WrittenEscalation, document_of, headings_missing, index_of

HEAD = "Call Ada.\n\n## ESCALATION: X\n\n### Impact\n\nBad.\n\n### What's Needed\n\n"


def text(begins: str, to: str = "T-1", goes: str = "customer_reply") -> dict[str, str]:
    return {"begins": begins, "goes": goes, "to": to, "when": ""}


def ask(begins: str, owner: str = "Engineering") -> dict[str, str]:
    return {"begins": begins, "owner": owner, "kind": "provide", "by": ""}


def read(document: str, *, escalates: bool = True, **parts: Any) -> Written:
    return written_draft(document, DocumentIndex.model_validate(parts), escalates=escalates)


def brief(document: str, **parts: Any) -> WrittenEscalation:
    draft = read(document, **parts)
    assert isinstance(draft, WrittenEscalation)
    return draft


@pytest.mark.parametrize("behind", ["will call at 5.", "**Internal:** not before Dana agrees."])
def test_a_line_right_below_a_letter_is_in_it_or_apart_from_it(behind: str) -> None:
    with pytest.raises(UnplacedEntry, match="stands right below a text that goes out"):
        read(f"> Hello Ada,\n> we are at it and\n{behind}", escalates=False, texts=[text("Hello Ada")])
    apart = read(f"> Hello Ada,\n> we are at it.\n\n{behind}", escalates=False, texts=[text("Hello Ada")])
    assert apart.drafts[0].text == "Hello Ada,\nwe are at it."


def test_an_entry_that_another_text_fits_as_well_is_asked_for_again() -> None:
    letters = "To T-1\n\n> Hello Ada, it is down.\n\nTo T-2\n\n> Hello Ada, it is back."
    with pytest.raises(UnplacedEntry, match="give more of their first words"):
        read(letters, escalates=False, texts=[text("Hello", "T-1"), text("Hello Ada", "T-2")])


@pytest.mark.parametrize("behind", ["- a list", "1. a list", "# a heading", "---", "| a | row |"])
def test_what_begins_anew_behind_a_letter_is_no_part_of_it(behind: str) -> None:
    assert read(f"> Hello Ada, we are at it.\n{behind}", escalates=False, texts=[text("Hello")]).drafts[0].text == (
        "Hello Ada, we are at it."
    )


def test_a_letter_that_an_unmarked_empty_line_cuts_is_refused() -> None:
    with pytest.raises(UnplacedEntry, match="begin the empty line between them with `>`"):
        read("> Hello Ada,\n\n> we are at it.", escalates=False, texts=[text("Hello Ada")])


def test_there_is_one_note_for_the_tickets() -> None:
    notes = [text("First internal", "", "ticket_note"), text("Second internal", "", "ticket_note")]
    with pytest.raises(UnplacedEntry, match="one note for the case's tickets"):
        read("On T-1\n\n> First internal note.\n\nOn T-2\n\n> Second internal note.", escalates=False, texts=notes)


@pytest.mark.parametrize(
    "needed",
    ["1. Do it.\n\n**Deadline:**\nnoon, the audit", "**Deadline:**\n\nnoon", "- **Deadline:**\n  - noon, the audit"],
)
def test_no_label_is_lost_where_nothing_follows_on_its_line(needed: str) -> None:
    assert document_of(brief(HEAD + needed, asks=[])) == HEAD + needed


def test_a_test_of_a_shell_is_no_mark() -> None:
    letter = "> Hello Ada, run\n>\n> ```\n> if [[ -f /tmp/x ]]; then rm /tmp/x; fi\n> ```"
    draft = read(letter, escalates=False, texts=[text("Hello Ada")])
    assert "if [[ -f /tmp/x ]]; then" in draft.drafts[0].text
    assert document_of(draft) == letter


def test_an_ask_is_the_line_that_begins_so_before_one_that_mentions_it() -> None:
    intro = "Nothing goes out before Legal can approve the text of the letter; that is the first thing."
    draft = brief(
        f"{HEAD}{intro}\n\n1. **Legal:** approve the text of the letter by noon.",
        asks=[ask("approve the text of the letter")],
    )
    assert draft.asks[0].text.startswith("1. **Legal:**")
    asks = [ask("name an owner for the export"), ask("confirm who may name")]
    lines = (
        "1. **Legal:** confirm who may name an owner for the export.\n2. **Engineering:** name an owner for the export."
    )
    assert [one.text[:2] for one in brief(HEAD + lines, asks=asks).asks] == ["1.", "2."]


@pytest.mark.parametrize(
    ("row", "begins"),
    [
        ("| 10:00 | Name an owner |", "Name an owner"),
        ("| Wed 10:00 | Engineering | Raise batch limit |", "Raise batch limit"),
        ("| 10:00 | 夜間バッチの担当者を本日中に指名してください。 |", "夜間バッチの担当者を本日中に"),
    ],
)
def test_an_ask_may_be_a_short_cell(row: str, begins: str) -> None:
    assert brief(f"{HEAD}| By | Ask |\n|---|---|\n{row}", asks=[ask(begins)]).asks[0].text == row


def test_an_ask_below_its_team_keeps_its_place() -> None:
    needed = "- **Engineering**\n  - Name an owner.\n  - Give access."
    draft = brief(HEAD + needed, asks=[ask("Name an owner"), ask("Give access")])
    assert [one.text for one in draft.asks] == ["- Name an owner.", "- Give access."]
    assert document_of(draft) == HEAD + needed


def test_headings_below_the_templates_stay_in_their_section() -> None:
    needed = "#### Engineering\n\n1. Name an owner.\n\n#### Legal\n\n1. Approve it."
    draft = brief(HEAD + needed, asks=[ask("Name an owner"), ask("Approve it")])
    assert len(draft.asks) == 2
    assert document_of(draft) == HEAD + needed


@pytest.mark.parametrize("heading", ["### 1. Impact", "### **1. Impact**", "### __Impact__", "### Impact ###"])
def test_a_heading_of_the_template_is_known_in_any_dress(heading: str) -> None:
    assert brief(HEAD.replace("### Impact", heading)).impact == "Bad."


@pytest.mark.parametrize("first", ["## WICHTIG: zuerst lesen", "### Сначала: прочтите", "# 担当者の方へ：必読"])
def test_another_heading_with_a_colon_is_not_the_title(first: str) -> None:
    assert brief(f"{first}\n\nRuf an.\n\n{HEAD}x").summary == "X"


@pytest.mark.parametrize(
    ("title", "summary"),
    [
        ("## ESCALATION: Export is down at **Harrow Mills**", "Export is down at **Harrow Mills**"),
        ("## ESCALATION: **Harrow Mills** export is down for *all*", "**Harrow Mills** export is down for *all*"),
        ("## **ESCALATION: Export is down**", "Export is down"),
        ("## **ESCALATION:** Export is down", "Export is down"),
    ],
)
def test_bold_words_of_a_title_stay_whole(title: str, summary: str) -> None:
    assert brief(HEAD.replace("## ESCALATION: X", title)).summary == summary


def test_letters_that_are_the_same_go_each_to_its_ticket() -> None:
    letters = "To T-1\n\n> Hello, the export is back.\n\nTo T-2\n\n> Hello, the export is back."
    draft = read(letters, escalates=False, texts=[text("Hello, the export"), text("Hello, the export", "T-2")])
    assert [one.ticket for one in draft.drafts] == ["T-1", "T-2"]
    assert document_of(draft) == letters


def test_a_text_may_stand_below_what_is_needed() -> None:
    draft = brief(
        f"{HEAD}1. Approve this text.\n\n> Hello Ada, we are.", texts=[text("Hello Ada")], asks=[ask("Approve this")]
    )
    assert draft.drafts[0].text == "Hello Ada, we are."


@pytest.mark.parametrize(
    "asked",
    [
        "1. **Engineering:** name an owner.\n   - with access",
        "1. " + "word " * 60 + "[[support_platform/T-101-m2]]. More words.",
        "1. **Engineering:** name an owner for the export by noon, with access.",
    ],
)
def test_the_index_of_a_document_finds_its_places_again_also_when_their_ends_change(asked: str) -> None:
    draft = brief(f"{HEAD}{asked}\n\n---\n\n> Hello Ada, we are at it since 9:10.",
                  texts=[text("Hello Ada")], asks=[ask(" ".join(asked.split()[:4]))])  # fmt: skip
    index = index_of(draft)
    changed = document_of(draft).replace("9:10", "9:20").replace("with access", "with root access")
    again = written_draft(changed, index, escalates=True)
    assert again.drafts[0].text.endswith("9:20.")
    assert isinstance(again, WrittenEscalation)
    assert len(again.asks) == 1


def test_what_is_missing_is_said() -> None:
    with pytest.raises(UnplacedEntry, match="no line begins the brief"):
        read(HEAD.replace("## ESCALATION: X", "## Escalation – X") + "1. Name an owner.", asks=[ask("Name an owner")])


def test_many_short_letters_are_one_document() -> None:
    letters = "\n\n".join(f"To T-{n}\n\n> Hello {n}, it is back." for n in range(50))
    draft = read(letters, escalates=False, texts=[text(f"Hello {n}, it", f"T-{n}") for n in range(50)])
    assert len(draft.drafts) == 50


@pytest.mark.parametrize("code", ["````\n```sh\nls\n```\n# no heading\n````", "```ls -l``` fails.\n\nIt does."])
def test_code_ends_where_its_fence_does(code: str) -> None:
    whole = HEAD.replace("Bad.", code) + "1. Name an owner."
    draft = brief(whole, asks=[ask("Name an owner")])
    assert draft.impact == code
    assert document_of(draft) == whole


def test_a_date_that_begins_an_inserted_line_is_no_item_of_a_list() -> None:
    edit = LineEdit.model_validate(
        {"do": "insert", "first": 1, "last": 1, "after": 0, "text": "24. Dezember ist Feiertag."}
    )
    assert (
        NumberedText("Frist beachten.\n\nEnde.").edited([edit])
        == "Frist beachten.\n24. Dezember ist Feiertag.\n\nEnde."
    )


@pytest.mark.parametrize(
    "needed",
    [
        "1. Do it:\n\n   ```\n   ls\n   ```\n\n   Then tell us.",
        "1. Do it:\n\n   > Hello Ada\n   > it is back\n\nThen wait.",
    ],
)
def test_what_stands_below_an_item_keeps_its_indentation(needed: str) -> None:
    assert document_of(brief(HEAD + needed, asks=[ask("Do it")])) == HEAD + needed


def test_a_letter_below_an_item_deep_in_a_list_is_found() -> None:
    letter = "10. Send it:\n    - to Ada:\n\n      > Hello Ada,\n      >\n      > it is back."
    assert read(letter, escalates=False, texts=[text("Hello Ada")]).drafts[0].text == "Hello Ada,\n\nit is back."


def test_a_break_that_is_written_as_a_tag_is_one_in_markdown_and_stays_in_code() -> None:
    table = "| a | b |\n|---|---|\n| one<br>two<BR/> three | `x<br>` |"
    draft = brief(
        HEAD.replace("Bad.", f"First.<br>\nSecond.\n\n{table}\n\n```\na<br>b\n```") + "1. Do it.", asks=[ask("Do it")]
    )
    assert (
        draft.impact == "First.  \nSecond.\n\n| a | b |\n|---|---|\n| one / two / three | `x<br>` |\n\n```\na<br>b\n```"
    )


@pytest.mark.parametrize("across", ["---", "## In short"])
def test_a_line_across_the_brief_ends_nothing(across: str) -> None:
    whole = HEAD.replace("Bad.", f"Bad.\n\n{across}") + "1. Do it.\n\n---\n\n> Hello Ada, it is back."
    draft = brief(whole, texts=[text("Hello Ada")], asks=[ask("Do it")])
    assert headings_missing(draft) == headings_missing(brief(f"{HEAD}1. Do it.", asks=[ask("Do it")]))
    assert document_of(draft) == whole
    assert [piece.part for piece in draft.layout if piece.quoted] == ["after"]


@pytest.mark.parametrize("line", ["Put `<br>` there.", "Ends with `<br>`", "One<br>two."])
def test_a_tag_in_code_or_amid_a_sentence_stays(line: str) -> None:
    whole = f"{line}\n\nThen wait."
    assert document_of(read(whole, escalates=False)) == whole
