"""The brief from structure: whole quotations with whose they are, states and moments, and what is not known."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.customer_escalation.casebook import NOW, account, article, chat, evidence, issue, message, ticket
from tests.customer_escalation.drafting.records import (
    DECIDED,
    NOTHING_HEAVY,
    REQUEST,
    escalated,
    guide,
    handled,
    printers,
)

from customer_escalation.domain.draft import EscalationDraft
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.prose import marks_of, without_marks
from customer_escalation.drafting.details import environment, error_lines

AT = "2026-03-04T08:00:00Z"
RESTARTED = "Restarted it at 09:40. No change, it stops at page three again. We need an answer by 6 March."


def texts(draft: EscalationDraft) -> str:
    return draft.model_dump_json()


def single(text: str, *more: dict[str, Any], subject: str = "Labels on two trays", reply: str = "") -> Evidence:
    """One ticket of Vale Foods."""
    thread = [message("T-1", 1, AT, "customer", text)]
    if reply:
        thread.append(message("T-1", 2, "2026-03-04T09:00:00Z", "agent", reply))
    return evidence(ticket("T-1", "Vale Foods", AT, *thread, subject=subject), account("A-1", "Vale Foods"), *more)


def test_each_ticket_is_told_with_its_state_and_its_customer_s_first_and_last_words_whole() -> None:
    description = escalated(printers()).description
    assert (
        "T-10 of Vale Foods, opened 2026-03-03 (open, normal): “Label printing stops after three pages”" in description
    )
    first = "“Label printing stops after the third page with PRN_4410 since version 7.2.1. Our packing line stands still by noon.”"
    assert f"customer.one (Vale Foods) wrote on 2026-03-03: {first} [[support_platform/T-10-m1]]" in description
    assert f"“{RESTARTED}” [[support_platform/T-10-m3]]" in description
    assert "customer.one (Harbour Mills) wrote on 2026-03-03: “Our tags come out blank" in description
    assert "Orchard Bank" not in description


def test_a_priority_that_is_a_number_says_that_it_is_one() -> None:
    found = printers()
    record = found.ledger.records["support_platform/T-10"]
    found.ledger.put(record.model_copy(update={"data": {**record.data, "priority": "90"}}))
    assert "T-10 of Vale Foods, opened 2026-03-03 (open, priority 90): " in escalated(found).description


def test_what_another_account_wrote_in_a_thread_is_not_taken_for_its_customer_s() -> None:
    joined = {**message("T-10", 4, "2026-03-03T12:00:00Z", "community", "Following.", "sam"), "account": "Quill Press"}
    draft = escalated(printers(talk=(joined,)))
    assert f"“{RESTARTED}”" in draft.description
    assert "sam (Quill Press) wrote on 2026-03-03: “Following.”" in draft.description
    assert "sam" not in draft.communication


def test_an_error_text_is_never_cut_where_a_sentence_seems_to_end() -> None:
    records = single("The upload fails. They see: Error storing 'file.pdf'. Status: 0 and nothing is saved.")
    assert "Error storing 'file.pdf'. Status: 0 and nothing is saved.”" in handled(records, "T-1").note


def test_what_is_longer_than_a_brief_bears_is_cut_at_a_word_and_shows_it() -> None:
    reason = handled(single("word " * 2_000), "T-1").note
    assert "word …”" in reason
    assert len(reason) < 7_000


def test_quotation_marks_and_marks_of_ours_inside_a_message_break_nothing() -> None:
    records = single('It says “Paper [[A4]] is out” and "B5".')
    assert "“It says 'Paper [A4] is out' and 'B5'.”" in handled(records, "T-1").note


def test_what_support_wrote_is_told_with_whether_the_customer_wrote_after_it() -> None:
    talk = message("T-10", 4, "2026-03-03T12:00:00Z", "agent", "Please replace the roller of tray two.")
    first, last = escalated(printers(talk=(talk,))).tried.splitlines()
    assert "Please restart the print service on the station.” [[support_platform/T-10-m2]]" in first
    assert "The customer's next message is of 2026-03-03 [[support_platform/T-10-m3]]." in first
    assert "roller of tray two.” [[support_platform/T-10-m4]]" in last
    assert last.endswith("No message of the customer follows.")


def test_nothing_is_taken_for_the_result_of_a_step() -> None:
    records = single("The export fails and 300 rows are missing.", reply="Could you be more specific?")
    assert (
        "Could you be more specific?” [[support_platform/T-1-m2]] No message of the customer follows."
        in handled(records, "T-1").note
    )


def test_the_tracker_and_the_chat_are_told_as_they_stand() -> None:
    description = escalated(printers(chat("C-1", "2026-03-03T13:00:00Z", "PRN_4410 could be the driver."))).description
    assert "The tracker has DEV-7 (bug, Open): “Spooler drops the job after page three”" in description
    assert "“T-10: reproduced 4 of 4 with 7.2.1, 0 of 4 with 7.1.9.” [[project_tracker/DEV-7-c1]]" in description
    assert "agent.two wrote in #support on 2026-03-03: “PRN_4410 could be the driver.”" in description


def test_no_reproduction_is_told_that_nobody_recorded() -> None:
    repro = escalated(printers()).reproduction
    assert repro.startswith(
        "Whether somebody reproduced it is not known without reading; what our side wrote stands above."
    )
    assert "Actual: The reports name `PRN_4410`" in repro
    assert "Environment: The texts name version `7.2.1`" in repro


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("yes", "As answered, we reproduced it or the tracker accepts it as a defect"),
        ("no", "Not reproduced by us and not accepted in the tracker, as answered."),
    ],
)
def test_what_was_answered_is_not_called_unknown(answer: str, said: str) -> None:
    records = single("The map freezes.")
    draft = escalated(records, "T-1", **{**DECIDED, "data_harmed": "yes", "impact": "lost_data"}, bug_confirmed=answer)
    assert without_marks(draft.reproduction).startswith(said)
    assert "has stored data lost or wrong, as answered" in draft.impact
    assert "unknown until" not in draft.impact


def test_a_critical_matter_is_not_due_after_its_own_rhythm() -> None:
    """An SLA that allows two days for an update is no deadline for what is told to the customer every few hours."""
    records = single("Nothing works.")
    records.ledger.add(
        {"item": account("A-1", "Vale Foods", sla={"first_response_h": 8, "update_h": 48, "resolution_h": None})}
    )
    due = datetime.fromisoformat(escalated(records, "T-1", **{**DECIDED, "production_stopped": "yes"}).deadline.by)
    assert due - NOW <= timedelta(hours=4)


def test_many_answers_leave_no_mark_in_the_text() -> None:
    told = ("similar_solved_in_support", "bug_confirmed", "infrastructure", "beyond_support", "worsening", "recurred_after_fix",
            "major_function_broken", "feature_gap", "code_change_needed")  # fmt: skip
    rest = dict.fromkeys(told, "no")
    draft = escalated(single("Nothing works."), "T-1", **{**DECIDED, **rest, "data_harmed": "yes"})
    assert "[[" not in without_marks(draft.context)
    assert "answers/feature_gap" in marks_of(draft.context)
    assert "PR or legal risk" in draft.context


def test_what_an_undecided_brief_does_not_know_it_says() -> None:
    draft = escalated(printers())
    assert draft.opening.startswith("Not decided yet. What is known so far makes it Engineering, High:")
    assert "**Not decided yet:" in draft.sender
    assert "What Vale Foods and Harbour Mills cannot do is unknown" in draft.impact
    assert "unknown" in draft.communication.casefold()
    assert draft.drafts == []


def test_a_decided_brief_tells_the_answers_as_a_person_s() -> None:
    draft = escalated(printers(), **DECIDED)
    assert draft.sender.startswith("**Escalate to Engineering, High.**")
    assert "Vale Foods cannot do its work with the product, as answered [[answers/impact]]." in draft.impact
    assert "**Answered by Ada:** " in draft.context
    assert "they cannot do their work with the product" in draft.context
    assert "no: security, data harmed" in draft.context
    assert draft.opening.startswith("Engineering, High: ")


def test_a_reply_says_what_is_done_and_goes_to_each_customer_who_waits() -> None:
    drafts = escalated(printers(), **DECIDED).drafts
    assert [(one.ticket, one.when) for one in drafts] == [
        ("support_platform/T-10", "once the escalation is sent"), ("support_platform/T-11", "once the escalation is sent")]  # fmt: skip
    answered = message("T-10", 4, "2026-03-03T12:00:00Z", "agent", "We are looking into the third page.")
    assert [one.ticket for one in escalated(printers(talk=(answered,)), **DECIDED).drafts] == ["support_platform/T-11"]


def test_an_internal_note_is_no_update_to_the_customer() -> None:
    note = message("T-10", 4, "2026-03-03T12:00:00Z", "agent", "This looks bad.")
    note["internal"] = True
    draft = escalated(printers(talk=(note,)))
    assert (
        "Vale Foods: agent.one (support), 2026-03-03 [[support_platform/T-10-m2, support_platform/T-10]]."
        in draft.communication
    )
    assert "Harbour Mills: no reply on record [[support_platform/T-11]]." in draft.communication
    assert "agent.one (support, internally) wrote" in draft.tried


def test_what_shares_words_alone_is_named_and_not_counted() -> None:
    alike = ticket("T-20", "Quill Press", AT, subject="Label printing stops early")
    draft = escalated(printers(alike))
    assert "Perhaps the same matter, by words alone: T-20 (Quill Press, open)" in draft.sender
    assert "Quill Press" not in draft.description
    assert "**Alike by words alone, not counted:** T-20" in draft.context


def test_what_is_named_and_not_found_comes_first() -> None:
    draft = escalated(printers(), f"{REQUEST} and Zorgon Ltd")
    assert draft.sender.startswith("**Not found: Zorgon Ltd.** Nothing here is about it.")
    note = handled(printers(), "see ticket TSL-21404")
    assert note.sender.startswith("**Not found: TSL-21404.**")
    assert note.summary == "No case was found for this request"
    assert "T-10" not in note.model_dump_json()


def test_candidates_are_listed_and_none_of_them_is_written_about() -> None:
    records = evidence(
        *(ticket(f"T-{number}", name, AT, message(f"T-{number}", 1, AT, "customer", "Rows are missing."), subject="Export is short")
          for number, name in ((1, "Vale Foods"), (2, "Harbour Mills")))
    )  # fmt: skip
    note = handled(records, "the export is short, rows are missing")
    assert note.summary == "It is not clear which case is meant"
    assert "T-1 (Vale Foods, open): “Export is short” [[support_platform/T-1]]" in note.note
    assert "Rows are missing" not in note.note
    assert note.drafts == []


def test_an_article_that_a_person_calls_the_solution_gives_steps_and_the_reply() -> None:
    pointer = chat("C-1", AT, "T-1 is G-1.")
    records = single("How do we print labels on two trays? We have one for each size.", guide(), pointer)
    note = handled(records, "T-1", **NOTHING_HEAVY, documented_solution="yes")
    assert note.article == "knowledge_base/G-1"
    steps = "\n".join(
        f"{number}. G-1: “{number}. {step}” [[knowledge_base/G-1]]"
        for number, step in enumerate(("Open Settings > Trays.", "Choose a size for each tray.", "Save."), 1)
    )
    assert f"### What To Do\n{steps}\n\n### Why\n" in note.note
    [answer] = note.drafts
    assert (answer.ticket, answer.kind) == ("support_platform/T-1", "reply")
    assert "1. Open Settings > Trays.\n2. Choose a size for each tray.\n3. Save." in answer.text
    assert "- Escalate, Critical, Engineering: if stored data was altered or lost" in note.note


def test_an_article_without_numbered_steps_is_quoted_whole_and_code_in_it_stays() -> None:
    code = article("G-4", "Trays", 'Add `trays = "2";` to the file and reload.')
    note = handled(
        single("How do we?", code, chat("C-1", AT, "T-1 is G-4.")), "T-1", **NOTHING_HEAVY, documented_solution="yes"
    )
    assert "“Add `trays = '2';` to the file and reload.”" in note.note


def test_a_reply_is_written_only_in_the_customer_s_language() -> None:
    german = single("Wie können wir Etiketten in zwei Fächern drucken?", guide(), chat("C-1", AT, "T-1 is G-1."))
    assert handled(german, "T-1", **NOTHING_HEAVY, documented_solution="yes").drafts == []


def test_a_wish_has_nothing_to_reproduce() -> None:
    item = {
        **issue("DEV-3", "Label templates", "Backlog", "2026-01-01T08:00:00Z"),
        "type": "feature",
        "extra": {"tickets": ["T-1"]},
    }
    records = single("We need templates.", item, subject="Label templates")
    records.ledger.add({"item": account("A-1", "Vale Foods", tier="Enterprise", arr_usd=150_000)})
    draft = escalated(records, "T-1")
    assert (draft.reproduction, draft.asks[0].kind) == ("", "decide")


def test_dates_addresses_and_amounts_are_no_versions() -> None:
    text = "Since 02.03.2026 from 10.20.30.40 and on 3.4. with 1.234 rows, v7.2.1 and 8.0.1, IE11, Firefox 118 on Debian 12."
    named = {kind: [one.text for one in found] for kind, found in environment(single(text).of_kind("message")).items()}
    assert named == {
        "version": ["v7.2.1", "8.0.1"],
        "browser": ["IE11", "Firefox 118"],
        "operating system": ["Debian 12"],
    }


def test_an_error_code_is_named_once_and_an_id_is_none() -> None:
    records = single("E_4711, again E_4711, in T-1 and DEV-77.")
    assert [one.text for one in error_lines(records.of_kind("message"), frozenset({"t", "dev"}))] == ["E_4711"]
