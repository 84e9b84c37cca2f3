"""A document taken apart into the texts of a draft and put together again: nothing of it is lost, and each part is what it is."""

import pytest

from customer_escalation.domain.blocks import quotations_of
from customer_escalation.domain.document_reading import UnplacedEntry, written_draft
from customer_escalation.domain.index import DocumentIndex
from customer_escalation.domain.prose import passages
from customer_escalation.domain.written import (
    WrittenEscalation,
    WrittenNote,
    document_of,
    draft_from,
    head_of,
    headings_missing,
    index_of,
)

BRIEF = """**Escalate now.** Call Ada first.

> She wrote: "It is down."

---

## ESCALATION: Export is down for Harrow Mills

**Severity:** High (the audit)
**Target team:** Engineering + Security
**Reported by:** Support
**Date:** today

Engineering: an owner by 10:00.
Do not restart it.

### Impact

- **Customers affected:** Harrow Mills

| Node | State |
| --- | --- |
| 1 | down |

### Issue Description

It stops.

```
## no heading: code
```

### What's Been Tried

1. A restart.

### Reproduction Steps

Not reproduced.

### Customer Communication

- **Last update to customer:** none

### Before anybody touches it

Copy the volume.

### What’s Needed

Three things, in this order.

1. **By 10:00, Engineering:** an owner.
   - with access
2. **By noon, Legal:** approve the text.

- **Deadline:** noon, the audit.

### Supporting Context

- T-101

---

**Text 1. To Ada, on T-101, now**

> Hello Ada,
>
> We are at it.
>
> ```
> ls -l
> ```
>
> [name]

Then wait.

**Text 2. #support**

> Nobody restarts it.

Shall I post it?"""
INDEX = DocumentIndex.model_validate({
    "texts": [
        {"begins": "Hello Ada, We are", "goes": "customer_reply", "to": "support_platform/T-101", "when": "now"},
        {"begins": "Nobody restarts it", "goes": "colleague", "to": "#support", "when": ""},
    ],
    "asks": [
        {"begins": "By 10:00, Engineering: an owner", "owner": "Engineering", "kind": "provide", "by": "2026-03-04T10:00:00Z"},
        {"begins": "2. By noon, Legal", "owner": "Legal", "kind": "approve", "by": "2026-03-04T12:00:00Z"},
    ],
    "deadline": {"by": "2026-03-04T12:00:00Z", "basis": "customer_given"},
    "reminders": ["2026-03-04T11:00:00Z"],
    "article": "",
})  # fmt: skip


def brief(text: str = BRIEF, index: DocumentIndex = INDEX) -> WrittenEscalation:
    draft = written_draft(text, index, escalates=True)
    assert isinstance(draft, WrittenEscalation)
    return draft


def test_every_part_is_what_it_is() -> None:
    draft = brief()
    assert draft.summary == "Export is down for Harrow Mills"
    assert draft.sender == '**Escalate now.** Call Ada first.\n\n> She wrote: "It is down."\n\n---'
    assert draft.opening.startswith("**Severity:** High (the audit)\n")
    assert draft.opening.endswith("Engineering: an owner by 10:00.\nDo not restart it.")
    assert draft.impact.startswith("- **Customers affected:** Harrow Mills\n\n| Node | State |")
    assert draft.description == "It stops.\n\n```\n## no heading: code\n```"
    assert (draft.tried, draft.reproduction, draft.context) == ("1. A restart.", "Not reproduced.", "- T-101")
    assert draft.further == ["Copy the volume.", "Three things, in this order."]
    assert [(one.owner, one.kind, one.text) for one in draft.asks] == [
        ("Engineering", "provide", "1. **By 10:00, Engineering:** an owner.\n   - with access"),
        ("Legal", "approve", "2. **By noon, Legal:** approve the text."),
    ]
    assert (draft.deadline.text, draft.deadline.basis) == ("noon, the audit.", "customer_given")
    assert draft.drafts[0].text == "Hello Ada,\n\nWe are at it.\n\n```\nls -l\n```\n\n[name]"
    assert (draft.drafts[0].ticket, draft.drafts[0].when, draft.drafts[0].number) == (
        "support_platform/T-101",
        "now",
        1,
    )
    assert (draft.messages[0].to, draft.messages[0].text, draft.messages[0].number) == (
        "#support",
        "Nobody restarts it.",
        2,
    )
    assert draft.asides == [
        "---\n\n**Text 1. To Ada, on T-101, now**",
        "Then wait.\n\n**Text 2. #support**",
        "Shall I post it?",
    ]
    assert draft.reminders == ["2026-03-04T11:00:00Z"]
    assert head_of(draft)["Target team"] == "Engineering + Security"
    assert headings_missing(draft) == []


def test_it_is_put_together_as_it_was() -> None:
    draft = brief()
    again = document_of(draft)
    assert again.replace("### What’s Needed", "") == BRIEF.replace("### What’s Needed", "")
    assert written_draft(again, INDEX, escalates=True) == draft
    assert draft_from(draft.model_dump(mode="json"), escalates=True) == draft


def test_a_text_that_changes_changes_in_the_document_and_one_that_goes_is_gone() -> None:
    data = brief().model_dump()
    data["impact"], data["messages"][0]["text"], data["drafts"][0]["text"] = "Worse.", "Hands off.", ""
    text = document_of(WrittenEscalation.model_validate(data))
    assert "### Impact\n\nWorse.\n\n### Issue" in text
    assert "> Hands off." in text
    assert "Hello Ada" not in text


def test_every_word_of_it_is_in_a_passage_or_a_heading() -> None:
    draft = brief()
    held = " ".join([*(passage.text for passage in passages(draft)), *(piece.before for piece in draft.layout)])
    words = set(BRIEF.replace("> ", "").split())
    assert words - set(held.split()) <= {">", "ESCALATION:", "## ESCALATION:"}


@pytest.mark.parametrize(
    "title", ["## ESCALADO: Export", "# **ESCALATION:** Export", "## ESKALATION: Export", "### escalation: Export"]
)
def test_a_translated_title_is_the_templates(title: str) -> None:
    text = BRIEF.replace("## ESCALATION: Export is down for Harrow Mills", title)
    draft = brief(text)
    assert draft.summary == "Export"
    assert "## ESCALATION: Export\n" in document_of(draft)


def test_asks_may_be_rows_of_a_table() -> None:
    table = "| By | Ask |\n| --- | --- |\n| **10:00** | Engineering: an owner |\n| noon | Legal: approve |"
    begun, _, rest = BRIEF.partition("1. **By 10:00")
    text = f"{begun}{table}\n\n- **Deadline:**{rest.partition('- **Deadline:**')[2]}"
    asks = [
        {**INDEX.asks[0].model_dump(), "begins": "10:00 | Engineering"},
        {**INDEX.asks[1].model_dump(), "begins": "noon Legal"},
    ]
    draft = brief(text, DocumentIndex.model_validate({**INDEX.model_dump(), "asks": asks}))
    assert [one.text for one in draft.asks] == ["| **10:00** | Engineering: an owner |", "| noon | Legal: approve |"]
    assert table in document_of(draft)


def test_an_ask_in_a_table_is_known_by_the_words_of_its_cell() -> None:
    begun, _, rest = BRIEF.partition("1. **By 10:00")
    table = "| By | Ask |\n| --- | --- |\n| **10:00** | Name an owner with access |\n| noon | Approve the text of the letter |"
    text = f"{begun}{table}\n\n- **Deadline:**{rest.partition('- **Deadline:**')[2]}"
    asks = [
        {**INDEX.asks[0].model_dump(), "begins": "Name an owner with access"},
        {**INDEX.asks[1].model_dump(), "begins": "Approve the text of the"},
    ]
    draft = brief(text, DocumentIndex.model_validate({**INDEX.model_dump(), "asks": asks}))
    assert [one.said for one in draft.asks] == [
        "**10:00**: Name an owner with access",
        "noon: Approve the text of the letter",
    ]


def test_a_note_is_one_document() -> None:
    text = "# Handle it in support\n\nKB-3 fits.\n\n**To Ada, T-101**\n\n> Hello Ada, try this.\n\n## Then\n\n1. Wait."
    index = DocumentIndex.model_validate({
        "texts": [{"begins": "Hello Ada", "goes": "customer_reply", "to": "T-101", "when": ""}], "article": "knowledge_base/K-3",
    })  # fmt: skip
    draft = written_draft(text, index, escalates=False)
    assert isinstance(draft, WrittenNote)
    assert draft.summary == "Handle it in support"
    assert draft.note == "# Handle it in support\n\nKB-3 fits.\n\n**To Ada, T-101**"
    assert draft.further == ["## Then\n\n1. Wait."]
    assert draft.article == "knowledge_base/K-3"
    assert document_of(draft) == text


@pytest.mark.parametrize(
    ("part", "entry", "told"),
    [
        ("texts", {"begins": "Dear Bob", "goes": "colleague", "to": "x", "when": ""}, "no quoted text begins with “Dear Bob”"),
        ("asks", {"begins": "Fix it", "owner": "x", "kind": "fix", "by": ""}, "no line under `### What's Needed` begins with “Fix it”"),
    ],
)  # fmt: skip
def test_an_entry_that_names_no_place_is_said(part: str, entry: dict[str, str], told: str) -> None:
    with pytest.raises(UnplacedEntry, match="does not fit the document") as raised:
        brief(index=DocumentIndex.model_validate({**INDEX.model_dump(), part: [entry]}))
    assert told in str(raised.value)


@pytest.mark.parametrize(
    "text", ["", "\n\n", "---", "> only this", "```\nnever closed", "| a |", "## ESCALATION:", "### Impact"]
)
@pytest.mark.parametrize("escalates", [True, False])
def test_what_is_no_brief_is_taken_apart_all_the_same(text: str, escalates: bool) -> None:
    draft = written_draft(text, DocumentIndex(), escalates=escalates)
    assert draft_from(draft.model_dump(mode="json"), escalates=escalates) == draft


def test_quotations_come_with_the_line_above() -> None:
    assert list(quotations_of("**To Ada**\n\n> Hello\n> there\n\nand\n\n> bye")) == [
        ("**To Ada**", "Hello\nthere"),
        ("and", "bye"),
    ]


def test_where_the_containment_is_told_is_a_place_of_the_document() -> None:
    def told(words: str) -> WrittenEscalation:
        return brief(index=DocumentIndex.model_validate({**INDEX.model_dump(), "containment": words}))

    draft = told("1. **A restart**")
    assert draft.contained == "1. **A restart**"
    assert index_of(draft).containment == draft.contained
    with pytest.raises(UnplacedEntry, match="nothing reads “The key is revoked”"):
        told("The key is revoked")
