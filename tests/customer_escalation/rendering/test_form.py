"""How a writer's markdown is kept: lines, bullets, tables, labels, one timeline, and texts that go elsewhere."""

import pytest
from markdown_it import MarkdownIt
from tests.customer_escalation.drafts import BUG_COMMENT, T1M1, ask, communication, escalation, impact, reply, said
from tests.customer_escalation.rendering.test_render import AS_OF, markdown

from customer_escalation.domain.draft import EscalationDraft
from customer_escalation.rendering import offers


def part(text: str, heading: str) -> str:
    """The section under a heading."""
    return text.partition(f"### {heading}\n")[2].partition("\n### ")[0].strip()


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("One.\nTwo.", "One.  \nTwo."),
        ("One.\n\nTwo.", "One.\n\nTwo."),
        ("One.\n\n\n\nTwo.\nThree.", "One.\n\nTwo.  \nThree."),
        ("- one\n- two\n\n- three", "- one\n- two\n\n- three"),
        ("- one\nNext.", "- one\n\nNext."),
        ("One.\n- one", "One.\n\n- one"),
        ("1. one\n   more\n2. two", "1. one  \n   more\n2. two"),
        ("1. one\n  - a\n    - b\n2. two", "1. one\n   - a\n     - b\n2. two"),
        ("1. one\n\t- a\n2. two", "1. one\n    - a\n2. two"),
        ("1. one\n\n   more\n\n2. two", "1. one\n\n   more\n\n2. two"),
        ("- one\n  more\nNext.", "- one  \n  more\n\nNext."),
        (
            "1. Run:\n   ```\n   a\n     b\n   ```\n   and wait\n2. two",
            "1. Run:\n   ```\n   a\n     b\n   ```\n   and wait\n2. two",
        ),
        ("- **Known:** it stops.\n- **Reported:** late.", "- **Known:** it stops.\n- **Reported:** late."),
        ("Two faults:\n1. one\n2. two", "Two faults:\n\n1. one\n2. two"),
        ("## Shouted\ntext", "Shouted  \ntext"),
        ("* one\n* two", "- one\n- two"),
        ("One is **bold. Two** is not.", "One is **bold. Two** is not."),
        (
            "**May we already write to the customer that the copy of Sunday is put back today by 12:00? No.** It is **open.",
            "**May we already write to the customer that the copy of Sunday is put back today by 12:00? No.** It is open.",
        ),
        ("**It ends.**", "**It ends.**"),
        ("It **ends**", "It **ends**."),
        ("> They wrote it.", "> They wrote it."),
        ("- <b>one</b>\n- @all", "- \\<b>one\\</b>\n- @\u2060all"),
    ],
)
def test_the_lines_of_a_text_stay_lines(written: str, shown: str) -> None:
    assert part(markdown(description=written), "Issue Description") == shown


def test_what_stands_below_a_numbered_item_leaves_the_list_whole() -> None:
    steps = "1. one\n  - a\n2. two\n   more\n3. three:\n   ```\n   x\n   ```\n4. four"
    tokens = MarkdownIt("commonmark").parse(part(markdown(description=steps), "Issue Description"))
    assert [token.type for token in tokens if token.level == 0 and token.nesting == 1] == ["ordered_list_open"]
    assert sum(token.type == "list_item_open" and token.level == 1 for token in tokens) == 4


def test_a_table_of_the_writers_is_one_with_its_marks_and_without_its_pipes_as_breaks() -> None:
    rows = f"Options:\n| Option | What follows |\n|---|:--:|\n| Raise it [[{BUG_COMMENT}]] | works |\n| Wait | **no** |\nWe ask."
    text = part(markdown(description=rows), "Issue Description")
    assert "| Raise it (P-55) | works |\n| Wait | **no** |" in text
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    assert [token.type for token in tokens if token.level == 0 and token.nesting == 1] == [
        "paragraph_open", "table_open", "paragraph_open",
    ]  # fmt: skip


def test_a_labelled_text_of_bullets_begins_below_its_label() -> None:
    told = communication(Last_update_to_customer="\n  - One.\n  - Two.")
    text = part(markdown(communication=told), "Customer Communication")
    assert text.startswith("- **Last update to customer:**\n  - One.\n  - Two.\n- **Customer expectation:**")
    tokens = MarkdownIt("commonmark").parse(text)
    assert sum(token.type == "bullet_list_open" for token in tokens) == 2


def test_further_rows_of_the_impact_stand_below_the_templates_own() -> None:
    text = part(markdown(impact=impact(Audit=said("on 2026-03-20.", T1M1))), "Impact")
    assert text.splitlines()[-1] == "- **Audit:** on 2026-03-20."
    assert text.index("**Time in queue:**") < text.index("**Audit:**")


def test_asks_are_numbered_and_name_who_acts_where_several_do_and_the_lead_does_not() -> None:
    asks = [
        ask("Fix the limit.\n- preserve the logs\n- name the build"),
        ask("**Engineering, by 17:00:** investigate the scope."),
        ask(
            "Decide on a notice.\nThe data protection officer knows the form.", "The data protection officer", "decide"
        ),
        ask("**the data protection officer:** approve it.", "The data protection officer", "approve"),
    ]
    text = part(markdown(asks=asks), "What's Needed")
    fix = "1. **Engineering:** Fix the limit.\n   - preserve the logs\n   - name the build\n2. **Engineering, by 17:00:** investigate"
    assert text.startswith(fix)
    assert "\n3. **The data protection officer:** Decide on a notice." in text
    assert "\n4. **the data protection officer:** approve it.\n\n- **Deadline:**" in text
    alone = part(markdown(), "What's Needed")
    assert alone.startswith("1. **Engineering:** Fix the batch limit of the nightly sync.\n\n- **Deadline:**")
    tokens = MarkdownIt("commonmark").parse(text)
    assert sum(token.type == "ordered_list_open" for token in tokens) == 1


def test_an_id_is_marked_once_in_a_section() -> None:
    two = f"1. {said('It was tried.', BUG_COMMENT)}\n2. {said('It was tried again.', BUG_COMMENT)}"
    text = markdown(tried=two, description=said("It stops.", BUG_COMMENT))
    assert part(text, "What's Been Tried") == "1. It was tried (P-55).\n2. It was tried again."
    assert part(text, "Issue Description") == "It stops (P-55)."


def test_an_entry_for_the_sender_may_be_a_list_of_its_own() -> None:
    entries = "- Call first.\n\n**Now, in this order**\n1. Call.\n2. Write.\n\n- Promise nothing."
    text = markdown(sender=entries)
    assert "- Call first.\n\n**Now, in this order**\n\n1. Call.\n2. Write.\n\n- Promise nothing.\n\n---" in text


def test_a_table_for_the_sender_stays_one() -> None:
    text = markdown(sender="**To Engineering.**\n| Who | When |\n|---|---|\n| Kim | noon |\nThen wait.")
    assert text.startswith(
        f"{AS_OF}**To Engineering.**\n\n| Who | When |\n| --- | --- |\n| Kim | noon |\n\nThen wait.\n\n---\n"
    )


def test_a_line_of_marks_alone_is_no_line() -> None:
    text = part(markdown(description=f"It stops.\n[[{BUG_COMMENT}, {T1M1}]]"), "Issue Description")
    assert text == "It stops."


def test_code_in_what_happens_stays_a_block() -> None:
    repro = f"Theirs.\nExpected: It ends.\nActual: It stops [[{T1M1}]]:\n```\nE-77\n```\nEnvironment: 7.2.0"
    text = part(markdown(reproduction=repro), "Reproduction Steps")
    assert "Expected: It ends.  \nActual: It stops:\n\n```\nE-77\n```\n\nEnvironment: 7.2.0" in text


def test_the_senders_page_names_texts_and_holds_none() -> None:
    page = "**To Engineering.** Write to them now:\n\n[text 2]\n\nThen call. [text 1] can wait."
    drafts = [reply("We are at it."), reply("It is late.\n\nKind regards")]
    text = markdown(sender=page, drafts=drafts, messages=[{"to": "Engineering", "text": "Fix it."}])
    above, _, below = text.partition("\n---\n")
    assert above == f"{AS_OF}**To Engineering.** Write to them now:\n\nText 2\n\nThen call. Text 1 can wait.\n"
    assert "**Text 1: Harrow Mills, T-101**\n\n> We are at it." in below
    assert "**Text 2: Harrow Mills, T-101**\n\n> It is late." in below


def test_a_text_may_be_named_in_a_bold_lead() -> None:
    page = "- **To Engineering, with [text 1]:** if it fails again.\n- **Wait ([text 1]):** until noon."
    text = markdown(sender=page, messages=[{"to": "Engineering", "text": "Fix it."}])
    assert "- **To Engineering, with text 1:** if it fails again.\n- **Wait (text 1):** until noon.\n" in text


def test_an_opening_of_bullets_is_a_list() -> None:
    text = markdown(opening="- **Asked:** hold it.\n- **Wrong:** it stops.")
    opening = text.partition("## ESCALATION")[2].partition("**Severity:**")[0]
    assert opening.endswith("\n\n- **Asked:** hold it.  \n- **Wrong:** it stops.\n\n")


def test_several_replies_several_updates_and_several_reminders_are_one_question_each() -> None:
    drafts = [{**reply("a"), "number": 3}, {**reply("b"), "number": 1}, {**reply("c", kind="update"), "number": 2}]
    made = EscalationDraft.model_validate(escalation(drafts=drafts))
    kinds = [
        "post_to_channel",
        "customer_reply",
        "status_update",
        "customer_reply",
        "reminder",
        "reminder",
        "internal_note",
    ]
    assert offers([(kind, f"{kind}?") for kind in kinds], made) == [
        "post_to_channel?", "Send texts 1, 3?", "status_update?", "Set reminders for the times above?",
    ]  # fmt: skip


def test_texts_stand_in_the_order_of_their_numbers_and_are_named_by_their_place() -> None:
    drafts = [{**reply("To them."), "number": 7}]
    messages = [{"number": 4, "to": "Engineering", "text": "Before [text 7] goes out."}]
    text = markdown(sender="First [text 4], then [text 7].", drafts=drafts, messages=messages)
    assert "First text 1, then text 2." in text
    assert text.index("**Text 1: Engineering**") < text.index("**Text 2: Harrow Mills, T-101**")
    assert "> Before text 2 goes out." in text


def test_sentences_that_are_written_without_a_space_between_them_stay_so() -> None:
    text = part(markdown(description="同期が止まる。原因は不明。 次へ。 It stops. It waits."), "Issue Description")
    assert text == "同期が止まる。原因は不明。 次へ。 It stops. It waits."


def test_what_was_asked_is_marked_as_such() -> None:
    text = part(markdown(description=said("The request speaks of 400 rows.", "request", T1M1)), "Issue Description")
    assert text == "The request speaks of 400 rows (the request)."


def test_ids_join_a_parenthesis_that_says_whose_word_it_is_and_what_was_asked_is_named_once() -> None:
    rows = (
        f"| Said | Shown |\n| --- | --- |\n| A bug (Kim) [[request]] [[{BUG_COMMENT}]] | Closed (see f(x)) [[{T1M1}]] |\n"
        f"| Enterprise (Kim) [[request]] | No |"
    )
    text = part(markdown(description=rows), "Issue Description")
    assert "| A bug (Kim, P-55) |" in text
    assert "| Enterprise (Kim) | No |" in text


def test_a_table_below_the_list_of_records_stands_apart_from_it() -> None:
    text = part(markdown(context="| Said | Shown |\n| --- | --- |\n| a | b |"), "Supporting Context")
    assert "\n\n| Said | Shown |\n| --- | --- |\n| a | b |" in text
